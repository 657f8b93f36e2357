"""The dense layer one product at a time. Same names and results as `course_utils.kernels.dense`."""

from __future__ import annotations

import numpy as np

Cache = tuple[np.ndarray, np.ndarray, np.ndarray]


def dense_forward(A_prev: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Cache]:
    """z_i = sum over k of w_ik a_k, plus b_i, for every unit i of every example.

    A_prev : (n_in, m), W : (n_out, n_in), b : (n_out, 1)
    Returns Z (n_out, m) and a cache.
    """
    n_in, m = A_prev.shape
    n_out = W.shape[0]
    Z = np.zeros((n_out, m), dtype=A_prev.dtype)
    for example in range(m):
        for i in range(n_out):
            total = float(b[i, 0])
            for k in range(n_in):
                total += float(W[i, k]) * float(A_prev[k, example])
            Z[i, example] = total
    return Z, (A_prev, W, b)


def dense_backward(dZ: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every product w_ik a_k hands dz_i on to both its factors.

    dZ : (n_out, m)
    Returns dA_prev (n_in, m), dW (n_out, n_in), db (n_out, 1).
    """
    A_prev, W, b = cache
    n_in, m = A_prev.shape
    n_out = W.shape[0]
    dA_prev, dW, db = np.zeros_like(A_prev), np.zeros_like(W), np.zeros_like(b)
    for example in range(m):
        for i in range(n_out):
            db[i, 0] += dZ[i, example]
            for k in range(n_in):
                dW[i, k] += dZ[i, example] * A_prev[k, example]
                dA_prev[k, example] += W[i, k] * dZ[i, example]
    return dA_prev, dW, db
