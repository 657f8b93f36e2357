"""Convolution over volumes: depth, height, width."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_positive_int, check_same_dtype
from course_utils.kernels.conv_algorithms import channel_sums, convolve, input_gradient, weight_gradient
from course_utils.kernels.padding import border, output_sizes

Triple = tuple[int, int, int]


def conv3d_forward(
    A_prev: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int | Triple = 1,
    pad: int | Triple | str = "valid",
) -> tuple[np.ndarray, Any]:
    """Slide filters through volumes.

    A_prev : volumes, shape (m, n_D_prev, n_H_prev, n_W_prev, n_C_prev)
    W      : filters, shape (f_D, f_H, f_W, n_C_prev, n_C)
    b      : one bias a filter, shape (1, 1, 1, 1, n_C)
    stride : step of the window, an int or a triple (s_D, s_H, s_W)
    pad    : zeros on each side, an int or a triple (p_D, p_H, p_W); "valid" or "same" as in
             `conv2d_forward`
    Returns Z, shape (m, n_D, n_H, n_W, n_C), and a cache for `conv3d_backward`.
    Raises ValueError for wrong shapes or a filter that does not fit, TypeError for mixed dtypes.

    The f_D slices that one output slice sees are a picture with f_D·n_C_prev channels; so one
    output slice of the whole batch is one 2-D convolution.
    """
    sizes = check_array("A_prev", A_prev, ("m", "n_D_prev", "n_H_prev", "n_W_prev", "n_C_prev"))
    sizes |= check_array("W", W, ("f_D", "f_H", "f_W", sizes["n_C_prev"], "n_C"))
    check_array("b", b, (1, 1, 1, 1, sizes["n_C"]))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    stride = _triple("stride", stride)
    strides = tuple(check_positive_int("stride", s) for s in stride)
    pads = (pad,) * 3 if isinstance(pad, str) else _triple("pad", pad)
    n, f = A_prev.shape[1:4], W.shape[:3]
    zeros = tuple(border(n[k], f[k], strides[k], pads[k]) for k in range(3))
    n_D, n_H = output_sizes(n[:2], f[:2], strides[:2], zeros[:2])
    _, n_W = output_sizes(n[1:], f[1:], strides[1:], zeros[1:])

    Z = np.empty((len(A_prev), n_D, n_H, n_W, sizes["n_C"]), A_prev.dtype)
    for d in range(n_D):
        first, taps = _slices(d, strides[0], zeros[0][0], f[0], n[0])
        if not taps:  # this slice sees nothing but border
            Z[:, d] = b[0]
            continue
        pictures = _stack_slices(A_prev, first, len(taps))
        convolve(pictures, zeros[1:], _filters_2d(W, taps), b, strides[1:], Z[:, d])
    return Z, (A_prev, W, strides, zeros, Z.shape)


def conv3d_backward(
    dZ: np.ndarray, cache: Any, *, need_dA_prev: bool = True
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """Send the gradient of a cost back through `conv3d_forward`.

    dZ           : gradient of the cost with respect to Z, the shape of Z
    cache        : what `conv3d_forward` returned beside Z
    need_dA_prev : False for the first layer of a network, whose input nobody differentiates;
                   about half of the work, and None stands in its place
    Returns dA_prev, dW, db with the shapes of A_prev, W, b.
    """
    A_prev, W, strides, zeros, shape_of_Z = cache
    check_array("dZ", dZ, shape_of_Z)
    check_same_dtype(dZ=dZ, A_prev=A_prev)
    m, n_D_prev, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f_D, f_H, f_W, _, n_C = W.shape
    before = (zeros[1][0], zeros[2][0])

    dA_prev = np.zeros(A_prev.shape, A_prev.dtype) if need_dA_prev else None
    dW = np.zeros(W.shape, W.dtype)
    for d in range(dZ.shape[1]):
        first, taps = _slices(d, strides[0], zeros[0][0], f_D, n_D_prev)
        if not taps:  # this slice saw nothing but border
            continue
        dZ_slice = np.ascontiguousarray(dZ[:, d])  # (m, n_H, n_W, n_C)
        pictures = _stack_slices(A_prev, first, len(taps))
        d_filters = weight_gradient(pictures, zeros[1:], dZ_slice, (f_H, f_W), strides[1:])
        d_filters = d_filters.reshape(f_H, f_W, len(taps), n_C_prev, n_C)
        dW[taps.start : taps.stop] += d_filters.transpose(2, 0, 1, 3, 4)
        if not need_dA_prev:
            continue
        d_pictures = np.empty((m, n_H_prev, n_W_prev, len(taps) * n_C_prev), A_prev.dtype)
        input_gradient(dZ_slice, _filters_2d(W, taps), None, strides[1:], before, d_pictures)
        d_pictures = d_pictures.reshape(m, n_H_prev, n_W_prev, len(taps), n_C_prev)
        dA_prev[:, first : first + len(taps)] += d_pictures.transpose(0, 3, 1, 2, 4)
    return dA_prev, dW, channel_sums(np.ascontiguousarray(dZ)).reshape(1, 1, 1, 1, -1)


def _triple(name: str, value: int | Triple) -> tuple:
    """Turn a number into three; a triple stays."""
    triple = tuple(value) if isinstance(value, (tuple, list)) else (value,) * 3
    if len(triple) != 3:
        raise ValueError(f"{name} must be one number or a triple (along D, H, W), got {value!r}")
    return triple


def _slices(d: int, stride: int, before: int, f: int, n: int) -> tuple[int, range]:
    """The first input slice that output slice d sees, and the filter taps that see no zeros."""
    start = d * stride - before
    return max(start, 0), range(max(-start, 0), max(min(f, n - start), max(-start, 0)))


def _stack_slices(A: np.ndarray, first: int, count: int) -> np.ndarray:
    """Slices first, ..., first + count - 1 as channels: (m, n_H, n_W, count·n_C)."""
    m, _, n_H, n_W, n_C = A.shape
    return A[:, first : first + count].transpose(0, 2, 3, 1, 4).reshape(m, n_H, n_W, count * n_C)


def _filters_2d(W: np.ndarray, taps: range) -> np.ndarray:
    """Filter slices as channels, in the order of `_stack_slices`: (f_H, f_W, taps·n_C_prev, n_C)."""
    _, f_H, f_W, n_C_prev, n_C = W.shape
    return W[taps.start : taps.stop].transpose(1, 2, 0, 3, 4).reshape(f_H, f_W, len(taps) * n_C_prev, n_C)
