"""The three computations that every convolution consists of, and the choice of the algorithm.

* `convolve`        : Z from padded pictures and filters
* `input_gradient`  : dA_prev from dZ, which is again a convolution (with the filters turned round)
* `weight_gradient` : dW from pictures and dZ
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_utils.kernels.conv_lowering import lowered_convolution, lowered_weight_gradient
from course_utils.kernels.conv_planes import planes_convolution
from course_utils.kernels.conv_pointwise import pointwise_convolution, pointwise_weight_gradient
from course_utils.kernels.conv_row_pairs import pairs_fit, row_pairs_convolution, row_pairs_weight_gradient
from course_utils.kernels.conv_rows import rows_convolution, rows_per_block, rows_weight_gradient
from course_utils.kernels.conv_winograd import (
    LEAST_BYTES,
    buffer_bytes,
    winograd_convolution,
    winograd_weight_gradient,
)
from course_utils.kernels.padding import Zeros, select

ALGORITHMS = ("pointwise", "planes", "winograd", "row_pairs", "rows", "lowered")


def choose_algorithm(
    A_shape: tuple[int, ...],
    W_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    stride: tuple[int, int],
    zeros: Zeros,
    dtype: np.dtype,
) -> str:
    """Choose the way to convolve by the shapes alone; the one place where it is chosen.

    A_shape   : of the pictures without border, (m, n_H, n_W, n_C_prev)
    W_shape   : (f_H, f_W, n_C_prev, n_C)
    out_shape : (m, n_H_out, n_W_out, n_C)
    stride    : (s_H, s_W)
    zeros     : ((top, bottom), (left, right))
    dtype     : of all arrays
    Returns one of `ALGORITHMS`.

    Measured on one core with AVX2, float32, forward, time divided by PyTorch's:

        m×n²×n_C_prev→n_C       lowered     rows   row_pairs   winograd
        64×14²×8→16    3×3         1.23     1.07        1.52       1.71
        32×32²×16→32   3×3         1.36     1.22        1.31       1.24
        16×28²×24→32   3×3         1.39     1.16        1.24       1.05
        16×56²×64→64   3×3         1.40     1.22        1.01       0.75
        16×7²×128→128  3×3         1.18     1.09        0.95       2.64
        8×14²×256→256  3×3         1.30     1.06        0.86       1.45
        4×28²×256→256  3×3         1.30     1.11        0.84       1.24, with 11 MiB of filters and buffers
        32×32²×16→32   5×5         1.51     1.21
        8×56²×64→64    5×5         1.34     1.19
        32×32²×16→32   3×3 s2      1.31     1.14
        16×56²×64→64   3×3 s2      1.16     1.01
        16×28²×64→4    3×3         0.82     0.94                   0.98
        1×224²×3→32    3×3         1.75     1.38        1.56       2.57
        64×28²×1→32    3×3         1.39     1.51
        64×14²×6→16    5×5         1.42     1.14
        32×32²×3→32    5×5         1.59     1.68

        m×n²×n_C_prev→n_C       lowered   planes
        1×224²×32→3    3×3         1.63     0.47
        16×56²×64→4    3×3         1.28     0.52
        8×56²×64→8     3×3         1.42     0.96
        8×56²×16→8     3×3         1.23     1.88
        64×28²×8→1     3×3         0.74     1.75

    Planes win where many channels become few and rows are long. Winograd's way is taken from
    about 16 channels on, as long as its transformed filters are small (`buffer_bytes`). It needs
    float32: twice the rounding of a plain sum is nothing there, but float64 is asked for when
    every digit counts. Outputs that do not divide into tiles of 4 waste work; a third too much
    is the limit. Row pairs come next: three filter rows, stride 1 along H, many channels on both sides,
    float32 again. Rows need runs (f_W·n_C_prev values) that are long enough for a product of their
    own, the longer the more products are added up; some output channels; and blocks of at least as
    many rows as the filter has, since the rows between two blocks are written out for both.
    """
    f, n_out = W_shape[:2], out_shape[1:3]
    n_C_prev, n_C = W_shape[2:]
    if f == (1, 1) and not np.any(zeros):
        return "pointwise"
    if stride == (1, 1) and n_C <= 8 and n_C_prev >= max(32, 8 * n_C) and n_out[1] >= 28:
        return "planes"
    three_rows = f[0] == 3 and stride[0] == 1 and dtype == np.float32
    if three_rows and f[1] == 3 and stride[1] == 1:
        tiles = -(-n_out[0] // 4) * -(-n_out[1] // 4)
        little_waste = 16 * tiles <= 1.35 * n_out[0] * n_out[1]
        many_channels = min(n_C_prev, n_C) >= 16 and n_C_prev * n_C >= 512
        if many_channels and little_waste and buffer_bytes(A_shape, zeros, n_C) >= LEAST_BYTES:
            return "winograd"
    additions_are_cheap = n_C >= 64 and f[1] * n_C_prev >= 96 and n_out[0] >= 4
    if three_rows and additions_are_cheap and pairs_fit(A_shape, W_shape, stride[1], n_out, zeros, 4):
        return "row_pairs"
    n_rows = rows_per_block(f, stride, n_out, n_C_prev, n_C, dtype.itemsize)
    long_runs = f[1] * n_C_prev >= max(8, f[0] ** 2)
    if long_runs and n_C >= 8 and f[0] <= 7 and n_rows >= min(f[0], n_out[0]):
        return "rows"
    return "lowered"


def convolve(
    A: np.ndarray,
    zeros: Zeros,
    W: np.ndarray,
    b: np.ndarray | None,
    stride: tuple[int, int],
    out: np.ndarray,
    algorithm: str | None = None,
) -> None:
    """Convolve pictures and write the result into `out`.

    A         : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros     : ((top, bottom), (left, right)), the border of zeros
    W         : shape (f_H, f_W, n_C_prev, n_C)
    b         : n_C values, or None
    stride    : (s_H, s_W)
    out       : shape (m, n_H_out, n_W_out, n_C), the last axis contiguous
    algorithm : what to use instead of `choose_algorithm`'s choice, if it can compute this
    """
    if not out.size:
        return
    if algorithm is None:
        algorithm = choose_algorithm(A.shape, W.shape, out.shape, stride, zeros, A.dtype)
    if algorithm == "pointwise":
        pointwise_convolution(A, W, b, stride, out)
    elif algorithm == "planes":
        planes_convolution(A, zeros, W, b, out)
    elif algorithm == "winograd":
        winograd_convolution(A, zeros, W, b, out)
    elif algorithm == "row_pairs":
        row_pairs_convolution(A, zeros, W, b, stride[1], out)
    elif algorithm == "rows":
        rows_convolution(A, zeros, W, b, stride, out)
    elif algorithm == "lowered":
        lowered_convolution(A, zeros, W, b, stride, out)
    else:
        raise ValueError(f"algorithm must be one of {ALGORITHMS}, got {algorithm!r}")


def input_gradient(
    dZ: np.ndarray,
    W: np.ndarray,
    b: np.ndarray | None,
    stride: tuple[int, int],
    before: tuple[int, int],
    out: np.ndarray,
) -> None:
    """Send dZ back to the input of a convolution: the convolution's transpose.

    dZ     : shape (m, n_H_out, n_W_out, n_C)
    W      : shape (f_H, f_W, n_C_prev, n_C)
    b      : n_C_prev values to add, or None
    stride : (s_H, s_W) of the convolution
    before : zeros that the convolution put above and left of its input
    out    : where dA_prev goes, shape (m, n_H, n_W, n_C_prev)

    With stride 1, pixel u of the (padded) input met filter row i in output row u - i, so
    dA[u] = Σ_i dZ[u - i] W[i]: a convolution of dZ with the filter turned round. With stride 2,
    pixel u met only the filter rows i for which u - i is even. So the even pixels are a
    convolution with filter rows 0, 2, ..., the odd ones with rows 1, 3, ...: one small
    convolution of stride 1 for each of the s_H·s_W phases, and no product with a zero.

        filter 3×3, stride 2        phase (even, even)   W[0::2, 0::2]  2×2
                                    phase (even, odd )   W[0::2, 1::2]  2×1
                                    phase (odd , even)   W[1::2, 0::2]  1×2
                                    phase (odd , odd )   W[1::2, 1::2]  1×1
    """
    for part, zeros, taps_H, taps_W, target in input_phases(dZ, W.shape[:2], stride, before, out):
        W_phase = W[taps_H, taps_W][::-1, ::-1].transpose(0, 1, 3, 2)  # (., ., n_C, n_C_prev)
        if W_phase.size:
            convolve(part, zeros, W_phase, b, (1, 1), target)
        else:  # the stride jumps over these pixels
            target[...] = 0 if b is None else b.reshape(-1)


def input_phases(
    dZ: np.ndarray, f: tuple[int, int], stride: tuple[int, int], before: tuple[int, int], out: np.ndarray
) -> Iterator[tuple[np.ndarray, Zeros, slice, slice, np.ndarray]]:
    """Go through the phases of `input_gradient`, whose arguments these are.

    Yields (part of dZ, its border of zeros, filter taps along H, along W, pixels of `out`).
    """
    if not out.size:
        return
    _, n_H, n_W, _ = out.shape
    for first_H in range(min(stride[0], n_H)):
        for first_W in range(min(stride[1], n_W)):
            target = out[:, first_H :: stride[0], first_W :: stride[1]]
            taps_H, rows = _phase(first_H + before[0], stride[0], f[0], target.shape[1])
            taps_W, columns = _phase(first_W + before[1], stride[1], f[1], target.shape[2])
            part, zeros = select(dZ, rows, columns)
            yield part, zeros, taps_H, taps_W, target


def _phase(u: int, stride: int, f: int, n: int) -> tuple[slice, range]:
    """One axis of one phase: the filter taps that meet pixels u, u + stride, ... (n of them).

    Returns the slice of taps and the range of rows of dZ that they read; rows outside dZ are 0.
    """
    tap, row = u % stride, u // stride
    n_taps = len(range(tap, f, stride))
    return slice(tap, None, stride), range(row - n_taps + 1, row + n)


def weight_gradient(
    A: np.ndarray,
    zeros: Zeros,
    dZ: np.ndarray,
    f: tuple[int, int],
    stride: tuple[int, int],
    algorithm: str | None = None,
) -> np.ndarray:
    """Sum window × dZ over all windows.

    A         : pictures without border, shape (m, n_H, n_W, n_C_prev)
    zeros     : ((top, bottom), (left, right)), the border of zeros
    dZ        : shape (m, n_H_out, n_W_out, n_C), contiguous
    f, stride : (f_H, f_W), (s_H, s_W)
    algorithm : what to use instead of `choose_algorithm`'s choice, if it can compute this
    Returns dW, shape (f_H, f_W, n_C_prev, n_C).
    """
    n_C_prev, n_C = A.shape[3], dZ.shape[3]
    if not dZ.size:
        return np.zeros((*f, n_C_prev, n_C), A.dtype)
    if algorithm is None:
        algorithm = choose_algorithm(A.shape, (*f, n_C_prev, n_C), dZ.shape, stride, zeros, A.dtype)
        if algorithm == "rows" and f[1] * n_C_prev < 48:
            algorithm = "lowered"  # rows make a product a picture here: too small ones, 1.2 times slower
    if algorithm == "pointwise":
        return pointwise_weight_gradient(A, dZ, stride)
    if algorithm == "winograd":
        return winograd_weight_gradient(A, zeros, dZ)
    if algorithm == "row_pairs":
        return row_pairs_weight_gradient(A, zeros, dZ, f[1], stride[1])
    if algorithm == "rows":
        return rows_weight_gradient(A, zeros, dZ, f, stride)
    if algorithm in ("lowered", "planes"):  # planes have no shorter way to this sum
        return lowered_weight_gradient(A, zeros, dZ, f, stride)
    raise ValueError(f"algorithm must be one of {ALGORITHMS}, got {algorithm!r}")


def channel_sums(dZ: np.ndarray) -> np.ndarray:
    """Sum over everything but channels: the gradient of a bias. (m, ..., n_C) -> (n_C,).

    A product with a row of ones runs at the speed of BLAS; `dZ.sum` would step over a short axis.
    """
    rows = dZ.reshape(-1, dZ.shape[-1])
    return np.ones(len(rows), dZ.dtype) @ rows
