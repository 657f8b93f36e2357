"""Activation functions, their derivatives as forward/backward pairs.

Each activation comes three times: `sigmoid(Z)` gives the values alone, `sigmoid_forward(Z)`
gives the values and a cache, `sigmoid_backward(dA, cache)` gives dZ. All work entry by entry
on arrays of any shape; `softmax` alone mixes entries, along one axis (axis 0: the classes are
the rows, the examples the columns).

The plain functions also take a number, a list or whole numbers, and then answer in float64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.kernels.checks import check_same_shape


class LeakyReluCache(NamedTuple):
    """What `leaky_relu_backward` needs: where Z was positive, and the slope elsewhere."""

    positive: np.ndarray
    negative_slope: float


class SoftmaxCache(NamedTuple):
    """What `softmax_backward` needs: the probabilities and the axis of the classes."""

    A: np.ndarray
    axis: int


def _as_floats(Z: np.ndarray) -> np.ndarray:
    """Z itself when it holds floats; a float64 copy of whole numbers; TypeError for anything else."""
    Z = np.asarray(Z)
    if Z.dtype.kind == "f":
        return Z
    if Z.dtype.kind in "iub":
        return Z.astype(np.float64)
    raise TypeError(f"Z must hold real numbers, got dtype {Z.dtype}")


def _check_gradient(dA: np.ndarray, A: np.ndarray) -> None:
    if not isinstance(dA, np.ndarray) or dA.dtype.kind != "f":
        raise TypeError(f"dA must be a NumPy array of floats, got {getattr(dA, 'dtype', type(dA).__name__)}")
    check_same_shape("dA", dA, "A", A)


# ---- sigmoid ---------------------------------------------------------------------------------


def sigmoid(Z: np.ndarray) -> np.ndarray:
    """Sigmoid `1 / (1 + exp(-Z))`, entry by entry.

    Z : any shape
    Returns A of the same shape, every entry in [0, 1].

    `exp(-Z)` overflows for large negative Z. We only ever take the exponential of `-|Z|`, which
    lies in (0, 1]: for Z >= 0 the formula above, for Z < 0 the same number written as
    `exp(Z) / (1 + exp(Z))`.
    """
    Z = _as_floats(Z)
    # Two arrays, written again and again: they stay nearer to the processor than new ones.
    e, A = np.empty_like(Z), np.empty_like(Z)
    np.abs(Z, out=e)
    np.negative(e, out=e)
    np.exp(e, out=e)  # at most 1
    # The numerator is 1 where Z >= 0 and e elsewhere. As e <= 1 that is the larger of e and the
    # truth value: one fast pass, where np.where would test every entry.
    np.greater_equal(Z, 0, out=A)
    np.maximum(A, e, out=A)
    e += 1
    A /= e
    return A[()]  # a number when Z was one


def sigmoid_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sigmoid with the cache of its backward pass.

    Z : any shape
    Returns A, cache (the cache is A: the derivative is A (1 - A)).
    """
    A = sigmoid(Z)
    return A, A


def sigmoid_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Gradient through the sigmoid, `dZ = dA * A * (1 - A)`.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : from `sigmoid_forward`
    Returns dZ of the same shape. Raises ValueError when the shapes differ.
    """
    A = cache
    _check_gradient(dA, A)
    dZ = 1 - A
    dZ *= A
    dZ *= dA
    return dZ


# ---- tanh ------------------------------------------------------------------------------------


def tanh(Z: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent, entry by entry.

    Z : any shape
    Returns A of the same shape, every entry in [-1, 1].
    """
    return np.tanh(_as_floats(Z))


def tanh_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hyperbolic tangent with the cache of its backward pass.

    Z : any shape
    Returns A, cache (the cache is A: the derivative is 1 - A^2).
    """
    A = tanh(Z)
    return A, A


def tanh_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Gradient through tanh, `dZ = dA * (1 - A^2)`.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : from `tanh_forward`
    Returns dZ of the same shape. Raises ValueError when the shapes differ.
    """
    A = cache
    _check_gradient(dA, A)
    dZ = A * A
    np.subtract(1, dZ, out=dZ)
    dZ *= dA
    return dZ


# ---- ReLU ------------------------------------------------------------------------------------


def relu(Z: np.ndarray) -> np.ndarray:
    """Rectified linear unit `max(Z, 0)`, entry by entry.

    Z : any shape
    Returns A of the same shape, every entry at least 0.
    """
    return np.maximum(_as_floats(Z), 0)


