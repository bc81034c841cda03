"""
The other way round: every figure in the running text of a page is accounted for.

What is known to be told is taken out of each paragraph: sentences, forbehold, comments,
definitions, words of the phrase file, dates, references. A figure that is left has been
put there by somebody else. Figures, numbered tables and SSB's own notes are read as
such, and not here. Imports ``catalogue`` and below.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK
from asss.formats.readback.notation import dated, spaced, written
from asss.formats.readback.sentences import FIELD, FIGURE, Names, names_in

#: Read otherwise, or not at all.
APART = ("figure", "details", "svg", "script", "style")

#: Elements within a paragraph.
INLINE = ("a", "abbr", "b", "br", "code", "em", "i", "span", "strong", "sup", "wbr")

#: Where SSB's own notes stand.
NOTES = "merknader"

#: What leads about on a page, in lower case: «tabell 1», «↑2», «412 kb»; and the one
#: figure of the notebook's own prose, the mean of an index.
SIGNPOSTS = re.compile(
    r"\b(?:tabell|figur) \d{1,2}\b|↑\d*|\b\d[\d ]* kb\b"
    r"|\bsnitt\w*[^.%\d]{0,40} 100\b(?! ?(?:%|prosent))"
)


class Told:
    """What may hold a figure on a page, by its facts and parameters alone."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        year = int(facts["run"]["year"])
        self._names = Names(_texts(facts, known))
        self._counts = _counts(facts, known)
        self._numbers = {
            str(year + 1),
            *(str(fact["year"]) for fact in facts["facts"]),
            *(str(one.reported_from) for one in known.service.indicators),
            *facts["snapshot"]["tables"],
        }

    def strange(self, text: str) -> str:
        """A figure in a text that nothing accounts for; empty where there is none."""
        text = spaced(text)
        if not FIGURE.search(text):
            return ""
        left = SIGNPOSTS.sub(" ", self._names.taken_from(self._without_counts(text)))
        for figure in FIGURE.findall(left):
            if figure.rstrip(".,") not in self._numbers:
                return str(figure)
        return ""

    def _without_counts(self, text: str) -> str:
        """A text without the sentence on what all figures rest on, if it adds up."""
        pattern, total = self._counts
        found = pattern.search(text)
        parts = [int(part.replace(" ", "")) for part in found.groups()] if found else []
        return text.replace(found[0], " ") if found and sum(parts) == total else text


def read(soup: Tag, told: Told) -> Iterator[str]:
    """Figures in running text that nothing accounts for, each with its paragraph."""
    body = soup.find("body")
    heading = soup.find(id=NOTES)
    notes: list[Tag] = []
    for part in (
        heading.parent.find_next_siblings() if heading and heading.parent else ()
    ):
        if part.find("h3"):
            break
        notes.append(part)
    for text in _paragraphs(body, notes) if isinstance(body, Tag) else ():
        if figure := told.strange(text):
            yield f"text: nothing accounts for «{figure}»: «{spaced(text)[:400]}»"


def _paragraphs(tag: Tag, notes: list[Tag]) -> Iterator[str]:
    """The texts of a page, each as a reader takes it in."""
    text = []
    for child in tag.children:
        if isinstance(child, NavigableString):
            text.append(str(child))
        elif not isinstance(child, Tag) or child.name in APART:
            continue
        elif child.name in INLINE:
            text.append(child.get_text())
        elif not any(child is note for note in notes):
            caption = child.find("caption") if child.name == "table" else None
            yield from _paragraphs(caption or child, notes)
    yield "".join(text)


def _texts(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What may be told with figures in it."""
    run, words = facts["run"], known.phrases.words
    yield from names_in(known)
    yield from words.values()
    for phrase in known.phrases.phrases.values():
        yield from FIELD.split(phrase.sentence)[::2]
    yield from (facts["title"], facts["snapshot"]["base_url"] or "")
    yield from (said["text"] for said in facts["sentences"])
    for date in (run["published"], run["changed"], facts["snapshot"]["created"]):
        yield dated(date)
    kommuner = "|".join(re.escape(m.name) for m in known.network.members)
    for entry in facts["forbehold"]:
        yield from (entry["text"], entry["label"])
        # What is said of several in the same words is said of all by name.
        yield from re.split(rf"\b(?:{kommuner})\b", entry["text"])
    for one in known.service.indicators:
        yield from (one.definition, one.processing, one.interpretation, one.source)
        yield f"× {written(one.formula.factor or 1)}"
    for comment in known.comments:
        if (comment.kommune, comment.year) == (run["kommune"], run["year"]):
            page = BeautifulSoup(markdown.to_html(comment.text), "html.parser")
            yield from _paragraphs(page, [])
            yield from (comment.author, comment.date, dated(comment.date))
    yield from _reconstructed(facts, known)


def _reconstructed(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """The warning at the top, with how many figures of the year it is about."""
    run = facts["run"]
    is_network = run["kommune"] == NETWORK
    own = [
        fact["basis"] == "reconstructed"
        for fact in facts["facts"]
        if fact["year"] == run["year"]
        and (is_network or fact["kommune"] == run["kommune"])
    ]
    for rule in ("network_reconstructed", "reconstructed_line"):
        for name in (rule, f"{rule}_fetched"):
            yield known.phrases.phrases[name].sentence.format(
                count=sum(own), n=len(own), kommune=facts["kommune"], year=run["year"]
            )


def _counts(facts: Mapping[str, Any], known: Catalogue) -> tuple[re.Pattern[str], int]:
    """What is said of what all figures rest on, and how many they are."""
    run = facts["run"]
    years = sorted({int(fact["year"]) for fact in facts["facts"]})
    members = len({fact["kommune"] for fact in facts["facts"]})
    total = len(known.service.indicators) * members * len(years)
    rule = "reconstructed_paragraph"
    if facts["snapshot"]["fetched"]:
        rule += "_fetched"
    sentence = known.phrases.phrases[rule].sentence
    part = "\0"
    filled = sentence.format(
        n=written(total),
        from_year=years[0],
        year=run["year"],
        **dict.fromkeys(("real", "published", "reconstructed"), part),
    )
    return re.compile(re.escape(spaced(filled)).replace(part, r"(\d[\d ]*)")), total
