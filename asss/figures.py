"""
Pictures: facts become figures that can be read in colour, in grey and aloud.

One function per kind of figure. Every number comes from a fact and every word from the
phrase file; the alternative text is made of the same facts. Figures are vector graphics
whose text stays text. Does not know ``text``'s sentences. Imports ``findings`` and below.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asss.catalogue import Catalogue, Indicator
from asss.findings import Fact, Findings, direction, half_up

#: One colour for the kommune, one grey for the others, ink for the mean. The contrast
#: of FOCUS and INK on white is over 7:1; the figures read without colour as well.
INK = "#1d2b36"
FOCUS = "#0b5c75"
OTHERS = "#a3aeb8"
SPAN = "#dfe5ea"
QUIET = "#5b6b78"

#: Width of an A4 column less margins, in inches.
WIDTH = 6.9
FAMILY = "Inter"

STYLE: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": OTHERS,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.linewidth": 0.8,
    "svg.fonttype": "none",  # text stays text: selectable, searchable, small
    "svg.hashsalt": "asss",  # the same figure has the same ids every time
    "figure.dpi": 72,  # one SVG unit is one point, so font sizes are what they say
}


@dataclass(frozen=True)
class Picture:
    """A figure as SVG with the text that stands for it.

    ``_repr_svg_`` lets JupyterLab show it; the page gives it caption and number.
    """

    svg: str
    alt: str

    def _repr_svg_(self) -> str:
        return self.svg


@cache
def _register_fonts() -> None:
    folder = resources.files("asss") / "fonts"
    for weight in ("Regular", "SemiBold"):
        with resources.as_file(folder / f"Inter-{weight}.otf") as path:
            font_manager.fontManager.addfont(path)
    # A system may have an Inter of its own; the first of equals is taken: ours.
    fonts = font_manager.fontManager.ttflist
    fonts.sort(key=lambda entry: str(folder) not in str(entry.fname))


@contextmanager
def house_style() -> Iterator[None]:
    """The look of the figures, for as long as one is drawn and no longer."""
    _register_fonts()
    with sns.axes_style("white"), mpl.rc_context(STYLE):
        yield


def profile(found: Findings, known: Catalogue) -> Picture:
    """
    Draw the service profile: every indicator as an index, 100 = the network's mean.

    The span from lowest to highest, each member as a dot, the kommune as a large one
    with its index, and an arrow for the change since last year. Hollow: reconstructed.
    """
    words = known.phrases.words
    rows = _profile_rows(found, known)
    with house_style():
        height = 0.29 * len(rows) + 0.95
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.335, 0.62 / height, 0.475, 1 - 0.97 / height))
        for position, row in enumerate(rows):
            if isinstance(row, str):
                _left(axes, position, row, weight="semibold", color=INK)
                axes.axhline(position + 0.42, color=SPAN, lw=0.8, xmin=-0.71, clip_on=False)
            else:
                _profile_row(axes, position, row, found, known)
        axes.axvline(100, color=INK, lw=1.1, zorder=2)
        highest = max(
            (
                fact.index or 0
                for indicator in known.service.indicators
                for fact in found.peers(indicator.id)
            ),
            default=100,
        )
        axes.set_xlim(0, max(160, highest * 1.04))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(mpl.ticker.MultipleLocator(50))
        axes.tick_params(axis="x", length=0)
        axes.grid(visible=True, axis="x", color=SPAN, lw=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(words["profile_axis"])
        for place, key in ((1.1, "index"), (1.25, "change")):
            axes.text(
                place, -1.0, words[f"profile_{key}"],
                transform=axes.get_yaxis_transform(), ha="center", va="center",
                color=QUIET, size=8,
            )
        sns.despine(ax=axes, left=True, bottom=True)
        _profile_legend(figure, found, words, height)
        return Picture(_svg(figure, "profil"), _profile_alt(found, known))


def development(found: Findings, known: Catalogue, *, chapter: str) -> Picture:
    """
    Draw a chapter's indicators over the years: the kommune, the mean, the others.

    A break in a series is a gap with a mark; a missing or suppressed value is a gap
    with its sign. The mean is broken where its rule changes.
    """
    words = known.phrases.words
    indicators = known.service.in_chapter(chapter)
    columns = 2
    lines = -(-len(indicators) // columns)
    with house_style():
        height = 1.72 * lines + 0.42
        figure = Figure(figsize=(WIDTH, height))
        grid = figure.add_gridspec(
            lines, columns, left=0.06, right=0.93, top=1 - 0.78 / height,
            bottom=0.28 / height, wspace=0.36, hspace=0.8,
        )
        for place, indicator in enumerate(indicators):
            axes = figure.add_subplot(grid[place // columns, place % columns])
            _development_panel(axes, found, known, indicator)
        _development_legend(figure, found, words, height)
        return Picture(
            _svg(figure, f"utvikling-{chapter}"),
            _development_alt(found, known, indicators),
        )


# -- profile ------------------------------------------------------------------------------


def _profile_rows(found: Findings, known: Catalogue) -> list[str | Fact]:
    rows: list[str | Fact] = []
    for section in known.service.sections:
        indicators = [i for i in known.service.indicators if i.section == section.id]
        if indicators:
            rows += [section.name, *(found.fact(i.id) for i in indicators)]
    return rows


def _profile_row(
    axes: Axes, position: int, fact: Fact, found: Findings, known: Catalogue
) -> None:
    words = known.phrases.words
    _left(axes, position, known.indicator(fact.indicator).short_name)
    indexes = [peer.index for peer in found.peers(fact.indicator) if peer.index]
    if indexes:
        axes.plot(
            [min(indexes), max(indexes)], [position] * 2,
            color=SPAN, lw=6, solid_capstyle="round", zorder=1,
        )
        axes.scatter(
            indexes, [position] * len(indexes), s=9, color=OTHERS, linewidths=0, zorder=2
        )
    if fact.index is None:
        reason = _why_without(fact, known)
        axes.text(
            102, position, f" {reason}", va="center", size=8, color=QUIET, zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        _right(axes, position, 1.1, fact.status or "–", color=QUIET)
    else:
        is_official = fact.distance_basis != "reconstructed"
        axes.scatter(
            [fact.index], [position], s=58, zorder=4, linewidths=1.8,
            facecolor=FOCUS if is_official else "white", edgecolor=FOCUS,
        )
        label = f"{half_up(fact.index):.0f}{_mark(fact.distance_basis, words)}"
        _right(axes, position, 1.1, label, weight="semibold", color=FOCUS)
    _right(axes, position, 1.25, words[f"arrow_{direction(known, fact) or 'none'}"], size=11)


def _left(axes: Axes, position: float, label: str, **style: Any) -> None:
    axes.text(
        -0.7, position, label, transform=axes.get_yaxis_transform(), ha="left",
        va="center", **{"color": INK, **style},
    )


def _right(axes: Axes, position: float, place: float, label: str, **style: Any) -> None:
    axes.text(
        place, position, label, transform=axes.get_yaxis_transform(), ha="center",
        va="center", **{"color": INK, **style},
    )


def _why_without(fact: Fact, known: Catalogue) -> str:
    labels = [
        entry.label
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].distance == "withheld"
    ]
    return labels[0] if labels else known.phrases.words["no_index"]


def _profile_legend(
    figure: Figure, found: Findings, words: Mapping[str, str], height: float
) -> None:
    axes = figure.add_axes((0, 0, 1, 0.3 / height))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, 1)
    axes.axis("off")
    axes.scatter([0.1], [0.5], s=58, facecolor=FOCUS, edgecolor=FOCUS, linewidths=1.8)
    axes.text(0.22, 0.5, found.member.name, va="center")
    place = 0.22 + 0.075 * len(found.member.name) + 0.28
    if found.is_reconstructed:
        axes.scatter([place], [0.5], s=58, facecolor="white", edgecolor=FOCUS, linewidths=1.8)
        axes.text(place + 0.12, 0.5, words["legend_reconstructed"], va="center")
        place += 2.05
    axes.plot([place, place + 0.42], [0.5] * 2, color=SPAN, lw=6, solid_capstyle="round")
    axes.scatter([place + 0.08, place + 0.3], [0.5] * 2, s=9, color=OTHERS, zorder=3)
    axes.text(place + 0.55, 0.5, words["legend_span"], va="center")


def _profile_alt(found: Findings, known: Catalogue) -> str:
    phrases = known.phrases.phrases
    items = []
    for fact in found.reported:
        name = known.indicator(fact.indicator).short_name
        indexes = [peer.index for peer in found.peers(fact.indicator) if peer.index]
        if fact.index is None:
            form, given = "alt_profile_item_without", {"reason": _why_without(fact, known)}
        else:
            form = "alt_profile_item"
            given = {
                "index": f"{half_up(fact.index):.0f}",
                "lowest": f"{half_up(min(indexes)):.0f}",
                "highest": f"{half_up(max(indexes)):.0f}",
            }
        items.append(phrases[form].sentence.format(name=name, **given))
    return phrases["alt_profile"].sentence.format(
        kommune=found.member.name, year=found.run.year, items="; ".join(items)
    )


# -- development --------------------------------------------------------------------------


def _development_panel(
    axes: Axes, found: Findings, known: Catalogue, indicator: Indicator
) -> None:
    words = known.phrases.words
    years = found.all_years
    others = _pieces(
        [
            found.history(indicator.id, member.id)
            for member in known.network.in_year(found.run.year)
            if member != found.member
        ],
        known,
    )
    if not others.empty:
        sns.lineplot(
            others, x="year", y="value", units="piece", estimator=None, color=OTHERS,
            lw=0.9, legend=False, ax=axes, zorder=1,
        )
    own = found.history(indicator.id)
    means = _mean_pieces(own)
    for piece in means:
        axes.plot(*zip(*piece, strict=True), color=INK, lw=1.3, ls=(0, (4, 2)), zorder=3)
    focus = _pieces([own], known)
    for _, piece in focus.groupby("piece", sort=False):
        axes.plot(piece["year"], piece["value"], color=FOCUS, lw=2, zorder=4)
    for fact in own:
        if fact.value is not None:
            official = fact.basis != "reconstructed"
            axes.scatter(
                [fact.year], [fact.value], s=20, zorder=5, linewidths=1.4,
                facecolor=FOCUS if official else "white", edgecolor=FOCUS,
            )
    _panel_frame(axes, years, indicator, words)
    _panel_marks(axes, own, known)
    _panel_ends(axes, own[-1], indicator, words)


def _pieces(histories: Sequence[Sequence[Fact]], known: Catalogue) -> pd.DataFrame:
    """Unbroken stretches of each series, key = (piece, year)."""
    rows = []
    for history in histories:
        stretch = 0
        for place, fact in enumerate(history):
            last = history[place - 1] if place else None
            if last is not None and (last.value is None or _is_break(fact, known)):
                stretch += 1
            if fact.value is not None:
                rows.append((f"{fact.kommune}-{stretch}", fact.year, fact.value))
    return pd.DataFrame(rows, columns=["piece", "year", "value"])


def _is_break(fact: Fact, known: Catalogue) -> bool:
    effects = known.effects(fact.indicator, fact.kommune, fact.year)
    return effects.change == "reserved"


def _mean_pieces(history: Sequence[Fact]) -> list[list[tuple[int, float]]]:
    pieces: list[list[tuple[int, float]]] = [[]]
    rule = history[0].mean_rule
    for fact in history:
        if fact.network_mean is None or fact.mean_rule != rule:
            pieces.append([])
            rule = fact.mean_rule
        if fact.network_mean is not None:
            pieces[-1].append((fact.year, fact.network_mean))
    return [piece for piece in pieces if piece]


def _panel_frame(
    axes: Axes, years: Sequence[int], indicator: Indicator, words: Mapping[str, str]
) -> None:
    axes.set_title(
        indicator.short_name, loc="left", size=9, weight="semibold", color=INK, pad=17
    )
    axes.text(
        0, 1.045, words[f"axis_{indicator.unit}"], transform=axes.transAxes, size=7.5,
        color=QUIET, va="bottom",
    )
    axes.set_xlabel("")
    axes.set_ylabel("")
    axes.set_xticks(list(years), [str(year) for year in years])
    axes.set_xlim(years[0] - 0.25, years[-1] + 0.25)
    low, high = axes.get_ylim()
    axes.set_ylim(max(0, low - (high - low) * 0.12), high)
    decimals = indicator.decimals
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: _plain(value, decimals))
    axes.tick_params(length=0, labelsize=7.5, pad=3)
    axes.grid(visible=True, axis="y", color=SPAN, lw=0.6)
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True)


def _panel_marks(axes: Axes, history: Sequence[Fact], known: Catalogue) -> None:
    words = known.phrases.words
    for fact in history[1:]:
        if fact.value is not None and _is_break(fact, known):
            axes.axvline(fact.year - 0.5, color=QUIET, lw=0.8, ls=(0, (1, 2)), zorder=2)
            axes.text(
                fact.year - 0.5, 1.0, words["break_mark"], size=7, color=QUIET,
                ha="center", va="bottom", transform=axes.get_xaxis_transform(),
            )
    for fact in history:
        if fact.value is None:
            axes.text(
                fact.year, 0.03, fact.status, size=8.5, weight="semibold", color=FOCUS,
                ha="center", va="bottom", transform=axes.get_xaxis_transform(),
            )


def _panel_ends(
    axes: Axes, fact: Fact, indicator: Indicator, words: Mapping[str, str]
) -> None:
    """The last values, written beside their lines and pushed apart where they meet."""
    ends = [
        (amount, f"{_plain(amount, indicator.decimals)}{_mark(basis, words)}", color, weight)
        for amount, basis, color, weight in (
            (fact.value, fact.basis, FOCUS, "semibold"),
            (fact.network_mean, fact.mean_basis, INK, "normal"),
        )
        if amount is not None
    ]
    low, high = axes.get_ylim()
    gap = (high - low) * 0.14
    places = [amount for amount, *_ in ends]
    if len(places) > 1 and abs(places[0] - places[1]) < gap:
        middle, up = sum(places) / 2, 1 if places[0] >= places[1] else -1
        middle = min(max(middle, low + gap / 2), high - gap / 2)
        places = [middle + up * gap / 2, middle - up * gap / 2]
    for place, (_, label, color, weight) in zip(places, ends, strict=True):
        axes.annotate(
            label, (fact.year, place), xytext=(9, 0), textcoords="offset points",
            va="center", size=8.5, color=color, weight=weight, annotation_clip=False,
        )


def _development_legend(
    figure: Figure, found: Findings, words: Mapping[str, str], height: float
) -> None:
    axes = figure.add_axes((0.06, 1 - 0.24 / height, 0.9, 0.2 / height))
    axes.set_xlim(0, WIDTH * 0.9)
    axes.set_ylim(0, 1)
    axes.axis("off")
    place = 0.0
    entries = [
        (found.member.name, {"color": FOCUS, "lw": 2}),
        (words["legend_mean"], {"color": INK, "lw": 1.3, "ls": (0, (4, 2))}),
        (words["legend_others"], {"color": OTHERS, "lw": 0.9}),
    ]
    for label, style in entries:
        axes.plot([place, place + 0.3], [0.5] * 2, **style)
        axes.text(place + 0.38, 0.5, label, va="center")
        place += 0.38 + 0.075 * len(label) + 0.22
    if found.is_reconstructed:
        axes.scatter([place + 0.06], [0.5], s=20, facecolor="white", edgecolor=FOCUS, linewidths=1.4)
        axes.text(place + 0.18, 0.5, words["legend_reconstructed"], va="center")


def _development_alt(
    found: Findings, known: Catalogue, indicators: Sequence[Indicator]
) -> str:
    words, phrases = known.phrases.words, known.phrases.phrases
    items = []
    for indicator in indicators:
        history = found.history(indicator.id)
        first = next((fact for fact in history if fact.value is not None), history[-1])
        last = history[-1]
        items.append(
            phrases["alt_development_item"].sentence.format(
                name=indicator.short_name,
                first=_spoken(first.value, indicator, first.status, words),
                value=_spoken(last.value, indicator, last.status, words),
                mean=_spoken(last.network_mean, indicator, words["no_index"], words),
            )
        )
    return phrases["alt_development"].sentence.format(
        from_year=found.all_years[0],
        year=found.run.year,
        kommune=found.member.name,
        items="; ".join(items),
    )


# -- shared -------------------------------------------------------------------------------


def _spoken(
    amount: float | None, indicator: Indicator, sign: str, words: Mapping[str, str]
) -> str:
    if amount is None:
        return sign
    return words[f"unit_{indicator.unit}"].format(
        number=_plain(amount, indicator.decimals)
    )


def _plain(value: float, decimals: int) -> str:
    digits = f"{half_up(value, decimals):,.{decimals}f}"
    return digits.replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")


def _mark(basis: str, words: Mapping[str, str]) -> str:
    return words["reconstructed_mark"] if basis == "reconstructed" else ""


def _svg(figure: Figure, name: str) -> str:
    """The figure as an SVG element, without clock, and with ids of its own."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    body = out.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"(\d\.\d\d)\d+", r"\1", body)  # a hundredth of a point is enough
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", body)
    return body.strip()
