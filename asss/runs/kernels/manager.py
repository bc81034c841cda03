"""
A warm kernel as nbclient knows kernels: a manager, and a client with its channels.

nbclient asks its client to execute a cell, and waits for what comes on two channels,
the kernel's replies and its output. Here both come over one connection, each message as
it was made, and are told apart by their type.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty
from typing import Any, Final

from jupyter_client.client import KernelClient
from jupyter_client.jsonutil import extract_dates

from asss.runs.kernels.supply import PATIENCE, Process, Source

#: What the fresh process is asked to be.
KERNEL: Final = "asss.runs.kernels.kernel:serve"

Message = dict[str, Any]


class Channel:
    """One of the channels of a client: what is sent on it, and what has come."""

    def __init__(self, connection: Connection, pack: Any) -> None:
        self.arrived: asyncio.Queue[Message] = asyncio.Queue()
        self._connection = connection
        self._pack = pack

    def send(self, message: Message) -> None:
        """Send a message; that a kernel is gone is seen when it does not answer."""
        try:
            self._connection.send_bytes(self._pack(message))
        except (BrokenPipeError, ConnectionResetError):
            return

    async def get_msg(self, timeout: float | None = None) -> Message:
        """
        Wait for the next message.

        Raises
        ------
        Empty
            If none has come within `timeout` seconds.
        """
        if not self.arrived.empty():
            return self.arrived.get_nowait()
        try:
            return await asyncio.wait_for(self.arrived.get(), timeout)
        except TimeoutError:
            raise Empty from None


class Client(KernelClient):
    """What nbclient speaks to a kernel through."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_open = True
        self._shell = Channel(connection, self.session.pack)
        self._iopub = Channel(connection, self.session.pack)

    @property
    def shell_channel(self) -> Channel:
        """Requests, and the replies to them."""
        return self._shell

    @property
    def iopub_channel(self) -> Channel:
        """What cells give out, and whether the kernel is busy."""
        return self._iopub

    def start_channels(self, *_: Any, **__: Any) -> None:
        """Take what comes from now on, in the loop that is running."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._connection.fileno(), self._receive)

    def stop_channels(self) -> None:
        """Take nothing more: before the line is closed, or the loop waits for it."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._connection.fileno())
        self._loop = None

    def _receive(self) -> None:
        try:
            while self._connection.poll():
                self._sort(self._read())
        except (EOFError, OSError):
            self._is_open = False
            self.stop_channels()

    def _read(self) -> Message:
        message: Message = self.session.unpack(self._connection.recv_bytes())
        message["buffers"] = [
            memoryview(self._connection.recv_bytes()) for _ in range(message["buffers"])
        ]
        for name in ("header", "parent_header"):
            message[name] = extract_dates(message[name])
        return message

    def _sort(self, message: Message) -> None:
        is_reply = message["msg_type"].endswith("_reply")
        (self._shell if is_reply else self._iopub).arrived.put_nowait(message)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Nothing to wait for: the process said that it is there."""

    async def is_alive(self) -> bool:
        """Whether the kernel's end of the line is held by anybody."""
        return self._is_open


class Manager:
    """What nbclient takes for a kernel manager: of one kernel, which is running."""

    has_kernel = True

    def __init__(self, process: Process) -> None:
        self._process = process
        self._client = Client(process.connection)

    def client(self) -> Client:
        """The client of the kernel."""
        return self._client

    def interrupt_kernel(self) -> None:
        """Stop the cell that is running."""
        self._process.interrupt()


@contextmanager
def running(
    source: Source, *, cwd: str | None = None, memory: int = 0
) -> Iterator[Manager]:
    """
    A kernel in a fresh process, for as long as a ``with`` lasts.

    Parameters
    ----------
    source : Source
    cwd : str, optional
        Its working folder; ours when left out.
    memory : int
        Bytes it may take beyond what it begins with; 0 for no limit.

    Raises
    ------
    RuntimeError
        If no process can be had.

    Notes
    -----
    What the notebook has registered to be done at exit is done before we go on. After
    an error the process is ended at once, whatever it is doing.
    """
    process = source.take()
    line = process.connection
    try:
        line.send(KERNEL)
        setting = {
            "cwd": cwd or str(Path.cwd()),
            "env": dict(os.environ),
            "memory": memory,
        }
        line.send(setting)
        manager = Manager(process)
        try:
            yield manager
        finally:
            manager.client().stop_channels()
    except BaseException:
        process.kill()
        raise
    if _has_ended(line):
        process.close()
    else:
        process.kill()


def _has_ended(line: Connection) -> bool:
    """Ask the kernel to end, and drop what it still says; whether it has ended."""
    try:
        line.send_bytes(b"")
        while line.poll(PATIENCE):
            line.recv_bytes()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return True
    return False
