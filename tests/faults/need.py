"""Slips in the correction for need: in the arithmetic, the figure and the words."""

from pathlib import Path

import given

from faults import Fault, rewrite, swapped

NEED, DRAWN, FOUND = (
    "asss.analysis.need",
    "asss.figures.need",
    "asss.analysis.candidates",
)


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


FAULTS = [
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
