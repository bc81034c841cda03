"""
What an analyst sees in a real JupyterLab: the report that was made, and its template.

One server for all; the executed notebook was signed by somebody else, so JupyterLab
trusts it with neither stylesheets nor SVG in the text. A copy is signed by who looks.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import browser
import httpx
import nbformat
import pytest
from nbformat.sign import NotebookNotary
from patience import PATIENCE, wait_for
from playwright.sync_api import Page, ViewportSize
from reports import copy_project

from asss.formats import conversion
from asss.page.blocks import BLOCK_MIME
from asss.runs import report

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING),
]

#: What a notebook shows of the report's page, and how many figures that has.
BLOCKS, FIGURES = ".jp-OutputArea-output .asss", 4

#: The kernel of the notebook that is shown, once there is one.
KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"

#: Run with Lab: no news from elsewhere, no token, and the application for the test.
SETTING = (
    *("--no-browser", "--allow-root", "--expose-app-in-browser"),
    *("--IdentityProvider.token=", "--LabApp.news_url=", "--ServerApp.port=8888"),
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


@pytest.fixture(scope="module")
def lab(
    root: Path,
    rendered: Callable[[str, int], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """JupyterLab in a project of its own; where it is."""
    home = tmp_path_factory.mktemp("lab")
    project = home / "project"
    copy_project(root, project)
    _lay_out(project, rendered("trondheim", 2020), home / "DATA")
    places = {f"JUPYTER_{n}_DIR": str(home / n) for n in ("DATA", "CONFIG", "RUNTIME")}
    started = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *SETTING, f"--notebook-dir={project}"],
        env={**os.environ, **places, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def address() -> str:
        assert started.poll() is None, "JupyterLab has ended"
        for file in (home / "RUNTIME").glob("jpserver-*.json"):
            return str(json.loads(file.read_text("utf-8"))["url"])
        return ""

    try:
        yield wait_for(address)
    finally:
        started.terminate()
        started.wait(PATIENCE)


def _lay_out(project: Path, made: Path, signatures: Path) -> None:
    """Put notebooks in the project: trusted, not trusted, damaged, and a preview."""
    shutil.copy(made / report.NOTEBOOK_NAME, project)
    shutil.copytree(made, project / MADE_FOLDER)
    notebook = nbformat.read(made / report.NOTEBOOK_NAME, 4)
    notebook.cells[0].source = "Mitt eget."
    signatures.mkdir()
    with NotebookNotary(data_dir=str(signatures)) as notary:
        notary.sign(notebook)
    nbformat.write(notebook, project / SIGNED)
    block = next(conversion.given(notebook, BLOCK_MIME))
    block["html"] = block["html"].replace("Trondheim", "Bergen")
    nbformat.write(notebook, project / DAMAGED)
    cells = [nbformat.v4.new_code_cell(source) for source in PREVIEW]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    preview = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(preview, project / PREVIEWED)


@pytest.fixture(scope="module")
def window(lab: str) -> Iterator[Callable[[str], Page]]:
    """A notebook that is open in JupyterLab, tall enough to show all of itself."""
    with browser.launched() as started:

        def show(name: str) -> Page:
            size: ViewportSize = {"width": 1400, "height": 12_000}
            context = started.new_context(viewport=size)
            context.set_default_timeout(1000 * PATIENCE)
            page = context.new_page()
            page.goto(f"{lab}doc/tree/{name}")
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
            return page

        yield show


#: As it was made by the command; and as it is run here, which JupyterLab trusts.
MADE, LIVE = report.NOTEBOOK_NAME, "notebooks/kommune.ipynb"

#: Where all that was made with it lies.
MADE_FOLDER = "outputs/2020/sosiale_tjenester/trondheim"

#: As it was made and signed; one that says something else; and one of a preview.
SIGNED, DAMAGED, PREVIEWED = "signed.ipynb", "damaged.ipynb", "preview.ipynb"
PREVIEW = (
    "import asss",
    'asss.report("trondheim", 2020, snapshot="embedded").preview()',
)


def _run_all(page: Page) -> None:
    page.wait_for_function(f"{KERNEL}?.status === 'idle'")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")


@pytest.fixture(scope="module", params=[MADE, LIVE], ids=["made", "live"])
def notebook(window: Callable[[str], Page], request: pytest.FixtureRequest) -> Page:
    """The notebook that was made, and the template after all its cells were run."""
    page = window(request.param)
    if request.param == LIVE:
        _run_all(page)
    page.wait_for_selector(f"{BLOCKS} .see")
    page.wait_for_function(
        "[...document.images].every(i => i.complete && i.naturalWidth)"
    )
    return page


def _themed(page: Page, theme: str) -> None:
    page.evaluate(
        "t => jupyterapp.commands.execute('apputils:change-theme', {theme: t})",
        f"JupyterLab {theme}",
    )
    page.wait_for_function(
        "t => document.body.dataset.jpThemeName === t", arg=f"JupyterLab {theme}"
    )


def test_figures_are_seen_whole(notebook: Page) -> None:
    """In the typeface that they were measured in; no number is cut at an edge."""
    shown = notebook.eval_on_selector_all(
        f"{BLOCKS} img", "all => all.map(i => [i.src, i.alt, i.naturalWidth, i.width])"
    )
    assert len(shown) == FIGURES
    drawing = notebook.context.new_page()
    for source, alt, natural, width in shown:
        assert natural >= width > 300
        assert len(alt) > 100
        drawing.goto(source)
        outside, typefaces = drawing.evaluate(
            """async () => {
                await document.fonts.ready;
                const paper = document.documentElement.getBoundingClientRect();
                const texts = [...document.querySelectorAll("text")];
                const out = texts.filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.left < paper.left - 1 || box.right > paper.right + 1;
                });
                const used = [...document.fonts].map(f => `${f.weight} ${f.status}`);
                return [out.map(text => text.textContent), used.sort()];
            }"""
        )
        assert not outside
        assert typefaces == ["400 loaded", "600 loaded"]
    drawing.close()


def _has_looks(page: Page) -> bool:
    """With them, the name of whoever is lowest is smaller than the number."""
    sizes = page.eval_on_selector(
        f"{BLOCKS} .who",
        "who => [who, who.parentElement].map(e => getComputedStyle(e).fontSize)",
    )
    return bool(sizes[0] != sizes[1])


def test_page_looks_are_there_where_they_are_trusted(notebook: Page) -> None:
    assert _has_looks(notebook) == (LIVE in notebook.url)


def test_whoever_made_it_sees_the_page_looks(window: Callable[[str], Page]) -> None:
    page = window(SIGNED)
    page.wait_for_selector(f"{BLOCKS} .see")
    assert _has_looks(page)
    page.close()


def test_menu_has_the_report(notebook: Page) -> None:
    """Under File, Save and Export Notebook As, once JupyterLab knows what there is."""
    names = [f".lm-Menu-itemLabel:text-is('Asss_{kind}')" for kind in ("html", "pdf")]
    for _ in range(100):
        notebook.click(".lm-MenuBar-itemLabel:text-is('File')")
        notebook.hover(".lm-Menu-itemLabel:text-is('Save and Export Notebook As')")
        notebook.wait_for_timeout(2000)
        seen = all(notebook.is_visible(name) for name in names)
        notebook.keyboard.press("Escape")
        notebook.keyboard.press("Escape")
        if seen:
            return
    pytest.fail("the menu has no Asss_html and Asss_pdf")


def _exported(lab: str, kind: str, path: str) -> httpx.Response:
    """What the menu fetches: JupyterLab asks where it was asked from."""
    address = f"{lab}nbconvert/asss_{kind}/{path}"
    return httpx.get(address, headers={"Referer": lab}, timeout=PATIENCE)


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_menu_gives_the_report_that_the_command_made(
    lab: str, rendered: Callable[[str, int], Path], kind: str
) -> None:
    got = _exported(lab, kind, f"{MADE_FOLDER}/{MADE}")
    assert got.status_code == 200, got.text
    made = rendered("trondheim", 2020) / f"rapport.{kind}"
    assert got.content == made.read_bytes()


def test_menu_gives_no_report_that_is_wrong(lab: str) -> None:
    got = _exported(lab, "html", DAMAGED)
    assert got.status_code == 500
    assert "the finished report does not say what its facts say" in got.text


def test_preview_shows_the_page(
    window: Callable[[str], Page], rendered: Callable[[str, int], Path]
) -> None:
    """In a frame of its own: text, figures and the page's own looks."""
    page = window(PREVIEWED)
    _run_all(page)
    frame = page.frame_locator(".jp-OutputArea-output iframe")
    frame.locator("h1").wait_for()
    made = json.loads((rendered("trondheim", 2020) / report.FACTS_NAME).read_text())
    assert frame.locator("h1").inner_text() == made["title"]
    seen = _plain(frame.locator("body").inner_text())
    for sentence in made["sentences"]:
        assert _plain(sentence["text"].replace("ʳ", "r")) in seen
    drawn = frame.locator(".picture svg").all()
    assert len(drawn) == FIGURES
    assert all((box := one.bounding_box()) and box["width"] > 300 for one in drawn)
    look = "body => getComputedStyle(body).fontFamily"
    assert frame.locator("body").evaluate(look).startswith("Inter")
    page.close()


