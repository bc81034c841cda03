"""
Faults made on purpose, each of which would let something wrong out to a reader.

A fault is planted either in the code that makes a report, where it is a slip that
anybody could make, or in files that are finished, where it is what somebody did
afterwards. It says where it must be stopped, and ``tests/campaign.py`` tries whether it
is. Each module of this package holds those of a kind, as ``FAULTS``.
"""

import importlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from types import CodeType
from typing import Any, Final, Literal, TypeAlias

import jinja2
import pytest
import typst

from asss.formats import conversion, typesetting
from asss.page import blocks

#: What a reader has before them that would be wrong.
Kind = Literal[
    "figures",
    "exports",
    "index",
    "network",
    "after",
    "arithmetic",
    "sources",
    "table",
    "own",
    "need",
    "others",
    "paper",
    "review",
]

#: Codes that a cell has, among others.
Codes: TypeAlias = frozenset[str]

#: Where a project of a fault's own has its figures.
PLANTED: Final = "planted"

#: Where a fault must be stopped: before anything is put in place; by `asss verify`, of
#: finished files; or by a test alone, where the facts themselves are wrong.
Stop = Literal["render", "verify", "test"]


@dataclass(frozen=True)
class Fault:
    """One thing that is made wrong.

    Attributes
    ----------
    name : str
        What a reader would see, in words.
    plant : function of a scene
        Makes it: `Scene.swap` and `Scene.patch` change the code that makes a report,
        `Scene.edit` and `Scene.write` finished files (then it is stopped by `verify`).
    report : str
        The report that would be wrong, ``<kommune>-<year>``; for the index, any.
    test : str
        With ``stop="test"``: the test that must fail, from ``tests/``.
    given : function of a folder, optional
        Makes a project in which it would be seen: what lies in ``parameters/``, and the
        embedded figures in ``planted/``. Without the fault, its report is right.
    formats : tuple of str
        What must be made for it to show, beside what always is.
    editions : tuple of str
        In which it would be seen.
    language : str
        Of the report, where it is not bokmål.
    """

    name: str
    kind: Kind
    stop: Stop
    plant: Callable[["Scene"], None]
    report: str = "trondheim-2020"
    test: str = ""
    given: Callable[[Path], None] | None = None
    formats: tuple[str, ...] = ()
    editions: tuple[str, ...] = ("public",)
    language: str = ""


@dataclass(frozen=True)
class Scene:
    """
    What a fault is planted in.

    Attributes
    ----------
    patch : MonkeyPatch
        Changes what is in force until the fault has been tried.
    folder : Path
        The finished report, a copy; empty where it is still to be made.
    """

    patch: pytest.MonkeyPatch
    folder: Path

    def swap(self, module: str, old: str, new: str) -> None:
        """Change a line within functions of a module, for all who have them already."""
        live = importlib.import_module(module)
        path = Path(str(live.__file__))
        source = path.read_text("utf-8")
        if source.count(old) != 1:
            msg = f"{module}: {old!r} stands there {source.count(old)} times"
            raise LookupError(msg)
        before = _functions(compile(source, path, "exec"))
        after = _functions(compile(source.replace(old, new), path, "exec"))
        changed = [name for name in after if after[name] != before.get(name)]
        if not changed:
            msg = f"{module}: {old!r} is in no function; change it with `patch`"
            raise LookupError(msg)
        for name in changed:
            self.patch.setattr(_live(live, name), "__code__", after[name])

    def template(self, name: str, old: str, new: str) -> None:
        """Have another text in what pages are set with."""

        def of(loader: type[jinja2.BaseLoader]) -> None:
            read = loader.get_source

            def get_source(this: Any, environment: Any, template: str) -> Any:
                source, *rest = read(this, environment, template)
                if template == name:
                    if old not in source:
                        raise LookupError(old)
                    source = source.replace(old, new, 1)
                return source, *rest

            self.patch.setattr(loader, "get_source", get_source)

        of(jinja2.PackageLoader)
        of(jinja2.FileSystemLoader)
        self.patch.setattr(blocks._COMPILED, "load_bytecode", lambda *_: None)
        blocks._environment.cache_clear()
        conversion._exporter.cache_clear()

    def paper(self, old: str, new: str) -> None:
        """Have another text in what sets a PDF."""
        template = (
            Path(blocks.__file__).parent / "templates" / "rapport" / "rapport.typ"
        )
        source = template.read_text("utf-8")
        if old not in source:
            raise LookupError(old)
        folder = self.folder / "set-otherwise"
        shutil.copytree(template.parent, folder, dirs_exist_ok=True)
        (folder / template.name).write_text(source.replace(old, new, 1), "utf-8")
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(template.parents[3] / "fonts")],
        )
        compiler = typst.Compiler(
            str(folder / template.name), root=str(folder), font_paths=fonts
        )
        self.patch.setattr(typesetting, "_compiler", lambda: compiler)

    def edit(self, name: str, old: str, new: str, *, times: int = 1) -> None:
        """Change a text of a finished file, which stands there so many times."""
        path = self.folder / name
        text = path.read_bytes().decode("utf-8")
        if text.count(old) != times:
            msg = f"{name}: {old!r} stands there {text.count(old)} times"
            raise LookupError(msg)
        path.write_bytes(text.replace(old, new).encode())


def swapped(
    name: str,
    kind: Kind,
    module: str,
    old: str,
    new: str,
    *,
    stop: Stop = "render",
    report: str = "trondheim-2020",
    test: str = "",
    given: Callable[[Path], None] | None = None,
    formats: tuple[str, ...] = (),
    editions: tuple[str, ...] = ("public",),
    language: str = "",
) -> Fault:
    """A fault that is one text in a module in the place of another."""

    def plant(scene: Scene) -> None:
        scene.swap(module, old, new)

    return Fault(
        name, kind, stop, plant, report, test, given, formats, editions, language
    )


def refigure(root: Path, table: str, figures: Mapping[Codes, float]) -> None:
    """Have other figures in the cells with these codes, of a project of its own."""
    folder = root / PLANTED
    path = folder / f"{table}.json"
    answer = json.loads(path.read_bytes())
    index = [answer["dimension"][name]["category"]["index"] for name in answer["id"]]
    for flat, codes in enumerate(product(*index)):
        for wanted, value in figures.items():
            if wanted <= {*codes}:
                answer["value"][flat] = value
                answer["status"] = {
                    n: sign for n, sign in answer["status"].items() if int(n) != flat
                }
    path.write_text(json.dumps(answer), "utf-8")
    digest = sha256(path.read_bytes()).hexdigest()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    entry = manifest["tables"][table]
    entry["sha256"] = entry["parts"][0]["sha256"] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    """Have another text in a file of a project of its own."""
    path = root / name
    text = path.read_text("utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new), "utf-8")


def _functions(code: CodeType, within: str = "") -> dict[str, CodeType]:
    """The code of functions and methods, by name: what is nested goes with its own."""
    found: dict[str, CodeType] = {}
    for one in code.co_consts:
        if not isinstance(one, CodeType) or one.co_name.startswith("<"):
            continue
        name = f"{within}{one.co_name}"
        is_class = not one.co_flags & 0x0001
        found |= _functions(one, f"{name}.") if is_class else {name: one}
    return found


def _live(module: Any, name: str) -> Any:
    """The function of a name as it is in force, out of what it was wrapped in."""
    *classes, last = name.split(".")
    owner = module
    for one in classes:
        owner = getattr(owner, one)
    found = vars(owner)[last]
    for wrapped in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    return found
