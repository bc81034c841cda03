"""
Another language: what a report says, laid over the bokmål that everything is known by.

Bokmål is what the files under ``parameters/`` are written in. A translation is one more
file beside each, ``fraser.<language>.yaml``, of phrases, words and the texts that stand
in other files; limits and ids are nobody's language and stay where they are. It may be
unfinished, and what a whole report lacks is then listed. A service area has what is its
own in its own folder, in bokmål and in each language. Imports ``knowledge`` and below.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any, TypeAlias, TypeVar

from pydantic import Field

from asss.catalogue.knowledge import (
    IN_SENTENCES,
    Forbehold,
    ForbeholdFile,
    Kind,
    OwnPhrases,
    Phrase,
    Phrases,
    Service,
)
from asss.catalogue.language import WORDS
from asss.catalogue.parameters import (
    BOKMAL,
    Identifier,
    check_model,
    files,
    find_folder,
    read_yaml,
    suggestion,
    unknown,
)
from asss.catalogue.rules import Rule
from asss.errors import ParameterError

__all__ = [
    "FIELDS",
    "TEXTS",
    "OwnTranslation",
    "Translation",
    "check",
    "check_form",
    "check_words",
    "file_of",
    "form",
    "lacking",
    "languages",
    "originals",
    "translate",
]

#: What is read aloud of an indicator, and of a component.
OF_INDICATOR = (
    "name",
    "short_name",
    "subject",
    "mention",
    "clause",
    "also",
    "part",
    "definition",
    "processing",
    "interpretation",
)

#: What is read aloud of entries in other files, by the kind of entry.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "service": ("name", "in_text", "per"),
    "sections": ("name",),
    "chapters": ("name", "caption"),
    "groups": ("subject",),
    "components": OF_INDICATOR,
    "indicators": OF_INDICATOR,
    "measures": ("name",),
    "kinds": ("name",),
    "forbehold": ("text", "label"),
}

#: Those that are lists of a service area's file.
OF_SERVICE = (
    "sections",
    "chapters",
    "groups",
    "indicators",
    "components",
    "measures",
)

#: What the code gives to each word, and to each phrase that is not a rule's.
FIELDS = Path(__file__).with_name("fields.json")

#: Phrases whose fields are in the rule table.
RULES = frozenset(Rule)

Said = TypeVar("Said")

#: Texts of other files, by kind, id and key.
Originals: TypeAlias = Mapping[str, Mapping[str, Mapping[str, str]]]

#: Fields that ``text`` makes of others: a language may prefer one or the other.
MADE_OF = {"Subject": "subject", "Clause": "clause", "genitive": "kommune"}


class OwnTranslation(OwnPhrases):
    """The ``fraser.<language>.yaml`` of a service area."""

    texts: Mapping[str, Mapping[Identifier, Mapping[str, str]]] = Field(default={})


class Translation(OwnTranslation):
    """``fraser.<language>.yaml``.

    Attributes
    ----------
    phrases, words
        As in ``fraser.yaml``, with the same keys and the same fields.
    supposed, of_others
        As in ``fraser.yaml``, of what stands in this file.
    texts : mapping of kind, id and key to str
        Texts of other files: ``kinds: {misposting: {name: Feilføring}}``; those of a
        service area, ``indicators: {sykefravaer: {…}}``, stand in its own folder.
    prose : mapping of str to str
        The Markdown of the notebooks that reaches a page, cell by cell, by the first
        line of the bokmål without the signs of a heading.
    """

    supposed: Mapping[str, str]
    of_others: Mapping[str, str]
    phrases: Mapping[Identifier, Phrase]
    words: Mapping[str, str]
    texts: Mapping[str, Mapping[Identifier, Mapping[str, str]]]
    prose: Mapping[str, str]

    def without(self, replaced: OwnPhrases) -> "Translation":
        """These but for what a service area says in words of its own."""
        return self.model_copy(
            update={
                "phrases": _left(self.phrases, replaced.phrases),
                "words": _left(self.words, replaced.words),
            }
        )

    def joined(self, own: OwnTranslation) -> "Translation":
        """These, and a service area's own over them."""
        texts = {
            kind: {**self.texts.get(kind, {}), **own.texts.get(kind, {})}
            for kind in (*self.texts, *own.texts)
        }
        return self.spoken(own).model_copy(update={"texts": texts})


