"""Depthwise convolution: each channel has filters of its own and stays by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype
from course_utils.kernels.conv_algorithms import channel_sums
from course_utils.kernels.padding import Pad, borders, check_pair, output_sizes, zero_pad


def depthwise_conv2d_forward(
    A_prev: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int | tuple[int, int] = 1,
    pad: Pad = "valid",
) -> tuple[np.ndarray, Any]:
    """Slide over each channel its own filters.

    A_prev : pictures, shape (m, n_H_prev, n_W_prev, n_C_prev)
    W      : filters, shape (f_H, f_W, n_C_prev, multiplier), or (f_H, f_W, n_C_prev) for one
             filter a channel
    b      : one bias an output channel, shape (1, 1, 1, n_C) with n_C = n_C_prev·multiplier
    stride : step of the window, an int or a pair (s_H, s_W)
    pad    : an int, a pair (p_H, p_W), "valid" or "same" as in `conv2d_forward`
    Returns Z, shape (m, n_H, n_W, n_C), and a cache for `depthwise_conv2d_backward`. Filter q of
    channel c gives output channel c·multiplier + q.
    Raises ValueError for wrong shapes or a filter that does not fit, TypeError for mixed dtypes.
    Source: Howard et al. 2017 (MobileNets), section 3.1.
    """
    sizes = check_array("A_prev", A_prev, ("m", "n_H_prev", "n_W_prev", "n_C_prev"))
    if isinstance(W, np.ndarray) and W.ndim == 3:
        check_array("W", W, ("f_H", "f_W", sizes["n_C_prev"]))
        filters = W[..., None]
    else:
        check_array("W", W, ("f_H", "f_W", sizes["n_C_prev"], "multiplier"))
        filters = W
    f_H, f_W, n_C_prev, multiplier = filters.shape
    check_array("b", b, (1, 1, 1, n_C_prev * multiplier))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    stride = check_pair("stride", stride)
    zeros = borders(A_prev.shape[1:3], (f_H, f_W), stride, pad)
    n_H, n_W = output_sizes(A_prev.shape[1:3], (f_H, f_W), stride, zeros)

    A = zero_pad(A_prev, zeros)
    Z = np.empty((len(A), n_H, n_W, n_C_prev, multiplier), A.dtype)
    for n in range(len(A)):
        Z[n] = b.reshape(n_C_prev, multiplier)
        for i, j, rows, columns in _taps((f_H, f_W), stride, (n_H, n_W)):
            Z[n] += A[n, rows, columns, :, None] * filters[i, j]
    Z = Z.reshape(len(A), n_H, n_W, n_C_prev * multiplier)
    return Z, (A_prev, W, stride, zeros, Z.shape)


def depthwise_conv2d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient of a cost back through `depthwise_conv2d_forward`.

    dZ    : gradient of the cost with respect to Z, the shape of Z
    cache : what `depthwise_conv2d_forward` returned beside Z
    Returns dA_prev, dW, db with the shapes of A_prev, W, b.
    """
    A_prev, W, stride, zeros, shape_of_Z = cache
    check_array("dZ", dZ, shape_of_Z)
    check_same_dtype(dZ=dZ, A_prev=A_prev)
    filters = W[..., None] if W.ndim == 3 else W
    f_H, f_W, n_C_prev, multiplier = filters.shape
    m, n_H, n_W, _ = dZ.shape
    dZ = np.ascontiguousarray(dZ)
    d = dZ.reshape(m, n_H, n_W, n_C_prev, multiplier)
    A = zero_pad(A_prev, zeros)
    dA = np.zeros(A.shape, A.dtype)
    dW = np.zeros(filters.shape, A.dtype)
    for n in range(m):
        for i, j, rows, columns in _taps((f_H, f_W), stride, (n_H, n_W)):
            dA[n, rows, columns] += (d[n] * filters[i, j]).sum(axis=-1)
            dW[i, j] += np.einsum("hwc,hwcq->cq", A[n, rows, columns], d[n])
    (top, bottom), (left, right) = zeros
    dA_prev = dA[:, top : A.shape[1] - bottom, left : A.shape[2] - right]
    return dA_prev, dW.reshape(W.shape), channel_sums(dZ).reshape(1, 1, 1, -1)


def _taps(f: tuple[int, int], stride: tuple[int, int], n_out: tuple[int, int]):
    """Yield i, j and the rows and columns of the padded picture that tap (i, j) of the filter meets."""
    for i in range(f[0]):
        for j in range(f[1]):
            rows = slice(i, i + (n_out[0] - 1) * stride[0] + 1, stride[0])
            columns = slice(j, j + (n_out[1] - 1) * stride[1] + 1, stride[1])
            yield i, j, rows, columns
