"""
Fresh processes that have everything imported already: forked from one that imports.

That one, the fork server, runs `main` as a program. It has a single thread from
beginning to end, since only such a process may fork: what the forked process then does
is of no concern to it. Where forking is not safe (macOS, whose own libraries do not
survive it) or not possible (Windows), each process is started anew.
"""

import atexit
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import random
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn, TypeAlias

__all__ = [
    "COLD",
    "FILES",
    "FORK",
    "LIMITS",
    "WARM_UP",
    "WAYS",
    "Forks",
    "Fresh",
    "Limits",
    "Process",
    "Source",
    "end_with",
    "limit_memory",
    "source",
    "take_kernel",
    "way",
]

#: Decides which way is taken, where somebody knows better than the platform.
CHOICE: Final = "ASSS_KERNELS"

FORK, COLD = "fork", "cold"
WAYS = (FORK, COLD)

#: Done before anything else in the process that kernels are forked from.
WARM_UP: Final = "asss.runs.kernels.kernel:warm_up"

#: Seconds that a fork server has to end by itself when it is asked to.
PATIENCE: Final = 5.0

#: Files that a process which makes a report, or its kernel, may have open at a time:
#: twice what they were seen to have.
FILES: Final = 128

#: Bytes of addresses that such a process may take, half of which it never uses.
SPACE: Final = 1536 * 2**20

#: What ends a command, and reaches all that a terminal or a `timeout` has started. Who
#: forks others leaves it to the command, and ends with it.
ENDINGS: Final = ("SIGINT", "SIGTERM", "SIGHUP")

#: What a machine that is full says, and not a mistake of ours: a line is enough.
REFUSALS: Final = (MemoryError, OSError, ImportError)

#: The last of the descriptors that every process has: input, output and errors.
STREAMS: Final = 2

STOPPED: Final = "the process that starts others has stopped; see what it said last"

#: Libraries that compute take a thread of their own per core, and one that forks must
#: have none. The processes are many anyhow: they share the cores.
SETTING: Final = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
}

#: What is imported for the case that somebody asks for it, as nobody does here.
#: jsonschema checks internationalised addresses with the first, which builds a grammar
#: at import and takes longer than all the rest; the other is ipykernel's debugger.
NEEDLESS: Final = ("rfc3987_syntax", "debugpy")

#: Where this process asks for kernels: in a forked one, the server it was told of.
requests: socket.socket | None = None


@dataclass(frozen=True)
class Limits:
    """
    What one report may take. It takes a few seconds, and a tenth of the memory.

    Attributes
    ----------
    seconds : float
        From when its notebook begins.
    memory : int
        Bytes beyond what its process begins with; 0 for no limit.
    """

    seconds: float = 300.0
    memory: int = 2 * 2**30


LIMITS: Final = Limits()


def way() -> str:
    """
    How processes are had here: forked, or started anew, which is ``cold``.

    Raises
    ------
    ValueError
        If the environment asks for another.
    """
    chosen = os.environ.get(CHOICE) or (FORK if sys.platform == "linux" else COLD)
    if chosen not in WAYS:
        msg = f"{CHOICE}={chosen}: choose one of {', '.join(WAYS)}."
        raise ValueError(msg)
    return chosen


@dataclass
class Process:
    """A fresh process and the line to it; with what jupyter_client asks of a Popen."""

    connection: Connection
    pid: int

    stdin: ClassVar[None] = None
    stdout: ClassVar[None] = None
    stderr: ClassVar[None] = None

    def poll(self) -> int | None:
        """None as long as somebody holds the other end, of one that says nothing."""
        try:
            return 0 if self.connection.poll() else None
        except OSError:
            return 0

    def wait(self) -> int:
        """Hang up on a process that has ended."""
        self.close()
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal, to its end only where it can still be reached."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, number)

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


class Fresh:
    """Processes that are started when they are asked for."""

    def take(self) -> Process:
        """Start a process, which imports what it needs."""
        ours, theirs = multiprocessing.Pipe()
        started = multiprocessing.get_context("spawn").Process(
            target=_started, args=(theirs,), daemon=True
        )
        started.start()
        theirs.close()
        assert started.pid is not None
        return Process(ours, started.pid)

    def close(self) -> None:
        """Nothing is kept."""


def _started(connection: Connection) -> None:
    if hasattr(os, "setsid"):
        os.setsid()
    with contextlib.suppress(EOFError):
        serve(connection)


