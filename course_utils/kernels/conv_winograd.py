"""Winograd's convolution: 3×3 filters with a quarter of the multiplications.

Four neighbouring outputs of a filter of three come from six inputs, by the plain formula with
4·3 = 12 multiplications. Six are enough: multiplying polynomials of degree 3 and 2 gives one of
degree 5, and six values determine it. So: evaluate both at six points, multiply point by point,
interpolate. Evaluating and interpolating are fixed matrices. In two dimensions both axes do it:

    6×6 inputs d  ──Bᵀ d B──►  V (36 numbers)  ┐
                                                 ├─ M = V·U, number by number ──Aᵀ M A──► 4×4 outputs
    3×3 filter g  ──G g Gᵀ──►  U (36 numbers)  ┘

36 multiplications instead of 4·4·3·3 = 144. With channels each of the 36 numbers is a matrix
product, V (tiles, n_C_prev) times U (n_C_prev, n_C). The transforms are matrix products too:
Bᵀ d B is one 36×36 matrix (the Kronecker product Bᵀ⊗Bᵀ) times the 36 inputs written as a column,
so all tiles and channels of a block take one product of shape (36, 36)·(36, tiles·n_C_prev).
Their cost grows with the channels, what they save with its square: worth it from about 16 on.

The points decide the accuracy. The usual 0, ±1, ±2, ∞ make rounding errors of float32 about 14
times those of a plain sum, because powers of 2 grow; with 0, ±2/3, ±3/2, ∞ it is about 2 times.

Sources: Winograd 1980; Lavin and Gray 2016; on the points Barabasz et al. 2020.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils.kernels.conv_runs import as_runs
from course_utils.kernels.padding import Zeros, padded_size

TILE = 4  # outputs of a tile along each axis
SEEN = TILE + 2  # inputs that they see
POINTS = (0.0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # and infinity
MOST_BYTES = 5 * 512 * 1024  # buffers of a block: larger ones leave the cache
LEAST_BYTES = 3 * 256 * 1024  # smaller ones make matrix products too small to be fast
FREE_BYTES = 7 * 256 * 1024  # memory that a convolution may take beside output and padded input


def _transforms() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The matrices Bᵀ⊗Bᵀ (36, 36), G⊗G (36, 9) and Aᵀ⊗Aᵀ (16, 36).

    A point p evaluates a filter to g0 + g1 p + g2 p², and infinity to its last coefficient; the
    rows of Bᵀ are the coefficients of Π (x - q) over the other points q (Lagrange's basis),
    whose denominators stand in G.
    """
    Bt, G, At = np.zeros((SEEN, SEEN)), np.zeros((SEEN, 3)), np.zeros((TILE, SEEN))
    for row, p in enumerate(POINTS):
        others = [q for q in POINTS if q != p]
        Bt[row, :-1] = np.poly(others)[::-1]
        G[row] = np.array([1, p, p**2]) / np.prod([p - q for q in others])
        At[:, row] = p ** np.arange(TILE)
    Bt[-1] = np.poly(POINTS)[::-1]
    G[-1, -1] = At[-1, -1] = 1
    return np.kron(Bt, Bt), np.kron(G, G), np.kron(At, At)


INPUT_TRANSFORM, FILTER_TRANSFORM, OUTPUT_TRANSFORM = _transforms()


def buffer_bytes(A_shape: tuple[int, ...], zeros: Zeros, n_C: int) -> int:
    """Memory left for the buffers of a block; below `LEAST_BYTES` this algorithm does not pay.

    A_shape : of the pictures without border, (m, n_H, n_W, n_C_prev)
    zeros   : ((top, bottom), (left, right)), the border
    n_C     : output channels

    Transformed filters and buffers together stay below `FREE_BYTES`. A padded copy of the input
    never exists as a whole here; where there is a border, the share of that copy is theirs too.
    """
    filters = SEEN**2 * A_shape[3] * n_C
    return min(MOST_BYTES, FREE_BYTES + 4 * (padded_size(A_shape, zeros) - filters))