def relu_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ReLU with the cache of its backward pass.

    Z : any shape
    Returns A, cache (the cache is A: it is positive exactly where Z is).
    """
    A = relu(Z)
    return A, A


def relu_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Gradient through ReLU: dA where Z was positive, 0 elsewhere.

    ReLU has no derivative at 0. We take 0 there, by convention.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : from `relu_forward`
    Returns dZ of the same shape. Raises ValueError when the shapes differ.
    """
    A = cache
    _check_gradient(dA, A)
    dZ = (A > 0).astype(dA.dtype)  # 1 or 0, the slope
    dZ *= dA
    return dZ


# ---- leaky ReLU ------------------------------------------------------------------------------


def leaky_relu(Z: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """Leaky ReLU: Z where it is positive, `negative_slope * Z` elsewhere.

    Z              : any shape
    negative_slope : slope for Z <= 0
    Returns A of the same shape.
    """
    Z = _as_floats(Z)
    if 0 <= negative_slope <= 1:  # then the right one of the two is the larger one
        return np.maximum(Z, float(negative_slope) * Z)
    return np.where(Z > 0, Z, float(negative_slope) * Z)


def leaky_relu_forward(Z: np.ndarray, negative_slope: float = 0.01) -> tuple[np.ndarray, LeakyReluCache]:
    """Leaky ReLU with the cache of its backward pass.

    Z              : any shape
    negative_slope : slope for Z <= 0
    Returns A, cache.
    """
    Z = _as_floats(Z)
    return leaky_relu(Z, negative_slope), LeakyReluCache(Z > 0, float(negative_slope))


def leaky_relu_backward(dA: np.ndarray, cache: LeakyReluCache) -> np.ndarray:
    """Gradient through leaky ReLU: dA where Z was positive, `negative_slope * dA` elsewhere (at 0 too).

    dA    : gradient of the cost with respect to A, the shape of A
    cache : from `leaky_relu_forward`
    Returns dZ of the same shape. Raises ValueError when the shapes differ.
    """
    _check_gradient(dA, cache.positive)
    if 0 <= cache.negative_slope <= 1:  # the slope is 1 or negative_slope, whichever is larger
        slope = np.maximum(cache.positive.astype(dA.dtype), cache.negative_slope)
        slope *= dA
        return slope
    return np.where(cache.positive, dA, cache.negative_slope * dA)


# ---- softmax ---------------------------------------------------------------------------------


def softmax(Z: np.ndarray, axis: int = 0) -> np.ndarray:
    """Softmax `exp(Z) / sum(exp(Z))` along one axis.

    Z    : any shape with at least one axis; (n_y, m) in the course: one column an example
    axis : axis of the classes
    Returns A of the same shape; along `axis` its entries sum to 1.

    Subtracting the largest logit changes nothing in the quotient and keeps every exponential in
    [0, 1], so logits of 1000 do not overflow. A logit of -inf excludes its class (probability 0).
    Where every logit is -inf there is no distribution to give; all its probabilities are then 0,
    not NaN, which is what a fully masked row of attention needs.
    """
    Z = _as_floats(Z)
    if Z.ndim == 0:
        raise ValueError("Z has shape (), needs at least one axis: that of the classes")
    if not -Z.ndim <= axis < Z.ndim:
        raise ValueError(f"axis is {axis}, needs to be one of the {Z.ndim} axes of Z with shape {Z.shape}")
    if Z.shape[axis] == 0:
        raise ValueError(f"Z has shape {Z.shape}, needs at least one class along axis {axis}")
    largest = Z.max(axis=axis, keepdims=True)
    # -inf - (-inf) is NaN: where all is -inf subtract 0, and every exponential is exp(-inf) = 0.
    A = np.exp(Z - np.where(np.isneginf(largest), 0, largest))
    total = A.sum(axis=axis, keepdims=True)  # at least 1, or 0 where all is -inf
    A /= np.where(total == 0, 1, total)
    return A


def softmax_forward(Z: np.ndarray, axis: int = 0) -> tuple[np.ndarray, SoftmaxCache]:
    """Softmax with the cache of its backward pass.

    Z    : any shape with at least one axis
    axis : axis of the classes
    Returns A, cache.
    """
    A = softmax(Z, axis)
    return A, SoftmaxCache(A, axis)


def softmax_backward(dA: np.ndarray, cache: SoftmaxCache) -> np.ndarray:
    """Gradient through softmax.

    The Jacobian of one column p is `diag(p) - p p^T`, so `dz = p * (da - p . da)`: one dot
    product a column, and the Jacobian itself is never built.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : from `softmax_forward`
    Returns dZ of the same shape. Raises ValueError when the shapes differ.
    """
    A, axis = cache
    _check_gradient(dA, A)
    return A * (dA - (A * dA).sum(axis=axis, keepdims=True))
