"""
The page that links reports: what lies there of a year, read from their own files.

It is read back as reports are, and what reads PDF comes with that: whoever only asks
what is due, or makes a report, does without.

So do old addresses lead to reports. One of when there was one service area,
``<year>/<kommune>/``, is one of now, ``<year>/<service>/<kommune>/``, as soon as that
is made: what lay there is then gone, and a small page leads on, with a manifest of its
own. Imports ``readback``, ``site``, ``manifest`` and ``ledger``.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from asss import outputs
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK, SHARED
from asss.errors import ManifestError, RenderError
from asss.formats import readback
from asss.outputs import FACTS_NAME, HTML_NAME, INDEX_NAME, LINKED
from asss.page import site
from asss.page.site import Area, File, Listing
from asss.runs import manifest
from asss.runs.ledger import Ledger
from asss.runs.manifest import Index, Moved

__all__ = ["former_page", "made_index", "relocate", "write_index"]


def made_index(
    shown: Sequence[Catalogue], kept: Index, folder: Path
) -> tuple[str, dict[str, Mapping[str, Any]]]:
    """The index of a year's folder, and the facts of all reports that it is of."""
    parts = [_area(folder, known, kept) for known in shown]
    facts = {
        f"{part.known.service.service}/{one.id}": one.facts
        for part in parts
        for one in (*part.reports, part.network, part.method)
        if one
    }
    return site.index(kept.year, parts, years=kept.years, digest=kept.facts), facts


def write_index(
    areas: Sequence[Catalogue],
    *,
    year: int,
    output: Path,
    failed: Collection[str] = (),
) -> Path:
    """
    Write ``<year>/index.html``: what lies there, and which member has no report.

    It leads to the indexes of other years that lie beside it, and they to it: in those,
    that part alone is put right. With it comes the manifest that says whose facts it
    shows, by which it is known later whether it still does.

    Parameters
    ----------
    areas : sequence of Catalogue
        Of all service areas: each that there is a report on has a part of the page.
    failed : collection of ``<service>/<kommune>``
        Those that were to be made and could not be. Where an older report lies, the
        index says that it is older.

    Raises
    ------
    RenderError
        If a report's facts are damaged, the index would not say what they say, or the
        file cannot be written.
    """
    folder = output / str(year)
    path = folder / INDEX_NAME
    try:
        # Commands on two years may end at once, and each writes in the other's index.
        with Ledger(output).locked():
            kept = manifest.index_of(areas, year, output, failed)
            on = {name.partition("/")[0] for name in kept.reports}
            shown = [known for known in areas if known.service.service in on]
            # Where there is none yet, whose reports are missing is said of one area.
            shown = shown or [*areas][-1:]
            written, facts = made_index(shown, kept, folder)
            told = readback.Told(year, folder, facts, kept.old, kept.years, kept.facts)
            readback.check_index(written, told, shown)
            # First, so that whoever comes after a crash finds this one not written.
            for other in kept.years:
                years = sorted({*kept.years, year} - {other})
                _lead_on(output / str(other), years, shown[0])
            manifest.write_index(kept, written, folder)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror or error}."
        raise RenderError(msg) from error
    return path


def _area(folder: Path, known: Catalogue, kept: Index) -> Area:
    """What lies in the folder of a year on a service area, as the index shows it."""
    area, words = known.service.service, known.phrases.words
    names = {member.id: member.name for member in known.network.in_year(kept.year)}
    names |= {NETWORK: words["network_name"], METHOD: words["method_name"]}
    found = {
        name: _listing(folder / of, names[name], known, is_old=of in kept.old)
        for name in names
        if (of := f"{area}/{name}") in kept.reports
    }
    return Area(
        known,
        [entry for name, entry in found.items() if name not in SHARED],
        network=found.get(NETWORK),
        method=found.get(METHOD),
        missing=[names[name] for name in names if name not in found],
    )


def _lead_on(folder: Path, years: Sequence[int], known: Catalogue) -> None:
    """Let an index lead to these other years; one that is not whole stays as it is."""
    try:
        kept = manifest.read_index(folder)
        before = (folder / INDEX_NAME).read_text("utf-8")
    except (ManifestError, OSError, UnicodeDecodeError):
        return
    after = site.with_years(before, years, known)
    if after != before and not manifest.faults(kept, folder):
        kept = kept.model_copy(update={"years": tuple(years)})
        manifest.write_index(kept, after, folder)


def _listing(folder: Path, name: str, known: Catalogue, *, is_old: bool) -> Listing:
    """A report as the index shows it, read from its own files."""
    path = folder / FACTS_NAME
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}). Render the report again."
        raise RenderError(msg) from error
    words = known.phrases.words
    labels = (
        *("HTML", "PDF", "Word", words["index_review"], words["index_notebook"]),
        *("Excel", "CSV", words["index_facts"]),
    )
    files = [
        File(file, label)
        for file, label in zip(LINKED, labels, strict=True)
        if (folder / file).is_file()
    ]
    return Listing(folder.name, name, facts, files, is_old=is_old)


# -- where reports lay before ----------------------------------------------------------


def relocate(areas: Sequence[Catalogue], year: int, output: Path) -> list[Path]:
    """
    Let the old address of each report that is made lead to where it is now.

    What nothing vouches for, and a report that is not made at its new place yet, is
    left as it is; so is, beside the page, a file that was not made with the report.

    Returns
    -------
    led : list of Path
        The folders that lead on from now.

    Raises
    ------
    RenderError
        If one cannot be written.
    """
    led, known_of = [], {known.service.service: known for known in areas}
    for folder in outputs.formers(output / str(year)):
        try:
            kept = manifest.read(folder)
        except ManifestError:
            continue
        known = known_of.get(kept.service)
        place = outputs.folder(output, year, kept.service, folder.name)
        if known is None or not (place / HTML_NAME).is_file():
            continue
        leads_to = f"../{kept.service}/{folder.name}/{HTML_NAME}"
        with outputs.workplace(folder) as work:
            for name in manifest.strays(kept, folder):
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                (work / name).write_bytes((folder / name).read_bytes())
            html = former_page(place, leads_to, known)
            (work / HTML_NAME).write_text(html, encoding="utf-8")
            files = {HTML_NAME: manifest.file_of(work / HTML_NAME)}
            manifest.write(Moved(form=1, leads_to=leads_to, files=files), work)
            outputs.put(work, folder)
        led.append(folder)
    return led


def former_page(place: Path, leads_to: str, known: Catalogue) -> str:
    """The page that leads to a report, called by its title."""
    facts = json.loads((place / FACTS_NAME).read_bytes())
    return site.moved(facts["title"], leads_to, known)
