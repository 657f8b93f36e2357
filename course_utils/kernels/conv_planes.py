"""Convolution into few channels: multiply first, shift and add afterwards.

With 32 input channels and 3 output channels the windows of `conv_lowering` are long, and almost
all of the time goes into writing them out for three numbers each. The other order is cheaper:

    1. one product of every pixel with every tap of every filter,
       (f_H·f_W·n_C, n_C_prev) times (n_C_prev, pixels): nothing is copied for it;
    2. row (i, j, c) of the result is a picture; moved by (i, j) and added to output channel c.

           Z[h, w, c] = Σ_ij P[i, j, c, h + i, w + j]

The additions run along whole rows of a picture, f_H·f_W·n_C of them: few when n_C is small.
It is the way back of first layers, where pictures have one or three channels.
"""

from __future__ import annotations

import numpy as np

from course_utils.kernels.padding import Zeros

BLOCK_BYTES = 768 * 1024  # products of a block of rows


def planes_convolution(
    A: np.ndarray, zeros: Zeros, W: np.ndarray, b: np.ndarray | None, out: np.ndarray
) -> None:
    """Convolve with stride 1 and write the result into `out`.

    A     : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros : ((top, bottom), (left, right)), the border
    W     : shape (f_H, f_W, n_C_prev, n_C)
    b     : n_C values, or None
    out   : shape (m, n_H_out, n_W_out, n_C); a view with gaps is fine
    """
    (top, _), (left, _) = zeros
    m, n_H, n_W, n_C_prev = A.shape
    f_H, f_W, _, n_C = W.shape
    _, n_H_out, n_W_out, _ = out.shape
    taps = W.transpose(0, 1, 3, 2).reshape(-1, n_C_prev)  # (f_H·f_W·n_C, n_C_prev)
    n_rows = max(1, min(n_H_out, BLOCK_BYTES // (len(taps) * n_W * A.itemsize + 1) - f_H + 1))
    products = np.empty(len(taps) * (n_rows + f_H - 1) * n_W, A.dtype)
    planes = np.empty((n_C, n_rows, n_W_out), A.dtype)
    for n in range(m):
        for h in range(0, n_H_out, n_rows):
            rows = min(n_rows, n_H_out - h)
            # Output rows h, ..., h + rows - 1 see these rows of the picture:
            y0, y1 = max(h - top, 0), min(h + rows + f_H - 1 - top, n_H)
            Z = planes[:, :rows]
            Z[...] = 0 if b is None else b.reshape(-1, 1, 1)
            if y0 < y1:
                pixels = A[n, y0:y1].reshape(-1, n_C_prev)
                P = products[: len(taps) * len(pixels)].reshape(len(taps), len(pixels))
                np.matmul(taps, pixels.T, out=P)
                P = P.reshape(f_H, f_W, n_C, y1 - y0, n_W)
                for i in range(f_H):
                    for j in range(f_W):
                        # Pixel (y, x) belongs to the output at (y + top - i, x + left - j).
                        to_H, from_H = _shift(y0 + top - i - h, y1 - y0, rows)
                        to_W, from_W = _shift(left - j, n_W, n_W_out)
                        Z[:, to_H, to_W] += P[i, j, :, from_H, from_W]
            out[n, h : h + rows] = Z.transpose(1, 2, 0)


def _shift(by: int, n_from: int, n_to: int) -> tuple[slice, slice]:
    """Slices of target and source where a line of n_from numbers, moved by `by`, meets one of n_to."""
    start = max(by, 0)
    stop = max(min(by + n_from, n_to), start)
    return slice(start, stop), slice(start - by, stop - by)
