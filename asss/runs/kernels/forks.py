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
from dataclasses import dataclass, replace
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
    kernels : sequence of str, optional
        The same for another server, whom a process that is handed out asks for kernels;
        the one server does both else.
    shared : sequence of str
        What both do ahead: in one process, which then becomes two.
    """

    def __init__(
        self,
        names: Sequence[str],
        kernels: Sequence[str] = (),
        shared: Sequence[str] = (),
    ) -> None:
        asked, self.requests = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        program = f"from {__name__} import main; main()"
        with contextlib.ExitStack() as ours:
            ours.enter_context(asked)
            inherited = [asked.fileno(), self.requests.fileno()]
            if kernels:
                pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                inherited[1:] = [ours.enter_context(one).fileno() for one in pair]
            alone = () if kernels else shared
            plan = _Plan(
                [*alone, *names], list(kernels), list(shared if kernels else ())
            )
            self._server = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-c", program),
                    json.dumps(vars(plan)),
                    *(str(descriptor) for descriptor in inherited),
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
        """End the server, and the other; what they have forked goes on."""
        self.requests.close()
        assert self._server.stdin is not None
        self._server.stdin.close()
        try:
            self._server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


#: What hands out fresh processes, each of which waits for a function's name.
Source: TypeAlias = Forks | Fresh


def source(
    work: Sequence[str], kernels: Sequence[str], shared: Sequence[str] = ()
) -> Source:
    """
    A source of processes that work, each of which may ask for kernels.

    Parameters
    ----------
    work, kernels : sequence of str
        What is imported or called ahead in either: see `preload`. The two are not the
        same, so each has a server of its own, and they import at the same time.
    shared : sequence of str
        What is needed in both, and done once before.

    Raises
    ------
    OSError
        If this machine does not let us start them, or give them what they need.
    """
    _check_room()
    if way() == COLD:
        return Fresh()
    return Forks(work, (WARM_UP, *kernels), shared)


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


@dataclass
class _Plan:
    """What a server does ahead, and whether two become of it: see :class:`Forks`."""

    names: list[str]
    kernels: list[str]
    shared: list[str]


def main() -> None:
    """Fork a process for each that is asked for, until who started this is gone."""
    global requests
    plan = _Plan(**json.loads(sys.argv[1]))
    lines, other = [int(descriptor) for descriptor in sys.argv[2:]], None
    for name in ENDINGS:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        if plan.kernels:
            plan, lines, other = _become_two(plan, lines)
        preload(
            plan.names, lambda names: _begin_anew(replace(plan, names=names), lines)
        )
    except REFUSALS as error:
        _say(f"What makes reports cannot begin: {_refusal(error)}.")
        sys.exit(1)
    asked, requests = (socket.socket(fileno=line) for line in lines)
    # Nobody here asks how a child ended: the system buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([asked, sys.stdin], [], [])
        if sys.stdin in ready:
            _leave(other)
        _, received, _, _ = socket.recv_fds(asked, 1, 1)
        if os.fork() == 0:
            asked.close()
            _begin(received[0])
        os.close(received[0])


def _become_two(plan: _Plan, lines: list[int]) -> tuple[_Plan, list[int], int | None]:
    """
    Do what both servers need, and fork the one that kernels come from.

    Of the three lines each keeps where it is asked, and both where kernels are.

    Returns
    -------
    plan, lines
        Of the server that this process is from now on.
    other : int, optional
        Tells whether that of kernels is there, where the system lets us know.
    """
    preload(plan.shared, lambda names: _begin_anew(replace(plan, shared=names), lines))
    asked, of_kernels, kernels = lines
    forked = os.fork()
    if forked == 0:
        os.close(asked)
        return _Plan(plan.kernels, [], plan.shared), [of_kernels, kernels], None
    os.close(of_kernels)
    other = None
    with contextlib.suppress(OSError, AttributeError):
        other = os.pidfd_open(forked)
    return _Plan(plan.names, [], plan.shared), [asked, kernels], other


def _begin_anew(plan: _Plan, lines: Sequence[int]) -> NoReturn:
    """Begin this program anew with another plan; what has become two stays two."""
    if not plan.kernels:
        plan = replace(plan, names=[*plan.shared, *plan.names], shared=[])
    *program, _ = sys.orig_argv[: -len(sys.argv[2:])]
    told = [json.dumps(vars(plan)), *map(str, lines)]
    os.execv(sys.executable, [*program, *told])


def _leave(other: int | None) -> NoReturn:
    """
    End this server after the other: whoever closes us waits for this one alone.

    The other ends by itself too; it is killed only if it does not in half the time that
    is waited for us.
    """
    if other is not None and not select.select([other], [], [], PATIENCE / 2)[0]:
        signal.pidfd_send_signal(other, signal.SIGKILL)
    # To take apart what is imported takes longer than some imports.
    atexit._run_exitfuncs()
    os._exit(0)


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


def preload(names: Sequence[str], begin_anew: Callable[[list[str]], NoReturn]) -> None:
    """
    Import modules and call functions, so that they are done with when a report begins.

    Where one of them leaves what forked processes must not have, this program is begun
    anew without it: what is started later is slower, and nothing else.

    Parameters
    ----------
    names : sequence of str
        ``package.module``, imported; ``package.module:function``, called too, with what
        follows after a space, as a list in JSON.
    begin_anew : function of list of str
        Begins this program anew with other names.
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
            begin_anew([*names[:number], *others, *names[number + 1 :]])
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
    forked = os.fork()
    if forked == 0:
        try:
            os.write(writing, "\n".join(look()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123 (a descriptor)
        found = pipe.read().splitlines()
    os.waitpid(forked, 0)
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
