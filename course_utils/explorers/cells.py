"""A small array drawn as coloured cells with their numbers, channels side by side."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle

from course_utils.explorers.canvas import LiveFigure
from course_utils.plots.style import COLOURS

MOST_CHANNELS = 2
LEAST_CELLS = 4  # a smaller table is not blown up further
_PALE = 0.55  # share of the map's colour; the rest is white, so that black numbers can be read
_BORDER = np.array([0.9, 0.9, 0.9])


def number_text(value: float) -> str:
    """A number as short as two decimals allow: 3, -0.25, 0.33."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class CellTable:
    """Draws an array (rows, columns, channels) into axes, again and again."""

    def __init__(self, live: LiveFigure, axes: Axes) -> None:
        """live : the figure that owns the axes"""
        self._live, self.axes = live, axes
        axes.set_axis_off()
        axes.set_title(" ")  # keeps its room when the figure is arranged
        axes.set_aspect("equal")
        self._cells = axes.add_collection(PolyCollection([], edgecolors="#777777", lw=0.8, zorder=2))
        self.frames = [
            axes.add_patch(Rectangle((0, 0), 0, 0, fill=False, ec=COLOURS["vermillion"], lw=3, zorder=4))
            for _ in range(MOST_CHANNELS)
        ]
        live.live(self._cells, *self.frames)
        self.values = np.zeros((0, 0, 0))
        self._shape = (0, 0, 0)

    def lay_out(self, shape: tuple[int, int, int], title: str) -> None:
        """Make room for rows × columns × channels; the figure's background changes."""
        rows, columns, channels = self._shape = shape
        width = channels * columns + (channels - 1)  # one empty column between channels
        x_space, y_space = max(0, LEAST_CELLS - width) / 2, max(0, LEAST_CELLS - rows) / 2
        self.axes.set(xlim=(-0.55 - x_space, width - 0.45 + x_space))
        self.axes.set(ylim=(rows - 0.45 + y_space, -0.55 - y_space))
        self.axes.set_title(title, loc="left")
        self.axes.apply_aspect()  # now, so that `show` knows how large a cell is
        h, w, c = np.indices(self._shape).reshape(3, -1)  # the order of values.ravel()
        left, top = c * (columns + 1) + w - 0.5, h - 0.5
        corners = [(left, top), (left + 1, top), (left + 1, top + 1), (left, top + 1)]
        self._cells.set_verts(np.array(corners).transpose(2, 0, 1))  # (cells, 4, 2)

    def show(self, values: np.ndarray, border: int = 0, largest: float | None = None) -> None:
        """Show numbers; NaN is an empty cell.

        values  : (rows, columns, channels), as laid out
        border  : cells on each side that are drawn grey, as padding
        largest : size of the number with the full colour; the largest shown when None
        """
        self.values = values
        rows, columns, _ = self._shape
        self._cells.set_visible(values.size > 0)
        if not values.size:
            return
        sizes = np.abs(values[np.isfinite(values)])
        largest = largest or (sizes.max() if sizes.size and sizes.max() > 0 else 1.0)
        colours = mpl.colormaps["PuOr_r"](0.5 + 0.5 * np.nan_to_num(values) / largest)[..., :3]
        colours = 1 - _PALE * (1 - colours)  # (rows, columns, channels, 3)
        colours[~np.isfinite(values)] = 1
        if border:
            inside = np.zeros((rows, columns), bool)
            inside[border : rows - border, border : columns - border] = True
            colours[~inside] = _BORDER
        self._cells.set_facecolors(colours.reshape(-1, 3))
        cell = np.ptp(self.axes.transData.transform([(0, 0), (1, 0)])[:, 0])  # pixels
        for (h, w, c), value in np.ndenumerate(values):
            if np.isfinite(value):
                text = number_text(value)
                size = min(
                    11.0, cell * 72 / self._live.figure.dpi * (0.62 if len(text) < 3 else 1.45 / len(text))
                )
                self._live.stamp(self.axes, c * (columns + 1) + w, h, text, size=size)

    def frame(self, top: int, left: int, height: int, width: int) -> None:
        """Frame the same cells in every channel; height 0 takes the frames away."""
        _, columns, channels = self._shape
        for c, frame in enumerate(self.frames):
            there = c < channels and height > 0
            frame.set_visible(there)
            if there:
                frame.set_bounds(c * (columns + 1) + left - 0.5, top - 0.5, width, height)
