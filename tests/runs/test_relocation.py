"""Old addresses: what lay there is gone once it is made anew, and a page leads on."""

import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from asss import outputs
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import SERVICE
from asss.runs import contents, manifest, verification
from asss.runs.ledger import Entry, Ledger

TROMSO = "../sosiale_tjenester/tromso/rapport.html"


@pytest.fixture
def both(made: Path) -> Path:
    """A place for outputs with the same report at its old address and its new one."""
    output = made / "outputs"
    new = outputs.folder(output, 2017, SERVICE, "tromso")
    shutil.copytree(new, outputs.former(output, 2017, "tromso"))
    return output


def _told(output: Path) -> dict[str, str]:
    """What `asss verify` says of the old address, by outcome."""
    checks = verification.verify(root=output.parent, output=output)
    return {c.outcome: c.message for c in checks if c.about == "2017/tromso"}


def test_old_address_leads_on(both: Path, known: Catalogue) -> None:
    """By a link with the report's title, and at once; nothing else is left there."""
    folder = outputs.former(both, 2017, "tromso")
    assert "still does" in _told(both)["note"]
    assert contents.relocate([known], 2017, both) == [folder]
    assert manifest.names(folder) == [manifest.MANIFEST_NAME, outputs.HTML_NAME]
    page = BeautifulSoup((folder / outputs.HTML_NAME).read_text("utf-8"), "html.parser")
    (link,) = page.select("main a")
    assert link["href"] == TROMSO
    assert link.get_text() == "Sosiale tjenester i Tromsø 2017"
    assert page.select_one("html[lang=nb] h1")
    (refresh,) = page.select("meta[http-equiv=refresh]")
    assert refresh["content"] == f"0; url={TROMSO}"
    assert (folder / str(link["href"])).is_file()
    assert _told(both) == {"ok": f"leads on to {TROMSO}"}
    # Once is enough.
    assert contents.relocate([known], 2017, both) == []


def test_what_is_not_made_anew_is_left(both: Path, known: Catalogue) -> None:
    """Its page is the only one there is."""
    shutil.rmtree(outputs.folder(both, 2017, SERVICE, "tromso"))
    before = manifest.names(outputs.former(both, 2017, "tromso"))
    assert contents.relocate([known], 2017, both) == []
    assert manifest.names(outputs.former(both, 2017, "tromso")) == before


def test_somebodys_file_is_not_lost(both: Path, known: Catalogue) -> None:
    folder = outputs.former(both, 2017, "tromso")
    (folder / "figurer" / "notat.txt").write_text("Husk.", "utf-8")
    contents.relocate([known], 2017, both)
    assert (folder / "figurer" / "notat.txt").read_text("utf-8") == "Husk."
    assert "figurer/notat.txt was not made with it" in _told(both)["problem"]


def test_page_that_leads_elsewhere_is_found(both: Path, known: Catalogue) -> None:
    """However much its manifest vouches for it."""
    contents.relocate([known], 2017, both)
    folder = outputs.former(both, 2017, "tromso")
    page = folder / outputs.HTML_NAME
    page.write_text(page.read_text("utf-8").replace(TROMSO, "https://example.org"))
    kept = manifest.read_moved(folder)
    files = {outputs.HTML_NAME: manifest.file_of(page)}
    manifest.write(kept.model_copy(update={"files": files}), folder)
    assert "it is not the page that leads to" in _told(both)["problem"]


def test_old_address_of_a_report_that_is_gone_is_found(
    both: Path, known: Catalogue
) -> None:
    contents.relocate([known], 2017, both)
    shutil.rmtree(outputs.folder(both, 2017, SERVICE, "tromso"))
    assert "where no report is" in _told(both)["problem"]


def test_report_is_made_anew_in_what_it_lay_there_in(both: Path) -> None:
    """PDF, Word and the reviewer's edition are not lost on the way."""
    kept = manifest.read(outputs.former(both, 2017, "tromso"))
    shutil.rmtree(outputs.folder(both, 2017, SERVICE, "tromso"))
    assert manifest.made_in(both, kept.run) == {*kept.formats, *kept.editions}
    other = kept.run.model_copy(update={"service": "barnevern"})
    assert manifest.made_in(both, other) == set()


def test_ledger_of_before_keeps_its_dates(tmp_path: Path) -> None:
    """Its names had no service area; there was one."""
    entry = Entry(published="2021-03-15", changed="", fingerprint="a", history=())
    book = Ledger(tmp_path)
    book.record(f"2020/{SERVICE}/oslo", entry, before=None)
    written = book.path.read_text("utf-8")
    old = written.replace('"form": 2', '"form": 1').replace(f"/{SERVICE}/", "/")
    assert old != written
    book.path.write_text(old, "utf-8")
    assert book.read() == {f"2020/{SERVICE}/oslo": entry}
    book.record(f"2020/{SERVICE}/bergen", entry, before=None)
    assert book.read().keys() == {
        f"2020/{SERVICE}/{name}" for name in ("oslo", "bergen")
    }