class Forks:
    """
    Processes forked from a server, which is started here and imports in the meantime.

    Parameters
    ----------
    names : sequence of str
        What the server imports or calls ahead: see `preload`.
    kernels : Forks, optional
        Whom a process that is handed out asks for kernels; its own server else.
    """

    def __init__(self, names: Sequence[str], kernels: "Forks | None" = None) -> None:
        asked, self.requests = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._kernels = kernels
        inherited = [asked.fileno(), (kernels or self).requests.fileno()]
        program = f"from {__name__} import main; main()"
        with asked:
            self._server = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-c", program),
                    *(str(descriptor) for descriptor in inherited),
                    json.dumps(list(names)),
                ],
                # Its end is how the server learns that we are gone.
                stdin=subprocess.PIPE,
                pass_fds=inherited,
                env={**os.environ, **SETTING},
            )

    def take(self) -> Process:
        """Ask for a process; the server answers when everything is imported."""
        return _ask(self.requests)

    def close(self) -> None:
        """End the server, and that of its kernels; what they have forked goes on."""
        servers = [self, *([self._kernels] if self._kernels else [])]
        for each in servers:
            each.requests.close()
            assert each._server.stdin is not None
            each._server.stdin.close()
        for each in servers:
            try:
                each._server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                each._server.kill()
                each._server.wait()


#: What hands out fresh processes, each of which waits for a function's name.
Source: TypeAlias = Forks | Fresh


def source(work: Sequence[str], kernels: Sequence[str]) -> Source:
    """
    A source of processes that work, each of which may ask for kernels.

    Parameters
    ----------
    work, kernels : sequence of str
        What is imported or called ahead in either: see `preload`. The two are not the
        same, so each has a server of its own, and they import at the same time.

    Raises
    ------
    OSError
        If this machine does not let us start them, or give them what they need.
    """
    _check_room()
    if way() == COLD:
        return Fresh()
    return Forks(work, Forks((WARM_UP, *kernels)))


def _check_room() -> None:
    """Refuse, in a line and before anything is begun, what cannot come to an end."""
    try:
        import resource
    except ImportError:
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now < FILES and (most >= FILES or most == resource.RLIM_INFINITY) and now >= 0:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
    for kind, needed, option, what in (
        (resource.RLIMIT_NOFILE, FILES, "n", f"open {FILES} files at a time"),
        (resource.RLIMIT_AS, SPACE, "v", f"take {SPACE >> 20} MB of address space"),
    ):
        allowed = resource.getrlimit(kind)[0]
        if allowed != resource.RLIM_INFINITY and allowed < needed:
            msg = (
                f"a report may {what}, and not so much is allowed here (ulimit "
                f"-{option} says how much)"
            )
            raise OSError(msg)


def take_kernel() -> Process:
    """
    A process for a kernel; the first one that is asked for starts a server, if need be.

    Raises
    ------
    RuntimeError
        If none can be had.
    """
    global requests
    if requests is None:
        server = Forks((WARM_UP,))
        atexit.register(server.close)
        requests = server.requests
    return _ask(requests)


def _ask(server: socket.socket) -> Process:
    ours, theirs = socket.socketpair()
    connection = Connection(ours.detach())
    try:
        with theirs:
            socket.send_fds(server, [b"+"], [theirs.fileno()])
        return Process(connection, pid=connection.recv())
    except (EOFError, OSError) as error:
        connection.close()
        raise RuntimeError(STOPPED) from error


# -- the server ------------------------------------------------------------------------


def main() -> None:
    """Fork a process for each that is asked for, until who started this is gone."""
    global requests
    asked = socket.socket(fileno=int(sys.argv[1]))
    requests = socket.socket(fileno=int(sys.argv[2]))
    for name in ENDINGS:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        preload(json.loads(sys.argv[3]))
    except REFUSALS as error:
        _say(f"What makes reports cannot begin: {_refusal(error)}.")
        sys.exit(1)
    # Nobody here asks how a child ended: the system buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([asked, sys.stdin], [], [])
        if sys.stdin in ready:
            # To take apart what is imported takes longer than some imports.
            atexit._run_exitfuncs()
            os._exit(0)
        _, received, _, _ = socket.recv_fds(asked, 1, 1)
        if os.fork() == 0:
            asked.close()
            _begin(received[0])
        os.close(received[0])


