"""Convolution along time."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array, check_positive_int, check_same_dtype
from course_utils.kernels.conv_algorithms import channel_sums, convolve, input_gradient, weight_gradient
from course_utils.kernels.padding import border, output_sizes


def conv1d_forward(
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, pad: int | str = "valid"
) -> tuple[np.ndarray, Any]:
    """Slide filters along time.

    A_prev : sequences, shape (m, n_T_prev, n_C_prev)
    W      : filters, shape (f, n_C_prev, n_C)
    b      : one bias a filter, shape (1, 1, n_C)
    stride : step of the window
    pad    : zeros before and after the sequence, an int, "valid" or "same" as in `conv2d_forward`
    Returns Z, shape (m, n_T, n_C), and a cache for `conv1d_backward`.
    Raises ValueError for wrong shapes or a filter that does not fit, TypeError for mixed dtypes.
    """
    sizes = check_array("A_prev", A_prev, ("m", "n_T_prev", "n_C_prev"))
    sizes |= check_array("W", W, ("f", sizes["n_C_prev"], "n_C"))
    check_array("b", b, (1, 1, sizes["n_C"]))
    check_same_dtype(A_prev=A_prev, W=W, b=b)
    stride = check_positive_int("stride", stride)
    # A sequence is a picture one pixel wide. Time goes down, along H: there the windows of a
    # strip overlap in memory, so that nothing is stored twice (see `conv_lowering`).
    pictures, filters = A_prev[:, :, None, :], W[:, None]  # (m, n_T_prev, 1, n_C_prev), (f, 1, n_C_prev, n_C)
    zeros = (border(sizes["n_T_prev"], sizes["f"], stride, pad), (0, 0))
    n_T, _ = output_sizes(pictures.shape[1:3], filters.shape[:2], (stride, 1), zeros)

    Z = np.empty((len(A_prev), n_T, 1, sizes["n_C"]), A_prev.dtype)
    convolve(pictures, zeros, filters, b, (stride, 1), Z)
    Z = Z[:, :, 0]
    return Z, (pictures, filters, (stride, 1), zeros, Z.shape)


def conv1d_backward(
    dZ: np.ndarray, cache: Any, *, need_dA_prev: bool = True
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """Send the gradient of a cost back through `conv1d_forward`.

    dZ           : gradient of the cost with respect to Z, the shape of Z
    cache        : what `conv1d_forward` returned beside Z
    need_dA_prev : False for the first layer of a network, whose input nobody differentiates;
                   about half of the work, and None stands in its place
    Returns dA_prev, dW, db with the shapes of A_prev, W, b.
    """
    pictures, filters, stride, zeros, shape_of_Z = cache
    check_array("dZ", dZ, shape_of_Z)
    check_same_dtype(dZ=dZ, A_prev=pictures)
    dZ = np.ascontiguousarray(dZ)[:, :, None]  # (m, n_T, 1, n_C)

    dA_prev = None
    if need_dA_prev:
        d_pictures = np.empty(pictures.shape, pictures.dtype)
        input_gradient(dZ, filters, None, stride, (zeros[0][0], 0), d_pictures)
        dA_prev = d_pictures[:, :, 0]
    dW = weight_gradient(pictures, zeros, dZ, filters.shape[:2], stride)
    return dA_prev, dW[:, 0], channel_sums(dZ).reshape(1, 1, -1)
