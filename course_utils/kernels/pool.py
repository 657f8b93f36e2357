"""Pooling: shrink pictures by keeping the largest or the mean value of each window."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype
from course_utils.kernels.padding import Pad, borders, check_pair, output_sizes, pad_with, zero_pad


def max_pool2d_forward(
    A_prev: np.ndarray,
    f: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] = 2,
    pad: Pad = "valid",
) -> tuple[np.ndarray, Any]:
    """Keep the largest value of each window, channel by channel.

    A_prev : pictures, shape (m, n_H_prev, n_W_prev, n_C)
    f      : size of the window, an int or a pair (f_H, f_W)
    stride : step of the window, an int or a pair (s_H, s_W)
    pad    : an int, a pair, "valid" or "same" as in `conv2d_forward`; the border counts as -inf,
             so it never wins. Numbers must be smaller than f: a window that sees only border
             has no largest value
    Returns A, shape (m, n_H, n_W, n_C), and a cache for `max_pool2d_backward`.
    Raises ValueError for a wrong shape or a window that does not fit.
    """
    check_array("A_prev", A_prev, ("m", "n_H_prev", "n_W_prev", "n_C"))
    f, stride, zeros, (n_H, n_W) = _geometry(A_prev, f, stride, pad)
    padded = pad_with(A_prev, zeros, -np.inf)
    A = None
    for rows, columns in _taps(f, stride, (n_H, n_W)):
        window = padded[:, rows, columns]
        A = window.copy() if A is None else np.maximum(A, window, out=A)
    return A, (A_prev, A, f, stride, zeros)


def max_pool2d_backward(dA: np.ndarray, cache: Any) -> np.ndarray:
    """Send the gradient of a cost back through `max_pool2d_forward`.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : what `max_pool2d_forward` returned beside A
    Returns dA_prev, the shape of A_prev. The largest value of a window gets the window's
    gradient; of equal ones the first, row by row.
    """
    A_prev, A, f, stride, zeros = cache
    check_array("dA", dA, A.shape)
    check_same_dtype(dA=dA, A_prev=A_prev)
    padded = pad_with(A_prev, zeros, -np.inf)
    d_padded = np.zeros(padded.shape, padded.dtype)
    waiting = np.ones(A.shape, bool)  # windows whose largest value has not been met yet
    for rows, columns in _taps(f, stride, A.shape[1:3]):
        here = waiting & (padded[:, rows, columns] == A)
        d_padded[:, rows, columns] += np.where(here, dA, 0)
        waiting &= ~here
    return _inside(d_padded, zeros)


def avg_pool2d_forward(
    A_prev: np.ndarray,
    f: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] = 2,
    pad: Pad = "valid",
) -> tuple[np.ndarray, Any]:
    """Take the mean of each window, channel by channel.

    A_prev : pictures, shape (m, n_H_prev, n_W_prev, n_C)
    f      : size of the window, an int or a pair (f_H, f_W)
    stride : step of the window, an int or a pair (s_H, s_W)
    pad    : an int, a pair, "valid" or "same" as in `conv2d_forward`; the border is left out
             of the mean. Numbers must be smaller than f: a window that sees only border has no mean
    Returns A, shape (m, n_H, n_W, n_C), and a cache for `avg_pool2d_backward`.
    Raises ValueError for a wrong shape or a window that does not fit.
    """
    check_array("A_prev", A_prev, ("m", "n_H_prev", "n_W_prev", "n_C"))
    f, stride, zeros, n_out = _geometry(A_prev, f, stride, pad)
    padded = zero_pad(A_prev, zeros)
    A = np.zeros((len(A_prev), *n_out, A_prev.shape[3]), A_prev.dtype)
    for rows, columns in _taps(f, stride, n_out):
        A += padded[:, rows, columns]
    counts = _counts(A_prev.shape, f, stride, zeros, n_out).astype(A.dtype)  # (n_H, n_W, 1)
    A /= counts
    return A, (A_prev.shape, A_prev.dtype, A.shape, f, stride, zeros)


def avg_pool2d_backward(dA: np.ndarray, cache: Any) -> np.ndarray:
    """Send the gradient of a cost back through `avg_pool2d_forward`.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : what `avg_pool2d_forward` returned beside A
    Returns dA_prev, the shape of A_prev: every pixel of a window gets an equal share.
    """
    shape, dtype, shape_of_A, f, stride, zeros = cache
    check_array("dA", dA, shape_of_A)
    if dA.dtype != dtype:
        raise TypeError(
            f"arguments must share one dtype, got dA {dA.dtype}, A_prev {dtype}; convert with .astype"
        )
    share = dA / _counts(shape, f, stride, zeros, dA.shape[1:3]).astype(dtype)
    d_padded = np.zeros((shape[0], shape[1] + sum(zeros[0]), shape[2] + sum(zeros[1]), shape[3]), dtype)
    for rows, columns in _taps(f, stride, dA.shape[1:3]):
        d_padded[:, rows, columns] += share
    return _inside(d_padded, zeros)


def _geometry(A_prev: np.ndarray, f, stride, pad):
    """Check the window and count the border and the outputs."""
    f, stride = check_pair("f", f), check_pair("stride", stride)
    zeros = borders(A_prev.shape[1:3], f, stride, pad)
    if zeros[0][0] >= f[0] or zeros[1][0] >= f[1]:
        raise ValueError(f"pad must be smaller than the window f = {f}, got {pad!r}")
    return f, stride, zeros, output_sizes(A_prev.shape[1:3], f, stride, zeros)


def _taps(f: tuple[int, int], stride: tuple[int, int], n_out: tuple[int, int]):
    """Yield the rows and columns of the padded picture that each place of the window meets."""
    for i in range(f[0]):
        for j in range(f[1]):
            yield (
                slice(i, i + (n_out[0] - 1) * stride[0] + 1, stride[0]),
                slice(j, j + (n_out[1] - 1) * stride[1] + 1, stride[1]),
            )


def _counts(shape, f, stride, zeros, n_out) -> np.ndarray:
    """How many pixels of the picture each window sees, shape (n_H, n_W, 1)."""
    axes = []
    for k in range(2):
        start = np.arange(n_out[k]) * stride[k] - zeros[k][0]
        axes.append(np.minimum(start + f[k], shape[1 + k]) - np.maximum(start, 0))
    return np.outer(axes[0], axes[1])[:, :, None]


def _inside(padded: np.ndarray, zeros) -> np.ndarray:
    """Cut the border off again."""
    (top, bottom), (left, right) = zeros
    return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]
