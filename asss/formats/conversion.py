"""
From an executed notebook to the finished page.

The only room that knows nbconvert. Imports ``contents``, ``site``, ``looks`` and
below.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

import asss
from asss.catalogue import markdown, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import BOKMAL, SHARED
from asss.errors import ParameterError
from asss.formats.executed import ON_PAGE
from asss.outputs import INDEX_NAME
from asss.page import contents, looks, site, text

__all__ = [
    "in_language",
    "to_html",
    "warm_up",
]


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


def warm_up() -> None:
    """Do once in a process, or before it forks, what its first page would wait for."""
    _exporter().environment.get_template("index.html.j2")
