"""
The sentences of a report, held against the facts that each says it rests on.

A sentence must be what its rule writes, filled in with what its facts give, in the hand
of :mod:`notation`; and no other figure stands in it but those of names. Imports
``catalogue`` and below.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from asss.catalogue import Catalogue
from asss.readback.notation import amount, counted, marked, percent, spaced

Fact: TypeAlias = Mapping[str, Any]

FIELD = re.compile(r"\{(\w+)\}")

#: What is left of a text when all that is known in it has been taken out.
FIGURE = re.compile(r"\d[\d.,]*")

#: A text that is no part of a longer number.
WHOLE = r"(?<!\d)(?<!\d[.,]){}(?!\d|[.,]\d)"

#: Fields that count something, and what may stand behind: how many of them are shared.
COUNTS = ("n", "total", "up", "down", "stable")
SHARED = r"(?: \([^()]*\))?"


def read(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with the sentences of facts.json."""
    by_id = {fact["id"]: fact for fact in facts["facts"]}
    names = Names([*names_in(known), *(entry["label"] for entry in facts["forbehold"])])
    for said in facts["sentences"]:
        phrase = known.phrases.phrases.get(said["rule"])
        if phrase is None or not by_id.keys() >= set(said["facts"]):
            yield f"facts.json: nothing supports «{said['text']}»"
            continue
        own = [by_id[name] for name in said["facts"]]
        amounts = _amounts(said["rule"], own, by_id, known)
        text, sign = spaced(said["text"]), _sign(said["rule"], own, known)
        # Where a number has the sign, the sentence needs none.
        end = sign if sign and sign not in text.removesuffix(sign) else ""
        pattern = _pattern(phrase.sentence, amounts, facts, own, known)
        found = pattern.fullmatch(text.removesuffix(end))
        if not text.endswith(end):
            yield f"facts.json: «{text}» lacks {sign} at its end"
        free = " ".join(found.groups()) if found else ""
        given = chain(names.texts, *amounts.values(), *_years(facts))
        if found is None:
            told = "; ".join(f"{k}: {', '.join(sorted(v))}" for k, v in amounts.items())
            yield f"facts.json: «{said['text']}» is not what its facts give ({told})"
        elif left := FIGURE.search(Names(given).taken_from(free)):
            yield f"facts.json: «{said['text']}»: no fact gives «{left[0]}»"


def _sign(rule: str, own: Sequence[Fact], known: Catalogue) -> str:
    """The sign of a sentence that rests on preliminary figures, or nothing."""
    words = known.phrases.words
    is_over_time = "change" in rule or "trend" in rule
    told = {marked(words, fact["basis"]) for fact in own}
    for fact in own:
        if is_over_time:
            told.add(marked(words, fact["previous_basis"]))
        else:
            told.add(marked(words, fact["basis"], fact["mean_basis"]))
    sign = marked(words, "preliminary")
    return sign if sign in told else ""


class Names:
    """Texts that may hold a number, as «18–66 år», and are known."""

    def __init__(self, texts: Iterable[str]) -> None:
        numbered = {
            spaced(text).casefold().strip(" .,:;")
            for text in texts
            if FIGURE.search(text)
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
    ends = sorted((f for f in own if f["value"] is not None), key=lambda f: f["value"])
    if ends:
        low, high = ends[0], ends[-1]
        gap, bases = high["value"] - low["value"], (low["basis"], high["basis"])
        add("gap", high, gap, *bases, role="difference")
        if (high["network_mean"] or 0) > 0:
            share = gap / high["network_mean"] * 100
            found["share"].add(
                spaced(percent(share, words, *bases, high["mean_basis"]))
            )
    return found


def _pattern(
    template: str,
    amounts: Mapping[str, set[str]],
    facts: Mapping[str, Any],
    own: Sequence[Fact],
    known: Catalogue,
) -> re.Pattern[str]:
    """A phrase in which each field holds what the facts give; others hold anything."""
    words = known.phrases.words
    count = "|".join(re.escape(c) for n in range(13) for c in counted(n, words))
    number = rf"(?:{count}|\d+)"
    everything, last, before = _years(facts)
    held = {
        field: [re.escape(text) for text in texts] for field, texts in amounts.items()
    }
    for field in ("value", "previous", "mean", "change", "distance", "gap", "share"):
        held.setdefault(field, ["(?!)"])
    held |= {field: [number] for field in COUNTS}
    held |= {
        "above_distance": held["distance"],
        "below_distance": held["distance"],
        "highest": [*held["value"], number + SHARED],
        "lowest": [*held["value"], number + SHARED],
        "count": [re.escape(text) for text in counted(len(own), words)],
        "year": list(last),
        "previous_year": list(before),
        "from_year": list(everything),
    }
    pieces = FIELD.split(spaced(template))
    return re.compile(
        "".join(
            (f"(?:{'|'.join(held[piece])})" if piece in held else "(.*?)")
            if place % 2
            else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
    )
