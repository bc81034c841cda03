"""
The web page read back: what stands where, by headings, captions and table headers.

Leans on what assistive technology leans on (elements, ids, labels) and not on classes,
so that the look can change without this.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from asss.catalogue.markdown import LEFTOVERS
from asss.formats.readback.expectation import Expected, unformatted
from asss.formats.readback.expectation import spaced as plain
from asss.formats.readback.head import false_head
from asss.formats.readback.markup import Element, letters, links, places, said
from asss.formats.readback.prose import Accounted, lacking, strange_figures
from asss.outputs import HTML_NAME

__all__ = ["read", "read_again", "untranslated"]

#: Elements that hold text a reader takes in one breath.
BLOCKS = (
    *("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "td", "th"),
    *("caption", "figcaption", "text", "title", "summary"),
)

#: Those of them that have no business being empty.
FILLED = ("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "caption", "figcaption")

#: Attributes that are read aloud.
SPOKEN = ("alt", "aria-label", "title", "content")
SPOKEN_OF = etree.XPath("|".join(f"//@{name}" for name in SPOKEN), smart_strings=False)

#: What says of an element that it is a sentence, made of facts.
SENTENCE = "data-rule"

#: What no reader sees, or not as the stylesheet wants it: only what is drawn has a
#: style of its own.
UNSEEN = etree.XPath("//*[@hidden or @style and not(@role='img') or self::script]")
SENTENCES = etree.XPath(f"//*[@{SENTENCE}]")

#: Two spaces of which one is hard: a browser shows both.
WIDE = re.compile(r"\u00a0[ \u00a0]|[ \u00a0]\u00a0")


def read(root: Element, expected: Expected, accounted: Accounted) -> list[str]:
    """What is wrong with a page, as :mod:`markup` has it, each with its place."""
    parts = _parts(root)
    named = places(root)
    problems = [
        *_names(root, expected),
        *_texts(root, parts, expected),
        *_marks(parts, named, expected),
        *_voices(root, expected),
        *_contents(root, named),
        *_figures(root, parts, expected),
        *strange_figures(root, accounted),
        *(_dead_ends(named, root) if expected.rows else ()),
        # Last: it takes the page apart.
        *_leftovers(root),
    ]
    return [f"rapport.html: {problem}" for problem in dict.fromkeys(problems)]


def read_again(root: Element, expected: Expected) -> list[str]:
    """
    What is wrong with the report that a reviewer's edition holds.

    It says the same more than once, in its kildespor, and has a title of its own.
    """
    chapters = tuple(replace(one, comments=()) for one in expected.chapters)
    expected = replace(expected, chapters=chapters)
    parts, named = _parts(root), places(root)
    problems = [
        *_texts(root, parts, expected),
        *_marks(parts, named, expected),
        *_voices(root, expected),
    ]
    return [f"{HTML_NAME}: {problem}" for problem in dict.fromkeys(problems)]


def untranslated(root: Element, prose: Mapping[str, str]) -> Iterator[str]:
    """What of the notebook's own words stands in another language than the report."""
    whole, headings = said(root), {said(one) for one in root.iter("h2", "h3")}
    for head, written in prose.items():
        first, _, rest = written.strip().partition("\n")
        wanted = plain(first.lstrip("# "))
        if head in headings and wanted != plain(head):
            yield f"headings: «{head}» should be «{wanted}»"
        elif wanted in headings and unformatted(rest) not in whole:
            yield f"{wanted}: lacks «{unformatted(rest)[:80]}»"


class Part:
    """What stands under a heading: its text, its sentences, and what else may be."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.sentences: list[Element] = []
        self.has_figure = False


def _parts(root: Element) -> dict[str, Part]:
    """The texts, sentences and figures under each heading of the second level."""
    part = Part()
    parts = {"": part}
    body = root.find("body")
    for event, tag in etree.iterwalk(body, events=("start", "end")):
        if event == "end":
            if tag.tail and tag is not body:
                part.texts.append(tag.tail)
            continue
        if tag.tag == "h2":
            part = parts[said(tag)] = Part()
        elif SENTENCE in tag.attrib:
            part.sentences.append(tag)
        part.has_figure |= tag.tag == "figure"
        if tag.text:
            part.texts.append(tag.text)
    return parts


# -- whose report ----------------------------------------------------------------------


def _names(root: Element, expected: Expected) -> Iterator[str]:
    """Title, heading and language; and nobody else's name where only the own may be."""
    headings = [said(tag) for tag in root.iter("h1")]
    if headings != [expected.title]:
        yield f"h1: is {headings}, and should be {[expected.title]}"
    named, about = plain(root.findtext("head/title") or ""), expected.about
    yield from false_head(root, expected.named, about)
    language = root.get("lang")
    if language != expected.language:
        yield f"html: lang is {language!r}, and should be {expected.language!r}"
    places = [("title", named), *(("h1", text) for text in headings)]
    places += [(tag.tag, said(tag)) for tag in root.iter("caption", "figcaption")]
    for place, text in places:
        for name in expected.strangers(text):
            yield f"{place}: names {name}: «{text[:80]}»"


