"""
Figures that show something else than the facts: drawn, told, or tabulated wrongly.

Most are slips in the code that draws; the last are in what it made, as a hand or a
program might change it on its way to the page.
"""

import re
from collections.abc import Callable
from typing import Any

from asss.page import sections
from asss.page.sections import Illustrated
from faults import Fault, Scene

__all__ = ["FAULTS", "IN_REVIEW"]

PROFILE = "asss.figures.profile"
DEVELOPMENT = "asss.figures.development"
STRIP = "asss.figures.strip"
PICTURE = "asss.figures.picture"
CANVAS = "asss.figures.canvas"


def slip(name: str, module: str, old: str, new: str, report: str) -> Fault:
    """A fault in a line of the code that draws."""
    return Fault(
        name, "figures", "render", lambda scene: scene.swap(module, old, new), report
    )


def damage(
    name: str, old: str, new: str | Callable[[re.Match[str]], str], report: str
) -> Fault:
    """A fault in the finished figures: in each the first markup of a pattern."""

    def plant(scene: Scene) -> None:
        made = sections.figure

        def figure(*given: Any, **named: Any) -> Illustrated:
            drawn = made(*given, **named)
            html = re.sub(old, new, drawn.html, count=1, flags=re.DOTALL)
            return Illustrated(html, drawn.figures)

        scene.patch.setattr(sections, "figure", figure)

    return Fault(name, "figures", "render", plant, report)


def exchanged(found: re.Match[str]) -> str:
    """The first and the third group in each other's place."""
    return f"{found[3]}{found[2]}{found[1]}"


THIS, THEN, ALL = "trondheim-2020", "trondheim-2018", "asss-2020"
ARROWS, HOLES, DRAMMEN = "bergen-2017", "tromso-2020", "drammen-2019"

