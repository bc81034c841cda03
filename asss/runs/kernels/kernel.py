"""
ipykernel without sockets: its kernel and shell in this process, its messages sent home.

All that a notebook can see is ipykernel's own: shell, display hook, publisher, magics,
comms. Only the session is another: it hands over each message as it is made, and
:mod:`manager` gives it to nbclient as if it had come over a socket. There is no
debugger, and a cell that asks for input is refused, as it is under papermill anyhow.
"""

import asyncio
import atexit
import importlib
import logging
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, Final

import ipykernel.ipkernel
import jupyter_client.session
from ipykernel.kernelapp import IPKernelApp
from traitlets import Any as Anything
from traitlets.config import Config

from asss.runs.kernels import server

#: What cells print is sent this often, in seconds, as ipykernel does.
INTERVAL: Final = 0.2

#: One of Jupyter's, as its specification of messages has it.
Message = dict[str, Any]

#: Of the ways to draw a figure, the one that gives it to the notebook.
BACKEND: Final = "MPLBACKEND"
INLINE: Final = "module://matplotlib_inline.backend_inline"

#: What most notebooks of this kind import, and what costs the most to import.
LIBRARIES: Final = ("numpy", "pandas", "matplotlib.pyplot", "seaborn")


class Session(jupyter_client.session.Session):
    """What ipykernel sends its messages with; here they go over a connection."""

    connection = Anything()

    def __init__(self, connection: Connection) -> None:
        super().__init__(key=b"")
        self.connection = connection
        self._turn = threading.Lock()

    def send(
        self,
        stream: Any,  # noqa: ARG002 (a socket, which does not exist)
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,  # noqa: ARG002
        buffers: Iterable[Any] | None = None,
        track: bool = False,  # noqa: ARG002
        header: Any = None,
        metadata: Any = None,
    ) -> Message:
        """Hand a message over."""
        message: Message = msg_or_type
        if isinstance(msg_or_type, str):
            message = self.msg(msg_or_type, content, parent, header, metadata)
        attached = [bytes(buffer) for buffer in buffers or ()]
        written = self.pack({**message, "buffers": len(attached)})
        with self._turn:
            for part in (written, *attached):
                self.connection.send_bytes(part)
        return message


