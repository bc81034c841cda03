"""Development over the years: one panel per indicator of a chapter."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asss.catalogue import Catalogue
from asss.facts import Fact
from asss.figures.style import (
    FOCUS,
    INK,
    OTHERS,
    QUIET,
    SPAN,
    WIDTH,
    Picture,
    as_svg,
    house_style,
    mark,
    plain,
    spoken,
)
from asss.findings import Findings
from asss.knowledge import Indicator
from asss.parameters import EVERY
from asss.statements import sign_word

#: The most years that have room under a panel.
TICKS = 8


def development(found: Findings, known: Catalogue, *, chapter: str) -> Picture:
    """
    Draw a chapter's indicators over the years: the kommune, the mean, the others.

    A break in a series is a gap with a mark; a missing or suppressed value is a gap
    with its sign. The mean is broken where its rule, its members or its table change.
    """
    words = known.phrases.words
    indicators = known.service.in_chapter(chapter)
    columns = 2
    lines = -(-len(indicators) // columns)
    with house_style():
        height = 1.72 * lines + 0.42
        figure = Figure(figsize=(WIDTH, height))
        grid = figure.add_gridspec(
            lines,
            columns,
            left=0.06,
            right=0.93,
            top=1 - 0.78 / height,
            bottom=0.28 / height,
            wspace=0.36,
            hspace=0.8,
        )
        for place, indicator in enumerate(indicators):
            axes = figure.add_subplot(grid[place // columns, place % columns])
            _panel(axes, found, known, indicator)
        _legend(figure, found, words, height)
        return Picture(
            as_svg(figure, f"utvikling-{chapter}"),
            _alt(found, known, indicators),
            _notes(found, known, indicators),
        )


def _panel(axes: Axes, found: Findings, known: Catalogue, indicator: Indicator) -> None:
    words = known.phrases.words
    years = found.all_years
    others = _pieces(
        [
            [
                fact
                for fact in found.history(indicator.id, member.id)
                if member in known.network.in_year(fact.year)
            ]
            for member in known.network.in_year(found.run.year)
            if member != found.member
        ],
        known,
    )
    # A year alone between two gaps is a point: a line through it cannot be seen.
    is_alone = ~others["piece"].duplicated(keep=False)
    alone = others[is_alone]
    axes.scatter(
        alone["year"], alone["value"], s=5, color=OTHERS, linewidths=0, zorder=1
    )
    if not is_alone.all():
        sns.lineplot(
            others[~is_alone],
            x="year",
            y="value",
            units="piece",
            estimator=None,
            color=OTHERS,
            lw=0.9,
            legend=False,
            ax=axes,
            zorder=1,
        )
    own = found.history(indicator.id)
    means = _mean_pieces(own, known)
    for piece in means:
        axes.plot(
            *zip(*piece, strict=True),
            color=INK,
            lw=1.3,
            ls=(0, (4, 2)),
            marker="_" if len(piece) == 1 else "",
            ms=9,
            mew=1.3,
            zorder=3,
        )
    focus = _pieces([own], known)
    for _, stretch in focus.groupby("piece", sort=False):
        if len(stretch) > 1:
            axes.plot(stretch["year"], stretch["value"], color=FOCUS, lw=2, zorder=4)
    for fact in own:
        if fact.value is not None:
            official = fact.basis != "reconstructed"
            axes.scatter(
                [fact.year],
                [fact.value],
                s=20,
                zorder=5,
                linewidths=1.4,
                facecolor=FOCUS if official else "white",
                edgecolor=FOCUS,
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
            is_break = bool(known.breaks(fact.forbehold))
            if last is not None and (last.value is None or is_break):
                stretch += 1
            if fact.value is not None:
                rows.append((f"{fact.kommune}-{stretch}", fact.year, fact.value))
    return pd.DataFrame(rows, columns=["piece", "year", "value"])


def _mean_pieces(
    history: Sequence[Fact], known: Catalogue
) -> list[list[tuple[int, float]]]:
    """Stretches over which the mean is of the same members, table and rule."""
    pieces: list[list[tuple[int, float]]] = [[]]
    for place, fact in enumerate(history):
        last = history[place - 1] if place else fact
        is_everybodys = any(
            entry.kommuner == EVERY for entry in known.breaks(fact.forbehold)
        )
        if (
            fact.network_mean is None
            or fact.mean_rule != last.mean_rule
            or is_everybodys
            or _gets_members(known, fact.year)
        ):
            pieces.append([])
        if fact.network_mean is not None:
            pieces[-1].append((fact.year, fact.network_mean))
    return [piece for piece in pieces if piece]


def _gets_members(known: Catalogue, year: int) -> bool:
    return known.network.in_year(year) != known.network.in_year(year - 1)


def _notes(
    found: Findings, known: Catalogue, indicators: Sequence[Indicator]
) -> tuple[str, ...]:
    """Words that the caption ends with: why lines are broken."""
    own = [fact for indicator in indicators for fact in found.history(indicator.id)]
    later = [fact for fact in own if fact.year > found.all_years[0]]
    # What lies within the table's years is told on top of the page or in the chapter.
    is_told_elsewhere = all(
        fact.year in found.years for fact in later if known.breaks(fact.forbehold)
    )
    reasons = (
        ("caption_mean_break", len({fact.mean_rule for fact in own}) > 1),
        ("caption_members", any(_gets_members(known, fact.year) for fact in later)),
        ("caption_break", not is_told_elsewhere),
    )
    return tuple(key for key, holds in reasons if holds)


def _panel_frame(
    axes: Axes, years: Sequence[int], indicator: Indicator, words: Mapping[str, str]
) -> None:
    axes.set_title(
        indicator.short_name, loc="left", size=9, weight="semibold", color=INK, pad=17
    )
    axes.text(
        0,
        1.045,
        words[f"axis_{indicator.unit}"],
        transform=axes.transAxes,
        size=7.5,
        color=QUIET,
        va="bottom",
    )
    axes.set_xlabel("")
    axes.set_ylabel("")
    # So that the years of a long series do not run into each other.
    shown = years[:: -(1 + (len(years) - 1) // TICKS)][::-1]
    axes.set_xticks(list(shown), [str(year) for year in shown])
    axes.set_xlim(years[0] - 0.25, years[-1] + 0.25)
    low, high = axes.get_ylim()
    axes.set_ylim(max(0, low - (high - low) * 0.12), high)
    decimals = indicator.decimals
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: plain(value, decimals))
    axes.tick_params(length=0, labelsize=7.5, pad=3)
    axes.grid(visible=True, axis="y", color=SPAN, lw=0.6)
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True)


def _panel_marks(axes: Axes, history: Sequence[Fact], known: Catalogue) -> None:
    words = known.phrases.words
    for fact in history[1:]:
        if fact.value is not None and known.breaks(fact.forbehold):
            axes.axvline(fact.year - 0.5, color=QUIET, lw=0.8, ls=(0, (1, 2)), zorder=2)
            axes.annotate(
                words["break_mark"],
                (fact.year - 0.5, 1.0),
                xycoords=axes.get_xaxis_transform(),
                xytext=(3, 0),
                textcoords="offset points",
                size=7,
                color=QUIET,
                va="bottom",
            )
    for fact in history:
        if fact.value is None:
            axes.text(
                fact.year,
                0.03,
                fact.status,
                size=8.5,
                weight="semibold",
                color=FOCUS,
                ha="center",
                va="bottom",
                transform=axes.get_xaxis_transform(),
            )


def _panel_ends(
    axes: Axes, fact: Fact, indicator: Indicator, words: Mapping[str, str]
) -> None:
    """The last values, written beside their lines and pushed apart where they meet."""
    ends = [
        (
            amount,
            f"{plain(amount, indicator.decimals)}{mark(basis, words)}",
            color,
            weight,
        )
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
            label,
            (fact.year, place),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            size=8.5,
            color=color,
            weight=weight,
            annotation_clip=False,
        )


def _legend(
    figure: Figure, found: Findings, words: Mapping[str, str], height: float
) -> None:
    axes = figure.add_axes((0.06, 1 - 0.24 / height, 0.9, 0.2 / height))
    axes.set_xlim(0, WIDTH * 0.9)
    axes.set_ylim(0, 1)
    axes.axis("off")
    place = 0.0
    entries: list[tuple[str, dict[str, Any]]] = [
        (found.member.name, {"color": FOCUS, "lw": 2}),
        (words["legend_mean"], {"color": INK, "lw": 1.3, "ls": (0, (4, 2))}),
        (words["legend_others"], {"color": OTHERS, "lw": 0.9}),
    ]
    for label, style in entries:
        axes.plot([place, place + 0.3], [0.5] * 2, **style)
        axes.text(place + 0.38, 0.5, label, va="center")
        place += 0.38 + 0.075 * len(label) + 0.22
    if found.is_reconstructed:
        axes.scatter(
            [place + 0.06],
            [0.5],
            s=20,
            facecolor="white",
            edgecolor=FOCUS,
            linewidths=1.4,
        )
        axes.text(place + 0.18, 0.5, words["legend_reconstructed"], va="center")


def _alt(found: Findings, known: Catalogue, indicators: Sequence[Indicator]) -> str:
    words, phrases = known.phrases.words, known.phrases.phrases
    items = []
    for indicator in indicators:
        history = found.history(indicator.id)
        first = next((fact for fact in history if fact.value is not None), history[-1])
        last = history[-1]
        if first.value is None:
            reason = words[f"sign_{sign_word(first)}"]
            items.append(
                phrases["alt_development_item_without"].sentence.format(
                    name=indicator.short_name, reason=reason
                )
            )
            continue
        items.append(
            phrases["alt_development_item"].sentence.format(
                name=indicator.short_name,
                first=spoken(
                    first.value, indicator, words, basis=first.basis, sign=first.status
                ),
                value=spoken(
                    last.value, indicator, words, basis=last.basis, sign=last.status
                ),
                mean=spoken(
                    last.network_mean,
                    indicator,
                    words,
                    basis=last.mean_basis,
                    sign=words["no_index"],
                ),
            )
        )
    return phrases["alt_development"].sentence.format(
        from_year=found.all_years[0],
        year=found.run.year,
        kommune=found.member.name,
        items="; ".join(items),
    )
