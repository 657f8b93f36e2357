"""Drawing an encoder and a decoder, unrolled: a box a step, one line between the two."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from course_utils.plots.style import COLOURS

TOP = 1.4  # height of the encoder's row; the decoder's is at 0


def draw_encoder_decoder(
    source: Sequence[str],
    target: Sequence[str],
    axes: Axes,
    *,
    probabilities: Sequence[float] | None = None,
    bridge: str = "",
) -> None:
    """Draw the steps of a sequence-to-sequence network with the words that go in and come out.

    source        : words read, one a step of the encoder
    target        : words written, one a step of the decoder; each is the input of the next step
    axes          : where to draw; its frame and ticks are taken away
    probabilities : of each written word, shown below it
    bridge        : text at the line from the encoder's last state to the decoder
    Raises ValueError for no words, or another number of probabilities than written words.
    """
    if len(source) == 0 or len(target) == 0:
        raise ValueError(f"source has {len(source)} words and target {len(target)}, each needs at least one")
    if probabilities is not None and len(probabilities) != len(target):
        raise ValueError(f"probabilities has {len(probabilities)} entries, needs {len(target)}, one a word")
    for t, word in enumerate(source):
        _state(axes, t, TOP, "sky")
        axes.annotate("", (t, TOP + 0.22), (t, TOP + 0.5), arrowprops={"arrowstyle": "->"})
        axes.text(t, TOP + 0.55, word, ha="center", va="bottom", fontsize=9)
    for t, word in enumerate(target):
        _state(axes, t, 0, "orange")
        axes.annotate("", (t, -0.5), (t, -0.22), arrowprops={"arrowstyle": "->"})
        below = word if probabilities is None else f"{word}\n{probabilities[t]:.2f}"
        axes.text(t, -0.55, below, ha="center", va="top", fontsize=9)
        if t + 1 < len(target):
            fed_back = {"arrowstyle": "->", "ls": ":", "color": COLOURS["black"]}
            axes.annotate("", (t + 0.84, -0.2), (t + 0.22, -0.52), arrowprops=fed_back)
    last = len(source) - 1
    axes.plot([last, last, 0, 0], [TOP - 0.21, 0.7, 0.7, 0.45], color=COLOURS["vermillion"], lw=2.2)
    thick = {"arrowstyle": "->", "color": COLOURS["vermillion"], "lw": 2.2}
    axes.annotate("", (0, 0.2), (0, 0.5), arrowprops=thick)
    axes.text(last / 2, 0.76, bridge, color=COLOURS["vermillion"], ha="center", va="bottom")
    for height, name in ((TOP, "encoder"), (0, "decoder")):
        axes.text(-0.75, height, name, ha="right", va="center", color=COLOURS["black"])
    axes.set(xlim=(-1.7, max(len(source), len(target)) - 0.4), ylim=(-1.15, TOP + 0.85))
    axes.axis("off")


def _state(axes: Axes, t: int, height: float, colour: str) -> None:
    """The box of one state, with an arrow from the state before."""
    corner = (t - 0.33, height - 0.18)
    box = FancyBboxPatch(
        corner, 0.66, 0.36, boxstyle="round,pad=0.03", fc=COLOURS[colour], alpha=0.35, ec=COLOURS["black"]
    )
    axes.add_patch(box)
    axes.text(t, height, f"$a^{{\\langle {t + 1} \\rangle}}$", ha="center", va="center", fontsize=9)
    if t:
        axes.annotate("", (t - 0.36, height), (t - 0.64, height), arrowprops={"arrowstyle": "->"})
