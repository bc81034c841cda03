"""
What a report says in words, held against its facts, both ways round.

A sentence must be what its rule writes, filled in with what its facts give, in the hand
of :mod:`expectation`; and no other figure stands in it but those of names. What it
claims in words must bear the mark of what that rests on. The other way round, every
figure in the running text of a page is accounted for: sentences, forbehold, comments,
definitions, words of the phrase file, dates and references are taken out of each
paragraph, and a figure that is left has been put there by somebody else. Figures,
numbered tables and SSB's own notes are read as such, and not here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from asss.analysis.findings import RESSURSBRUK
from asss.analysis.tables import MARKED
from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.formats.readback import network
from asss.formats.readback.expectation import (
    amount,
    counted,
    dated,
    marked,
    percent,
    rests_on,
    spaced,
    written,
)

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

#: Fields that count something, and what may stand behind: how many of them are shared.
WAYS = ("up", "down", "stable")
COUNTS = ("n", "total", *WAYS)
SHARED = r"(?: \([^()]*\))?"

#: The words of a rank.
PLACES = (
    *(
        f"rank_{place}{end}"
        for place in ("", "second_", "among_")
        for end in ("highest", "lowest")
    ),
    "rank_highest_shared",
    "rank_lowest_shared",
)


def false_sentences(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with the sentences of facts.json."""
    by_id = {fact["id"]: fact for fact in facts["facts"]}
    claims = Claims(facts, known)
    names = Names([*names_in(known), *(entry["label"] for entry in facts["forbehold"])])
    for said in facts["sentences"]:
        phrase = known.phrases.phrases.get(said["rule"])
        is_whole = bool(said["facts"]) and by_id.keys() >= set(said["facts"])
        if phrase is None or not is_whole:
            yield f"facts.json: nothing supports «{said['text']}»"
            continue
        own = [by_id[name] for name in said["facts"]]
        if said["rule"].startswith("network_"):
            wanted = network.texts(said["rule"], own, facts, known)
            if spaced(said["text"]) not in map(spaced, wanted):
                told = "; ".join(f"«{spaced(text)}»" for text in wanted)
                yield (
                    f"facts.json: «{said['text']}» is not what its facts give "
                    f"({told or 'nothing'})"
                )
            continue
        amounts = _amounts(said["rule"], own, by_id, known)
        signs = claims.of(said["rule"], own)
        pattern = _pattern(said["rule"], amounts, signs, facts, own, known)
        found = pattern.fullmatch(spaced(said["text"]))
        given = chain(names.texts, *amounts.values(), *_years(facts))
        if found is None:
            told = "; ".join(f"{k}: {', '.join(sorted(v))}" for k, v in amounts.items())
            told += "".join(f"; {k}: {v or 'no mark'}" for k, v in signs.items())
            yield f"facts.json: «{said['text']}» is not what its facts give ({told})"
            continue
        left = Names(given).taken_from(" ".join(found.groups()))
        if stray := FIGURE.search(left) or claims.mark.search(left):
            yield f"facts.json: «{said['text']}»: no fact gives «{stray[0]}»"


class Claims:
    """The marks of what is said in words, worked out from everybody's facts.

    A claim bears the mark of the weakest figure that could make it untrue, be it told
    or not; but not once more beside a number that bears the same.
    """

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self._facts: Sequence[Fact] = facts["facts"]
        self._known, self._words = known, known.phrases.words
        self._doubted = {
            entry["id"]
            for entry in facts["forbehold"]
            if known.kinds[entry["kind"]].summary != "told"
        }
        marks = (self._words[f"{basis}_mark"] for basis in MARKED)
        self.mark = re.compile("|".join(map(re.escape, marks)))

    def of(self, rule: str, own: Sequence[Fact]) -> dict[str, str]:
        """The mark, or nothing, by the field of the phrase that it belongs to."""
        one = own[0]
        now = [fact for fact in self._facts if fact["year"] == one["year"]]
        match rule.split("_"):
            case ["resource" | "level", *_]:
                told = self._sign(_compared(own))
                beside = self._sign([one["basis"]])
                return {"rank": told, "mark": "" if told == beside else told}
            case ["years", *_]:
                return {"mark": self._sign(_compared(own))}
            case ["trend", *_]:
                return {"mark": self._sign(fact["basis"] for fact in own)}
            case ["mean", "falls" | "rises"]:
                means = self._sign(self._means(own))
                return {"mark": self._sign(_moved(own)), "mean_mark": means}
            case ["summary", "both" | "above" | "below"]:
                return self._furthest(own, now)
            case ["summary", "rank", *_]:
                mine = [fact for fact in now if fact["kommune"] == one["kommune"]]
                sign = self._sign(_compared(filter(self._has_ends, mine)))
                return dict.fromkeys(("highest", "lowest", "mark"), sign)
            case ["summary", "change", *_]:
                return dict.fromkeys(WAYS, self._sign(_moved(own)))
        return {}

    def _sign(self, bases: Iterable[str], *beside: str) -> str:
        """The mark of a claim, unless one of the numbers beside it bears the same."""
        sign = marked(self._words, *bases)
        return "" if sign in {marked(self._words, basis) for basis in beside} else sign

    def _has_ends(self, fact: Fact) -> bool:
        """Whether it is told who is highest and lowest: of many, and not all alike."""
        few = 2 * self._known.phrases.thresholds.among_outermost.value
        is_ranked = fact["rank"] is not None and fact["n"] > few
        return is_ranked and fact["lowest"] != fact["highest"]

    def _furthest(self, own: Sequence[Fact], now: Sequence[Fact]) -> dict[str, str]:
        """Of all that might have been furthest from the mean."""
        held = [
            fact
            for fact in now
            if fact["kommune"] == own[0]["kommune"]
            and fact["index"] is not None
            and fact["indicator"] != RESSURSBRUK
            and not self._doubted.intersection(fact["forbehold"])
        ]
        sign = self._sign(_compared(held))
        return {
            f"{side}_mark": "" if self._sign(_compared([fact])) == sign else sign
            for side, fact in (("above", own[0]), ("below", own[-1]))
        }

    def _means(self, own: Sequence[Fact]) -> list[str]:
        """What the means of both years rest on."""
        both = {
            (f["indicator"], year) for f in own for year in (f["year"], f["year"] - 1)
        }
        return [
            fact["mean_basis"]
            for fact in self._facts
            if (fact["indicator"], fact["year"]) in both
        ]


