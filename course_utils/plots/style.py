"""One look for all figures of the course.

Colours are the palette of Okabe and Ito (2008), told apart by colour-blind readers; they
never carry meaning alone, so lines also differ in dash or are labelled where they end.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import matplotlib as mpl

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0072B2",
        "vermillion": "#D55E00",
        "green": "#009E73",
        "orange": "#E69F00",
        "sky": "#56B4E9",
        "purple": "#CC79A7",
        "yellow": "#F0E442",
        "black": "#222222",
        "grey": "#8A8A8A",
    }
)

DASHES: tuple[str, ...] = ("-", "--", "-.", ":")

STYLE: Mapping[str, object] = MappingProxyType(
    {
        "figure.figsize": (7.0, 3.2),
        "figure.dpi": 100,
        "savefig.dpi": 100,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "axes.prop_cycle": mpl.cycler(
            color=[
                COLOURS[name] for name in ("blue", "vermillion", "green", "orange", "sky", "purple", "black")
            ]
        ),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.labelsize": 10,
        "axes.grid": False,
        "font.size": 10,
        "font.family": "DejaVu Sans",  # ships with Matplotlib: the same letters on every machine
        "legend.frameon": False,
        "legend.fontsize": 9,
        "lines.linewidth": 1.8,
        "image.cmap": "cividis",
        "svg.hashsalt": "course",
    }
)


def use_style() -> None:
    """Set the course's look for all figures drawn after this call in this process.

    Called once at the top of each lesson.
    """
    mpl.rcParams.update(dict(STYLE))
