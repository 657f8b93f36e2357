"""Convolution of many channels: lower along W, add along H.

With many channels a single row of a window, f_W·n_C_prev values, is long enough for a fast matrix
product. So f_H products are made, one for each row i of the filter, and added up:

    Z[h, w] = Σ_i  run(h + i, w) · W[i]          run(y, w): the f_W pixels of row y that column w sees
                   (f_W·n_C_prev) · (f_W·n_C_prev, n_C)

The runs of a block of rows are written out once; they serve all f_H products. For filter row i the
table of all (h, w) is the same buffer, read from row i on:

        buffer, row after row             table for i = 0      i = 1       i = 2
        runs of row 0:  w = 0, 1, ...          x
        runs of row 1                          x                 x
        runs of row 2                          x                 x           x
        runs of row 3                                            x           x
        runs of row 4                                                        x

No table overlaps itself, no window is useless, and the products come out in the order of Z: they
are written to their place. The price is f_H - 1 additions of blocks that are still in the cache.

With stride s_H, filter row i meets rows i, i + s_H, ...: the buffer keeps rows with the same
remainder together, so that each table is one piece again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_utils.kernels.conv_runs import PixelRuns, as_runs
from course_utils.kernels.padding import Zeros

BLOCK_BYTES = 3 * 512 * 1024  # runs and products of a block: about a second-level cache


def rows_per_block(
    f: tuple[int, int],
    stride: tuple[int, int],
    n_out: tuple[int, int],
    n_C_prev: int,
    others: int,
    itemsize: int,
    most_bytes: int | None = None,
) -> int:
    """How many output rows fit into a block; 0 or less when not even one does.

    f, stride, n_out : (f_H, f_W), (s_H, s_W), (n_H_out, n_W_out)
    n_C_prev         : channels of the pictures
    others           : numbers that a block holds for an output pixel beside its runs
    itemsize         : bytes of a number
    most_bytes       : of a block; None for `BLOCK_BYTES`
    """
    row_bytes = _row_bytes(f, stride, n_out, n_C_prev, others, itemsize)
    most = (BLOCK_BYTES if most_bytes is None else most_bytes) // row_bytes - (f[0] - 1) // stride[0]
    # Blocks of equal size: of 28 rows, two times 14 and not 17 and 11
    return -(-n_out[0] // -(-n_out[0] // most)) if most > 0 else most


def _row_bytes(f, stride, n_out, n_C_prev, others, itemsize) -> int:
    """Bytes that one output row takes: runs of s_H rows, and what stands beside them."""
    return n_out[1] * (min(stride[0], f[0]) * f[1] * n_C_prev + others) * itemsize


class RowBlocks:
    """Writes the runs of pictures out, some output rows at a time; see the text of this module."""

    def __init__(
        self,
        A: np.ndarray,
        zeros: Zeros,
        f: tuple[int, int],
        stride: tuple[int, int],
        n_out: tuple[int, int],
        others: int,
        most_bytes: int | None = None,
    ) -> None:
        """Plan the blocks.

        A                  : pictures without border, shape (m, n_H, n_W, n_C_prev)
        zeros              : ((top, bottom), (left, right)), the border
        f, stride, n_out   : (f_H, f_W), (s_H, s_W), (n_H_out, n_W_out)
        others, most_bytes : as in `rows_per_block`; n_C when a block holds one product
        """
        most_bytes = BLOCK_BYTES if most_bytes is None else most_bytes
        self.m, self.n_H, _, n_C_prev = A.shape
        (self.f_H, f_W), (self.s_H, s_W) = f, stride
        self.n_H_out, self.n_W_out = n_out
        self.top = zeros[0][0]
        self.run = f_W * n_C_prev
        self.runs = PixelRuns(A, f_W, s_W, zeros[1][0], self.n_W_out)
        self.more_rows = (self.f_H - 1) // self.s_H  # that a block needs beyond its output rows
        self.block_rows = max(1, rows_per_block(f, stride, n_out, n_C_prev, others, A.itemsize, most_bytes))
        row_bytes = _row_bytes(f, stride, n_out, n_C_prev, others, A.itemsize)
        picture_bytes = row_bytes * (n_out[0] + self.more_rows)
        whole = self.block_rows == self.n_H_out
        self.block_images = max(1, min(self.m, most_bytes // picture_bytes)) if whole else 1
        self.max_pixels = self.block_images * self.block_rows * self.n_W_out
        # buffer[r, n, k, w] is the run of padded row k·s_H + r of the block, for output column w.
        self.buffer = np.empty(
            (
                min(self.s_H, self.f_H),
                self.block_images,
                self.block_rows + self.more_rows,
                self.n_W_out,
                self.run,
            ),
            A.dtype,
        )

    def __iter__(self) -> Iterator[tuple[slice, slice, list[np.ndarray]]]:
        """Yield (images, rows of the output, f_H tables (n_images, n_rows·n_W_out, f_W·n_C_prev))."""
        for n in range(0, self.m, self.block_images):
            for h in range(0, self.n_H_out, self.block_rows):
                images = slice(n, min(n + self.block_images, self.m))
                rows = slice(h, min(h + self.block_rows, self.n_H_out))
                n_images, n_rows = images.stop - n, rows.stop - h
                for remainder, buffer in enumerate(self.buffer):
                    target = buffer[:n_images, : n_rows + self.more_rows]
                    self._fill(images, h * self.s_H + remainder - self.top, target)
                tables = []
                for i in range(self.f_H):
                    k, remainder = divmod(i, self.s_H)
                    table = self.buffer[remainder, :n_images, k : k + n_rows]
                    tables.append(table.reshape(n_images, n_rows * self.n_W_out, self.run))
                yield images, rows, tables

    def _fill(self, images: slice, y: int, target: np.ndarray) -> None:
        """Write the runs of picture rows y, y + s_H, ...; rows outside the picture are zeros.

        target : shape (n_images, n_rows, n_W_out, f_W·n_C_prev)
        """
        n_rows = target.shape[1]
        start = min(max(-(y // self.s_H), 0), n_rows)  # rows above the picture
        stop = max(min((self.n_H - 1 - y) // self.s_H + 1, n_rows), start)
        if start > 0:
            target[:, :start] = 0
        if stop < n_rows:
            target[:, stop:] = 0
        if stop > start:
            picture_rows = slice(y + start * self.s_H, y + (stop - 1) * self.s_H + 1, self.s_H)
            inside = target[:, start:stop].transpose(0, 2, 1, 3)  # (n_images, n_W_out, n_rows, run)
            self.runs.copy(images, range(self.n_W_out), picture_rows, inside)


def rows_convolution(
    A: np.ndarray,
    zeros: Zeros,
    W: np.ndarray,
    b: np.ndarray | None,
    stride: tuple[int, int],
    out: np.ndarray,
) -> None:
    """Convolve and write the result into `out`; arguments as in `conv_lowering.lowered_convolution`."""
    f_H, f_W, n_C_prev, n_C = W.shape
    n_W_out = out.shape[2]
    blocks = RowBlocks(A, zeros, (f_H, f_W), stride, out.shape[1:3], n_C)
    W_rows = np.ascontiguousarray(W).reshape(f_H, f_W * n_C_prev, n_C)
    # Where Z is one piece of memory the products are added up there, else in a block of their own.
    in_place = out.flags.c_contiguous
    part = np.empty(blocks.max_pixels * n_C, A.dtype)
    total = None if in_place else np.empty_like(part)
    bias = None if b is None else np.tile(b.reshape(-1), n_W_out)
    for images, rows, tables in blocks:
        place = out[images, rows]
        shape = (*tables[0].shape[:2], n_C)
        Z = (place if in_place else total[: place.size]).reshape(shape)
        product = part[: place.size].reshape(shape)
        np.matmul(tables[0], W_rows[0], out=Z)
        for table, W_row in zip(tables[1:], W_rows[1:], strict=True):
            Z += np.matmul(table, W_row, out=product)
        if bias is not None:
            Z_rows = Z.reshape(-1, n_W_out * n_C)  # a long row to add, not n_C values at a time
            Z_rows += bias
        if not in_place:
            as_runs(place)[...] = as_runs(Z).reshape(place.shape[:3])


def rows_weight_gradient(
    A: np.ndarray, zeros: Zeros, dZ: np.ndarray, f: tuple[int, int], stride: tuple[int, int]
) -> np.ndarray:
    """Gradient of the filters; arguments as in `conv_lowering.lowered_weight_gradient`."""
    n_C_prev, n_C = A.shape[3], dZ.shape[3]
    blocks = RowBlocks(A, zeros, f, stride, dZ.shape[1:3], n_C)
    dW = np.zeros((f[0], f[1] * n_C_prev, n_C), A.dtype)
    part = np.empty_like(dW[0])
    for images, rows, tables in blocks:
        d = dZ[images, rows].reshape(*tables[0].shape[:2], n_C)
        for dW_row, table in zip(dW, tables, strict=True):
            for runs, d_picture in zip(table, d, strict=True):
                dW_row += np.matmul(runs.T, d_picture, out=part)
    return dW.reshape(*f, n_C_prev, n_C)