# -- words -----------------------------------------------------------------------------


def _texts(
    root: Element, parts: Mapping[str, Part], expected: Expected
) -> Iterator[str]:
    """Every sentence and forbehold in its chapter, and no sentence beside them."""
    under = {heading: plain("".join(one.texts)) for heading, one in parts.items()}
    whole = said(root)
    yield from lacking(expected, under, whole, letters="[a-z, ]*")
    if expected.leads_to and expected.leads_to not in links(root):
        yield f"page: does not lead to {expected.leads_to}"
    told = Counter(said(tag) for tag in SENTENCES(root))
    known = Counter(
        plain(s) for chapter in expected.chapters for s in chapter.sentences
    )
    for text in told - known:
        yield f"sentences: no fact supports «{text}»"


# -- marks of forbehold ----------------------------------------------------------------


def _marks(
    parts: Mapping[str, Part],
    named: Mapping[str, Element],
    expected: Expected,
) -> Iterator[str]:
    """From each sentence to the forbehold on its facts, no other, and back."""
    for chapter in expected.chapters:
        # Where none has a mark, none is given; what is not there is told of elsewhere.
        marks = dict(zip(map(plain, chapter.sentences), chapter.marks, strict=False))
        for tag in parts.get(chapter.heading, Part()).sentences:
            told = said(tag)
            for fault in _mark(tag, named, marks.get(told, ())):
                yield f"{chapter.heading}: the mark of «{told[:80]}» {fault}"


def _mark(
    sentence: Element, named: Mapping[str, Element], marks: tuple[str, ...]
) -> Iterator[str]:
    """What is wrong with the links behind a sentence, which must lead to its marks."""
    sup = None if sentence.tail else sentence.getnext()
    led: list[str] = []
    for link in _links(sup) if sup is not None and sup.tag == "sup" else ():
        target = named.get(_target(link))
        if target is None:
            yield "leads nowhere"
            continue
        led.append(said(target))
        back = {_target(way) for way in _links(target)}
        if link.get("id") not in back:
            yield "is not led back to"
        for way in sorted(back - named.keys()):
            yield f"leads to what leads back to nothing, {way}"
    for text in map(plain, marks):
        if not any(text in note for note in led):
            yield f"does not lead to «{text}»"
    for note in led:
        if not any(plain(text) in note for text in marks):
            yield f"leads to «{note[:80]}»"


def _links(tag: Element) -> list[Element]:
    """The links in an element that lead to another place on the page."""
    return [link for link in tag.iter("a") if link.get("href", "").startswith("#")]


def _target(link: Element) -> str:
    """The id that a link leads to."""
    return str(link.get("href")).removeprefix("#")


def _contents(root: Element, named: Mapping[str, Element]) -> Iterator[str]:
    """Each line of the contents leads to the heading that it has the words of."""
    for part in root.iter("nav"):
        for link in part.iter("a"):
            target = named.get(_target(link))
            if target is not None and said(target) != said(link):
                yield f"contents: «{said(link)}» leads to «{said(target)[:60]}»"


# -- what people say -------------------------------------------------------------------


def _voices(root: Element, expected: Expected) -> Iterator[str]:
    """Set apart as somebody's words, and whose; with who wrote it down, and where."""
    noted = Counter(
        (said(one), one.get("aria-label"))
        for one in root.iter("span", "div")
        if one.get("role") == "note"
    )
    lines = [(said(one), links(one)) for one in root.iter("p")]
    for chapter in expected.chapters:
        for told, label in chapter.voices:
            if not noted[plain(told), label]:
                yield f"{chapter.heading}: «{plain(told)[:80]}» is not «{label}»"
    wanted = Counter(line for one in expected.chapters for line in one.bylines)
    for (byline, source), times in wanted.items():
        told = plain(byline)
        right = [1 for text, led in lines if text.startswith(told) and led == [source]]
        if len(right) != times:
            yield f"«{told}» leads {len(right)} times to {source}, not {times}"


