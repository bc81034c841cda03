"""What a kommune adds to its report, made into something else than it declares."""

import pandas as pd

from asss.page.blocks import Block
from asss.page.own import Own
from asss.runs.workbench import KommuneReport
from faults import Fault, Scene

__all__ = ["FAULTS"]

#: A drawing of one bar, with a scale.
DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">'
    '<text x="20" y="90">0</text><text x="20" y="50">20</text>'
    '<text x="20" y="10">40</text><rect x="30" y="20" width="9" height="70"/>'
    '<text x="30" y="15">35,5</text></svg>'
)
ALT = "Én søyle for Trondheim i 2020, på 35,5 prosent."
DATA = pd.DataFrame({"sted": ["sentrum", "heimdal"], "andel": [35.5, -3.2]})


def _added(name: str, kind: str, old: str, new: str) -> Fault:
    """A block of the kommune's own with another text than it was made with."""

    def plant(scene: Scene) -> None:
        last = KommuneReport.see_also

        def see_also(report: KommuneReport) -> Block:
            about = {"caption": "saker i tide", "source": "fagsystemet"}
            if kind == "figure":
                made = report.own_figure(DRAWN, alt=ALT, data=DATA, **about)
            elif kind == "table":
                made = report.own_table(DATA, decimals={"andel": 1}, **about)
            else:
                made = report.own_text("Andelen er {{ fact: andel_mottakere_18_66 }}.")
            if old not in made.html:
                raise LookupError(old)
            html = made.html.replace(old, new, 1)
            return Own(f"{html}\n{last(report).html}", made.record)

        scene.patch.setattr(KommuneReport, "see_also", see_also)

    return Fault(name, "own", "render", plant)


FAULTS = (
    _added("a number in an own figure is another", "figure", ">35,5<", ">53,5<"),
    _added("the scale of an own figure is another", "figure", ">40<", ">70<"),
    _added("a bar of an own figure is higher", "figure", 'height="70"', 'height="80"'),
    _added("an own figure lacks its alternative text", "figure", ALT, ""),
    _added(
        "an own figure tells another alternative text", "figure", ALT[:-1], "I 2020"
    ),
    _added("an own figure has another caption", "figure", "saker i tide", "alle saker"),
    _added(
        "an own figure does not say that it is", "figure", "Kommunens egen figur.", ""
    ),
    _added("an own figure is called official", "figure", "fagsystemet", "SSB"),
    _added(
        "an own figure is drawn as the profile", "figure", "<rect", '<rect id="profil"'
    ),
    _added("an own figure has a fact's name", "figure", "<rect", '<rect data-fact="x"'),
    _added(
        "an own figure stands in no block",
        "figure",
        '<section class="own">',
        "<section>",
    ),
    _added("a number in an own table is another", "table", "35,5", "53,5"),
    _added("an own table has lost a minus", "table", "−3,2", "3,2"),
    _added(
        "two rows of an own table have changed names", "table", "heimdal", "sentrum"
    ),
    _added("an own table has another caption", "table", "saker i tide", "alle saker"),
    _added("a number in an own text is another", "text", "3,7", "7,3"),
    _added(
        "an own text says more than it declares",
        "text",
        "Andelen",
        "Hele 12 og andelen",
    ),
)
