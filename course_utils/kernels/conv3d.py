"""Convolution over volumes: depth, height, width.

The f_D slices of a volume that one output slice sees are a picture with f_D·n_C_prev channels. So
a 3-D convolution is a 2-D convolution of pictures, one picture an output slice. They are put
together for as many output slices at once as fit into `BLOCK_BYTES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_positive_int, check_same_dtype
from course_utils.kernels.conv_algorithms import channel_sums, convolve, input_gradient, weight_gradient
from course_utils.kernels.conv_runs import as_runs
from course_utils.kernels.padding import border, output_sizes

Triple = tuple[int, int, int]
BLOCK_BYTES = 1024 * 1024  # pictures put together at once: a usual second-level cache


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
    filters = _filters_2d(W)
    for volumes, slices in _blocks(Z.shape, A_prev, f[0]):
        pictures = _stack_slices(A_prev[volumes], slices, strides[0], zeros[0][0], f[0])
        place = Z[volumes, slices.start : slices.stop].reshape(len(pictures), n_H, n_W, -1, copy=False)
        convolve(pictures, zeros[1:], filters, b, strides[1:], place)
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
    dZ = np.ascontiguousarray(dZ)
    f_D, f_H, f_W, n_C_prev, n_C = W.shape
    (front, _), (top, _), (left, _) = zeros

    dA_prev = np.zeros(A_prev.shape, A_prev.dtype) if need_dA_prev else None
    filters = _filters_2d(W)
    d_filters = np.zeros_like(filters)
    for volumes, slices in _blocks(dZ.shape, A_prev, f_D):
        pictures = _stack_slices(A_prev[volumes], slices, strides[0], front, f_D)
        d = dZ[volumes, slices.start : slices.stop].reshape(len(pictures), *dZ.shape[2:])
        d_filters += weight_gradient(pictures, zeros[1:], d, (f_H, f_W), strides[1:])
        if need_dA_prev:
            d_pictures = pictures  # not read any more: its memory serves again
            input_gradient(d, filters, None, strides[1:], (top, left), d_pictures)
            _add_slices(d_pictures, slices, strides[0], front, f_D, dA_prev[volumes])
    dW = d_filters.reshape(f_H, f_W, f_D, n_C_prev, n_C).transpose(2, 0, 1, 3, 4)
    return dA_prev, np.ascontiguousarray(dW), channel_sums(dZ).reshape(1, 1, 1, 1, -1)


def _triple(name: str, value: int | Triple) -> tuple:
    """Turn a number into three; a triple stays."""
    triple = tuple(value) if isinstance(value, (tuple, list)) else (value,) * 3
    if len(triple) != 3:
        raise ValueError(f"{name} must be one number or a triple (along D, H, W), got {value!r}")
    return triple


def _blocks(shape_of_Z: tuple[int, ...], A: np.ndarray, f_D: int) -> Iterator[tuple[slice, range]]:
    """Yield (volumes, output slices): several whole volumes, or some slices of one volume."""
    m, n_D = shape_of_Z[:2]
    picture_bytes = max(1, f_D * A.itemsize * A.shape[2] * A.shape[3] * A.shape[4])
    n_slices = max(1, min(n_D, BLOCK_BYTES // picture_bytes))
    n_volumes = max(1, BLOCK_BYTES // (picture_bytes * n_D)) if n_slices == n_D else 1
    for n in range(0, m, n_volumes):
        for d in range(0, n_D, n_slices):
            yield slice(n, n + n_volumes), range(d, min(d + n_slices, n_D))


def _seen(slices: range, tap: int, stride: int, before: int, n_D: int) -> tuple[slice, slice]:
    """Which of the output slices see a slice of the volume with this tap of the filter, and which one.

    Returns two slices of equal length: positions in `slices`, and slices of the volume.
    """
    first = slices.start * stride + tap - before  # slice that the first output slice sees; may lie outside
    start = min(max(-(first // stride), 0), len(slices))
    stop = max(min((n_D - 1 - first) // stride + 1, len(slices)), start)
    if start == stop:
        return slice(0, 0), slice(0, 0)
    return slice(start, stop), slice(first + start * stride, first + (stop - 1) * stride + 1, stride)


def _stack_slices(A: np.ndarray, slices: range, stride: int, before: int, f_D: int) -> np.ndarray:
    """The pictures of some output slices: (n_volumes·n_slices, n_H, n_W, f_D·n_C_prev)."""
    m, n_D, n_H, n_W, n_C = A.shape
    pictures = np.zeros((m, len(slices), n_H, n_W, f_D, n_C), A.dtype)
    pixels = as_runs(A if A.strides[-1] == A.itemsize else np.ascontiguousarray(A))
    for tap in range(f_D):
        positions, seen = _seen(slices, tap, stride, before, n_D)
        as_runs(pictures[:, positions, :, :, tap])[...] = pixels[:, seen]
    return pictures.reshape(m * len(slices), n_H, n_W, f_D * n_C)


def _add_slices(
    d_pictures: np.ndarray, slices: range, stride: int, before: int, f_D: int, dA: np.ndarray
) -> None:
    """The way back of `_stack_slices`: add the gradients of the pictures to those of the volumes."""
    m, n_D, n_H, n_W, n_C = dA.shape
    d_pictures = d_pictures.reshape(m, len(slices), n_H, n_W, f_D, n_C)
    for tap in range(f_D):
        positions, seen = _seen(slices, tap, stride, before, n_D)
        dA[:, seen] += d_pictures[:, positions, :, :, tap]


def _filters_2d(W: np.ndarray) -> np.ndarray:
    """Filter slices as channels, in the order of `_stack_slices`: (f_H, f_W, f_D·n_C_prev, n_C)."""
    f_D, f_H, f_W, n_C_prev, n_C = W.shape
    return W.transpose(1, 2, 0, 3, 4).reshape(f_H, f_W, f_D * n_C_prev, n_C)
