"""
Reports in the browser while one writes: what a saved file touches is made at once.

A report is made as ``asss render`` makes it, and shown when it is read back and put in
place; until then, and where a file is half written, the last good page stays and says
so. The page reloads itself by a script that is in no file, only in what is served here.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import typer

from asss.catalogue import catalogue, parameters
from asss.cli.render import Formats, Kommune, Year, once, reports_of
from asss.cli.terminal import (
    Account,
    Ended,
    Log,
    OutputOption,
    ParametersOption,
    ServiceOption,
    out,
    output_folder,
    parameters_folder,
    plain_errors,
    safe,
    years_of,
)
from asss.errors import AsssError, UsageError
from asss.outputs import FACTS_NAME, HTML_NAME, INDEX_NAME
from asss.runs import manifest

__all__ = ["watch"]

#: Seconds between two looks at the files, and at the page.
BEAT = 0.4

#: Where a page asks what has become of it.
STATE = "/-/state"

#: Reloads the page when it is another, and says what is wrong. Its hash is allowed.
SCRIPT = """
const seen = document.currentScript.dataset.stamp;
const note = document.createElement("pre");
note.setAttribute("role", "alert");
note.style.cssText = "position:fixed;inset:auto 0 0;margin:0;padding:1rem;z-index:9;"
  + "max-height:50vh;overflow:auto;white-space:pre-wrap;background:#7a1f1f;color:#fff";
