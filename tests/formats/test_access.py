"""
Every page for everybody: WCAG 2.2 AA in a real browser, in light and dark.

axe-core finds what a program can find alone; the rest is asked of each page by
keyboard, by zoom and by what a reader may ask of colours and spacing. A new kind of
page is one more line in ``PAGES``.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import browser
import matplotlib.image
import numpy as np
import pytest
from browser import Screen, Theme

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK, SERVICE, SHARED
from asss.runs import comparison, contents, report
from asss.statbank import Snapshot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING),
]


@dataclass(frozen=True)
class Workshop:
    """What pages are made of, and where they are put."""

    rendered: Callable[..., Path]
    made: Path
    known: Catalogue
    snapshot: Snapshot
    folder: Path


def _report(*of: str | int) -> Callable[[Workshop], Path]:
    return lambda workshop: workshop.rendered(*of) / report.HTML_NAME


def _review(workshop: Workshop) -> Path:
    return workshop.made / "outputs" / "2017" / SERVICE / "tromso" / report.REVIEW_NAME


def _index(workshop: Workshop) -> Path:
    for name in ("trondheim", NETWORK):
        folder = workshop.folder / "2020" / SERVICE / name
        shutil.copytree(workshop.rendered(name, 2020), folder)
    return contents.write_index([workshop.known], year=2020, output=workshop.folder)


def _diff(workshop: Workshop) -> Path:
    """Two figures corrected by SSB: one is another, and one is now suppressed."""
    table, old = "12210", workshop.snapshot
    dataset = old.dataset(table)
    values, status = list(dataset.values), dict(dataset.status)
    cell = {"KOKkommuneregion0000": "0301", "Tid": "2016"}
    other = dataset.position({**cell, "ContentsCode": "KOSsosantkliente0000"})
    hidden = dataset.position({**cell, "ContentsCode": "KOSant18240000"})
    values[other], values[hidden], status[hidden] = 12345, None, ":"
    corrected = replace(dataset, values=values, status=status)
    datasets = {**old.datasets, table: corrected}
    new = replace(old, name="rettet", datasets=datasets)
    found = comparison.compare(workshop.known, old, new, years=[2016, 2017])
    path = workshop.folder / "endret.html"
    path.write_text(comparison.to_html(found, workshop.known), encoding="utf-8")
    return path


#: Every kind of page that asss makes.
PAGES: Mapping[str, Callable[[Workshop], Path]] = {
    "trondheim-2020": _report("trondheim", 2020),
    "tromso-2017": _report("tromso", 2017),
    "asker-2022": _report("asker", 2022),
    "barnevern-trondheim-2020": _report("trondheim", 2020, "barnevern"),
    f"barnevern-{NETWORK}-2020": _report(NETWORK, 2020, "barnevern"),
    **{f"{name}-2020": _report(name, 2020) for name in SHARED},
    "review": _review,
    "index": _index,
    "diff": _diff,
}
#: Those with figures.
REPORTS = [n for n in PAGES if n[-4:].isdigit() and not n.startswith(METHOD)]

each_page = pytest.mark.parametrize("name", PAGES)
each_theme = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(scope="module")
def file_of(
    rendered: Callable[[str, int], Path],
    made_once: Path,
    known: Catalogue,
    snapshot: Snapshot,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Path]:
    """The file of a page, made once."""
    folder = tmp_path_factory.mktemp("site")
    workshop = Workshop(rendered, made_once, known, snapshot, folder)
    return cache(lambda name: PAGES[name](workshop))


@pytest.fixture(scope="module")
def screen(file_of: Callable[[str], Path]) -> Iterator[Screen]:
    """The browser. While it runs its loop no notebook can, so pages come first."""
    for name in PAGES:
        file_of(name)
    with browser.chromium() as started:
        yield started


# -- what would be found ---------------------------------------------------------------

#: A fault each, and the rule of axe-core or the probe that must find it.
FAULTS = {
    "color-contrast": "<p style='color: #999; background: #fff'>Grått på hvitt</p>",
    "image-alt": "<img src='data:,' width=9 height=9>",
    "link-name": "<a href='#'></a>",
    "target-size": "<a style='float: left' href='#'>a</a><br>" * 2,
    "region": "<div>Utenfor</div>",
    "tooWide": "<div style='width: 2000px'>Bred</div>",
    "cutOff": "<p style='width: 3rem; overflow: hidden; white-space: pre'>For lang</p>",
    "unreachable": "<div style='width: 9px; overflow: auto'>Rullefelt</div>",
    "tooSmall": "<main><p style='font-size: 9px'>Lite</p></main>",
    "shuffled": "<p tabindex=2>Foran køen</p>",
    "tables": "<table><tbody><tr><td>1</td></tr></tbody></table>",
    "references": "<a href='#ingen'>Ingen steder</a>",
    "moving": "<p style='transition: color 1s'>Glir</p>",
}


@pytest.mark.parametrize(("finder", "fault"), FAULTS.items(), ids=FAULTS)
def test_planted_fault_is_found(
    screen: Screen, tmp_path: Path, finder: str, fault: str
) -> None:
    """What never complains proves nothing."""
    file = tmp_path / "feil.html"
    file.write_text(f"<!doctype html><html lang=nb><title>x</title>{fault}", "utf-8")
    page = screen.show(file)
    if finder in page.evaluate("Object.keys(probe)"):
        assert page.evaluate(f"probe.{finder}()")
    else:
        rules = {found.partition(":")[0] for found in browser.violations(page)}
        assert finder in rules


@pytest.mark.parametrize(
    "style",
    ["outline: none", "outline: 3px solid #eee", "position: absolute; left: -9rem"],
)
def test_hidden_focus_is_found(screen: Screen, tmp_path: Path, style: str) -> None:
    """None at all, too faint, and out of sight."""
    file = tmp_path / "fokus.html"
    link = f"<a href='#' style='{style}'>Hit</a>"
    file.write_text(f"<!doctype html><html lang=nb><title>x</title>{link}", "utf-8")
    page = screen.show(file)
    page.keyboard.press("Tab")
    assert page.evaluate("probe.focused()")["wrong"]


# -- what a page may do ----------------------------------------------------------------


@each_page
def test_page_fetches_nothing_and_shows_itself(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """Whatever finds its way onto it; and its own style, fonts and script all work."""
    page = screen.show(file_of(name))
    assert screen.complaints[file_of(name)] == []
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
    assert page.locator("meta[http-equiv=Content-Security-Policy]").count() == 1
    blocked = page.evaluate(
        """() => new Promise(done => {
            const tell = found => { image.remove(); done(found.blockedURI); };
            document.addEventListener("securitypolicyviolation", tell, { once: true });
            const image = document.createElement("img");
            document.body.append(image);
            image.src = "http://eksempel.invalid/a.png";
        })"""
    )
    assert blocked == "http://eksempel.invalid/a.png"


# -- what axe-core finds ---------------------------------------------------------------


@each_theme
@each_page
def test_axe_finds_nothing(
    screen: Screen, file_of: Callable[[str], Path], name: str, theme: Theme
) -> None:
    """WCAG 2.0, 2.1 and 2.2 on A and AA, and good practice."""
    assert browser.violations(screen.show(file_of(name), theme=theme)) == []


# -- by keyboard -----------------------------------------------------------------------


@each_theme
@each_page
def test_keyboard_goes_through_the_page_in_its_order(
    screen: Screen, file_of: Callable[[str], Path], name: str, theme: Theme
) -> None:
    """Each stop once, in order, and seen when it is reached."""
    page = screen.show(file_of(name), theme=theme, calm=True)  # without sliding
    stops = page.evaluate("probe.stops()")
    assert stops
    if theme == "dark":
        stops = stops[:100]  # the order is that of the light one; colours repeat
    reached: list[str] = []
    wrong: list[str] = []
    for _ in stops:
        page.keyboard.press("Tab")
        focused = page.evaluate("probe.focused()")
        assert focused, f"the focus is lost after {reached[-1:]}"
        reached.append(focused["name"])
        wrong += [f"{focused['name']}: {fault}" for fault in focused["wrong"]]
    assert reached == stops
    assert wrong == []
    assert page.evaluate("probe.shuffled()") == []


@each_page
def test_skip_link_comes_first_and_skips(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """Whoever goes by keyboard sees it at once, and lands in the content."""
    page = screen.show(file_of(name), calm=True)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    box = skip.bounding_box()
    assert skip.inner_text() == "Hopp til innholdet"
    assert box
    assert min(box["x"], box["y"]) >= 0
    assert min(box["width"], box["height"]) >= 24
    target = (skip.get_attribute("href") or "").removeprefix("#")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    main = page.locator("main")
    assert main.evaluate("(e, id) => e.contains(document.getElementById(id))", target)
    assert main.evaluate("e => e.contains(document.activeElement)")


# -- in the small, the large and the spaced out ----------------------------------------


@pytest.mark.parametrize("spaced", [False, True], ids=["as-is", "spaced"])
@pytest.mark.parametrize("width", [320, 640, 768, 1280])
@each_page
def test_page_fits_its_width(
    screen: Screen, file_of: Callable[[str], Path], name: str, width: int, spaced: bool
) -> None:
    """Zoomed or on a phone only tables and figures scroll, by keyboard too."""
    page = screen.show(file_of(name), width=width, spaced=spaced)
    assert page.evaluate("probe.tooWide()") == []
    assert page.evaluate("probe.cutOff()") == []
    assert page.evaluate("probe.unreachable()") == []


@each_page
def test_nothing_is_lost_on_a_phone(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """The same words in the narrowest window as in the widest.

    But for whose the earlier years of Tabell 1 are, which are there by themselves.
    """
    wide = Counter(screen.show(file_of(name)).evaluate("probe.words()"))
    page = screen.show(file_of(name), width=320)
    narrow = Counter(page.evaluate("probe.words()"))
    apart = page.locator("th.again[colspan]").all_inner_texts()
    assert narrow == wide + Counter(" ".join(apart).split())
    assert wide.total() > 50


@each_page
def test_nothing_is_too_small_to_read(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """Eleven pixels at the least."""
    assert screen.show(file_of(name)).evaluate("probe.tooSmall()") == []


@pytest.mark.parametrize("name", REPORTS)
def test_report_brings_its_font_and_draws_its_figures(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """Nothing depends on the machine that the page is looked at on."""
    page = screen.show(file_of(name))
    fonts = page.evaluate(
        "[...document.fonts].map(f => [f.family, f.weight, f.status])"
    )
    assert sorted(fonts) == [["Inter", "400", "loaded"], ["Inter", "600", "loaded"]]
    sizes = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map(e => [e.clientWidth, "
        "e.clientHeight, e.viewBox.baseVal.height / e.viewBox.baseVal.width])"
    )
    assert len(sizes) >= 4
    for width, height, shape in sizes:
        assert width > 250
        assert height == pytest.approx(width * shape, abs=2), "cut, or squeezed"


@each_theme
def test_table_that_goes_on_shows_it(
    screen: Screen, file_of: Callable[[str], Path], theme: Theme
) -> None:
    """A shade at the edge of Tabell 1 on a phone, until its end is there."""
    page = screen.show(file_of("trondheim-2020"), theme=theme, width=390, calm=True)
    table = page.locator(".table").first

    def is_shaded() -> bool:
        image = matplotlib.image.imread(BytesIO(table.screenshot()), format="png")
        pixels = np.round(image[..., :3] * 255).astype(int) @ (65536, 256, 1)
        ground = np.bincount(pixels.ravel()).argmax()
        # The last column may be half a pixel.
        return bool(np.bincount(pixels[:, -2]).argmax() != ground)

    seen = []
    for place in ("0", "e.scrollWidth", "0"):
        table.evaluate(f"e => {{ e.scrollLeft = {place}; }}")
        seen.append(is_shaded())
    assert seen == [True, False, True]


# -- for those who listen --------------------------------------------------------------


@each_page
def test_page_is_built_for_listening(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """In bokmål, one main part, headings without gaps, cells with their headers."""
    page = screen.show(file_of(name))
    assert page.evaluate("document.documentElement.lang") == "nb"
    assert page.title().strip()
    assert page.locator("main").count() == 1
    levels = [level for level, _ in page.evaluate("probe.headings()")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("probe.tables()") == []
    assert page.evaluate("probe.references()") == []


# -- colours and movement --------------------------------------------------------------


@each_page
def test_nothing_moves_for_those_who_ask_for_calm(
    screen: Screen, file_of: Callable[[str], Path], name: str
) -> None:
    """prefers-reduced-motion is heeded, also by what slides when a link is followed."""
    assert screen.show(file_of(name), calm=True).evaluate("probe.moving()") == []


@pytest.mark.parametrize(
    ("theme", "forced"),
    [("light", False), ("dark", False), ("light", True), ("dark", True)],
    ids=["light", "dark", "forced-light", "forced-dark"],
)
def test_text_in_figures_can_be_read(
    screen: Screen, file_of: Callable[[str], Path], theme: Theme, forced: bool
) -> None:
    """Contrast of 4.5 as drawn, at which axe does not look, in every colouring."""
    page = screen.show(file_of("trondheim-2020"), theme=theme, forced=forced)
    texts, faint = 0, []
    for figure in page.locator("figure svg").all():
        image = matplotlib.image.imread(BytesIO(figure.screenshot()), format="png")
        for text in figure.evaluate("probe.drawn"):
            texts += 1
            if _contrast(image, text) < 4.5:
                faint.append(text["text"])
    assert texts > 50
    assert faint == []


def _contrast(image: np.ndarray, box: Mapping[str, float]) -> float:
    """Between the commonest colour of a box and the one that differs most from it."""
    left, top = round(box["x"]), round(box["y"])
    right, bottom = left + round(box["width"]), top + round(box["height"])
    pixels = np.round(image[top:bottom, left:right, :3] * 255).astype(int)
    codes, counts = np.unique(pixels @ (65536, 256, 1), return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1) / 255
    # Relative luminance as WCAG 2.2 defines it.
    linear = np.where(
        colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4
    )
    light = linear @ (0.2126, 0.7152, 0.0722) + 0.05
    ground = light[counts.argmax()]
    return float((np.maximum(light, ground) / np.minimum(light, ground)).max())
