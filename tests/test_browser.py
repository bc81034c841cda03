"""The finished page in a real browser: it fits, it has its font and its figures."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no chromium here: apt-get install it"),
]

#: A page that opens another at a given width and writes down what it measures.
PROBE = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" src="{page}" style="border:0;width:{width}px;height:900px"></iframe>
<pre id="out"></pre>
<script>
document.getElementById('f').addEventListener('load', async (event) => {{
  const doc = event.target.contentDocument;
  await doc.fonts.ready;
  const small = [...doc.querySelectorAll('main *')].filter((e) =>
    [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) &&
    e.closest('svg, sup') === null && parseFloat(getComputedStyle(e).fontSize) < 11);
  const wide = [...doc.querySelectorAll('body *')].filter((e) =>
    e.closest('.table, .picture, .skip') === null &&
    e.getBoundingClientRect().right > {width} + 1);
  document.getElementById('out').textContent = JSON.stringify({{
    scroll: doc.documentElement.scrollWidth - doc.documentElement.clientWidth,
    wide: wide.slice(0, 5).map((e) => e.tagName + '.' + e.className),
    fonts: [...doc.fonts].map((f) => f.family + ' ' + f.weight + ' ' + f.status),
    figures: [...doc.querySelectorAll('.picture svg')].map((e) =>
      Math.round(e.getBoundingClientRect().height)),
    small: small.slice(0, 5).map((e) => e.tagName + '.' + e.className),
    title: doc.title,
  }});
}});
</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing in the test run."""


@pytest.fixture(scope="module")
def look(
    rendered: Callable[[str, int], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, int, int], dict[str, object]]]:
    """Open a report at a width in the browser; what the probe measured."""
    place = tmp_path_factory.mktemp("site")
    handler = functools.partial(_Quiet, directory=str(place))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"

    def measure(kommune: str, year: int, width: int) -> dict[str, object]:
        page = f"{kommune}-{year}.html"
        shutil.copy(rendered(kommune, year) / "rapport.html", place / page)
        probe = PROBE.format(page=page, width=width)
        (place / "probe.html").write_text(probe, encoding="utf-8")
        assert BROWSER
        command = [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--disable-quic", "--virtual-time-budget=15000"),
            *(f"--user-data-dir={place / 'profile'}", "--window-size=1400,1000"),
            *("--dump-dom", f"{address}/probe.html"),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=True
        )
        found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
        assert found
        assert found[1], "the page did not load in the browser"
        measured: dict[str, object] = json.loads(found[1])
        return measured

    yield measure
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize(("kommune", "year"), [("trondheim", 2020), ("tromso", 2017)])
def test_page_fits_its_width(
    look: Callable[[str, int, int], dict[str, object]],
    kommune: str,
    year: int,
    width: int,
) -> None:
    """On a phone only tables and figures scroll, each in its own frame."""
    measured = look(kommune, year, width)
    assert measured["scroll"] == 0, measured["wide"]
    assert measured["wide"] == []


def test_page_brings_its_own_font_and_draws_its_figures(
    look: Callable[[str, int, int], dict[str, object]],
) -> None:
    """Nothing depends on the machine, and nothing is too small to read."""
    measured = look("trondheim", 2020, 1280)
    assert sorted(measured["fonts"]) == ["Inter 400 loaded", "Inter 600 loaded"]  # type: ignore[call-overload]
    heights = measured["figures"]
    assert isinstance(heights, list)
    assert len(heights) == 4
    assert all(height > 250 for height in heights)
    assert measured["small"] == []
    assert measured["title"] == "Sosiale tjenester i Trondheim 2020 – ASSS"
