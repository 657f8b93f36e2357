"""Convolution as matrix products on pieces that fit into the processor's cache.

A convolution is one matrix product once every window of the input is written out as a row
("im2col"). For a 3×3 filter that table holds each pixel nine times: it leaves the cache, and
the time goes into moving memory. Three ideas keep it small and the product fast.

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

3. Bundles. With few channels the product is thin, 9 by 8 numbers for 1→8 channels, and BLAS is
   slow at it. T neighbouring output columns are then computed as one: a convolution with a wider
   filter, T·n_C channels and T times the step. Column t of a bundle has the filter moved by t
   pixels and zeros around it.

        f_W = 3, T = 2        filter of column 0    g0 g1 g2  0
                              filter of column 1     0 g0 g1 g2

   It multiplies with some zeros, but copies fewer pixels (4 for two columns, not 3 + 3), and the
   product is wider. Since channels stand last, the T columns of a bundle lie side by side in Z.

The windows of neighbouring h overlap, and NumPy hands only non-overlapping rows to BLAS. So
the product is made in `n_phases` = ceil(f_H / s_H) turns: windows 0, 3, 6, ... then 1, 4, 7, ...
then 2, 5, 8, ...; within one turn they do not overlap.

Windows that begin in the last rows of a strip run into the next one. They are computed and
thrown away: at most f_H - 1 of n_H rows, cheaper than cutting the product into one piece a strip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils.kernels.conv_runs import PixelRuns, as_runs
from course_utils.kernels.padding import Zeros

BLOCK_BYTES = 1024 * 1024  # strips and products of a block: a usual second-level cache


@dataclass(frozen=True)
class Block:
    """One piece of work: the windows of some pictures and some output columns."""

    images: slice
    columns: range
    shape: tuple[int, int, int]  # (pictures, columns, window starts in a strip)
    windows: list[np.ndarray]  # one matrix (about n_windows / n_phases, f_H·f_W·n_C_prev) a phase


class Strips:
    """Writes pictures out in strips, block by block; see the text of this module."""

    def __init__(
        self,
        A: np.ndarray,
        zeros: Zeros,
        f: tuple[int, int],
        stride: tuple[int, int],
        n_out: tuple[int, int],
        n_C: int,
    ) -> None:
        """Plan the blocks.

        A      : pictures without border, shape (m, n_H, n_W, n_C_prev)
        zeros  : ((top, bottom), (left, right)), the border
        f      : (f_H, f_W)
        stride : (s_H, s_W)
        n_out  : size of the output (n_H_out, n_W_out)
        n_C    : output channels, whose products share the cache with the strips
        """
        m, n_H, _, n_C_prev = A.shape
        (f_H, f_W), (s_H, s_W) = f, stride
        self.m, (n_H_out, self.n_W_out) = m, n_out
        self.f_H, self.s_H = f_H, s_H
        self.run = f_W * n_C_prev  # values of one row of a strip
        self.runs = PixelRuns(A, f_W, s_W, zeros[1][0], self.n_W_out)
        self.n_phases = -(-f_H // s_H)
        # A strip: `top` rows of zeros, then the rows of the picture that windows see. The zeros
        # below it are those above the next strip, so that a border of one costs one row, not two.
        self.top = zeros[0][0]
        seen = (n_H_out - 1) * s_H + f_H - self.top  # rows that windows see below those zeros
        self.n_rows = max(0, min(n_H, seen))
        self.n_starts = max(n_H_out, -(-max(seen, self.top + self.n_rows) // s_H))  # of windows, in a strip
        self.strip_rows = self.n_starts * s_H
        column_bytes = (self.strip_rows * self.run + self.n_starts * n_C) * A.itemsize
        self.block_columns = max(1, min(self.n_W_out, BLOCK_BYTES // column_bytes))
        whole = self.block_columns == self.n_W_out
        self.block_images = max(1, min(m, BLOCK_BYTES // (column_bytes * self.n_W_out))) if whole else 1
        self.max_windows = self.block_images * self.block_columns * self.n_starts
        # f_H rows more, into which the last windows run out
        self.buffer = np.empty((self.max_windows * s_H + f_H) * self.run, A.dtype)
        strips = self.buffer[: self.max_windows * s_H * self.run].reshape(-1, self.strip_rows, self.run)
        # The zeros are written here once: no block touches them.
        strips[:, : self.top] = 0
        strips[:, self.top + self.n_rows :] = 0
        self.buffer[strips.size :] = 0

    def __iter__(self) -> Iterator[Block]:
        """Yield the blocks one after another; each overwrites the buffer of the one before."""
        for n in range(0, self.m, self.block_images):
            for w in range(0, self.n_W_out, self.block_columns):
                images = slice(n, min(n + self.block_images, self.m))
                columns = range(w, min(w + self.block_columns, self.n_W_out))
                shape = (images.stop - n, len(columns), self.n_starts)
                n_windows = shape[0] * shape[1] * shape[2]
                strips = self.buffer[: n_windows * self.s_H * self.run]
                strips = strips.reshape(shape[0], shape[1], self.strip_rows, self.run)
                pictures = strips[:, :, self.top : self.top + self.n_rows]
                self.runs.copy(images, columns, slice(self.n_rows), pictures)
                windows = [self._windows(phase, n_windows) for phase in range(min(self.n_phases, n_windows))]
                yield Block(images, columns, shape, windows)

    def _windows(self, phase: int, n_windows: int) -> np.ndarray:
        """Windows phase, phase + n_phases, ... as the rows of a matrix, without copying."""
        n_rows = (n_windows - phase - 1) // self.n_phases + 1
        row_bytes = self.n_phases * self.s_H * self.run * self.buffer.itemsize
        first = self.buffer[phase * self.s_H * self.run :]
        return as_strided(
            first, (n_rows, self.f_H * self.run), (row_bytes, self.buffer.itemsize), writeable=False
        )


def columns_at_once(f_W: int, s_W: int, n_C: int) -> int:
    """How many output columns make a bundle (T in the text above).

    Measured on one core with AVX2, float32, forward, time divided by PyTorch's:

        m×n²×n_C_prev→n_C, f        T = 1    T = 2    T = 4    T = 7
        64×28²×1→8    f3             2.49     1.40     1.36     1.46
        64×28²×1→8    f5             2.07     1.48     1.42     1.42
        64×28²×8→8    f3             1.30     1.03     1.27
        64×28²×1→16   f3             2.67     2.25     2.17
        64×32²×3→64   f3             1.44     1.50
        64×28²×1→8    f5, stride 2   1.43     1.04     1.23

    Up to 32 numbers wide the product gains. A bundle is less than two filters wide, so that
    fewer than half of its numbers are zeros.
    """
    return max(1, min(32 // n_C, (f_W - 1) // s_W))


def bundle_filters(W: np.ndarray, T: int, s_W: int) -> np.ndarray:
    """Filters of a bundle: (f_H, f_W, n_C_prev, n_C) -> (f_H, (T-1)·s_W + f_W, n_C_prev, T·n_C)."""
    f_H, f_W, n_C_prev, n_C = W.shape
    wide = np.zeros((f_H, (T - 1) * s_W + f_W, n_C_prev, T, n_C), W.dtype)
    for t in range(T):
        wide[:, t * s_W : t * s_W + f_W, :, t] = W
    return wide.reshape(*wide.shape[:3], T * n_C)


def unbundle_gradient(dW: np.ndarray, T: int, s_W: int, f_W: int) -> np.ndarray:
    """Add up what the T copies of each filter in `bundle_filters` got; its shapes the other way round."""
    dW = dW.reshape(*dW.shape[:3], T, dW.shape[3] // T)
    return sum(dW[:, t * s_W : t * s_W + f_W, :, t] for t in range(T))


class Bundles:
    """The columns of Z (or dZ), T at a time, in the order of the strips."""

    def __init__(self, Z: np.ndarray, T: int) -> None:
        """Make the views.

        Z : shape (m, n_H_out, n_W_out, n_C); when T > 1, its columns lie side by side
        T : columns of a bundle
        """
        m, n_H_out, n_W_out, n_C = Z.shape
        self.n_bundles = -(-n_W_out // T)
        self.n_whole = n_W_out // T
        cut = self.n_whole * T
        whole = Z
        if T > 1:  # views: `copy=False` makes sure of it
            whole = Z[:, :, :cut].reshape(m, n_H_out, self.n_whole, T * n_C, copy=False)
        self.whole = whole.transpose(0, 2, 1, 3)  # (m, n_whole, n_H_out, T·n_C)
        # The last bundle may have fewer columns: (m, n_H_out, values), perhaps no value at all.
        self.rest = Z[:, :, cut:].reshape(m, n_H_out, (n_W_out - cut) * n_C, copy=False)

    def pieces(
        self, images: slice, columns: range, strips: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield pairs (place in Z, place in `strips`) as runs, to be copied one way or the other.

        strips : shape (n_images, n_columns, n_H_out, T·n_C)
        """
        n_whole = min(columns.stop, self.n_whole) - columns.start
        if n_whole > 0:
            whole = self.whole[images, columns.start : columns.start + n_whole]
            yield as_runs(whole), as_runs(strips[:, :n_whole])
        if n_whole < len(columns):
            yield as_runs(self.rest[images]), as_runs(strips[:, -1, :, : self.rest.shape[-1]])


