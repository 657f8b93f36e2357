"""Running a notebook from top to bottom in a kernel of its own."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course_utils.threads import ONE_BLAS_THREAD

CELL_TIMEOUT = 180  # seconds; a lesson has at most 120 in its training sections


class CellFailed(RuntimeError):
    """A cell raised, hung, or killed the kernel; the message shows its source and the error."""


def execute(notebook: NotebookNode, folder: Path) -> float:
    """Run all cells in a fresh kernel, storing outputs in place.

    notebook : the notebook
    folder   : working folder of the kernel (the notebook's own, as in JupyterLab)
    Returns the seconds it took without the start of the kernel.
    Raises CellFailed with the source of the cell and what it raised.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    environment = {**os.environ, **ONE_BLAS_THREAD, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "default"}
    # What the kernel says to its terminal is about the machine, not about the lesson.
    with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
        started = time.perf_counter()
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise CellFailed(_message(index, cell.source, f"{error.ename}: {error.evalue}")) from error
            except CellTimeoutError as error:
                raise CellFailed(
                    _message(index, cell.source, f"still running after {CELL_TIMEOUT} s")
                ) from error
            except DeadKernelError as error:
                raise CellFailed(_message(index, cell.source, "the kernel died")) from error
        return time.perf_counter() - started


def _message(index: int, source: str, error: str) -> str:
    return f"cell {index + 1} failed\n{source}\n--- {error}"
