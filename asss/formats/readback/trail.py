"""
Kildespor read back: each holds what facts.json has of what it is about.

A kildespor is known by its heading, and what leads to it by the number or the sentence
that it stands at. What is told of other means, and why something is told, is worked out
nowhere else, and held against nothing here. Imports ``origins`` and below.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue
from asss.formats.readback.expectation import dated, spaced
from asss.formats.readback.markup import Element, places, said
from asss.formats.readback.origins import Origins, exact

__all__ = ["read", "unmarked"]

Fact: TypeAlias = Mapping[str, Any]

#: What leads to a kildespor from a number, or from the end of a sentence.
MARK = re.compile(r'<a class="spor"[^>]*>([^<]*)<span class="k">[^<]*</span></a>')

#: Of so many facts at most, a sentence tells where each was read.
FEW = 2

#: What of a fact is its own; all else is told where it is set against the network.
OWN = ("", "change")


def unmarked(html: str) -> str:
    """A reviewer's edition without the marks of its kildespor."""
    return MARK.sub(r"\1", html)


def read(
    root: Element, facts: Mapping[str, Any], known: Catalogue, snapshot: Path
) -> Iterator[str]:
    """
    What is wrong with the kildespor of a page, each with its name.

    Parameters
    ----------
    snapshot : Path
        The folder of the one that the facts are from.
    """
    trails = _Trails(facts, known, snapshot)
    for trail in root.iter("details"):
        if trail.get("class") == "trail":
            yield from trails.faults(trail)
    yield from trails.lost()
    yield from trails.misled(root)
    yield from _tables(root, facts)


