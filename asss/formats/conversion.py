"""
From an executed notebook to the finished page, and from the page to PDF.

The only room that knows nbconvert and WeasyPrint. Imports ``contents``, ``site``,
``tagging``, ``blocks`` and below.
"""

import base64
import gc
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from html import unescape
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

import asss
from asss import outputs
from asss.catalogue import markdown, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import BOKMAL, SHARED
from asss.errors import ParameterError, RenderError
from asss.formats import tagging
from asss.outputs import INDEX_NAME
from asss.page import blocks, contents, site, text

__all__ = [
    "ON_PAGE",
    "SCREEN_ONLY",
    "as_xml",
    "in_language",
    "makeable",
    "pdf_problem",
    "to_html",
    "to_pdf",
    "warm_up",
]

SVG = "{http://www.w3.org/2000/svg}"

#: Cells with this tag reach the page.
ON_PAGE = "rapport"

#: What gives the letters of a text in a drawing places of their own.
PLACED = frozenset({"dx", "dy", "letter-spacing", "rotate", "textLength"})

#: Classes of what the stylesheet hides on paper; there it need not be set at all.
SCREEN_ONLY = frozenset(
    {"anchor", "controls", "downloads", "numbers", "on-screen", "skip"}
)

#: What XML asks of a page beyond HTML: no program text, every tag closed, and letters
#: rather than their names in HTML.
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
VOID = re.compile(r"<(br|col|hr|img|input|link|meta|wbr)\b([^<>]*?)\s*/?>")
LETTER = re.compile(r"&(\w+);")
XMLNS = re.compile(r"xmlns\b|{http://www\.w3\.org/2000/xmlns/}")
OF_XML = frozenset({"amp", "apos", "gt", "lt", "quot"})


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
            lacking += [head] if head not in known.prose else []
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
            "title": f"{facts['title']} – ASSS",
            "description": (said or [words["method_about"]])[0],
            "css": blocks.stylesheet()
            + (site.stylesheet() if whose in SHARED else "")
            + css,
            "policy": site.policy(),
            "language": known.language,
            "version": asss.__version__,
            "skip_link": words["skip_link"],
            "index": {
                "href": f"../{INDEX_NAME}",
                "name": text.phrase(
                    "index_back", {"year": facts["run"]["year"]}, known
                ),
            },
        }
    }
    # What its from_notebook_node does beside this is to copy the notebook, twice, for
    # preprocessors that we have none of.
    body = _exporter().template.render(nb=notebook, resources=resources)
    return contents.add(body.lstrip(), known, is_long=whose in SHARED)


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


def pdf_problem() -> str | None:
    """
    Why PDF cannot be made here, or None.

    WeasyPrint needs Pango from the operating system, which no Python package brings.
    """
    try:
        with _quiet_stderr():
            import weasyprint  # noqa: F401
    except OSError as error:
        return str(error).splitlines()[0]
    return None


