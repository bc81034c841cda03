"""
ipykernel in a process that was forked: as it is started, with nothing left to import.

Loaded by the fork server, and by nobody else.
"""

import atexit
import builtins
import contextlib
import importlib
import io
import os
import sys
import warnings
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, Final

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from traitlets.config import Config

from asss.runs.kernels import forks

__all__ = ["load_pandas", "serve", "warm_up"]

#: Of the ways to draw a figure, the one that gives it to the notebook.
BACKEND: Final = "MPLBACKEND"
INLINE: Final = "module://matplotlib_inline.backend_inline"

#: What most notebooks of this kind import, and what costs the most to import.
LIBRARIES: Final = (
    *("numpy", "pandas"),
    *("statsmodels.stats.proportion", "statsmodels.stats.rates"),
    *("matplotlib.pyplot", "seaborn"),
)


def serve(connection: Connection) -> None:
    """
    Be a kernel until it is shut down, or whoever asked for it is gone.

    The first message says what the process is to be like: ``arguments`` of ipykernel,
    ``cwd``, ``env``, and ``memory``, the bytes it may take beyond what it begins with.
    """
    setting: dict[str, Any] = connection.recv()
    os.chdir(setting["cwd"])
    os.environ.clear()
    os.environ.update({BACKEND: INLINE, **setting["env"]})
    forks.end_with(connection)
    app: Any = IPKernelApp.instance()
    app.initialize(setting["arguments"])
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        # It would have a figure drawn before it is drawn to be shown.
        vars(pyplot)["install_repl_displayhook"] = lambda: None
    # Not before: its threads reserve far more memory than they use.
    forks.limit_memory(setting["memory"])
    app.start()
    # What the notebook has asked to be done when it ends.
    atexit._run_exitfuncs()


class _Unsent(Session):
    """A session that keeps what it is given to itself."""

    def send(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Take a message, and do nothing with it."""
        return {"content": {"status": "ok"}}


def load_pandas() -> None:
    """Import pandas as a notebook has it, where there is none: it asks at import."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    try:
        importlib.import_module("pandas")
    finally:
        del vars(builtins)["get_ipython"]


def warm_up() -> None:
    """
    Import what notebooks begin with, where a kernel is, and leave no trace of it.

    pandas and others ask at import whether they are in a notebook. The kernel is let go
    of, and each process forked from this one makes its own.
    """
    os.environ[BACKEND] = INLINE
    # A shell that keeps no history starts no thread.
    history = Config({"HistoryManager": {"enabled": False}})
    kernel = IPythonKernel.instance(session=_Unsent(key=b""), config=history)
    shell: Any = kernel.shell
    with shell.builtin_trap, shell.display_trap, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            try:
                importlib.import_module(name)
            except ImportError:
                # A notebook that needs it says so itself.
                continue
        _draw()
    shell.restore_sys_module_state()
    atexit.unregister(shell.atexit_operations)
    type(shell).clear_instance()
    IPythonKernel.clear_instance()


def _draw() -> None:
    """Draw something and forget it, so that the first plot finds letters at hand."""
    with contextlib.suppress(ImportError):
        figure = importlib.import_module("matplotlib.figure").Figure()
        figure.subplots().set_xlabel("ASSS")
        figure.savefig(io.BytesIO(), format="png")
