"""The package as others get it: a wheel, installed far from this checkout."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

#: In the place of an environment without the report extra: nothing of it is found.
REFUSE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
"""

#: What comes with the extra, and what brings such a thing along.
OF_REPORTS = (
    *("bs4", "fontTools", "ipykernel", "IPython", "ipywidgets", "jinja2"),
    *(
        "jupyter_client",
        "jupyter_core",
        "jupyterlab",
        "markupsafe",
        "matplotlib",
        "nbclient",
    ),
    *("nbconvert", "nbformat", "papermill", "pikepdf", "resvg_py", "rich"),
    *("seaborn", "traitlets", "typer", "typst", "xlsxwriter", "click"),
    *("distributed", "dask", "upath", "tornado", "zmq"),
)


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Python in an empty folder, with the wheel and not the checkout."""
    place = tmp_path_factory.mktemp("wheel")
    pip = ("pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile")
    for words in (
        ("hatchling", "build", "--target", "wheel", "--directory", str(place)),
        (*pip, "--target", str(place / "site"), "--find-links", str(place), "asss"),
    ):
        subprocess.run([sys.executable, "-m", *words], cwd=root, check=True)
    (place / "empty").mkdir()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", *words],
            cwd=place / "empty",
            env={**os.environ, "PYTHONPATH": str(place / "site")},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_init_lays_out_a_project_that_makes_reports(installed: Run) -> None:
    done = installed("-m", "asss", "init", "here")
    assert (done.returncode, done.stderr) == (0, "")
    where = ("--parameters", "here/parameters")
    listed = installed("-m", "asss", "list", *where)
    assert "trondheim" in listed.stdout, listed.stderr
    made = installed(
        *("-m", "asss", "render", "--kommune", "trondheim", "--year", "2020"),
        *("--format", "html", *where),
    )
    assert made.returncode == 0, made.stdout + made.stderr
    shown = "import asss, pathlib as p; print(asss.__file__, *p.Path().rglob('*.html'))"
    where_from, *pages = installed("-c", shown).stdout.split()
    assert "site" in Path(where_from).parts
    assert "here/outputs/2020/sosiale_tjenester/trondheim/rapport.html" in pages


def test_init_leaves_a_folder_that_is_not_empty(installed: Run) -> None:
    installed("-c", "from pathlib import Path; Path('full/a').mkdir(parents=True)")
    done = installed("-m", "asss", "init", "full")
    assert done.returncode == 2
    assert "full is not an empty folder" in done.stderr


def test_command_without_its_extra_says_what_to_install(installed: Run) -> None:
    """In one line and not in a traceback, whatever part of the extra is missing."""
    for missing in (OF_REPORTS, ("rich",)):
        program = REFUSE.format(missing=set(missing))
        program += "sys.argv = ['asss', 'render', '--all', '--year', '2020']\n"
        program += "from asss.__main__ import main; main()"
        done = installed("-c", program)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert "pip install 'asss[report]'" in line