class _Trails:
    """All kildespor, and what each must be of."""

    def __init__(
        self, facts: Mapping[str, Any], known: Catalogue, snapshot: Path
    ) -> None:
        self._known, self._words = known, known.phrases.words
        own = known.folder / known.service.service
        self._origins = Origins(self._words, own, snapshot)
        self._year = int(facts["run"]["year"])
        self._facts = {fact["id"]: fact for fact in facts["facts"]}
        self._said = {spaced(one["text"]): one for one in facts["sentences"]}
        self._caveats = {one["id"]: one for one in facts["forbehold"]}
        self._titles = {self._title(fact): fact for fact in facts["facts"]}
        #: By its id on the page: what kind it is, and the fact or the sentence.
        self._found: dict[str, tuple[str, str]] = {}

    def _title(self, fact: Fact) -> str:
        name = self._known.indicator(fact["indicator"]).name
        return spaced(f"{name}. {self._name(fact['kommune'])} {fact['year']}")

    def _name(self, kommune: str) -> str:
        return self._known.network.member(kommune).name

    def faults(self, trail: Element) -> Iterator[str]:
        """What is wrong with one."""
        heading, body = trail.find("summary/h4"), trail.find("div")
        if heading is None or body is None:
            yield "a kildespor has no heading"
            return
        name, _, title = said(heading).partition(" ")
        against = f"{self._words['review_network']}: "
        quote = body.find("blockquote")
        fact = self._titles.get(title.removeprefix(against))
        if quote is not None:
            kind, about, found = "sentence", said(quote), self._sentence(body)
        elif fact is None:
            yield f"{name}: is of «{title}», which facts.json has not"
            return
        elif title.startswith(against):
            kind, about, found = "network", fact["id"], self._network(body, fact)
        else:
            kind, about, found = "fact", fact["id"], self._fact(body, fact)
        self._found[str(body.get("id"))] = kind, about
        for fault in (*found, *self._sums(body), *self._noted(body)):
            yield f"{name}: {fault}"

    def lost(self) -> Iterator[str]:
        """Sentences and facts that are not traced."""
        there = {about for kind, about in self._found.values() if kind == "sentence"}
        yield from (
            f"«{text[:60]}» has no kildespor"
            for text in self._said
            if text not in there
        )

    def misled(self, root: Element) -> Iterator[str]:
        """Marks that lead to something else than they stand at."""
        for link in root.iter("a"):
            if link.get("class") != "spor":
                continue
            leads = self._found.get(str(link.get("href"))[1:])
            node: Element | None = link
            while node is not None and not {"data-fact", "data-rule"} & {*node.keys()}:
                node = node.getparent()
            if node is None:
                yield f"«{said(link)}» is at no figure and no sentence"
            elif "data-rule" in node.attrib:
                told = spaced(said(node).removesuffix(said(link)))
                if leads != ("sentence", told):
                    yield f"«{told[:60]}» leads to {leads}"
            else:
                is_own = node.get("data-field", "") in OWN
                wanted = "fact" if is_own else "network", node.get("data-fact")
                if leads != wanted:
                    yield f"«{said(node)[:40]}» leads to {leads}, not {wanted}"

    # -- what they say -----------------------------------------------------------------

    def _rows(self, body: Element) -> dict[str, str]:
        pairs = [(one.find("dt"), one.find("dd")) for one in body.iterfind("dl/div")]
        return {
            said(term): said(told)
            for term, told in pairs
            if term is not None and told is not None
        }

    def _differ(
        self, body: Element, wanted: Mapping[str, tuple[str, bool]]
    ) -> Iterator[str]:
        """Rows that say something else: to the letter, or as they begin."""
        rows = self._rows(body)
        for key, (text, is_whole) in wanted.items():
            told, should = rows.get(self._words[key], ""), spaced(text)
            begins = f"{told} ".startswith(f"{should} ")
            if (told != should) if is_whole else not begins:
                yield f"{self._words[key]} is «{told}», and should be «{should}»"

    def _index(self, fact: Fact) -> tuple[str, bool]:
        if fact["index"] is None:
            return self._words["no_index"], False
        index, value, mean, distance = (
            exact(fact[of]) for of in ("index", "value", "network_mean", "distance")
        )
        apart = f"{self._words['review_distance']} {distance}"
        return f"{index} = {value} / {mean} × 100; {apart}", True

    def _place(self, fact: Fact) -> str:
        if fact["rank"] is None:
            return ""
        return f"{fact['rank']} {self._words['rank_of']} {fact['n']}"

    def _fact(self, body: Element, fact: Fact) -> Iterator[str]:
        words = self._words
        value = exact(fact["value"]) or str(fact["status"])
        change, known_change = words["no_index"], fact["change"] is not None
        if known_change:
            change = f"{exact(fact['change'])} = {value} − {exact(fact['previous'])}"
            change += f" ({fact['year'] - 1}"
        basis = words[f"basis_{fact['basis']}"]
        wanted = {
            "review_fact": (fact["id"], True),
            "review_unrounded": (value, False),
            "manual_basis": (basis, True),
            "mean": (exact(fact["network_mean"]) or words["no_index"], False),
            "profile_index": self._index(fact),
            "table_rank": (self._place(fact) or words["no_index"], True),
        }
        yield from self._differ(body, wanted)
        told = self._rows(body).get(words["profile_change"], "")
        if known_change and not told.startswith(spaced(change)):
            yield f"{words['profile_change']} is «{told}», and should be «{change}»"
        if known_change and (fact["previous"] or 0) > 0:
            percent = exact(fact["change"] / fact["previous"] * 100)
            percent = f"; {words['review_change_percent']} {spaced(percent)}"
            if percent not in told:
                yield f"{words['profile_change']} is «{told}», and lacks «{percent}»"
        yield from self._origins.of_facts(body, [fact])
        yield from self._forbehold(body, [fact])

    def _network(self, body: Element, fact: Fact) -> Iterator[str]:
        words = self._words
        mean = exact(fact["network_mean"])
        unit, basis = fact["unit"], words[f"basis_{fact['mean_basis']}"]
        told = f"{mean} {words[f'unit_label_{unit}']}, {basis}"
        wanted = {
            "mean": (told if mean else words["no_index"], True),
            "profile_index": self._index(fact),
            "table_rank": (self._place(fact) or words["no_index"], True),
        }
        for end in ("lowest", "highest"):
            names = ", ".join(map(self._name, fact[f"{end}_kommune"]))
            told = f"{exact(fact[end])} ({names})" if names else words["no_index"]
            wanted[f"table_{end}"] = told, True
        yield from self._differ(body, wanted)
        made = fact["mean_rule"]
        rule = f"{fact['year']}: {words[f'mean_{made}']}."
        if not any(said(one).startswith(rule) for one in body.iterfind("p")):
            yield f"does not say «{rule}»"
        if fact["year"] == self._year:
            yield from self._members(body, fact)

    def _inside(self, fact: Fact) -> list[Fact]:
        """Those in the mean, by their places."""
        is_of_others = fact["mean_rule"].endswith("_of_others")
        peers = [
            one
            for one in self._facts.values()
            if (one["indicator"], one["year"]) == (fact["indicator"], fact["year"])
            and one["rank"] is not None
            and not (is_of_others and one is fact)
        ]
        return sorted(peers, key=lambda one: int(one["rank"]))

    def _members(self, body: Element, fact: Fact) -> Iterator[str]:
        inside, wanted = self._inside(fact), []
        parts = self._known.indicator(fact["indicator"]).formula.denominator is not None
        halves = ("value", *(("numerator", "denominator") if parts else ()))
        for one in inside:
            numbers = (exact(one[half]) for half in halves)
            basis = self._words[f"basis_{one['basis']}"]
            wanted.append(
                [self._name(one["kommune"]), str(one["rank"]), *numbers, basis]
            )
        rows = body.findall(".//table[@data-members]/tbody/tr")
        found = [[said(cell) for cell in row] for row in rows]
        for row in found:
            row[0] = row[0].partition(" (")[0]
        if found != [[spaced(cell) for cell in row] for row in wanted]:
            yield f"those in the mean are {found}, and should be {wanted}"
        of, names = {one["kommune"]: one for one in inside}, self._name
        yield from self._origins.of_members(body, of, {one: names(one) for one in of})
        if fact["network_mean"] is None:
            return
        if fact["mean_rule"].startswith("weighted"):
            sums = (sum(one[half] for one in inside) for half in halves[1:])
            told = " / ".join(map(exact, sums)) + f" × {exact(fact['factor'])}"
        else:
            total = exact(sum(one["value"] for one in inside))
            told = f"{total} / {len(inside)}"
        told = spaced(f"{told} = {exact(fact['network_mean'])}")
        shown = [said(one) for one in body.iterfind("p[@data-mean]")]
        if shown != [told]:
            yield f"its mean is made as {shown}, and should be as {told}"

    def _sentence(self, body: Element) -> Iterator[str]:
        quote = body.find("blockquote")
        text = "" if quote is None else said(quote)
        sentence = self._said.get(text)
        if sentence is None:
            yield f"quotes «{text[:80]}», which is not said"
            return
        words, facts = self._words, [self._facts[one] for one in sentence["facts"]]
        lines = [said(one) for one in body.iterfind("ul[@class='facts']/li")]
        wanted = []
        for fact in facts:
            name = self._known.indicator(fact["indicator"]).short_name
            about = f"{name}, {self._name(fact['kommune'])} {fact['year']}"
            value = exact(fact["value"]) or fact["status"]
            told = [f"{words['review_unrounded']} {value}"]
            parts = {
                "mean": exact(fact["network_mean"]),
                "profile_index": exact(fact["index"]),
                "table_rank": self._place(fact),
                "profile_change": exact(fact["change"]),
            }
            told += [f"{words[key]} {part}" for key, part in parts.items() if part]
            told.append(words[f"basis_{fact['basis']}"])
            wanted.append(spaced(f"{about} {' · '.join(told)}"))
        held = [line.partition(" ")[2] for line in lines]
        if held != wanted:
            yield f"rests on {held}, and should rest on {wanted}"
        read = facts if len(facts) <= FEW else []
        yield from self._origins.of_facts(body, read)
        limits = self._known.phrases.thresholds.model_dump()
        for code in body.iterfind("div[@class='limit']/p/code"):
            name, _, value = said(code).partition(" = ")
            if name not in limits or value != spaced(exact(limits[name]["value"])):
                yield f"the limit «{said(code)}» is another"
        yield from self._forbehold(body, facts)

    def _sums(self, body: Element) -> Iterator[str]:
        """How a figure is made of its parts, wherever that stands."""
        for one in body.iterfind("p[@data-sum]"):
            fact = self._facts.get(str(one.get("data-sum")))
            keys = ("numerator", "denominator", "factor", "value")
            parts = [exact(fact[key]) for key in keys] if fact else [""] * len(keys)
            above, below, factor, value = parts
            value = value or self._words["review_no_value"]
            if said(one) != spaced(f"{above} / {below} × {factor} = {value}"):
                yield f"a figure is made as «{said(one)}»"

    def _noted(self, body: Element) -> Iterator[str]:
        """Each forbehold in its words, and from where it is."""
        for item in body.iterfind("ul/li"):
            code, link = item.find("span/code"), item.find("span/a")
            entry = self._caveats.get("" if code is None else said(code))
            if entry is None or item.find("strong") is None:
                continue
            kind = self._known.kinds[entry["kind"]].name
            if not said(item).startswith(spaced(f"{kind}. {entry['text']}")):
                yield f"{entry['id']} is «{said(item)[:80]}»"
            if link is None or link.get("href") != entry["source"]:
                yield f"{entry['id']} does not lead to {entry['source']}"

    def _forbehold(self, body: Element, facts: list[Fact]) -> Iterator[str]:
        wanted = {name for fact in facts for name in fact["forbehold"]}
        codes = [item.find("span/code") for item in body.iterfind("ul/li")]
        given = {said(code) for code in codes if code is not None} & {*self._caveats}
        if given != wanted:
            yield f"has the forbehold {sorted(given)}, and should have {sorted(wanted)}"


def _tables(root: Element, facts: Mapping[str, Any]) -> Iterator[str]:
    """What is told of SSB's tables: their titles, questions and answers."""
    there, used = places(root), {t for fact in facts["facts"] for t in fact["tables"]}
    for number, table in facts["snapshot"]["tables"].items():
        if number not in used:
            continue
        place = there.get(f"ssb-{number}")
        told = "" if place is None else said(place)
        parts = [f"{number}. {table['title']}", table["sha256"]]
        parts += [dated(table["ssb_updated"])] if table["ssb_updated"] else []
        for part in table["query"]["selection"]:
            parts.append(f"{part['variableCode']} {', '.join(part['valueCodes'])}")
        yield from (
            f"table {number}: does not tell «{part[:80]}»"
            for part in parts
            if "".join(part.split()) not in "".join(told.split())
        )