PROFILES = (
    slip(
        "the kommune's points are mirrored about 100",
        PROFILE,
        "x = _on(layout.scale)(fact.index)",
        "x = _on(layout.scale)(200 - fact.index)",
        THIS,
    ),
    slip(
        "the others' points are mirrored about 100",
        PROFILE,
        "x, color, fact = at(index), Colour.OTHERS, peer.id",
        "x, color, fact = at(200 - index), Colour.OTHERS, peer.id",
        ARROWS,
    ),
    slip(
        "the others' points are 10 percent too high",
        PROFILE,
        "x, color, fact = at(index), Colour.OTHERS, peer.id",
        "x, color, fact = at(index * 1.1), Colour.OTHERS, peer.id",
        THIS,
    ),
    slip(
        "each of the others' points has its neighbour's fact",
        PROFILE,
        "x, color, fact = at(index), Colour.OTHERS, peer.id",
        "x, color, fact = at(index), Colour.OTHERS, line.others[-1].id",
        THIS,
    ),
    slip(
        "one of the others is left out",
        PROFILE,
        "peer.kommune != fact.kommune\n",
        'peer.kommune not in (fact.kommune, "baerum")\n',
        THIS,
    ),
    slip(
        "the arrows point the other way",
        PROFILE,
        """words[f"arrow_{way or 'none'}"]""",
        """words[f"arrow_{dict(up='down', down='up').get(way, way) or 'none'}"]""",
        ARROWS,
    ),
    slip(
        "an arrow where no change may be told",
        PROFILE,
        """words[f"arrow_{way or 'none'}"]""",
        """words[f"arrow_{way or 'stable'}"]""",
        "tromso-2019",
    ),
    slip(
        "the numbers of the scale are a step off",
        PROFILE,
        'y, f"{step}", look',
        'y, f"{step + STEP}", look',
        THIS,
    ),
    slip(
        "the scale is mirrored, numbers and all",
        PROFILE,
        "Scale(low, high, START, END)",
        "Scale(low, high, END, START)",
        THIS,
    ),
    slip(
        "the span begins at the second lowest",
        PROFILE,
        "span = [[(at(indexes[0]), y)",
        "span = [[(at(indexes[1]), y)",
        DRAMMEN,
    ),
    slip(
        "the stroke of the mean stands at 110",
        PROFILE,
        "mean = [[(scale(100), y - 5.5), (scale(100), y + 5.5)]]",
        "mean = [[(scale(110), y - 5.5), (scale(110), y + 5.5)]]",
        THIS,
    ),
    slip(
        "the kommune's point looks like the others'",
        PROFILE,
        "canvas.point(x, track, size=OWN, fact=fact.id)",
        "canvas.dot(x, track, size=DOT, color=Colour.OTHERS, fact=fact.id)",
        THIS,
    ),
    slip(
        "the values are 10 percent too high",
        PROFILE,
        "digits = number(value, decimals)",
        "digits = number(value * 1.1, decimals)",
        THIS,
    ),
    slip(
        "the values are last year's",
        PROFILE,
        "value = _value(fact, known)",
        "value = _value(fact.replace(value=fact.previous), known)",
        ARROWS,
    ),
    slip(
        "the ranks stand under the heading of the indexes",
        PROFILE,
        "words)\n    look = Look.OWN if index",
        "words) and str(fact.rank)\n    look = Look.OWN if index",
        THIS,
    ),
    slip(
        "an index is written without its mark",
        PROFILE,
        "index = picture.amount(fact.index, 0, fact.distance_basis, words)\n    look",
        'index = picture.amount(fact.index, 0, "real", words)\n    look',
        THIS,
    ),
    slip(
        "values and indexes stand in each other's columns",
        PROFILE,
        "canvas.text(VALUE + right, y, value,",
        "canvas.text(INDEX + right, y, value,",
        THIS,
    ),
    slip(
        "the names of the rows are shifted by one",
        PROFILE,
        "_Line(fact, indicator.short_name, others, y, note)",
        "_Line(fact, indicators[indicators.index(indicator) - 1].short_name, "
        "others, y, note)",
        THIS,
    ),
    slip(
        "a row lacks the reason why it has no index",
        PROFILE,
        "if fact.index is None and others:",
        "if False:",
        "tromso-2018",
    ),
    slip(
        "a row without any index does not say why",
        PROFILE,
        "elif not line.others:",
        "elif False:",
        THIS,
    ),
    slip(
        "lowest is told as highest in the profile's alternative text",
        PROFILE,
        "for fact in ordered[:-4:-1] if _side(fact) > 0]",
        "for fact in ordered[:3]]",
        THIS,
    ),
    slip(
        "those over the mean are counted as under it",
        PROFILE,
        '"above": sum(side > 0 for',
        '"above": sum(side < 0 for',
        THIS,
    ),
    slip(
        "the narrowest span is told as the widest",
        PROFILE,
        "fact = max(ranked, key=",
        "fact = min(ranked, key=",
        ARROWS,
    ),
    slip(
        "the profile's table has the highest under the lowest",
        PROFILE,
        "lambda fact: _end(fact, book, known, min)",
        "lambda fact: _end(fact, book, known, max)",
        THIS,
    ),
    slip(
        "the profile's table has the rank for the index",
        PROFILE,
        "words)\n    return index or",
        "words) and str(fact.rank)\n    return index or",
        THIS,
    ),
    slip(
        "the profile's table tells a rise as a fall",
        PROFILE,
        'words[MOVES.get(direction(known, fact) or "", "arrow_none")]',
        'words[MOVES.get(dict(up="down").get(direction(known, fact), ""), '
        '"arrow_none")]',
        ARROWS,
    ),
)

