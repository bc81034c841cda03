"""Figur 1: the service profile, every indicator as an index."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asss.catalogue import Catalogue
from asss.changes import direction
from asss.facts import Fact, half_up
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
)
from asss.findings import Findings
from asss.statements import why_withheld


def profile(found: Findings, known: Catalogue) -> Picture:
    """
    Draw the service profile: every indicator as an index, 100 = the network's mean.

    The span from lowest to highest, each member as a dot, the kommune as a large one
    with its index, and an arrow for the change since last year. Hollow: reconstructed.
    """
    words = known.phrases.words
    rows = _rows(found, known)
    with house_style():
        height = 0.285 * len(rows) + 1.05
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.335, 0.72 / height, 0.475, 1 - 1.07 / height))
        for position, row in enumerate(rows):
            if isinstance(row, str):
                _left(axes, position, row, weight="semibold", color=INK)
                axes.axhline(
                    position + 0.42, color=SPAN, lw=0.8, xmin=-0.71, clip_on=False
                )
            else:
                _row(axes, position, row, found, known)
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
                place,
                -1.0,
                words[f"profile_{key}"],
                transform=axes.get_yaxis_transform(),
                ha="center",
                va="center",
                color=QUIET,
                size=8,
            )
        sns.despine(ax=axes, left=True, bottom=True)
        _legend(figure, found, words, height)
        return Picture(as_svg(figure, "profil"), _alt(found, known))


def _rows(found: Findings, known: Catalogue) -> list[str | Fact]:
    rows: list[str | Fact] = []
    for section in known.service.sections:
        indicators = [i for i in known.service.indicators if i.section == section.id]
        if indicators:
            rows += [section.name, *(found.fact(i.id) for i in indicators)]
    return rows


def _row(
    axes: Axes, position: int, fact: Fact, found: Findings, known: Catalogue
) -> None:
    words = known.phrases.words
    _left(axes, position, known.indicator(fact.indicator).short_name)
    indexes = [peer.index for peer in found.peers(fact.indicator) if peer.index]
    if indexes:
        axes.plot(
            [min(indexes), max(indexes)],
            [position] * 2,
            color=SPAN,
            lw=6,
            solid_capstyle="round",
            zorder=1,
        )
        axes.scatter(
            indexes,
            [position] * len(indexes),
            s=9,
            color=OTHERS,
            linewidths=0,
            zorder=2,
        )
    if fact.index is None:
        reason = _why_without(fact, known)
        axes.text(
            102,
            position,
            f" {reason}",
            va="center",
            size=8,
            color=QUIET,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        _right(axes, position, 1.1, fact.status or "–", color=QUIET)
    else:
        is_official = fact.distance_basis != "reconstructed"
        axes.scatter(
            [fact.index],
            [position],
            s=58,
            zorder=4,
            linewidths=1.8,
            facecolor=FOCUS if is_official else "white",
            edgecolor=FOCUS,
        )
        label = f"{half_up(fact.index):.0f}{mark(fact.distance_basis, words)}"
        _right(axes, position, 1.1, label, weight="semibold", color=FOCUS)
    _right(
        axes,
        position,
        1.25,
        words[f"arrow_{direction(known, fact) or 'none'}"],
        size=11,
    )


def _left(axes: Axes, position: float, label: str, **style: Any) -> None:
    axes.text(
        -0.7,
        position,
        label,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va="center",
        **{"color": INK, **style},
    )


def _right(axes: Axes, position: float, place: float, label: str, **style: Any) -> None:
    axes.text(
        place,
        position,
        label,
        transform=axes.get_yaxis_transform(),
        ha="center",
        va="center",
        **{"color": INK, **style},
    )


def _why_without(fact: Fact, known: Catalogue) -> str:
    labels = why_withheld(known, fact)
    return labels[0] if labels else known.phrases.words["no_index"]


def _legend(
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
        axes.scatter(
            [place], [0.5], s=58, facecolor="white", edgecolor=FOCUS, linewidths=1.8
        )
        axes.text(place + 0.12, 0.5, words["legend_reconstructed"], va="center")
        place += 2.05
    axes.plot(
        [place, place + 0.42], [0.5] * 2, color=SPAN, lw=6, solid_capstyle="round"
    )
    axes.scatter([place + 0.08, place + 0.3], [0.5] * 2, s=9, color=OTHERS, zorder=3)
    axes.text(place + 0.55, 0.5, words["legend_span"], va="center")


def _alt(found: Findings, known: Catalogue) -> str:
    words, phrases = known.phrases.words, known.phrases.phrases
    items = []
    for fact in found.reported:
        name = known.indicator(fact.indicator).short_name
        indexes = [peer.index for peer in found.peers(fact.indicator) if peer.index]
        if fact.index is None:
            form, given = (
                "alt_profile_item_without",
                {"reason": _why_without(fact, known)},
            )
        else:
            form = "alt_profile_item"
            others = mark(fact.mean_basis, words)
            own = mark(fact.distance_basis, words)
            given = {
                "index": f"{half_up(fact.index):.0f}{own}",
                "lowest": f"{half_up(min(indexes)):.0f}{others}",
                "highest": f"{half_up(max(indexes)):.0f}{others}",
            }
        items.append(phrases[form].sentence.format(name=name, **given))
    return phrases["alt_profile"].sentence.format(
        kommune=found.member.name, year=found.run.year, items="; ".join(items)
    )