# -- figures ---------------------------------------------------------------------------


def _figures(
    root: Element, parts: Mapping[str, Part], expected: Expected
) -> Iterator[str]:
    """Numbered from 1, one in every chapter, each with a text of its own for it."""
    for chapter in expected.chapters[1:]:
        if not parts.get(chapter.heading, Part()).has_figure:
            yield f"{chapter.heading}: has no figure"
    for number, figure in enumerate(root.iter("figure"), start=1):
        place = f"figure {number}"
        caption = figure.find(".//figcaption")
        told = "" if caption is None else said(caption)
        if not re.match(rf"\w+ {number}\. \S", told):
            yield f"{place}: its caption is «{told[:80]}»"
        image = figure.find(".//*[@role='img']")
        if image is None:
            yield f"{place}: has no image"
            continue
        if image.find(".//path") is None:
            yield f"{place}: nothing is drawn"
        alt = plain(image.get("aria-label", ""))
        if not alt:
            yield f"{place}: has no alternative text"
        elif alt in told:
            yield f"{place}: the alternative text says no more than the caption"
        else:
            yield from expected.lacks(f"{place}, alternative text", alt)
        for name in expected.strangers(alt):
            yield f"{place}, alternative text: names {name}: «{alt[:80]}»"


# -- notes -----------------------------------------------------------------------------


def _dead_ends(named: Mapping[str, Element], page: Element) -> Iterator[str]:
    """Notes of Tabell 1 that nothing leads to, and letters that lead nowhere."""
    notes, led = {one for one in named if one.startswith("note-")}, {*letters(page)}
    for name in sorted(led - notes):
        yield f"Tabell 1: {name} leads nowhere"
    for name in sorted(notes - led):
        yield f"Tabell 1: nothing leads to {name}"
    for link in page.iter("a"):
        note = named.get(link.get("href", "").removeprefix("#"))
        letter = None if note is None else note.find("span[@class='letter']")
        if letter is not None and said(link) != said(letter):
            yield f"Tabell 1: a letter is «{said(link)}», and its note «{said(letter)}»"
    for name in sorted(notes):
        for link in _links(named[name]):
            if _target(link) not in named:
                yield f"Tabell 1: {name} leads back to nothing"


# -- what a program left ---------------------------------------------------------------


def _leftovers(root: Element) -> Iterator[str]:
    """What never belongs in front of a reader; code that is shown as code may."""
    for tag in UNSEEN(root):
        yield f"{tag.tag}: is hidden, has a style of its own, or is a program"
    for tag in [*root.iter("pre", "code")]:
        del tag[:]
        tag.text = "…"
    blocks = [(tag, _words(tag)) for tag in root.iter(*BLOCKS)]
    for tag, text in blocks:
        if WIDE.search(text):
            yield f"{tag.tag}: holds two spaces: «{plain(text)[:80]}»"
        if tag.tag in FILLED and not plain(text) and tag.find(".//svg") is None:
            yield f"{tag.tag}: is empty"
    # All at once; one by one only where there is something to name.
    whole = plain("\0".join([*(text for _, text in blocks), *SPOKEN_OF(root)]))
    if any(pattern.search(whole.replace("\0", "\n")) for pattern in LEFTOVERS.values()):
        for tag, text in blocks:
            yield from _signs(str(tag.tag), plain(text))
        for tag in root.iter():
            for name in SPOKEN:
                if name in tag.attrib:
                    yield from _signs(f"{tag.tag}[{name}]", plain(tag.get(name)))


def _words(tag: Element) -> str:
    """All that an element says; most hold no other."""
    return "".join(tag.itertext()) if len(tag) else tag.text or ""


def _signs(place: str, text: str) -> Iterator[str]:
    for what, pattern in LEFTOVERS.items():
        found = pattern.search(text)
        if found:
            around = text[max(0, found.start() - 40) : found.end() + 40]
            yield f"{place}: holds {what}, {found[0]!r}: «{around}»"
