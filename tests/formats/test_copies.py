"""What says once more what the page says is the page's: drawings, and the notebook."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from faults import Fault, Scene, after

from asss.catalogue.catalogue import Catalogue
from asss.formats import exports, readback
from asss.formats.readback import copies
from asss.outputs import FACTS_NAME

#: Those that need no other report, nor a reviewer's edition.
PLANTED = [
    fault
    for fault in after.OF_COPIES
    if "another's" not in fault.name and "reviewer" not in fault.name
]


def problems(folder: Path, known: Catalogue) -> list[str]:
    """All that is wrong with what was made as page and drawings, and the notebook."""
    facts = json.loads((folder / FACTS_NAME).read_bytes())
    template = known.folder.parent / "notebooks" / "kommune.ipynb"
    found = readback.read_report(folder, facts, known, ("html", "svg"))
    return found + readback.read_notebook(folder, facts, template)


@pytest.fixture
def folder(rendered: Callable[[str, int], Path], tmp_path: Path) -> Path:
    """A report to be damaged."""
    return shutil.copytree(rendered("trondheim", 2020), tmp_path / "trondheim")


def test_what_was_made_is_sound(folder: Path, known: Catalogue) -> None:
    """Everything in it is the page's."""
    assert problems(folder, known) == []


@pytest.mark.parametrize("fault", PLANTED, ids=[fault.name for fault in PLANTED])
def test_copy_that_says_something_else_is_refused(
    fault: Fault, folder: Path, known: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each that the campaign plants in finished files."""
    fault.plant(Scene(monkeypatch, folder))
    assert problems(folder, known)


def test_drawing_too_many_or_too_few_is_refused(folder: Path, known: Catalogue) -> None:
    """A file that no figure of the page is in, and a figure without one."""
    (folder / "figurer/figur-1.svg").rename(folder / "figurer/figur-9.svg")
    assert problems(folder, known) == [
        "figurer/figur-1.svg: is not there",
        "figurer/figur-9.svg: is no figure of the page",
    ]


def test_picture_of_another_drawing_is_refused(folder: Path) -> None:
    """Even with the right caption and text: it says from which drawing it was made."""
    html = (folder / "rapport.html").read_text("utf-8")
    figures = folder / "figurer"
    drawings = list(exports.drawings(html))
    for one in drawings:
        (figures / f"{one.name}.png").write_bytes(one.png("nb"))
    assert list(copies.false_pictures(figures, html)) == []
    other = replace(drawings[0], svg=drawings[1].svg)
    (figures / "figur-1.png").write_bytes(other.png("nb"))
    (figures / "figur-2.png").unlink()
    assert list(copies.false_pictures(figures, html)) == [
        "figurer/figur-2.png: is not there",
        "figurer/figur-1.png: is not drawn from the page's figure",
    ]
