"""What an executed notebook is kept as, and who trusts it."""

import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from fontTools import ttLib
from jupyter_core.paths import jupyter_data_dir
from nbformat.sign import NotebookNotary

from asss.cli.terminal import Account, Log
from asss.formats import conversion
from asss.outputs import FACTS_NAME, NOTEBOOK_NAME
from asss.page import looks

Rendered = Callable[[str, int], Path]


@pytest.fixture
def notebook(rendered: Rendered) -> nbformat.NotebookNode:
    return nbformat.read(rendered("trondheim", 2020) / NOTEBOOK_NAME, 4)


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's data folder, of somebody who has never used it."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    return tmp_path / "jupyter"


def _is_trusted(notebook: nbformat.NotebookNode) -> bool:
    with NotebookNotary(data_dir=jupyter_data_dir()) as notary:
        return bool(notary.check_signature(notebook))


def test_a_report_can_be_made_of_it_again(
    notebook: nbformat.NotebookNode, rendered: Rendered
) -> None:
    written = (rendered("trondheim", 2020) / FACTS_NAME).read_text("utf-8")
    assert list(conversion.facts(notebook)) == [json.loads(written)]


def test_it_can_be_sent_by_mail(rendered: Rendered) -> None:
    """With its page, its figures whole, and a plot for those who trust nobody."""
    assert (rendered("trondheim", 2020) / NOTEBOOK_NAME).stat().st_size < 850_000


def test_typeface_of_a_figure_has_every_letter_of_it() -> None:
    """Also one that none of our figures has yet."""
    usual = looks.font_faces(looks.LETTERS)
    block = (
        '<div class="picture" role="img" aria-label="a"><svg>'
        "<text>{}</text></svg></div>"
    )
    assert usual in looks._alone(looks.LETTERS)
    plain = looks.in_notebook(block.format("Tromsø &lt; 1"))
    assert plain.count(looks._alone(looks.LETTERS).translate(looks.WRITTEN)) == 1
    more = looks.font_faces(looks.LETTERS | {"č", "ć"})
    assert len(more) > len(usual)
    assert more.translate(looks.WRITTEN) in looks.in_notebook(block.format("Kočić"))


def test_figures_of_a_report_share_a_typeface(rendered: Rendered) -> None:
    """It lies in the package: to cut another takes as long as executing."""
    usual = looks._alone(looks.LETTERS).translate(looks.WRITTEN)
    for kommune in ("trondheim", "bergen"):
        written = (rendered(kommune, 2020) / NOTEBOOK_NAME).read_text("utf-8")
        drawings = written.count("data:image/svg+xml;charset=utf-8,")
        assert drawings == 4
        assert written.count(json.dumps(usual)[1:-1]) == drawings


def test_typeface_of_a_figure_is_not_dated_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A notebook made again, a second later, has the same bytes."""
    made = []
    for moment in (0, 1):
        monkeypatch.setattr(ttLib.tables._h_e_a_d, "timestampNow", lambda m=moment: m)
        made.append(looks._cut(looks.LETTERS, "Regular"))
    assert made[0] == made[1]


@pytest.mark.parametrize("weight", looks.WEIGHTS)
def test_typeface_of_figures_lies_there_as_it_would_be_cut(weight: str) -> None:
    """As `python -m asss.page.looks` cuts it; packed, it may differ by zlib."""
    cut, lies = (
        ttLib.TTFont(io.BytesIO(each), recalcTimestamp=False)
        for each in (
            looks._cut(looks.LETTERS, weight),
            looks._usual(weight).read_bytes(),
        )
    )
    assert set(lies.keys()) == set(cut.keys()) > {"CFF ", "GPOS", "cmap"}
    for table in set(cut.keys()) - {"GlyphOrder"}:
        assert lies.reader[table] == cut.reader[table]
    assert {*map(chr, lies.getBestCmap())} == looks.LETTERS


def test_typeface_of_figures_is_not_cut_for_a_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only for a letter that none of our figures has."""
    monkeypatch.setattr(looks, "_cut", lambda *_: pytest.fail("cut anew"))
    looks.font_faces.cache_clear()
    assert "font/woff;base64" in looks.font_faces(looks.LETTERS)
    with pytest.raises(pytest.fail.Exception):
        looks.font_faces(looks.LETTERS | {"č"})


def test_what_was_made_here_is_trusted_here(notebook: nbformat.NotebookNode) -> None:
    assert _is_trusted(notebook)
    notebook.cells[-1].outputs[0].data["text/html"] += "<script>alert(1)</script>"
    assert not _is_trusted(notebook)


def test_whoever_has_never_used_jupyter_can_sign(
    notebook: nbformat.NotebookNode, jupyter: Path
) -> None:
    assert conversion.sign(notebook) == ""
    assert _is_trusted(notebook)
    assert (jupyter / "notebook_secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", ["", "nbsignatures.db", "nbsignatures.db.lock"])
def test_why_it_was_not_signed_is_said(
    notebook: nbformat.NotebookNode, jupyter: Path, part: str
) -> None:
    """The folder is a file, or a file is a folder: nothing is lost but the trust."""
    if part:
        (jupyter / part / "full").mkdir(parents=True)
        # Jupyter puts aside what it cannot open; and this it cannot put there.
        (jupyter / f"{part}.bak").touch()
    else:
        jupyter.touch()
    assert conversion.sign(notebook)


def test_command_says_once_that_it_cannot_sign(
    capsys: pytest.CaptureFixture[str],
) -> None:
    account = Account(log=Log.TEXT, quiet=False, explain=False)
    for _ in range(10):
        account.unsigned("the folder [x] is full")
    said = capsys.readouterr().out
    assert said.count("could not be signed (the folder [x] is full)") == 1
    account = Account(log=Log.JSON, quiet=False, explain=False)
    account.unsigned("full")
    event = json.loads(capsys.readouterr().out)
    assert (event["event"], event["reason"]) == ("unsigned", "full")


def test_signatures_that_others_keep_stay(
    notebook: nbformat.NotebookNode, jupyter: Path
) -> None:
    conversion.sign(notebook)
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("a")])
    with NotebookNotary(data_dir=str(jupyter)) as notary:
        notary.sign(other)
    conversion.sign(notebook)
    assert _is_trusted(other)
    with sqlite3.connect(jupyter / "nbsignatures.db") as base:
        assert base.execute("SELECT count(*) FROM nbsignatures").fetchone() == (2,)
    base.close()