def test_text_is_seen_whole(
    notebook: Page, rendered: Callable[[str, int], Path]
) -> None:
    """Every sentence of the report, in its order."""
    written = rendered("trondheim", 2020) / report.FACTS_NAME
    facts = json.loads(written.read_text("utf-8"))
    seen = _plain(" ".join(notebook.locator(BLOCKS).all_inner_texts()))
    for sentence in facts["sentences"]:
        said = _plain(sentence["text"].replace("ʳ", "r"))
        assert said in seen
        seen = seen.partition(said)[2] if sentence["section"] != "sammendrag" else seen


def test_table_is_seen_whole(notebook: Page) -> None:
    """A column once, a number apart from whose it is, and nothing outside its cell."""
    rows = notebook.eval_on_selector_all(
        f"{BLOCKS} table.key tbody tr:not(.group)",
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))",
    )
    assert len(rows) == 15
    for name, *cells in rows:
        assert re.search(r"[a-z]", name)
        assert len(cells) == 7
        own, mean, lowest, highest = cells[2:6]
        assert re.match(r"[\d–]", own), own
        assert re.match(r"[\d–]", mean), mean
        for extreme in (lowest, highest):
            assert re.match(r"–$|[\d\u00a0 ,–−]+r?[a-z, ]*\n+[A-ZÆØÅ]", extreme), (
                extreme
            )
    wider = notebook.eval_on_selector_all(
        f"{BLOCKS} :is(.table, td, th)",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length",
    )
    assert wider == 0


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_text_can_be_read_in_either_theme(notebook: Page, theme: str) -> None:
    """And figures are as dark as what is around them."""
    _themed(notebook, theme)
    low = notebook.eval_on_selector_all(
        f"{BLOCKS} :is(p, li, th, td, span, strong, summary, figcaption, a)", CONTRAST
    )
    assert not low
    scheme = notebook.eval_on_selector(
        f"{BLOCKS} img", "img => getComputedStyle(img).colorScheme"
    )
    assert scheme == theme.lower()


#: Texts that are read against their ground at less than 4.5:1 (WCAG 1.4.3).
CONTRAST = """all => {
    const pixel = document.createElement("canvas").getContext("2d",
        { willReadFrequently: true });
    const light = colours => {
        pixel.clearRect(0, 0, 1, 1);
        for (const colour of colours) {
            pixel.fillStyle = colour;
            pixel.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map(part => {
            const one = part / 255;
            return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = node => node
        ? [...grounds(node.parentElement), getComputedStyle(node).backgroundColor] : [];
    return all.filter(node => node.innerText.trim()).map(node => {
        const ground = grounds(node);
        const text = [...ground, getComputedStyle(node).color];
        const [a, b] = [light(ground), light(text)].sort((x, y) => y - x);
        return [(a + 0.05) / (b + 0.05), node.outerHTML.slice(0, 90)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)
