"""The three computations that every convolution consists of, and the choice of the algorithm.

* `convolve`        : Z from padded pictures and filters
* `input_gradient`  : dA_prev from dZ, which is again a convolution (with the filters turned round)
* `weight_gradient` : dW from pictures and dZ
"""

from __future__ import annotations

import numpy as np

from course_utils.kernels.conv_lowering import lowered_convolution, lowered_weight_gradient
from course_utils.kernels.padding import cut_or_fill


def convolve(
    A: np.ndarray, W: np.ndarray, b: np.ndarray | None, stride: tuple[int, int], out: np.ndarray
) -> None:
    """Convolve padded pictures and write the result into `out`.

    A      : padded pictures, shape (m, n_H, n_W, n_C_prev), contiguous
    W      : shape (f_H, f_W, n_C_prev, n_C)
    b      : n_C values, or None
    stride : (s_H, s_W)
    out    : shape (m, n_H_out, n_W_out, n_C), the last axis contiguous
    """
    if out.size:
        lowered_convolution(A, W, b, stride, out)


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
    if not out.size:
        return
    f_H, f_W, _, _ = W.shape
    _, n_H, n_W, _ = out.shape
    for first_H in range(min(stride[0], n_H)):
        for first_W in range(min(stride[1], n_W)):
            target = out[:, first_H :: stride[0], first_W :: stride[1]]
            taps_H, rows = _phase(first_H + before[0], stride[0], f_H, target.shape[1])
            taps_W, columns = _phase(first_W + before[1], stride[1], f_W, target.shape[2])
            W_phase = W[taps_H, taps_W][::-1, ::-1].transpose(0, 1, 3, 2)  # (., ., n_C, n_C_prev)
            if W_phase.size:
                convolve(cut_or_fill(dZ, rows, columns), W_phase, b, (1, 1), target)
            else:  # the stride jumps over these pixels
                target[...] = 0 if b is None else b.reshape(-1)


def _phase(u: int, stride: int, f: int, n: int) -> tuple[slice, range]:
    """One axis of one phase: the filter taps that meet pixels u, u + stride, ... (n of them).

    Returns the slice of taps and the range of rows of dZ that they read; rows outside dZ are 0.
    """
    tap, row = u % stride, u // stride
    n_taps = len(range(tap, f, stride))
    return slice(tap, None, stride), range(row - n_taps + 1, row + n)


def weight_gradient(A: np.ndarray, dZ: np.ndarray, f: tuple[int, int], stride: tuple[int, int]) -> np.ndarray:
    """Sum window × dZ over all windows.

    A  : padded pictures, shape (m, n_H, n_W, n_C_prev), contiguous
    dZ : shape (m, n_H_out, n_W_out, n_C), contiguous
    Returns dW, shape (f_H, f_W, n_C_prev, n_C).
    """
    if not dZ.size:
        return np.zeros((*f, A.shape[3], dZ.shape[3]), A.dtype)
    return lowered_weight_gradient(A, dZ, f, stride)


def channel_sums(dZ: np.ndarray) -> np.ndarray:
    """Sum over everything but channels: the gradient of a bias. (m, ..., n_C) -> (n_C,).

    A product with a row of ones runs at the speed of BLAS; `dZ.sum` would step over a short axis.
    """
    rows = dZ.reshape(-1, dZ.shape[-1])
    return np.ones(len(rows), dZ.dtype) @ rows
