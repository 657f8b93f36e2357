"""Explorer: the strength of an L2 or L1 penalty on a task that a network overfits."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping
from functools import partial

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.decision_boundary import BoundaryView
from course_utils.explorers.planar import (
    Progress,
    accuracy,
    initial_parameters,
    network_backward,
    network_forward,
    planar_data,
    probability_grid,
)
from course_utils.explorers.settings import Preset
from course_utils.kernels.losses import sigmoid_cross_entropy
from course_utils.plots.style import COLOURS, STYLE

TRAIN_EXAMPLES, DEV_EXAMPLES = 60, 600
NONE, L2, L1 = "none", "L2: squares", "L1: absolute values"
PENALTIES = (NONE, L2, L1)
STRAIGHT = 0.5  # up to here tanh(z) differs from z by less than 8 %


@dataclasses.dataclass(frozen=True)
class WeightDecayState:
    """penalty: which; strength: lambda; units: in each of the two hidden layers; noise of the data;
    epochs; seed: of the data and of the first weights.
    """

    penalty: str = L2
    strength: float = 0.316  # on the slider's grid, as are those of the presets
    units: int = 12
    noise: float = 0.35
    epochs: int = 1000
    seed: int = 2

    @property
    def plain(self) -> WeightDecayState:
        """The same without a penalty."""
        return dataclasses.replace(self, penalty=NONE, strength=1.0)


@dataclasses.dataclass(frozen=True)
class WeightDecayRun:
    """A training with a penalty, and the same training without.

    weights, plain_weights : all weights of all layers, in increasing order
    epochs                 : (points,) where the curves have values
    train, dev             : (points,) cross-entropy on train and dev set, without the penalty
    regularised            : (points,) the cost J that training lowers: train and penalty
    plain_train, plain_dev : the same for the training without penalty
    zeros                  : number of weights that are exactly 0
    straight               : share of the hidden scores |z| below 0.5, where tanh is nearly straight
    """

    state: WeightDecayState
    X: np.ndarray
    Y: np.ndarray
    progress: Progress
    probabilities: np.ndarray
    weights: np.ndarray
    plain_weights: np.ndarray
    epochs: np.ndarray
    train: np.ndarray
    dev: np.ndarray
    regularised: np.ndarray
    plain_epochs: np.ndarray
    plain_train: np.ndarray
    plain_dev: np.ndarray
    train_accuracy: float
    dev_accuracy: float
    plain_dev_accuracy: float
    zeros: int
    straight: float


def penalty_cost(parameters: Mapping[str, np.ndarray], penalty: str, strength: float, m: int) -> float:
    """What a penalty adds to the cost; biases go free.

    parameters : W1, b1, …
    penalty    : one of `PENALTIES`
    strength   : lambda, at least 0
    m          : number of examples
    Returns lambda/2m times the sum of squares (L2), lambda/m times the sum of absolute values (L1), or 0.
    """
    if penalty not in PENALTIES:
        raise ValueError(f"penalty is {penalty!r}; there are {', '.join(PENALTIES)}")
    weights = all_weights(parameters)
    if penalty == L2:
        return strength / (2 * m) * float(weights @ weights)
    if penalty == L1:
        return strength / m * float(np.abs(weights).sum())
    return 0.0


def all_weights(parameters: Mapping[str, np.ndarray]) -> np.ndarray:
    """All weights of all layers in one increasing row; biases left out."""
    return np.sort(np.concatenate([value.ravel() for name, value in parameters.items() if name[0] == "W"]))


def train_with_penalty(
    X: np.ndarray,
    Y: np.ndarray,
    sizes: tuple[int, ...],
    penalty: str,
    strength: float,
    learning_rate: float,
    epochs: int,
    seed: int,
    every: int = 20,
) -> Iterator[Progress]:
    """Train a tanh network by gradient descent on all examples, and yield the progress.

    The step on the cross-entropy is followed by the step on the penalty alone. For L2 the weights
    shrink by their factor; for L1 they move towards 0 by alpha lambda / m and stop there, so that
    zeros are exact (proximal gradient descent: Daubechies, Defrise, De Mol, 2004). Written so, no
    strength makes the steps jump to and fro.

    X, Y          : (2, m), (1, m)
    sizes         : n[0] … n[L]
    penalty       : one of `PENALTIES`
    strength      : lambda
    learning_rate : alpha
    every         : epochs from one progress to the next
    """
    m = X.shape[1]
    parameters = initial_parameters(sizes, np.random.default_rng(seed))
    pull = learning_rate * strength / m
    costs: list[float] = []

    def progress(epoch: int, finite: bool) -> Progress:
        return Progress(epoch, {name: p.copy() for name, p in parameters.items()}, np.array(costs), finite)

    yield progress(0, True)
    for epoch in range(1, epochs + 1):
        with np.errstate(all="ignore"):  # divergence is found by looking, and named
            Z, caches = network_forward(X, parameters, "tanh")
            cost, dZ = sigmoid_cross_entropy(Z, Y)
            costs.append(float(cost) + penalty_cost(parameters, penalty, strength, m))
            gradients = network_backward(dZ, caches, "tanh")
            for name, value in parameters.items():
                value -= learning_rate * gradients[f"d{name}"]
                if name[0] == "W" and penalty == L2:
                    value /= 1 + pull
                elif name[0] == "W" and penalty == L1:
                    value[...] = np.sign(value) * np.maximum(np.abs(value) - pull, 0)
        finite = bool(np.isfinite(costs[-1])) and all(np.isfinite(p).all() for p in parameters.values())
        if not finite or epoch % every == 0 or epoch == epochs:
            yield progress(epoch, finite)
        if not finite:
            return


def share_in_straight_part(X: np.ndarray, parameters: Mapping[str, np.ndarray]) -> float:
    """Share of all hidden scores z with |z| below 0.5, where tanh is nearly a straight line.

    X : (2, m). Returns a number from 0 to 1.
    """
    _, caches = network_forward(X, parameters, "tanh")
    outputs = np.concatenate([dense.A_prev.ravel() for dense, *_ in caches[1:]])  # all tanh(z)
    return float(np.mean(np.abs(outputs) < np.tanh(STRAIGHT)))


class WeightDecayExplorer(Explorer):
    """lambda against overfitting: boundary, weights, and cost on train and dev set."""

    key = "weight-decay"
    title = "Weight decay"
    learning_rate = 0.2
    presets = (
        Preset(
            "No penalty",
            "Single noisy points bend the boundary, and the network is sure everywhere. The training cost "
            "keeps falling while the dev cost rises: it learns the noise by heart.",
            {"penalty": NONE, "strength": 1.0},
            goes_wrong=True,
        ),
        Preset(
            "A little L2",
            "All weights are a little smaller, and the boundary is smoother. The dev cost stays near its "
            "lowest value however long you train.",
            {"penalty": L2, "strength": 0.316},
        ),
        Preset(
            "A little L1",
            "Most weights are exactly zero: the long flat part of the middle picture. Few connections are "
            "left, and they carry the boundary.",
            {"penalty": L1, "strength": 0.316},
        ),
        Preset(
            "Nearly a straight line",
            "Small weights keep every score in the straight part of tanh. Straight lines put together are "
            "a straight line: the network has become a logistic regression.",
            {"penalty": L2, "strength": 3.16},
        ),
        Preset(
            "Far too much",
            "The penalty is all that counts. The weights are zero, the network says one half to everything, "
            "and the cost is log 2.",
            {"penalty": L2, "strength": 50.1},
            goes_wrong=True,
        ),
    )

    def __init__(self) -> None:
        self._trainings: dict[WeightDecayState, list] = {}
        super().__init__(WeightDecayState())

    def build_controls(self, state: WeightDecayState) -> Mapping[str, ipywidgets.Widget]:
        return {
            "penalty": ipywidgets.Dropdown(
                options=list(PENALTIES), value=state.penalty, description="Penalty"
            ),
            "strength": ipywidgets.FloatLogSlider(
                value=state.strength, min=-2, max=2, step=0.05, description="Strength λ", readout_format=".3g"
            ),
            "units": ipywidgets.IntSlider(
                value=state.units, min=2, max=24, description="Units in each layer"
            ),
            "noise": ipywidgets.FloatSlider(
                value=state.noise, min=0, max=0.6, step=0.05, description="Noise of the data"
            ),
            "epochs": ipywidgets.IntSlider(
                value=state.epochs, min=50, max=2000, step=50, description="Epochs"
            ),
            "seed": ipywidgets.IntSlider(value=state.seed, min=0, max=20, description="Seed"),
        }

    def from_control(self, field: str, value: float | str) -> float | str:
        """The strength keeps three digits."""
        return float(f"{value:.3g}") if field == "strength" else value

    def data(self, state: WeightDecayState) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """X (2, m), Y (1, m) of the training set, then of the dev set."""
        rng = np.random.default_rng(state.seed)
        X, Y = planar_data("two moons", TRAIN_EXAMPLES, state.noise, rng)
        return X, Y, *planar_data("two moons", DEV_EXAMPLES, state.noise, rng)

    def _trained(self, state: WeightDecayState) -> Iterator[list[tuple[Progress, float, float]]]:
        """Progress with the costs on train and dev set, growing; remembered when complete."""
        if state in self._trainings:
            yield self._trainings[state]
            return
        X, Y, X_dev, Y_dev = self.data(state)

        def cost(X: np.ndarray, Y: np.ndarray, parameters: Mapping[str, np.ndarray]) -> float:
            with np.errstate(all="ignore"):
                return float(sigmoid_cross_entropy(network_forward(X, parameters, "tanh")[0], Y)[0])

        points: list[tuple[Progress, float, float]] = []
        sizes = (2, state.units, state.units, 1)
        for progress in train_with_penalty(
            X, Y, sizes, state.penalty, state.strength, self.learning_rate, state.epochs, state.seed
        ):
            points.append(
                (progress, cost(X, Y, progress.parameters), cost(X_dev, Y_dev, progress.parameters))
            )
            yield list(points)
        if len(self._trainings) >= 24:  # the oldest goes; each holds a few hundred kB
            self._trainings.pop(next(iter(self._trainings)))
        self._trainings[state] = points

    def steps(self, state: WeightDecayState) -> Iterator[tuple[float, WeightDecayRun]]:
        """Train without and with the penalty."""
        plain: list = []
        for plain in self._trained(state.plain):
            yield 0.5 * plain[-1][0].epoch / state.epochs, partial(self._run, state, plain, plain)
        if state.penalty == NONE:
            yield 1.0, partial(self._run, state, plain, plain)
            return
        for points in self._trained(state):
            share = 0.5 + 0.5 * points[-1][0].epoch / state.epochs
            yield share, partial(self._run, state, points, plain)

    def compute(self, state: WeightDecayState) -> WeightDecayRun:
        """Train to the end."""
        *_, (_, last) = self.steps(state)
        return last()

    def _run(self, state: WeightDecayState, points: list, plain: list) -> WeightDecayRun:
        """Put together what is drawn."""
        X, Y, X_dev, Y_dev = self.data(state)
        progress = points[-1][0]
        parameters, plain_parameters = progress.parameters, plain[-1][0].parameters

        def logits(X: np.ndarray, parameters: Mapping[str, np.ndarray] = parameters) -> np.ndarray:
            with np.errstate(all="ignore"):
                return network_forward(X, parameters, "tanh")[0]

        weights = all_weights(parameters)
        train = np.array([cost for _, cost, _ in points])
        added = [penalty_cost(p.parameters, state.penalty, state.strength, X.shape[1]) for p, _, _ in points]
        return WeightDecayRun(
            state,
            X,
            Y,
            progress,
            probability_grid(logits),
            weights,
            all_weights(plain_parameters),
            np.array([p.epoch for p, _, _ in points]),
            train,
            np.array([dev for _, _, dev in points]),
            train + np.array(added),
            np.array([p.epoch for p, _, _ in plain]),
            np.array([cost for _, cost, _ in plain]),
            np.array([dev for _, _, dev in plain]),
            accuracy(logits(X), Y),
            accuracy(logits(X_dev), Y_dev),
            accuracy(logits(X_dev, plain_parameters), Y_dev),
            int(np.sum(weights == 0)),
            share_in_straight_part(X, parameters),
        )

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.8, 3.6)
        with mpl.rc_context(dict(STYLE)):
            plane, self._sorted, self._curve = live.figure.subplots(1, 3, width_ratios=(1, 0.9, 1.15))
            plane.set_aspect("equal")
            plane.set_title("Decision boundary")
            self._view = BoundaryView(plane, live)
            axes = self._sorted
            axes.axhline(0, color=COLOURS["grey"], lw=0.8)
            (self._plain_weights,) = axes.plot(
                [], [], ":", color=COLOURS["black"], lw=1.2, label="no penalty"
            )
            (self._weights,) = axes.plot([], [], "-", color=COLOURS["blue"], lw=2, label="with penalty")
            axes.set(xlim=(0, 100), xlabel="weights in order, per cent", title="All weights, sorted")
            axes.set_ylabel("weight", labelpad=0)
            axes.legend(loc="upper left", fontsize=8)
            curve, colours = self._curve, COLOURS
            (self._train,) = curve.plot([], [], "-", color=colours["vermillion"], label="train")
            (self._dev,) = curve.plot([], [], "--", color=colours["blue"], label="dev")
            (self._regularised,) = curve.plot(
                [], [], "-.", color=colours["green"], label="J = train + penalty"
            )
            (self._plain_train,) = curve.plot(
                [], [], "-", color=colours["orange"], lw=1, alpha=0.8, label="train, no penalty"
            )
            (self._plain_dev,) = curve.plot(
                [], [], ":", color=colours["black"], lw=1.2, label="dev, no penalty"
            )
            curve.set(xlabel="epoch", ylabel="cost", ylim=(0, 1.5), title="Train and dev")
            curve.legend(loc="upper right", fontsize=8)
        live.live(self._weights, self._plain_weights, self._train, self._dev, self._regularised)
        live.live(self._plain_train, self._plain_dev)
        return live

    def draw(self, result: WeightDecayRun) -> Hashable:
        self._view.draw(result.probabilities, result.X, result.Y)
        place = np.linspace(0, 100, result.weights.size)
        self._weights.set_data(place, result.weights)
        self._plain_weights.set_data(place, result.plain_weights)
        largest = np.nan_to_num(np.abs(result.plain_weights).max())
        reach = float(np.ceil(np.clip(largest, 1.0, 1e6)))  # one that diverges leaves the picture
        self._sorted.set_ylim(-reach, reach)
        self._train.set_data(result.epochs, result.train)
        self._dev.set_data(result.epochs, result.dev)
        self._regularised.set_data(result.epochs, result.regularised)
        self._plain_train.set_data(result.plain_epochs, result.plain_train)
        self._plain_dev.set_data(result.plain_epochs, result.plain_dev)
        self._curve.set_xlim(0, result.state.epochs)
        return result.state.epochs, reach

    def describe(self, result: WeightDecayRun) -> str:
        state, progress = result.state, result.progress
        if not progress.finite:
            return f"**Diverges**: the cost is not a number any more after epoch {progress.epoch}."
        with_penalty = (
            "Without penalty" if state.penalty == NONE else f"{state.penalty[:2]}, λ = {state.strength:g}"
        )
        text = (
            f"{with_penalty}, epoch {progress.epoch}: cost {result.train[-1]:.3f} on the training set, "
            f"**{result.dev[-1]:.3f}** on the dev set (**{result.plain_dev[-1]:.3f}** without penalty). "
            f"Accuracy {result.train_accuracy:.1%} train, {result.dev_accuracy:.1%} dev "
            f"({result.plain_dev_accuracy:.1%} without). Mean size of a weight "
            f"{np.abs(result.weights).mean():.3f} ({np.abs(result.plain_weights).mean():.3f} without); "
            f"**{result.zeros} of {result.weights.size}** are exactly 0. "
            f"{result.straight:.0%} of the hidden scores lie where tanh is nearly straight (|z| < 0.5)."
        )
        if says_one_thing(result):
            text += " **The penalty has won**: the network gives one answer to everything."
        return text

    def goes_wrong(self, result: WeightDecayRun) -> bool:
        return not result.progress.finite or says_one_thing(result)


def says_one_thing(result: WeightDecayRun) -> bool:
    """Whether the network has been pressed flat: its answers differ by less than one in a hundred."""
    return result.progress.epoch > 0 and float(np.ptp(result.probabilities)) < 0.01
