"""Convolution as matrix products on pieces that fit into the processor's cache.

A convolution is one matrix product once every window of the input is written out as a row
("im2col"). For a 3×3 filter that table holds each pixel nine times: it leaves the cache, and
the time goes into moving memory. Two ideas keep it small.

1. Blocks. Only as many columns of windows are written out as fit into `BLOCK_BYTES`; the same
   buffer serves block after block.

2. Lower along W only. The buffer holds for output column w the strip of the picture that
   the filter sees while it slides down: every row h, its f_W pixels, n_C_prev channels.

        picture (n_H, n_W)            strip of column w, row after row (f_W = 3)
        . . a b c . .                 a b c            window at h = 0: rows 0, 1, 2
        . . d e f . .     ───►        d e f            window at h = 1: rows 1, 2, 3
        . . g h i . .                 g h i            ...
        . . j k l . .                 j k l

   In memory the strip reads a b c d e f g h i j k l, so the window of h = 0 is the run
   "a..i", and that of h = 1 the run "d..l": all windows are there already, each pixel is
   stored f_W times instead of f_H·f_W times. (Cho and Brand 2017, "MEC".)

The windows of neighbouring h overlap, and NumPy hands only non-overlapping rows to BLAS. So
the product is made in `n_phases` = ceil(f_H / s_H) turns: windows 0, 3, 6, ... then 1, 4, 7, ...
then 2, 5, 8, ...; within one turn they do not overlap.

Windows that begin in the last rows of a strip run into the next one. They are computed and
thrown away: f_H - 1 of n_H rows, cheaper than cutting the product into one piece a strip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

BLOCK_BYTES = 1024 * 1024  # strips and products of a block: a usual second-level cache


def as_runs(A: np.ndarray) -> np.ndarray:
    """View the last axis as one opaque element, so that NumPy copies it in one piece.

    A : shape (..., n), last axis contiguous
    Returns a view of shape (...). Copying runs is 1.1 to 3 times faster than copying floats.
    """
    run = np.dtype((np.void, A.shape[-1] * A.itemsize))
    return A.view(run)[..., 0]


@dataclass(frozen=True)
class Block:
    """One piece of work: the windows of some pictures and some output columns."""

    images: slice
    columns: slice
    shape: tuple[int, int, int]  # (pictures, columns, window starts in a strip)
    windows: list[np.ndarray]  # one matrix (about n_windows / n_phases, f_H·f_W·n_C_prev) a phase


class Strips:
    """Writes a padded picture out in strips, block by block; see the text of this module."""

    def __init__(
        self,
        A: np.ndarray,
        f: tuple[int, int],
        stride: tuple[int, int],
        n_out: tuple[int, int],
        n_C: int,
    ) -> None:
        """Plan the blocks.

        A      : padded pictures, shape (m, n_H, n_W, n_C_prev), contiguous
        f      : (f_H, f_W)
        stride : (s_H, s_W)
        n_out  : size of the output (n_H_out, n_W_out)
        n_C    : output channels, whose products share the cache with the strips
        """
        m, n_H, _, n_C_prev = A.shape
        (f_H, f_W), (s_H, s_W) = f, stride
        self.m, self.n_H, self.n_W_out = m, n_H, n_out[1]
        self.f_H, self.s_H = f_H, s_H
        self.run = f_W * n_C_prev  # values of one row of a strip
        self.n_phases = -(-f_H // s_H)
        self.n_starts = -(-n_H // s_H)  # window starts in a strip, the useless last ones included
        self.strip_rows = self.n_starts * s_H
        column_bytes = (self.strip_rows * self.run + self.n_starts * n_C) * A.itemsize
        self.block_columns = max(1, min(self.n_W_out, BLOCK_BYTES // column_bytes))
        whole = self.block_columns == self.n_W_out
        self.block_images = max(1, min(m, BLOCK_BYTES // (column_bytes * self.n_W_out))) if whole else 1
        self.max_windows = self.block_images * self.block_columns * self.n_starts
        # f_H rows more, into which the last windows run out
        self.buffer = np.zeros((self.max_windows * s_H + f_H) * self.run, A.dtype)
        s_m, s_h, s_w, s_c = A.strides
        runs = as_strided(
            A, (m, self.n_W_out, n_H, self.run), (s_m, s_W * s_w, s_h, s_c), writeable=False
        )  # runs[n, w, h] = the f_W pixels of row h that output column w sees
        self.source = as_runs(runs)

    def __iter__(self) -> Iterator[Block]:
        """Yield the blocks one after another; each overwrites the buffer of the one before."""
        for n in range(0, self.m, self.block_images):
            for w in range(0, self.n_W_out, self.block_columns):
                images = slice(n, min(n + self.block_images, self.m))
                columns = slice(w, min(w + self.block_columns, self.n_W_out))
                n_images, n_columns = images.stop - n, columns.stop - w
                n_windows = n_images * n_columns * self.n_starts
                strips = self.buffer[: n_windows * self.s_H * self.run]
                strips = as_runs(strips.reshape(n_images, n_columns, self.strip_rows, self.run))
                strips[:, :, : self.n_H] = self.source[images, columns]
                windows = [self._windows(phase, n_windows) for phase in range(min(self.n_phases, n_windows))]
                yield Block(images, columns, (n_images, n_columns, self.n_starts), windows)

    def _windows(self, phase: int, n_windows: int) -> np.ndarray:
        """Windows phase, phase + n_phases, ... as the rows of a matrix, without copying."""
        n_rows = (n_windows - phase - 1) // self.n_phases + 1
        row_bytes = self.n_phases * self.s_H * self.run * self.buffer.itemsize
        first = self.buffer[phase * self.s_H * self.run :]
        return as_strided(
            first, (n_rows, self.f_H * self.run), (row_bytes, self.buffer.itemsize), writeable=False
        )


def lowered_convolution(
    A: np.ndarray, W: np.ndarray, b: np.ndarray | None, stride: tuple[int, int], out: np.ndarray
) -> None:
    """Convolve padded pictures, block by block, and write the result into `out`.

    A   : padded pictures, shape (m, n_H, n_W, n_C_prev), contiguous
    W   : shape (f_H, f_W, n_C_prev, n_C)
    b   : n_C values, or None
    out : shape (m, n_H_out, n_W_out, n_C); a view with gaps is fine
    """
    f_H, f_W, _, n_C = W.shape
    _, n_H_out, n_W_out, _ = out.shape
    W_matrix = np.ascontiguousarray(W).reshape(-1, n_C)  # (f_H·f_W·n_C_prev, n_C)
    strips = Strips(A, (f_H, f_W), stride, (n_H_out, n_W_out), n_C)
    products = np.empty((strips.max_windows, n_C), A.dtype)
    # One long row a strip: adding the bias to n_C values at a time would be mostly overhead.
    bias = None if b is None else np.tile(b.reshape(-1), strips.n_starts)
    out_columns = as_runs(out).transpose(0, 2, 1)  # (m, n_W_out, n_H_out), the order of the strips
    for block in strips:
        n_images, n_columns, n_starts = block.shape
        Z = products[: n_images * n_columns * n_starts]
        for phase, windows in enumerate(block.windows):
            np.matmul(windows, W_matrix, out=Z[phase :: strips.n_phases])
        if bias is not None:
            Z_strips = Z.reshape(n_images * n_columns, n_starts * n_C)
            Z_strips += bias
        Z_runs = as_runs(Z).reshape(n_images, n_columns, n_starts)
        out_columns[block.images, block.columns] = Z_runs[:, :, :n_H_out]


def lowered_weight_gradient(
    A: np.ndarray, dZ: np.ndarray, f: tuple[int, int], stride: tuple[int, int]
) -> np.ndarray:
    """Gradient of the filters: the sum over all windows of window × dZ.

    A  : padded pictures, shape (m, n_H, n_W, n_C_prev), contiguous
    dZ : shape (m, n_H_out, n_W_out, n_C), contiguous
    Returns dW, shape (f_H, f_W, n_C_prev, n_C).
    """
    n_C_prev = A.shape[3]
    _, n_H_out, n_W_out, n_C = dZ.shape
    strips = Strips(A, f, stride, (n_H_out, n_W_out), n_C)
    # Starts beyond n_H_out are never written and stay 0: useless windows add nothing.
    d_products = np.zeros((strips.max_windows, n_C), A.dtype)
    dW = np.zeros((f[0] * f[1] * n_C_prev, n_C), A.dtype)
    part = np.empty_like(dW)
    dZ_columns = as_runs(dZ).transpose(0, 2, 1)
    for block in strips:
        n_images, n_columns, n_starts = block.shape
        d = d_products[: n_images * n_columns * n_starts]
        as_runs(d).reshape(n_images, n_columns, n_starts)[:, :, :n_H_out] = dZ_columns[
            block.images, block.columns
        ]
        for phase, windows in enumerate(block.windows):
            dW += np.matmul(windows.T, d[phase :: strips.n_phases], out=part)
    return dW.reshape(f[0], f[1], n_C_prev, n_C)
