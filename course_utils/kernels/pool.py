"""Pooling: shrink pictures by keeping the largest or the mean value of each window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array
from course_utils.kernels.conv_runs import as_runs
from course_utils.kernels.padding import Pad, borders, check_pair, output_sizes, pad_with, zero_pad

BLOCK_BYTES = 512 * 1024  # of one output array; a block works with one or two such


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
    padded = pad_with(A_prev, zeros, -np.inf) if np.any(zeros) else A_prev
    A = np.empty((len(A_prev), n_H, n_W, A_prev.shape[3]), A_prev.dtype)
    # winner[n, h, w, c] = i·f_W + j, the place in the window where the largest value stands:
    # all that the way back needs, one byte an output.
    winner = np.empty(A.shape, np.uint8 if f[0] * f[1] <= 256 else np.uint32)
    # It begins with the first place inside the picture: so even a picture of -inf beats its border.
    i, j = (np.maximum(zeros[k][0] - np.arange(A.shape[1 + k]) * stride[k], 0) for k in range(2))
    winner[...] = (i[:, None] * f[1] + j)[:, :, None]
    for images, rows in _blocks(A):
        best, place = A[images, rows], winner[images, rows]
        window, larger = np.empty_like(best), np.empty(best.shape, bool)
        for k, (at_H, at_W) in enumerate(_taps(f, stride, (n_H, n_W))):
            seen = padded[images, at_H, at_W][:, rows]
            if k == 0:
                best[...] = seen
                continue
            window[...] = seen  # gathered once, then three passes over memory without gaps
            np.greater(window, best, out=larger)
            np.maximum(best, window, out=best)
            # Places are met in growing order, so the last strictly larger one has the largest k;
            # an equal value is not larger, and the first of equals stays.
            np.maximum(place, larger.view(np.uint8) * place.dtype.type(k), out=place)
    return A, (A_prev.shape, winner, A.dtype, f, stride, zeros)


def max_pool2d_backward(dA: np.ndarray, cache: Any) -> np.ndarray:
    """Send the gradient of a cost back through `max_pool2d_forward`.

    dA    : gradient of the cost with respect to A, the shape of A
    cache : what `max_pool2d_forward` returned beside A
    Returns dA_prev, the shape of A_prev. The largest value of a window gets the window's
    gradient; of equal ones the first, row by row.
    """
    shape, winner, dtype, f, stride, zeros = cache
    _check_gradient(dA, winner.shape, dtype)
    dA = np.ascontiguousarray(dA)
    d_shape = (shape[0], shape[1] + sum(zeros[0]), shape[2] + sum(zeros[1]), shape[3])
    # Where the windows meet every pixel once, zeros beforehand would only be overwritten.
    tiled = all(stride[k] == f[k] and dA.shape[1 + k] * f[k] == d_shape[1 + k] for k in range(2))
    d_padded = np.empty(d_shape, dtype) if tiled else np.zeros(d_shape, dtype)
    if stride[0] >= f[0] and stride[1] >= f[1]:
        _spread_apart(dA, winner, f, stride, d_padded)
    else:
        _spread_overlapping(dA, winner, f, stride, d_padded)
    return _inside(d_padded, zeros)


def _spread_apart(
    dA: np.ndarray, winner: np.ndarray, f: tuple[int, int], stride: tuple[int, int], d_padded: np.ndarray
) -> None:
    """Windows do not overlap: each place of the window is written once, with dA or 0.

    The bits of dA are multiplied by 1 or 0 as a whole number, which keeps or clears them: faster than
    with floating point, and 0 even where dA is infinite.
    """
    bits = dA.view(np.dtype(f"i{dA.itemsize}"))
    d_padded = d_padded.view(bits.dtype)
    for images, rows in _blocks(dA):
        d, place = bits[images, rows], winner[images, rows]
        won, share = np.empty(d.shape, bool), np.empty_like(d)
        for k, (at_H, at_W) in enumerate(_taps(f, stride, dA.shape[1:3])):
            np.equal(place, k, out=won)
            np.multiply(d, won.view(np.int8), out=share)
            as_runs(d_padded[images, at_H, at_W][:, rows])[...] = as_runs(share)


def _spread_overlapping(
    dA: np.ndarray, winner: np.ndarray, f: tuple[int, int], stride: tuple[int, int], d_padded: np.ndarray
) -> None:
    """Windows overlap: add every dA to the one pixel that won, addressed by its number in memory."""
    m, n_H, n_W, n_C = dA.shape
    n_W_padded = d_padded.shape[2]
    # number of the pixel = number of the window's first pixel + distance of the winner from it
    distance = (np.arange(f[0])[:, None] * n_W_padded + np.arange(f[1])).reshape(-1) * n_C
    row = np.arange(n_H) * stride[0] * n_W_padded * n_C
    first = row[:, None, None] + (np.arange(n_W) * stride[1] * n_C)[:, None] + np.arange(n_C)
    for n in range(m):
        number = np.take(distance, winner[n])  # (n_H, n_W, n_C)
        number += first
        np.add.at(d_padded[n].reshape(-1), number.reshape(-1), dA[n].reshape(-1))


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
    padded = zero_pad(A_prev, zeros) if np.any(zeros) else A_prev
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
    _check_gradient(dA, shape_of_A, dtype)
    share = dA / _counts(shape, f, stride, zeros, dA.shape[1:3]).astype(dtype)
    d_padded = np.zeros((shape[0], shape[1] + sum(zeros[0]), shape[2] + sum(zeros[1]), shape[3]), dtype)
    for rows, columns in _taps(f, stride, dA.shape[1:3]):
        d_padded[:, rows, columns] += share
    return _inside(d_padded, zeros)


def _check_gradient(dA: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Check that dA fits what came out of the forward pass."""
    check_array("dA", dA, shape)
    if dA.dtype != dtype:
        raise TypeError(
            f"arguments must share one dtype, got dA {dA.dtype}, A_prev {dtype}; convert with .astype"
        )


def _blocks(A: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Yield (images, rows) of blocks of an output that stay in the cache."""
    m, n_H, n_W, n_C = A.shape
    row_bytes = max(1, n_W * n_C * A.itemsize)
    n_rows = max(1, min(n_H, BLOCK_BYTES // row_bytes))
    n_images = max(1, BLOCK_BYTES // (row_bytes * n_H)) if n_rows == n_H else 1
    for n in range(0, m, n_images):
        for h in range(0, n_H, n_rows):
            yield slice(n, min(n + n_images, m)), slice(h, min(h + n_rows, n_H))


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
