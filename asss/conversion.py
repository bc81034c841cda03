"""
From an executed notebook to the finished page, and from the page to PDF.

The only room that knows nbconvert and WeasyPrint. Imports ``contents``, ``site``,
``tagging``, ``blocks`` and below.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

import asss
from asss import blocks, contents, site, tagging
from asss.catalogue import Catalogue
from asss.errors import RenderError
from asss.parameters import NETWORK


def to_html(
    notebook: NotebookNode, facts: Mapping[str, Any], known: Catalogue, *, css: str = ""
) -> str:
    """
    Convert an executed notebook to the finished page.

    Only cells tagged ``rapport`` are on it; no code, nothing from elsewhere, and no
    script but the one that sorts the tables of the network's page.
    What an edition has of its own in style is given as `css`, and stands last.
    """
    # HTMLExporter would parse the whole page once more and write it anew.
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="rapport",
        template_file="index.html.j2",
        extra_template_basedirs=[str(_templates())],
        filters={"markdown": blocks.markdown},
    )
    is_network = facts["run"]["kommune"] == NETWORK
    extra = {
        "asss": {
            "title": f"{facts['title']} – ASSS",
            "description": facts["sentences"][0]["text"],
            "css": blocks.stylesheet()
            + (site.stylesheet() if is_network else "")
            + css,
            "script": site.script() if is_network else "",
            "policy": site.policy() if is_network else "",
            "language": known.language,
            "version": asss.__version__,
            "skip_link": known.phrases.words["skip_link"],
        }
    }
    body, _ = exporter.from_notebook_node(notebook, resources=extra)
    return contents.add(str(body), known)


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
    labels: dict[str, str] = {}
    for link in document.etree_element.iter("a"):
        target = link.get("href", "")
        if target.startswith("#"):
            labels.setdefault(target.removeprefix("#"), _label(link))
    return tagging.finish(document.write_pdf(pdf_variant="pdf/ua-1"), labels)


def _label(link: Element) -> str:
    """What a link is called: by its label, or else by its own words."""
    return link.get("aria-label") or " ".join("".join(link.itertext()).split())


def _with_titles(html: str) -> str:
    """Give each drawing the title that PDF takes for its alternative text.

    On a screen a title would pop up over the figure; the page has aria-label instead.
    """
    drawing = re.compile(r'(role="img" aria-label="([^"]*)"[^>]*>\s*<svg\b[^>]*>)')
    return drawing.sub(r"\1<title>\2</title>", html)
