"""Explorer: the decision boundary of shallow and deep networks, trained while you look."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.planar import (
    ACTIVATIONS,
    DATA_SETS,
    EXTENT,
    Progress,
    accuracy,
    network_forward,
    planar_data,
    probability_grid,
    train_planar,
)
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE

PROBABILITIES = LinearSegmentedColormap.from_list(
    "orange to blue", [COLOURS["orange"], "#ffffff", COLOURS["blue"]]
)
TRAIN_EXAMPLES, TEST_EXAMPLES = 200, 400


class BoundaryView:
    """Axes with the probability of class 1 as colour, its 0.5 line, and labelled points.

    axes   : where to draw
    figure : the live figure the axes belong to
    """

    def __init__(self, axes: mpl.axes.Axes, figure: LiveFigure) -> None:
        self._axes, self._figure = axes, figure
        box = (-EXTENT, EXTENT, -EXTENT, EXTENT)
        self.image = axes.imshow(
            np.full((2, 2), 0.5),
            extent=box,
            origin="lower",
            cmap=PROBABILITIES,
            vmin=0,
            vmax=1,
            interpolation="bilinear",
            zorder=1,
            alpha=0.8,
        )
        self.line = None
        (self.zeros,) = axes.plot([], [], "o", color=COLOURS["orange"], mec="black", mew=0.7, ms=5, zorder=4)
        (self.ones,) = axes.plot([], [], "s", color=COLOURS["blue"], mec="black", mew=0.7, ms=5, zorder=4)
        axes.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), xlabel="$x_1$", ylabel="$x_2$")
        figure.live(self.image, self.zeros, self.ones)

    def draw(self, probabilities: np.ndarray, X: np.ndarray, Y: np.ndarray) -> None:
        """Show a grid of probabilities (points, points) and the examples X (2, m), Y (1, m)."""
        self.image.set_data(probabilities)
        self.zeros.set_data(*X[:, Y[0] < 0.5])
        self.ones.set_data(*X[:, Y[0] > 0.5])
        if self.line is not None:
            self._figure.forget(self.line)
            self.line = None
        if np.isfinite(probabilities).all() and probabilities.min() < 0.5 < probabilities.max():
            side = np.linspace(-EXTENT, EXTENT, len(probabilities))
            self.line = self._axes.contour(
                side, side, probabilities, levels=[0.5], colors="black", linewidths=1.6, zorder=3
            )
            self._figure.live(self.line)


@dataclasses.dataclass(frozen=True)
class BoundaryState:
    """data: name of the data set; noise; layers: hidden layers; units: in each of them; activation;
    optimiser; learning_rate; epochs: passes over the data; seed: of data and first weights.
    """

    data: str = "two moons"
    noise: float = 0.15
    layers: int = 1
    units: int = 4
    activation: str = "tanh"
    optimiser: str = "gradient descent"
    learning_rate: float = 1.0
    epochs: int = 400
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """n[0], …, n[L]."""
        return (2, *[self.units] * self.layers, 1)


@dataclasses.dataclass(frozen=True)
class Boundary:
    """A trained (or half-trained) network with what is drawn of it."""

    state: BoundaryState
    X: np.ndarray
    Y: np.ndarray
    progress: Progress
    probabilities: np.ndarray
    train_accuracy: float
    test_accuracy: float
    dead_units: int


class DecisionBoundaryExplorer(Explorer):
    """Playground: data set, depth, width, activation and learning rate against the boundary.

    Lines in the picture are where the units of the first hidden layer are zero: all curves of
    the boundary are put together from them.
    """

    key = "decision-boundary"
    title = "Decision boundary"
    presets = (
        Preset(
            "No hidden layer",
            "Logistic regression: one straight line, whatever the data. It cannot part a circle from "
            "its ring.",
            {"data": "circle in a ring", "layers": 0},
            goes_wrong=True,
        ),
        Preset(
            "Three units close a ring",
            "Three lines are the fewest that can fence in a circle. The boundary is a rounded triangle.",
            {"data": "circle in a ring", "units": 3, "epochs": 1000},
        ),
        Preset(
            "Linear units",
            "Twenty units in three layers, yet one straight line: a product of matrices is a matrix.",
            {
                "data": "circle in a ring",
                "layers": 3,
                "units": 20,
                "activation": "none (linear)",
                "learning_rate": 0.1,
            },
            goes_wrong=True,
        ),
        Preset(
            "Spirals, shallow",
            "One hidden layer of five units has too few lines for two spirals.",
            {"data": "two spirals", "noise": 0.03, "units": 5, "optimiser": "Adam", "learning_rate": 0.0316},
            goes_wrong=True,
        ),
        Preset(
            "Spirals, deep",
            "Three layers of twelve units bend the plane again and again, and follow the spirals.",
            {
                "data": "two spirals",
                "noise": 0.03,
                "layers": 3,
                "units": 12,
                "optimiser": "Adam",
                "learning_rate": 0.02,
                "epochs": 600,
            },
        ),
        Preset(
            "Sigmoid in deep layers",
            "Five sigmoid layers: each shrinks the gradient to a quarter or less, so the first layers hardly "
            "learn. The cost stays near log 2, the cost of guessing.",
            {"activation": "sigmoid", "layers": 5, "units": 8, "learning_rate": 0.316},
            goes_wrong=True,
        ),
        Preset(
            "Rate too large",
            "The cost jumps up and down and the ReLU units die: they answer 0 everywhere and have no slope "
            "left.",
            {"activation": "ReLU", "layers": 2, "units": 8, "learning_rate": 31.6},
            goes_wrong=True,
        ),
    )

    def __init__(self) -> None:
        super().__init__(BoundaryState())

    def build_controls(self, state: BoundaryState) -> Mapping[str, ipywidgets.Widget]:
        return {
            "data": ipywidgets.Dropdown(options=list(DATA_SETS), value=state.data, description="Data"),
            "noise": ipywidgets.FloatSlider(
                value=state.noise, min=0, max=0.5, step=0.01, description="Noise"
            ),
            "layers": ipywidgets.IntSlider(value=state.layers, min=0, max=5, description="Hidden layers"),
            "units": ipywidgets.IntSlider(value=state.units, min=1, max=20, description="Units in each"),
            "activation": ipywidgets.Dropdown(
                options=list(ACTIVATIONS), value=state.activation, description="Activation"
            ),
            "optimiser": ipywidgets.Dropdown(
                options=["gradient descent", "Adam"], value=state.optimiser, description="Optimiser"
            ),
            "learning_rate": ipywidgets.FloatLogSlider(
                value=state.learning_rate,
                min=-3,
                max=2,
                step=0.05,
                description="Learning rate α",
                readout_format=".3g",
            ),
            "epochs": ipywidgets.IntSlider(
                value=state.epochs, min=0, max=1500, step=10, description="Epochs"
            ),
            "seed": ipywidgets.IntSlider(value=state.seed, min=0, max=20, description="Seed"),
        }

    def from_control(self, field: str, value: float | str) -> float | str:
        """The learning rate keeps three digits."""
        return float(f"{value:.3g}") if field == "learning_rate" else value

    def steps(self, state: BoundaryState) -> Iterator[tuple[float, Boundary]]:
        """Train, and yield the network every ten epochs."""
        rng = np.random.default_rng(state.seed)
        X, Y = planar_data(state.data, TRAIN_EXAMPLES, state.noise, rng)
        X_test, Y_test = planar_data(state.data, TEST_EXAMPLES, state.noise, rng)

        def boundary(progress: Progress) -> Boundary:
            def logits(points: np.ndarray) -> np.ndarray:
                with np.errstate(all="ignore"):
                    return network_forward(points, progress.parameters, state.activation)[0]

            return Boundary(
                state,
                X,
                Y,
                progress,
                probability_grid(logits),
                accuracy(logits(X), Y),
                accuracy(logits(X_test), Y_test),
                dead_units(X, progress, state.activation),
            )

        trained = train_planar(
            X,
            Y,
            state.sizes,
            state.activation,
            state.learning_rate,
            state.epochs,
            state.seed,
            state.optimiser,
        )
        for progress in trained:
            yield progress.epoch / max(state.epochs, 1), lambda progress=progress: boundary(progress)

    def compute(self, state: BoundaryState) -> Boundary:
        """Train to the end and return the network."""
        *_, (_, last) = self.steps(state)
        return last()

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.4, 3.9)
        with mpl.rc_context(dict(STYLE)):
            self._plane, self._curve = live.figure.subplots(1, 2, width_ratios=(1, 1.15))
            self._plane.set_aspect("equal")
            self._view = BoundaryView(self._plane, live)
            self._zero_lines = LineCollection([], colors=COLOURS["black"], lw=0.8, ls=":", zorder=2)
            self._plane.add_collection(self._zero_lines, autolim=False)
            self._plane.set_title("Probability of the class of squares")
            (self._costs,) = self._curve.plot([], [], color=COLOURS["vermillion"])
            self._curve.axhline(np.log(2), color=COLOURS["grey"], lw=1, ls="--")
            self._curve.text(
                0.99,
                np.log(2) + 0.02,
                "guessing: log 2",
                ha="right",
                va="bottom",
                transform=self._curve.get_yaxis_transform(),
                color="#555555",
                fontsize=9,
            )
            self._curve.set(xlabel="epoch", ylabel="cost J", ylim=(0, 1.1), title="Cost on the training set")
            self._off = self._curve.text(1, 1.02, "", transform=self._curve.transAxes, ha="right", fontsize=9)
        live.live(self._zero_lines, self._costs, self._off)
        return live

    def draw(self, result: Boundary) -> Hashable:
        self._view.draw(result.probabilities, result.X, result.Y)
        self._zero_lines.set_segments(unit_lines(result))
        costs = result.progress.costs
        self._costs.set_data(np.arange(len(costs)), np.where(np.isfinite(costs), costs, np.nan))
        self._curve.set_xlim(0, max(result.state.epochs, 1))
        off = np.any(costs > self._curve.get_ylim()[1])
        self._off.set_text(f"▲ off the top, up to {np.nanmax(costs):.3g}" if off else "")
        return result.state.epochs

    def describe(self, result: Boundary) -> str:
        state, progress = result.state, result.progress
        count = sum(p.size for p in progress.parameters.values())
        shapes = " ".join(
            f"({p.shape[0]}, {p.shape[1]})" for n, p in progress.parameters.items() if n[0] == "W"
        )
        network = f"{'–'.join(map(str, state.sizes))} network, {count} parameters, W of shapes {shapes}."
        if not progress.finite:
            return (
                f"**Diverges**: the cost is not a number any more after epoch {progress.epoch}; "
                f"lower the learning rate. {network}"
            )
        cost = f"cost {progress.costs[-1]:.3f}, " if len(progress.costs) else "untrained, "
        dead = ""
        if result.dead_units:
            dead = f" **{result.dead_units} ReLU units are dead**: they answer 0 to every example."
        return (
            f"Epoch {progress.epoch}: {cost}accuracy **{result.train_accuracy:.1%}** on the training set, "
            f"**{result.test_accuracy:.1%}** on new points.{dead} {network}"
        )

    def goes_wrong(self, result: Boundary) -> bool:
        return not result.progress.finite


def dead_units(X: np.ndarray, progress: Progress, activation: str) -> int:
    """Number of hidden ReLU units that answer 0 for every example X (2, m), so learn no more."""
    if activation != "ReLU" or not progress.finite:
        return 0
    _, caches = network_forward(X, progress.parameters, activation)
    return sum(int(np.sum((dense.A_prev == 0).all(axis=1))) for dense, *_ in caches[1:])


def unit_lines(result: Boundary) -> list[np.ndarray]:
    """Lines where the units of the first layer are zero, each (2, 2) two points of the plane."""
    W, b = result.progress.parameters["W1"], result.progress.parameters["b1"]
    lines = []
    if result.state.layers == 0:
        return lines
    for w, bias in zip(W, b[:, 0], strict=True):
        with np.errstate(all="ignore"):
            size = np.linalg.norm(w)
        if not np.isfinite(size) or size < 1e-12 or not np.isfinite(bias):
            continue
        foot, along = -bias * w / size**2, np.array([-w[1], w[0]]) / size
        if np.abs(foot).max() < 1e3:
            lines.append(np.stack([foot - 10 * along, foot + 10 * along]))
    return lines
