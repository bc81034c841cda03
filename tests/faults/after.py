"""What is changed after the facts: on the way to the page, or in finished files."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from asss.formats import conversion, exports, typesetting
from asss.formats.readback import copies
from faults import Fault, Scene, Stop

Plant = Callable[[Scene], None]

#: Where other reports lie.
OTHER, EARLIER = (f"{year}/sosiale_tjenester/tromso" for year in (2020, 2018))


def _on_its_way(module: object, name: str, old: str, new: str) -> Plant:
    """The page is another when it is handed on."""

    def plant(scene: Scene) -> None:
        make = getattr(module, name)

        def changed(html: str, *given: object) -> object:
            if old not in html:
                raise LookupError(old)
            return make(html.replace(old, new, 1), *given)

        scene.patch.setattr(module, name, changed)

    return plant


def _converted(old: str, new: str) -> Plant:
    """The page is another than the notebook's."""

    def plant(scene: Scene) -> None:
        make = conversion.to_html

        def changed(*given: object, **named: object) -> str:
            html = make(*given, **named)  # type: ignore[arg-type]
            if old not in html:
                raise LookupError(old)
            return html.replace(old, new, 1)

        scene.patch.setattr(conversion, "to_html", changed)

    return plant


def _edited(file: str, old: str, new: str) -> Plant:
    def plant(scene: Scene) -> None:
        text = (scene.folder / file).read_bytes().decode("utf-8")
        scene.edit(file, old, new, times=text.count(old) or 1)

    return plant


def _instead(file: str, other: str) -> Plant:
    """Another report's file lies in the place of this one's."""

    def plant(scene: Scene) -> None:
        shutil.copy(scene.folder.parents[2] / other / file, scene.folder / file)

    return plant


def _after(name: str, plant: Plant, *, finished: bool = True) -> Fault:
    stop: Stop = "verify" if finished else "render"
    return Fault(name, "after", stop, plant, formats=("pdf",))


def _in_json(file: str, change: Callable[[Any], None]) -> Plant:
    """Another value in a file of JSON, however it is written there."""

    def plant(scene: Scene) -> None:
        path = scene.folder / file
        content = json.loads(path.read_bytes())
        before = json.dumps(content)
        change(content)
        if json.dumps(content) == before:
            raise LookupError(file)
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    return plant


def _outputs(notebook: Any, mime: str) -> Iterator[dict[str, Any]]:
    found = False
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if mime in output.get("data", {}):
                found = True
                yield output["data"]
    if not found:
        raise LookupError(mime)


def _shown_otherwise(notebook: Any) -> None:
    """JupyterLab shows another figure than the block that it stands for."""
    for data in _outputs(notebook, copies.BLOCK):
        shown = "".join(data["text/html"])
        data["text/html"] = shown.replace(">1,04", ">1,14")


def _drawn_otherwise(notebook: Any) -> None:
    """JupyterLab shows another drawing than the page."""
    for data in _outputs(notebook, copies.BLOCK):
        shown = "".join(data["text/html"])
        data["text/html"] = re.sub(
            r"(data:image/svg.*?cx=.)\d", r"\g<1>9", shown, flags=re.DOTALL
        )


