"""
Old addresses: where reports lay while there was one service area, and what lies there.

A report of that time, ``<year>/<kommune>/``, is one of now, ``<year>/<service>/``
``<kommune>/``, as soon as that is made. What lay at the old address is then gone, and a
small page leads on from there, with a manifest of its own. Imports ``manifest`` and
below.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from asss import outputs
from asss.catalogue.catalogue import Catalogue
from asss.errors import ManifestError
from asss.outputs import FACTS_NAME, HTML_NAME
from asss.page import site
from asss.runs import manifest
from asss.runs.manifest import Moved

__all__ = ["lead_on", "page"]


def lead_on(areas: Sequence[Catalogue], year: int, output: Path) -> list[Path]:
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
            html = page(place, leads_to, known)
            (work / HTML_NAME).write_text(html, encoding="utf-8")
            files = {HTML_NAME: manifest.file_of(work / HTML_NAME)}
            manifest.write(Moved(form=1, leads_to=leads_to, files=files), work)
            outputs.put(work, folder)
        led.append(folder)
    return led


def page(place: Path, leads_to: str, known: Catalogue) -> str:
    """The page that leads to a report, called by its title."""
    facts = json.loads((place / FACTS_NAME).read_bytes())
    return site.moved(facts["title"], leads_to, known)
