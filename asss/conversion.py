"""
From an executed notebook to the finished page, and from the page to PDF.

The only room that knows nbconvert and WeasyPrint. What no reader should see is refused
here, whatever brought it onto the page. Imports ``page``, ``blocks`` and below.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from importlib import resources
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

import asss
from asss import blocks, page, parameters
from asss.catalogue import Catalogue
from asss.errors import RenderError
from asss.parameters import Run

#: What never belongs in front of a reader. Whole words: «Nannestad» is a place.
LEFTOVERS = re.compile(r"\bnan\b|\bNone\b|\bNaN\b|Traceback|\{\w*\}|<NA>")

#: Where the template wants the table of contents.
CONTENTS_HERE = "<!-- contents -->"


def to_html(notebook: NotebookNode, facts: Mapping[str, Any], known: Catalogue) -> str:
    """
    Convert an executed notebook to the finished page.

    Only cells tagged ``rapport`` are on it; no code, no script, nothing from elsewhere.
    """
    # HTMLExporter would parse the whole page once more and write it anew.
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="rapport",
        template_file="index.html.j2",
        extra_template_basedirs=[str(_templates())],
        filters={"markdown": blocks.markdown},
    )
    extra = {
        "asss": {
            "title": f"{facts['title']} – ASSS",
            "description": facts["sentences"][0]["text"],
            "css": blocks.stylesheet(),
            "version": asss.__version__,
            "skip_link": known.phrases.words["skip_link"],
        }
    }
    body, _ = exporter.from_notebook_node(notebook, resources=extra)
    return _add_contents(str(body), known)


def _add_contents(html: str, known: Catalogue) -> str:
    """The chapters, as the finished page has them: nobody keeps a list of their own."""
    chapters: list[tuple[str, str]] = []

    def name(found: re.Match[str]) -> str:
        anchor = re.sub(r"\W+", "-", parameters.fold(found[2])).strip("-")
        chapters.append((anchor, found[2]))
        return f'{found[1]}<h2 id="{anchor}">{found[2]}</h2>'

    html = re.sub(r'(<div class="prose[^>]*>\s*)<h2>(.*?)</h2>', name, html)
    return html.replace(CONTENTS_HERE, page.contents(chapters, known).html)


def _templates() -> Path:
    return Path(str(resources.files("asss"))) / "templates"


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

    Raises
    ------
    RenderError
        If WeasyPrint cannot be loaded.
    """
    problem = pdf_problem()
    if problem:
        msg = (
            f"No PDF: {problem}. Install Pango (see the README), or use --format html."
        )
        raise RenderError(msg)
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    document = weasyprint.HTML(string=_with_titles(html))
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def _with_titles(html: str) -> str:
    """Give each drawing the title that PDF takes for its alternative text.

    On a screen a title would pop up over the figure; the page has aria-label instead.
    """
    drawing = re.compile(r'(role="img" aria-label="([^"]*)"[^>]*>\s*<svg\b[^>]*>)')
    return drawing.sub(r"\1<title>\2</title>", html)


def check_html(html: str, run: Run) -> None:
    """
    Refuse a page that holds what no reader should see.

    Raises
    ------
    RenderError
        Naming the first leftover, with the words around it.
    """
    name = f"{run.kommune} {run.year}"
    body = re.sub(r"<(style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    body = unescape(re.sub(r"<[^>]+>", " ", body))
    found = LEFTOVERS.search(body)
    if found:
        around = body[max(0, found.start() - 40) : found.end() + 40]
        msg = f"{name}: the page holds {found[0]!r}: «{around.strip()}»."
        raise RenderError(msg)
    headings = html.count("<h1>")
    if headings != 1:
        msg = f"{name}: the page has {headings} main headings."
        raise RenderError(msg)
