"""
Where fresh processes come from, each with everything imported already.

On Linux one process, the fork server, imports everything once and forks (see
:mod:`server`). Where forking is not safe (macOS, whose own libraries do not survive it)
or not known (Windows), spare processes are started ahead and used once each. A process
that was forked asks the server that it came from for more.
"""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Listener
from secrets import token_bytes
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Protocol

from asss.runs.kernels import server

#: Decides which way is taken, where somebody knows better than the platform.
CHOICE: Final = "ASSS_KERNELS"

FORK, SPARE, COLD = "fork", "spare", "cold"
WAYS = (FORK, SPARE, COLD)

#: Done before anything is asked for, in every process that is handed out.
WARM_UP: Final = "asss.runs.kernels.kernel:warm_up"

#: What spare kernels import ahead beside what notebooks begin with.
EXTRA: Final = "ASSS_KERNELS_PRELOAD"

#: Seconds that a process has to end by itself when it is asked to.
PATIENCE: Final = 5.0

STOPPED: Final = "the process that starts others has stopped; see what it said last"

#: Libraries that compute take a thread of their own per core, and one that forks must
#: have none. The processes are many anyhow: they share the cores.
SETTING: Final = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
    # ipykernel brings a debugger, which is asked for by nobody and would say so.
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def way() -> str:
    """
    How processes are had here: ``fork``, ``spare``, or ``cold``, which is not at all.

    Raises
    ------
    ValueError
        If the environment asks for another.
    """
    chosen = os.environ.get(CHOICE) or (FORK if sys.platform == "linux" else SPARE)
    if chosen not in WAYS:
        msg = f"{CHOICE}={chosen}: choose one of {', '.join(WAYS)}."
        raise ValueError(msg)
    return chosen


@dataclass
class Process:
    """A fresh process, and the line to it."""

    connection: Connection
    pid: int
    _spare: "subprocess.Popen[bytes] | None" = None

    def interrupt(self) -> None:
        """Have it do as if Ctrl-C had been pressed."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGTERM)
        self.close()

    def close(self) -> None:
        """Hang up: a process that waits to be asked then ends."""
        self.connection.close()
        if self._spare is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._spare.wait(PATIENCE)


class Source(Protocol):
    """What hands out fresh processes."""

    def take(self) -> Process:
        """One process, which waits to be told the name of a function."""

    def close(self) -> None:
        """Hand out no more."""


class Forks:
    """
    Processes forked from a server, which is started here and imports in the meantime.

    Parameters
    ----------
    preload : sequence of str
        See :func:`server.preload`.
    kernels : Forks, optional
        Whom a process that is handed out asks for another; its own server else.
    """

    def __init__(self, preload: Sequence[str], kernels: "Forks | None" = None) -> None:
        asked, self._requests = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        others = (kernels or self)._requests
        inherited = [asked.fileno(), others.fileno()]
        program = "from asss.runs.kernels import server; server.main()"
        with asked:
            self._server: subprocess.Popen[bytes] | None = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-c", program),
                    *(str(descriptor) for descriptor in inherited),
                    json.dumps(list(preload)),
                ],
                # Its end is how the server learns that we are gone.
                stdin=subprocess.PIPE,
                pass_fds=inherited,
                env={**os.environ, **SETTING},
            )

    def take(self) -> Process:
        """Ask for a process; the server answers when everything is imported."""
        return _ask(self._requests)

    def close(self) -> None:
        """End the server; what it has forked goes on."""
        self._requests.close()
        if self._server is not None and self._server.stdin is not None:
            self._server.stdin.close()
            try:
                self._server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None


class Descent:
    """In a process that was forked: more from the server that was named to it."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests

    def take(self) -> Process:
        """Ask for a process."""
        return _ask(self._requests)

    def close(self) -> None:
        """Nothing: the server is not ours to end."""


def _ask(requests: socket.socket) -> Process:
    ours, theirs = socket.socketpair()
    connection = Connection(ours.detach())
    try:
        with theirs:
            socket.send_fds(requests, [b"+"], [theirs.fileno()])
        return Process(connection, pid=connection.recv())
    except (EOFError, OSError) as error:
        connection.close()
        raise RuntimeError(STOPPED) from error


class Spares:
    """
    Processes started ahead, each used once.

    Parameters
    ----------
    count : int
        How many wait at any time, so that the next is ready when one is taken.
    """

    def __init__(
        self,
        preload: Sequence[str],
        count: int = 1,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._preload = json.dumps(list(preload))
        self._environment = {**os.environ, **SETTING, **environment}
        self._key = token_bytes(32)
        # What a pipe of Windows cannot, a socket can: be waited for by an event loop.
        address = None if hasattr(socket, "AF_UNIX") else ("localhost", 0)
        self._listener = Listener(address, backlog=16, authkey=self._key)
        self._started: dict[int, subprocess.Popen[bytes]] = {}
        self._turn = Lock()
        for _ in range(count):
            self._start()

    def _start(self) -> None:
        program = "from asss.runs.kernels import server; server.spare()"
        address = json.dumps(self._listener.address)
        started = subprocess.Popen(
            [sys.executable, "-P", "-c", program, address, self._preload],
            stdin=subprocess.PIPE,
            env=self._environment,
            # So that it can be ended with what it starts, and without us.
            start_new_session=True,
        )
        assert started.stdin is not None
        # Not an argument: those can be read by everybody on the machine.
        started.stdin.write(f"{self._key.hex()}\n".encode())
        started.stdin.close()
        self._started[started.pid] = started

    def take(self) -> Process:
        """Take the one that is ready first, and start another for the next."""
        with self._turn:
            self._start()
            connection: Any = self._listener.accept()
            pid = int(connection.recv())
            return Process(connection, pid, self._started.pop(pid))

    def close(self) -> None:
        """End those that nobody took."""
        self._listener.close()
        for started in self._started.values():
            started.kill()
            started.wait()
        self._started.clear()


class Pair:
    """
    Two sources: of processes that work, and of the kernels that each of those asks for.

    What the two import is not the same, and is imported at the same time.

    Parameters
    ----------
    work, kernels : sequence of str
        What is imported or called ahead: see :func:`server.preload`.
    count : int
        How many that work will be wanted at a time.
    """

    def __init__(
        self, work: Sequence[str], kernels: Sequence[str], *, count: int
    ) -> None:
        self._opened: list[Source] = []
        if way() == FORK:
            before = Forks((WARM_UP, *kernels))
            self._opened = [before, Forks(work, before)]
            return
        # A spare process that works has a spare kernel waiting for it.
        own = (f"{__name__}:shared",) if way() == SPARE else ()
        extra = {EXTRA: " ".join(kernels)}
        self._opened = [Spares((*work, *own), count, extra)]

    def take(self) -> Process:
        """One process that works."""
        return self._opened[-1].take()

    def close(self) -> None:
        """Hand out no more."""
        for source in reversed(self._opened):
            source.close()


_of_this_process: Source | None = None


def shared() -> Source:
    """
    Where this process has kernels from; it lasts as long as the process.

    Raises
    ------
    ValueError
        If nothing is to be kept warm.
    """
    global _of_this_process
    if server.requests is not None:
        return Descent(server.requests)
    if _of_this_process is None:
        names = (WARM_UP, *os.environ.get(EXTRA, "").split())
        match way():
            case "fork":
                _of_this_process = Forks(names)
            case "spare":
                _of_this_process = Spares(names)
            case _:
                msg = f"{CHOICE}={COLD}: nothing is kept warm here."
                raise ValueError(msg)
        atexit.register(_of_this_process.close)
    return _of_this_process
