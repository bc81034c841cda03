"""
What a report says in words, held against its facts, both ways round.

A sentence must be what its facts allow, in the hand of :mod:`kommune`, or of
:mod:`network` where it is of all members: to the letter. The other way round, every
figure in the running text of a page is accounted for: sentences, forbehold, comments,
definitions, words of the phrase file, dates and references are taken out of each
paragraph, and a figure that is left has been put there by somebody else. Figures,
numbered tables and SSB's own notes are read as such, and not here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.errors import RenderError
from asss.formats.readback import network
from asss.formats.readback.expectation import dated, rests_on, spaced, written
from asss.formats.readback.kommune import Hand

__all__ = ["Accounted", "false_sentences", "strange_figures"]

Fact: TypeAlias = Mapping[str, Any]

FIELD = re.compile(r"\{(\w+)\}")

#: What is left of a text when all that is known in it has been taken out.
FIGURE = re.compile(r"\d[\d.,]*")

#: What says how much in words, which a reader takes for a figure all the same.
COUNT = "to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv"
CLAIM = re.compile(
    r"\b(?:dobbel\w*|\w+doble\w*|halvpart\w*|halver\w*|(?:tre|fire|fem|ti)del(?:er|en)?"
    rf"|(?:{COUNT}) (?:ganger|prosent\w*|av (?:{COUNT})))\b",
    re.IGNORECASE,
)

#: A text that is no part of a longer number.
WHOLE = r"(?<!\d)(?<!\d[.,]){}(?!\d|[.,]\d)"


def false_sentences(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with the sentences of facts.json."""
    by_id = {fact["id"]: fact for fact in facts["facts"]}
    hand = Hand(facts, known)
    for place, said in enumerate(facts["sentences"]):
        if not said["facts"] or not by_id.keys() >= set(said["facts"]):
            yield f"facts.json: nothing supports «{said['text']}»"
            continue
        own = [by_id[name] for name in said["facts"]]
        try:
            if said["rule"].startswith("network_"):
                wanted = network.texts(said["rule"], own, facts, known)
            else:
                wanted = [hand.text(place)]
        except RenderError as error:
            yield f"facts.json: «{said['text']}» may not be told: {error}"
            continue
        if spaced(said["text"]) not in map(spaced, wanted):
            told = "; ".join(f"«{spaced(text)}»" for text in wanted) or "nothing"
            yield f"facts.json: «{said['text']}» is not what its facts give ({told})"


class Names:
    """Texts that may hold a number, as «18–66 år», or a claim, and are known."""

    def __init__(self, texts: Iterable[str]) -> None:
        numbered = {
            spaced(text).casefold().strip(" .,:;")
            for text in texts
            if FIGURE.search(text) or CLAIM.search(text)
        }
        self.texts = sorted(numbered, key=len, reverse=True)

    def taken_from(self, text: str) -> str:
        """What of a text is none of them."""
        left = spaced(text).casefold()
        for known in self.texts:
            if known in left:
                left = re.sub(WHOLE.format(re.escape(known)), " ", left)
        return left


def names_in(known: Catalogue) -> list[str]:
    """What indicators and measures are called."""
    names = [measure.name for measure in known.service.measures]
    for one in known.service.figures:
        names += [one.subject, one.mention, one.name, one.short_name, one.part]
    return names


# -- running text ----------------------------------------------------------------------

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


class Accounted:
    """What may hold a figure on a page, by its facts and parameters alone."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        year = int(facts["run"]["year"])
        self._names = Names(_texts(facts, known))
        self._numbers = {
            str(year + 1),
            *(str(fact["year"]) for fact in facts["facts"]),
            *(str(one.reported_from) for one in known.service.indicators),
            *facts["snapshot"]["tables"],
        }

    def strange(self, text: str) -> str:
        """A figure, or a claim in words, that nothing accounts for; or empty."""
        text = spaced(text)
        if not FIGURE.search(text) and not CLAIM.search(text):
            return ""
        left = SIGNPOSTS.sub(" ", self._names.taken_from(text))
        for figure in FIGURE.findall(left):
            if figure.rstrip(".,") not in self._numbers:
                return str(figure)
        claim = CLAIM.search(left)
        return claim[0] if claim else ""


def strange_figures(soup: Tag, accounted: Accounted) -> Iterator[str]:
    """Figures in running text that nothing accounts for, each with its paragraph."""
    body = soup.find("body")
    heading = soup.find(id=NOTES)
    notes: list[Tag] = []
    for part in (
        heading.parent.find_next_siblings() if heading and heading.parent else ()
    ):
        if part.find(["h2", "h3"]):
            break
        notes.append(part)
    for text in _paragraphs(body, notes) if isinstance(body, Tag) else ():
        if figure := accounted.strange(text):
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
    for one in known.service.figures:
        yield from (one.definition, one.processing, one.interpretation, one.source)
        yield f"× {written(one.formula.factor or 1)}"
    for comment in known.comments:
        if (comment.kommune, comment.year) == (run["kommune"], run["year"]):
            page = BeautifulSoup(markdown.to_html(comment.text), "html.parser")
            yield from _paragraphs(page, [])
            yield from (comment.author, comment.date, dated(comment.date))
    yield from _reconstructed(facts, known)
    calendar = known.service.calendar
    for day in (calendar.preliminary, calendar.final):
        yield dated(f"{run['year'] + 1}-{day}")
    if run["kommune"] == METHOD:
        yield rests_on(facts, known)
        yield from (dated(entry.collected) for entry in known.manual.values())


def _reconstructed(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """The warning at the top, with how many figures of the year it is about."""
    run = facts["run"]
    is_network = run["kommune"] == NETWORK
    rows = {row.id for row in known.service.indicators}
    own = [
        fact["basis"] == "reconstructed"
        for fact in facts["facts"]
        if fact["year"] == run["year"]
        and fact["indicator"] in rows
        and (is_network or fact["kommune"] == run["kommune"])
    ]
    for rule in ("network_reconstructed", "reconstructed_line"):
        for name in (rule, f"{rule}_fetched"):
            yield known.phrases.phrases[name].sentence.format(
                count=sum(own), n=len(own), kommune=facts["kommune"], year=run["year"]
            )
