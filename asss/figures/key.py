"""The line under a figure that explains what is not named where it stands."""

from collections.abc import Sequence

from asss.figures.canvas import Canvas
from asss.figures.style import (
    FAINT,
    INK,
    LABEL,
    OTHERS,
    QUIET,
    SPAN,
    WIDTH,
    width_of,
)

#: How wide each sample is drawn, and what is left between it, its text and the next.
SAMPLES = {
    "official": 8.0,
    "reconstructed": 8.0,
    "span": 34.0,
    "others": 18.0,
    "gap": 24.0,
    "outside": 7.0,
}
GAP, NEXT = 5.0, 16.0

LINE_HEIGHT = 13.0

Entry = tuple[str, str]


def height_of(entries: Sequence[Entry]) -> float:
    """How much room a key takes: it goes on to a new line where one is full."""
    return LINE_HEIGHT * (1 + max((line for line, *_ in _places(entries)), default=-1))


def draw_key(
    canvas: Canvas, y: float, entries: Sequence[Entry], *, down: float = 0.0
) -> None:
    """
    Draw samples with their meaning, from the middle of the first line at `y`.

    An entry is the name of a sample and its text; a name that is no sample is a sign,
    and stands as it is. On a phone the key moves `down`, and is a list.
    """
    places = zip(entries, _places(entries), strict=True)
    for place, ((kind, label), (line, x)) in enumerate(places):
        middle = y + line * LINE_HEIGHT
        width = _sample(kind)
        with canvas.part(-x, down + (place - line) * LINE_HEIGHT):
            _draw(canvas, kind, x, middle, width)
            canvas.text(x + width + GAP, middle, label, size=LABEL, color=QUIET)


def _sample(kind: str) -> float:
    return SAMPLES.get(kind) or width_of(kind, LABEL, is_bold=True)


def _places(entries: Sequence[Entry]) -> list[tuple[int, float]]:
    places: list[tuple[int, float]] = []
    line, x = 0, 0.0
    for kind, label in entries:
        width = _sample(kind) + GAP + width_of(label, LABEL)
        if x and x + width > WIDTH:
            line, x = line + 1, 0.0
        places.append((line, x))
        x += width + NEXT
    return places


def _draw(canvas: Canvas, kind: str, x: float, y: float, width: float) -> None:
    centre = (x + width / 2, y)
    across = [[(x, y), (x + width, y)]]
    match kind:
        case "official" | "reconstructed":
            canvas.point(*centre, is_hollow=kind == "reconstructed", size=7)
        case "span":
            canvas.lines(across, color=SPAN, width=6, capstyle="round")
            inner = [(x + part * width, y) for part in (0.1, 0.35, 0.9)]
            canvas.dots(inner, size=3, color=OTHERS)
        case "others":
            canvas.lines(across, color=FAINT, width=0.8)
        case "gap":
            sides = [(x, x + 8), (x + width, x + width - 8)]
            pieces = [[(far, y), (near, y)] for far, near in sides]
            strokes = [[(near, y - 3), (near, y + 3)] for _, near in sides]
            canvas.lines([*pieces, *strokes], color=INK, width=1.2)
        case "outside":
            canvas.dots([centre], size=5, color=OTHERS, marker="<")
        case _:
            canvas.text(x, y, kind, size=LABEL, is_bold=True)
