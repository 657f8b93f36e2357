"""Labelled points in the plane, and a small dense network that learns them step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from course_utils.kernels.activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.dropout import dropout_backward, dropout_forward
from course_utils.kernels.losses import sigmoid_cross_entropy
from course_utils.training import SGD, Adam

EXTENT = 2.0  # the data sets lie within [-EXTENT, EXTENT] on both axes
ACTIVATIONS: Mapping[str, tuple[Callable, Callable]] = {
    "tanh": (tanh_forward, tanh_backward),
    "ReLU": (relu_forward, relu_backward),
    "leaky ReLU": (leaky_relu_forward, leaky_relu_backward),
    "sigmoid": (sigmoid_forward, sigmoid_backward),
    "none (linear)": (lambda Z: (Z, None), lambda dA, cache: dA),
}


def _moons(Y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    t = np.pi * rng.random(Y.size)
    upper = np.stack([np.cos(t), np.sin(t)])
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)])
    return np.where(Y == 1, lower, upper) * 1.1 - np.array([[0.55], [0.27]])


def _circles(Y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    t = 2 * np.pi * rng.random(Y.size)
    return np.where(Y == 1, 0.7, 1.5) * np.stack([np.cos(t), np.sin(t)])


def _spirals(Y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    t = np.sqrt(rng.random(Y.size))
    angle = 3 * np.pi * t + np.pi * Y[0]
    return 1.7 * t * np.stack([np.cos(angle), np.sin(angle)])


def _xor(Y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    X = rng.uniform(0.15, 1.5, size=(2, Y.size)) * rng.choice([-1.0, 1.0], size=(1, Y.size))
    return X * np.concatenate([np.ones_like(Y), np.where(Y == 1, -1.0, 1.0)])


def _clouds(Y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return 0.3 * rng.normal(size=(2, Y.size)) + np.where(Y == 1, 0.8, -0.8) * np.array([[1.0], [0.7]])


DATA_SETS: Mapping[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "two clouds": _clouds,
    "exclusive or": _xor,
    "circle in a ring": _circles,
    "two moons": _moons,
    "two spirals": _spirals,
}


def planar_data(name: str, m: int, noise: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw labelled points of a named shape.

    name  : a key of `DATA_SETS`
    m     : number of points, at least 2; half of each class
    noise : standard deviation added to both coordinates
    rng   : source of randomness
    Returns X (2, m) and Y (1, m) of labels 0.0 and 1.0.
    """
    if name not in DATA_SETS:
        raise ValueError(f"data set {name!r} is unknown; there are {', '.join(DATA_SETS)}")
    if m < 2 or noise < 0:
        raise ValueError(f"m must be at least 2 and noise at least 0, got m={m}, noise={noise}")
    Y = (np.arange(m) % 2)[None].astype(float)  # (1, m)
    X = DATA_SETS[name](Y, rng) + noise * rng.normal(size=(2, m))
    return X, Y


