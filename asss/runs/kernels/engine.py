"""
papermill's ``warm`` engine: its own, with a kernel that need not be started.

Registered as an entry point, so that ``papermill --engine warm`` knows it; papermill
loads it whenever it is imported, so what it needs is imported when a notebook is run.
"""

import logging
import sys
from pathlib import Path
from typing import Any

from papermill.engines import NBClientEngine

log = logging.getLogger(__name__)


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Executes each notebook in a fresh process that has everything imported."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        *,
        save_each_cell: bool = True,
        **options: Any,
    ) -> Any:
        """
        Execute a notebook, and give it back with its outputs.

        Parameters
        ----------
        save_each_cell : bool
            Whether the file is written before and after each cell, as papermill's own
            engine does for whoever looks at it meanwhile. papermill itself writes it
            when all is done, or has failed.
        **options
            As in papermill.
        """
        path = output_path if save_each_cell else None
        return super().execute_notebook(nb, kernel_name, path, **options)

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
            Of the Python that this runs in. Another is started the ordinary way, and
            so is one that gets arguments of its own.
        memory : int
            Bytes that the notebook may take beyond what it begins with; 0 for no limit.
        **options
            What papermill's own engine takes.
        """
        from asss.runs.kernels import manager, supply

        is_cold = supply.way() == supply.COLD
        reason = "" if is_cold else _reason_for_a_cold_one(kernel_name, options)
        if is_cold or reason:
            if reason:
                log.warning("A kernel is started the ordinary way: %s.", reason)
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        cwd = options.get("resources", {}).get("metadata", {}).get("path")
        with manager.running(supply.shared(), cwd=cwd, memory=memory) as running:
            return super().execute_managed_notebook(
                nb_man, kernel_name, km=running, **options
            )


def _reason_for_a_cold_one(kernel_name: str, options: dict[str, Any]) -> str:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    if options.get("extra_arguments"):
        return "it has arguments of its own"
    try:
        program = KernelSpecManager().get_kernel_spec(kernel_name).argv[0]
    except NoSuchKernel:
        return ""
    own = Path(sys.executable)
    is_ours = program in {"python", "python3", own.name} or Path(program) == own
    return "" if is_ours else f"{kernel_name} runs {Path(program).name}"
