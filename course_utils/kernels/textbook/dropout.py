"""Inverted dropout one unit at a time. Same names and results as `course_utils.kernels.dropout`."""

from __future__ import annotations

import numpy as np


def dropout_forward(
    A: np.ndarray, keep_prob: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Keep a unit when its draw is below keep_prob, divided by keep_prob; otherwise 0."""
    out, scale = np.zeros_like(A), np.ones_like(A)
    for index in np.ndindex(A.shape):
        if keep_prob < 1:
            scale[index] = 1 / keep_prob if rng.random(dtype=np.float32) < keep_prob else 0.0
        out[index] = A[index] * scale[index]
    return out, scale


def dropout_backward(d_out: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """The gradient passes where the unit was kept, divided by keep_prob."""
    dA = np.zeros_like(d_out)
    for index in np.ndindex(d_out.shape):
        dA[index] = d_out[index] * cache[index]
    return dA
