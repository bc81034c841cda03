"""
papermill's ``warm`` engine: its own, with a kernel that need not be started.

Registered as an entry point, so that ``papermill --engine warm`` knows it.
"""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.engines import NBClientEngine
from traitlets import Int
from traitlets.config import Config

from asss.runs.kernels import forks

__all__ = ["NAME", "WarmEngine", "warm_up"]

#: What the forked process is asked to do.
KERNEL: Final = "asss.runs.kernels.kernel:serve"

#: What every environment with ipykernel calls the kernel that is its own.
NAME: Final = "python3"

#: What an ordinary kernel of ours is started as.
LAUNCHER: Final = "ipykernel_launcher"

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


class WarmManager(AsyncKernelManager):
    """A kernel manager that forks its kernel, where that is a kernel of our own."""

    memory = Int(0, help="Bytes beyond what the kernel begins with.").tag(config=True)

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        spec = self.kernel_spec
        assert spec is not None
        if _is_ours(spec.argv):
            self.provisioner = _Forked(kernel_spec=spec, parent=self)
        else:
            program = Path(spec.argv[0]).name
            log.warning("%s runs %s, so it is started anew.", self.kernel_name, program)
        return await super()._async_pre_start_kernel(**options)


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
