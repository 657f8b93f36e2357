"""Stored outputs that are the same after every build."""

from __future__ import annotations

from nbformat import NotebookNode

CLOCK_TAG = "nbval-ignore-output"  # the output depends on the clock: kept, and not compared
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # names a live model: means nothing in a file


class UnwantedOutput(ValueError):
    """A cell printed something that a lesson must not print."""


def normalise(notebook: NotebookNode) -> None:
    """Make an executed notebook's outputs independent of the run, in place.

    Joins neighbouring pieces of one stream, drops views of live widgets and all metadata but a
    picture's alternative text, and numbers the cells 1, 2, ….
    Raises UnwantedOutput when a cell wrote to stderr: lessons print no warnings.
    """
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count if cell.source.strip() else None
        cell.metadata.pop("execution", None)
        cell.outputs = _joined(_cleaned(output, count, cell.source) for output in cell.outputs)


def _cleaned(output: NotebookNode, count: int, source: str) -> NotebookNode | None:
    if output.output_type == "stream" and output.name == "stderr":
        raise UnwantedOutput(f"a cell wrote to stderr:\n{source}\n--- it wrote:\n{output.text}")
    if output.output_type in ("display_data", "execute_result"):
        data = {kind: value for kind, value in output.data.items() if kind != WIDGET_VIEW}
        if not data:
            return None
        output.data = data
        pictures = {kind: {"alt": m["alt"]} for kind, m in output.metadata.items() if "alt" in m}
        output.metadata = NotebookNode(pictures)
        if output.output_type == "execute_result":
            output.execution_count = count
    return output


def _joined(outputs) -> list[NotebookNode]:
    joined: list[NotebookNode] = []
    for output in outputs:
        if output is None:
            continue
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def keep_clock_outputs(new: NotebookNode, old: NotebookNode | None) -> None:
    """Give clock-dependent cells the outputs stored before, where their text is unchanged, in place."""
    if old is None:
        return
    stored = {cell.get("id"): cell for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        before = stored.get(cell.get("id"))
        if cell.cell_type == "code" and CLOCK_TAG in cell.metadata.get("tags", []) and before:
            cell.outputs = before.outputs
