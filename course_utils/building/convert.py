"""Sources to notebooks without outputs, and the comparison of the two."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from course_utils.grading.files import write_atomic

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}

# Blank lines of the .py file, which jupytext notes for the way back; there is no way back here.
LAYOUT_OF_THE_SOURCE = {"lines_to_next_cell", "lines_to_end_of_cell_marker"}


def read_source(source: Path) -> NotebookNode:
    """Read a jupytext percent source as a notebook without outputs.

    source : path of the .py file
    Returns the notebook with cell ids that depend on the cells' text alone, so that two
    builds give the same file: a text with a heading is called after it (`section_id`), so that
    links can lead there. Raises ValueError when the source has no cells.
    """
    notebook = jupytext.read(source, fmt="py:percent")
    if not notebook.cells:
        raise ValueError(f"{source} has no cells: start each with '# %%' or '# %% [markdown]'")
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        text = f"{cell.cell_type}\n{cell.source}"
        seen[text] += 1
        section = section_id(cell.source) if cell.cell_type == "markdown" else ""
        if section:
            seen[section] += 1
        if seen[section] == 1:
            cell["id"] = section
        else:
            cell["id"] = hashlib.sha256(f"{text}\n{seen[text]}".encode()).hexdigest()[:12]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        for key in LAYOUT_OF_THE_SOURCE & cell.metadata.keys():
            del cell.metadata[key]
    notebook.metadata = NotebookNode(kernelspec=dict(KERNELSPEC), language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def section_id(text: str) -> str:
    """The cell id of a text by its first section heading: "3-What-why" for "## 3 · What, why?", else "".

    JupyterLab scrolls to a cell for a link that ends in `#cell-id=ID`; for one that ends in the heading
    it stays at the top.
    """
    heading = re.search(r"^##+ +(.+)$", text, flags=re.MULTILINE)
    return re.sub(r"[^A-Za-z0-9]+", "-", heading[1]).strip("-")[:64] if heading else ""


def read_notebook(path: Path) -> NotebookNode:
    """Read a built notebook. Raises ValueError that names the file when it is not a notebook."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise ValueError(f"{path} is not a readable notebook: {error}") from error


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook so that the file is either the old one or the new one, never a half."""
    write_atomic(path, (nbformat.writes(notebook) + "\n").encode())


def differences(source: Path, notebook: Path) -> list[str]:
    """What separates a built notebook from its source, one line a difference.

    Compares type, text and metadata of every cell; outputs are left to nbval. Modification
    times play no part: they lie after a clone.
    """
    if not notebook.exists():
        return [f"{notebook.name}: not built"]
    wanted, built = read_source(source).cells, read_notebook(notebook).cells
    found = []
    if len(wanted) != len(built):
        found.append(f"{notebook.name}: {len(built)} cells, the source has {len(wanted)}")
    for number, (want, have) in enumerate(zip(wanted, built, strict=False), start=1):
        for part in ("cell_type", "source", "metadata", "id"):
            if want[part] != have.get(part):
                found.append(f"{notebook.name}: cell {number} differs in its {part}")
    return found
