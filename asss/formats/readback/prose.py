"""
What a report says in words, held against its facts, both ways round.

A sentence must be what its facts allow, in the hand of :mod:`kommune`, or of
:mod:`network` where it is of all members: to the letter. What people say is quoted and
not worked out: it must be what its file says, by whom, and where. The other way, every
figure in the running text of a page is accounted for: sentences, forbehold, comments,
definitions, words of the phrase file, dates and references are taken out of each
paragraph, and a figure that is left has been put there by somebody else. Figures,
numbered tables and SSB's own notes are read as such, and not here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Comment
from asss.catalogue.parameters import METHOD
from asss.errors import RenderError
from asss.formats.readback import network
from asss.formats.readback.expectation import (
    Chapter,
    Expected,
    dated,
    rests_on,
    spaced,
    warning,
    written,
)
from asss.formats.readback.kommune import Hand
from asss.formats.readback.markup import Element, fragment

__all__ = ["Accounted", "false_comments", "false_sentences", "lacking"]
__all__ += ["CLAIM", "Names", "names_in", "strange_figures"]

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

#: What a formula on the method page is multiplied by.
FACTOR = re.compile(r"× \d+(?: \d{3})*(?:,\d+)?")

#: A text that is no part of a longer number.
BEGINS, ENDS = re.compile(r"(?<!\d)(?<!\d[.,])"), re.compile(r"(?!\d|[.,]\d)")


def lacking(
    expected: Expected, parts: Mapping[str, str], whole: str, *, letters: str
) -> Iterator[str]:
    """
    What should be said under its heading, and is not.

    Parameters
    ----------
    parts : mapping of str to str
        What is said under each heading, and before the first.
    whole : str
        All that is said.
    letters : str
        A pattern for what notes leave behind a sentence.
    """
    for text in expected.top:
        if spaced(text) not in parts[""]:
            yield f"top: lacks «{spaced(text)}»"
    for chapter in expected.chapters:
        is_there = chapter.heading in parts
        if is_there is not chapter.is_headed:
            what = "has nothing to say" if is_there else "is missing"
            yield f"headings: «{chapter.heading}» {what}"
        if not is_there:
            continue
        part = parts[chapter.heading]
        for text in chapter.sentences:
            if spaced(text) not in part:
                yield f"{chapter.heading}: lacks the sentence «{spaced(text)}»"
        yield from _comments(chapter, part, whole, letters)
        for told, _ in chapter.bylines:
            if spaced(told) not in part:
                yield f"{chapter.heading}: lacks «{spaced(told)}»"
    for text in expected.texts:
        if spaced(text) not in whole:
            yield f"page: lacks «{spaced(text)}»"
    if expected.kommune_id == METHOD:
        # A formula that has no factor is followed by none.
        held, wanted = (
            Counter(FACTOR.findall(spaced(text)))
            for text in (whole, " | ".join(expected.texts))
        )
        for factor in sorted((held - wanted) | (wanted - held)):
            yield f"page: «{factor}» stands {held[factor]} times, not {wanted[factor]}"


def _comments(chapter: Chapter, part: str, whole: str, letters: str) -> Iterator[str]:
    """What people say, once, behind its sentence and nothing but what others say."""
    others = "|".join(re.escape(text) for _, text in chapter.comments)
    for after, text in chapter.comments:
        # Once in all: in no note under Tabell 1 either.
        if (times := part.count(text)) != 1 or (times := whole.count(text)) != 1:
            yield f"{chapter.heading}: the comment «{text}» stands {times} times"
            continue
        behind = rf"{re.escape(spaced(after))}{letters}(?:(?:{others}) )*"
        if after and not re.search(behind + re.escape(text), part):
            yield f"{chapter.heading}: «{text}» is not after «{spaced(after)}»"


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


# -- what people say -------------------------------------------------------------------

#: Causes of a finding, their words, and the words of all in a report.
MOST, LONGEST, ROOM = 2, 45, 60

Record: TypeAlias = Mapping[str, Any]


def false_comments(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with what facts.json quotes: nothing of it may be worked out."""
    run = facts["run"]
    files = {
        one.id: one
        for one in known.comments
        if (one.kommune, one.year) == (run["kommune"], run["year"])
    }
    claimed = {one["id"]: one for one in facts["comments"]}
    if files.keys() != claimed.keys() or len(claimed) < len(facts["comments"]):
        names = ", ".join(sorted(files.keys() ^ claimed.keys())) or "one of them twice"
        yield f"facts.json: comments and their files are not the same: {names}"
        return
    groups: dict[tuple[str, int | None], list[Record]] = {}
    for name, one in claimed.items():
        yield from (
            f"facts.json: the comment {name} has another {what} than its file"
            for what in _misquoted(one, files[name])
        )
        is_told = one["outcome"] == "told"
        if is_told is not bool(one["printed"]) or (
            one["outcome"] == "repeats"
        ) is not bool(files[name].repeats):
            yield f"facts.json: the comment {name} may not be {one['outcome']}"
        elif is_told and _is_untold(one, facts, known):
            yield f"facts.json: the comment {name} explains a figure in doubt alone"
        if is_told and one["indicators"]:
            groups.setdefault((one["section"], one["sentence"]), []).append(one)
        elif is_told and spaced(one["printed"]) != spaced(files[name].text):
            yield f"facts.json: the comment {name} is not printed as it is written"
    if sum(_length(one) for group in groups.values() for one in group) > ROOM:
        yield f"facts.json: causes have more than {ROOM} words"
    for (_, place), group in groups.items():
        if len(group) > MOST or sum(map(_length, group)) > LONGEST:
            yield f"facts.json: too many causes behind sentence {place}"
        yield from _misplaced(group, place, facts)
        for number, one in enumerate(group):
            before = group[number - 1] if number else None
            told = spaced(one["printed"])
            if told not in set(_tellings(files[one["id"]], before, known)):
                yield f"facts.json: «{told}» is not what {files[one['id']].file} says"


