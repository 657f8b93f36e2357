"""Drawing a computation graph: values above the arrows, derivatives below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course_utils.plots.style import COLOURS


class GraphNode(Protocol):
    """What a node must tell to be drawn."""

    name: str
    formula: str
    value: float
    gradient: float | None
    parents: Sequence[GraphNode]


def column_of(node: GraphNode) -> int:
    """Steps from the inputs to a node along the longest way; an input is in column 0."""
    return 1 + max(map(column_of, node.parents)) if node.parents else 0


def _label(node: GraphNode) -> str:
    return f"{node.name} = {node.formula}" if node.formula else node.name


def _half_width(node: GraphNode) -> float:
    # About the width of the letters, so that arrows start and end at the box.
    return 0.22 + 0.062 * len(_label(node))


def draw_computation_graph(
    nodes: Sequence[GraphNode], axes: Axes, *, gradients: bool = True, digits: int = 3
) -> None:
    """Draw nodes from left to right with their values, and their derivatives where known.

    nodes     : every node once, inputs first; the last is the end of the graph
    axes      : where to draw
    gradients : also write dJ/d(node) under each node that has a gradient
    digits    : significant digits of the numbers
    """
    columns: dict[int, list[GraphNode]] = {}
    last = max(column_of(node) for node in nodes)
    for node in nodes:
        # An input stands right before its first use, so that no arrow crosses a box.
        users = [other for other in nodes if any(parent is node for parent in other.parents)]
        column = column_of(node) if node.parents or not users else min(map(column_of, users)) - 1
        columns.setdefault(column, []).append(node)
    tallest = max(map(len, columns.values()))
    place = {}
    for column, members in columns.items():
        for row, node in enumerate(members):
            place[id(node)] = (2.6 * column, 1.7 * ((tallest - len(members)) / 2 + len(members) - 1 - row))
    for node in nodes:
        for parent in node.parents:
            (x0, y0), (x1, y1) = place[id(parent)], place[id(node)]
            start, end = (x0 + _half_width(parent), y0), (x1 - _half_width(node), y1)
            arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=COLOURS["grey"])
            axes.add_patch(arrow)
    for node in nodes:
        x, y = place[id(node)]
        edge = COLOURS["blue"] if node.parents else COLOURS["grey"]
        axes.text(
            x,
            y,
            _label(node),
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.45", "fc": "white", "ec": edge},
        )
        axes.text(x, y + 0.47, f"{node.value:.{digits}g}", ha="center", va="bottom", color=COLOURS["blue"])
        if gradients and node.gradient is not None:
            end = nodes[-1].name
            text = f"d{end}/d{node.name} = {node.gradient:.{digits}g}"
            axes.text(x, y - 0.47, text, ha="center", va="top", color=COLOURS["vermillion"], fontsize=9)
    axes.set_xlim(-1.2, 2.6 * last + 1.2)
    axes.set_ylim(-1.1, 1.7 * (tallest - 1) + 1.1)
    axes.axis("off")
