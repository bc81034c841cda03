"""Slips in the files for other programs: workbook, tables, and what describes them."""

from faults import Fault, Scene, swapped

EXCEL = "asss.formats.exports.excel"
SHEETS = "asss.formats.exports.sheets"
PACKAGE = "asss.formats.exports.datapackage"
EXPORTS = "asss.formats.exports"
PICTURE = "asss.figures.picture"


def _last_years_number(scene: Scene) -> None:
    scene.swap(PACKAGE, "number_in(record.run.year)", "number_in(record.run.year - 3)")


def _rounded(scene: Scene) -> None:
    scene.swap(SHEETS, "cell.value, shown)", "round(cell.value, cell.decimals), shown)")


def _exports(name: str, module: str, old: str, new: str, **fault: str) -> Fault:
    return swapped(name, "exports", module, old, new, **fault)


FAULTS = (
    _exports(
        "Tabell 1 in Excel has the value before",
        EXCEL,
        "_figure(fact, fact.value, printed.text), _notes(printed)]",
        "_figure(fact, fact.previous, printed.text), _notes(printed)]",
    ),
    _exports(
        "the mean of Tabell 1 in Excel is the lowest",
        EXCEL,
        "_figure(last, last.network_mean, row.mean.text)",
        "_figure(last, last.lowest, row.mean.text)",
    ),
    _exports(
        "lowest and highest have changed places in Excel",
        EXCEL,
        "_figure(last, last.lowest, row.lowest.text)",
        "_figure(last, last.highest, row.lowest.text)",
    ),
    _exports(
        "who has the lowest is told as who has the highest",
        EXCEL,
        "self._names(last.highest_kommune)",
        "self._names(last.lowest_kommune)",
    ),
    _exports(
        "the place in Excel is counted from the lowest",
        EXCEL,
        "row.rank.text if last.rank is None else last.rank",
        "row.rank.text if last.rank is None else last.n + 1 - last.rank",
    ),
    _exports(
        "of how many a place is, is one too few",
        EXCEL,
        "None if last.rank is None else last.n,",
        "None if last.rank is None else last.n - 1,",
    ),
    _exports(
        "letters of notes are left out in Excel",
        EXCEL,
        'parts = printed.mark, ", ".join(printed.notes)',
        "parts = (printed.mark,)",
    ),
    _exports(
        "no mark stands at the figures of Tabell 1 in Excel",
        EXCEL,
        'parts = printed.mark, ", ".join(printed.notes)',
        'parts = ("", ", ".join(printed.notes))',
    ),
    _exports(
        "what is not official is not marked in Utvikling",
        EXCEL,
        'raised = "" if fact.value is None else mark(fact.basis, self._words)',
        'raised = ""',
    ),
    _exports(
        "no break is told in Utvikling",
        EXCEL,
        "self._known.breaks(fact.forbehold) and",
        "None and",
    ),
    _exports(
        "the mean in Utvikling is another year's",
        EXCEL,
        "*(_figure(means[year], means[year].network_mean) for year in years)",
        "*(_figure(means[year], means[years[0]].network_mean) for year in years)",
    ),
    _exports(
        "years in Utvikling stand the other way round",
        EXCEL,
        "*(_value(fact) if fact else None for fact in row)",
        "*(_value(fact) if fact else None for fact in reversed(row))",
    ),
    _exports(
        "the index is the distance",
        EXCEL,
        "lambda fact: _whole(fact.index)",
        "lambda fact: _whole(fact.distance)",
    ),
    _exports(
        "a change has lost its sign",
        EXCEL,
        'number("field_change", lambda fact: _figure(fact, fact.change))',
        'number("field_change", lambda fact: _figure(fact, fact.change and '
        "abs(fact.change)))",
        report="tromso-2018",
    ),
    _exports(
        "the rule of the mean is told as the other",
        EXCEL,
        'words[f"mean_{f.mean_rule}"]',
        "words['mean_plain']",
    ),
    _exports(
        "the ends of the interval have changed places",
        EXCEL,
        "lambda f: _figure(f, f.interval_low)",
        "lambda f: _figure(f, f.interval_high)",
    ),
    _exports(
        "what is not clear is told as clear",
        EXCEL,
        'words["yes" if is_clear else "no"]',
        'words["no" if is_clear else "yes"]',
    ),
    _exports(
        "a unit in Excel is another",
        EXCEL,
        'return self._words[f"unit_label_{unit}"]',
        "return self._words['unit_label_prosent']",
    ),
    _exports(
        "a suppressed figure is 0 in Excel",
        EXCEL,
        "if value is not None else otherwise or None",
        "if value is not None else (0 if otherwise else None)",
        report="tromso-2018",
    ),
    _exports(
        "the status of the figures is told as final",
        EXCEL,
        "words[f\"status_{record.edition.status or 'unknown'}\"]",
        'words["status_forelopige"]',
    ),
    _exports(
        "the day of publishing is the day of change",
        EXCEL,
        "language.day(day) if day else",
        'language.day("2020-01-01") if day else',
    ),
    _exports(
        "years of a forbehold are left out",
        EXCEL,
        'lambda entry: ", ".join(map(str, entry.years))',
        'lambda entry: ", ".join(map(str, entry.years[:1]))',
    ),
    _exports(
        "a forbehold is told of everybody",
        EXCEL,
        "return everybody if is_all else self._names(entry.kommuner)",
        "return everybody",
    ),
    _exports(
        "the warning of what is not official is left out in Excel",
        EXCEL,
        "if record.contains_reconstructed:",
        "if False:",
    ),
    _exports(
        "numerator and denominator have changed places",
        EXCEL,
        "lambda fact: fact.numerator, KOMMUNE",
        "lambda fact: fact.denominator, KOMMUNE",
    ),
    _exports(
        "what a figure rests on is told as SSB's",
        EXCEL,
        'words[f"basis_{fact.basis}"]',
        "words['basis_real']",
    ),
    _exports(
        "the last row of Grunnlag is lost",
        EXCEL,
        ".fill(self._record.facts)",
        ".fill(self._record.facts[:-1])",
    ),
    Fault("numbers in Excel are rounded", "exports", "render", _rounded),
    _exports(
        "numbers in Excel are shown with one decimal too few",
        SHEETS,
        'tail = f".{\'0\' * cell.decimals}" if cell.decimals else ""',
        'tail = f".{\'0\' * (cell.decimals - 1)}" if cell.decimals > 1 else ""',
    ),
    _exports(
        "members stand under each other's names",
        EXCEL,
        "*(_value(fact) for fact in facts),",
        "*(_value(fact) for fact in facts[1:] + facts[:1]),",
        report="asss-2020",
    ),
    _exports(
        "places of the members are those of the one beside",
        EXCEL,
        "*(fact.rank for fact in facts),",
        "*(fact.rank for fact in facts[1:] + facts[:1]),",
        report="asss-2020",
    ),
    _exports(
        "a place that rests on what is not official is not marked",
        EXCEL,
        "*(f.rank and (mark(f.distance_basis, words) or None) for f in facts)",
        "*(None for f in facts)",
        report="asss-2020",
    ),
    Fault("kommunenummer are of another year", "exports", "render", _last_years_number),
    _exports(
        "numbers in CSV are rounded",
        PACKAGE,
        "return _listed(value) if isinstance(value, list | tuple) else value",
        "return _listed(value) if isinstance(value, list | tuple) else "
        "round(value, 1) if isinstance(value, float) else value",
    ),
    _exports(
        "a missing figure is 0 in CSV",
        PACKAGE,
        "rows = [[_value(getattr(entry, name)) for name in columns] "
        "for entry in entries]",
        "rows = [[_value(getattr(entry, name) or 0) for name in columns] "
        "for entry in entries]",
    ),
    _exports(
        "columns of CSV stand under each other's names",
        PACKAGE,
        "written.writerow(self.columns)",
        "written.writerow(self.columns[:3] + self.columns[3:][::-1])",
    ),
    _exports(
        "the last row of CSV is lost",
        PACKAGE,
        "for row in self.rows)",
        "for row in self.rows[:-1])",
    ),
    _exports(
        "a list in CSV has its first alone",
        PACKAGE,
        'return " ".join(parts)',
        'return " ".join(parts[:1])',
    ),
    _exports(
        "the part that an indicator belongs to is another",
        PACKAGE,
        "sections.get(entry.section or",
        "sections.get('kvalitet' or",
    ),
    _exports(
        "a table is said to have other bytes than it has",
        PACKAGE,
        '"bytes": len(content)',
        '"bytes": len(content) - 1',
    ),
    _exports(
        "a table is vouched for with another sha256",
        PACKAGE,
        "hashlib.sha256(content).hexdigest()",
        "hashlib.sha256(content[1:]).hexdigest()",
    ),
    _exports(
        "what is not official is not told of in the descriptor",
        PACKAGE,
        'if any("reconstructed" in',
        'if not any("reconstructed" in',
    ),
    _exports(
        "columns are described as each other",
        PACKAGE,
        '"title": words[f"field_{column}"]',
        '"title": words["field_value"]',
    ),
    _exports(
        "the data of the report are of another day",
        PACKAGE,
        '"created": f"{record.day}T00:00:00Z"',
        '"created": "2020-01-01T00:00:00Z"',
    ),
    _exports(
        "the index behind a figure is the value",
        PICTURE,
        'record["name"] = known.indicator(fact.indicator).name',
        'record["name"] = known.indicator(fact.indicator).name; '
        'record["index"] = fact.value',
    ),
    _exports(
        "what a number behind a figure rests on is told as SSB's",
        PICTURE,
        'record["basis"] = "" if fact.value is None else fact.basis',
        'record["basis"] = "" if fact.value is None else "real"',
    ),
    _exports(
        "a member is left out behind a figure",
        PICTURE,
        "for fact in facts:\n        record = fact",
        "for fact in [f for f in facts if f.kommune != 'drammen']:\n        "
        "record = fact",
    ),
    _exports(
        "last year's value stands behind a figure",
        PICTURE,
        'record["forbehold"] = " ".join(fact.forbehold)',
        'record["forbehold"] = " ".join(fact.forbehold); '
        'record["value"] = fact.previous or fact.value',
    ),
)