def _is_untold(one: Record, facts: Mapping[str, Any], known: Catalogue) -> bool:
    """Whether it explains what no sentence tells, with a doubt that none would tell."""
    run = facts["run"]
    doubted = {
        name
        for fact in facts["facts"]
        if fact["indicator"] in one["indicators"]
        and (fact["kommune"], fact["year"]) == (run["kommune"], run["year"])
        for name in fact["forbehold"]
    }
    kinds = (known.kinds[entry.kind] for entry in known.forbehold_by_id(doubted))
    return one["sentence"] is None and any(
        kind.told == "with_finding" or kind.distance == "withheld" for kind in kinds
    )


def _length(one: Record) -> int:
    return len(spaced(one["printed"]).split())


def _misquoted(one: Record, file: Comment) -> Iterator[str]:
    """What of a record is not that of its file."""
    own = {name: getattr(file, name) for name in ("says", "author", "source", "date")}
    own |= {"read": file.read, "repeats": [*file.repeats], "chapter": file.chapter}
    own |= {"indicators": [*file.gjelder], "text": file.text}
    if file.gjelder:
        own["text"] = spaced(file.text.replace("|", " "))
    return (name for name, value in own.items() if one[name] != value)


def _misplaced(
    group: Iterable[Record], place: int | None, facts: Mapping[str, Any]
) -> Iterator[str]:
    """Causes that do not end a finding on what they explain."""
    if place is None:
        return
    ends = [f["facts"] for f in facts["findings"] if f["sentences"][-1:] == [place]]
    whose = facts["run"]["kommune"]
    told = {
        fact["indicator"]
        for fact in facts["facts"]
        if fact["kommune"] == whose and any(fact["id"] in names for names in ends)
    }
    for one in group:
        if not told & {*one["indicators"]}:
            yield f"facts.json: {one['id']} explains nothing in sentence {place}"


