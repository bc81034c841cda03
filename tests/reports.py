"""The reports that tests walk over: ten kommuner, six years of embedded figures."""

import shutil
from pathlib import Path

from asss.catalogue import catalogue
from asss.catalogue.parameters import SERVICE

KOMMUNER = (
    "oslo",
    "bergen",
    "trondheim",
    "stavanger",
    "kristiansand",
    "tromso",
    "sandnes",
    "baerum",
    "drammen",
    "fredrikstad",
)
YEARS = tuple(range(2015, 2021))


def copy_project(root: Path, folder: Path) -> Path:
    """Copy the project's own files, of one service area: each takes its time."""
    others = {*catalogue.services(root / "parameters")} - {SERVICE}
    ignored = shutil.ignore_patterns(".ipynb_checkpoints", *others)
    for name in ("notebooks", "parameters"):
        shutil.copytree(root / name, folder / name, ignore=ignored)
    return folder


def commented(project: Path, place: str, text: str = "Og mer.") -> Path:
    """Write a comment on a report of a project, of the chapter that its file names."""
    file = project / "parameters" / "sosiale_tjenester" / "kommentarer" / f"{place}.md"
    file.parent.mkdir(exist_ok=True)
    head = 'author: "En"\nsource: "https://ks.no"\ndate: "2021-03-15"\n'
    file.write_text(f"---\n{head}---\n{text}\n", "utf-8")
    return file
