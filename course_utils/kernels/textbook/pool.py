"""Pooling as on the blackboard: one window at a time.

The same names, arguments and results as `course_utils.kernels.pool`, hundreds of times slower.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.padding import Pad, borders, check_pair, output_sizes


def max_pool2d_forward(
    A_prev: np.ndarray, f: int | tuple[int, int] = 2, stride: int | tuple[int, int] = 2, pad: Pad = "valid"
) -> tuple[np.ndarray, Any]:
    """Keep the largest value of each window; see `course_utils.kernels.pool.max_pool2d_forward`."""
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    windows, n_H, n_W = _windows(n_H_prev, n_W_prev, f, stride, pad)
    A = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for n in range(m):
        for h, w, rows, columns in windows:
            for c in range(n_C):
                A[n, h, w, c] = np.max(A_prev[n, rows, columns, c])
    return A, (A_prev, windows)


def max_pool2d_backward(dA: np.ndarray, cache: Any) -> np.ndarray:
    """Give each window's gradient to its first largest value."""
    A_prev, windows = cache
    dA_prev = np.zeros_like(A_prev)
    for n in range(A_prev.shape[0]):
        for h, w, rows, columns in windows:
            for c in range(A_prev.shape[3]):
                window = A_prev[n, rows, columns, c]
                i, j = np.unravel_index(np.argmax(window), window.shape)  # argmax gives the first of equals
                dA_prev[n, rows.start + i, columns.start + j, c] += dA[n, h, w, c]
    return dA_prev


def avg_pool2d_forward(
    A_prev: np.ndarray, f: int | tuple[int, int] = 2, stride: int | tuple[int, int] = 2, pad: Pad = "valid"
) -> tuple[np.ndarray, Any]:
    """Take the mean of each window; see `course_utils.kernels.pool.avg_pool2d_forward`."""
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    windows, n_H, n_W = _windows(n_H_prev, n_W_prev, f, stride, pad)
    A = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for n in range(m):
        for h, w, rows, columns in windows:
            for c in range(n_C):
                A[n, h, w, c] = np.mean(A_prev[n, rows, columns, c])
    return A, (A_prev, windows)


def avg_pool2d_backward(dA: np.ndarray, cache: Any) -> np.ndarray:
    """Give each pixel of a window an equal share of the window's gradient."""
    A_prev, windows = cache
    dA_prev = np.zeros_like(A_prev)
    for n in range(A_prev.shape[0]):
        for h, w, rows, columns in windows:
            for c in range(A_prev.shape[3]):
                window = dA_prev[n, rows, columns, c]
                window += dA[n, h, w, c] / window.size
    return dA_prev


def _windows(n_H_prev: int, n_W_prev: int, f: Any, stride: Any, pad: Pad) -> tuple[list, int, int]:
    """List (h, w, rows, columns) of all windows, cut to the picture: a border never counts."""
    (f_H, f_W), (s_H, s_W) = check_pair("f", f), check_pair("stride", stride)
    zeros = borders((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), pad)
    n_H, n_W = output_sizes((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), zeros)
    windows = []
    for h in range(n_H):
        for w in range(n_W):
            top, left = h * s_H - zeros[0][0], w * s_W - zeros[1][0]
            rows = slice(max(top, 0), min(top + f_H, n_H_prev))
            columns = slice(max(left, 0), min(left + f_W, n_W_prev))
            windows.append((h, w, rows, columns))
    return windows, n_H, n_W