def _tellings(file: Comment, before: Record | None, known: Catalogue) -> Iterator[str]:
    """How a cause may be worded: who says it before all, behind the verb, or shared."""
    words = known.phrases.words
    parts = [spaced(part) for part in file.text.split("|")]
    by = words[f"according_{file.says}"]
    last = parts[-1]
    opened = " ".join(parts[:-1])
    wordings = [f"{opened} {by} {last}"] if opened else [last]
    if len(parts) > 2:
        subject = parts[0]
        # An abbreviation keeps its letters.
        is_name = subject[:2].isupper()
        subject = subject if is_name else subject[0].lower() + subject[1:]
        wordings.append(f"{by[0].upper()}{by[1:]} {parts[1]} {subject} {last}")
    if opened and before and before["printed"].endswith(","):
        whole = f"{opened} {last}"
        whole = whole if whole[:2].isupper() else whole[0].lower() + whole[1:]
        wordings = [f"{words['and']} {whole}"] if before["says"] == file.says else []
    for one in wordings:
        yield one
        yield one.removesuffix(".") + ","


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
                left = _without(left, known)
        return left


def _without(text: str, known: str) -> str:
    """A text with a space wherever another stands in it, no part of a number."""
    # Each text is looked for once: a pattern of it would cost more than it saves.
    kept, place, at = [], 0, text.find(known)
    while at >= 0:
        end = at + len(known)
        if BEGINS.match(text, at) and ENDS.match(text, end):
            kept += [text[place:at], " "]
            place = end
        at = text.find(known, max(place, at + 1))
    return "".join([*kept, text[place:]])


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


def strange_figures(root: Element, accounted: Accounted) -> Iterator[str]:
    """Figures in running text that nothing accounts for, each with its paragraph."""
    heading = root.find(f".//*[@id='{NOTES}']")
    notes: list[Element] = []
    for part in () if heading is None else heading.getparent().itersiblings():
        if next(part.iterdescendants("h2", "h3"), None) is not None:
            break
        notes.append(part)
    for text in _paragraphs(root.find("body"), notes):
        if figure := accounted.strange(text):
            yield f"text: nothing accounts for «{figure}»: «{spaced(text)[:400]}»"


def _paragraphs(tag: Element, notes: list[Element]) -> Iterator[str]:
    """The texts of a page, each as a reader takes it in."""
    text = [tag.text or ""]
    for child in tag:
        if child.tag in INLINE:
            text += child.itertext()
        elif child.tag not in APART and child not in notes:
            caption = child.find("caption") if child.tag == "table" else None
            yield from _paragraphs(child if caption is None else caption, notes)
        text.append(child.tail or "")
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
        for formula in (*one.formula.earlier, one.formula):
            if formula.factor not in (None, 1):
                yield f"× {written(formula.factor)}"
    for comment in facts["comments"]:
        page = fragment(markdown.to_html(comment["printed"]))
        yield from _paragraphs(page, [])
        yield from (comment["author"], comment["date"], dated(comment["date"]))
    for own in facts.get("own", ()):
        page = fragment(markdown.to_html(own["printed"]))
        yield from (*_paragraphs(page, []), own["caption"], own["source"])
    yield from _reconstructed(facts, known)
    yield from _limits(known)
    calendar = known.service.calendar
    for day in (calendar.preliminary, calendar.final):
        yield dated(f"{run['year'] + 1}-{day}")
    if run["kommune"] == METHOD:
        yield rests_on(facts, known)
        yield from (dated(entry.collected) for entry in known.manual.values())


def _limits(known: Catalogue) -> Iterator[str]:
    """The limits that a what-if supposes, as its warning tells them."""
    if known.supposed is None:
        return
    told = known.phrases.words["what_if_limit"]
    for name, value in known.supposed.thresholds.items():
        decimals = len(f"{value:g}".partition(".")[2])
        yield told.format(limit=name, value=written(value, decimals))


def _reconstructed(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """The warning at the top, with how many figures of the year it is about."""
    for rule in ("network_reconstructed", "reconstructed_line"):
        for name in (rule, f"{rule}_fetched"):
            yield warning(name, facts, known)
