"""Inverted dropout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class DropoutCache(NamedTuple):
    """What `dropout_backward` needs: 1/keep_prob where a unit was kept, 0 elsewhere; None for all kept."""

    scale: np.ndarray | None
    shape: tuple[int, ...]


def dropout_forward(
    A: np.ndarray, keep_prob: float, rng: np.random.Generator
) -> tuple[np.ndarray, DropoutCache]:
    """Switch units off at random, and scale the others up so that the expected value stays.

    A         : float activations of any shape
    keep_prob : probability of keeping a unit, above 0 and at most 1; 1 is the identity and draws
                nothing from `rng`. At test time do not call dropout (or use 1)
    rng       : draws the mask
    Returns out, of A's shape and dtype, and the cache of the backward pass.

    Kept units are divided by keep_prob ("inverted" dropout), so nothing has to change at test time.
    Source: Srivastava et al., Dropout, 2014.
    """
    if not isinstance(A, np.ndarray) or A.dtype.kind != "f":
        raise TypeError(f"A must be a NumPy array of floats, got {getattr(A, 'dtype', type(A).__name__)}")
    if not 0 < keep_prob <= 1:
        raise ValueError(f"keep_prob is {keep_prob!r}, needs a number above 0 and at most 1")
    if keep_prob == 1:
        return A.copy(), DropoutCache(None, A.shape)
    # float32 draws cost half the time; a multiple of 2^-24 is fine enough for any keep_prob.
    kept = rng.random(A.shape, dtype=np.float32) < keep_prob
    scale = kept * np.asarray(1 / keep_prob, dtype=A.dtype)
    return A * scale, DropoutCache(scale, A.shape)


def dropout_backward(d_out: np.ndarray, cache: DropoutCache) -> np.ndarray:
    """Gradient through dropout: the same units off, the same scale.

    d_out : gradient of the cost with respect to out, of its shape
    cache : from `dropout_forward`
    Returns dA. Raises ValueError when the shapes differ.
    """
    if not isinstance(d_out, np.ndarray) or d_out.dtype.kind != "f":
        raise TypeError(
            f"d_out must be a NumPy array of floats, got {getattr(d_out, 'dtype', type(d_out).__name__)}"
        )
    if d_out.shape != cache.shape:
        raise ValueError(f"d_out has shape {d_out.shape}, needs {cache.shape}, the shape of A")
    return d_out.copy() if cache.scale is None else d_out * cache.scale
