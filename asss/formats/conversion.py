"""
From an executed notebook to the finished page, and how the notebook is kept.

It is kept so that a report can be made of it again, and JupyterLab shows it whole: with
its facts and its page, and without what lies beside it anyhow. The signposts of a page
are made from the page as it is: a chapter that is added to the notebook is in the
contents, and «figur 2» leads to figure 2. Imports ``site``, ``blocks`` and below.
"""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout
from jupyter_core.paths import jupyter_data_dir
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

import asss
from asss.catalogue import markdown, parameters, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import BOKMAL, SHARED
from asss.errors import ParameterError, RenderError
from asss.outputs import INDEX_NAME
from asss.page import blocks, looks, site, text
from asss.page.blocks import BLOCK_MIME, STROKE, block
from asss.page.own import OWN_MIME
from asss.page.record import FACTS_MIME
from asss.page.sections import FIGURES_MIME

__all__ = [
    "CONTENTS_HERE",
    "ON_PAGE",
    "check_page",
    "facts",
    "given",
    "in_language",
    "kept",
    "sign",
    "to_html",
    "warm_up",
    "with_signposts",
]

#: Templates of what a page has beside the blocks of its notebook.
OUTSIDE = tuple(
    f"{name}.html.j2" for name in ("contents", "downloads", "macros", "section")
)

#: Cells with this tag reach the page.
ON_PAGE: Final = "rapport"

#: Facts as they are kept: a tenth of their size. Beside them lies facts.json to read.
PACKED_MIME: Final = "application/vnd.asss.facts+zlib"

#: Seconds that are waited for others who sign.
PATIENCE: Final = 30.0


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
        msg = f"{file}: prose: {len(lacking)} missing: {', '.join(lacking)}"
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
    blocks.warm_up(*OUTSIDE)


# -- what its cells gave out, and how it is kept ---------------------------------------


def given(notebook: NotebookNode, mime: str) -> Iterator[Any]:
    """What the notebook's cells gave out under a type of our own."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def facts(notebook: NotebookNode) -> Iterator[dict[str, Any]]:
    """The facts that its cells gave out, with what blocks of the kommune's declare."""
    declared = list(given(notebook, OWN_MIME))
    for content in given(notebook, FACTS_MIME):
        yield {**content, "own": declared}
    for packed in given(notebook, PACKED_MIME):
        yield json.loads(zlib.decompress(base64.b64decode(packed))) | {"own": declared}


def check_page(notebook: NotebookNode, about: str) -> None:
    """
    Let nothing stand in a cell of the page but blocks of the page.

    A plot would not be seen there, and a table would be, with figures of its own.

    Raises
    ------
    RenderError
        Naming the cell and what it shows.
    """
    for cell in notebook.cells:
        if ON_PAGE not in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            # A warning is for whoever runs it.
            if output.get("name") == "stderr" or BLOCK_MIME in output.get("data", {}):
                continue
            shown = ", ".join(output.get("data", {})) or output.output_type
            step = cell.source.strip().splitlines()[0]
            msg = (
                f"{about}: cell «{step}» shows {shown}. A cell with "
                f"the tag {ON_PAGE} is printed in every report, and may show nothing "
                "but what asss makes for the page. Take the tag off the cell."
            )
            raise RenderError(msg)


def kept(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is kept: facts packed, and no numbers that are exported."""
    made = copy(notebook)
    made.cells = []
    for cell in notebook.cells:
        lean = copy(cell)
        if "outputs" in cell:
            lean.outputs = [_lean(output) for output in cell.outputs]
        made.cells.append(lean)
    return made


def _lean(output: NotebookNode) -> NotebookNode:
    if not output.get("data", {}).keys() & {FACTS_MIME, FIGURES_MIME}:
        return output
    lean = copy(output)
    lean.data = copy(output.data)
    lean.data.pop(FIGURES_MIME, None)
    if content := lean.data.pop(FACTS_MIME, None):
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        packed = zlib.compress(written.encode(), 9)
        lean.data[PACKED_MIME] = base64.b64encode(packed).decode()
    return lean


def sign(notebook: NotebookNode) -> str:
    """
    Have JupyterLab trust a notebook that was executed here, as if run in it.

    The signature goes to the user's own database of them, in Jupyter's data folder;
    the file itself is the same, and shows all it has to say where nobody trusts it.

    Returns
    -------
    why : str
        Why it could not be signed; empty where it was.
    """
    place = Path(jupyter_data_dir())
    try:
        place.mkdir(parents=True, exist_ok=True)
        # One at a time: whoever comes first makes the key, and a database that is busy
        # for long is taken for a damaged one.
        with FileLock(place / "nbsignatures.db.lock", timeout=PATIENCE):
            notary = NotebookNotary(data_dir=str(place))  # type: ignore[no-untyped-call]
            with notary:
                notary.sign(notebook)  # type: ignore[no-untyped-call]
                is_stored = notary.store.db_file != ":memory:"
        return "" if is_stored else f"{place} cannot be written"
    except Timeout:
        return f"somebody else has been signing for {PATIENCE:.0f} seconds"
    except (OSError, sqlite3.Error) as error:
        return str(getattr(error, "strerror", "") or error)


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
