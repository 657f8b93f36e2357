"""Convolutions as on the blackboard: one loop an index, one window at a time.

The same names, arguments and results as `course_utils.kernels.conv`, hundreds of times slower.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.padding import (
    Pad,
    border,
    borders,
    check_pair,
    conv_output_size,
    output_sizes,
    zero_pad,
)

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
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int | tuple[int, int] = 1, pad: Pad = "valid"
) -> tuple[np.ndarray, Any]:
    """Slide filters over pictures; see `course_utils.kernels.conv.conv2d_forward`."""
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f_H, f_W, _, n_C = W.shape
    s_H, s_W = check_pair("stride", stride)
    zeros = borders((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), pad)
    n_H, n_W = output_sizes((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), zeros)
    A_padded = zero_pad(A_prev, zeros)

    Z = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for n in range(m):  # over pictures
        for h in range(n_H):  # over rows of the output
            for w in range(n_W):  # over columns of the output
                window = A_padded[n, h * s_H : h * s_H + f_H, w * s_W : w * s_W + f_W]  # (f_H, f_W, n_C_prev)
                for c in range(n_C):  # over filters
                    Z[n, h, w, c] = np.sum(window * W[:, :, :, c]) + b[0, 0, 0, c]
    return Z, (A_prev, W, b, stride, zeros)


def conv2d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient back; see `course_utils.kernels.conv.conv2d_backward`."""
    A_prev, W, b, stride, zeros = cache
    f_H, f_W, _, _ = W.shape
    s_H, s_W = check_pair("stride", stride)
    m, n_H, n_W, n_C = dZ.shape
    A_padded = zero_pad(A_prev, zeros)

    dA_padded, dW, db = np.zeros_like(A_padded), np.zeros_like(W), np.zeros_like(b)
    for n in range(m):
        for h in range(n_H):
            for w in range(n_W):
                rows, columns = slice(h * s_H, h * s_H + f_H), slice(w * s_W, w * s_W + f_W)
                for c in range(n_C):
                    # Z[n, h, w, c] = Σ window · filter + b: each factor's gradient is the other factor.
                    dA_padded[n, rows, columns] += W[:, :, :, c] * dZ[n, h, w, c]
                    dW[:, :, :, c] += A_padded[n, rows, columns] * dZ[n, h, w, c]
                    db[0, 0, 0, c] += dZ[n, h, w, c]
    return _without_border(dA_padded, zeros), dW, db


def depthwise_conv2d_forward(
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int | tuple[int, int] = 1, pad: Pad = "valid"
) -> tuple[np.ndarray, Any]:
    """Slide over each channel its own filters; see `course_utils.kernels.conv.depthwise_conv2d_forward`."""
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f_H, f_W = W.shape[:2]
    filters = W.reshape(f_H, f_W, n_C_prev, -1)
    multiplier = filters.shape[3]
    s_H, s_W = check_pair("stride", stride)
    zeros = borders((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), pad)
    n_H, n_W = output_sizes((n_H_prev, n_W_prev), (f_H, f_W), (s_H, s_W), zeros)
    A_padded = zero_pad(A_prev, zeros)

    Z = np.zeros((m, n_H, n_W, n_C_prev * multiplier), A_prev.dtype)
    for n in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C_prev):
                    window = A_padded[n, h * s_H : h * s_H + f_H, w * s_W : w * s_W + f_W, c]  # (f_H, f_W)
                    for q in range(multiplier):
                        k = c * multiplier + q
                        Z[n, h, w, k] = np.sum(window * filters[:, :, c, q]) + b[0, 0, 0, k]
    return Z, (A_prev, W, b, stride, zeros)