def lowered_convolution(
    A: np.ndarray,
    zeros: Zeros,
    W: np.ndarray,
    b: np.ndarray | None,
    stride: tuple[int, int],
    out: np.ndarray,
) -> None:
    """Convolve block by block and write the result into `out`.

    A      : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros  : ((top, bottom), (left, right)), the border
    W      : shape (f_H, f_W, n_C_prev, n_C)
    b      : n_C values, or None
    stride : (s_H, s_W)
    out    : shape (m, n_H_out, n_W_out, n_C); a view with gaps is fine
    """
    f_H, f_W, _, n_C = W.shape
    s_H, s_W = stride
    n_H_out = out.shape[1]
    side_by_side = out.strides[2:] == (n_C * out.itemsize, out.itemsize)
    T = columns_at_once(f_W, s_W, n_C) if side_by_side else 1
    wide = bundle_filters(W, T, s_W) if T > 1 else np.ascontiguousarray(W)
    f_W, n_values = wide.shape[1], T * n_C
    W_matrix = wide.reshape(-1, n_values)  # (f_H·f_W·n_C_prev, T·n_C), with the wider f_W
    bundles = Bundles(out, T)
    strips = Strips(A, zeros, (f_H, f_W), (s_H, T * s_W), (n_H_out, bundles.n_bundles), n_values)
    products = np.empty((strips.max_windows, n_values), A.dtype)
    # One long row a strip: adding the bias to n_C values at a time would be mostly overhead.
    bias = None if b is None else np.tile(b.reshape(-1), T * strips.n_starts)
    for block in strips:
        n_images, n_columns, n_starts = block.shape
        Z = products[: n_images * n_columns * n_starts]
        for phase, windows in enumerate(block.windows):
            np.matmul(windows, W_matrix, out=Z[phase :: strips.n_phases])
        if bias is not None:
            Z_strips = Z.reshape(n_images * n_columns, n_starts * n_values)
            Z_strips += bias
        Z = Z.reshape(n_images, n_columns, n_starts, n_values)[:, :, :n_H_out]
        for place, values in bundles.pieces(block.images, block.columns, Z):
            place[...] = values