def _begin(descriptor: int) -> NoReturn:
    """In the forked process: do what is asked over the connection, and end."""
    code, errors = 1, sys.stderr.fileno()
    try:
        # A kernel takes the stream of errors for its cells: its own would not be seen.
        errors = os.dup(errors)
        os.setsid()
        for name in ENDINGS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
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
    except (MemoryError, OSError) as error:
        os.write(errors, f"A process of a report ended: {_refusal(error)}.\n".encode())
    except BaseException:
        os.write(errors, traceback.format_exc().encode())
    finally:
        # Whatever happens, this process must not go on as a second server.
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def preload(names: Sequence[str]) -> None:
    """
    Import modules and call functions, so that they are done with when a report begins.

    Where one of them leaves what forked processes must not have, this program is begun
    anew without it: what is started later is slower, and nothing else.

    Parameters
    ----------
    names : sequence of str
        ``package.module``, imported; ``package.module:function``, called too, with what
        follows after a space, as a list in JSON.
    """
    # Next to nothing of what is made here is ever let go of: to look for it now and
    # then takes a seventh of the time, and finds 7 MB.
    gc.disable()
    for number, name in enumerate(names):
        with _without(*NEEDLESS):
            _do(name)
        if left := left_behind():
            _say(f"{name} leaves {left}, so it is not done ahead: somewhat slower.")
            module, _, function = name.partition(" ")[0].partition(":")
            others = [module] if function else []
            rest = json.dumps([*names[:number], *others, *names[number + 1 :]])
            os.execv(sys.executable, [*sys.orig_argv[:-1], rest])
    if left := left_behind():
        _say(f"Python itself has {left} here, and cannot fork: set {CHOICE}={COLD}.")
        sys.exit(1)
    # What is here now will hardly ever be freed: leave its pages alone, and shared.
    gc.freeze()
    gc.enable()


def _do(name: str, *given: Any) -> None:
    """Import a module, and call the function that is named after it."""
    called, _, told = name.partition(" ")
    module, _, function = called.partition(":")
    imported = importlib.import_module(module)
    if function:
        getattr(imported, function)(*given, *json.loads(told or "[]"))


def _refusal(error: BaseException) -> str:
    """What this machine refused, in a line, and where to look; by its first cause."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    said = " ".join(str(error).split())[-200:] or "not enough memory"
    return f"{said} (are memory or open files limited, by ulimit -v or -n?)"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def _without(*names: str) -> Iterator[None]:
    """Have modules that others can do without taken for some that are not installed."""
    hidden = {name for name in names if name not in sys.modules}
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


# -- what must not be forked from ------------------------------------------------------


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
    if open_here := {*_shared_files()} - _tidied:
        # Nobody may hold it any more.
        gc.collect()
        open_here.intersection_update(_shared_files())
    files = _in_a_fork(_shared_files) if open_here else []
    _tidied.update(open_here.difference(files))
    return f"files open ({', '.join(files)})" if files else ""


#: Files that were open here, and in a forked process no longer: to look costs a fork.
_tidied: set[str] = set()


def _threads() -> list[str]:
    """The names of all threads but the first, which every process has."""
    main_thread = threading.main_thread()
    known = [each for each in threading.enumerate() if each is not main_thread]
    names = {str(each.native_id): each.name for each in known}
    for task in _listed("/proc/self/task"):
        # One that ends meanwhile has no name.
        with contextlib.suppress(OSError):
            if int(task.name) != os.getpid():
                name = (task / "comm").read_text("utf-8").strip()
                names.setdefault(task.name, name)
    return sorted(names.values())


def _shared_files() -> list[str]:
    """Files that are open here, but for streams and libraries that are loaded."""
    found = []
    for place in _listed("/proc/self/fd"):
        number = int(place.name)
        # The folder itself is read through one that is closed by now.
        with contextlib.suppress(OSError):
            if number > STREAMS and stat.S_ISREG(os.fstat(number).st_mode):
                found.append(str(place.readlink()))
    return sorted(set(found) - _loaded()) if found else []


def _listed(folder: str) -> Iterator[Path]:
    return Path(folder).iterdir() if Path(folder).is_dir() else iter(())


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
            os.write(writing, "\n".join(look()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123 (a descriptor)
        found = pipe.read().splitlines()
    os.wait()
    return found


# -- in a process that was handed out --------------------------------------------------


def serve(connection: Connection) -> None:
    """
    Do what is asked: the first message names a function, which gets the connection.

    The numbers that random generators give must not be those of every other process
    forked from the same state.
    """
    name = str(connection.recv())
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    _do(name, connection)


def end_with(
    connection: Connection, *, at_end: Callable[[], Any] = lambda: None
) -> None:
    """
    End this process, and what it has started, when the other end of the line is gone.

    A report may be in the middle of an endless loop: only a thread can notice. Where a
    line cannot be watched, nothing is: the process then ends when it next reads.

    Parameters
    ----------
    at_end : function, optional
        Called before the end, in the thread that keeps watch.
    """
    if not (hasattr(select, "poll") and hasattr(select, "POLLRDHUP")):
        return
    hung_up = select.poll()
    hung_up.register(connection.fileno(), select.POLLRDHUP)

    def watch() -> None:
        try:
            hung_up.poll()
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
        0 for no limit. Where the system knows none, there is none; and where somebody
        allows less, that holds.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError):
        return
    if limit:
        allowed = resource.getrlimit(resource.RLIMIT_AS)
        others = [most for most in allowed if most != resource.RLIM_INFINITY]
        most = min([pages * resource.getpagesize() + limit, *others])
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