def _compared(facts: Iterable[Fact]) -> list[str]:
    """What places and distances rest on."""
    return [basis for f in facts for basis in (f["basis"], f["mean_basis"])]


def _moved(facts: Iterable[Fact]) -> list[str]:
    """What changes rest on."""
    return [basis for f in facts for basis in (f["basis"], f["previous_basis"])]


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
    for one in known.service.indicators:
        names += [one.subject, one.mention, one.name, one.short_name]
    return names


def _years(facts: Mapping[str, Any]) -> tuple[set[str], ...]:
    """The years of the report, the last of them, and the one before."""
    last = int(facts["run"]["year"])
    return {str(f["year"]) for f in facts["facts"]}, {str(last)}, {str(last - 1)}


def _amounts(
    rule: str, own: Sequence[Fact], by_id: Mapping[str, Fact], known: Catalogue
) -> dict[str, set[str]]:
    """What the figures of some facts are in print, by the fields that hold them."""
    words = known.phrases.words
    found: dict[str, set[str]] = defaultdict(set)

    def add(
        field: str, fact: Fact, value: float | None, *bases: str, **role: str
    ) -> None:
        if value is not None:
            found[field].add(spaced(amount(value, fact, words, *bases, **role)))

    for fact in own:
        basis, middle, earlier = (
            fact["basis"],
            fact["mean_basis"],
            fact["previous_basis"],
        )
        before = by_id.get(f"{fact['kommune']}-{fact['year'] - 1}-{fact['indicator']}")
        add("previous", fact, fact["previous"], earlier)
        if before is not None:
            add("previous", fact, before["network_mean"], before["mean_basis"])
        add("mean", fact, fact["network_mean"], middle)
        now = spaced(amount(fact["value"] or 0, fact, words))
        then = spaced(amount(fact["previous"] or 0, fact, words))
        # Said once for both years, it is marked as the weaker.
        both = (earlier,) if rule.startswith("change_") and now == then else ()
        add("value", fact, fact["value"], basis, *both)
        if fact["change"] is not None:
            moved = abs(fact["change"])
            add("change", fact, moved, basis, earlier, role="difference")
        if fact["index"] is not None:
            away = percent(abs(fact["index"] - 100), words, basis, middle)
            found["distance"].add(spaced(away))
    return found


def _pattern(
    rule: str,
    amounts: Mapping[str, set[str]],
    signs: Mapping[str, str],
    facts: Mapping[str, Any],
    own: Sequence[Fact],
    known: Catalogue,
) -> re.Pattern[str]:
    """A phrase in which each field holds what the facts give; others hold anything."""
    words, phrases = known.phrases.words, known.phrases.phrases
    template = spaced(phrases[rule].sentence)
    count = "|".join(re.escape(c) for n in range(13) for c in counted(n, words))
    number = rf"(?:{count}|\d+)"
    everything, last, before = _years(facts)
    held = {
        field: [re.escape(text) for text in texts] for field, texts in amounts.items()
    }
    for field in ("value", "previous", "mean", "change", "distance"):
        held.setdefault(field, ["(?!)"])
    tail = phrases["resource_rank_tail" if "resource" in rule else "rank_tail"].sentence
    place = "|".join(re.escape(words[key]) for key in PLACES)
    ranked = f"(?:{place}){re.escape(signs.get('rank', ''))}"
    held |= {field: [number] for field in COUNTS}
    # A mark that is not worked out here is not to be there.
    held |= {field: [""] for field in FIELD.findall(template) if "mark" in field}
    held |= {
        field: [re.escape(sign) if "mark" in field else number + re.escape(sign)]
        for field, sign in signs.items()
    }
    held |= {
        "above_distance": held["distance"],
        "below_distance": held["distance"],
        **{
            end: [*held["value"], *(of + SHARED for of in held.get(end, ()))]
            for end in ("highest", "lowest")
        },
        "rank": ["", ranked.join(re.escape(part) for part in FIELD.split(tail)[::2])],
        "count": [re.escape(text) for text in counted(len(own), words)],
        "year": list(last),
        "previous_year": list(before),
        "from_year": list(everything),
    }
    pieces = FIELD.split(template)
    return re.compile(
        "".join(
            (f"(?:{'|'.join(held[piece])})" if piece in held else "(.*?)")
            if place % 2
            else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
    )


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
    for one in known.service.indicators:
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