class Tiles:
    """Cuts padded pictures into tiles and transforms them, some rows of tiles at a time."""

    def __init__(
        self,
        A: np.ndarray,
        zeros: Zeros,
        n_out: tuple[int, int],
        n_C: int,
    ) -> None:
        """Plan the blocks.

        A     : pictures without border, shape (m, n_H, n_W, n_C_prev)
        zeros : ((top, bottom), (left, right)), the border
        n_out : size of the output
        n_C   : output channels
        """
        self.A, (self.top, _), (self.left, _) = A, *zeros
        m, self.n_H, self.n_W, self.n_C_prev = A.shape
        self.rows, self.columns = -(-n_out[0] // TILE), -(-n_out[1] // TILE)  # of tiles
        # bytes of one tile in `window` (with neighbours), `inputs` or `products`, `V` or outputs
        per_tile = A.itemsize * (
            24 * self.n_C_prev
            + SEEN**2 * max(self.n_C_prev, n_C)
            + max(SEEN**2 * self.n_C_prev, TILE**2 * n_C)
        )
        tiles = max(buffer_bytes(A.shape, zeros, n_C) // per_tile, self.columns)
        self.block_rows = min(self.rows, tiles // self.columns)
        self.block_images = (
            1 if self.block_rows < self.rows else max(1, min(m, tiles // (self.rows * self.columns)))
        )
        self.max_tiles = self.block_images * self.block_rows * self.columns
        # Two buffers serve a block in turns: `scratch` holds the inputs, then the products;
        # `second` holds V, then the outputs.
        self.scratch = np.empty(self.max_tiles * SEEN**2 * max(self.n_C_prev, n_C), A.dtype)
        self.second = np.empty(self.max_tiles * max(SEEN**2 * self.n_C_prev, TILE**2 * n_C), A.dtype)
        self.Bt = INPUT_TRANSFORM.astype(A.dtype)

    def __iter__(self) -> Iterator[tuple[slice, slice, tuple[int, int, int], np.ndarray]]:
        """Yield (images, rows of tiles, (images, rows, columns) as numbers, V).

        V has shape (36, tiles, n_C_prev). Blocks share their buffers: use V before going on.
        """
        n_C_prev, columns = self.n_C_prev, self.columns
        window = np.zeros(
            (self.block_images, self.block_rows * TILE + 2, columns * TILE + 2, n_C_prev), self.A.dtype
        )
        w_stop = min(self.left + self.n_W, window.shape[2])
        for n in range(0, len(self.A), self.block_images):
            images = slice(n, min(n + self.block_images, len(self.A)))
            for row in range(0, self.rows, self.block_rows):
                rows = slice(row, min(row + self.block_rows, self.rows))
                shape = (images.stop - n, rows.stop - row, columns)
                n_tiles = shape[0] * shape[1] * shape[2]
                # The padded picture exists only as this window of it.
                first = row * TILE - self.top  # picture row that stands in the window's row 0
                h0 = max(first, 0)
                h1 = max(h0, min(first + shape[1] * TILE + 2, self.n_H))
                window[:, : max(h0 - first, 0)] = 0
                window[:, max(h1 - first, 0) :] = 0
                window[: shape[0], h0 - first : h1 - first, self.left : w_stop] = self.A[
                    images, h0:h1, : w_stop - self.left
                ]
                s_n, s_h, s_w, s_c = window.strides
                seen = as_strided(  # seen[i, j, n, r, c] = pixel (i, j) of tile (r, c), all channels
                    window,
                    (SEEN, SEEN, *shape, n_C_prev),
                    (s_h, s_w, s_n, TILE * s_h, TILE * s_w, s_c),
                    writeable=False,
                )
                inputs = self.scratch[: SEEN**2 * n_tiles * n_C_prev].reshape(SEEN, SEEN, *shape, n_C_prev)
                as_runs(inputs)[...] = as_runs(seen)
                V = self.second[: inputs.size].reshape(SEEN**2, n_tiles * n_C_prev)
                np.matmul(self.Bt, inputs.reshape(SEEN**2, -1), out=V)
                yield images, rows, shape, V.reshape(SEEN**2, n_tiles, n_C_prev)


def winograd_convolution(
    A: np.ndarray,
    zeros: Zeros,
    W: np.ndarray,
    b: np.ndarray | None,
    out: np.ndarray,
) -> None:
    """Convolve with 3×3 filters, stride 1, and write the result into `out`.

    A     : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros : ((top, bottom), (left, right)), the border
    W     : shape (3, 3, n_C_prev, n_C)
    b     : n_C values, or None
    out   : shape (m, n_H_out, n_W_out, n_C), the last axis contiguous
    """
    n_C = W.shape[3]
    At = OUTPUT_TRANSFORM.astype(A.dtype)
    U = _transform_filters(W)  # (36, n_C_prev, n_C)
    tiles = Tiles(A, zeros, out.shape[1:3], n_C)
    # One value a tile and channel: one long row to add, not n_C values at a time.
    bias = None if b is None else np.tile(b.reshape(-1), tiles.max_tiles)
    target = as_runs(out)
    for images, rows, shape, V in tiles:
        n_tiles = V.shape[1]
        # The inputs are used up: the products take their place, and the outputs that of V.
        products = tiles.scratch[: SEEN**2 * n_tiles * n_C].reshape(SEEN**2, n_tiles, n_C)
        np.matmul(V, U, out=products)
        Z = tiles.second[: TILE**2 * n_tiles * n_C].reshape(TILE**2, n_tiles * n_C)
        np.matmul(At, products.reshape(SEEN**2, -1), out=Z)
        if bias is not None:
            Z += bias[: n_tiles * n_C]
        Z_runs = as_runs(Z.reshape(TILE, TILE, *shape, n_C))  # (4, 4, images, rows, columns)
        for i in range(TILE):
            for j in range(TILE):
                # Slices stop at the border of the output; so do the tiles that reach beyond it.
                place = target[images, rows.start * TILE + i : rows.stop * TILE : TILE, j::TILE]
                place[...] = Z_runs[i, j, :, : place.shape[1], : place.shape[2]]


def winograd_weight_gradient(A: np.ndarray, zeros: Zeros, dZ: np.ndarray) -> np.ndarray:
    """Gradient of 3×3 filters, stride 1: the forward pass read backwards.

    A     : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros : ((top, bottom), (left, right)), the border
    dZ    : shape (m, n_H_out, n_W_out, n_C), contiguous
    Returns dW, shape (3, 3, n_C_prev, n_C).

    Z = Aᵀ⊗Aᵀ · (V·U) gives dM = (Aᵀ⊗Aᵀ)ᵀ dZ, then dU = Σ over tiles of Vᵀ dM, then dW = (G⊗G)ᵀ dU.
    """
    n_C_prev, n_C = A.shape[3], dZ.shape[3]
    A_transform = np.ascontiguousarray(OUTPUT_TRANSFORM.T).astype(A.dtype)  # (36, 16)
    tiles = Tiles(A, zeros, dZ.shape[1:3], n_C)
    dU = np.zeros((SEEN**2, n_C_prev, n_C), A.dtype)
    part = np.empty_like(dU)
    outputs = np.zeros(TILE**2 * tiles.max_tiles * n_C, A.dtype)
    source = as_runs(dZ)
    for images, rows, shape, V in tiles:
        n_tiles = V.shape[1]
        d = outputs[: TILE**2 * n_tiles * n_C].reshape(TILE, TILE, *shape, n_C)
        d_runs = as_runs(d)
        for i in range(TILE):
            for j in range(TILE):
                place = source[images, rows.start * TILE + i : rows.stop * TILE : TILE, j::TILE]
                if place.shape != shape:
                    d[i, j] = 0  # tiles reach beyond the output
                d_runs[i, j, :, : place.shape[1], : place.shape[2]] = place
        dM = tiles.scratch[: SEEN**2 * n_tiles * n_C].reshape(SEEN**2, n_tiles * n_C)
        np.matmul(A_transform, d.reshape(TILE**2, -1), out=dM)
        dU += np.matmul(V.transpose(0, 2, 1), dM.reshape(SEEN**2, n_tiles, n_C), out=part)
    dW = FILTER_TRANSFORM.T.astype(A.dtype) @ dU.reshape(SEEN**2, -1)
    return dW.reshape(3, 3, n_C_prev, n_C)


def _transform_filters(W: np.ndarray) -> np.ndarray:
    """G g Gᵀ of every filter and channel: (3, 3, n_C_prev, n_C) -> (36, n_C_prev, n_C)."""
    G = FILTER_TRANSFORM.astype(W.dtype)
    return (G @ W.reshape(9, -1)).reshape(SEEN**2, *W.shape[2:])
