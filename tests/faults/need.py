"""Slips in the correction for need: in arithmetic, figure, words and exports."""

from pathlib import Path

import given

from faults import Fault, rewrite, swapped

NEED, DRAWN, FOUND = (
    "asss.analysis.need",
    "asss.figures.need",
    "asss.analysis.candidates",
)
EXCEL, PACKAGE = "asss.formats.exports.excel", "asss.formats.exports.datapackage"

#: What shows in the files for other programs alone.
FILES = ("xlsx", "csv")


def _given(root: Path) -> None:
    """All parts, made up, for every member of 2020."""
    given.write(root / "parameters")


def _unsaid(root: Path) -> None:
    """The same, and KS' own figure of Tromsø is not there yet."""
    _given(root)
    file = "parameters/sosiale_tjenester/manuelle/ressursbruksindikator.csv"
    rewrite(root, file, "tromso,2020,1.02,,", "tromso,2020,,..,")


def _slip(name: str, module: str, old: str, new: str, report: str = "tromso") -> Fault:
    return swapped(
        name, "need", module, old, new, report=f"{report}-2020", given=_given
    )


def _file(name: str, module: str, old: str, new: str) -> Fault:
    """A slip in what a report gives away."""
    return swapped(
        *(name, "need", module, old, new),
        report="trondheim-2020",
        given=_given,
        formats=FILES,
    )


#: In workbook and tables.
EXPORTED = [
    _file(
        "of need, amount and mean have changed places in Excel",
        EXCEL,
        "*(Amount(step.amount, 0), Amount(step.network_mean, 0)),",
        "*(Amount(step.network_mean, 0), Amount(step.amount, 0)),",
    ),
    _file(
        "of need, a step in Excel is what it comes to",
        EXCEL,
        "None if change is None else Amount(change, need.decimals),",
        "None if change is None else Amount(step.ratio, need.decimals),",
    ),
    _file(
        "of need, everybody's kroner in Excel are those before any correction",
        EXCEL,
        "Amount(one.amounts[place], 0)",
        "Amount(one.amounts[0], 0)",
    ),
    _file(
        "of need, what is made up is not marked in Excel",
        EXCEL,
        "mark(need.basis, words) or None,",
        "None,",
    ),
    _file(
        "of need, the rest in Excel is KS' figure",
        EXCEL,
        "for v in (need.rest, need.printed))",
        "for v in (need.printed, need.printed))",
    ),
    _file(
        "of need, the rest is not in Excel",
        EXCEL,
        "if need.printed is not None and need.rest is not None:",
        "if False:",
    ),
    _file(
        "what was given of a kommune stands in Excel at the first",
        EXCEL,
        "self._name(row[0])",
        'self._name("oslo")',
    ),
    _file(
        "a part that was given is called another in Excel",
        EXCEL,
        'words[f"need_part_{row[1].part}"]',
        'words["need_part_need"]',
    ),
    _file(
        "the source of what was given is the basis in Excel",
        EXCEL,
        "lambda row: row[1].source)",
        "lambda row: row[1].basis)",
    ),
    _file(
        "need is not in Excel",
        EXCEL,
        '{"need", "need_given"} if self._record.need is None else set()',
        '{"need", "need_given"}',
    ),
    _file(
        "need is not in CSV",
        PACKAGE,
        "*(_decomposed(record.need, record.run.kommune) if record.need else ()),",
        "",
    ),
    _file(
        "of need, the own ratio stands in CSV at all",
        PACKAGE,
        "(step.ratio, step.change) if is_own else (None, None)",
        "(step.ratio, step.change)",
    ),
    _file(
        "of need, amount and mean have changed places in CSV",
        PACKAGE,
        "(one.kommune, step.step, amount, step.network_mean)",
        "(one.kommune, step.step, step.network_mean, amount)",
    ),
    _file(
        "of need, the rest in CSV has the other sign",
        PACKAGE,
        "need.rest, need.rest_basis",
        "-(need.rest or 0), need.rest_basis",
    ),
    _file(
        "of need, the rest in CSV rests on KS' figure alone",
        PACKAGE,
        "need.rest, need.rest_basis",
        "need.rest, need.printed_basis",
    ),
    _file(
        "a part that was given is left out in CSV",
        PACKAGE,
        "        for part in one.given:\n",
        "        for part in one.given[1:]:\n",
    ),
    _file(
        "a zone stands in CSV as a number",
        PACKAGE,
        "(None, part.value) if is_zone else",
        "(part.value, None) if is_zone else",
    ),
    _file(
        "columns of need are described as those of tall.csv",
        PACKAGE,
        "if column in TOLD_OTHERWISE.get(table, ()):",
        "if False:",
    ),
]

