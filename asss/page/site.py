"""
The pages that tie a year together: the index, and what makes it searched and sorted.

A page is whole as it stands; the script, a small one of our own, only adds to it. It is
in the page, and the page allows no other. Imports ``blocks``, ``text`` and below.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import NOT_COLLECTED, SUMMARY
from asss.analysis.statements import Detail
from asss.analysis.tables import mark
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY, NETWORK
from asss.outputs import INDEX_NAME
from asss.page import blocks, looks, text

__all__ = [
    "Area",
    "File",
    "Listing",
    "index",
    "moved",
    "policy",
    "script",
    "stylesheet",
    "with_years",
]

#: The part of an index that leads to the indexes of other years.
YEARS = re.compile(r"<!-- years -->.*?<!-- /years -->", re.DOTALL)


@dataclass(frozen=True)
class File:
    """A file of a report that the index links to."""

    name: str
    label: str


@dataclass(frozen=True)
class Listing:
    """One report in the index.

    Attributes
    ----------
    id, name : str
        The report's folder, and whom it is on.
    facts : mapping
        What its facts.json holds.
    files : sequence of File
        Those that are there, the page itself first.
    is_old : bool
        Whether the report was to be made again, and could not be.
    """

    id: str
    name: str
    facts: Mapping[str, Any]
    files: Sequence[File]
    is_old: bool = False


@dataclass(frozen=True)
class Area:
    """The reports on one service area in the index.

    Attributes
    ----------
    known : Catalogue
        Of the service area.
    reports : sequence of Listing
        In the order of the network.
    network, method : Listing, optional
        «ASSS samlet», and «Om datagrunnlaget i ASSS».
    missing : sequence of str
        Names of those that there is no report on.
    """

    known: Catalogue
    reports: Sequence[Listing]
    network: Listing | None = None
    method: Listing | None = None
    missing: Sequence[str] = ()


def index(
    year: int, areas: Sequence[Area], *, years: Sequence[int] = (), digest: str = ""
) -> str:
    """
    Make the page that leads to a year's reports.

    Parameters
    ----------
    areas : sequence of Area
        One or more. Where there are more, each has a heading of its own.
    years : sequence of int
        Other years that have an index.
    digest : str
        Of all facts that the page shows, as its manifest has it.

    Returns
    -------
    html : str
        One card per service area and kommune, with its main findings, status and
        caveats.
    """
    known = areas[0].known
    words, is_one = known.phrases.words, len(areas) == 1
    everything = [
        listing
        for area in areas
        for listing in (*area.reports, area.network, area.method)
        if listing
    ]
    is_reconstructed = any(e.facts["contains_reconstructed"] for e in everything)
    given: dict[str, Detail] = {"year": year}
    if is_one:
        given["service"] = known.service.name
    return blocks.block(
        "index",
        known,
        title=text.phrase("index_title" if is_one else "index_title_all", given, known),
        intro=words["index_intro" if is_one else "index_intro_all"],
        kicker=text.phrase("kicker", {"edition": year + 1, "year": year}, known),
        areas=[_shown(area, year, is_one=is_one) for area in areas],
        years=years,
        digest=digest,
        page=INDEX_NAME,
        warning=words["index_reconstructed"] if is_reconstructed else "",
        css=looks.stylesheet() + stylesheet() + ("" if is_one else _file("areas.css")),
        script=script(),
        policy=policy(script()),
    ).html


def _shown(area: Area, year: int, *, is_one: bool) -> dict[str, Any]:
    """What the index shows of a service area; files are told apart by its name."""
    known, words = area.known, area.known.phrases.words
    return {
        "id": known.service.service.replace("_", "-"),
        "name": known.service.name,
        "before": "" if is_one else f"{known.service.name}, ",
        "cards": [
            _card(entry, year, known)
            for entry in sorted(
                area.reports, key=lambda entry: language.alphabetical(entry.name)
            )
        ],
        "network": area.network and _card(area.network, year, known),
        "method": area.method and _card(area.method, year, known),
        "missing": language.join(list(area.missing), words) if area.missing else "",
        "indicators": known.service.indicators,
    }


def with_years(html: str, years: Sequence[int], known: Catalogue) -> str:
    """An index that leads to these other years, and is else as it was."""
    led = blocks.block("years", known, years=years, page=INDEX_NAME).html
    return YEARS.sub(lambda _: led, html)


def _card(entry: Listing, year: int, known: Catalogue) -> dict[str, Any]:
    """What the index shows of a report: all of it from its own facts.json."""
    words = known.phrases.words
    run, edition = entry.facts["run"], entry.facts["edition"]
    own = {
        fact["indicator"]: fact
        for fact in entry.facts["facts"]
        if (fact["kommune"], fact["year"]) == (entry.id, year)
    }
    folder = f"{known.service.service}/{entry.id}"
    return {
        "folder": folder,
        "name": entry.name,
        "title": entry.facts["title"],
        "page": f"{folder}/{entry.files[0].name}",
        "status": words[f"status_{edition['status'] or 'unknown'}"],
        "reservation": text.reservation(_bases(entry, known, year), known)
        if entry.facts["contains_reconstructed"]
        else "",
        "published": run["published"],
        "changed": run["changed"],
        "is_old": entry.is_old,
        "summary": [
            said["text"]
            for said in entry.facts["sentences"]
            if said["section"] == SUMMARY and said["rule"] != NOT_COLLECTED
        ],
        "notes": [
            caveat["text"]
            for caveat in entry.facts["forbehold"]
            if caveat["indicators"] == EVERY
            and caveat["kind"] not in HOUSEKEEPING
            and year in caveat["years"]
            and (caveat["kommuner"] == EVERY or entry.id in caveat["kommuner"])
        ]
        + _caveats(entry, own, known),
        "values": [
            _value(indicator, own[indicator.id], known)
            for indicator in known.service.indicators
            if indicator.id in own
        ],
        "files": entry.files,
    }


def _bases(entry: Listing, known: Catalogue, year: int) -> Iterator[str]:
    """What each figure of the year is that a report has at its own top."""
    rows = {row.id for row in known.service.indicators}
    for fact in entry.facts["facts"]:
        is_whose = entry.id in (NETWORK, fact["kommune"])
        if is_whose and fact["indicator"] in rows and fact["year"] == year:
            yield fact["basis"]


def _caveats(
    entry: Listing, own: Mapping[str, Mapping[str, Any]], known: Catalogue
) -> list[str]:
    """What kind of forbehold there is on single figures of the year, and on which."""
    about: dict[str, list[str]] = {}
    for caveat in entry.facts["forbehold"]:
        if caveat["indicators"] == EVERY or caveat["kind"] in HOUSEKEEPING:
            continue
        held = about.setdefault(known.kinds[caveat["kind"]].name, [])
        held += [
            indicator.short_name
            for indicator in known.service.indicators
            if caveat["id"] in own.get(indicator.id, {}).get("forbehold", ())
            and indicator.short_name not in held
        ]
    return [
        text.phrase("index_caveat", {"name": name, "indicators": tuple(held)}, known)
        for name, held in about.items()
        if held
    ]


def _value(
    indicator: Indicator, fact: Mapping[str, Any], known: Catalogue
) -> dict[str, Any]:
    """One figure, as the index shows it when it is sorted by its indicator."""
    words = known.phrases.words
    value, rank = fact["value"], fact["rank"]
    written = fact["status"]
    if value is not None:
        form = words[f"unit_{indicator.unit}"]
        digits = language.number(value, fact["decimals"])
        written = form.format(number=digits) + mark(fact["basis"], words)
    details: dict[str, Detail] = {"rank": rank, "n": fact["n"]}
    return {
        "indicator": indicator.id,
        "name": indicator.short_name,
        "value": value,
        "written": written,
        "rank": text.phrase("index_rank", details, known) if rank else "",
        "rank_mark": mark(fact["distance_basis"], words) if rank else "",
    }


def moved(title: str, href: str, known: Catalogue) -> str:
    """
    The page that leads on from where a report lay before, at once and by a link.

    Parameters
    ----------
    title : str
        Of the report.
    href : str
        Where it is now.
    """
    return blocks.block("moved", known, title=title, href=href, policy=policy()).html


# -- what the page carries -------------------------------------------------------------


def stylesheet() -> str:
    """Rules for the index and «ASSS samlet», beside those of every page."""
    return _file("site.css")


def script() -> str:
    """The one script."""
    return _file("site.js")


def policy(script: str = "") -> str:
    """
    What a page may do: show itself, and run this one script, if any.

    Whatever finds its way onto the page, no other script runs and nothing is fetched.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        + (f"script-src 'sha256-{digest}'; " if script else "")
        + "base-uri 'none'; form-action 'none'"
    )


def _file(name: str) -> str:
    folder = resources.files("asss.page") / "templates" / "site"
    return (folder / name).read_text("utf-8")