class Stream:
    """
    What cells print, and what others write past Python to the descriptor.

    Parameters
    ----------
    name : str
        ``stdout`` or ``stderr``.
    descriptor : int
        Of the stream; a file takes its place, and what is in it is sent as well.
    """

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, name: str, descriptor: int, kernel: "Kernel") -> None:
        self.name = name
        self._kernel = kernel
        self._descriptor = descriptor
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as we are)
        os.dup2(self._file.fileno(), descriptor)
        self._taken = 0
        self._waiting: list[str] = []
        self._sent = time.monotonic()
        self._turn = threading.RLock()

    def write(self, text: str) -> int:
        """Take text; it is sent with the next flush, which is never far away."""
        if not isinstance(text, str):
            msg = f"write() argument must be str, not {type(text)}"
            raise TypeError(msg)
        with self._turn:
            self._take()
            self._waiting.append(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Take lines, which bring their own line ends."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Send what waits."""
        with self._turn:
            self._take()
            text = "".join(self._waiting)
            self._waiting.clear()
            self._sent = time.monotonic()
            if text:
                self._kernel.say("stream", {"name": self.name, "text": text})

    def flush_now_and_then(self) -> None:
        """Send what has waited long enough, so that a cell that hangs has said it."""
        if time.monotonic() - self._sent >= INTERVAL:
            self.flush()

    def _take(self) -> None:
        """What has been written past Python, in its place among the rest."""
        size = os.fstat(self._file.fileno()).st_size
        if size > self._taken:
            raw = os.pread(self._file.fileno(), size - self._taken, self._taken)
            self._taken = size
            self._waiting.append(raw.decode(self.encoding, self.errors))

    def fileno(self) -> int:
        """The descriptor, for programs that a cell starts."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether a person sits there; never."""
        return False

    def readable(self) -> bool:
        """Whether it can be read; never."""
        return False

    def writable(self) -> bool:
        """Whether it can be written to; always."""
        return True

    def seekable(self) -> bool:
        """Whether one can go back; never."""
        return False


class Kernel(ipykernel.ipkernel.IPythonKernel):
    """ipykernel's kernel, which is asked one thing at a time."""

    def __init__(
        self, session: jupyter_client.session.Session, history: Config
    ) -> None:
        log = logging.getLogger(__name__)
        super().__init__(session=session, config=history, log=log)  # type: ignore[no-untyped-call]
        # Asynchronous cells ask whether they run in the thread of the shell: they do.
        self.shell_channel_thread = SimpleNamespace(
            parent_thread=threading.current_thread()
        )
        self.streams: tuple[Stream, ...] = ()

    def take_streams(self) -> None:
        """Give what is printed from now on to the cell that is running."""
        self.streams = (Stream("stdout", 1, self), Stream("stderr", 2, self))
        sys.stdout, sys.stderr = self.streams

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """After an error nothing waits: the next cell is sent when this one is done."""

    def say(self, kind: str, content: dict[str, Any]) -> None:
        """Send what belongs to the cell that is running."""
        assert self.session is not None
        parent: Message = self.get_parent()  # type: ignore[no-untyped-call]
        self.session.send(None, kind, content, parent)

    async def answer(self, message: Message) -> None:
        """Do what one message asks, and say when it is done."""
        self.set_parent([], message)  # type: ignore[no-untyped-call]
        self.say("status", {"execution_state": "busy"})
        await self.shell_handlers[message["header"]["msg_type"]](None, [], message)
        for stream in self.streams:
            stream.flush()
        self.say("status", {"execution_state": "idle"})

    def flush_now_and_then(self) -> None:
        """Send what cells have printed meanwhile."""
        for stream in self.streams:
            stream.flush_now_and_then()


def serve(connection: Connection) -> None:
    """
    Be a kernel until the one at the other end hangs up.

    The first message says what the process is to be like: ``cwd``, ``env`` and
    ``memory``, the bytes it may take beyond what it begins with, 0 for no limit. Each
    message after that is one of Jupyter's.
    """
    setting: dict[str, Any] = connection.recv()
    os.chdir(setting["cwd"])
    os.environ.clear()
    os.environ.update({BACKEND: INLINE, **setting["env"]})
    if "matplotlib" in sys.modules:
        # It has read its settings before it could know these.
        sys.modules["matplotlib"].rcParams["backend"] = os.environ[BACKEND]
    # As ipykernel has it: what lies beside the notebook can be imported.
    sys.path.insert(0, "")
    server.limit_memory(setting["memory"])
    # Each report its own history, in memory, as nbclient asks of ipykernel.
    history = Config({"HistoryManager": {"hist_file": ":memory:"}})
    session = Session(connection)
    kernel = Kernel.instance(session, history)
    # Magics and others find the kernel through the program that it runs in.
    IPKernelApp.instance().kernel = kernel
    kernel.take_streams()
    server.end_with(connection, every=kernel.flush_now_and_then)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    while True:
        try:
            written = connection.recv_bytes()
        except KeyboardInterrupt:
            # Meant for a cell that was done when it came.
            continue
        if not written:
            break
        loop.run_until_complete(kernel.answer(session.unpack(written)))
    # What the notebook has asked to be done when it ends.
    atexit._run_exitfuncs()


class _Unsent(jupyter_client.session.Session):
    """A session that keeps what it is given to itself."""

    def send(self, *_: Any, **__: Any) -> Message:
        """Take a message, and do nothing with it."""
        return {"content": {"status": "ok"}}


def warm_up() -> None:
    """
    Import what notebooks begin with, where a kernel is, and leave no trace of it.

    pandas and others ask at import whether they are in a notebook. The kernel is let go
    of, and each process forked from this one makes its own.
    """
    os.environ[BACKEND] = INLINE
    # A shell that keeps no history starts no thread.
    history = Config({"HistoryManager": {"enabled": False}})
    kernel = Kernel.instance(_Unsent(key=b""), history)
    shell: Any = kernel.shell
    with shell.builtin_trap, shell.display_trap, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            try:
                importlib.import_module(name)
            except ImportError:
                # A notebook that needs it says so itself.
                continue
    shell.restore_sys_module_state()
    atexit.unregister(shell.atexit_operations)
    type(shell).clear_instance()
    Kernel.clear_instance()
