"""Slips on the way from SSB's cells, the figures by hand and the YAML to a figure."""

from faults import Fault, swapped

SOURCES = "asss.analysis.sources"
CATALOGUE = "asss.catalogue.catalogue"
FORMULA = "asss.catalogue.formula"
SNAPSHOTS = "asss.statbank.snapshots"
RECORD = "asss.page.record"

#: What is told of a table.
ENTRY = "number: TableRecord(**{n: entry[n] for n in TableRecord.model_fields})"
TOLD = "number: TableRecord(**{{n: {} for n in TableRecord.model_fields}})"


def _slip(
    name: str, module: str, old: str, new: str, report: str = "trondheim-2020"
) -> Fault:
    return swapped(name, "sources", module, old, new, report=report)


FAULTS = (
    _slip(
        "a figure is read from another kommune's cell",
        SOURCES,
        "query = {table.region: number,",
        "query = {table.region: sorted(regions)[2],",
    ),
    _slip(
        "a figure is read from the year before",
        SOURCES,
        "TIME: str(period), **series",
        "TIME: str(max(period - 1, 2016)), **series",
    ),
    _slip(
        "a kommunenummer is that of today",
        SOURCES,
        "number = member.number_in(period)",
        "number = member.number_in(2021)",
    ),
    _slip(
        "a population is that of the first day of the year",
        SOURCES,
        "period = year + table.year_offset",
        "period = max(year, 2016)",
    ),
    _slip(
        "another contents is read",
        SOURCES,
        "dataset.code_for(CONTENTS, code=one.code, label=one.label)",
        "next(iter(dataset.dimension(CONTENTS).labels))",
    ),
    _slip(
        "another function of the accounts is read",
        SOURCES,
        "TIME: str(period), **series.selections}",
        'TIME: str(period), **{k: v.replace("242", "243") '
        "for k, v in series.selections.items()}}",
    ),
    _slip(
        "an age is left out of a sum",
        SOURCES,
        "for part in measure.sum\n",
        "for part in measure.sum[:1]\n",
    ),
    _slip(
        "a numerator is the first of its parts",
        FORMULA,
        "return sum(above), sum(below)",
        "return self.above[0].of(given), sum(below)",
    ),
    _slip(
        "numerators are told in another unit",
        FORMULA,
        "return sum(above), sum(below)",
        "return sum(above), sum(below) * 1.01",
    ),
    _slip(
        "a figure by hand is that of the year before",
        SOURCES,
        "known.manual.get((name, member.id, year))",
        "known.manual.get((name, member.id, max(year - 1, 2015)))",
    ),
    _slip(
        "a figure by hand is another member's",
        SOURCES,
        "known.manual.get((name, member.id, year))",
        'known.manual.get((name, "bergen", year))',
    ),
    _slip(
        "a figure by hand is told as published",
        SOURCES,
        "basis=manual.basis,",
        'basis="published",',
    ),
    _slip(
        "what was reconstructed is told as SSB's own",
        SNAPSHOTS,
        "basis, source, note = self._provenance[table][flat]",
        'basis, source, note = "real", "", ""',
    ),
    _slip(
        "a figure rests on its numerator alone",
        SOURCES,
        '"basis": weakest(figure.basis for figure in figures),',
        '"basis": figures[0].basis,',
    ),
    _slip(
        "a suppressed figure is told as missing",
        SOURCES,
        "Figure(cell.value, cell.status, cell.basis,",
        'Figure(cell.value, cell.status and "..", cell.basis,',
        "tromso-2018",
    ),
    _slip(
        "a suppressed figure is 0",
        "asss.statbank.jsonstat",
        'if sign in ("", PRELIMINARY) else None), sign',
        'if sign in ("", PRELIMINARY) else 0.0), sign',
        "tromso-2018",
    ),
    _slip(
        "a cell is told without its year",
        SNAPSHOTS,
        "for name, code in self.query.items())\n        return",
        'for name, code in self.query.items() if name != "Tid")\n        return',
    ),
    _slip(
        "a cell is told to be of another table",
        SOURCES,
        "(cell.table,), (cell.address,)",
        '("12210",), (cell.address,)',
    ),
    _slip(
        "a table is told to be updated when it was put together",
        RECORD,
        ENTRY,
        TOLD.format('entry["updated" if n == "ssb_updated" else n]'),
    ),
    _slip(
        "a table has another's title",
        RECORD,
        ENTRY,
        TOLD.format('(snapshot.tables["12210"] if n == "title" else entry)[n]'),
    ),
    _slip(
        "a table has another's question",
        RECORD,
        ENTRY,
        TOLD.format('(snapshot.tables["12210"] if n == "query" else entry)[n]'),
    ),
    _slip(
        "a table is vouched for by another's digest",
        RECORD,
        ENTRY,
        TOLD.format('(snapshot.tables["12210"] if n == "sha256" else entry)[n]'),
    ),
    _slip(
        "a snapshot is told to be of another day",
        RECORD,
        "**{name: getattr(snapshot, name) for name in kept}",
        '**{name: "2021-03-15" if name == "created" else getattr(snapshot, name) '
        "for name in kept}",
    ),
    _slip(
        "figures of which nobody knows are told as final",
        "asss.analysis.publication",
        "or book.run.edition_status",
        "or FINAL",
        "tromso-2018",
    ),
    _slip(
        "a forbehold is on the figures of the year before",
        "asss.catalogue.knowledge",
        "year in self.years\n            and (self.indicators",
        "year + 1 in self.years\n            and (self.indicators",
    ),
    _slip(
        "what is left out of the mean is in it",
        CATALOGUE,
        'in_mean=all(kind.mean != "left_out" for kind in kinds)',
        "in_mean=True",
    ),
    _slip(
        "a mean that cannot be used is used",
        CATALOGUE,
        'is_mean_usable=all(kind.mean != "void" for kind in kinds)',
        "is_mean_usable=True",
    ),
    _slip(
        "a change that is withheld is told",
        CATALOGUE,
        'change=next((one for one in CHANGES if one in changes), "shown")',
        'change="shown"',
    ),
    _slip(
        "the rule of a mean is that of the last year",
        CATALOGUE,
        "own = self.service.mean_rule(one, year)",
        "own = self.service.mean_rule(one, 2020)",
    ),
)
