"""Costs and their gradients.

Every function returns the cost, a Python float, and its gradients. A cost is the mean over the
m examples (columns) of the example's loss; the loss of an example with several outputs is their
sum. The gradients carry this 1/m, and no layer below adds another one.

A batch without examples (m = 0) costs 0.0 and has empty gradients.
"""

from __future__ import annotations

import numpy as np

from course_utils.kernels.activations import sigmoid
from course_utils.kernels.checks import check_array, check_same_dtype, check_same_shape
from course_utils.kernels.ctc import ctc_loss

__all__ = [
    "binary_cross_entropy",
    "ctc_loss",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "triplet_loss",
]


def _check_pair(name: str, prediction: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Check a prediction and its labels; return the labels in the prediction's dtype."""
    check_array(name, prediction, ("n_y", "m"))
    if not isinstance(Y, np.ndarray):
        raise TypeError(f"Y must be a NumPy array, got {type(Y).__name__}")
    if Y.dtype.kind not in "fiub":
        raise TypeError(f"Y must hold numbers, got dtype {Y.dtype}")
    check_same_shape("Y", Y, name, prediction)
    return Y.astype(prediction.dtype, copy=False)


def _check_unit_interval(name: str, value: np.ndarray) -> None:
    if value.size and (value.min() < 0 or value.max() > 1):
        raise ValueError(
            f"{name} holds values from {value.min():.6g} to {value.max():.6g}, needs values in [0, 1]"
        )


def _mean_over_examples(losses: np.ndarray, m: int) -> float:
    """Sum of all losses over m, added up in float64 so that a large batch loses no digits."""
    return float(losses.sum(dtype=np.float64)) / max(m, 1)


def binary_cross_entropy(A: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy of probabilities with labels 0 or 1.

    `J = -1/m * sum(Y log A + (1 - Y) log(1 - A))`

    A : (n_y, m) probabilities in [0, 1]
    Y : (n_y, m) labels in [0, 1]
    Returns cost, dA (n_y, m).
    Raises ValueError for other shapes and for values outside [0, 1].

    A probability of exactly 0 or 1 is legal. Where it is right (A = Y), its loss is exactly 0 and
    its gradient the one-sided derivative. Where it is wrong the true loss is infinite; we give
    the loss at the nearest number the dtype can tell apart from 0 or 1: log A is taken of at
    least `finfo.tiny`, log(1 - A) of at least `finfo.epsneg` (the gap below 1). Every other A is
    used as it is. When the logits are at hand, `sigmoid_cross_entropy` needs none of this.
    """
    Y = _check_pair("A", A, Y)
    _check_unit_interval("A", A)
    _check_unit_interval("Y", Y)
    m = A.shape[1]
    dtype = np.finfo(A.dtype)
    yes = np.maximum(A, dtype.tiny)
    no = np.maximum(1 - A, dtype.epsneg)
    # The floor is finite, so a label of 0 cancels its logarithm: no 0 * inf can occur.
    # A = Y = 1 gives log(1) = 0 and A = Y = 0 gives log(1 - 0) = 0: the loss is exactly 0.
    cost = _mean_over_examples(-(Y * np.log(yes) + (1 - Y) * np.log(no)), m)
    dA = ((1 - Y) / no - Y / yes) / max(m, 1)
    return cost, dA


def sigmoid_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Binary cross-entropy from logits: sigmoid and cross-entropy in one, safe for any logit.

    With A = sigmoid(Z) the loss of one entry simplifies to
    `max(Z, 0) - Y Z + log(1 + exp(-|Z|))`, in which no exponential overflows and no logarithm
    meets 0; the gradient simplifies to `A - Y`.

    Z : (n_y, m) logits
    Y : (n_y, m) labels in [0, 1]
    Returns cost, dZ (n_y, m).
    """
    Y = _check_pair("Z", Z, Y)
    _check_unit_interval("Y", Y)
    m = Z.shape[1]
    losses = np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))
    dZ = (sigmoid(Z) - Y) / max(m, 1)
    return _mean_over_examples(losses, m), dZ


def softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Softmax over the rows and cross-entropy with the labels, in one.

    `J = -1/m * sum(Y log softmax(Z))`. Together the two simplify: `dZ = (softmax(Z) - Y) / m`.

    Z : (n_y, m) logits, one column an example; -inf excludes a class
    Y : (n_y, m) labels in [0, 1], one-hot or a distribution a column; a column of zeros leaves
        its example out of the sum (padding), m still counts it
    Returns cost, dZ (n_y, m).

    log softmax(Z) is `Z - max - log(sum(exp(Z - max)))`: the exponentials lie in [0, 1] and their
    sum is at least 1, so logits of 1000 are safe and no logarithm meets 0.
    """
    Y = _check_pair("Z", Z, Y)
    _check_unit_interval("Y", Y)
    n_y, m = Z.shape
    if n_y == 0:
        raise ValueError(f"Z has shape {Z.shape}, needs at least one class (row)")
    largest = Z.max(axis=0, keepdims=True)  # (1, m)
    if np.isneginf(largest).any():
        raise ValueError("Z has a column in which every logit is -inf, needs at least one possible class")
    shifted = Z - largest
    P = np.exp(shifted)
    total = P.sum(axis=0, keepdims=True)  # (1, m), at least 1
    if np.isneginf(shifted.min(initial=0)):
        excluded = np.isneginf(shifted)
        # An excluded class without label adds nothing; with a label it makes the cost infinite.
        if (excluded & (Y > 0)).any():
            raise ValueError("Z excludes (with -inf) a class that Y labels: the cost would be infinite")
        shifted[excluded] = 0
    weight = Y.sum(axis=0, keepdims=True)  # (1, m), 1 for a distribution
    shifted *= Y
    cost = _mean_over_examples(weight * np.log(total) - shifted.sum(axis=0, keepdims=True), m)
    P *= weight / total
    P -= Y
    P *= 1 / max(m, 1)
    return cost, P


def mean_squared_error(A: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared error, summed over the outputs and averaged over the examples.

    `J = 1/m * sum((A - Y)^2)`; there is no factor 1/2.

    A : (n_y, m) predictions
    Y : (n_y, m) targets, any real numbers
    Returns cost, dA (n_y, m).
    """
    Y = _check_pair("A", A, Y)
    m = A.shape[1]
    difference = A - Y
    return _mean_over_examples(difference * difference, m), difference * (2 / max(m, 1))


def triplet_loss(
    A: np.ndarray, P: np.ndarray, N: np.ndarray, margin: float = 0.2
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Triplet loss of embeddings (Schroff, Kalenichenko and Philbin, FaceNet, 2015).

    `J = 1/m * sum(max(|a - p|^2 - |a - n|^2 + margin, 0))` over the columns: an anchor should lie
    nearer to its positive than to its negative, by the margin.

    A, P, N : (n, m) embeddings of the anchors, positives and negatives, one column a triplet
    margin  : how much nearer, in squared distance; at least 0
    Returns cost, dA, dP, dN, each (n, m). A triplet that keeps the margin has gradient 0.
    """
    check_array("A", A, ("n", "m"))
    for name, other in (("P", P), ("N", N)):
        check_array(name, other, (None, None))
        check_same_shape(name, other, "A", A)
    check_same_dtype(A=A, P=P, N=N)
    if not margin >= 0:
        raise ValueError(f"margin is {margin!r}, needs a number of at least 0")
    m = A.shape[1]
    to_positive, to_negative = A - P, A - N
    losses = (to_positive**2).sum(axis=0) - (to_negative**2).sum(axis=0) + float(margin)  # (m,)
    violated = (losses > 0).astype(A.dtype) * (2 / max(m, 1))  # (m,): 2/m or 0
    cost = _mean_over_examples(np.maximum(losses, 0), m)
    # d|a - p|^2 / da = 2(a - p) and d|a - n|^2 / da = 2(a - n): their difference is 2(n - p).
    return cost, violated * (N - P), violated * -to_positive, violated * to_negative