DEVELOPMENTS = (
    slip(
        "the mean at the end of its line is the lowest figure",
        DEVELOPMENT,
        "{picture.mean_cell(fact, known)}",
        "{number(fact.lowest or 0, fact.decimals)}",
        THIS,
    ),
    slip(
        "the last value is the first's",
        DEVELOPMENT,
        "{picture.value_cell(fact, known)}",
        "{picture.value_cell(book.history(fact.indicator)[0], known)}",
        THIS,
    ),
    slip(
        "the name at the end of the line is another's",
        DEVELOPMENT,
        'own = f"{book.member.name} ',
        'own = f"{book.members[0].name} ',
        THIS,
    ),
    slip(
        "the labels stand at each other's lines",
        DEVELOPMENT,
        "zip(ends, places, strict=True)",
        "zip(ends, places[::-1], strict=True)",
        THIS,
    ),
    slip(
        "the numbers of a panel's scale are a line off",
        DEVELOPMENT,
        "label = number(tick, decimals)",
        "label = number(tick + ticks[1] - ticks[0], decimals)",
        THIS,
    ),
    slip(
        "a panel stands upside down, numbers and all",
        DEVELOPMENT,
        "top + head + PLOT, top + head)",
        "top + head, top + head + PLOT)",
        THIS,
    ),
    slip(
        "a line goes across a break of its series",
        DEVELOPMENT,
        "return is_apart or bool(known.breaks(fact.forbehold))",
        "return is_apart",
        THIS,
    ),
    slip(
        "a line goes across a year without a figure",
        DEVELOPMENT,
        "if value is None or is_break(fact, before):",
        "if value is not None and is_break(fact, before):",
        HOLES,
    ),
    slip(
        "the mean's line goes on where its rule is another",
        DEVELOPMENT,
        "fact.mean_rule != before.mean_rule\n            or",
        "False or",
        THEN,
    ),
    slip(
        "the points stand half a year late",
        DEVELOPMENT,
        "place = across(fact.year), up(fact.given())",
        "place = across(fact.year + 0.5), up(fact.given())",
        THEN,
    ),
    slip(
        "the lines stand half a year late",
        DEVELOPMENT,
        "points = [(across(year), up(value)) for year, value in piece]\n    (x",
        "points = [(across(year + 0.5), up(value)) for year, value in piece]\n    (x",
        THEN,
    ),
    slip(
        "the years under a panel are a year off",
        DEVELOPMENT,
        'up.start + 9, f"{year}"',
        'up.start + 9, f"{year - 1}"',
        THEN,
    ),
    slip(
        "a year's point has the value of the year before",
        DEVELOPMENT,
        "place = across(fact.year), up(fact.given())",
        "place = across(fact.year), up(fact.previous or fact.given())",
        ARROWS,
    ),
    slip(
        "the others' lines are 10 percent too high",
        DEVELOPMENT,
        "return _pieces(history, lambda fact: fact.value, is_break)",
        "return _pieces(history, lambda fact: "
        "fact.value and fact.value * 1.1, is_break)",
        THIS,
    ),
    slip(
        "every line of the others is one and the same kommune's",
        DEVELOPMENT,
        "panel.other(history)",
        "panel.other(series['oslo'])",
        THIS,
    ),
    slip(
        "one of the others has no line",
        DEVELOPMENT,
        "        if kommune != book.member.id:\n            panel",
        "        if kommune not in (book.member.id, 'oslo'):\n            panel",
        THIS,
    ),
    slip(
        "the mean's line is the kommune's",
        DEVELOPMENT,
        "return _pieces(history, lambda fact: fact.network_mean, is_break)",
        "return _pieces(history, lambda fact: fact.value, is_break)",
        THEN,
    ),
    slip(
        "the mean and the others change their colours",
        DEVELOPMENT,
        "self.canvas.lines(lines, color=Colour.FAINT, width=0.8",
        "self.canvas.lines(lines, color=Colour.INK, width=0.8",
        THIS,
    ),
    slip(
        "the names of the panels are another's",
        DEVELOPMENT,
        'below = f"{indicator.short_name}, {unit}"',
        'below = f"{known.service.indicators[0].short_name}, {unit}"',
        THIS,
    ),
    slip(
        "the unit of the panels is another",
        DEVELOPMENT,
        'unit = known.phrases.words[f"axis_{indicator.unit}"]',
        'unit = known.phrases.words["axis_maneder"]',
        THIS,
    ),
    slip(
        "a panel says lowest of the highest, and over of what is under",
        DEVELOPMENT,
        "canvas.text(left, top + 6, told, Look.TITLE)",
        "canvas.text(left, top + 6, told.replace('avest', 'øyest')"
        ".replace('Under', 'Over').replace('Øker', 'Går ned'), Look.TITLE)",
        ARROWS,
    ),
    slip(
        "a panel has the title of another",
        DEVELOPMENT,
        "indicator, heads[indicator.id], known",
        "indicator, list(heads.values())[::-1][place], known",
        THIS,
    ),
    slip(
        "a break is marked a year late",
        DEVELOPMENT,
        "x = self.across(year - 0.5)",
        "x = self.across(year + 0.5)",
        THIS,
    ),
    slip(
        "a break is not marked",
        DEVELOPMENT,
        "panel.breaks(breaks(own, panel.known))",
        "panel.breaks([])",
        THIS,
    ),
    slip(
        "a hidden figure is shown as a missing one",
        DEVELOPMENT,
        "canvas.text(*place, fact.status, look,",
        "canvas.text(*place, '..', look,",
        HOLES,
    ),
    slip(
        "what is not official has no mark",
        DEVELOPMENT,
        "if picture.is_reconstructed(fact) and fact.year",
        "if False and fact.year",
        THIS,
    ),
    slip(
        "a chapter's figure shows the indicators that matter least",
        DEVELOPMENT,
        "if name in listed][:MOST]",
        "if name in listed][:-MOST:-1]",
        THIS,
    ),
    slip(
        "the kommune is told to have the mean, in words",
        DEVELOPMENT,
        "value = picture.spoken(fact.value, fact, fact.basis, known)\n    mean",
        "value = picture.spoken(fact.network_mean, fact, fact.basis, known)\n    mean",
        THIS,
    ),
    slip(
        "the first value is told of another year",
        DEVELOPMENT,
        '"from_year": f"{first.year}"}',
        '"from_year": f"{first.year + 1}"}',
        THEN,
    ),
    slip(
        "a break is not told in words",
        DEVELOPMENT,
        "    if broken and first:\n",
        "    if False:\n",
        THIS,
    ),
    slip(
        "the table has one city's row under all names",
        DEVELOPMENT,
        "picture.years_row(name, history, years, known)\n",
        "picture.years_row(name, own, years, known)\n",
        THIS,
    ),
    slip(
        "the table does not say where the series breaks",
        DEVELOPMENT,
        """note = f"{words['break_mark']} {broken}" if broken else \"\"""",
        'note = ""',
        THIS,
    ),
    slip(
        "on a phone the panels stand in another order",
        DEVELOPMENT,
        "canvas.part(-left, height * place - top)",
        "canvas.part(-left, height * (len(indicators) - 1 - place) - top)",
        THIS,
    ),
    slip(
        "on a phone the panels lie on one another",
        DEVELOPMENT,
        "canvas.part(-left, height * place - top)",
        "canvas.part(-left, -top)",
        THIS,
    ),
    slip(
        "on a phone the points are elsewhere than their lines",
        DEVELOPMENT,
        "            canvas.dot(*place, size=5.4, color=color, edge=0.8, fact=name)",
        "            with canvas.part(-9.0, 12.0):\n"
        "                canvas.dot(*place, "
        "size=5.4, color=color, edge=0.8, fact=name)",
        THIS,
    ),
)

