"""
From an executed notebook to the finished page, with its signposts.

These are made from the page as it is, so that nobody keeps a list of their own: a
chapter that is added to the notebook is in the contents, and «figur 2» leads to figure
2. The only room that knows nbconvert. Imports ``executed``, ``site``, ``looks`` and
below.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

import asss
from asss.catalogue import markdown, parameters, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import BOKMAL, SHARED
from asss.errors import ParameterError
from asss.formats.executed import ON_PAGE
from asss.outputs import INDEX_NAME
from asss.page import looks, site, text
from asss.page.blocks import STROKE, block

__all__ = ["CONTENTS_HERE", "in_language", "to_html", "warm_up", "with_signposts"]


def in_language(notebook: NotebookNode, known: Catalogue) -> NotebookNode:
    """
    A notebook whose prose on the page is in the language of the report.

    Notebooks are written in bokmål. A translation has each cell that reaches the page
    by the first line of it; the argument before the page stays as it is.

    Raises
    ------
    ParameterError
        Naming every cell that the translation lacks.
    """
    if known.language == BOKMAL:
        return notebook
    lacking = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and ON_PAGE in cell.metadata.get("tags", []):
            head = cell.source.strip().partition("\n")[0].lstrip("# ")
            # One that was kept has been translated before.
            is_known = head in known.prose or cell.source in known.prose.values()
            lacking += [] if is_known else [head]
            cell.source = known.prose.get(head, cell.source)
    if lacking:
        file = translation.file_of(known.language)
        msg = f"{file}: prose: {len(lacking)} are missing: {', '.join(lacking)}"
        raise ParameterError([msg])
    return notebook


def to_html(
    notebook: NotebookNode, facts: Mapping[str, Any], known: Catalogue, *, css: str = ""
) -> str:
    """
    Convert an executed notebook to the finished page.

    Only cells tagged ``rapport`` are on it; no code, nothing from elsewhere, and no
    script. It leads back to the index of its year, which every command that makes
    reports writes.
    What an edition has of its own in style is given as `css`, and stands last.
    """
    whose, words = facts["run"]["kommune"], known.phrases.words
    said = [sentence["text"] for sentence in facts["sentences"]]
    resources = {
        "asss": {
            "title": facts["title"] + ("" if facts.get("what_if") else " – ASSS"),
            "description": (said or [words["method_about"]])[0],
            "css": looks.stylesheet()
            + (site.stylesheet() if whose in SHARED else "")
            + css,
            "policy": site.policy(),
            "language": known.language,
            "version": asss.__version__,
            "skip_link": words["skip_link"],
            "index": {
                "href": f"../../{INDEX_NAME}",
                "name": text.phrase(
                    "index_back", {"year": facts["run"]["year"]}, known
                ),
            },
        }
    }
    # What its from_notebook_node does beside this is to copy the notebook, twice, for
    # preprocessors that we have none of.
    body = _exporter().template.render(nb=notebook, resources=resources)
    return with_signposts(body.lstrip(), known, is_long=whose in SHARED)


@cache
def _exporter() -> TemplateExporter:
    # HTMLExporter would parse the whole page once more and write it anew.
    return TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="rapport",
        template_file="index.html.j2",
        extra_template_basedirs=[
            str(Path(str(resources.files("asss.page"))) / "templates")
        ],
        filters={"markdown": markdown.to_html},
    )


def warm_up() -> None:
    """Do once in a process, or before it forks, what its first page would wait for."""
    _exporter().environment.get_template("index.html.j2")


# -- signposts -------------------------------------------------------------------------


#: Where the template wants the table of contents.
CONTENTS_HERE = "<!-- contents -->"

CHAPTER = re.compile(r'(<div class="prose[^>]*>\s*)<h2>(.*?)</h2>')

#: A tag, or the text between tags.
PIECE = re.compile(r"<[^>]*>|[^<]+")

#: Elements whose text is no reference: headings, the numbers of captions, links.
SILENT = ("a", "code", "h1", "h2", "h3", "h4", "strong", "style", "svg", "title")

REFERENCE = re.compile(r"\b([Tt]abell|[Ff]igur)[ \u00a0](\d{1,2})\b")


def with_signposts(html: str, known: Catalogue, *, is_long: bool = True) -> str:
    """
    Add contents, section links and references to a page.

    Parameters
    ----------
    html : str
        The page, with its chapters as headings of the second level in prose, and
        `CONTENTS_HERE` where the contents are to stand.
    known : Catalogue
        For the words.
    is_long : bool
        Whether paper needs the contents too: on four pages one sees them.

    Returns
    -------
    html : str
        The page, where every chapter has an id and a quiet link to itself.
    """
    chapters: list[tuple[str, str]] = []

    def name(found: re.Match[str]) -> str:
        anchor = _anchor(found[2], taken=[id for id, _ in chapters])
        heading = STROKE.sub("/<wbr>", found[2])
        chapters.append((anchor, heading))
        linked = block("section", known, level=2, id=anchor, heading=heading)
        return found[1] + linked.html.strip()

    html = CHAPTER.sub(name, html)
    listed = block("contents", known, chapters=chapters, is_long=is_long)
    return _link_references(html.replace(CONTENTS_HERE, listed.html))


def _anchor(heading: str, *, taken: list[str]) -> str:
    """A heading as an id: no other chapter has it, however the notebook is written."""
    anchor = re.sub(r"\W+", "-", parameters.fold(heading)).strip("-")
    count = sum(re.fullmatch(rf"{anchor}(-\d+)?", other) is not None for other in taken)
    return f"{anchor}-{count + 1}" if count else anchor


def _link_references(html: str) -> str:
    """Let «tabell 1» and «figur 2» lead there, wherever in the text they stand."""
    ids = set(re.findall(r'\bid="((?:tabell|figur)-\d+)"', html))

    def link(found: re.Match[str]) -> str:
        target = f"{found[1].lower()}-{found[2]}"
        if target not in ids:
            return found[0]
        return f'<a href="#{target}">{found[1]}\u00a0{found[2]}</a>'

    pieces, silent = [], ""
    for piece in PIECE.findall(html):
        tag = re.match(r"</?(\w+)", piece)
        if tag is None:
            pieces.append(piece if silent else REFERENCE.sub(link, piece))
            continue
        if not silent and tag[1] in SILENT and not piece.startswith("</"):
            silent = tag[1]
        elif silent == tag[1] and piece.startswith("</"):
            silent = ""
        pieces.append(piece)
    return "".join(pieces)
