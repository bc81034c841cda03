"""What is changed after the facts: on the way to the page, or in finished files."""

import shutil
from collections.abc import Callable

from asss.formats import conversion, exports, typesetting
from faults import Fault, Scene

Plant = Callable[[Scene], None]


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
        shutil.copy(scene.folder.parents[1] / other / file, scene.folder / file)

    return plant


def _after(name: str, plant: Plant, *, finished: bool = True) -> Fault:
    return Fault(name, "after", "verify" if finished else "render", plant)


OF_INDEX = tuple(
    Fault(name, "after", "verify", _edited("../index.html", old, new))
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
    _after("the PDF is of another year", _instead("rapport.pdf", "2018/tromso")),
    _after("the PDF is another's", _instead("rapport.pdf", "2020/tromso")),
    _after("the workbook is another's", _instead("nokkeltall.xlsx", "2020/tromso")),
    _after("the table is another's", _instead("tall.csv", "2020/tromso")),
    _after("the page is another's", _instead("rapport.html", "2020/tromso")),
    _after("the facts are another's", _instead("facts.json", "2020/tromso")),
    *OF_INDEX,
)