STRIPS = (
    slip(
        "the members stand from the lowest to the highest",
        STRIP,
        "compared.sort(key=lambda peer: -peer.given())",
        "compared.sort(key=lambda peer: peer.given())",
        ALL,
    ),
    slip(
        "the points of all are mirrored",
        STRIP,
        "x, fact = across(peer.given()), peer.id",
        "x, fact = across(across.low + across.high - peer.given()), peer.id",
        ALL,
    ),
    slip(
        "the scale of all is mirrored, lines and all",
        STRIP,
        "low + 1, start, SIDE - room - 14)",
        "low + 1, SIDE - room - 14, start)",
        ALL,
    ),
    slip(
        "the points of all are 10 percent too high",
        STRIP,
        "x, fact = across(peer.given()), peer.id",
        "x, fact = across(peer.given() * 1.1), peer.id",
        ALL,
    ),
    slip(
        "each number is its neighbour's",
        STRIP,
        "numbers = [picture.value_cell(peer, self.known) for peer in peers]",
        "numbers = [picture.value_cell(p, "
        "self.known) for p in (peers[-1], *peers[:-1])]",
        ALL,
    ),
    slip(
        "the names of the members are shifted by one",
        STRIP,
        "names = [self._name(peer) for peer in peers]",
        "names = [self._name(peer) for peer in (peers[-1], *peers[:-1])]",
        ALL,
    ),
    slip(
        "the mean stands at the lowest",
        STRIP,
        "x = across(mean)",
        "x = across(across.low)",
        ALL,
    ),
    slip(
        "the label of the mean is the lowest figure",
        STRIP,
        "{picture.mean_cell(peers[0], self.known)}",
        "{picture.value_cell(peers[-1], self.known)}",
        ALL,
    ),
    slip(
        "lowest is told as highest of all members",
        STRIP,
        'self._end(compared[0], "highest")',
        'self._end(compared[-1], "highest")',
        ALL,
    ),
    slip(
        "the mean of all is told to be the lowest",
        STRIP,
        "picture.spoken(first.network_mean, first,",
        "picture.spoken(first.lowest, first,",
        ALL,
    ),
    slip(
        "the members' panels are all one kommune's",
        STRIP,
        "self.book.history(self.indicator.id, kommune)\n        words",
        "self.book.history(self.indicator.id, 'oslo')\n        words",
        ALL,
    ),
    slip(
        "the names of the members' panels are shifted by one",
        STRIP,
        "name = self.known.network.member(kommune).name + marked",
        "name = self.book.members[[m.id for m in self.book.members].index(kommune) - 1]"
        ".name + marked",
        ALL,
    ),
    slip(
        "the members' panels stand upside down",
        STRIP,
        "up = Scale(low - air, high + air, top + each - 10, top + NAME)",
        "up = Scale(low - air, high + air, top + NAME, top + each - 10)",
        ALL,
    ),
    slip(
        "a member's last point has the first value",
        STRIP,
        "end = across(last.year), up(last.value)",
        "end = across(last.year), up(history[0].given())",
        "asss-2019",
    ),
    slip(
        "a member's years go from the last to the first",
        STRIP,
        "across = Scale(book.all_years[0], last, left + 2, left + width - 3)",
        "across = Scale(last, book.all_years[0], left + 2, left + width - 3)",
        ALL,
    ),
    slip(
        "beside a member's line stands its own once more for the mean",
        STRIP,
        "[stroke(piece, across, up) for piece in means]",
        "[stroke(p, across, up) for p in own_pieces(history, self.known)]",
        ALL,
    ),
    slip(
        "the members' panels leave out the signs of missing figures",
        STRIP,
        "            if fact.value is None:\n                place, name",
        "            if False:\n                place, name",
        ALL,
    ),
    slip(
        "on a phone the members' panels stand in another order",
        STRIP,
        "place // NARROW * each",
        "(2 - place // NARROW) * each",
        ALL,
    ),
    slip(
        "where a member's line begins is told as where it ends",
        STRIP,
        "for fact in (first, history[-1])",
        "for fact in (history[-1], first)",
        ALL,
    ),
    slip(
        "somebody without a figure is told with another reason",
        STRIP,
        "reason = picture.why(peer, self.known)",
        'reason = self.known.phrases.words["sign_not_yet"]',
        "asss-2019",
    ),
    slip(
        "over the members' panels stand other years",
        STRIP,
        "lines = [span(years[0], years[-1])]",
        "lines = [span(years[0] + 1, years[-1])]",
        ALL,
    ),
)