def lowered_weight_gradient(
    A: np.ndarray, zeros: Zeros, dZ: np.ndarray, f: tuple[int, int], stride: tuple[int, int]
) -> np.ndarray:
    """Gradient of the filters: the sum over all windows of window × dZ.

    A         : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros     : ((top, bottom), (left, right)), the border
    dZ        : shape (m, n_H_out, n_W_out, n_C), contiguous
    f, stride : (f_H, f_W), (s_H, s_W)
    Returns dW, shape (f_H, f_W, n_C_prev, n_C).
    """
    n_C_prev = A.shape[3]
    n_H_out, n_C = dZ.shape[1], dZ.shape[3]
    (f_H, f_W), (s_H, s_W) = f, stride
    T = columns_at_once(f_W, s_W, n_C)
    wide, n_values = (T - 1) * s_W + f_W, T * n_C
    bundles = Bundles(dZ, T)
    strips = Strips(A, zeros, (f_H, wide), (s_H, T * s_W), (n_H_out, bundles.n_bundles), n_values)
    d_products = np.empty((strips.max_windows, n_values), A.dtype)
    # Starts beyond n_H_out are never written and stay 0: useless windows add nothing.
    d_products.reshape(-1, strips.n_starts, n_values)[:, n_H_out:] = 0
    dW = np.zeros((f_H * wide * n_C_prev, n_values), A.dtype)
    part = np.empty_like(dW)
    for block in strips:
        n_images, n_columns, n_starts = block.shape
        d = d_products[: n_images * n_columns * n_starts]
        d_strips = d.reshape(n_images, n_columns, n_starts, n_values)[:, :, :n_H_out]
        if block.columns.stop > bundles.n_whole:
            d_strips[:, -1] = 0  # the last bundle is not full
        for place, values in bundles.pieces(block.images, block.columns, d_strips):
            values[...] = place
        for phase, windows in enumerate(block.windows):
            dW += np.matmul(windows.T, d[phase :: strips.n_phases], out=part)
    return unbundle_gradient(dW.reshape(f_H, wide, n_C_prev, n_values), T, s_W, f_W)