def makeable(formats: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """
    Of these formats those that can be made here, and why PDF is not one of them.

    Returns
    -------
    formats : tuple of str
    problem : str or None
        None also where PDF is not asked for.
    """
    problem = pdf_problem() if "pdf" in formats else None
    return tuple(name for name in formats if name != "pdf" or not problem), problem


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """WeasyPrint prints a page of advice when Pango is missing; we say it in a line."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def to_pdf(html: str) -> bytes:
    """
    Set a page as A4: tagged PDF (PDF/UA-1), figures as vector graphics.

    The same bytes for the same page, also when others were set before it.

    Raises
    ------
    RenderError
        If WeasyPrint cannot be loaded, or the page asks for something from elsewhere.
    """
    problem = pdf_problem()
    if problem:
        msg = (
            f"No PDF: {problem}. Install Pango (see the README), or use --format html."
        )
        raise RenderError(msg)
    import weasyprint

    _set_whole_labels()
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    asked = _fetcher().asked
    asked.clear()
    with _garbage_left(), suppress(weasyprint.urls.FatalURLFetchingError):
        document = weasyprint.HTML(string="<html></html>", url_fetcher=_fetcher())
        page = _tree(html)
        css = _for_paper(page)
        document.etree_element.attrib.update(page.attrib)
        document.etree_element[:] = list(page)
        sheet, faces = _sheet(css)
        with _fonts(faces) as fonts:
            pdf = document.write_pdf(
                stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1"
            )
        # From within a drawing a refusal does not come so far as to end the work.
        if not asked:
            return tagging.finish(pdf, _labels(page))
    msg = f"The page asks for {asked[0]}, and nothing is fetched for a page."
    raise RenderError(msg)


@cache
def _fetcher() -> Any:
    """
    What gives WeasyPrint the content of ``data:``, and goes nowhere.

    It notes in ``asked`` what else was asked for: a page that lacked it would look
    whole, so there is none.
    """
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]
        asked: ClassVar[list[str]] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                self.asked.append(url)
            return super().fetch(url, headers)

    return Refusing(allowed_protocols=("data",), fail_on_errors=True)


def warm_up() -> None:
    """
    Do once in a process, or before it forks, what its first report would wait for.

    Templates are compiled, WeasyPrint is loaded, stylesheets and hyphenation are read.
    No text is set: from then on Pango may keep threads of its own (since 1.52 it does),
    and what is forked from a process with threads waits for them for ever.
    """
    environment = _exporter().environment
    environment.get_template("index.html.j2")
    if pdf_problem() is not None:
        return
    import pyphen

    pyphen.Pyphen(lang=pyphen.language_fallback(BOKMAL))
    for css in (blocks.stylesheet(), blocks.stylesheet() + site.stylesheet()):
        _sheet(css)


class _Whole(str):
    """A text that is gone through in one step."""

    def __iter__(self) -> Iterator[str]:
        yield str(self)


@cache
def _set_whole_labels() -> None:
    """
    Have WeasyPrint set a text in a drawing as a whole.

    As of its version 70 it sets each letter by itself, since a drawing may give each a
    place of its own. Ours never do. Whole texts are set with kerning, are shorter in
    the file, and take a tenth off the time that a page takes.
    """
    from weasyprint import svg

    letter_by_letter = svg.text

    def whole(drawing: Any, node: Any, size: float) -> None:
        if node.text and not PLACED.intersection(node.attrib):
            node._etree_node.text = _Whole(node.text)
        letter_by_letter(drawing, node, size)

    for tag, draw in svg.TAGS.items():
        if draw is letter_by_letter:
            svg.TAGS[tag] = whole
    svg.text = whole


@contextmanager
def _garbage_left() -> Iterator[None]:
    """
    Let the garbage lie while a page is set.

    A page is a million objects of which hardly one is garbage before the page is done;
    looking for it over and over is a quarter of the work.
    """
    was_looked_for = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looked_for:
            gc.enable()


# -- what paper needs of the page ------------------------------------------------------


def _tree(html: str) -> Element:
    """
    Read a page: as XML, which is a matter of milliseconds, where it is well-formed.

    Ours are, but for tags that HTML does not close and its names of letters. What
    somebody else has put on the page may be as loose as HTML allows, and is then read
    as such: the same page, later.
    """
    try:
        return ET.fromstring(as_xml(html))
    except ET.ParseError:
        import weasyprint

        loose = weasyprint.HTML(string=html, url_fetcher=_fetcher())
        root: Element = loose.etree_element
        for element in root.iter():
            # To HTML the names of namespaces are attributes like others.
            for key in [key for key in element.attrib if XMLNS.match(key)]:
                del element.attrib[key]
        return root


def as_xml(html: str) -> str:
    """Close the tags of a page that HTML leaves open, and write its letters out."""
    written = SCRIPT.sub("", html).replace("<!doctype", "<!DOCTYPE", 1)
    return LETTER.sub(_letter, VOID.sub(r"<\1\2/>", written))


def _letter(found: re.Match[str]) -> str:
    """A letter for its name in HTML, but for those that XML has too."""
    return found[0] if found[1] in OF_XML else unescape(found[0])


def _for_paper(page: Element) -> str:
    """
    Take from a page what paper never shows, and give the styles taken from its head.

    Drawings become images whose alternative texts are the labels of the page.
    """
    for parent in list(page.iter()):
        for child in list(parent):
            for key in [key for key in child.attrib if key.startswith("data-")]:
                del child.attrib[key]
            classes = child.get("class", "").split()
            if not SCREEN_ONLY.isdisjoint(classes):
                _remove(parent, child)
            elif child.tag == "span" and not child.attrib:
                _unwrap(parent, child)
        if len(parent) == 1 and parent.tag == "sup" and parent[0].tag == "abbr":
            # What it is short for shows itself to a pointer, which paper has none of.
            parent.text = parent[0].text
            del parent[0]
        if parent.get("role") == "img":
            for number, drawing in enumerate(parent):
                if drawing.tag == f"{SVG}svg":
                    parent[number] = _picture(drawing, parent.get("aria-label", ""))
    css = []
    for head in page.findall("head"):
        for style in head.findall("style"):
            css.append(style.text or "")
            head.remove(style)
    return "".join(css)


def _picture(drawing: Element, alt: str) -> Element:
    """
    A drawing as an image with a text for those who do not see it.

    Then no style is looked for to each of its strokes.
    """
    written = base64.b64encode(ET.tostring(drawing)).decode()
    image = Element("img", src=f"data:image/svg+xml;base64,{written}", alt=alt)
    image.tail = drawing.tail
    return image


def _remove(parent: Element, child: Element) -> None:
    """Take an element away, and leave the text behind it."""
    place = list(parent).index(child)
    _write_before(parent, place, child.tail or "")
    parent.remove(child)


def _unwrap(parent: Element, child: Element) -> None:
    """Put what an element holds in its place."""
    place = list(parent).index(child)
    held = list(child)
    if held:
        held[-1].tail = (held[-1].tail or "") + (child.tail or "")
    else:
        child.text = (child.text or "") + (child.tail or "")
    parent[place : place + 1] = held
    _write_before(parent, place, child.text or "")


def _write_before(parent: Element, place: int, text: str) -> None:
    """Add to the text that stands before what is in a place."""
    if place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _labels(page: Element) -> dict[str, str]:
    """What the first link to each place is called, by the place's id."""
    labels: dict[str, str] = {}
    for link in page.iter("a"):
        target = link.get("href", "")
        if target.startswith("#"):
            words = link.get("aria-label") or " ".join("".join(link.itertext()).split())
            labels.setdefault(target.removeprefix("#"), words)
    return labels


@lru_cache(maxsize=4)
def _sheet(css: str) -> tuple[Any, list[tuple[Any, ...]]]:
    """
    A stylesheet that was read, and the typefaces that it brings.

    Alike for report after report, and read without Pango.
    """
    import weasyprint

    faces: list[tuple[Any, ...]] = []
    listed = SimpleNamespace(add_font_face=lambda *face: faces.append(face))
    fetcher = _fetcher()
    return weasyprint.CSS(string=css, font_config=listed, url_fetcher=fetcher), faces


@contextmanager
def _fonts(faces: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
    """Typefaces for one page, in files that are gone when it is set."""
    from weasyprint.text.fonts import FontConfiguration

    with outputs.scratch() as folder:
        fonts = FontConfiguration()
        fonts._folder = folder
        for face in faces:
            fonts.add_font_face(*face)
        try:
            yield fonts
        finally:
            # Or it would take the folder away once more, at a time of its own.
            fonts._folder = None