SHARED = (
    slip(
        "numbers on figures and beside them are 10 percent too high",
        PICTURE,
        "else number(value, decimals) + mark",
        "else number(value * 1.1, decimals) + mark",
        THIS,
    ),
    slip(
        "the table beside is a year off",
        PICTURE,
        "held = [by_year.get(year) for year in years]",
        "held = [by_year.get(year - 1) for year in years]",
        THEN,
    ),
    slip(
        "the mean's row in the table beside is the kommune's",
        PICTURE,
        '(mean_cell, "network_mean") if of_mean',
        '(value_cell, "network_mean") if of_mean',
        THIS,
    ),
    slip(
        "alternative texts round otherwise than the page",
        PICTURE,
        "digits = number(value, fact.decimals)",
        "digits = number(value, fact.decimals + 1)",
        THIS,
    ),
    slip(
        "the table beside explains no sign",
        PICTURE,
        "signs = list(legend(shown, words).items())",
        "signs = []",
        HOLES,
    ),
    slip(
        "all points stand three points to the right",
        CANVAS,
        'own = {"cx": x,',
        'own = {"cx": x + 3,',
        THIS,
    ),
    slip(
        "the samples of the key are each other's",
        CANVAS,
        "canvas.lines(across, color=Colour.FAINT, width=0.8)",
        "canvas.lines(across, color=Colour.FOCUS, width=0.8)",
        THIS,
    ),
    slip(
        "what a line of the key says is another's",
        CANVAS,
        "below, part, Look.QUIET_LABEL)\n",
        "below, self.entries[0][1], Look.QUIET_LABEL)\n",
        THIS,
    ),
)

