"""
Every error this package raises on purpose, on one page.

A message says what is wrong, where (file and key, or table, kommune and year) and
what to do. An error in our own code is an ordinary exception and may crash; an error
in the world around it is one of these. Imports nothing.
"""

from collections.abc import Iterable, Sequence

__all__ = [
    "AsssError",
    "EditionError",
    "FactError",
    "FetchError",
    "LedgerError",
    "ManifestError",
    "NetworkMeanError",
    "NoSnapshotError",
    "ParameterError",
    "PhraseError",
    "RenderError",
    "SnapshotError",
    "TableError",
    "UsageError",
    "bullets",
    "counted",
    "expect",
]


def bullets(lines: Iterable[object]) -> str:
    r"""
    Lines of a message, each below the one before.

    Examples
    --------
    >>> bullets(["one", "two"])
    '\n  - one\n  - two'
    """
    return "".join(f"\n  - {line}" for line in lines)


class AsssError(Exception):
    """
    Base of the tree: catch it to handle anything that a user can mend.

    Examples
    --------
    >>> import asss
    >>> try:
    ...     asss.load(1814, snapshot="embedded")
    ... except asss.AsssError as error:
    ...     str(error)
    "No figures for 1814 in snapshot 'embedded': it holds 2015-2020."
    """


class UsageError(AsssError):
    """A name, year or option that does not exist. The command line ends with 2."""


class ParameterError(AsssError):
    """One or many mistakes in the files under ``parameters/``.

    Parameters
    ----------
    problems : sequence of str
        All that was found, each with its file and key. Mending one at a time
        wastes the reader's day, so a file is read to its end before we raise.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        head = counted(len(self.problems), "problem")
        super().__init__(f"{head} in parameters/:{bullets(self.problems)}")


class SnapshotError(AsssError):
    """A snapshot of StatBank answers is missing, damaged or not what it says it is."""


class NoSnapshotError(SnapshotError, UsageError):
    """There is no snapshot of the name that was asked for."""


class FetchError(AsssError):
    """StatBank could not be asked, refused, or gave no usable answer."""


class TableError(AsssError):
    """A table of figures is not as it should be, or not what the catalogue says."""


class FactError(AsssError):
    """A number is asked for that a fact does not have: missing is never 0."""


class NetworkMeanError(AsssError):
    """A mean of the network cannot be formed by the rule it is given."""


class PhraseError(AsssError):
    """A finding has no words, or the words ask for a field the finding lacks."""


class RenderError(AsssError):
    """A report could not be made. Nothing of it is left behind."""


class ManifestError(AsssError):
    """Nothing vouches for a report: its manifest is missing or damaged."""


class LedgerError(AsssError):
    """The ledger of reports is damaged, or cannot be written."""


class EditionError(AsssError):
    """A rendered report that should be compared is damaged, or of another form."""


def counted(count: int, noun: str, many: str = "") -> str:
    """
    How many, for messages: one is never several.

    Parameters
    ----------
    many : str, optional
        The noun of several, where it is not the same with an «s».

    Examples
    --------
    >>> counted(1, "indicator"), counted(0, "figure"), counted(2, "match", "matches")
    ('1 indicator', '0 figures', '2 matches')
    """
    return f"{count} {noun if count == 1 else many or f'{noun}s'}"


def expect(kinds: type | tuple[type, ...], given: object, what: str) -> None:
    """
    Refuse an argument of another kind than those; True is no number.

    Examples
    --------
    >>> expect(int, "2020", "year, such as 2020,")
    Traceback (most recent call last):
        ...
    asss.errors.UsageError: year, such as 2020, must be int, and not '2020' (str).
    """
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(given, wanted) or isinstance(given, bool):
        names = " or ".join(kind.__name__ for kind in wanted)
        shown = f"{given!r:.40} " if isinstance(given, str | int | float) else ""
        msg = f"{what} must be {names}, and not {shown}({type(given).__name__})."
        raise UsageError(msg)
