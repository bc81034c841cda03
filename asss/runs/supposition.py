"""
A what-if on disk: apart from all reports, and marked on every page.

Nothing of what keeps reports knows of it: it has no manifest, no entry in the ledger,
no place in an index and no exports, and its facts are refused by all of these. Imports
``workbench`` and below.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asss import outputs
from asss.analysis.frames import Parameters
from asss.catalogue.parameters import Run, fold
from asss.errors import UsageError
from asss.formats import readback, typesetting
from asss.outputs import FACTS_NAME, HTML_NAME, PDF_NAME, WHAT_IF_FOLDER
from asss.page import record
from asss.runs import workbench
from asss.runs.workbench import KommuneReport

__all__ = ["asked", "render_what_if"]

#: What may be asked beside the limits of fraser.yaml, which are numbers.
LISTS, MEAN = ("members", "without"), "mean"


#: Where a page leads to the folder of its service area, or to that of its year.
ABOVE = re.compile(r'href="\.\./(?P<of_year>\.\./)?')


def asked(options: Sequence[str]) -> dict[str, Any]:
    """
    What is supposed, of what stands in a command.

    Raises
    ------
    UsageError
        If one is not ``key=value``, or stands twice.

    Examples
    --------
    >>> asked(["without=oslo,Bærum", "near_mean=10"])
    {'without': ['oslo', 'Bærum'], 'thresholds': {'near_mean': 10.0}}
    """
    given: dict[str, Any] = {}
    limits: dict[str, float] = {}
    for option in options:
        key, sign, value = option.partition("=")
        if not sign or key in {*given, *limits}:
            msg = (
                f"--what-if {option}: write each as without=oslo,baerum, "
                "members=bergen,tromso, mean=plain or near_mean=10, and once."
            )
            raise UsageError(msg)
        if key in LISTS:
            given[key] = [name for name in value.split(",") if name]
        elif key == MEAN:
            given[key] = value
        else:
            limits[key] = _number(key, value)
    return given | ({"thresholds": limits} if limits else {})


def _number(key: str, value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        msg = f"--what-if {key}={value}: is no number."
        raise UsageError(msg) from None


def render_what_if(
    run: Run, options: Sequence[str], *, parameters: Parameters, output: Path
) -> Path:
    """
    Write the page, the PDF and the facts of a what-if, read back as a report is.

    Parameters
    ----------
    run : Run
        Of one kommune.
    options : sequence of str
        See :func:`asked`.
    output : Path
        The place for outputs; all is put under ``hva-om/`` there, by year and service
        area as reports are.

    Returns
    -------
    folder : Path

    Raises
    ------
    UsageError
        If the run is not on a kommune, or what is asked is not known.
    RenderError
        If what was made does not say what its facts say.
    """
    given = asked(options)
    details = run.model_dump(exclude={"kommune", "year"})
    printed = workbench.report(run.kommune, run.year, parameters=parameters, **details)
    if not isinstance(printed, KommuneReport):
        msg = f"--what-if is of one kommune, and {run.kommune} is none."
        raise UsageError(msg)
    report = printed.what_if(**given).report
    facts = report.content().content
    html = report.preview().html
    led = ABOVE.sub(lambda found: _led(found, run), html)
    pdf = typesetting.to_pdf(led)
    readback.check_figures(facts, report.known, report.found.book.snapshot)
    readback.check(facts, report.known, html=html, pdf=pdf)
    name = "-".join([run.kommune, *map(_plain, options)])
    place = output / WHAT_IF_FOLDER
    target = outputs.folder(place, run.year, run.service, name)
    with outputs.workplace(target) as work:
        record.dump_facts(facts, work / FACTS_NAME)
        (work / HTML_NAME).write_text(led, encoding="utf-8")
        (work / PDF_NAME).write_bytes(pdf)
        outputs.put(work, target)
    return target


def _led(found: re.Match[str], run: Run) -> str:
    """A link as it leads from a what-if: its folders lie beside those of the years."""
    area = "" if found["of_year"] else f"{run.service}/"
    return f'href="../../../../{run.year}/{area}'


def _plain(option: str) -> str:
    """An option as part of a name: without=oslo,Bærum is without-oslo-baerum."""
    words = "".join(sign if sign.isalnum() else " " for sign in fold(option)).split()
    return "-".join(words)
