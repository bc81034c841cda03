"""
What a report gives away: its figures and pictures in the forms that other tools read.

Everything is made of the facts and the page of one run, and nothing is computed anew.
Excel for people, CSV with a Data Package and a JSON Schema for machines, SVG and PNG
for slides. Same facts, same bytes. Imports ``page``, ``blocks``, ``text`` and below.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from asss.catalogue.catalogue import Catalogue
from asss.formats.exports import excel
from asss.formats.exports.datapackage import DESCRIPTOR, package
from asss.formats.exports.pictures import drawings
from asss.outputs import EXPORTS as FORMATS
from asss.outputs import FIGURES_FOLDER, FIGURES_NAME, WORKBOOK_NAME
from asss.page.blocks import Block, block
from asss.page.record import FACTS_SCHEMA_NAME, published_schema, read

__all__ = [
    "DESCRIPTOR",
    "DOWNLOADS_HERE",
    "DOWNLOADS_LISTED",
    "FIGURES_FOLDER",
    "FIGURES_NAME",
    "FORMATS",
    "WORKBOOK_NAME",
    "downloads",
    "offered",
    "pictures_differ",
    "write",
]

#: Where the templates want the links to the files, and the way to them in the contents.
DOWNLOADS_HERE = "<!-- downloads -->"
DOWNLOADS_LISTED = "<!-- downloads listed -->"
DOWNLOADS_ID = "last-ned"


def write(
    facts: Mapping[str, Any],
    figures: Mapping[int, Mapping[str, Any]],
    html: str,
    known: Catalogue,
    folder: Path,
    formats: Collection[str],
) -> None:
    """
    Write the exports of a report beside it.

    Parameters
    ----------
    facts : mapping
        What facts.json holds.
    figures : mapping of number to mapping
        The numbers behind each figure, as ``columns`` and ``rows``.
    html : str
        The finished page, for its figures.
    known : Catalogue
    folder : Path
        Where the report is made.
    formats : collection of str
        Of :data:`FORMATS`; others are somebody else's. The schema of facts.json always
        comes.

    Raises
    ------
    RenderError
        If the facts do not keep to their schema, or a figure lacks its description.
    """
    record = read(facts)
    (folder / FACTS_SCHEMA_NAME).write_text(published_schema(), encoding="utf-8")
    if "xlsx" in formats:
        made = excel.workbook(record, known)
        (folder / WORKBOOK_NAME).write_bytes(made)
    if "csv" in formats:
        for name, content in package(record, figures, known).items():
            _put(folder / name, content)
    for drawing in drawings(html) if {"svg", "png"} & set(formats) else ():
        place = folder / FIGURES_FOLDER / drawing.name
        if "svg" in formats:
            _put(place.with_suffix(".svg"), drawing.alone(record.run.language).encode())
        if "png" in formats:
            _put(place.with_suffix(".png"), drawing.png(record.run.language))


def pictures_differ(folder: Path, html: str, language: str) -> list[str]:
    """Names of PNGs in a folder that are not drawn from the page's figure again."""
    place = folder / FIGURES_FOLDER
    wanted = {f"{one.name}.png": one for one in drawings(html)}
    there = {path.name for path in place.glob("*.png")}
    return sorted(
        name
        for name in there | wanted.keys()
        if name not in there
        or name not in wanted
        or (place / name).read_bytes() != wanted[name].png(language)
    )


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def offered(html: str, folder: Path, known: Catalogue) -> str:
    """
    A page with links to the files beside it, which its contents list leads to.

    On paper and in the reviewer's edition there are none, and no way to them.

    Parameters
    ----------
    html : str
        The page, with `DOWNLOADS_HERE` and `DOWNLOADS_LISTED` where they are to stand.
    folder : Path
        Holds every file but the page itself.
    known : Catalogue
    """
    heading = known.phrases.words["download_heading"]
    way = f'<li class="on-screen"><a href="#{DOWNLOADS_ID}">{heading}</a></li>\n'
    listed = html.replace(DOWNLOADS_LISTED, way)
    return listed.replace(DOWNLOADS_HERE, downloads(folder, known).html)


def downloads(folder: Path, known: Catalogue) -> Block:
    """
    Links to the files that lie beside a page, with their type.

    Not with their size: that of the PDF is another on another system, and the page is
    the same on all.

    Parameters
    ----------
    folder : Path
        Holds every file but the page itself.
    known : Catalogue
    """
    words = known.phrases.words
    groups = (
        (
            "report",
            (
                ("rapport.pdf", "PDF"),
                ("rapport.docx", "Word"),
                ("rapport.ipynb", words["index_notebook"]),
            ),
        ),
        ("figures", ((WORKBOOK_NAME, "Excel"), (FIGURES_NAME, "CSV"))),
        ("facts", (("facts.json", "JSON"),)),
        (
            "descriptions",
            ((DESCRIPTOR, "Data Package"), (FACTS_SCHEMA_NAME, "JSON Schema")),
        ),
    )
    shown = [
        {
            "name": words[f"download_{group}"],
            "files": [
                {"href": name, "kind": kind}
                for name, kind in files
                if (folder / name).is_file()
            ],
        }
        for group, files in groups
    ]
    numbered: dict[str, list[Path]] = {}
    for path in sorted((folder / FIGURES_FOLDER).glob("*.*")):
        numbered.setdefault(path.stem.rpartition("-")[2], []).append(path)
    shown += [
        {
            "name": f"{words['figure']} {number}",
            "files": [
                {
                    "href": f"{FIGURES_FOLDER}/{path.name}",
                    "kind": path.suffix[1:].upper(),
                }
                for path in paths
            ],
        }
        for number, paths in sorted(numbered.items(), key=lambda item: int(item[0]))
    ]
    return block(
        "downloads",
        known,
        id=DOWNLOADS_ID,
        groups=[group for group in shown if group["files"]],
    )
