"""Slips in a mean that is of the others: that of all in its place, and words of it."""

from pathlib import Path

from faults import Fault, Stop, rewrite, swapped

INDEXING = "asss.analysis.indexing"
KEYFIGURES = "asss.page.keyfigures"


def _of_others(root: Path) -> None:
    """Up to 2017 the means are of the others, but for what has the rule of a star."""
    file = "parameters/sosiale_tjenester/indikatorer.yaml"
    rewrite(
        root, file, "rule: plain}\n    - {from", "rule: plain, of: others}\n    - {from"
    )


def _slip(
    name: str,
    module: str,
    old: str,
    new: str,
    report: str = "trondheim-2017",
    *,
    stop: Stop = "render",
    test: str = "",
) -> Fault:
    return swapped(
        name,
        "others",
        module,
        old,
        new,
        report=report,
        stop=stop,
        test=test,
        given=_of_others if stop == "render" else None,
    )


FAULTS = [
    _slip(
        "the mean of all stands where that of the others is meant",
        INDEXING,
        'others = behind[behind["kommune"] != kommune]',
        "others = behind",
    ),
    _slip(
        "the same, and it is said to be of the others",
        INDEXING,
        '"network_mean": _means(behind, rule),',
        '"network_mean": _means(behind, rule) * 1.01,',
    ),
    _slip(
        "the mean of the others is weighted too early",
        INDEXING,
        "mean_of(weighing(own), others=is_of_others(last))",
        'mean_of("weighted", others=is_of_others(last))',
    ),
    _slip(
        "earlier years are of the others where the report is of all",
        INDEXING,
        "mean_of(weighing(own), others=is_of_others(last))",
        "mean_of(weighing(own), others=is_of_others(own))",
        "trondheim-2018",
    ),
    _slip(
        "the network is held against a mean without one of it",
        "asss.analysis.network",
        "return indexing.index_to_network(rows, rule=known.mean_rule)",
        "return indexed",
        "asss-2017",
    ),
    _slip(
        "a mean of all is not told among those of the others",
        KEYFIGURES,
        'return plain + (words["of_all_mark"] if is_of_all else "")',
        "return plain",
    ),
    _slip(
        "the head of the mean is not explained",
        KEYFIGURES,
        "if is_of_others and not known.supposed:",
        "if False:",
    ),
    _slip(
        "a figure does not tell which mean is of all",
        "asss.figures.profile",
        '"caption_of_all": picture.is_mixed((one.fact for one in lines), known),',
        '"caption_of_all": False,',
    ),
    _slip(
        "the mean of the others is called that of ASSS",
        "asss.catalogue.knowledge",
        "said = told.reworded(instead, spared={*OF_ALL, *spared})",
        "said = told",
        "trondheim-2017",
        stop="test",
        test="page/test_barnevern.py::test_page_names_whom_the_mean_is_of",
    ),
]
