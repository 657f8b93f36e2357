"""The map of the course: five tracks, one box a lesson."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_utils.plots.style import COLOURS

TRACK_COLOURS = ("blue", "vermillion", "green", "purple", "orange")


def draw_course_map(
    tracks: Sequence[tuple[str, Sequence[str]]], ready: Collection[tuple[int, int]]
) -> Figure:
    """Draw every lesson as a box in the row of its track.

    tracks : (title, lesson titles) of each track, in order
    ready  : (track, lesson) numbers, counted from 1, of the lessons that are there; they are
             filled, the others outlined with a dashed line
    Returns the figure.
    """
    longest = max(len(lessons) for _, lessons in tracks)
    figure, axis = plt.subplots(figsize=(11, 1.05 * len(tracks) + 0.3))
    for row, (title, lessons) in enumerate(tracks):
        colour = COLOURS[TRACK_COLOURS[row % len(TRACK_COLOURS)]]
        y = len(tracks) - row
        axis.text(0, y, f"{row + 1}", color=colour, fontsize=18, weight="bold", va="center")
        axis.text(0.28, y, "\n".join(textwrap.wrap(title, 18)), fontsize=9, va="center")
        for column, lesson in enumerate(lessons):
            there = (row + 1, column + 1) in ready
            box = FancyBboxPatch(
                (1.75 + 1.18 * column, y - 0.36),
                1.04,
                0.72,
                boxstyle="round,pad=0.03",
                facecolor=colour if there else "white",
                edgecolor=colour,
                linestyle="-" if there else "--",
                alpha=0.9 if there else 0.7,
            )
            axis.add_patch(box)
            words = "\n".join(textwrap.wrap(f"{row + 1}.{column + 1} {lesson}", 15))
            axis.text(
                2.27 + 1.18 * column,
                y,
                words,
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if there else COLOURS["black"],
            )
    axis.set(xlim=(-0.1, 1.75 + 1.18 * longest), ylim=(0.45, len(tracks) + 0.55))
    axis.axis("off")
    return figure