DAMAGES = (
    damage("a point says it is another kommune's", r'"oslo-2020', '"bergen-2020', THIS),
    damage(
        "two points have each other's facts",
        r'(data-fact="tromso-2020-[^"]*")(/><circle[^>]*)(data-fact="[^"]*")',
        exchanged,
        THIS,
    ),
    damage(
        "a point that no fact is of",
        r"(<circle[^>]*) data-fact=[^>]*/>",
        r"\g<0>\1/>",
        THIS,
    ),
    damage("a point does not say whose it is", r" data-fact=[^>]*(?=/>)", "", THIS),
    damage(
        "a point more, of a fact that has one",
        r"<circle[^>]* data-fact=[^>]*/>",
        r"\g<0>\g<0>",
        THIS,
    ),
    damage("a point is gone", r"<circle[^>]* data-fact=[^>]*/>", "", ALL),
    damage(
        "a number in a figure is changed afterwards",
        r'(<text[^>]* data-fact="[^>]*>[^<]*)\d(?=[^<\d]*</text>)',
        r"\g<1>" + "7" * 2,
        THIS,
    ),
    damage(
        "two numbers in a figure are exchanged",
        r'(data-fact="[^"]*"[^>]*>)([^<]+)(</text>.*?data-fact="[^"]*"[^>]*>)'
        r"(?!\2<)([^<]+)",
        r"\1\4\3\2",
        ALL,
    ),
    damage(
        "a mark is there and cannot be seen",
        r"(<circle[^>]*) data-fact=",
        r'\1 opacity="0" data-fact=',
        THIS,
    ),
    damage("a drawing is turned around", r"<g ", '<g transform="scale(-1 1)" ', THIS),
    damage(
        "a drawing is stretched",
        r'viewBox="0 0 (\d+)',
        r'preserveAspectRatio="none" viewBox="0 0 1\1',
        THIS,
    ),
    damage("a drawing lies under another", r"</svg>", "</svg><svg></svg>", THIS),
    damage("a text is hidden in a text", r"</text>", "<tspan>17</tspan></text>", THIS),
    damage(
        "a part moves on a phone by itself",
        r"--m0:-?[\d.]+px",
        "--m0:40px",
        "asss-2017",
    ),
    damage("nothing moves on a phone", r' style="[^"]*"', "", ALL),
    damage(
        "the scale for machines is another",
        r'data-axis="(\w+) \d',
        r'data-axis="\1 9',
        THIS,
    ),
    damage(
        "a number in an alternative text is another",
        r'(aria-label="[^"]*?)\d\d(?=[ \u00a0]%)',
        r"\g<1>13",
        THIS,
    ),
    damage(
        "a year in an alternative text is another",
        r'(aria-label="[^"]*?20)\d\d',
        r"\g<1>14",
        THEN,
    ),
    damage(
        "a name in an alternative text is another's",
        r'(aria-label="[^"]*?)Oslo',
        r"\1Bergen",
        ALL,
    ),
    damage(
        "a number stands in a caption", r"(?=</figcaption>)", " Snittet er 93.", THIS
    ),
    damage("a figure has another's number", r"(<strong>\w+ )\d", r"\g<1>7", THIS),
    damage(
        "a cell beside a figure is another",
        r'(<td data-fact="[^"]*">[^<]*)\d(?=</td>)',
        r"\g<1>00",
        THIS,
    ),
    damage(
        "two cells beside a figure are exchanged",
        r"(?<=<td>)([^<]+)(</td><td>)(?!\1)([^<]+)(?=</td>)",
        exchanged,
        ARROWS,
    ),
    damage(
        "a row beside a figure is gone",
        r'<tr><th scope="row">.*?</tr>\s*',
        "",
        THIS,
    ),
    damage(
        "another row beside a figure is shown as the kommune's own",
        r'<tr>(?=<th scope="row">)',
        '<tr class="own">',
        THIS,
    ),
    damage("a table beside a figure is gone", r"<details.*?</details>", "", THIS),
    damage("a sign beside a figure says another thing", r"</b> \w+", "</b> X", HOLES),
    damage("a figure is gone", r"<figure.*?</figure>", "", THIS),
    damage("a figure is another picture", r"<svg.*?</svg>", "<img src=''/>", THIS),
)

#: Those that a report shows.
FAULTS = (*PROFILES, *DEVELOPMENTS, *STRIPS, *SHARED, *DAMAGES)

#: Those that stand in the reviewer's edition alone.
IN_REVIEW = (
    slip(
        "what chance may do reaches too far up",
        PROFILE,
        "return low / mean * 100, high / mean * 100",
        "return low / mean * 100, high / mean * 110",
        THIS,
    ),
    slip(
        "the stroke of chance is another row's",
        PROFILE,
        "canvas.interval(*interval, y, layout.scale, fact=fact)",
        "canvas.interval(*next(filter(None, intervals)), y, layout.scale, fact=fact)",
        THIS,
    ),
    slip(
        "the stroke of chance is drawn one row down",
        PROFILE,
        "y, fact = line.y + TRACK, line.fact.id",
        "y, fact = line.y + TRACK + ROW, line.fact.id",
        THIS,
    ),
)
