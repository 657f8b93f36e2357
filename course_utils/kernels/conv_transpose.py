"""Transposed convolution: the way back through a convolution, used to enlarge pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype
from course_utils.kernels.conv_algorithms import channel_sums, convolve, input_gradient, weight_gradient
from course_utils.kernels.padding import Pad, borders, check_pair


def conv_transpose2d_forward(
    A_prev: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int | tuple[int, int] = 1,
    pad: Pad = "valid",
) -> tuple[np.ndarray, Any]:
    """Enlarge pictures: every input pixel adds its value times the filter to the output.

    A_prev : pictures, shape (m, n_H_prev, n_W_prev, n_C_prev)
    W      : filters, shape (f_H, f_W, n_C, n_C_prev): output channels before input channels
    b      : one bias an output channel, shape (1, 1, 1, n_C)
    stride : distance in the output between neighbouring input pixels, an int or a pair
    pad    : pixels cut off each side of the output: an int or a pair (p_H, p_W); "valid" (none);
             "same" (the output is stride times as large as the input, an odd pixel is cut at the end)
    Returns Z, shape (m, n_H, n_W, n_C), and a cache for `conv_transpose2d_backward`. With pad p
    n_H = (n_H_prev - 1)·s_H + f_H - 2·p_H; with "same" n_H = n_H_prev·s_H.
    Raises ValueError for wrong shapes or when nothing is left of the output, TypeError for mixed dtypes.

    It is exactly the gradient of `conv2d_forward` with respect to its input: the convolution
    from Z's shape to A_prev's with the same W, stride and pad; hence W's order of channels.
    Source: Dumoulin and Visin 2016, chapter 4.
    """
    sizes = check_array("A_prev", A_prev, ("m", "n_H_prev", "n_W_prev", "n_C_prev"))
    sizes |= check_array("W", W, ("f_H", "f_W", "n_C", sizes["n_C_prev"]))
    check_array("b", b, (1, 1, 1, sizes["n_C"]))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    stride = check_pair("stride", stride)
    n_prev, f = A_prev.shape[1:3], W.shape[:2]
    if min(n_prev) < 1 or min(f) < 1:
        raise ValueError(f"pictures of size {n_prev} and a filter of size {f}: each needs at least one pixel")
    # The zeros of the convolution whose way back this is.
    enlarged = (n_prev[0] * stride[0], n_prev[1] * stride[1])
    zeros = borders(enlarged, f, stride, pad)
    if isinstance(pad, str) and pad == "same":
        n_H, n_W = enlarged
    else:
        n_H, n_W = ((n_prev[k] - 1) * stride[k] + f[k] - sum(zeros[k]) for k in range(2))
    if n_H < 1 or n_W < 1:
        raise ValueError(
            f"pad = {pad!r} leaves an output of size ({n_H}, {n_W}); it needs at least one pixel"
        )

    Z = np.empty((len(A_prev), n_H, n_W, sizes["n_C"]), A_prev.dtype)
    input_gradient(A_prev, W, b, stride, (zeros[0][0], zeros[1][0]), Z)
    return Z, (A_prev, W, stride, zeros, Z.shape)


def conv_transpose2d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient of a cost back through `conv_transpose2d_forward`.

    dZ    : gradient of the cost with respect to Z, the shape of Z
    cache : what `conv_transpose2d_forward` returned beside Z
    Returns dA_prev, dW, db with the shapes of A_prev, W, b.

    Forward is the way back of a convolution, so backward is that convolution itself.
    """
    A_prev, W, stride, zeros, shape_of_Z = cache
    check_array("dZ", dZ, shape_of_Z)
    check_same_dtype(dZ=dZ, A_prev=A_prev)

    dA_prev = np.empty(A_prev.shape, A_prev.dtype)
    convolve(dZ, zeros, W, None, stride, dA_prev)
    dW = weight_gradient(dZ, zeros, np.ascontiguousarray(A_prev), W.shape[:2], stride)
    return dA_prev, dW, channel_sums(np.ascontiguousarray(dZ)).reshape(1, 1, 1, -1)
