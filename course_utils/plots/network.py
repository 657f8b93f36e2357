"""Drawing a dense network: a column of circles a layer, a line a weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from course_utils.plots.style import COLOURS


def unit_places(n: int, most: int = 8) -> tuple[np.ndarray, float | None]:
    """Heights of a layer's circles, from top to bottom, centred on 0.

    n    : units in the layer
    most : circles drawn at most; a layer with more units leaves a gap in the middle
    Returns heights (min(n, most),) one apart, and the height of the gap, None where all units are drawn.
    Raises ValueError when n is below 1 or most below 2.
    """
    if n < 1 or most < 2:
        raise ValueError(f"a layer needs n of at least 1 and most of at least 2, got n={n}, most={most}")
    if n <= most:
        return (n - 1) / 2 - np.arange(n), None
    heights = most / 2 - np.arange(most + 1)  # one place more, for the gap
    gap = most // 2
    return np.delete(heights, gap), float(heights[gap])


def draw_network(
    sizes: Sequence[int], axes: Axes, *, names: Sequence[str] | None = None, most: int = 8
) -> None:
    """Draw the layers of a dense network from left to right, with their number of units.

    sizes : n[0], n[1], …, n[L]
    axes  : where to draw; its frame and ticks are taken away
    names : a line of text below each layer; "x", "layer 1", …, "layer L" when None
    most  : circles drawn in a layer at most; three dots stand for the rest
    Raises ValueError for fewer than two layers or another number of names than layers.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes is {tuple(sizes)}, needs at least n[0] and n[1]")
    if names is None:
        names = ["x", *(f"layer {l}" for l in range(1, len(sizes)))]
    if len(names) != len(sizes):
        raise ValueError(f"names has {len(names)} entries, needs {len(sizes)}, one a layer")
    layers = [unit_places(n, most) for n in sizes]
    bottom = min(heights.min() for heights, _ in layers)
    for l, (heights, gap) in enumerate(layers):
        if l > 0:
            before = layers[l - 1][0]
            lines = [((l - 1, y0), (l, y1)) for y0 in before for y1 in heights]
            axes.add_collection(LineCollection(lines, colors=COLOURS["grey"], lw=0.5, zorder=1))
        face = COLOURS["sky"] if 0 < l < len(sizes) - 1 else "white"
        axes.plot(np.full(len(heights), l), heights, "o", ms=15, color=face, mec=COLOURS["black"], zorder=2)
        if gap is not None:
            axes.text(l, gap, "⋮", ha="center", va="center", fontsize=14, zorder=3)
        axes.text(l, bottom - 0.8, f"{names[l]}\nn = {sizes[l]}", ha="center", va="top")
    top = max(heights.max() for heights, _ in layers)
    axes.set(xlim=(-0.5, len(sizes) - 0.5), ylim=(bottom - 2.2, top + 0.7))
    axes.set_axis_off()
