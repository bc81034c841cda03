"""
Norwegian by rule: numbers, dates, names and lists, as they are written.

What is a word stands in the phrase file; what is a rule stands here, and nowhere else.
Bokmål and nynorsk have these rules in common; whoever calls brings the words, and with
them the language. Knows nothing of reports. Imports nothing.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date

__all__ = [
    "GROUPED",
    "HARD_SPACE",
    "MINUS",
    "WORDS",
    "alphabetical",
    "ascribed",
    "bind",
    "capitalised",
    "day",
    "genitive",
    "half_up",
    "join",
    "lowered",
    "number",
    "numeral",
    "signed",
    "significant",
    "span",
    "unascribed",
]

HARD_SPACE = "\u00a0"
MINUS = "\u2212"

#: The largest count that is written in letters in running text.
IN_LETTERS = 12

#: Words that the rules need of a language: no mark and no sign may go untold.
WORDS = (
    "and",
    "preliminary_mark",
    "reconstructed_mark",
    "sign_other",
    *(f"number_{count}" for count in range(IN_LETTERS + 1)),
    "number_1_neuter",
)

#: A number in groups of three, as people write it: «1 000», but not «i 2016 500».
GROUPED = re.compile(r"(?<![\d,.\u00a0])\d{1,3}(?: \d{3})+(?!\d)")

#: Other spaces that a line must not break at: «66 år», «4 %», «3. plass», «kr 4 010»,
#: «tabell 1», «SSB 12210», «× 100», «per 31.12.».
BOUND = re.compile(
    r"(?<=\d) (?=(?:år|måneder|månader|mnd|prosent|prosentpoeng)\b|%)"
    r"|(?<=\d\.) (?=(?:plass|kvartal|januar)\b)"
    r"|(?:(?<=\bSSB)|(?<=×)) (?=\d)|(?<=\bper) (?=\d\d?\.\d)"
    r"|(?:(?<=\bkr)|(?<=\b[Tt]abell)|(?<=\b[Ff]igur)|(?<=\b[Ff]unksjon)) (?=\d)"
)


# -- numbers ---------------------------------------------------------------------------


def half_up(value: float, decimals: int = 0) -> float:
    """
    Round as a reader does by hand: half away from zero, not to the even digit.

    Examples
    --------
    >>> half_up(2.5), half_up(-0.25, 1)
    (3.0, -0.3)
    """
    scale = 10**decimals
    # A value that is a half but for binary noise is a half to anyone who recomputes it.
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)


def number(value: float, decimals: int = 0) -> str:
    r"""
    Write a number: decimal comma, hard space between thousands, true minus, no «-0».

    Examples
    --------
    >>> number(36085.4), number(-0.04, 1), number(-3.25, 1)
    ('36\xa0085', '0,0', '−3,3')
    """
    rounded = half_up(value, decimals)
    digits = f"{abs(rounded):,.{decimals}f}"
    digits = digits.replace(",", HARD_SPACE).replace(".", ",")
    return f"{MINUS}{digits}" if rounded < 0 else digits


def signed(value: float, decimals: int = 0) -> str:
    r"""
    Write how much more or less: with its sign, unless it is nothing in print.

    Examples
    --------
    >>> signed(0.238, 2), signed(-0.01, 2), signed(0.004, 2)
    ('+0,24', '−0,01', '0,00')
    """
    return "+" * (half_up(value, decimals) > 0) + number(value, decimals)


def significant(value: float, digits: int = 6) -> str:
    r"""
    Write a number for whoever recomputes it: so many digits that count, whole ones all.

    Examples
    --------
    >>> significant(5064.0), significant(-53124.2537), significant(0.00012345678)
    ('5\xa0064', '−53\xa0124,3', '0,000123457')
    """
    if value == int(value):
        return number(value)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    written = number(value, decimals)
    return written.rstrip("0").rstrip(",") if "," in written else written


def numeral(count: int, words: Mapping[str, str], *, neuter: bool = False) -> str:
    """
    Write how many in running text: in letters up to twelve, one by its gender.

    Parameters
    ----------
    count : int
        Zero or more.
    words : mapping of str to str
        The language's ``number_0`` to ``number_12``, and ``number_1_neuter``.
    neuter : bool
        Whether what is counted is neuter: «ett av 15 nøkkeltall».

    Examples
    --------
    >>> words = {"number_1": "én", "number_1_neuter": "ett", "number_2": "to"}
    >>> numeral(1, words), numeral(1, words, neuter=True), numeral(2, words)
    ('én', 'ett', 'to')
    >>> numeral(13, words)
    '13'
    """
    if count > IN_LETTERS:
        return number(count)
    return words["number_1_neuter" if neuter and count == 1 else f"number_{count}"]


def span(first: int, last: int) -> str:
    """
    Write an interval of years or ages: with a dash, and one of one as it is.

    Examples
    --------
    >>> span(2018, 2020), span(2020, 2020)
    ('2018–2020', '2020')
    """
    return str(first) if first == last else f"{first}–{last}"


def day(iso: str) -> str:
    """
    Write an ISO date.

    Examples
    --------
    >>> day("2021-03-15")
    '15.03.2021'
    """
    return date.fromisoformat(iso).strftime("%d.%m.%Y")


# -- words -----------------------------------------------------------------------------


def alphabetical(name: str) -> tuple[int, ...]:
    """
    Where a name stands in a Norwegian list.

    Examples
    --------
    >>> sorted(["Ålesund", "Ørsta", "Ærfjord", "Oslo"], key=alphabetical)
    ['Oslo', 'Ærfjord', 'Ørsta', 'Ålesund']
    """
    letters = "abcdefghijklmnopqrstuvwxyzæøå"
    return tuple(letters.find(letter) for letter in name.casefold())


def join(items: Sequence[str], words: Mapping[str, str]) -> str:
    """
    Join a list as in a sentence: no comma before the conjunction.

    Parameters
    ----------
    items : sequence of str
        One or more.
    words : mapping of str to str
        The language's ``and``.

    Examples
    --------
    >>> join(["Bergen", "Oslo", "Tromsø"], {"and": "og"})
    'Bergen, Oslo og Tromsø'
    """
    *first, last = items
    return f"{', '.join(first)} {words['and']} {last}" if first else last


def genitive(name: str) -> str:
    """
    Put a name in the genitive; one that ends in an s-sound takes an apostrophe.

    Examples
    --------
    >>> genitive("Tromsø"), genitive("Moss"), genitive("KS")
    ('Tromsøs', 'Moss’', 'KS’')
    """
    if name.endswith("’"):
        return name
    return f"{name}’" if name[-1].lower() in "sxz" else f"{name}s"


def capitalised(text: str) -> str:
    """
    Begin with a capital, and leave the rest: «KVP» keeps its letters.

    Examples
    --------
    >>> capitalised("åpen for KVP"), capitalised("«ytelse» og mer")
    ('Åpen for KVP', '«Ytelse» og mer')
    """
    return re.sub(r"\w", lambda first: first[0].upper(), text, count=1)


def lowered(text: str) -> str:
    """
    Begin without a capital, as behind a comma; «NAV» keeps its letters.

    Examples
    --------
    >>> lowered("Leiene øker"), lowered("NAV øker")
    ('leiene øker', 'NAV øker')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def ascribed(text: str, by: str, *, is_first: bool) -> str:
    """
    Say in a sentence by whom it is: before all, or behind the verb.

    Parameters
    ----------
    text : str
        With bars around its verb, which comes before the subject where `by` stands
        first; or with one bar behind it, where `by` cannot stand first. A text without
        says itself by whom it is.
    by : str
        Such as «ifølge KS».
    is_first : bool
        Whether `by` should stand first, if it may.

    Examples
    --------
    >>> ascribed("Leiene |har| økt.", "ifølge KS", is_first=True)
    'Ifølge KS har leiene økt.'
    >>> ascribed("Leiene |har| økt.", "ifølge KS", is_first=False)
    'Leiene har ifølge KS økt.'
    >>> ascribed("At leiene øker, kommer | av mangel.", "ifølge KS", is_first=True)
    'At leiene øker, kommer ifølge KS av mangel.'
    """
    match [part.strip() for part in text.split("|")]:
        case subject, verb, rest if is_first:
            return f"{capitalised(by)} {verb} {lowered(subject)} {rest}"
        case *before, rest if before:
            return f"{' '.join(before)} {by} {rest}"
    return text


def unascribed(text: str) -> str:
    """
    Take the bars out of what can be ascribed.

    Examples
    --------
    >>> unascribed("Leiene |har| økt."), unascribed("At de øker, kommer | av mangel.")
    ('Leiene har økt.', 'At de øker, kommer av mangel.')
    """
    return " ".join(text.replace("|", " ").split())


def bind(text: str) -> str:
    r"""
    Keep a number and what it counts on one line.

    Examples
    --------
    >>> bind("per 1 000 innbyggere 18–66 år")
    'per 1\xa0000 innbyggere 18–66\xa0år'
    """
    text = GROUPED.sub(lambda found: found[0].replace(" ", HARD_SPACE), text)
    return BOUND.sub(HARD_SPACE, text)
