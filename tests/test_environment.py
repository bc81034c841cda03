"""The three lists of what asss stands on are one list."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def normal(requirement: str) -> str:
    """Return the name in a requirement, in the one spelling that pip compares."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, f"{requirement!r} does not begin with a name"
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.fixture(scope="module")
def declared() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return {normal(requirement) for each in lists for requirement in each}


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Version by name; a package with two versions would lose one, so it fails."""
    pairs = re.findall(r"^([^\s=]+)==([^\s;]+)", LOCK, flags=re.MULTILINE)
    names = [normal(name) for name, _ in pairs]
    assert len(names) == len(set(names)), "the lock has two versions of a package"
    return {normal(name): version for name, version in pairs}


@pytest.fixture(scope="module")
def conda() -> dict[str, str]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["dependencies"]
    (pip,) = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    return {normal(entry): entry.partition("==")[2] for entry in pip}


def test_lock_has_every_direct_dependency(declared, locked):
    assert sorted(declared - locked.keys()) == []


def test_conda_users_get_the_locked_versions(declared, locked, conda):
    assert conda == {name: locked.get(name) for name in sorted(declared)}


def test_each_library_has_a_lowest_version():
    """One that is tried by `make lowest`, so that pip says why it cannot install.

    What is set in type differs from one Typst to the next, so that is held to one.
    """
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    needed = project["dependencies"] + extras["report"] + extras["cluster"]
    assert [one for one in needed if not re.fullmatch(r"[\w-]+>=[\d.]+", one)] == [
        "typst==0.15.*"
    ]


def test_all_name_the_same_pythons():
    """From the oldest that is tried on, and no further than what each one says."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    oldest = project["project"]["requires-python"].removeprefix(">=")
    tried = [
        classifier.rpartition(" ")[2]
        for classifier in project["project"]["classifiers"]
    ]
    assert tried[0] == oldest == project["tool"]["mypy"]["python_version"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert f"python >={oldest}" in conda["dependencies"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(re.findall(r"Python (3\.\d+) or", makefile)) == {oldest}
    assert set(re.findall(r"--python-version (\S+)", makefile)) == {oldest}
    assert f"({', '.join(oldest.split('.'))})" in makefile
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"needs Python {oldest} or newer" in readme
    (said,) = re.findall(r"with Python ([\d., and]+);", readme)
    assert re.findall(r"[\d.]+", said) == tried


def test_lock_names_no_address_and_no_machine():
    """It must serve anyone, through whatever index they have been given."""
    # `://` and not `http`, for the lock rightly holds aiohttp and httpx.
    strangers = [
        line
        for line in LOCK.splitlines()
        if re.search(r"://|@|index-url|find-links|/tmp|/work|/home|/root", line)
    ]
    assert strangers == []


def test_every_locked_version_has_a_hash():
    """Without hashes for all, pip --require-hashes refuses the whole file."""
    requirements = re.split(r"\n(?=\S)", LOCK.strip())
    bare = [
        each.splitlines()[0]
        for each in requirements
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", each)
    ]
    assert bare == []
