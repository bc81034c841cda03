"""Slips on the page on all members: its table, its letters, where it leads."""

from collections.abc import Callable

from asss.page import overview
from asss.page.blocks import Block
from faults import Fault, Kind, Scene, swapped

OVERVIEW = "asss.page.overview"
EVERYBODY = "asss-2020"


def _network(
    name: str, module: str, old: str, new: str, report: str = EVERYBODY
) -> Fault:
    return swapped(name, "network", module, old, new, report=report)


def _changed(name: str, old: str, new: str, *, kind: Kind = "network") -> Fault:
    """A slip in the markup of the table, from whatever it came."""

    def plant(scene: Scene) -> None:
        make: Callable[..., Block] = overview.matrix

        def matrix(*given: object) -> Block:
            html = make(*given).html
            if old not in html:
                raise LookupError(old)
            return Block(html.replace(old, new, 1))

        scene.patch.setattr(overview, "matrix", matrix)

    return Fault(name, kind, "render", plant, EVERYBODY)


FAULTS = (
    _network(
        "the table has the values of last year",
        OVERVIEW,
        "cell = _amount(fact.value, fact, fact.basis, self._known)",
        "cell = _amount(fact.previous or fact.value, fact, fact.basis, self._known)",
    ),
    _network(
        "the table's mean is the lowest",
        OVERVIEW,
        "_amount(first.network_mean, first, first.mean_basis, known)",
        "_amount(first.lowest, first, first.mean_basis, known)",
    ),
    _network(
        "members of the table stand under each other's names",
        OVERVIEW,
        '"cells": [self._cell(fact, indicator) for fact in peers],',
        '"cells": [self._cell(fact, indicator) for fact in peers[1:] + peers[:1]],',
    ),
    _network(
        "names above the table are in another order",
        OVERVIEW,
        "members=[member.name for member in book.members]",
        "members=sorted(member.name for member in book.members)",
    ),
    _network(
        "no mark stands in the table",
        OVERVIEW,
        '"mark": value is not None and mark(basis, known.phrases.words),',
        '"mark": "",',
    ),
    _network(
        "shades are those of the highest",
        OVERVIEW,
        "return 1 + sum(language.half_up(fact.index) < limit for limit in SHADES)",
        "return 1 + sum(language.half_up(fact.index) > limit for limit in SHADES)",
    ),
    _network(
        "a missing figure is 0 in the table",
        OVERVIEW,
        '"text": cell["text"] if fact.value is not None else fact.status,',
        '"text": cell["text"] if fact.value is not None else "0",',
        "asss-2018",
    ),
    _network(
        "a plain mean is not told as one",
        OVERVIEW,
        '"is_plain": not first.is_weighted and',
        '"is_plain": first.is_weighted and',
    ),
    _network(
        "the unit in the table is another",
        OVERVIEW,
        'known.phrases.words[f"unit_label_{indicator.unit}"]',
        "known.phrases.words['unit_label_kr']",
    ),
    _network(
        "forbehold on figures of the table are left out",
        OVERVIEW,
        '"notes": [self._note(entry, indicator, name) for entry in self._told(fact)],',
        '"notes": [],',
    ),
    _network(
        "forbehold on whole rows are left out",
        OVERVIEW,
        "everybodys = [self._note(e, indicator) for e in self._told(first, EVERY)]",
        "everybodys = []",
    ),
    _network(
        "what the marks of the table mean is left out",
        OVERVIEW,
        "legend=plain | legend(",
        "legend={} and legend(",
    ),
    _network(
        "the table is said to be of another year",
        OVERVIEW,
        'text.phrase("network_caption", {"year": book.run.year}, known)',
        'text.phrase("network_caption", {"year": book.run.year - 1}, known)',
    ),
    _changed(
        "a cell has one figure, and says of itself that it is another",
        'data-fact="oslo-2020-ressursbruksindikator">1,17',
        'data-fact="bergen-2020-ressursbruksindikator">1,14',
    ),
    _changed(
        "a cell is another's, and says so of itself",
        'data-fact="bergen-2020-ressursbruksindikator">1,14',
        'data-fact="oslo-2020-ressursbruksindikator">1,17',
    ),
    _changed(
        "a row has another's name",
        '<a href="#ressursbruksindikator">Ressursbruksindikator</a>',
        '<a href="#ressursbruksindikator">Sykefravær (PAI)</a>',
    ),
    _changed(
        "a row leads to another's figure",
        'href="#ressursbruksindikator"',
        'href="#sykefravaer"',
    ),
    _changed(
        "a cell has a figure and no fact",
        ' data-fact="oslo-2020-ressursbruksindikator">1,17',
        ">1,27",
    ),
    _changed(
        "a letter leads to another note",
        'href="#note-a"',
        'href="#note-b"',
    ),
    _changed(
        "a column has lost its head",
        '<th scope="col" class="who-is"><span>Bergen</span></th>',
        "",
    ),
    _changed("a member is called by another's name", "<span>Bergen<", "<span>Bærum<"),
    _changed("a figure has lost its decimals", ">1,17<", ">1<"),
    _changed("a figure has another sign", ">1,17<", ">−1,17<"),
)
