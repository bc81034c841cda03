"""Slips that make the facts themselves wrong: what must see them is a test."""

import mutants

from faults import Fault, Scene, swapped


def _fault(mutant: mutants.Mutant) -> Fault:
    module = mutant.file.removesuffix(".py").replace("/", ".")
    return swapped(
        mutant.about,
        "arithmetic",
        module,
        mutant.text,
        mutant.instead,
        stop="test",
        test=mutant.test,
    )


def _told_as_missing(scene: Scene) -> None:
    from asss.analysis import tables

    scene.patch.setitem(tables.SIGNS, ":", "missing")


#: In a table of the module, and in no function of it.
SUPPRESSED = next(one for one in mutants.MUTANTS if one.text == '":": "suppressed"')

FAULTS = (
    *(_fault(mutant) for mutant in mutants.MUTANTS if mutant != SUPPRESSED),
    Fault(
        SUPPRESSED.about,
        "arithmetic",
        "test",
        _told_as_missing,
        test=SUPPRESSED.test,
    ),
)
