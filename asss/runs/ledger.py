"""
The ledger: when each report was published, and when what it says last changed.

«Endret» says to a reader that a report no longer says what it said. So it moves when
facts or words have changed, and at nothing else: not at a new rendering, nor at new
provenance of the same figures. The ledger remembers between renderings. The day is
given by whoever renders; nothing here reads a clock. Imports ``parameters``,
``outputs`` and ``errors``.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from filelock import FileLock, Timeout
from pydantic import Field

from asss import outputs
from asss.catalogue import parameters
from asss.catalogue.parameters import SERVICE, SHARED, IsoDate, Model, Run
from asss.errors import LedgerError, UsageError

__all__ = [
    "FORM",
    "LEDGER_NAME",
    "LOCK",
    "PATIENCE",
    "Entry",
    "Ledger",
    "Version",
    "begin",
    "dated",
    "fingerprint",
    "key",
    "settle",
]

LEDGER_NAME = "ledger.json"
LOCK = ".ledger.lock"

#: The version of the form of the ledger.
FORM: Final = 2

#: Longest to wait for another rendering to write its line, in seconds.
PATIENCE = 60

#: Significant digits of a figure in a fingerprint. More than any reader is shown, and
#: fewer than those in which two machines may differ over the same sum.
DIGITS = 10


#: How a figure has moved since last year. Of the other members, a report tells what
#: they are in its year, and not what they were.
MOVEMENT = frozenset({"previous", "previous_basis", "change", "mean_change"})

#: Where a figure was read: the same figure is told, wherever that was.
PROVENANCE = frozenset({"tables", "cells"})


class Version(Model):
    """What a report said from a day on, and the figures that it was made from."""

    date: IsoDate
    fingerprint: str
    snapshot: str


class Entry(Model):
    """One report in the ledger.

    Attributes
    ----------
    published, changed : str
        ISO dates, or empty; only a published report has been changed.
    fingerprint : str
        Of what the report said last.
    history : tuple of Version
        Each time it became another, oldest first.
    """

    published: IsoDate
    changed: IsoDate
    fingerprint: str
    history: tuple[Version, ...] = Field(strict=False)


class _File(Model):
    form: Literal[1, 2]
    reports: Mapping[str, Entry]

    @property
    def entries(self) -> dict[str, Entry]:
        """By name of today; in the first form there was one service area."""
        if self.form == FORM:
            return dict(self.reports)
        named = ((*name.partition("/"), entry) for name, entry in self.reports.items())
        return {key(year, SERVICE, whose): entry for year, _, whose, entry in named}


def key(year: int | str, service: str, kommune: str) -> str:
    """The name of a report in the ledger: its folder."""
    return f"{year}/{service}/{kommune}"


def fingerprint(facts: Mapping[str, Any], prose: Iterable[str]) -> str:
    """
    One sha256 of what a report says.

    Parameters
    ----------
    facts : mapping
        What facts.json holds.
    prose : iterable of str
        The Markdown that the notebook puts on the page.

    Returns
    -------
    fingerprint : str
        The same whatever snapshot the same figures were read from, in which cells, and
        when SSB updated them, and on whatever day. That a figure is reconstructed is
        shown (by a mark), and counts.
    """
    content = {
        "title": facts["title"],
        "status": facts["edition"]["status"],
        "pending": facts["edition"]["pending"],
        "facts": sorted(
            (
                _without_provenance(fact, facts["run"]["kommune"])
                for fact in facts["facts"]
            ),
            key=lambda fact: str(fact["id"]),
        ),
        "sentences": [[said["section"], said["text"]] for said in facts["sentences"]],
        "forbehold": sorted(
            [f["id"], f["label"], f["text"]] for f in facts["forbehold"]
        ),
        "comments": [
            {name: part for name, part in comment.items() if name != "id"}
            for comment in facts["comments"]
        ],
        "prose": list(prose),
    }
    # Where there is none, a report says what it has said before there could be any.
    content |= {part: facts[part] for part in ("own", "need") if facts.get(part)}
    written = json.dumps(_steady(content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _without_provenance(fact: Mapping[str, Any], kommune: str) -> dict[str, Any]:
    is_own = kommune in (fact["kommune"], *SHARED)
    left_out = PROVENANCE if is_own else PROVENANCE | MOVEMENT
    return {name: value for name, value in fact.items() if name not in left_out}


def _steady(content: Any) -> Any:
    """The same content, with figures that no machine can write in another way."""
    match content:
        case bool():
            return content
        case int() | float():
            # Rounded first: nothing but noise is left of 0.1 + 0.2 - 0.3.
            return f"{round(content, DIGITS) + 0.0:.{DIGITS}g}"
        case dict():
            return {name: _steady(value) for name, value in content.items()}
        case list() | tuple():
            return [_steady(value) for value in content]
        case _:
            return content


def begin(entry: Entry | None, run: Run) -> Run:
    """
    The run with the dates that hold as long as the report says what it said.

    Parameters
    ----------
    entry : Entry or None
        What the ledger says; None of a report that it does not know.
    run : Run
        What the run file says. Publishing is people's decision, so `published` is
        always the run file's; the later of the two `changed` holds.

    Raises
    ------
    UsageError
        If `changed` is given to a report that is not published.
    """
    if not run.published:
        if run.changed:
            where = f"{parameters.FOLDER}/{parameters.RUN_FOLDER}/"
            msg = (
                f"{run}: changed is {run.changed}, but published is "
                f"empty. Give both in {where}, or none."
            )
            raise UsageError(msg)
        return run
    if entry is None or not entry.published:
        return run
    return run.model_copy(update={"changed": _later(run.changed, entry.changed)})


def settle(entry: Entry | None, begun: Run, fingerprint: str, *, today: str) -> Entry:
    """
    Decide a report's dates from what it said before and what it says now.

    Parameters
    ----------
    entry : Entry or None
        What the ledger says; None of a report that it does not know.
    begun : Run
        From `begin`.
    fingerprint : str
        Of what the report says now.
    today : str
        ISO date of the rendering.

    Returns
    -------
    settled : Entry
        `changed` is today if a report that was published says something else than
        before, and otherwise what it was. It never moves back; and what changed before
        the day of publishing was never said to anybody.

    Raises
    ------
    UsageError
        If a published report has changed, and today is before it changed the last time:
        a clock that was set back would leave readers without its «Endret».
    ValueError
        If the report has changed and `today` is empty: a mistake in our own code.
    """
    changed = begun.changed
    if entry is not None and entry.fingerprint == fingerprint:
        history = entry.history
    else:
        version = Version(date=today, fingerprint=fingerprint, snapshot=begun.snapshot)
        history = (*(entry.history if entry else ()), version)
        if entry is not None and entry.published and begun.published:
            if not today:
                msg = f"{begun} has changed; on which day?"
                raise ValueError(msg)
            last = entry.history[-1].date
            if _day(today) < _day(last):
                msg = (
                    f"{begun} says something else than it did on "
                    f"{last}, and today is said to be {today}. Set the clock right, or "
                    f"give the day with --date; if {last} is wrong, mend {LEDGER_NAME}."
                )
                raise UsageError(msg)
            if _day(today) >= _day(begun.published):
                changed = _later(changed, today)
    return Entry(
        published=begun.published,
        changed=changed,
        fingerprint=fingerprint,
        history=history,
    )


def dated(run: Run, entry: Entry) -> Run:
    """The run with the dates that were settled."""
    dates = {"published": entry.published, "changed": entry.changed}
    return run.model_copy(update=dates)


def _later(first: str, second: str) -> str:
    return max(first, second, key=_day)


def _day(text: str) -> date:
    return date.fromisoformat(text) if text else date.min


class Ledger:
    """``ledger.json`` in a folder of reports.

    Parameters
    ----------
    output : Path
        Where reports lie as ``<year>/<service>/<kommune>/``.
    """

    def __init__(self, output: Path) -> None:
        self.path = output / LEDGER_NAME

    def read(self) -> dict[str, Entry]:
        """
        Read every entry.

        Returns
        -------
        entries : dict of ``<year>/<service>/<kommune>`` to Entry
            Empty where nothing has been rendered yet.

        Raises
        ------
        LedgerError
            If the file is damaged. It is never begun anew, for it is the only place
            that remembers when a report was changed.
        """
        try:
            content = json.loads(self.path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            msg = f"{self.path} cannot be read: {error.strerror}."
            raise LedgerError(msg) from error
        except ValueError as error:
            raise LedgerError(self._damaged(str(error))) from error
        problems: list[str] = []
        file = parameters.check_model(
            _File, content, file=LEDGER_NAME, problems=problems
        )
        if file is None:
            raise LedgerError(self._damaged("; ".join(problems) or "it is empty"))
        return file.entries

    def _damaged(self, what: str) -> str:
        return (
            f"{self.path} is damaged ({what}). It keeps when each report was published "
            "and changed, so it is not begun anew: restore it from a copy, or remove "
            "it to take the dates from the run files."
        )

    def record(self, name: str, entry: Entry, *, before: Entry | None) -> None:
        """
        Write one report's entry: see :meth:`record_all`.

        Raises
        ------
        LedgerError
            If the file cannot be written, or another rendering of the same report has
            come to something else meanwhile.
        """
        for refusal in self.record_all({name: (before, entry)}).values():
            raise LedgerError(refusal)

    def record_all(
        self, made: Mapping[str, tuple[Entry | None, Entry]]
    ) -> dict[str, str]:
        """
        Write the entries of some reports; the others stay as they are on disk by now.

        The file is read and written once, however many they are: where reports come
        faster than it can be written, more of them are entered at a time.

        Parameters
        ----------
        made : mapping of ``<year>/<service>/<kommune>`` to (Entry or None, Entry)
            What the report was settled against, and what it came to.

        Returns
        -------
        refused : dict of str
            Why an entry was not written: another rendering of the same report has come
            to something else meanwhile.

        Raises
        ------
        LedgerError
            If the file cannot be written; then nothing is.
        """
        refused: dict[str, str] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.locked():
                entries = self.read()
                changed = dict(entries)
                for name, (before, entry) in made.items():
                    if entries.get(name) in (before, entry):
                        changed[name] = entry
                        continue
                    refused[name] = (
                        f"{name} was rendered by somebody else at the same time, and "
                        f"{self.path} has that. Render it again."
                    )
                if changed != entries:
                    self._write(changed)
        except Timeout:
            msg = f"{self.path} is locked by another rendering. Render again later."
            raise LedgerError(msg) from None
        except OSError as error:
            msg = f"Cannot write {self.path}: {error.strerror or error}."
            raise LedgerError(msg) from error
        return refused

    def locked(self) -> AbstractContextManager[Any]:
        """
        Keep others out of the folder of reports, where there is a way to.

        Whoever waits longer than `PATIENCE` gets an OSError. The system lets go of the
        lock when its process ends, however it ends. Files at an address know no locks:
        there one command at a time must do.
        """
        if not outputs.is_here(self.path):
            return nullcontext()
        return FileLock(self.path.with_name(LOCK), timeout=PATIENCE)

    def _write(self, entries: Mapping[str, Entry]) -> None:
        """Replace the file whole, so that a crash leaves the old one or the new one."""
        file = _File(form=FORM, reports=dict(sorted(entries.items())))
        written = json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=1)
        outputs.write(self.path, f"{written}\n")
