"""Explorer: two shapes in, the stretched grids or the error out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Hashable, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE

OPERATIONS: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "A + B": np.add,
    "A − B": np.subtract,
    "A · B": np.multiply,
}
LARGEST = 6  # cells along one axis
MOST_AXES = 3
ROOM = (6.7, 5.9)  # for one array, in the units of the picture: width, height


@dataclasses.dataclass(frozen=True)
class BroadcastState:
    """shape_A, shape_B: as Python writes them, such as "(3, 1)"; operation."""

    shape_A: str = "(3, 1)"
    shape_B: str = "(1, 4)"
    operation: str = "A + B"


@dataclasses.dataclass(frozen=True)
class Broadcast:
    """Arrays A and B, stretched copies and the result; None where the shapes do not fit.

    lines : one (axis from the right, size in A, size in B, what the rule says) for each axis
    error : NumPy's own words when it refuses
    """

    state: BroadcastState
    A: np.ndarray
    B: np.ndarray
    stretched_A: np.ndarray | None
    stretched_B: np.ndarray | None
    result: np.ndarray | None
    lines: tuple[tuple[int, str, str, str], ...]
    error: str


def read_shape(text: str) -> tuple[int, ...]:
    """Read a shape such as "(3, 1)", "3, 1", "(4,)" or "()".

    Raises ValueError that says what is wrong with it.
    """
    inner = text.strip()
    if inner.startswith("(") != inner.endswith(")"):
        raise ValueError(f"shape {text!r} has one bracket without the other")
    inner = inner.strip("()").strip()
    if inner == "":
        return ()
    parts = [part.strip() for part in inner.removesuffix(",").split(",")]
    if not all(re.fullmatch(r"\d+", part) for part in parts):
        raise ValueError(f"shape {text!r} needs whole numbers with commas between, such as (3, 1)")
    shape = tuple(int(part) for part in parts)
    if len(shape) > MOST_AXES:
        raise ValueError(f"shape {text!r} has {len(shape)} axes; at most {MOST_AXES} can be drawn")
    if not all(1 <= size <= LARGEST for size in shape):
        raise ValueError(f"shape {text!r} needs sizes from 1 to {LARGEST}")
    return shape


def rule_lines(shape_A: tuple[int, ...], shape_B: tuple[int, ...]) -> tuple[tuple[int, str, str, str], ...]:
    """What the broadcasting rule says of each axis, from the last one to the first."""
    lines = []
    for axis in range(1, max(len(shape_A), len(shape_B)) + 1):
        a = shape_A[-axis] if axis <= len(shape_A) else None
        b = shape_B[-axis] if axis <= len(shape_B) else None
        if a is None or b is None:
            who = "A" if a is None else "B"
            said = f"missing in {who}: counts as 1" + (", stretched" if (a or b) > 1 else "")
        elif a == b:
            said = "equal: fits"
        elif a == 1 or b == 1:
            said = f"1 in {'A' if a == 1 else 'B'}: stretched to {max(a, b)}"
        else:
            said = "different, none is 1: ERROR"
        lines.append((-axis, "–" if a is None else str(a), "–" if b is None else str(b), said))
    return tuple(lines)


class BroadcastingExplorer(Explorer):
    """Broadcasting in pictures: what NumPy stretches, and when it refuses."""

    key = "broadcasting"
    title = "Broadcasting"
    presets = (
        Preset("Column and row", "Each is stretched along the axis where it has size 1.", {}),
        Preset(
            "Add a bias",
            "b of shape (3, 1) is added to each of the m columns of Z: what a dense layer does.",
            {"shape_A": "(3, 5)", "shape_B": "(3, 1)"},
        ),
        Preset("A number", "A number has no axis at all and is stretched to everything.", {"shape_B": "()"}),
        Preset(
            "Rank-1 array",
            "(3,) is neither a row nor a column. Beside (3, 1) it counts as a row of shape (1, 3), and the "
            "difference becomes a 3 × 3 table: no error, wrong result.",
            {"shape_A": "(3, 1)", "shape_B": "(3,)", "operation": "A − B"},
            goes_wrong=True,
        ),
        Preset(
            "Does not fit",
            "4 against 3, and neither is 1. NumPy refuses.",
            {"shape_A": "(3, 4)", "shape_B": "(3,)"},
            goes_wrong=True,
        ),
        Preset(
            "Three axes",
            "Axes are compared from the right; the missing first one counts as 1.",
            {"shape_A": "(2, 3, 4)", "shape_B": "(3, 1)"},
        ),
    )

    def __init__(self) -> None:
        super().__init__(BroadcastState())

    def build_controls(self, state: BroadcastState) -> Mapping[str, ipywidgets.Widget]:
        def shape(value: str, name: str) -> ipywidgets.Widget:
            return ipywidgets.Text(
                value=value, description=f"Shape of {name}", continuous_update=False, placeholder="(3, 1)"
            )

        return {
            "shape_A": shape(state.shape_A, "A"),
            "shape_B": shape(state.shape_B, "B"),
            "operation": ipywidgets.Dropdown(
                options=list(OPERATIONS), value=state.operation, description="Operation"
            ),
        }

    def check(self, state: BroadcastState) -> None:
        read_shape(state.shape_A)
        read_shape(state.shape_B)

    def compute(self, state: BroadcastState) -> Broadcast:
        """Stretch and combine, by NumPy itself."""
        shapes = read_shape(state.shape_A), read_shape(state.shape_B)
        A, B = (
            start + np.arange(int(np.prod(shape))).reshape(shape)
            for start, shape in zip((1, 10), shapes, strict=True)
        )
        lines = rule_lines(*shapes)
        try:
            stretched = np.broadcast_arrays(A, B)
            return Broadcast(state, A, B, *stretched, OPERATIONS[state.operation](A, B), lines, "")
        except ValueError:
            try:
                OPERATIONS[state.operation](A, B)
                error = ""
            except ValueError as refused:
                error = str(refused).strip()
            return Broadcast(state, A, B, None, None, None, lines, error)

    def build_figure(self) -> LiveFigure:
        live = self._live = LiveFigure(9.4, 4.0)
        with mpl.rc_context(dict(STYLE)):
            self._axes = live.figure.subplots(1, 1)
            self._axes.axis("off")
            self._axes.set(xlim=(0, 23.5), ylim=(10, 0))
            self._cells = PolyCollection([], ec="#555555", lw=0.8)
            self._axes.add_collection(self._cells, autolim=False)
        live.live(self._cells)
        return live

    def draw(self, result: Broadcast) -> Hashable:
        self._squares: list[tuple[list, str]] = []
        colours = {"A": "#cfe5f3", "B": "#fbe3d3", "stretched": "#ffffff", "result": "#d3ece4"}
        stamp = self._live.stamp
        shape_A, shape_B = str(result.A.shape), str(result.B.shape)
        if result.result is None:
            self._grid(result.A, 2, result.A, "A", f"A {shape_A}", colours)
            self._grid(result.B, 10, result.B, "B", f"B {shape_B}", colours)
            stamp(self._axes, 16.5, 3.2, "NumPy refuses", 12, COLOURS["vermillion"], "lm", "Bold")
        else:
            sign = result.state.operation[2]
            self._grid(result.stretched_A, 0.6, result.A, "A", f"A {shape_A}", colours)
            stamp(self._axes, 7.7, 3.2, sign, 16)
            self._grid(result.stretched_B, 8.6, result.B, "B", f"B {shape_B}", colours)
            stamp(self._axes, 15.7, 3.2, "=", 16)
            shape = str(result.result.shape)
            self._grid(result.result, 16.6, None, "result", f"result {shape}", colours)
        self._cells.set_verts([square for square, _ in self._squares])
        self._cells.set_facecolor([colour for _, colour in self._squares])
        for row, text in enumerate(("axis   size in A   size in B   rule, from the last axis to the first",)):
            stamp(self._axes, 0.6, 7.2 + row, text, 9, "#555555", "lm")
        for row, (axis, a, b, said) in enumerate(result.lines, start=1):
            colour = COLOURS["vermillion"] if "ERROR" in said else "black"
            for x, text in ((0.7, str(axis).replace("-", "−")), (2.9, a), (5.3, b), (6.9, said)):
                stamp(self._axes, x, 7.2 + 0.75 * row, text, 9, colour, "lm")
        return None

    def _grid(
        self,
        values: np.ndarray,
        x: float,
        original: np.ndarray | None,
        kind: str,
        title: str,
        colours: Mapping[str, str],
    ) -> None:
        """Draw an array as squares with numbers; copies are white, layers stand behind each other."""
        layers = values.reshape((1,) * (3 - values.ndim) + values.shape)  # (layers, rows, columns)
        small = (1, 1, 1)
        if original is not None:
            small = (1,) * (3 - original.ndim) + original.shape
        self._live.stamp(self._axes, x, 0.35, title, 10, anchor="lm", style="Bold")
        depth, rows, columns = layers.shape
        size, shift = (0.95, 0.0) if depth == 1 else (0.8, 0.42)
        # Six layers of six by six would reach over the edge and into the rules: shrink what is too large.
        small_enough = min(
            1.0,
            ROOM[0] / (size * columns + shift * (depth - 1)),
            ROOM[1] / (size * rows + shift * (depth - 1)),
        )
        size, shift = size * small_enough, shift * small_enough
        for layer in reversed(range(depth)):
            left, top = x + shift * layer, 0.9 + shift * (depth - 1 - layer)
            for row, column in np.ndindex(layers.shape[1:]):
                copied = original is not None and any(
                    index >= own for index, own in zip((layer, row, column), small, strict=True)
                )
                a, b = left + size * column, top + size * row
                square = [(a, b), (a + size, b), (a + size, b + size), (a, b + size)]
                self._squares.append((square, colours["stretched" if copied else kind]))
        for row, column in np.ndindex(layers.shape[1:]):
            a, b = x + size * (column + 0.5), 0.9 + shift * (depth - 1) + size * (row + 0.5)
            copied = original is not None and (row >= small[1] or column >= small[2])
            colour = "#777777" if copied else "black"
            text = str(layers[0, row, column]).replace("-", "−")
            self._live.stamp(self._axes, a, b, text, 8, colour, style="Oblique" if copied else "")

    def describe(self, result: Broadcast) -> str:
        shape_A, shape_B = result.A.shape, result.B.shape
        if result.result is None:
            return f"**NumPy refuses** {shape_A} with {shape_B}: {result.error}."
        stretched = [
            name for name, array in (("A", result.A), ("B", result.B)) if array.shape != result.result.shape
        ]
        words = {0: "nothing is stretched", 1: "{} is stretched", 2: "{} and {} are stretched"}
        done = words[len(stretched)].format(*stretched)
        shape = result.result.shape
        text = f"{result.state.operation} of {shape_A} and {shape_B} has shape **{shape}**; {done}."
        if len(stretched) == 2:
            text += " White cells are copies that NumPy never stores."
        if 1 in (len(shape_A), len(shape_B)) and len(stretched) == 2:
            text += " A rank-1 array counts as a row: check that you meant it."
        return text

    def goes_wrong(self, result: Broadcast) -> bool:
        return result.result is None