def _left(said: Mapping[str, Said], replaced: Mapping[str, Said]) -> dict[str, Said]:
    return {key: one for key, one in said.items() if key not in replaced}


def file_of(language: str) -> str:
    """Which file holds the phrases of a language."""
    return "fraser.yaml" if language == BOKMAL else f"fraser.{language}.yaml"


def languages(folder: Path) -> tuple[str, ...]:
    """The languages that ``parameters/`` has phrases in, bokmål first."""
    found = [path.name.split(".")[1] for path in files(folder, "fraser.*.yaml")]
    return (BOKMAL, *found)


def translate(
    said: Translation, phrases: Phrases, service: Service, caveats: ForbeholdFile
) -> tuple[Phrases, Service, ForbeholdFile]:
    """Lay a translation over bokmål: phrases it lacks are gone, texts it lacks stay."""
    fields = {name: getattr(service, name) for name in Service.model_fields}
    fields |= said.texts.get("service", {}).get(service.service, {})
    fields |= {
        kind: tuple(
            entry.model_copy(update=dict(said.texts[kind].get(entry.id, {})))
            for entry in fields[kind]
        )
        for kind in OF_SERVICE
        if kind in said.texts
    }
    kinds, entries = said.texts.get("kinds", {}), said.texts.get("forbehold", {})
    return (
        phrases.model_copy(
            update={
                "supposed": said.supposed,
                "of_others": said.of_others,
                "words": said.words,
                "phrases": said.phrases,
            }
        ),
        # A new object and not a copy: nothing derived from the old comes along.
        Service(**fields),
        ForbeholdFile(
            kinds={
                name: kind.model_copy(update=dict(kinds.get(name, {})))
                for name, kind in caveats.kinds.items()
            },
            forbehold=tuple(
                entry.model_copy(update=dict(entries.get(entry.id, {})))
                for entry in caveats.forbehold
            ),
        ),
    )


# -- checks ----------------------------------------------------------------------------


def check_words(file: str, words: Mapping[str, str]) -> list[str]:
    """Words that the rules of ``language`` need, and that a file lacks."""
    return [f"{file}: words.{key}: is missing" for key in WORDS if key not in words]


def check_pieces(file: str, said: "Phrases | Translation") -> list[str]:
    """Pieces that stand in no text, and so would be said of nobody."""
    texts = [*said.words.values(), *(one.sentence for one in said.phrases.values())]
    return [
        f"{file}: of_others: {piece!r} stands in no phrase and no word"
        for piece in said.of_others
        if not any(piece in text for text in texts)
    ]


def form(phrases: Phrases) -> dict[str, dict[str, str]]:
    """
    Which fields each word has, and each phrase that is not a rule's.

    Rules have theirs in the rule table. ``fields.json`` in the package holds this for
    the other phrases it was written with; ``python -m asss.catalogue.translation``
    writes it again when one of them is new or has another field.
    """
    return {
        "phrases": {
            name: " ".join(sorted(_fields(phrase.sentence) - IN_SENTENCES.keys()))
            for name, phrase in sorted(phrases.phrases.items())
            if name not in RULES
        },
        "words": {
            key: " ".join(sorted(_fields(word)))
            for key, word in sorted(phrases.words.items())
        },
    }


def check_form(
    file: str, phrases: OwnPhrases, *, is_whole: bool = True
) -> Iterator[str]:
    """
    What the code will ask of the bokmål and not find, or not give.

    Parameters
    ----------
    is_whole : bool
        False where they are a service area's, who has only what is its own; it has
        nothing that nobody asks for.
    """
    said: dict[str, dict[str, str]] = {
        "phrases": {rule: phrase.sentence for rule, phrase in phrases.phrases.items()},
        "words": dict(phrases.words),
    }
    form = json.loads(FIELDS.read_text("utf-8"))
    form["phrases"] |= {rule: " ".join(sorted(rule.fields)) for rule in Rule}
    for kind, rules in form.items():
        strange = [key for key in said[kind] if key not in rules]
        if not is_whole:
            yield from unknown(f"{file}: {kind}", strange, rules)
            rules = {rule: rules[rule] for rule in said[kind] if rule in rules}
        for rule, fields in sorted(rules.items()):
            given = [*fields.split(), *(IN_SENTENCES if kind == "phrases" else ())]
            where = f"{file}: {kind}.{rule}"
            if rule not in said[kind]:
                near = get_close_matches(rule, strange, n=1, cutoff=0.8)
                yield f"{where}: is missing{f'; is it {near[0]}?' if near else ''}"
                continue
            try:
                asked = _fields(said[kind][rule])
            except ValueError as error:
                yield f"{where}: {error}; write a bracket that is text twice"
                continue
            for name in sorted(asked.difference(given)):
                hint = suggestion(name, given) if given else " It has none."
                yield f"{where}: has no field {{{name}}}.{hint}"


