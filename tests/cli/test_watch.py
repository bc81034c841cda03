"""``asss watch``: what is saved is on the open page; what is wrong is said there."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import browser
import httpx
import pytest
from patience import PATIENCE, wait_for
from reports import commented, copy_project
from typer.testing import CliRunner

from asss.__main__ import app
from asss.catalogue.parameters import SERVICE
from asss.cli import watch
from asss.outputs import FACTS_NAME, HTML_NAME
from asss.page import site


@dataclass
class Watched:
    """A project that is watched by a process of its own."""

    project: Path
    process: "subprocess.Popen[str]"
    said: Path

    def told(self) -> str:
        return self.said.read_text("utf-8")

    @property
    def address(self) -> str:
        """Of the page that would be opened."""

        def find() -> str:
            assert self.process.poll() is None, self.told()
            found = re.search(r"Ctrl-C ends it: (\S+)", self.told())
            return found[1] if found else ""

        return str(wait_for(find))

    def page(self, kommune: str) -> str:
        return (
            httpx.URL(self.address).join(f"{SERVICE}/{kommune}/{HTML_NAME}").__str__()
        )

    def state(self, address: str) -> dict[str, str]:
        """What an open page learns when it asks."""
        page = httpx.URL(address)
        answer = httpx.get(
            page.copy_with(raw_path=f"{watch.STATE}?{page.path}".encode())
        )
        return dict(answer.json())

    def made(self) -> dict[str, int]:
        """When each report of the project was made."""
        facts = self.project.glob(f"outputs/2020/*/*/{FACTS_NAME}")
        return {path.parent.name: path.stat().st_mtime_ns for path in facts}

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def _watched(project: Path, *words: str) -> Watched:
    said = project / "said.txt"
    command = [sys.executable, "-m", "asss", "watch", "--no-browser", *words]
    with said.open("w") as file:
        started = subprocess.Popen(
            command, cwd=project, stdout=file, stderr=subprocess.STDOUT, text=True
        )
    return Watched(project, started, said)


@pytest.fixture(scope="module")
def cities(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Two reports, watched until the last test has looked at them."""
    project = copy_project(root, tmp_path_factory.mktemp("watched") / "project")
    watched = _watched(project, "--kommune", "oslo,bergen", "--year", "2020")
    try:
        wait_for(lambda: watched.state(watched.address)["stamp"])
        yield watched
    finally:
        watched.process.kill()
        watched.process.wait(PATIENCE)


def test_saved_comment_is_on_its_page_and_no_other(cities: Watched) -> None:
    before, page = cities.made(), cities.page("oslo")
    stamp = cities.state(page)["stamp"]
    comment = commented(cities.project, "oslo-2020/kvalitet", "Sagt om Oslo.")
    wait_for(lambda: cities.state(page)["stamp"] not in ("", stamp))
    assert "Sagt om Oslo." in httpx.get(page).text
    after = cities.made()
    assert after["oslo"] > before["oslo"]
    assert after["bergen"] == before["bergen"]
    assert "a comment on this report changed" in cities.told()
    comment.unlink()
    wait_for(lambda: "Sagt om Oslo." not in httpx.get(page).text)


def test_wrong_file_is_told_and_the_last_good_page_stays(cities: Watched) -> None:
    """Then it is mended, with another wording, which is in all reports."""
    before, page = cities.made(), cities.page("oslo")
    phrases = cities.project / "parameters" / "fraser.yaml"
    good = phrases.read_text("utf-8")
    phrases.write_text(good.replace("\nphrases:", "\nphrsaes:"), "utf-8")
    problem = wait_for(lambda: cities.state(page)["problem"])
    assert "fraser.yaml" in problem
    assert problem in cities.told()
    assert "<h1" in httpx.get(page).text
    assert cities.made() == before
    other = good.replace(
        '"{service} i {kommune} {year}"', '"{kommune} {year}: {service}"'
    )
    other = other.replace(
        '"Sosiale tjenester i Trondheim 2020"\n',
        '"Trondheim 2020: Sosiale tjenester"\n',
        1,
    )
    phrases.write_text(other, "utf-8")
    wait_for(lambda: not cities.state(page)["problem"])
    wait_for(lambda: all(cities.made()[name] > before[name] for name in before))
    assert "Oslo 2020: Sosiale tjenester" in httpx.get(page).text


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
def test_open_page_shows_what_was_saved(cities: Watched) -> None:
    """By itself; what is wrong is said on it, and is gone when it is mended."""
    phrases = cities.project / "parameters" / "fraser.yaml"
    with browser.launched() as started:
        page = started.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(cities.page("bergen"))
        comment = commented(cities.project, "bergen-2020/kvalitet", "Sagt om Bergen.")
        page.wait_for_selector("text=Sagt om Bergen.")
        good = phrases.read_text("utf-8")
        phrases.write_text(good.replace("\nphrases:", "\nphrsaes:"), "utf-8")
        note = page.wait_for_selector("[role=alert]")
        assert note is not None
        assert "fraser.yaml" in note.inner_text()
        assert page.is_visible("text=Sagt om Bergen.")
        phrases.write_text(good, "utf-8")
        page.wait_for_selector("[role=alert]", state="detached")
        comment.unlink()
        page.wait_for_selector("text=Sagt om Bergen.", state="detached")
        assert not errors


def test_script_is_in_no_file(cities: Watched) -> None:
    """In what is served alone; there every page has it, a missing one too."""
    for file in cities.project.glob("outputs/2020/**/*.html"):
        assert watch.STATE not in file.read_text("utf-8")
    for name in ("oslo", "bergen", "ingen"):
        assert watch.STATE in httpx.get(cities.page(name)).text
    assert not cities.state(cities.page("ingen"))["stamp"]


def test_no_other_machine_and_no_other_name_is_answered(cities: Watched) -> None:
    """Whatever page of the web has its name lead here learns nothing."""
    page = cities.page("oslo")
    assert httpx.URL(page).host == "127.0.0.1"
    answer = httpx.get(page, headers={"Host": "example.org"})
    assert answer.status_code == 403
    assert "Oslo" not in answer.text


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 0), ("SIGTERM", 143)])
def test_ctrl_c_is_how_one_ends_it(made: Path, number: str, code: int) -> None:
    """Nothing was asked for, so it watches what there is."""
    watched = _watched(made)
    assert watched.address.endswith(f"/2017/sosiale_tjenester/tromso/{HTML_NAME}")
    assert watched.end(signal.Signals[number]) == code
    assert watched.told().endswith("No longer watching.\n")
    assert "Traceback" not in watched.told()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Say which report: --kommune oslo --year 2020"),
        (["--year", "2019"], "there is none of it in"),
        (["--year", "2020", "--kommune", "asker"], "member from data year 2022"),
        (["--year", "2020", "--kommune", "oslo", "--port", "99999"], "--port 99999"),
    ],
)
def test_what_cannot_be_watched_is_said(
    words: list[str], says: str, project: Path
) -> None:
    place = str(project / "parameters")
    result = CliRunner().invoke(app, ["watch", *words, "--parameters", place])
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("script", ["", "own()"])
def test_page_may_run_the_script_and_what_it_ran_before(script: str) -> None:
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{site.policy(script)}">'
    )
    served = watch._with_script(f"<head>{head}</head><body></body>", "1")
    (policy,) = re.findall(r'content="([^"]*)"', served)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    own = re.findall(r"script-src ('\S+')", site.policy(script))
    assert rules["script-src"].split() == [f"'sha256-{watch.HASH}'", *own]
    assert rules["connect-src"] == "'self'"
    assert rules["default-src"] == "'none'"
