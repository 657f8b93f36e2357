"""Explorer: dropout on a task that a network overfits."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.decision_boundary import BoundaryView
from course_utils.explorers.planar import (
    EXTENT,
    Progress,
    accuracy,
    network_forward,
    planar_data,
    probability_grid,
    train_planar,
)
from course_utils.explorers.settings import Preset
from course_utils.kernels.activations import sigmoid
from course_utils.kernels.dropout import dropout_forward
from course_utils.kernels.losses import sigmoid_cross_entropy
from course_utils.plots.style import COLOURS, STYLE

TRAIN_EXAMPLES, DEV_EXAMPLES = 60, 600
SAMPLES = 200  # sub-networks averaged for the comparison with test time
VIEWS = ("whole network, as at test time", "the sampled sub-network", "mean of 200 sub-networks")
VIEW_LABELS = ("whole network", "sampled sub-network", "mean of sub-networks")  # short enough for the list


@dataclasses.dataclass(frozen=True)
class DropoutState:
    """keep_prob_1, keep_prob_2: of the hidden layers; units: in each hidden layer; noise of the data;
    epochs; scale: divide by keep_prob while training; sample: number of the sub-network drawn; view.
    """

    keep_prob_1: float = 0.8
    keep_prob_2: float = 0.8
    units: int = 16
    noise: float = 0.35
    epochs: int = 400
    scale: bool = True
    sample: int = 1
    view: str = VIEWS[0]
    seed: int = 3


@dataclasses.dataclass(frozen=True)
class DropoutRun:
    """A training with dropout and the same without, and one sampled sub-network.

    kept             : for each hidden layer (units,), whether the unit is kept in the sample
    epochs           : (points,) where the curves have values
    train, dev       : (points,) cost without dropping, on train and dev set
    plain_train, plain_dev : the same for the training without dropout
    gap              : mean distance of the whole network's answers to the mean of sub-networks
    """

    state: DropoutState
    X: np.ndarray
    Y: np.ndarray
    progress: Progress
    kept: tuple[np.ndarray, ...]
    probabilities: np.ndarray
    epochs: np.ndarray
    train: np.ndarray
    dev: np.ndarray
    plain_train: np.ndarray
    plain_dev: np.ndarray
    train_accuracy: float
    dev_accuracy: float
    plain_dev_accuracy: float
    gap: float


def sub_network(keep_probs: tuple[float, ...], units: int, sample: int) -> tuple[np.ndarray, ...]:
    """Which units one draw of dropout keeps.

    keep_probs : one a hidden layer
    units      : in each hidden layer
    sample     : number of the draw
    Returns for each layer (units,) booleans. All-dropped layers are possible, and real.
    """
    rng = np.random.default_rng(sample)
    kept = []
    for keep_prob in keep_probs:
        A, _ = dropout_forward(np.ones((units, 1)), keep_prob, rng)
        kept.append(A[:, 0] > 0)
    return tuple(kept)


def masked_logits(
    X: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    activation: str,
    kept: tuple[np.ndarray, ...],
    keep_probs: tuple[float, ...],
    scale: bool = True,
) -> np.ndarray:
    """Logits (1, m) of a sub-network: dropped units answer 0, kept ones are divided by keep_prob."""
    masked = dict(parameters)
    for layer, (mask, keep_prob) in enumerate(zip(kept, keep_probs, strict=True), start=2):
        factor = mask / (keep_prob if scale else 1.0)  # (units,)
        masked[f"W{layer}"] = parameters[f"W{layer}"] * factor  # a dropped unit is a column of zeros
    return network_forward(X, masked, activation)[0]


class DropoutExplorer(Explorer):
    """keep_prob per layer against overfitting: sub-network, boundary, curves, test time."""

    key = "dropout"
    title = "Dropout"
    activation = "ReLU"
    learning_rate = 0.01
    presets = (
        Preset(
            "No dropout",
            "With keep_prob 1 every unit stays: plain training. The training cost falls towards zero while "
            "the dev cost rises: the network learns the noise by heart.",
            {"keep_prob_1": 1.0, "keep_prob_2": 1.0},
            goes_wrong=True,
        ),
        Preset(
            "Some dropout",
            "One unit in five is left out of each step. No unit can rely on another one, the boundary "
            "becomes smoother, and the dev cost rises less.",
            {"keep_prob_1": 0.8, "keep_prob_2": 0.8},
        ),
        Preset(
            "Wide layers, more dropout",
            "A layer with many parameters can bear a lower keep_prob.",
            {"keep_prob_1": 0.6, "keep_prob_2": 0.6, "units": 24},
        ),
        Preset(
            "Too much",
            "Nine units in ten are missing: the sub-networks are too small to learn the task, and training "
            "and dev cost are both bad.",
            {"keep_prob_1": 0.1, "keep_prob_2": 0.1},
            goes_wrong=True,
        ),
        Preset(
            "Forgotten division",
            "Without the division by keep_prob the layers answer more loudly at test time than they did in "
            "training: look at the distance between the whole network and the mean of its sub-networks.",
            {"keep_prob_1": 0.5, "keep_prob_2": 0.5, "scale": False},
            goes_wrong=True,
        ),
        Preset(
            "Dropout at test time",
            "The answer of a single sub-network: it changes with every draw. Move the slider Sample.",
            {"keep_prob_1": 0.5, "keep_prob_2": 0.5, "view": VIEWS[1]},
            goes_wrong=True,
        ),
    )

    def __init__(self) -> None:
        self._trainings: dict[tuple, list] = {}
        self._gaps: dict[tuple, float] = {}
        super().__init__(DropoutState())

    def build_controls(self, state: DropoutState) -> Mapping[str, ipywidgets.Widget]:
        def share(value: float, description: str) -> ipywidgets.Widget:
            return ipywidgets.FloatSlider(value=value, min=0.1, max=1.0, step=0.05, description=description)

        return {
            "keep_prob_1": share(state.keep_prob_1, "keep_prob, layer 1"),
            "keep_prob_2": share(state.keep_prob_2, "keep_prob, layer 2"),
            "units": ipywidgets.IntSlider(
                value=state.units, min=2, max=24, description="Units in each layer"
            ),
            "noise": ipywidgets.FloatSlider(
                value=state.noise, min=0, max=0.6, step=0.05, description="Noise of the data"
            ),
            "epochs": ipywidgets.IntSlider(
                value=state.epochs, min=50, max=1000, step=50, description="Epochs"
            ),
            "sample": ipywidgets.IntSlider(value=state.sample, min=1, max=50, description="Sample"),
            "view": ipywidgets.Dropdown(
                options=list(zip(VIEW_LABELS, VIEWS, strict=True)),
                value=state.view,
                description="Boundary of",
            ),
            "scale": ipywidgets.Checkbox(value=state.scale, description="Divide by keep_prob", indent=True),
            "seed": ipywidgets.IntSlider(value=state.seed, min=0, max=20, description="Seed"),
        }

    def data(self, state: DropoutState) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """X (2, m), Y (1, m) of the training set, then of the dev set."""
        rng = np.random.default_rng(state.seed)
        X, Y = planar_data("two moons", TRAIN_EXAMPLES, state.noise, rng)
        return X, Y, *planar_data("two moons", DEV_EXAMPLES, state.noise, rng)

    def training(
        self, state: DropoutState, keep_probs: tuple[float, ...], scale: bool
    ) -> Iterator[tuple[Progress, float, float]]:
        """Train; yield progress with the costs on train and dev set, measured without dropping."""
        X, Y, X_dev, Y_dev = self.data(state)

        def cost(X: np.ndarray, Y: np.ndarray, parameters: Mapping[str, np.ndarray]) -> float:
            with np.errstate(all="ignore"):
                Z, _ = network_forward(X, parameters, self.activation)
                return float(sigmoid_cross_entropy(Z, Y)[0])

        sizes = (2, state.units, state.units, 1)
        for progress in train_planar(
            X,
            Y,
            sizes,
            self.activation,
            self.learning_rate,
            state.epochs,
            state.seed,
            keep_probs=keep_probs,
            scale=scale,
        ):
            yield progress, cost(X, Y, progress.parameters), cost(X_dev, Y_dev, progress.parameters)

    def _trained(
        self, state: DropoutState, keep_probs: tuple[float, ...], scale: bool
    ) -> Iterator[list[tuple[Progress, float, float]]]:
        """The training so far, growing; remembered when it is complete, for views and samples."""
        key = (keep_probs, scale, state.units, state.noise, state.epochs, state.seed)
        if key in self._trainings:
            yield self._trainings[key]
            return
        points: list[tuple[Progress, float, float]] = []
        for point in self.training(state, keep_probs, scale):
            points.append(point)
            yield list(points)
        if len(self._trainings) >= 24:  # the oldest goes; each holds a few hundred kB
            self._trainings.pop(next(iter(self._trainings)))
        self._trainings[key] = points

    def steps(self, state: DropoutState) -> Iterator[tuple[float, DropoutRun]]:
        """Train without and with dropout; yield every ten epochs."""
        plain_probs, probs = (1.0, 1.0), (state.keep_prob_1, state.keep_prob_2)
        plain: list = []
        for plain in self._trained(state, plain_probs, True):
            share = 0.5 * plain[-1][0].epoch / state.epochs
            yield share, partial(self._run, state, plain, plain)
        if probs == plain_probs:
            yield 1.0, partial(self._run, state, plain, plain)
            return
        for points in self._trained(state, probs, state.scale):
            share = 0.5 + 0.5 * points[-1][0].epoch / state.epochs
            yield share, partial(self._run, state, points, plain)

    def compute(self, state: DropoutState) -> DropoutRun:
        """Train to the end."""
        *_, (_, last) = self.steps(state)
        return last()

    def _run(self, state: DropoutState, points: list, plain: list) -> DropoutRun:
        """Put together what is drawn."""
        X, Y, X_dev, Y_dev = self.data(state)
        progress = points[-1][0]
        parameters = progress.parameters
        probs = (state.keep_prob_1, state.keep_prob_2)
        kept = sub_network(probs, state.units, state.sample)

        def whole(points: np.ndarray) -> np.ndarray:
            return network_forward(points, parameters, self.activation)[0]

        def sampled(points: np.ndarray) -> np.ndarray:
            return masked_logits(points, parameters, self.activation, kept, probs, state.scale)

        def mean(points: np.ndarray, samples: int = SAMPLES) -> np.ndarray:
            """Mean probability (1, m) over sub-networks."""
            total = np.zeros((1, points.shape[1]))
            for sample in range(samples):
                mask = sub_network(probs, state.units, 1000 + sample)
                Z = masked_logits(points, parameters, self.activation, mask, probs, state.scale)
                total += sigmoid(Z)
            return total / samples

        if state.view == VIEWS[2]:
            probabilities = _grid_of_probabilities(mean)
        else:
            probabilities = probability_grid(whole if state.view == VIEWS[0] else sampled)
        gap = 0.0
        if min(probs) < 1:
            key = (probs, state.scale, state.units, state.noise, state.epochs, state.seed, progress.epoch)
            if key not in self._gaps:  # the same for every view and sample
                few = X_dev[:, :100]
                self._gaps = {key: float(np.abs(sigmoid(whole(few)) - mean(few, 60)).mean())}
            gap = self._gaps[key]
        plain_whole = network_forward(X_dev, plain[-1][0].parameters, self.activation)[0]
        return DropoutRun(
            state,
            X,
            Y,
            progress,
            kept,
            probabilities,
            np.array([p.epoch for p, _, _ in points]),
            np.array([train for _, train, _ in points]),
            np.array([dev for _, _, dev in points]),
            np.array([train for _, train, _ in plain]),
            np.array([dev for _, _, dev in plain]),
            accuracy(whole(X), Y),
            accuracy(whole(X_dev), Y_dev),
            accuracy(plain_whole, Y_dev),
            gap,
        )

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 3.7)
        with mpl.rc_context(dict(STYLE)):
            self._net, plane, self._curve = live.figure.subplots(1, 3, width_ratios=(0.9, 1, 1.1))
            plane.set_aspect("equal")
            self._view = BoundaryView(plane, live)
            self._plane = plane
            plane.set_title("Decision boundary")
            self._net.set(xlim=(-0.5, 3.5), ylim=(-0.08, 1.08), title="Sampled sub-network")
            self._net.axis("off")
            self._edges = LineCollection([], colors=COLOURS["grey"], lw=0.4, zorder=1)
            self._net.add_collection(self._edges, autolim=False)
            (self._on,) = self._net.plot([], [], "o", color=COLOURS["blue"], ms=8, zorder=3, label="kept")
            (self._off,) = self._net.plot(
                [], [], "X", color="#e6e6e6", mec=COLOURS["vermillion"], ms=9, zorder=3, label="dropped"
            )
            for layer, name in enumerate(("x", "layer 1", "layer 2", "ŷ")):
                self._net.text(layer, -0.07, name, ha="center", va="top", fontsize=9)
            curve = self._curve
            look = {"lw": 1.8}
            (self._train,) = curve.plot([], [], "-", color=COLOURS["vermillion"], label="train", **look)
            (self._dev,) = curve.plot([], [], "--", color=COLOURS["blue"], label="dev", **look)
            look = {"lw": 1.0, "alpha": 0.7}
            (self._plain_train,) = curve.plot(
                [], [], "-.", color=COLOURS["orange"], label="train, no dropout", **look
            )
            (self._plain_dev,) = curve.plot(
                [], [], ":", color=COLOURS["black"], label="dev, no dropout", **look
            )
            curve.set(xlabel="epoch", ylabel="cost J, nothing dropped", ylim=(0, 1.5), title="Train and dev")
            curve.legend(loc="upper right", fontsize=8)
        live.live(
            self._edges, self._on, self._off, self._train, self._dev, self._plain_train, self._plain_dev
        )
        return live

    def draw(self, result: DropoutRun) -> Hashable:
        state = result.state
        self._view.draw(result.probabilities, result.X, result.Y)
        self._draw_network(result)
        plain_epochs = np.minimum(10 * np.arange(len(result.plain_train)), state.epochs)
        self._train.set_data(result.epochs, result.train)
        self._dev.set_data(result.epochs, result.dev)
        self._plain_train.set_data(plain_epochs, result.plain_train)
        self._plain_dev.set_data(plain_epochs, result.plain_dev)
        self._curve.set_xlim(0, state.epochs)
        return state.epochs

    def _draw_network(self, result: DropoutRun) -> None:
        columns = [
            _column(0, 2),
            _column(1, result.state.units),
            _column(2, result.state.units),
            _column(3, 1),
        ]
        alive = [np.ones(2, bool), *result.kept, np.ones(1, bool)]
        segments = []
        for left, right, on_left, on_right in zip(columns, columns[1:], alive, alive[1:], strict=False):
            a, b = left[on_left], right[on_right]
            pairs = np.stack(np.broadcast_arrays(a[:, None], b[None]), axis=2)  # (left, right, 2, 2)
            segments.extend(pairs.reshape(-1, 2, 2))
        self._edges.set_segments(segments)
        points, on = np.concatenate(columns), np.concatenate(alive)
        self._on.set_data(*points[on].T)
        self._off.set_data(*points[~on].T)

    def describe(self, result: DropoutRun) -> str:
        state, progress = result.state, result.progress
        if not progress.finite:
            return f"**Diverges**: the cost is not a number any more after epoch {progress.epoch}."
        kept = " and ".join(f"{int(mask.sum())} of {state.units}" for mask in result.kept)
        text = (
            f"Epoch {progress.epoch}: cost {result.train[-1]:.3f} on the training set, "
            f"**{result.dev[-1]:.3f}** on the dev set (**{result.plain_dev[-1]:.3f}** without dropout). "
            f"Accuracy {result.train_accuracy:.1%} train, {result.dev_accuracy:.1%} dev "
            f"({result.plain_dev_accuracy:.1%} without). "
            f"Sub-network {state.sample} keeps {kept} units."
        )
        if min(state.keep_prob_1, state.keep_prob_2) < 1:
            text += (
                f" Test time drops nothing; its answers lie {result.gap:.3f} from the mean of sub-networks."
            )
        if not all(mask.any() for mask in result.kept):
            text += " **A whole layer is dropped**: this sub-network gives one answer to everything."
        elif says_one_thing(result):
            text += " **One answer to everything**: so few units are left that nothing is learned."
        return text

    def goes_wrong(self, result: DropoutRun) -> bool:
        whole_layer = not all(mask.any() for mask in result.kept)
        return not result.progress.finite or whole_layer or says_one_thing(result)


def says_one_thing(result: DropoutRun) -> bool:
    """Whether the answers differ by less than one in a hundred over the whole picture."""
    return result.progress.epoch > 0 and float(np.ptp(result.probabilities)) < 0.01


def _column(x: float, n: int) -> np.ndarray:
    """Places (n, 2) of a layer's units, evenly spread from top to bottom."""
    y = np.linspace(0.98, 0.02, n) if n > 2 else np.linspace(0.7, 0.3, n) if n == 2 else np.array([0.5])
    return np.column_stack([np.full(n, float(x)), y])


def _grid_of_probabilities(mean: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Grid (41, 41) of mean probabilities; coarser, for it is an average of many networks."""
    side = np.linspace(-EXTENT, EXTENT, 41)
    return mean(np.stack(np.meshgrid(side, side)).reshape(2, -1)).reshape(41, 41)