def depthwise_conv2d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient back; see `course_utils.kernels.conv.depthwise_conv2d_backward`."""
    A_prev, W, b, stride, zeros = cache
    f_H, f_W, n_C_prev = W.shape[:3]
    filters = W.reshape(f_H, f_W, n_C_prev, -1)
    s_H, s_W = check_pair("stride", stride)
    m, n_H, n_W, _ = dZ.shape
    A_padded = zero_pad(A_prev, zeros)

    dA_padded, d_filters, db = np.zeros_like(A_padded), np.zeros_like(filters), np.zeros_like(b)
    for n in range(m):
        for h in range(n_H):
            for w in range(n_W):
                rows, columns = slice(h * s_H, h * s_H + f_H), slice(w * s_W, w * s_W + f_W)
                for c in range(n_C_prev):
                    for q in range(filters.shape[3]):
                        d = dZ[n, h, w, c * filters.shape[3] + q]
                        dA_padded[n, rows, columns, c] += filters[:, :, c, q] * d
                        d_filters[:, :, c, q] += A_padded[n, rows, columns, c] * d
                        db[0, 0, 0, c * filters.shape[3] + q] += d
    return _without_border(dA_padded, zeros), d_filters.reshape(W.shape), db


def conv_transpose2d_forward(
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int | tuple[int, int] = 1, pad: Pad = "valid"
) -> tuple[np.ndarray, Any]:
    """Let every pixel stamp the filter; see `course_utils.kernels.conv.conv_transpose2d_forward`."""
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f_H, f_W, n_C, _ = W.shape
    s_H, s_W = check_pair("stride", stride)
    zeros = borders((n_H_prev * s_H, n_W_prev * s_W), (f_H, f_W), (s_H, s_W), pad)
    if pad == "same":
        n_H, n_W = n_H_prev * s_H, n_W_prev * s_W
    else:
        n_H = (n_H_prev - 1) * s_H + f_H - sum(zeros[0])
        n_W = (n_W_prev - 1) * s_W + f_W - sum(zeros[1])

    Z_padded = np.zeros((m, n_H + sum(zeros[0]), n_W + sum(zeros[1]), n_C), A_prev.dtype)
    for n in range(m):
        for h in range(n_H_prev):
            for w in range(n_W_prev):
                rows, columns = slice(h * s_H, h * s_H + f_H), slice(w * s_W, w * s_W + f_W)
                for c in range(n_C_prev):
                    Z_padded[n, rows, columns] += A_prev[n, h, w, c] * W[:, :, :, c]
    return _without_border(Z_padded, zeros) + b, (A_prev, W, b, stride, zeros)


def conv_transpose2d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient back; see `course_utils.kernels.conv.conv_transpose2d_backward`."""
    A_prev, W, b, stride, zeros = cache
    f_H, f_W, n_C, n_C_prev = W.shape
    s_H, s_W = check_pair("stride", stride)
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    dZ_padded = zero_pad(dZ, zeros)

    dA_prev, dW, db = np.zeros_like(A_prev), np.zeros_like(W), np.zeros_like(b)
    for n in range(m):
        for h in range(n_H_prev):
            for w in range(n_W_prev):
                window = dZ_padded[n, h * s_H : h * s_H + f_H, w * s_W : w * s_W + f_W]  # (f_H, f_W, n_C)
                for c in range(n_C_prev):
                    dA_prev[n, h, w, c] = np.sum(window * W[:, :, :, c])
                    dW[:, :, :, c] += window * A_prev[n, h, w, c]
    for c in range(n_C):
        db[0, 0, 0, c] = np.sum(dZ[:, :, :, c])
    return dA_prev, dW, db


def conv1d_forward(
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, pad: int | str = "valid"
) -> tuple[np.ndarray, Any]:
    """Slide filters along time; see `course_utils.kernels.conv.conv1d_forward`."""
    m, n_T_prev, _ = A_prev.shape
    f, _, n_C = W.shape
    before, after = border(n_T_prev, f, stride, pad)
    n_T = (n_T_prev + before + after - f) // stride + 1
    A_padded = np.pad(A_prev, ((0, 0), (before, after), (0, 0)))

    Z = np.zeros((m, n_T, n_C), A_prev.dtype)
    for n in range(m):
        for t in range(n_T):
            window = A_padded[n, t * stride : t * stride + f]  # (f, n_C_prev)
            for c in range(n_C):
                Z[n, t, c] = np.sum(window * W[:, :, c]) + b[0, 0, c]
    return Z, (A_prev, W, b, stride, before, after)


