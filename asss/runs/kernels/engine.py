"""
papermill's ``warm`` engine: its own, with a kernel that need not be started.

Registered as an entry point, so that ``papermill --engine warm`` knows it.
"""

import asyncio
import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, Final

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.engines import NBClientEngine
from traitlets import Int, Type, default
from traitlets.config import Config

from asss.runs.kernels import forks

__all__ = ["NAME", "WarmEngine", "warm_up"]

#: What the forked process is asked to do.
KERNEL: Final = "asss.runs.kernels.kernel:serve"

#: What every environment with ipykernel calls the kernel that is its own.
NAME: Final = "python3"

#: What an ordinary kernel of ours is started as.
LAUNCHER: Final = "ipykernel_launcher"

#: Milliseconds after which it is tried once more to reach a kernel that is not there
#: yet: it is a few hundredths of a second later, and ZeroMQ's own are ten.
AGAIN: Final = 5

#: Seconds that an answer of a kernel is waited for before it is asked once more.
ANSWER: Final = 1.0

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Look ahead for our kernel: among all folders, and all that is installed."""
    with suppress(NoSuchKernel):
        KernelSpecManager().get_kernel_spec(NAME)


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Executes each notebook in a fresh process that has everything imported."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, memory: int = 0, **options: Any
    ) -> Any:
        """
        Execute a notebook as papermill does.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
        kernel_name : str
            Of the Python that this runs in. Another is started the ordinary way.
        memory : int
            Bytes that the notebook may take beyond what it begins with; 0 for no limit.
        **options
            What papermill's own engine takes.
        """
        config = Config(options.pop("config", {}))
        if forks.way() == forks.FORK:
            options["kernel_manager_class"] = WarmManager
            config.WarmManager.memory = memory
        return super().execute_managed_notebook(
            nb_man, kernel_name, config=config, **options
        )


class _Client(AsyncKernelClient):
    """
    A client that begins when its kernel has answered on both ways.

    jupyter_client's own waits until nothing has come for a fifth of a second, so that
    no answer to its question is taken for one to a cell. The last of them is known.
    """

    def _context_default(self) -> zmq.asyncio.Context:
        return _eager(super()._context_default())

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """
        Wait for a kernel's answer, and until nothing more follows from the question.

        Parameters
        ----------
        timeout : float, optional
            Seconds; for ever without.

        Raises
        ------
        RuntimeError
            If the kernel dies first, or the time is over.
        """
        end = float("inf") if timeout is None else time.monotonic() + timeout
        while not await self._has_answered():
            if not await self.is_alive():
                msg = "Kernel died before replying to kernel_info"
                raise RuntimeError(msg)
            if time.monotonic() > end:
                msg = f"Kernel didn't respond in {timeout:.0f} seconds"
                raise RuntimeError(msg)

    async def _has_answered(self) -> bool:
        """Ask what the kernel is; whether it says so, and that no more will follow."""
        question = self.kernel_info()
        with suppress(Empty):
            await _until(self.shell_channel, question, "kernel_info_reply")
            await _until(self.iopub_channel, question, "status", execution_state="idle")
            return True
        return False


def _eager(context: zmq.asyncio.Context) -> zmq.asyncio.Context:
    """A context whose sockets do not wait long for a kernel that is not there yet."""
    context.setsockopt(zmq.RECONNECT_IVL, AGAIN)
    return context


async def _until(channel: Any, question: str, kind: str, **said: str) -> None:
    """Read until a message of this kind answers a question; Empty if none comes."""
    end = time.monotonic() + ANSWER
    while True:
        message = await channel.get_msg(timeout=max(0.0, end - time.monotonic()))
        if message["parent_header"].get("msg_id") != question:
            continue
        if message["msg_type"] == kind and said.items() <= message["content"].items():
            return


class WarmManager(AsyncKernelManager):
    """A kernel manager that forks its kernel, where that is a kernel of our own."""

    memory = Int(0, help="Bytes beyond what the kernel begins with.").tag(config=True)
    client_factory = Type(_Client, klass=AsyncKernelClient)

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        return _eager(super()._context_default())

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        spec = self.kernel_spec
        assert spec is not None
        if _is_ours(spec.argv):
            self.provisioner = _Forked(kernel_spec=spec, parent=self)
        else:
            program = Path(spec.argv[0]).name
            log.warning("%s runs %s, so it is started anew.", self.kernel_name, program)
        return await super()._async_pre_start_kernel(**options)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        """Wait until the kernel has ended, and no longer."""
        if isinstance(self.provisioner, _Forked) and self.provisioner.process:
            await self.provisioner.process_ended()
        await super()._async_wait(pollinterval)


def _is_ours(command: list[str]) -> bool:
    """Whether a kernel is ipykernel in the Python that this runs in."""
    own = Path(sys.executable)
    program = command[0]
    is_own = program in {"python", "python3", own.name} or Path(program) == own
    return is_own and LAUNCHER in command


class _Forked(LocalProvisioner):
    """Has a kernel forked, and watches over it as over one that was started."""

    process: Any
    parent: WarmManager

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        process = forks.take_kernel()
        setting = {
            "arguments": cmd[cmd.index(LAUNCHER) + 1 :],
            "cwd": options.get("cwd") or str(Path.cwd()),
            # As jupyter_client tells a kernel that somebody has started it.
            "env": {**options["env"], "JPY_PARENT_PID": str(os.getpid())},
            "memory": self.parent.memory,
        }
        process.connection.send(KERNEL)
        process.connection.send(setting)
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        return self.connection_info

    async def process_ended(self) -> None:
        """Wait until the other end of the line is gone, which says nothing before."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        line = self.process.connection.fileno()
        loop.add_reader(line, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(line)
