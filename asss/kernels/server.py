"""
Processes that have everything imported: the one that forks others, and the spare one.

Started by :mod:`supply` as programs, with what they need to know in their arguments.
The fork server has a single thread from beginning to end, since only such a process may
fork: what the forked process then does is of no concern to it.
"""

import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import stat
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, Final, NoReturn

#: Seconds between two looks at children that have ended.
PAUSE: Final = 1.0

#: Milliseconds between two looks at whether the other end of a line is still there.
BEAT: Final = 200

#: The last of the descriptors that every process has: input, output and errors.
STREAMS: Final = 2

#: In a fork server and in all that it forks: where to ask it for one more.
requests: socket.socket | None = None

#: jsonschema imports this for a check of internationalised addresses that nobody here
#: asks for. It builds a grammar at import, which takes longer than all the rest.
NEEDLESS: Final = "rfc3987_syntax"


def main() -> None:
    """Fork a process for each that is asked for, until who started this is gone."""
    global requests
    asked = socket.socket(fileno=int(sys.argv[1]))
    requests = socket.socket(fileno=int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload(json.loads(sys.argv[3]))
    while True:
        ready, _, _ = select.select([asked, sys.stdin], [], [], PAUSE)
        _bury()
        if sys.stdin in ready:
            return
        if asked in ready:
            _, received, _, _ = socket.recv_fds(asked, 1, 1)
            if os.fork() == 0:
                asked.close()
                _begin(received[0])
            os.close(received[0])


def spare() -> None:
    """Wait, with everything imported, for the one thing that will be asked for."""
    key = bytes.fromhex(sys.stdin.readline())
    preload(json.loads(sys.argv[2]))
    family = json.loads(sys.argv[1])
    address = tuple(family) if isinstance(family, list) else family
    with Client(address, authkey=key) as connection:
        connection.send(os.getpid())
        serve(connection)


def preload(names: Sequence[str]) -> None:
    """
    Import modules and call functions, so that they are done with when a report begins.

    Parameters
    ----------
    names : sequence of str
        ``package.module``, imported; ``package.module:function``, called too.
    """
    with _without(NEEDLESS):
        for name in names:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
    if threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        msg = f"What is imported ahead must start no thread; there are {names}."
        raise RuntimeError(msg)
    # What is here now will hardly ever be freed: leave its pages alone, and shared.
    gc.collect()
    gc.freeze()


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Have a module that others can do without taken for one that is not installed."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def _bury() -> None:
    """Let go of children that have ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def _begin(descriptor: int) -> NoReturn:
    """In the forked process: do what is asked over the connection, and end."""
    code, errors = 1, sys.stderr.fileno()
    try:
        _refuse_shared_files()
        # A kernel takes the stream of errors for its cells: its own would not be seen.
        errors = os.dup(errors)
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        connection = Connection(descriptor)
        connection.send(os.getpid())
        serve(connection)
        code = 0
    except (EOFError, BrokenPipeError, ConnectionResetError):
        # Whoever asked is gone before the work was done: nobody is left to tell.
        pass
    except BaseException:
        os.write(errors, traceback.format_exc().encode())
    finally:
        # Whatever happens, this process must not go on as a second server.
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _refuse_shared_files() -> None:
    """
    See that no file is open that was open before we were forked.

    Where one process has come in it, all the others would be too: what they then read
    or write is anybody's guess.
    """
    places = Path("/proc/self/fd")
    if not places.is_dir():
        return
    for place in places.iterdir():
        number = int(place.name)
        try:
            is_file = stat.S_ISREG(os.fstat(number).st_mode)
        except OSError:
            # The one that the folder itself is read through.
            continue
        if is_file and number > STREAMS:
            msg = f"What is imported ahead must leave no file open: {place.readlink()}"
            raise RuntimeError(msg)


def serve(connection: Connection) -> None:
    """
    Do what is asked: the first message names a function, which gets the connection.

    The numbers that random generators give must not be those of every other process
    forked from the same state.
    """
    module, _, function = str(connection.recv()).partition(":")
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    work: Callable[[Connection], None] = getattr(
        importlib.import_module(module), function
    )
    work(connection)


def end_with(
    connection: Connection,
    *,
    every: Callable[[], Any] = lambda: None,
    at_end: Callable[[], Any] = lambda: None,
) -> None:
    """
    End this process, and what it has started, when the other end of the line is gone.

    A report may be in the middle of an endless loop: only a thread can notice. Where a
    line cannot be watched, nothing is: the process then ends when it next reads.

    Parameters
    ----------
    every, at_end : function, optional
        Called a few times a second, and before the end, in the thread that keeps watch.
    """
    if not (hasattr(select, "poll") and hasattr(select, "POLLRDHUP")):
        return
    hung_up = select.poll()
    hung_up.register(connection.fileno(), select.POLLRDHUP)

    def watch() -> None:
        try:
            while not hung_up.poll(BEAT):
                every()
            at_end()
        finally:
            os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, name="watch", daemon=True).start()


def limit_memory(limit: int) -> None:
    """
    Let this process take so many bytes more, and not the machine down with it.

    Parameters
    ----------
    limit : int
        0 for no limit. Where the system knows none, there is none.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError):
        return
    if limit:
        most = pages * resource.getpagesize() + limit
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