async function look() {
  try {
    const answer = await fetch("/-/state?" + location.pathname);
    const state = await answer.json();
    if (state.stamp && state.stamp !== seen) { location.reload(); return; }
    note.textContent = state.problem;
    if (state.problem) document.body.append(note); else note.remove();
  } catch {}
  setTimeout(look, 400);
}
look();
"""
HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

#: Where a page says what it may do.
POLICY = re.compile(r'(http-equiv="Content-Security-Policy" content=")([^"]*)"')

#: What is shown where no page has been made yet.
WAITING = "<!DOCTYPE html><title>asss watch</title><body>It is being made.</body>"


@dataclass
class _State:
    """What is served, and what is wrong with the files that it is made of."""

    folder: Path
    problem: str = ""


class _Told(Account):
    """The account of a round, which keeps what went wrong for the page."""

    def __init__(self) -> None:
        super().__init__(log=Log.TEXT, quiet=False, explain=True)
        self.problems: list[str] = []

    def origin(self, name: str, fetched: str, line: str) -> None:
        """Say nothing of where figures are from: it is the same each time."""

    def unchanged(self, run: Any, path: str) -> None:
        """Say nothing of what is as it was: most are, each time."""

    def problem(self, event: str, line: str, reason: str, run: Any = None) -> None:
        """Keep it, and report it as ever."""
        self.problems.append(reason)
        super().problem(event, line, reason, run)


def watch(
    kommune: Kommune = None,
    year: Year = None,
    service: ServiceOption = None,
    formats: Formats = None,
    output: OutputOption = None,
    port: Annotated[int, typer.Option(help="Default: any that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in it.")] = True,
    parameters_: ParametersOption = None,
) -> None:
    """Make again what a saved file touches, and show it in the browser; to Ctrl-C."""
    from asss.runs.batch import Local, cores

    with plain_errors():
        folder = parameters_folder(parameters_)
        place = output_folder(output, folder)
        area = catalogue.service_named(folder, service)
        years = years_of(year) if year is not None else []
        wanted = kommune or []
        if not (years and wanted):
            last, there = _made(place, area, years)
            years, wanted = years or [last], wanted or there
        first, *more = reports_of(folder, [area], wanted, years)
        page = manifest.folder_of(place, first) / HTML_NAME
        if more:
            page = place / str(first.year) / INDEX_NAME
        state = _State(place)
        try:
            with _served(state, port) as address, Local(cores()) as crew:
                make = partial(
                    once,
                    service=area,
                    kommune=wanted,
                    years=years,
                    output=place,
                    formats=formats or ["html"],
                    workers=nullcontext(crew),
                )
                _begin(f"{address}/{page.relative_to(place)}", browser=browser)
                _watch(folder, state, make)
        except (KeyboardInterrupt, typer.Exit) as ending:
            out.print("No longer watching.")
            code = getattr(ending, "exit_code", getattr(ending, "code", Ended().code))
            # Ctrl-C is how one ends it; whatever else ended it is in the exit code.
            if code != Ended().code:
                raise typer.Exit(code) from None


def _begin(address: str, *, browser: bool) -> None:
    out.print(f"Watching parameters/ and notebooks/; Ctrl-C ends it: {address}")
    if browser:
        import webbrowser

        webbrowser.open(address)


def _made(place: Path, area: str, years: Sequence[int]) -> tuple[int, list[str]]:
    """The last year that there are reports of, of these or all; and whose they are."""
    made: dict[int, set[str]] = {}
    for facts in place.glob(f"[0-9][0-9][0-9][0-9]/{area}/*/{FACTS_NAME}"):
        year = int(facts.relative_to(place).parts[0])
        if year in years or not years:
            made.setdefault(year, set()).add(facts.parent.name)
    if not made:
        msg = (
            f"Say which report: --kommune oslo --year 2020; there is none of it in "
            f"{place} yet."
        )
        raise UsageError(msg)
    return max(made), sorted(made[max(made)])


# -- the files -------------------------------------------------------------------------


def _watch(folder: Path, state: _State, make: Callable[..., None]) -> None:
    """Make what is due, now and whenever a file has been saved."""
    before: dict[Path, tuple[int, int]] = {}
    while True:
        if (now := _stamps(folder.parent)) == before:
            time.sleep(BEAT)
            continue
        # Whoever saves many files, or one in two steps, is let come to an end.
        while before != now:
            before = now
            time.sleep(BEAT)
            now = _stamps(folder.parent)
        told = _Told()
        try:
            make(folder, account=told)
        except (AsssError, OSError) as error:
            # A file may be gone for a moment, while it is replaced.
            told.problem("failed", f"[red]Error:[/red] {safe(error)}", str(error))
        state.problem = "\n".join(told.problems)


def _stamps(root: Path) -> dict[Path, tuple[int, int]]:
    """When each file was saved that reports are made of, and how long it is."""
    found = {}
    for part in parameters.PROJECT:
        for name in parameters.names_in(root / part):
            path = root / part / name
            try:
                held = path.stat()
            except OSError:
                # It is being replaced: the next look sees it.
                continue
            found[path] = held.st_mtime_ns, held.st_size
    return found


# -- the page --------------------------------------------------------------------------


@contextmanager
def _served(state: _State, port: int) -> Iterator[str]:
    """Serve what lies there to this machine alone, to the end of a ``with``."""
    handler = partial(_Pages, state=state, directory=str(state.folder))
    try:
        state.folder.mkdir(parents=True, exist_ok=True)
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        msg = f"{state.folder} cannot be served, --port {port}: {error}."
        raise UsageError(msg) from error
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(BEAT / 4,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Pages(SimpleHTTPRequestHandler):
    """The folder as it is, and its pages with the script."""

    def __init__(self, *given: Any, state: _State, **more: Any) -> None:
        self.state = state
        super().__init__(*given, **more)

    def do_GET(self) -> None:
        """Answer; nobody but a page of this machine, whatever names lead here."""
        host, _, _ = self.headers.get("Host", "").partition(":")
        if host not in ("127.0.0.1", "localhost"):
            self.send_error(403)
            return
        where, _, page = self.path.partition("?")
        if where == STATE:
            stamp, _ = _read(Path(self.translate_path(page)))
            told = {"stamp": stamp, "problem": self.state.problem}
            self._send(json.dumps(told), "application/json")
        elif where.endswith(".html"):
            stamp, html = _read(Path(self.translate_path(where)))
            self._send(_with_script(html, stamp), "text/html")
        else:
            super().do_GET()

    def _send(self, text: str, kind: str) -> None:
        raw = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """The terminal is for what is made."""


def _read(file: Path) -> tuple[str, str]:
    """Read a page, with a stamp that is another for another; empty if there is none."""
    try:
        html = file.read_text("utf-8")
    except OSError:
        return "", WAITING
    return hashlib.sha256(html.encode()).hexdigest(), html


def _with_script(html: str, stamp: str) -> str:
    """A page as it is served: it may run the script, and ask here what it is like."""

    def allow(found: re.Match[str]) -> str:
        own, policy = f"script-src 'sha256-{HASH}'", found[2]
        has_own = "script-src " in policy
        said = policy.replace("script-src", own) if has_own else f"{own}; {policy}"
        return f"{found[1]}{said}; connect-src 'self'\""

    script = f'<script data-stamp="{stamp}">{SCRIPT}</script>'
    return POLICY.sub(allow, html, count=1).replace("</body>", f"{script}</body>")
