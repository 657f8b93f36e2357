"""Convolution, forward and backward. The same names as nested loops: `textbook/conv.py`.

A_prev (m, n_H, n_W, n_C_prev) is a batch of pictures, W (f_H, f_W, n_C_prev, n_C) holds n_C
filters. Z[n, h, w, c] is the sum of window (h, w) of picture n times filter c, plus b[c].

This file says what is computed: sizes, borders, checks, and which gradient is which. How it
is computed fast stands in `conv_algorithms.py`, and there each way has its own file.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype
from course_utils.kernels.conv1d import conv1d_backward, conv1d_forward
from course_utils.kernels.conv3d import conv3d_backward, conv3d_forward
from course_utils.kernels.conv_algorithms import channel_sums, convolve, input_gradient, weight_gradient
from course_utils.kernels.conv_depthwise import depthwise_conv2d_backward, depthwise_conv2d_forward
from course_utils.kernels.conv_transpose import conv_transpose2d_backward, conv_transpose2d_forward
from course_utils.kernels.padding import Pad, borders, check_pair, conv_output_size, output_sizes, zero_pad

__all__ = [
    "conv1d_backward",
    "conv1d_forward",
    "conv2d_backward",
    "conv2d_forward",
    "conv3d_backward",
    "conv3d_forward",
    "conv_output_size",
    "conv_transpose2d_backward",
    "conv_transpose2d_forward",
    "depthwise_conv2d_backward",
    "depthwise_conv2d_forward",
    "zero_pad",
]


def conv2d_forward(
    A_prev: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int | tuple[int, int] = 1,
    pad: Pad = "valid",
) -> tuple[np.ndarray, Any]:
    """Slide filters over pictures (cross-correlation, the convolution of deep learning).

    A_prev : pictures, shape (m, n_H_prev, n_W_prev, n_C_prev)
    W      : filters, shape (f_H, f_W, n_C_prev, n_C)
    b      : one bias a filter, shape (1, 1, 1, n_C)
    stride : step of the window, an int or a pair (s_H, s_W)
    pad    : zeros on each side, an int or a pair (p_H, p_W); "valid" (none); "same"
             (ceil(n / stride) outputs, an odd zero stands at the end)
    Returns Z, shape (m, n_H, n_W, n_C), and a cache for `conv2d_backward`.
    Raises ValueError for wrong shapes or a filter that does not fit, TypeError for mixed dtypes.
    Source: Goodfellow, Bengio, Courville 2016, section 9.1.
    """
    sizes = check_array("A_prev", A_prev, ("m", "n_H_prev", "n_W_prev", "n_C_prev"))
    sizes |= check_array("W", W, ("f_H", "f_W", sizes["n_C_prev"], "n_C"))
    check_array("b", b, (1, 1, 1, sizes["n_C"]))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    stride = check_pair("stride", stride)
    n, f = A_prev.shape[1:3], W.shape[:2]
    zeros = borders(n, f, stride, pad)
    n_H, n_W = output_sizes(n, f, stride, zeros)

    Z = np.empty((len(A_prev), n_H, n_W, sizes["n_C"]), A_prev.dtype)
    convolve(A_prev, zeros, W, b, stride, Z)
    return Z, (A_prev, W, stride, zeros, Z.shape)


def conv2d_backward(
    dZ: np.ndarray, cache: Any, *, need_dA_prev: bool = True
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """Send the gradient of a cost back through `conv2d_forward`.

    dZ           : gradient of the cost with respect to Z, the shape of Z
    cache        : what `conv2d_forward` returned beside Z
    need_dA_prev : False for the first layer of a network, whose input nobody differentiates;
                   about half of the work, and None stands in its place
    Returns dA_prev, dW, db with the shapes of A_prev, W, b.
    """
    A_prev, W, stride, zeros, shape_of_Z = cache
    check_array("dZ", dZ, shape_of_Z)
    check_same_dtype(dZ=dZ, A_prev=A_prev)
    dZ = np.ascontiguousarray(dZ)
    (top, _), (left, _) = zeros

    dA_prev = np.empty(A_prev.shape, A_prev.dtype) if need_dA_prev else None
    if need_dA_prev:
        input_gradient(dZ, W, None, stride, (top, left), dA_prev)
    dW = weight_gradient(A_prev, zeros, dZ, W.shape[:2], stride)
    db = channel_sums(dZ).reshape(1, 1, 1, -1)
    return dA_prev, dW, db