def check(
    file: str, said: OwnTranslation, phrases: OwnPhrases, texts: Originals
) -> list[str]:
    """What in a translation has no original, or says something else than it."""
    problems = unknown(f"{file}: phrases", said.phrases, phrases.phrases)
    problems += unknown(f"{file}: words", said.words, phrases.words)
    for rule, phrase in said.phrases.items():
        original = phrases.phrases.get(rule)
        if original and _fields(phrase.sentence) != _fields(original.sentence):
            problems.append(
                f"{file}: phrases.{rule}: has the fields "
                f"{', '.join(sorted(_fields(phrase.sentence)))}, and the bokmål has "
                f"{', '.join(sorted(_fields(original.sentence)))}"
            )
    problems += unknown(f"{file}: texts", said.texts, texts)
    for kind, entries in said.texts.items():
        known = texts.get(kind, {})
        problems += unknown(f"{file}: texts.{kind}", entries, known)
        for name, own in entries.items():
            where = f"{file}: texts.{kind}.{name}"
            problems += unknown(where, own, known.get(name, own))
    return problems


def lacking(
    file: str, said: OwnTranslation, phrases: OwnPhrases, texts: Originals
) -> tuple[str, ...]:
    """What a whole report needs and a translation lacks, a line for each kind."""
    lines = [("phrases", [key for key in phrases.phrases if key not in said.phrases])]
    lines += [("words", [key for key in phrases.words if key not in said.words])]
    for kind, entries in texts.items():
        told = said.texts.get(kind, {})
        names = [
            f"{name}.{key}"
            for name, found in entries.items()
            for key, original in found.items()
            if original and key not in told.get(name, {})
        ]
        lines.append((f"texts.{kind}", names))
    return tuple(
        f"{file}: {kind}: {len(names)} missing: {', '.join(names)}"
        for kind, names in lines
        if names
    )


def originals(
    forbehold: Iterable[Forbehold],
    *,
    kinds: Mapping[str, Kind] | None = None,
    service: Service | None = None,
) -> dict[str, dict[str, dict[str, str]]]:
    """Every text of some files, by kind, id and key: of one service area, or of all."""
    entries: dict[str, Mapping[str, Any]] = {}
    if service:
        entries["service"] = {service.service: service}
        entries |= {
            kind: {entry.id: entry for entry in getattr(service, kind)}
            for kind in OF_SERVICE
        }
    if kinds is not None:
        entries["kinds"] = kinds
    entries["forbehold"] = {entry.id: entry for entry in forbehold}
    return {
        kind: {
            name: {key: getattr(entry, key) for key in TEXTS[kind]}
            for name, entry in entries[kind].items()
        }
        for kind in TEXTS
        if kind in entries
    }


def _fields(sentence: str) -> set[str]:
    """The fields of a sentence; one with a form of its own is another field."""
    names = set()
    for _, name, spec, conversion in Formatter().parse(sentence):
        if name is not None:
            shape = f"!{conversion}" if conversion else ""
            names.add(MADE_OF.get(name, name) + shape + (f":{spec}" if spec else ""))
    return names


def main() -> None:
    """Write ``fields.json`` again, from the bokmål as it stands."""
    problems: list[str] = []
    path = find_folder() / file_of(BOKMAL)
    content = read_yaml(path, problems)
    phrases = check_model(Phrases, content, file=path.name, problems=problems)
    if phrases is None:
        raise ParameterError(problems)
    FIELDS.write_text(json.dumps(form(phrases), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
