"""
The facts of a report, held against the snapshot that they say they are from.

A notebook is worked in: what somebody tried out in it, and left there, must not be
printed with SSB's cell as its source. So the facts are made once more, from parameters
and snapshot alone. Pandas is loaded where that is done, and not with this.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK, Run
from asss.statbank import Snapshot


def read(
    facts: Mapping[str, Any], run: Run, known: Catalogue, answers: Snapshot
) -> list[str]:
    """
    What is wrong with the facts that a notebook gave out, field by field.

    Parameters
    ----------
    facts : mapping
        What facts.json is to hold.
    run : Run
        What the notebook was given.
    known : Catalogue
    answers : Snapshot
        The one that the run names.
    """
    real = _gather(run, known, answers)
    order = dict.fromkeys(["facts", *real, *facts])
    problems = [
        problem
        for part in order
        for problem in _differences(part, facts.get(part), real.get(part))
    ]
    # What was reported first: means and sentences are wrong for its sake.
    return sorted(problems, key=lambda problem: ", value: " not in problem)


def warm_up() -> None:
    """Load, before it is needed, what tables are made with."""


def _gather(run: Run, known: Catalogue, answers: Snapshot) -> dict[str, Any]:
    """What facts.json holds of an untouched notebook."""
    from asss.analysis import findings, indexing, network, sources
    from asss.page import sections

    observations = sources.load_observations(known, answers, until=run.year)
    indexed = indexing.index_to_network(observations, rule=known.mean_rule)
    if run.kommune == NETWORK:
        from asss.page import overview

        told = overview.facts(network.assess(indexed, known, run, answers), known)
    else:
        told = sections.facts(findings.assess(indexed, known, run, answers), known)
    written: dict[str, Any] = json.loads(json.dumps(told.content))
    return written


def _differences(place: str, claimed: Any, real: Any) -> Iterator[str]:
    if isinstance(claimed, dict) and isinstance(real, dict):
        for key in dict.fromkeys([*real, *claimed]):
            yield from _differences(f"{place}, {key}", claimed.get(key), real.get(key))
    elif isinstance(claimed, list) and isinstance(real, list):
        if len(claimed) != len(real):
            yield f"{place}: are {len(claimed)}, and should be {len(real)}"
        for number, (one, other) in enumerate(zip(claimed, real, strict=False)):
            named = other.get("id", number) if isinstance(other, dict) else number
            yield from _differences(f"{place}, {named}", one, other)
    elif claimed != real:
        yield f"{place}: is {claimed!r}, and by its snapshot {real!r}"