def _given_otherwise(notebook: Any) -> None:
    """The facts that the notebook keeps are others than those beside it."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for mime in [m for m in output.get("data", {}) if copies.FACTS in m]:
                facts = copies._unpacked(output["data"][mime])
                facts["facts"][0]["value"] = 3.14
                output["data"] = {"application/vnd.asss.facts+json": facts}


def _run_otherwise(notebook: Any) -> None:
    """A cell is no longer what was run."""
    cell = next(c for c in notebook["cells"] if "assess(" in "".join(c["source"]))
    cell["source"] = "".join(cell["source"]) + "\nfound = found.head(1)"


def _asked_otherwise(notebook: Any) -> None:
    """It says that it was run for another year."""
    for cell in notebook["cells"]:
        if copies.GIVEN in cell["metadata"].get("tags", ()):
            written = "".join(cell["source"])
            cell["source"] = written.replace("year = 2020", "year = 2019")


def _not_asked(notebook: Any) -> None:
    """It does not say what it was run for."""
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if copies.GIVEN not in cell["metadata"].get("tags", ())
    ]


def _asked_more(notebook: Any) -> None:
    """What it was run for is changed in the same cell."""
    for cell in notebook["cells"]:
        if copies.GIVEN in cell["metadata"].get("tags", ()):
            cell["source"] = "".join(cell["source"]) + "\nyear -= 1"


OF_COPIES = tuple(
    Fault(name, "after", "verify", plant)
    for name, plant in (
        (
            "a number is changed in the file of a figure",
            _edited("figurer/figur-1.svg", ">112", ">121"),
        ),
        (
            "a mark is moved in the file of a figure",
            _edited("figurer/figur-2.svg", 'cx="1', 'cx="2'),
        ),
        (
            "the description of a figure's file is changed",
            _edited("figurer/figur-1.svg", "Sykefravær (PAI) (112", "Sykefravær (121"),
        ),
        (
            "a style hides marks in the file of a figure",
            _edited("figurer/figur-1.svg", "<style>", "<style>circle{display:none}"),
        ),
        (
            "the file of a figure is another's",
            _instead("figurer/figur-1.svg", OTHER),
        ),
        (
            "the picture of a figure is another's",
            _instead("figurer/figur-1.png", OTHER),
        ),
        (
            "a figure is changed in a finished notebook",
            _edited("rapport.ipynb", ">1,04", ">1,14"),
        ),
        (
            "a figure is changed in what JupyterLab shows",
            _in_json("rapport.ipynb", _shown_otherwise),
        ),
        (
            "a mark is moved in what JupyterLab shows",
            _in_json("rapport.ipynb", _drawn_otherwise),
        ),
        (
            "a fact is changed in a finished notebook",
            _in_json("rapport.ipynb", _given_otherwise),
        ),
        (
            "a cell is changed in a finished notebook",
            _in_json("rapport.ipynb", _run_otherwise),
        ),
        (
            "a year is changed in a finished notebook",
            _in_json("rapport.ipynb", _asked_otherwise),
        ),
        (
            "what a notebook was run for is taken out",
            _in_json("rapport.ipynb", _not_asked),
        ),
        (
            "what a notebook was run for is changed within",
            _in_json("rapport.ipynb", _asked_more),
        ),
        ("the notebook is another's", _instead("rapport.ipynb", OTHER)),
        (
            "a figure is changed in the reviewer's edition",
            _edited("gjennomgang.html", "1,04", "1,14"),
        ),
        (
            "a cell at SSB is changed in the reviewer's edition",
            _edited("gjennomgang.html", "12367", "12376"),
        ),
        (
            "the reviewer's edition is another's",
            _instead("gjennomgang.html", OTHER),
        ),
        (
            "a false sentence is hidden in a remark that a browser ends",
            _edited("rapport.html", "<h1>", "<!--><p>Oslo bruker minst.</p>--><h1>"),
        ),
        (
            "a sentence is hidden from the reader",
            _edited("rapport.html", "<span data-rule=", "<span hidden data-rule="),
        ),
    )
)

OF_INDEX = tuple(
    Fault(name, "after", "verify", _edited("../../index.html", old, new))
    for name, old, new in (
        ("the status is changed in the index", "Endelige tall", "Foreløpige tall"),
        ("a date is changed in the index", "15.03.2021", "15.03.2020"),
        ("a place is changed in the index", "plass 3 av 10", "plass 1 av 10"),
    )
)

FAULTS = (
    _after(
        "a sentence is changed on its way to the page",
        _converted("33\u00a0%", "23\u00a0%"),
        finished=False,
    ),
    _after(
        "a figure of Tabell 1 is changed on its way to the page",
        _converted(">1,04", ">1,14"),
        finished=False,
    ),
    _after(
        "the page is changed after the PDF was set",
        _on_its_way(exports, "offered", ">1,04", ">1,14"),
        finished=False,
    ),
    _after(
        "the PDF is set of another page",
        _on_its_way(typesetting, "to_pdf", ">1,04", ">1,14"),
        finished=False,
    ),
    _after(
        "a figure is changed on a finished page",
        _edited("rapport.html", ">1,04", ">1,14"),
    ),
    _after(
        "a year is changed on a finished page", _edited("rapport.html", "2019", "2014")
    ),
    _after(
        "a fact is changed in a finished facts.json",
        _edited("facts.json", '"value": 1.04', '"value": 1.14'),
    ),
    _after(
        "a place is changed in a finished facts.json",
        _edited("facts.json", '"rank": 3,', '"rank": 2,'),
    ),
    _after(
        "a name is changed in a finished table",
        _edited("kommuner.csv", "Trondheim", "Trondhjem"),
    ),
    _after(
        "a figure is changed in a finished table",
        _edited("tall.csv", ",1.04,", ",1.14,"),
    ),
    _after(
        "the PDF is of another year",
        _instead("rapport.pdf", EARLIER),
    ),
    _after("the PDF is another's", _instead("rapport.pdf", OTHER)),
    _after(
        "the workbook is another's",
        _instead("nokkeltall.xlsx", OTHER),
    ),
    _after("the table is another's", _instead("tall.csv", OTHER)),
    _after(
        "the page is another's",
        _instead("rapport.html", OTHER),
    ),
    _after(
        "the facts are another's",
        _instead("facts.json", OTHER),
    ),
    *OF_INDEX,
    *OF_COPIES,
)
