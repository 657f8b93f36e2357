"""Explorer: build a dense network layer by layer, see its shapes and parameters, watch it train."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping
from itertools import pairwise

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.planar import ACTIVATIONS, Progress, accuracy, network_forward, train_planar
from course_utils.explorers.settings import Preset
from course_utils.kernels.losses import sigmoid_cross_entropy
from course_utils.plots.network import draw_network
from course_utils.plots.style import COLOURS, STYLE

MOST_LAYERS, MOST_UNITS = 5, 64


@dataclasses.dataclass(frozen=True)
class NetworkState:
    """layers: hidden layers; units_1 … units_5: units in each (those beyond `layers` wait unused);
    activation of the hidden layers; learning_rate; epochs: passes over the data; seed: of the first weights.
    """

    layers: int = 2
    units_1: int = 16
    units_2: int = 8
    units_3: int = 8
    units_4: int = 8
    units_5: int = 8
    activation: str = "ReLU"
    learning_rate: float = 0.1
    epochs: int = 100
    seed: int = 0

    def sizes(self, n_x: int) -> tuple[int, ...]:
        """n[0], …, n[L] for n_x inputs and one output."""
        hidden = [getattr(self, f"units_{l}") for l in range(1, self.layers + 1)]
        return (n_x, *hidden, 1)


@dataclasses.dataclass(frozen=True)
class LayerShapes:
    """What belongs to one layer: shapes of W, b, and of Z and A; number of parameters."""

    layer: int
    W: tuple[int, int]
    b: tuple[int, int]
    Z: tuple[int, int]
    parameters: int


def layer_shapes(sizes: tuple[int, ...], m: int) -> list[LayerShapes]:
    """Shapes of every layer of a dense network.

    sizes : n[0], …, n[L]
    m     : examples
    Returns one entry a layer, 1 to L. Gradients have the shape of what they are the gradient of.
    """
    if len(sizes) < 2 or min(sizes) < 1 or m < 1:
        raise ValueError(
            f"needs at least n[0] and n[1], all at least 1, and m at least 1; got {sizes}, m={m}"
        )
    return [
        LayerShapes(layer, (n, n_prev), (n, 1), (n, m), n * n_prev + n)
        for layer, (n_prev, n) in enumerate(pairwise(sizes), start=1)
    ]


@dataclasses.dataclass(frozen=True)
class BuiltNetwork:
    """A trained (or half-trained) network.

    dev_epochs, dev_costs        : (points,) where the dev cost was looked at, and what it was
    train_accuracy, dev_accuracy : shares of right answers
    """

    state: NetworkState
    shapes: list[LayerShapes]
    progress: Progress
    dev_epochs: np.ndarray
    dev_costs: np.ndarray
    train_accuracy: float
    dev_accuracy: float

    @property
    def parameters(self) -> int:
        """Number of weights and biases of all layers."""
        return sum(shape.parameters for shape in self.shapes)


class NetworkBuilderExplorer(Explorer):
    """Choose depth and widths; see the network, the shapes, the parameter count, and train it live.

    X, Y         : (n_x, m) training examples and (1, m) labels 0 or 1
    X_dev, Y_dev : (n_x, m_dev) and (1, m_dev), for the second curve
    question     : what the labels mean, e.g. "is the digit odd?"
    """

    key = "network-builder"
    title = "Network builder"
    presets = (
        Preset(
            "No hidden layer",
            "Logistic regression. Fewest parameters, and a cost that stops early: a weighted sum of pixels "
            "is too simple for this question.",
            {"layers": 0, "epochs": 300},
        ),
        Preset(
            "One wide layer",
            "A shallow network. Nearly all of its parameters are weights from the pixels to the first layer.",
            {"layers": 1, "units_1": 64, "epochs": 300},
        ),
        Preset(
            "Pyramid",
            "Each layer is half as wide as the one before: many simple features, few complicated ones.",
            {"layers": 3, "units_1": 32, "units_2": 16, "units_3": 8, "epochs": 300},
        ),
        Preset(
            "Bottleneck of one",
            "Whatever the first layer found has to pass through one single number; wide layers behind it "
            "cannot bring back what is lost there. For a single yes-or-no question that costs little.",
            {"layers": 3, "units_1": 32, "units_2": 1, "units_3": 32, "epochs": 300},
        ),
        Preset(
            "Five sigmoid layers",
            "Each sigmoid shrinks the gradient to a quarter or less. The cost stays near log 2, the cost of "
            "guessing.",
            {
                "layers": 5,
                "units_1": 16,
                "units_2": 16,
                "units_3": 16,
                "units_4": 16,
                "units_5": 16,
                "activation": "sigmoid",
                "epochs": 300,
            },
            goes_wrong=True,
        ),
        Preset(
            "Rate too large",
            "The first steps throw the weights so far that the ReLU units die; what is left answers the same "
            "to every picture.",
            {"layers": 3, "units_1": 32, "units_2": 16, "units_3": 8, "learning_rate": 10.0},
            goes_wrong=True,
        ),
    )

    def __init__(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        X_dev: np.ndarray,
        Y_dev: np.ndarray,
        question: str = "is it class 1?",
    ) -> None:
        for name, x, y in (("X", X, Y), ("X_dev", X_dev, Y_dev)):
            if np.ndim(x) != 2 or np.shape(y) != (1, np.shape(x)[1]) or np.shape(x)[0] != np.shape(X)[0]:
                raise ValueError(
                    f"{name} has shape {np.shape(x)} with labels {np.shape(y)}, needs (n_x, m) with (1, m), "
                    "and the same n_x for training and dev set"
                )
        self.X, self.Y, self.X_dev, self.Y_dev = (np.asarray(a, dtype=float) for a in (X, Y, X_dev, Y_dev))
        self.question = question
        self._built: tuple[int, ...] = ()
        super().__init__(NetworkState())

    def build_controls(self, state: NetworkState) -> Mapping[str, ipywidgets.Widget]:
        controls: dict[str, ipywidgets.Widget] = {
            "layers": ipywidgets.IntSlider(
                value=state.layers, min=0, max=MOST_LAYERS, description="Hidden layers"
            )
        }
        for l in range(1, MOST_LAYERS + 1):
            controls[f"units_{l}"] = ipywidgets.IntSlider(
                value=getattr(state, f"units_{l}"), min=1, max=MOST_UNITS, description=f"Units in layer {l}"
            )
        controls["activation"] = ipywidgets.Dropdown(
            options=list(ACTIVATIONS), value=state.activation, description="Activation"
        )
        controls["learning_rate"] = ipywidgets.FloatLogSlider(
            value=state.learning_rate,
            min=-3,
            max=1,
            step=0.05,
            description="Learning rate α",
            readout_format=".3g",
        )
        controls["epochs"] = ipywidgets.IntSlider(
            value=state.epochs, min=0, max=1000, step=10, description="Epochs"
        )
        controls["seed"] = ipywidgets.IntSlider(value=state.seed, min=0, max=20, description="Seed")
        return controls

    def from_control(self, field: str, value: float | str) -> float | str:
        """The learning rate keeps three digits."""
        return float(f"{value:.3g}") if field == "learning_rate" else value

    def steps(self, state: NetworkState) -> Iterator[tuple[float, BuiltNetwork]]:
        """Train, and yield the network every ten epochs."""
        sizes = state.sizes(self.X.shape[0])
        shapes = layer_shapes(sizes, self.X.shape[1])
        dev_epochs: list[int] = []
        dev_costs: list[float] = []

        def logits(X: np.ndarray, progress: Progress) -> np.ndarray:
            with np.errstate(all="ignore"):  # divergence is found by looking, and named
                return network_forward(X, progress.parameters, state.activation)[0]

        def built(progress: Progress, seen: int) -> BuiltNetwork:
            return BuiltNetwork(
                state,
                shapes,
                progress,
                np.array(dev_epochs[:seen]),
                np.array(dev_costs[:seen]),
                accuracy(logits(self.X, progress), self.Y),
                accuracy(logits(self.X_dev, progress), self.Y_dev),
            )

        trained = train_planar(
            self.X,
            self.Y,
            sizes,
            state.activation,
            state.learning_rate,
            state.epochs,
            state.seed,
            "gradient descent",
        )
        for progress in trained:
            Z = logits(self.X_dev, progress)
            dev_epochs.append(progress.epoch)
            dev_costs.append(sigmoid_cross_entropy(Z, self.Y_dev)[0] if np.isfinite(Z).all() else np.nan)
            share = progress.epoch / max(state.epochs, 1)
            seen = len(dev_epochs)
            yield share, lambda progress=progress, seen=seen: built(progress, seen)

    def compute(self, state: NetworkState) -> BuiltNetwork:
        """Train to the end and return the network."""
        *_, (_, last) = self.steps(state)
        return last()

    def idle(self, state: NetworkState) -> list[str]:
        return [f"units_{l}" for l in range(state.layers + 1, MOST_LAYERS + 1)]

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 6.0)
        with mpl.rc_context(dict(STYLE)):
            grid = live.figure.add_gridspec(2, 2, height_ratios=(1.15, 1), width_ratios=(1.2, 1))
            self._net = live.figure.add_subplot(grid[0, :])
            self._table = live.figure.add_subplot(grid[1, 0])
            self._curve = live.figure.add_subplot(grid[1, 1])
            self._net.set_axis_off()
            self._table.set_axis_off()
            (self._train,) = self._curve.plot([], [], "-", color=COLOURS["vermillion"], label="train")
            (self._dev,) = self._curve.plot([], [], "--", color=COLOURS["blue"], label="dev")
            self._curve.axhline(np.log(2), color=COLOURS["grey"], lw=1, ls=":", label="guessing: log 2")
            self._curve.set(xlabel="epoch", ylabel="cost J", ylim=(0, 1.1), title="Training")
            self._curve.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
            self._curve.legend(loc="lower right", bbox_to_anchor=(1, 1), fontsize=8, ncols=3)
            self._off = self._curve.text(
                0.99, 0.03, "", transform=self._curve.transAxes, ha="right", fontsize=8
            )
        live.live(self._train, self._dev, self._off)
        return live

    def draw(self, result: BuiltNetwork) -> Hashable:
        state = result.state
        sizes = state.sizes(self.X.shape[0])
        if sizes != self._built:
            with mpl.rc_context(dict(STYLE)):
                self._draw_structure(result, sizes)
            self._built = sizes
        costs = result.progress.costs
        self._train.set_data(np.arange(len(costs)), np.where(np.isfinite(costs), costs, np.nan))
        self._dev.set_data(result.dev_epochs, result.dev_costs)
        self._curve.set_xlim(0, max(state.epochs, 1))
        off = np.any(costs > self._curve.get_ylim()[1])
        self._off.set_text(f"▲ off the top, up to {np.nanmax(costs):.3g}" if off else "")
        return sizes, state.epochs

    def _draw_structure(self, result: BuiltNetwork, sizes: tuple[int, ...]) -> None:
        self._net.clear()
        names = ["input", *(f"layer {l}" for l in range(1, len(sizes) - 1)), "output"]
        draw_network(sizes, self._net, names=names, most=6)
        self._net.set_title(f"{len(sizes) - 1}-layer network: {self.question}", loc="left")
        self._table.clear()
        self._table.set_axis_off()
        self._table.text(
            0, 1, table_of(result.shapes), family="DejaVu Sans Mono", fontsize=9, va="top", linespacing=1.5
        )

    def describe(self, result: BuiltNetwork) -> str:
        state, progress = result.state, result.progress
        sizes = "–".join(map(str, state.sizes(self.X.shape[0])))
        network = f"{sizes}, **{result.parameters:,} parameters**."
        if not progress.finite:
            return (
                f"**Diverges**: the cost is not a number any more after epoch {progress.epoch}; "
                f"lower the learning rate. {network}"
            )
        cost = f"cost {progress.costs[-1]:.3f}" if len(progress.costs) else "untrained"
        return (
            f"{network} Epoch {progress.epoch}: {cost}, right on **{result.train_accuracy:.1%}** of the "
            f"training set and **{result.dev_accuracy:.1%}** of the dev set."
        )

    def goes_wrong(self, result: BuiltNetwork) -> bool:
        return not result.progress.finite


def table_of(shapes: list[LayerShapes]) -> str:
    """Shapes of all layers as lines of text of one width a column."""
    lines = [f"{'layer':5} {'W':>9} {'b':>8} {'Z and A':>11} {'parameters':>11}"]
    for s in shapes:
        lines.append(f"{s.layer:5} {s.W!s:>9} {s.b!s:>8} {s.Z!s:>11} {s.parameters:>11,}")
    lines.append(f"{'total':5} {'':30} {sum(s.parameters for s in shapes):>11,}")
    return "\n".join(lines)
