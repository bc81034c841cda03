"""Slips in the index of a year."""

from faults import Fault, Scene, swapped

SITE = "asss.page.site"
CONTENTS = "asss.runs.contents"


def _index(name: str, old: str, new: str, module: str = SITE) -> Fault:
    return swapped(name, "index", module, old, new, report="index-2020")


def _another_template(old: str, new: str) -> Fault:
    """A slip in what the page is set with."""
    from asss.page import blocks

    def plant(scene: Scene) -> None:
        render = blocks.block

        def block(template: str, *given: object, **fields: object) -> object:
            made = render(template, *given, **fields)  # type: ignore[arg-type]
            assert template != "index" or old in made.html, old
            html = made.html.replace(old, new, 1) if template == "index" else made.html
            return blocks.Block(html)

        scene.patch.setattr(blocks, "block", block)

    name = f"the index has «{new}» for «{old}»"
    return Fault(name, "index", "render", plant, "index-2020")


FAULTS = (
    _index(
        "the place in the index is the number of places",
        'details: dict[str, Detail] = {"rank": rank, "n": fact["n"]}',
        'details: dict[str, Detail] = {"rank": fact["n"], "n": rank}',
    ),
    _index(
        "a place in the index is of one",
        'details: dict[str, Detail] = {"rank": rank, "n": fact["n"]}',
        'details: dict[str, Detail] = {"rank": rank, "n": 1}',
    ),
    _index(
        "the index has last year's value",
        'value, rank = fact["value"], fact["rank"]',
        'value, rank = fact["previous"], fact["rank"]',
    ),
    _index(
        "the index sorts by the mean",
        '"value": value,\n        "written"',
        '"value": fact["network_mean"],\n        "written"',
    ),
    _index(
        "no mark stands at a value in the index",
        'form.format(number=digits) + mark(fact["basis"], words)',
        "form.format(number=digits)",
    ),
    _index(
        "no mark stands at a place in the index",
        'mark(fact["distance_basis"], words) if rank else ""',
        '""',
    ),
    _index(
        "the unit in the index is another",
        'form = words[f"unit_{indicator.unit}"]',
        "form = words['unit_kr']",
    ),
    _index(
        "an indicator in the index has another's name",
        '"name": indicator.short_name,',
        '"name": known.service.indicators[0].short_name,',
    ),
    _index(
        "a card has the main findings of the one before",
        'for said in entry.facts["sentences"]',
        'for said in entry.facts["sentences"][1:]',
    ),
    _index(
        "the status of a report is told as final, whatever it is",
        "words[f\"status_{edition['status'] or 'unknown'}\"]",
        'words["status_forelopige"]',
    ),
    _index(
        "the index does not say what is partly reconstructed",
        'if entry.facts["contains_reconstructed"]',
        "if False",
    ),
    _index(
        "the index says «delvis» of what is wholly reconstructed, and the reverse",
        "text.reservation(_bases(entry, known, year), known)",
        "text.reservation([] if {*_bases(entry, known, year)} - {'reconstructed'}"
        " else [''], known)",
    ),
    _index(
        "the day of change is told as that of publishing",
        '"published": run["published"],',
        '"published": run["changed"] or run["published"],',
    ),
    _index(
        "no day of change is told",
        '"changed": run["changed"],',
        '"changed": "",',
    ),
    _index(
        "forbehold of other members stand on a card",
        'and (caveat["kommuner"] == EVERY or entry.id in caveat["kommuner"])',
        "",
    ),
    _index(
        "forbehold on single figures are left out of the index",
        "if held\n    ]",
        "if False\n    ]",
    ),
    _index(
        "a card leads to another's page",
        '"page": f"{folder}/{entry.files[0].name}",',
        '"page": f"{folder}/../oslo/{entry.files[0].name}",',
    ),
    _index(
        "the index warns of nothing",
        'words["index_reconstructed"] if is_reconstructed else ""',
        '""',
    ),
    _index(
        "cards stand in another order",
        "sorted(\n                area.reports, key=lambda entry: "
        "language.alphabetical(entry.name)\n            )",
        "area.reports",
    ),
    _index(
        "those without a report are not named",
        'language.join(list(area.missing), words) if area.missing else ""',
        '""',
    ),
    _index(
        "a link leads to a file that was not made",
        "if (folder / file).is_file()\n    ]\n    return Listing",
        "if True\n    ]\n    return Listing",
        module=CONTENTS,
    ),
    _another_template("Publisert 15.03.2021", "Publisert 15.03.2022"),
    _another_template('data-name="Trondheim"', 'data-name="Tromsø"'),
    _another_template("<h3><a", "<h3>Ny <a"),
    _another_template(
        '<option value="ressursbruksindikator"', '<option value="sykefravaer"'
    ),
    _another_template('data-finds=".card[data-name]"', 'data-finds=".findings > li"'),
    _another_template(">Finn kommune</label>", ">Finn indikator</label>"),
    _another_template('data-what="Kommunene"', 'data-what="Indikatorene"'),
    _another_template('<ul class="cards" id="kort">', '<ul class="cards">'),
    _another_template('<p class="status">', '<p class="status" data-indicator="i">'),
    _another_template('<li class="card" data-name', '<li class="k" data-name'),
    _another_template(
        '<meta name="description" content="',
        '<meta name="description" content="Alle kommuner i landet. ',
    ),
    _another_template("<title>", '<meta property="og:title" content="2019"><title>'),
)
