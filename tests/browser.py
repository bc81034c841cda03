"""
The finished pages in a real browser: the system's Chromium, driven by Playwright.

Playwright's own browsers are not used, and nothing is fetched. What the tests ask of a
page stands in ``probes.js``; axe-core comes with ``axe-playwright-python``.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from patience import PATIENCE
from playwright.sync_api import Browser, Page, sync_playwright

#: Where Chromium is, if anywhere.
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
MISSING = "no Chromium here: apt-get install chromium, or your system's package of it"

#: WCAG 2.0, 2.1 and 2.2 on levels A and AA, and what is good practice beyond them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: The spacing that WCAG 1.4.12 lets a reader ask for. Figures are pictures.
SPACED = """
*:not(svg *) { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }
"""

Theme = Literal["light", "dark"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser, and end it again whatever happens."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            timeout=1000 * PATIENCE,
            args=["--disable-background-networking", "--disable-component-update"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium() -> Iterator["Screen"]:
    """A window of the browser."""
    with launched() as browser:
        yield Screen(browser)


class Screen:
    """A window in which each page is opened once, and then looked at in many ways."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context(offline=True)
        self._context.set_default_timeout(1000 * PATIENCE)
        self._context.add_init_script(path=Path(__file__).with_name("probes.js"))
        axe = resources.files("axe_playwright_python") / "axe.min.js"
        self._context.add_init_script(script=axe.read_text("utf-8"))
        self._pages: dict[Path, Page] = {}
        #: What the browser has said of each page while it was opened.
        self.complaints: dict[Path, list[str]] = {}

    def show(
        self,
        file: Path,
        *,
        theme: Theme = "light",
        width: int = 1280,
        calm: bool = False,
        forced: bool = False,
        spaced: bool = False,
    ) -> Page:
        """
        Show a page as a reader has asked for it.

        Parameters
        ----------
        width : int
            Of the window, in CSS pixels: 640 is 1280 at 200 %, 320 is 1280 at 400 %.
        calm : bool
            Whether the reader has asked for less movement.
        forced : bool
            Whether the reader's system sets the colours.
        spaced : bool
            Whether the reader has set text wider apart (WCAG 1.4.12).
        """
        if file not in self._pages:
            self._pages[file] = self._context.new_page()
            said = self.complaints.setdefault(file, [])
            self._pages[file].on("console", lambda message: said.append(message.text))
            self._pages[file].goto(file.as_uri())
            said = []
            # What is folded away is a part of the page like any other.
            self._pages[file].evaluate(
                "document.querySelectorAll('details').forEach(e => { e.open = true; })"
            )
        page = self._pages[file]
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(
            color_scheme=theme,
            reduced_motion="reduce" if calm else "no-preference",
            forced_colors="active" if forced else "none",
        )
        page.evaluate(
            """async (css) => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(css);
                document.adoptedStyleSheets = [sheet];
                // The Tab key goes on from where it was: take it back to the start.
                const start = document.createElement("span");
                start.tabIndex = -1;
                document.body.prepend(start);
                start.focus();
                start.remove();
                scrollTo(0, 0);
                await document.fonts.ready;
            }""",
            SPACED if spaced else "",
        )
        return page


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page: the rule, where, and what is wrong."""
    found: list[dict[str, Any]] = page.evaluate(
        """async (tags) => {
            // Nothing on the page comes from elsewhere, so nothing need be preloaded.
            const options = { resultTypes: ["violations"], preload: false };
            const all = await axe.run({ ...options,
                runOnly: { type: "tag", values: tags },
                rules: { "color-contrast": { enabled: false } } });
            // Contrast takes axe most of its time, and is the same where colours are.
            const contrast = await axe.run({ include: probe.looks() },
                { ...options, runOnly: ["color-contrast"] });
            return [...all.violations, ...contrast.violations];
        }""",
        TAGS,
    )
    return [
        f"{broken['id']}: {node['target']}: {node['failureSummary']}"
        for broken in found
        for node in broken["nodes"]
    ]
