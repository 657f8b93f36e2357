"""Convolution with three filter rows, two rows of the output at a time: Winograd along H alone.

Two neighbouring output rows of a filter with the rows W0, W1, W2 see four rows of the picture. With
r0, ..., r3 for the tables of their runs (see `conv_rows`) that is six products:

    Z[even] = r0·W0 + r1·W1 + r2·W2
    Z[odd]  = r1·W0 + r2·W1 + r3·W2

Four are enough:

    P0 = (r0 - r2)·W0                          Z[even] = P0 + P1 + P2
    P1 = (r1 + r2)·(W0 + W1 + W2)/2            Z[odd]  = P1 - P2 - P3
    P2 = (r2 - r1)·(W0 - W1 + W2)/2
    P3 = (r1 - r3)·W2

An addition passes over a table once, a product passes over it once for every output channel: with
many channels the additions are cheap. `conv_winograd` does this along both axes and saves more, but
there the transformed filters are four times the filters; here only P1 and P2 need new ones.

The same with a stride of 2, where the two rows share r2 alone and five products are left, gained
no more than 3 %: the runs are a larger part of the time there.

Source: Winograd 1980, the minimal algorithm F(2, 3).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_utils.kernels.conv_rows import RowBlocks, rows_per_block
from course_utils.kernels.conv_runs import as_runs
from course_utils.kernels.padding import Zeros, padded_size

MOST_BYTES = 7 * 256 * 1024  # of a block: runs, a sum of them, three products
LEAST_PAIRS = 3  # in a block, since the rows between two blocks are written out for both
FREE_BYTES = 31 * 64 * 1024  # memory that a convolution may take beside output and padded input
SEEN = 4  # picture rows that a pair of output rows sees
STEP = 2  # picture rows from one pair to the next


def block_bytes(A_shape: tuple[int, ...], W_shape: tuple[int, ...], zeros: Zeros, itemsize: int) -> int:
    """Memory left for a block beside the new filters, two thirds of W.

    A_shape  : of the pictures without border, (m, n_H, n_W, n_C_prev)
    W_shape  : (3, f_W, n_C_prev, n_C)
    zeros    : ((top, bottom), (left, right)), the border. A padded copy of the input is never made;
               where there is a border, its share of memory is free for the filters
    itemsize : bytes of a number
    """
    filters = 3 * W_shape[1] * W_shape[2] * W_shape[3]  # two thirds of W, and a sum while it is made
    return min(MOST_BYTES, FREE_BYTES + (padded_size(A_shape, zeros) - filters) * itemsize)


def _others(W_shape: tuple[int, ...]) -> int:
    """Numbers in a block for each column of a pair of rows beside the runs: a sum, three products."""
    return W_shape[1] * W_shape[2] + 3 * W_shape[3]


def pairs_fit(
    A_shape: tuple[int, ...],
    W_shape: tuple[int, ...],
    s_W: int,
    n_out: tuple[int, int],
    zeros: Zeros,
    itemsize: int,
) -> bool:
    """Whether a block holds enough pairs of rows; s_W is the step along W, n_out (n_H_out, n_W_out).

    The other arguments are those of `block_bytes`.
    """
    n_pairs = -(-n_out[0] // 2)
    f, stride = (SEEN, W_shape[1]), (STEP, s_W)
    most_bytes = block_bytes(A_shape, W_shape, zeros, itemsize)
    fit = rows_per_block(f, stride, (n_pairs, n_out[1]), W_shape[2], _others(W_shape), itemsize, most_bytes)
    return fit >= min(LEAST_PAIRS, n_pairs)


class RowPairs:
    """The runs of pictures for pairs of output rows, some pairs at a time."""

    def __init__(
        self, A: np.ndarray, zeros: Zeros, W_shape: tuple[int, ...], s_W: int, n_out: tuple[int, int]
    ) -> None:
        """Plan the blocks.

        A       : pictures without border, shape (m, n_H, n_W, n_C_prev)
        zeros   : ((top, bottom), (left, right)), the border
        W_shape : (3, f_W, n_C_prev, n_C)
        s_W     : step along W
        n_out   : (n_H_out, n_W_out)
        """
        n_pairs = -(-n_out[0] // 2)
        most_bytes = block_bytes(A.shape, W_shape, zeros, A.itemsize)
        # The windows of a pair are one window of four rows that moves by two.
        self.blocks = RowBlocks(
            A, zeros, (SEEN, W_shape[1]), (STEP, s_W), (n_pairs, n_out[1]), _others(W_shape), most_bytes
        )
        self.n_C = W_shape[3]
        self.sums = np.empty(self.blocks.max_pixels * self.blocks.run, A.dtype)
        self.products = np.empty((3, self.blocks.max_pixels * self.n_C), A.dtype)

    def __iter__(self) -> Iterator[tuple[slice, slice, list[np.ndarray], np.ndarray, list[np.ndarray]]]:
        """Yield (images, rows of the output, [r0, r1, r2, r3], memory for a sum of two, for 3 products).

        Tables are (n_images, n_pairs·n_W_out, f_W·n_C_prev), products (n_images, n_pairs·n_W_out, n_C).
        """
        for images, pairs, tables in self.blocks:
            n = tables[0].shape[0] * tables[0].shape[1]
            products = [part[: n * self.n_C].reshape(*tables[0].shape[:2], -1) for part in self.products]
            sums = self.sums[: tables[0].size].reshape(tables[0].shape)
            yield images, slice(2 * pairs.start, 2 * pairs.stop), tables, sums, products


def row_pairs_convolution(
    A: np.ndarray, zeros: Zeros, W: np.ndarray, b: np.ndarray | None, s_W: int, out: np.ndarray
) -> None:
    """Convolve with filters of three rows, stride 1 along H, and write the result into `out`.

    A     : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros : ((top, bottom), (left, right)), the border
    W     : shape (3, f_W, n_C_prev, n_C)
    b     : n_C values, or None
    s_W   : step along W
    out   : shape (m, n_H_out, n_W_out, n_C), the last axis contiguous
    """
    n_W_out, n_C = out.shape[2:]
    W0, W1, W2 = np.ascontiguousarray(W).reshape(3, -1, n_C)
    F1 = W0 + W2
    F2 = (F1 - W1) / 2
    F1 = (F1 + W1) / 2
    bias = None if b is None else np.tile(b.reshape(-1), n_W_out)
    for images, rows, (r0, r1, r2, r3), sums, (even, odd, P) in RowPairs(
        A, zeros, W.shape, s_W, out.shape[1:3]
    ):
        np.matmul(np.add(r1, r2, out=sums), F1, out=even)
        if bias is not None:
            long_rows = even.reshape(-1, n_W_out * n_C)  # not n_C values at a time
            long_rows += bias
        np.matmul(np.subtract(r2, r1, out=sums), F2, out=P)
        np.subtract(even, P, out=odd)
        even += P
        even += np.matmul(np.subtract(r0, r2, out=sums), W0, out=P)
        odd -= np.matmul(np.subtract(r1, r3, out=sums), W2, out=P)
        place = out[images, rows]
        for first, Z in enumerate((even, odd)):
            target = place[:, first::2]
            Z_runs = as_runs(Z).reshape(len(target), -1, n_W_out)
            as_runs(target)[...] = Z_runs[:, : target.shape[1]]  # a last odd row may lie beyond the output


def row_pairs_weight_gradient(A: np.ndarray, zeros: Zeros, dZ: np.ndarray, f_W: int, s_W: int) -> np.ndarray:
    """Gradient of filters of three rows, stride 1 along H: the forward pass read backwards.

    A        : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros    : ((top, bottom), (left, right)), the border
    dZ       : shape (m, n_H_out, n_W_out, n_C), contiguous
    f_W, s_W : width of the filters, step along W
    Returns dW, shape (3, f_W, n_C_prev, n_C).

    Z[even] = P0 + P1 + P2 and Z[odd] = P1 - P2 - P3 give dP1 = dZ[even] + dZ[odd] and so on. Each P
    is a sum of tables times a filter F, so dF is the transposed sum times dP; and W0 stands in F0
    whole, in F1 and F2 half.
    """
    n_C_prev, n_W_out, n_C = A.shape[3], *dZ.shape[2:]
    W_shape = (3, f_W, n_C_prev, n_C)
    # dF0, dF1 and dF3 are collected where W0, W1 and W2 have their gradient in the end.
    dW = np.zeros((3, f_W * n_C_prev, n_C), A.dtype)
    dF0, dF1, dF3 = dW
    dF2 = np.zeros_like(dF0)
    part = np.empty_like(dF0)
    for images, rows, (r0, r1, r2, r3), sums, (even, odd, dP) in RowPairs(
        A, zeros, W_shape, s_W, dZ.shape[1:3]
    ):
        place = dZ[images, rows]
        for first, d in enumerate((even, odd)):
            source = place[:, first::2]
            d_rows = d.reshape(len(source), -1, n_W_out, n_C)
            d_rows[:, : source.shape[1]] = source
            d_rows[:, source.shape[1] :] = 0  # an odd row beyond the output
        _add_products(dF0, np.subtract(r0, r2, out=sums), even, part)
        _add_products(dF1, np.add(r1, r2, out=sums), np.add(even, odd, out=dP), part)
        _add_products(dF2, np.subtract(r2, r1, out=sums), np.subtract(even, odd, out=dP), part)
        _add_products(dF3, np.subtract(r3, r1, out=sums), odd, part)
    halves = np.add(dF1, dF2, out=part)
    halves /= 2
    dW[0] += halves
    dW[1] -= dF2
    dW[1] /= 2
    dW[2] += halves
    return dW.reshape(W_shape)


def _add_products(total: np.ndarray, table: np.ndarray, dP: np.ndarray, part: np.ndarray) -> None:
    """Add tableᵀ·dP of every picture to total; `part` is memory for one product."""
    for runs, d_picture in zip(table, dP, strict=True):
        total += np.matmul(runs.T, d_picture, out=part)
