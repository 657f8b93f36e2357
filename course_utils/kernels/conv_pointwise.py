"""Filters of one pixel: a matrix product of the pixels as they lie in memory.

With f = 1 a window is a pixel, so the pixels (m·n_H·n_W, n_C_prev) are the table of windows
already. The product goes block by block, so that the bias is added while a block is still in
the cache. With a stride only every s-th pixel is copied, and that copy is the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_utils.kernels.conv_runs import as_runs

BLOCK_BYTES = 1024 * 1024  # pixels and products of a block: a usual second-level cache


def pointwise_convolution(
    A: np.ndarray, W: np.ndarray, b: np.ndarray | None, stride: tuple[int, int], out: np.ndarray
) -> None:
    """Convolve with filters of one pixel and write the result into `out`.

    A   : pictures, shape (m, n_H, n_W, n_C_prev)
    W   : shape (1, 1, n_C_prev, n_C)
    b   : n_C values, or None
    out : shape (m, n_H_out, n_W_out, n_C); a view with gaps is fine
    """
    n_C_prev, n_C = W.shape[2:]
    _, n_H_out, n_W_out, _ = out.shape
    W_matrix = W.reshape(n_C_prev, n_C)
    bias = None if b is None else np.tile(b.reshape(-1), n_W_out)
    products = np.empty((0, n_C), A.dtype)
    for images, rows, pixels in _pixel_blocks(A, stride, (n_H_out, n_W_out), n_C_prev + n_C):
        place = out[images, rows]
        if place.flags.c_contiguous:
            Z = place.reshape(-1, n_C)
        else:
            if len(products) < len(pixels):
                products = np.empty((len(pixels), n_C), A.dtype)
            Z = products[: len(pixels)]
        np.matmul(pixels, W_matrix, out=Z)
        if bias is not None:
            Z_rows = Z.reshape(-1, n_W_out * n_C)  # a long row to add, not n_C values at a time
            Z_rows += bias
        if not place.flags.c_contiguous:
            as_runs(place)[...] = as_runs(Z).reshape(place.shape[:3])


def pointwise_weight_gradient(A: np.ndarray, dZ: np.ndarray, stride: tuple[int, int]) -> np.ndarray:
    """Gradient of filters of one pixel: the sum of pixel × dZ.

    A  : pictures, shape (m, n_H, n_W, n_C_prev)
    dZ : shape (m, n_H_out, n_W_out, n_C), contiguous
    Returns dW, shape (1, 1, n_C_prev, n_C).
    """
    n_C_prev, n_C = A.shape[3], dZ.shape[3]
    dW = np.zeros((n_C_prev, n_C), A.dtype)
    for images, rows, pixels in _pixel_blocks(A, stride, dZ.shape[1:3], n_C_prev + n_C):
        dW += pixels.T @ dZ[images, rows].reshape(-1, n_C)
    return dW.reshape(1, 1, n_C_prev, n_C)


def _pixel_blocks(
    A: np.ndarray, stride: tuple[int, int], n_out: tuple[int, int], values: int
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield (images, rows of the output, their pixels (n, n_C_prev)).

    values : numbers a pixel needs in the cache
    """
    n_H_out, n_W_out = n_out
    row_bytes = n_W_out * values * A.itemsize
    n_rows = max(1, min(n_H_out, BLOCK_BYTES // row_bytes))
    n_images = max(1, BLOCK_BYTES // (row_bytes * n_H_out)) if n_rows == n_H_out else 1
    seen = A[:, :: stride[0], :: stride[1]][:, :n_H_out, :n_W_out]
    for n in range(0, len(A), n_images):
        for h in range(0, n_H_out, n_rows):
            images, rows = slice(n, n + n_images), slice(h, h + n_rows)
            block = seen[images, rows]
            yield images, rows, np.ascontiguousarray(block).reshape(-1, A.shape[3])
