"""The dense (fully connected) layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype


class DenseCache(NamedTuple):
    """What `dense_backward` needs from the forward pass."""

    A_prev: np.ndarray
    W: np.ndarray
    b: np.ndarray


def dense_forward(A_prev: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, DenseCache]:
    """Linear step of a dense layer, `Z = W A_prev + b`, for all examples at once.

    A_prev : (n_in, m) activations of the layer before, one column an example
    W      : (n_out, n_in) weights, one row a unit
    b      : (n_out, 1) biases
    Returns Z (n_out, m) and the cache of the backward pass.
    Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    n_in = check_array("A_prev", A_prev, ("n_in", "m"))["n_in"]
    n_out = check_array("W", W, ("n_out", n_in))["n_out"]
    check_array("b", b, (n_out, 1))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    Z = W @ A_prev  # (n_out, m)
    Z += b  # each bias is added along its row
    return Z, DenseCache(A_prev, W, b)


def dense_backward(
    dZ: np.ndarray, cache: DenseCache, *, need_dA_prev: bool = True
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """Gradients of the linear step.

    No 1/m appears here: the gradient of the cost already carries it in dZ.

    dZ           : (n_out, m) gradient of the cost with respect to Z
    cache        : from `dense_forward`
    need_dA_prev : False for the first layer of a network, whose input nobody differentiates;
                   saves one product as large as the forward one, and None stands in its place
    Returns dA_prev (n_in, m), dW (n_out, n_in), db (n_out, 1).
    """
    A_prev, W, b = cache
    check_array("dZ", dZ, (W.shape[0], A_prev.shape[1]))
    check_same_dtype(dZ=dZ, A_prev=A_prev, W=W, b=b)
    dA_prev = W.T @ dZ if need_dA_prev else None
    dW = dZ @ A_prev.T
    db = dZ.sum(axis=1, keepdims=True)
    return dA_prev, dW, db