def initial_parameters(sizes: tuple[int, ...], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """He initialisation: W[l] (n[l], n[l-1]) normal with variance 2 / n[l-1], b[l] zero.

    sizes : n[0], n[1], …, n[L]
    """
    parameters = {}
    for layer, (n_prev, n) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{layer}"] = rng.normal(size=(n, n_prev)) * np.sqrt(2 / n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters


def network_forward(
    X: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    activation: str,
    keep_probs: tuple[float, ...] = (),
    rng: np.random.Generator | None = None,
    scale: bool = True,
) -> tuple[np.ndarray, list]:
    """Logits of a dense network.

    X          : (2, m)
    parameters : W1, b1, …; the last layer has no activation
    activation : a key of `ACTIVATIONS`, for all hidden layers
    keep_probs : one for each hidden layer; empty: no dropout, as at test time
    rng        : draws the dropped units
    scale      : divide kept activations by keep_prob (inverted dropout); False shows the mistake
    Returns Z (1, m) and the caches of the backward pass.
    """
    L = len(parameters) // 2
    A, caches = X, []
    for layer in range(1, L + 1):
        Z, dense = dense_forward(A, parameters[f"W{layer}"], parameters[f"b{layer}"])
        if layer == L:
            caches.append((dense, None, None, 1.0))
            return Z, caches
        A, active = ACTIVATIONS[activation][0](Z)
        dropped, factor = None, 1.0
        if keep_probs and keep_probs[layer - 1] < 1:
            A, dropped = dropout_forward(A, keep_probs[layer - 1], rng)
            if not scale:
                factor = keep_probs[layer - 1]
                A = A * factor
        caches.append((dense, active, dropped, factor))
    raise ValueError("parameters hold no layer")


def network_backward(dZ: np.ndarray, caches: list, activation: str) -> dict[str, np.ndarray]:
    """Gradients dW1, db1, … from dZ (1, m) of the last layer."""
    gradients: dict[str, np.ndarray] = {}
    dA = dZ  # replaced before it is used: the last layer has no activation
    for layer in range(len(caches), 0, -1):
        dense, active, dropped, factor = caches[layer - 1]
        if layer < len(caches):
            dA = dA * factor
            if dropped is not None:
                dA = dropout_backward(dA, dropped)
            dZ = ACTIVATIONS[activation][1](dA, active)
        dA, gradients[f"dW{layer}"], gradients[f"db{layer}"] = dense_backward(dZ, dense)
    return gradients


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a training stands.

    epoch      : passes over the data so far
    parameters : copies of W1, b1, …
    costs      : cost before each epoch, (epoch,), with dropout where it is on
    finite     : False when the cost has become NaN or infinite; training then ends
    """

    epoch: int
    parameters: Mapping[str, np.ndarray]
    costs: np.ndarray
    finite: bool


def train_planar(
    X: np.ndarray,
    Y: np.ndarray,
    sizes: tuple[int, ...],
    activation: str,
    learning_rate: float,
    epochs: int,
    seed: int,
    optimiser: str = "Adam",
    keep_probs: tuple[float, ...] = (),
    scale: bool = True,
    every: int = 10,
) -> Iterator[Progress]:
    """Train on the whole set and yield the progress every few epochs, and at the end.

    X, Y          : (2, m), (1, m)
    sizes         : n[0] … n[L], beginning with 2 and ending with 1
    learning_rate : alpha of the optimiser
    optimiser     : "Adam" or "gradient descent"
    keep_probs    : one for each hidden layer, or empty
    """
    rng = np.random.default_rng(seed)
    parameters = initial_parameters(sizes, rng)
    stepper = Adam(learning_rate) if optimiser == "Adam" else SGD(learning_rate)
    costs: list[float] = []

    def progress(epoch: int, finite: bool) -> Progress:
        copies = {name: value.copy() for name, value in parameters.items()}
        return Progress(epoch, copies, np.array(costs), finite)

    yield progress(0, True)
    for epoch in range(1, epochs + 1):
        with np.errstate(all="ignore"):  # divergence is found by looking, and named
            Z, caches = network_forward(X, parameters, activation, keep_probs, rng, scale)
            cost, dZ = sigmoid_cross_entropy(Z, Y)
            if np.isfinite(cost):
                stepper.step(parameters, network_backward(dZ, caches, activation))
        costs.append(float(cost))
        finite = bool(np.isfinite(cost)) and all(np.isfinite(p).all() for p in parameters.values())
        if not finite or epoch % every == 0 or epoch == epochs:
            yield progress(epoch, finite)
        if not finite:
            return


def probability_grid(
    logits: Callable[[np.ndarray], np.ndarray], points: int = 81, extent: float = EXTENT
) -> np.ndarray:
    """Probability of class 1 on a grid, (points, points), y first; NaN where logits are not finite."""
    side = np.linspace(-extent, extent, points)
    X = np.stack(np.meshgrid(side, side)).reshape(2, -1)
    with np.errstate(all="ignore"):
        Z = logits(X).reshape(points, points)
        return np.where(np.isfinite(Z), sigmoid(np.clip(np.nan_to_num(Z), -500, 500)), np.nan)


def accuracy(Z: np.ndarray, Y: np.ndarray) -> float:
    """Share of examples on the right side of Z = 0; NaN logits count as wrong."""
    return float(np.mean(np.where(np.isfinite(Z), (Z > 0) == (Y > 0.5), False)))
