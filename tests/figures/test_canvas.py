"""The sheet: whatever is written on it is SVG, and its scales have round steps."""

import sys
import xml.etree.ElementTree as ET
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ticker import MaxNLocator

from asss.figures.canvas import Canvas, Colour, Look, Scale, width_of
from asss.figures.development import limits, steps

SVG = "{http://www.w3.org/2000/svg}"


def test_whatever_is_written_is_text() -> None:
    """Names are what people give them; none may become markup."""
    canvas = Canvas("en-figur", 20, 100)
    said = '<b onclick="alert(1)">Møre & Romsdal</b>'
    canvas.text(0, 10, said, fact='"><script>')
    canvas.text(0, 10, "")
    (text,) = ET.fromstring(canvas.svg).iter(f"{SVG}text")
    assert text.text == said
    assert text.get("data-fact") == '"><script>'


def test_numbers_are_as_short_as_they_can_be() -> None:
    """To a hundredth of a point, and no minus before nothing."""
    canvas = Canvas("en-figur", 20, 100)
    piece = [(-0.001, 10.0), (1 / 3, 2.50)]
    canvas.lines([piece], color=Colour.INK, width=1.0)
    (line,) = ET.fromstring(canvas.svg).iter(f"{SVG}path")
    assert line.get("d") == "M0 10L0.33 2.5"
    assert line.get("stroke-width") == "1"


def test_what_moves_together_is_a_part() -> None:
    """And nothing else is; a part is left as soon as it has been drawn."""
    canvas = Canvas("en-figur", 20, 100)
    with canvas.part(-50, 20):
        canvas.dot(1, 1, size=3, color=Colour.INK)
    canvas.dot(9, 9, size=3, color=Colour.INK)
    with canvas.part(-50, 20):
        canvas.dot(2, 2, size=3, color=Colour.INK)
    root = ET.fromstring(canvas.svg)
    moving = root.findall(f"{SVG}g[@class='m0']//{SVG}circle")
    assert [dot.get("cx") for dot in moving] == ["1", "2"]
    assert canvas.narrow(50, 40) == "--wide:200.00%;--more:40.00%;--m0:-50px 20px"


def test_scale_says_what_it_is() -> None:
    """So that who reads a picture back can turn a place into a value."""
    assert str(Scale(2014.7, 2020.3, 32.0, 134.512)) == "2014.7 2020.3 32 134.51"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        *((0.0, 1.0), (3.36, 5.35), (0.0, 7462.0), (-483.0, -95.0), (7.1, 14.6)),
        *((40.1, 80.2), (0.0, 0.13), (99.0, 101.0), (-3.0, 8.0), (0.0, 31.8)),
    ],
)
def test_steps_are_those_that_matplotlib_takes(low: float, high: float) -> None:
    """An oracle: analysts draw the same series with it."""
    ticks = MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    wanted = [tick for tick in ticks if low <= tick <= high]
    assert steps(low, high, 6) == pytest.approx(wanted)


@pytest.mark.parametrize(("low", "high"), [(3.9, 4.6), (1.0, 8.0), (0.0, 4.4)])
@pytest.mark.parametrize("decimals", [0, 1])
def test_no_line_of_a_scale_is_printed_as_another_number(
    low: float, high: float, decimals: int
) -> None:
    """2,5 without decimals would be printed as 3, and 0,25 with one as 0,3."""
    found = steps(low, high, decimals)
    assert found == pytest.approx([round(step, decimals) for step in found])
    assert found or not decimals


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=30),
    st.floats(1e-9, 1.0),
    st.integers(0, 2),
)
def test_a_scale_has_two_numbers_however_close_its_values_lie(
    values: list[float], closer: float, decimals: int
) -> None:
    """With one or none nobody could read off it, and read-back refused the report."""
    near = [values[0] + (value - values[0]) * closer for value in values]
    low, high = limits(near, decimals)
    assert low <= min(near) <= max(near) <= high
    assert low >= 0 or min(near) < 0
    assert len(set(steps(low, high, decimals))) > 1


def test_texts_are_measured_in_the_typeface() -> None:
    """Semibold is wider, a larger size is wider, and a space is not nothing."""
    assert width_of("Oslo", Look.TITLE) > width_of("Oslo", Look.TEXT)
    assert width_of("ii") < width_of("mm")
    assert width_of("1 000") > width_of("1000")
    ratio = Look.ARROW.size / Look.NOTE.size
    assert width_of("å", Look.ARROW) == pytest.approx(width_of("å", Look.NOTE) * ratio)


def test_a_report_is_drawn_without_what_analysts_draw_with() -> None:
    """matplotlib takes a second to load, and is for trying things in a notebook."""
    program = """
import sys, asss
report = asss.report("trondheim", 2020, snapshot="embedded")
shown = [report.profile(figure=1), report.chapter("kvalitet", figure=4)]
assert all("<svg" in block.html for block in shown)
print(*sorted({"matplotlib", "seaborn", "PIL"} & set(sys.modules)))
"""
    done = run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
