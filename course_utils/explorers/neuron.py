"""Explorer: nudge the weights of a perceptron beside a sigmoid neuron."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.decision_boundary import PROBABILITIES
from course_utils.explorers.settings import Preset
from course_utils.kernels.activations import sigmoid
from course_utils.plots.style import COLOURS, STYLE

GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}
CORNERS = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])  # (2, 4) the inputs of a gate
SPAN = (-0.5, 1.5)


@dataclasses.dataclass(frozen=True)
class NeuronState:
    """w_1, w_2, b: weights and bias of both neurons; x_1, x_2: the input looked at; gate: the truth
    table they should answer; nudge: change of w_1 whose effect is measured.
    """

    w_1: float = 2.0
    w_2: float = 2.0
    b: float = -3.0
    x_1: float = 1.0
    x_2: float = 1.0
    gate: str = "AND"
    nudge: float = 0.1


@dataclasses.dataclass(frozen=True)
class NeuronResult:
    """z at the input, both answers, their change by the nudge, and the answers to the four corners."""

    state: NeuronState
    z: float
    step: int
    a: float
    step_change: int
    a_change: float
    corner_steps: tuple[int, ...]
    corner_a: tuple[float, ...]

    @property
    def right(self) -> int:
        """How many of the four corners the perceptron answers as the gate wants."""
        return sum(s == t for s, t in zip(self.corner_steps, GATES[self.state.gate], strict=True))


class NeuronExplorer(Explorer):
    """A perceptron flips, a sigmoid neuron glides: the same weights, the same input."""

    key = "neuron"
    title = "Perceptron and sigmoid neuron"
    presets = (
        Preset("AND", "Only both inputs together reach over the threshold.", {}),
        Preset("OR", "A smaller threshold: one input is enough.", {"b": -1.0, "gate": "OR"}),
        Preset("NAND", "AND with all signs turned.", {"w_1": -2.0, "w_2": -2.0, "b": 3.0, "gate": "NAND"}),
        Preset(
            "XOR",
            "The two corners that want 1 lie across from each other. No straight line parts them from the "
            "others: at most three of four come out right, whatever the weights.",
            {"b": -1.0, "gate": "XOR"},
            goes_wrong=True,
        ),
        Preset(
            "At the threshold",
            "z is just below 0. The nudge flips the perceptron from 0 to 1; the sigmoid neuron moves by a "
            "hundredth or two.",
            {"w_1": 2.0, "w_2": 0.95, "b": -3.0},
        ),
        Preset(
            "Saturated",
            "With large weights the sigmoid is as steep as a step, and flat everywhere else: a nudge changes "
            "nothing that could be learned from.",
            {"w_1": 10.0, "w_2": 10.0, "b": -9.0, "gate": "OR"},
            goes_wrong=True,
        ),
    )

    def __init__(self) -> None:
        super().__init__(NeuronState())

    def build_controls(self, state: NeuronState) -> Mapping[str, ipywidgets.Widget]:
        def slider(field: str, least: float, greatest: float, step: float, text: str) -> ipywidgets.Widget:
            value = getattr(state, field)
            return ipywidgets.FloatSlider(value=value, min=least, max=greatest, step=step, description=text)

        return {
            "w_1": slider("w_1", -10, 10, 0.05, "Weight w₁"),
            "w_2": slider("w_2", -10, 10, 0.05, "Weight w₂"),
            "b": slider("b", -10, 10, 0.05, "Bias b"),
            "nudge": slider("nudge", 0.01, 1, 0.01, "Nudge of w₁"),
            "x_1": slider("x_1", *SPAN, 0.05, "Input x₁"),
            "x_2": slider("x_2", *SPAN, 0.05, "Input x₂"),
            "gate": ipywidgets.Dropdown(options=list(GATES), value=state.gate, description="Truth table"),
        }

    def compute(self, state: NeuronState) -> NeuronResult:
        """Answer the input, the nudged weight, and the four corners."""
        z = state.w_1 * state.x_1 + state.w_2 * state.x_2 + state.b
        nudged = z + state.nudge * state.x_1
        a, a_nudged = sigmoid(np.array([z, nudged]))
        corners = state.w_1 * CORNERS[0] + state.w_2 * CORNERS[1] + state.b  # (4,)
        return NeuronResult(
            state,
            z,
            int(z > 0),
            float(a),
            int(nudged > 0) - int(z > 0),
            float(a_nudged - a),
            tuple((corners > 0).astype(int).tolist()),
            tuple(sigmoid(corners).tolist()),
        )

    def build_figure(self) -> LiveFigure:
        live = self._live = LiveFigure(9.4, 3.5)
        with mpl.rc_context(dict(STYLE)):
            self._planes = live.figure.subplots(1, 3, width_ratios=(1, 1, 1.2))
            self._images, self._lines, self._dots = [], [], []
            for axes, name in zip(
                self._planes, ("Perceptron: 0 or 1", "Sigmoid neuron: 0 to 1"), strict=False
            ):
                image = axes.imshow(
                    np.zeros((2, 2)),
                    extent=(*SPAN, *SPAN),
                    origin="lower",
                    cmap=PROBABILITIES,
                    vmin=0,
                    vmax=1,
                    alpha=0.8,
                )
                (line,) = axes.plot([], [], color="black", lw=1.6)
                axes.plot(*CORNERS, "o", color="black", ms=3)
                (dot,) = axes.plot(
                    [], [], "*", color=COLOURS["vermillion"], mec="black", ms=15, clip_on=False
                )
                axes.set(xlim=SPAN, ylim=SPAN, xlabel="$x_1$", ylabel="$x_2$", title=name)
                self._images.append(image)
                self._lines.append(line)
                self._dots.append(dot)
            curve = self._planes[2]
            z = np.linspace(-8.6, 8.6, 345)
            curve.plot(z, (z > 0).astype(float), color=COLOURS["blue"], ls="--", label="perceptron")
            curve.plot(z, sigmoid(z), color=COLOURS["vermillion"], label="sigmoid")
            curve.set(
                xlim=(-8.6, 8.6), ylim=(-0.08, 1.12), xlabel="$z = w_1 x_1 + w_2 x_2 + b$", title="Answer"
            )
            curve.legend(loc="upper left", fontsize=8)
            (self._step_now,) = curve.plot(
                [], [], "s", color=COLOURS["blue"], mec="black", ms=9, clip_on=False
            )
            (self._a_now,) = curve.plot(
                [], [], "o", color=COLOURS["vermillion"], mec="black", ms=9, clip_on=False
            )
            (self._moves,) = curve.plot([], [], "k-", lw=2.5, solid_capstyle="butt")
        live.live(*self._images, *self._lines, *self._dots, self._step_now, self._a_now, self._moves)
        return live

    def draw(self, result: NeuronResult) -> Hashable:
        state = result.state
        side = np.linspace(*SPAN, 61)
        x_1, x_2 = np.meshgrid(side, side)
        z = state.w_1 * x_1 + state.w_2 * x_2 + state.b  # (61, 61)
        self._images[0].set_data((z > 0).astype(float))
        self._images[1].set_data(sigmoid(z))
        for line, dot in zip(self._lines, self._dots, strict=True):
            line.set_data(*_zero_line(state))
            dot.set_data([state.x_1], [state.x_2])
        for axes, answers in zip(self._planes, (result.corner_steps, result.corner_a), strict=False):
            for x, y, answer, wanted in zip(*CORNERS, answers, GATES[state.gate], strict=True):
                right = (answer > 0.5) == bool(wanted)
                text = f"{answer:.2f}".rstrip("0").rstrip(".") + ("" if right else f" ≠ {wanted}")
                self._live.stamp(axes, x, y - 0.17, text, 9, style="Bold", halo="white")
        at = float(np.clip(result.z, -8, 8))
        self._step_now.set_data([at], [result.step])
        self._a_now.set_data([at], [result.a])
        moved = float(np.clip(result.z + state.nudge * state.x_1, -8, 8))
        self._moves.set_data([at, moved], [result.a, result.a + result.a_change])
        return None

    def describe(self, result: NeuronResult) -> str:
        state = result.state
        flip = (
            "does not change"
            if result.step_change == 0
            else f"**flips to {result.step + result.step_change}**"
        )
        parts = f"{state.w_1:g} · {state.x_1:g} {_signed(state.w_2)} · {state.x_2:g} {_signed(state.b)}"
        text = (
            f"z = {parts} = {result.z:.2f}. Perceptron {result.step}, sigmoid {result.a:.3f}. "
            f"Nudge w₁ by {state.nudge:g}: the perceptron {flip}, "
            f"the sigmoid neuron {_change(result.a_change)}. "
            f"The perceptron answers {result.right} of 4 lines of {state.gate} right."
        )
        if state.w_1 == 0 and state.w_2 == 0:
            text += " Both weights are 0: the input has no say."
        return text


def _change(value: float) -> str:
    """How far an answer moved, in words where three digits would read 0."""
    if value == 0:
        return "does not change"
    return f"changes by {value:+.3f}" if abs(value) >= 0.0005 else "changes by less than 0.001"


def _signed(value: float) -> str:
    """A further summand with its sign set off, as in "+ 2" or "− 3"."""
    return f"{'−' if value < 0 else '+'} {abs(value):g}"


def _zero_line(state: NeuronState) -> tuple[list[float], list[float]]:
    """Two points of the line z = 0; empty when both weights are 0."""
    size = state.w_1**2 + state.w_2**2
    if size == 0:
        return [], []
    x, y = -state.b * state.w_1 / size, -state.b * state.w_2 / size
    dx, dy = -state.w_2 / size**0.5, state.w_1 / size**0.5
    return [x - 30 * dx, x + 30 * dx], [y - 30 * dy, y + 30 * dy]