def conv1d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient back; see `course_utils.kernels.conv.conv1d_backward`."""
    A_prev, W, b, stride, before, after = cache
    f = len(W)
    m, n_T, n_C = dZ.shape
    A_padded = np.pad(A_prev, ((0, 0), (before, after), (0, 0)))

    dA_padded, dW, db = np.zeros_like(A_padded), np.zeros_like(W), np.zeros_like(b)
    for n in range(m):
        for t in range(n_T):
            times = slice(t * stride, t * stride + f)
            for c in range(n_C):
                dA_padded[n, times] += W[:, :, c] * dZ[n, t, c]
                dW[:, :, c] += A_padded[n, times] * dZ[n, t, c]
                db[0, 0, c] += dZ[n, t, c]
    return dA_padded[:, before : A_padded.shape[1] - after], dW, db


def conv3d_forward(
    A_prev: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int | tuple[int, int, int] = 1,
    pad: int | tuple[int, int, int] | str = "valid",
) -> tuple[np.ndarray, Any]:
    """Slide filters through volumes; see `course_utils.kernels.conv.conv3d_forward`."""
    m, n, f = A_prev.shape[0], A_prev.shape[1:4], W.shape[:3]
    s = stride if isinstance(stride, tuple) else (stride,) * 3
    pads = pad if isinstance(pad, tuple) else (pad,) * 3
    zeros = [border(n[k], f[k], s[k], pads[k]) for k in range(3)]
    n_D, n_H, n_W = ((n[k] + sum(zeros[k]) - f[k]) // s[k] + 1 for k in range(3))
    A_padded = np.pad(A_prev, ((0, 0), *zeros, (0, 0)))

    Z = np.zeros((m, n_D, n_H, n_W, W.shape[4]), A_prev.dtype)
    for i in range(m):
        for d in range(n_D):
            for h in range(n_H):
                for w in range(n_W):
                    window = A_padded[i][_window_3d((d, h, w), s, f)]  # (f_D, f_H, f_W, n_C_prev)
                    for c in range(W.shape[4]):
                        Z[i, d, h, w, c] = np.sum(window * W[..., c]) + b[0, 0, 0, 0, c]
    return Z, (A_prev, W, b, s, zeros)


def conv3d_backward(dZ: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient back; see `course_utils.kernels.conv.conv3d_backward`."""
    A_prev, W, b, s, zeros = cache
    m, n_D, n_H, n_W, n_C = dZ.shape
    A_padded = np.pad(A_prev, ((0, 0), *zeros, (0, 0)))

    dA_padded, dW, db = np.zeros_like(A_padded), np.zeros_like(W), np.zeros_like(b)
    for i in range(m):
        for d in range(n_D):
            for h in range(n_H):
                for w in range(n_W):
                    place = _window_3d((d, h, w), s, W.shape[:3])
                    for c in range(n_C):
                        dA_padded[i][place] += W[..., c] * dZ[i, d, h, w, c]
                        dW[..., c] += A_padded[i][place] * dZ[i, d, h, w, c]
                        db[0, 0, 0, 0, c] += dZ[i, d, h, w, c]
    (front, _), (top, _), (left, _) = zeros
    n_D_prev, n_H_prev, n_W_prev = A_prev.shape[1:4]
    return dA_padded[:, front : front + n_D_prev, top : top + n_H_prev, left : left + n_W_prev], dW, db


def _window_3d(place: tuple, stride: tuple, f: tuple) -> tuple[slice, ...]:
    """The part of a padded volume that a filter sees from one place of the output."""
    return tuple(slice(p * s, p * s + length) for p, s, length in zip(place, stride, f, strict=True))


def _without_border(padded: np.ndarray, zeros: tuple) -> np.ndarray:
    """Cut the border off pictures (m, n_H, n_W, n_C)."""
    (top, bottom), (left, right) = zeros
    return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]
