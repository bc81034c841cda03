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
from contextlib import contextmanager, suppress
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
    preload(json.loads(sys.argv[3]), alone=True)
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


def preload(names: Sequence[str], *, alone: bool = False) -> None:
    """
    Import modules and call functions, so that they are done with when a report begins.

    Parameters
    ----------
    names : sequence of str
        ``package.module``, imported; ``package.module:function``, called too.
    alone : bool
        Whether this process forks, and must then be left as good as new. Where one of
        the names leaves what forked processes must not have, this program is begun anew
        without it: what is started later is slower, and nothing else.
    """
    for number, name in enumerate(names):
        _do_ahead(name)
        if alone and (left := left_behind()):
            _say(f"{name} leaves {left}, so it is not done ahead: somewhat slower.")
            module, _, function = name.partition(":")
            others = [module] if function else []
            rest = json.dumps([*names[:number], *others, *names[number + 1 :]])
            os.execv(sys.executable, [*sys.orig_argv[:-1], rest])
    if alone and (left := left_behind()):
        _say(f"Python itself has {left} here, and cannot fork: set ASSS_KERNELS=spare.")
        sys.exit(1)
    # What is here now will hardly ever be freed: leave its pages alone, and shared.
    gc.collect()
    gc.freeze()


def _do_ahead(name: str) -> None:
    module, _, function = name.partition(":")
    with _without(NEEDLESS):
        imported = importlib.import_module(module)
        if function:
            getattr(imported, function)()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def left_behind() -> str:
    """
    What processes that are forked from this one must not have, in words; mostly "".

    A thread, be it a library's own that Python knows nothing of: in them it does not
    exist, and who waits for it waits for ever. And an open file: all of them share the
    place in it, and where one has come the others are too, so that what they read or
    write is anybody's guess. A library that has its own file open is no danger: libffi
    maps parts of it into memory, which moves no place.
    """
    if threads := _threads():
        return f"threads ({', '.join(threads)})"
    files = _shared_files() and _in_a_fork(_shared_files)
    return f"files open ({', '.join(files)})" if files else ""


def _threads() -> list[str]:
    """The names of all threads but the first, which every process has."""
    main = threading.main_thread()
    known = [each for each in threading.enumerate() if each is not main]
    names = {str(each.native_id): each.name for each in known}
    tasks = Path("/proc/self/task")
    for task in tasks.iterdir() if tasks.is_dir() else ():
        # One that ends meanwhile has no name.
        with suppress(OSError):
            if int(task.name) != os.getpid():
                name = (task / "comm").read_text("utf-8").strip()
                names.setdefault(task.name, name)
    return sorted(names.values())


def _shared_files() -> list[str]:
    """Files that are open here, but for streams and libraries that are loaded."""
    found = []
    places = Path("/proc/self/fd")
    for place in places.iterdir() if places.is_dir() else ():
        number = int(place.name)
        # The folder itself is read through one that is closed by now.
        with suppress(OSError):
            if number > STREAMS and stat.S_ISREG(os.fstat(number).st_mode):
                found.append(str(place.readlink()))
    return sorted(set(found) - _loaded()) if found else []


def _loaded() -> set[str]:
    """Files whose code is mapped into this process: its program and libraries."""
    maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
    mapped = [line.split(maxsplit=5) for line in maps]
    return {words[5] for words in mapped if "x" in words[1] and len(words) > 5}


def _in_a_fork(look: Callable[[], list[str]]) -> list[str]:
    """What a forked process finds: matplotlib, for one, tidies up when it is forked."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            gc.collect()
            os.write(writing, "\n".join(look()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:  # noqa: PTH123 (a descriptor)
        found = told.read().splitlines()
    os.wait()
    return found


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