FAULTS = [
    *EXPORTED,
    _slip("depreciation is added", NEED, "kroner -= given[", "kroner += given["),
    _slip(
        "pension is in kroner",
        NEED,
        'given["pension"].number * 1000',
        'given["pension"].number',
    ),
    _slip("pension is taken away", NEED, "kroner += given[", "kroner -= given["),
    _slip("less tax makes wages cost less", NEED, "FULL_TAX / (1 + tax)", "(1 + tax)"),
    _slip("all is wages", NEED, " + 1 - wages\n", "\n"),
    _slip(
        "need is multiplied by",
        NEED,
        'inhabitants / given["need"]',
        'inhabitants * given["need"]',
    ),
    _slip(
        "it is per inhabitant of the age group of Tabell 1",
        NEED,
        'inhabitants = given["inhabitants"].number',
        "inhabitants = fact.denominator",
    ),
    _slip("the mean is Oslo's", NEED, "sum(held) / len(members)", "held[0]"),
    _slip("a step is what it comes to", NEED, "after - before for", "after for"),
    _slip(
        "the rest has the other sign",
        NEED,
        "printed.value - steps[-1].ratio",
        "steps[-1].ratio - printed.value",
    ),
    _slip(
        "what is made up is told as official",
        NEED,
        "basis=weakest(bases + [g.basis for one in members for g in one.given])",
        'basis="real"',
        "trondheim",
    ),
    _slip(
        "the source of a part is another's", NEED, "source=one.source", 'source="SSB"'
    ),
    _slip(
        "KS' figure is what was worked out",
        NEED,
        "printed=printed.value",
        "printed=steps[-1].ratio",
    ),
    _slip(
        "of need, one is left out of the mean",
        NEED,
        "if fact.rank is not None]",
        'if fact.rank is not None and fact.kommune != "oslo"]',
    ),
    # -- the figure
    _slip(
        "of need, a bar begins at the mean",
        DRAWN,
        "bar = [[(before, y)",
        "bar = [[(across(1), y)",
    ),
    _slip(
        "of need, a point is a step off",
        DRAWN,
        "canvas.dot(x, y, size=7",
        "canvas.dot(before, y + ROW, size=7",
    ),
    _slip(
        "of need, the scale is mirrored",
        DRAWN,
        "last * step, START, END)",
        "last * step, END, START)",
    ),
    _slip(
        "of need, the numbers of the scale are a step off",
        DRAWN,
        "number(one, 1), look",
        "number(one + 0.1, 1), look",
    ),
    _slip(
        "of need, the mean stands elsewhere",
        DRAWN,
        "(across(1), top), (across(1)",
        "(across(1.1), top), (across(1.1)",
    ),
    _slip(
        "of need, a rise is told as a fall",
        DRAWN,
        "signed(line.change, found.decimals)",
        "signed(-line.change, found.decimals)",
    ),
    _slip(
        "of need, a number is told without its mark",
        DRAWN,
        "    return told + mark(line.basis, known.phrases.words)",
        "    return told",
    ),
    _slip(
        "names and numbers part on a phone",
        DRAWN,
        "canvas.part(NARROW - NUMBERS, -OVER)",
        "canvas.part(NARROW - NUMBERS, OVER)",
    ),
    _slip(
        "of need, the table has the mean for the kommune",
        DRAWN,
        "number(one.amount) + sign",
        "number(one.network_mean) + sign",
    ),
    _slip(
        "the rest is not in the figure",
        DRAWN,
        'yield _Line(words["need_rest"]',
        'words["need_rest"], (words["need_rest"]',
    ),
    # -- the words
    _slip(
        "the sentence has the need of the step before",
        FOUND,
        "told(last.change or 0, basis",
        "told(others[-1].change or 0, basis",
    ),
    _slip(
        "the sentence leaves tax out",
        FOUND,
        "for one in others)",
        "for one in others[:-1])",
    ),
    _slip(
        "the sentence has KS' figure as the result",
        FOUND,
        "told(last.ratio, basis)",
        "told(found.printed or 0, basis)",
    ),
    swapped(
        "KS' figure is told before it is there",
        "need",
        FOUND,
        "if found.printed is None or found.rest is None:",
        "if False:",
        report="tromso-2020",
        given=_unsaid,
    ),
]
