"""Runs: the neighbouring pixels that a filter sees in one row, copied as one element.

Pictures lie in memory row by row, pixel by pixel, channel by channel. So the f_W pixels that output
column w sees in a row stand side by side: f_W·n_C_prev values, a run. Lowering a convolution to a
matrix product is copying runs.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided


def as_runs(A: np.ndarray) -> np.ndarray:
    """View the last axis as one opaque element, so that NumPy copies it in one piece.

    A : shape (..., n), last axis contiguous
    Returns a view of shape (...). Copying runs is 1.1 to 3 times faster than copying floats.
    """
    run = np.dtype((np.void, A.shape[-1] * A.itemsize))
    return A.view(run)[..., 0]


class PixelRuns:
    """The runs of all rows and output columns of a batch of pictures, with a border of zeros.

    The padded pictures are never made. A run inside the picture is copied as it lies in memory;
    one that reaches over the left or the right border is put together from its pixels and zeros.

        picture, f_W = 3, one zero left and right        runs of a row a b c d e
        0 | a b c d e | 0                                0ab  abc  bcd  cde  de0
    """

    def __init__(self, A: np.ndarray, f_W: int, s_W: int, left: int, n_W_out: int) -> None:
        """Find the columns whose runs lie inside the picture.

        A       : pictures without border, shape (m, n_H, n_W, n_C_prev)
        f_W     : pixels of a run
        s_W     : step from the run of one output column to the next
        left    : zeros left of the picture; what is missing on the right counts as zeros too
        n_W_out : output columns
        """
        m, n_H, self.n_W, self.n_C_prev = A.shape
        if A.strides[2:] != (self.n_C_prev * A.itemsize, A.itemsize):
            A = np.ascontiguousarray(A)
        self.f_W, self.s_W, self.left = f_W, s_W, left
        self.inside = range(
            min(-(-left // s_W), n_W_out), min(max(self.n_W + left - f_W, -1) // s_W + 1, n_W_out)
        )
        A = A.reshape(m, n_H, self.n_W * self.n_C_prev)
        first = A[:, :, (self.inside.start * s_W - left) * self.n_C_prev :] if self.inside else A
        s_m, s_h, s_v = A.strides
        shape = (m, len(self.inside), n_H, f_W * self.n_C_prev)
        # source[n, w, h] is the run of row h that output column inside[w] sees.
        self.source = as_runs(
            as_strided(first, shape, (s_m, s_W * self.n_C_prev * s_v, s_h, s_v), writeable=False)
        )
        outside = (*range(self.inside.start), *range(self.inside.stop, n_W_out))
        self.edges = {w: self._edge(A, w * s_W - left) for w in outside}

    def _edge(self, A: np.ndarray, x: int) -> tuple[int, int, np.ndarray]:
        """Which part of the run from picture column x on are pixels, and those pixels of all rows.

        A : shape (m, n_H, n_W·n_C_prev)
        Returns start and stop within the run, and their runs (m, n_H); stop = start when there are none.
        """
        start = max(-x, 0)
        stop = max(min(self.n_W - x, self.f_W), start)
        pixels = A[:, :, max(x, 0) * self.n_C_prev :][:, :, : (stop - start) * self.n_C_prev]
        return start * self.n_C_prev, stop * self.n_C_prev, as_runs(pixels) if stop > start else pixels

    def copy(self, images: slice, columns: range, rows: slice, target: np.ndarray) -> None:
        """Write the runs of some pictures, output columns and picture rows.

        target : shape (n_images, n_columns, n_rows, f_W·n_C_prev), last axis contiguous
        """
        start = min(max(columns.start, self.inside.start), columns.stop)
        stop = max(min(columns.stop, self.inside.stop), start)
        if stop > start:
            from_columns = slice(start - self.inside.start, stop - self.inside.start)
            place = target[:, start - columns.start : stop - columns.start]
            place.view(self.source.dtype)[..., 0] = self.source[images, from_columns, rows]
        for w in (*range(columns.start, start), *range(stop, columns.stop)):
            first, last, pixels = self.edges[w]
            place = target[:, w - columns.start]
            if first > 0:
                place[..., :first] = 0
            if last < place.shape[-1]:
                place[..., last:] = 0
            if last > first:
                place[..., first:last].view(pixels.dtype)[..., 0] = pixels[images, rows]
