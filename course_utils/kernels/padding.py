"""Sizes and borders of convolution and pooling: how many outputs, how many zeros on each side."""

from __future__ import annotations

import numpy as np

from course_utils.kernels.checks import check_positive_int

Pad = int | tuple[int, int] | str
Zeros = tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right)), a border


def check_pair(name: str, value: int | tuple[int, int]) -> tuple[int, int]:
    """Turn an int or a pair `(along H, along W)` of whole numbers of at least 1 into a pair."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} must be a whole number or a pair (along H, along W), got {value!r}")
        return check_positive_int(name, value[0]), check_positive_int(name, value[1])
    number = check_positive_int(name, value)
    return number, number


def border(n: int, f: int, stride: int, pad: int | str) -> tuple[int, int]:
    """Count the zeros to put before and after one axis.

    n      : length of the axis
    f      : length of the filter
    stride : step of the filter
    pad    : zeros on each side, or "valid" (none), or "same"
    Returns (before, after).

    "same" is TensorFlow's rule: the output has ceil(n / stride) entries; when the number of
    zeros is odd, the extra one stands at the end.
    """
    if isinstance(pad, str):
        if pad == "valid":
            return 0, 0
        if pad == "same":
            n_out = -(-n // stride)
            total = max((n_out - 1) * stride + f - n, 0)
            return total // 2, total - total // 2
    elif not isinstance(pad, bool) and isinstance(pad, (int, np.integer)) and pad >= 0:
        return int(pad), int(pad)
    raise ValueError(f'pad must be a whole number of at least 0, "valid" or "same", got {pad!r}')


def borders(n: tuple[int, int], f: tuple[int, int], stride: tuple[int, int], pad: Pad) -> Zeros:
    """Count the zeros around a picture: ((top, bottom), (left, right)); see `border`.

    `pad` may also be a pair (p_H, p_W): p_H zeros above and below, p_W left and right.
    """
    if isinstance(pad, (tuple, list)):
        if len(pad) != 2:
            raise ValueError(f'pad must be an int, a pair (p_H, p_W), "valid" or "same", got {pad!r}')
        pad_H, pad_W = pad
    else:
        pad_H = pad_W = pad
    return border(n[0], f[0], stride[0], pad_H), border(n[1], f[1], stride[1], pad_W)


def conv_output_size(n: int, f: int, stride: int = 1, pad: int | str = "valid") -> int:
    """Count the places where a filter of length f fits on an axis of length n.

    n, f   : lengths of the axis and of the filter
    stride : step of the filter
    pad    : zeros on each side, "valid" or "same"
    Returns floor((n + zeros - f) / stride) + 1.
    Raises ValueError when the filter does not fit even once.
    """
    n, f, stride = (
        check_positive_int("n", n),
        check_positive_int("f", f),
        check_positive_int("stride", stride),
    )
    before, after = border(n, f, stride, pad)
    padded = n + before + after
    if f > padded:
        raise ValueError(
            f"filter of length {f} does not fit: the axis has length {n}, {padded} with its zeros"
        )
    return (padded - f) // stride + 1


def zero_pad(A: np.ndarray, pad: int | tuple) -> np.ndarray:
    """Put zeros around each picture of a batch.

    A   : pictures, shape (m, n_H, n_W, n_C)
    pad : p (zeros on every side), a pair (p_H, p_W), or ((top, bottom), (left, right))
    Returns a new array of shape (m, n_H + top + bottom, n_W + left + right, n_C).
    """
    return pad_with(A, pad, 0)


def padded_size(A_shape: tuple[int, ...], zeros: Zeros) -> int:
    """Numbers in a padded copy of pictures (m, n_H, n_W, n_C); 0 where there is no border and so no copy."""
    m, n_H, n_W, n_C = A_shape
    return m * (n_H + sum(zeros[0])) * (n_W + sum(zeros[1])) * n_C if np.any(zeros) else 0


def pad_with(A: np.ndarray, pad: int | tuple, value: float) -> np.ndarray:
    """Put a border of one value around each picture of a batch; arguments as in `zero_pad`."""
    if A.ndim != 4:
        raise ValueError(f"A has shape {A.shape}, needs (m, n_H, n_W, n_C)")
    pairs = pad if isinstance(pad, (tuple, list)) else (pad, pad)
    if len(pairs) != 2:
        raise ValueError(f"pad must be p, (p_H, p_W) or ((top, bottom), (left, right)), got {pad!r}")
    (top, bottom), (left, right) = (
        side if isinstance(side, (tuple, list)) else (side, side) for side in pairs
    )
    for side in (top, bottom, left, right):
        if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or side < 0:
            raise ValueError(f"pad must hold whole numbers of at least 0, got {pad!r}")
    m, n_H, n_W, n_C = A.shape
    # `np.zeros` gets cleared pages from the system, which costs less than writing them.
    shape = (m, n_H + top + bottom, n_W + left + right, n_C)
    padded = np.zeros(shape, A.dtype) if value == 0 else np.full(shape, value, A.dtype)
    padded[:, top : top + n_H, left : left + n_W] = A
    return padded


def select(A: np.ndarray, rows: range, columns: range) -> tuple[np.ndarray, Zeros]:
    """Take rows and columns of each picture, also such as lie outside of it.

    A       : pictures, shape (m, n_H, n_W, n_C)
    rows    : consecutive row numbers; numbers below 0 or from n_H on mean rows of zeros
    columns : the same for columns
    Returns the part that exists and the border of zeros that completes it.
    """
    slices, zeros = [], []
    for numbers, n in ((rows, A.shape[1]), (columns, A.shape[2])):
        start = min(max(numbers.start, 0), n)
        stop = max(min(numbers.stop, n), start)
        # Numbers that lie wholly outside give an empty part; all of them are border then.
        before = min(max(-numbers.start, 0), len(numbers)) if stop > start else len(numbers)
        slices.append(slice(start, stop))
        zeros.append((before, len(numbers) - (stop - start) - before))
    return A[:, slices[0], slices[1]], tuple(zeros)


def output_sizes(
    n: tuple[int, int],
    f: tuple[int, int],
    stride: tuple[int, int],
    zeros: Zeros,
) -> tuple[int, int]:
    """Count the windows along H and W; arguments and result of `borders`.

    Raises ValueError when an axis is empty or the filter does not fit.
    """
    if min(n) < 1 or min(f) < 1:
        raise ValueError(f"pictures of size {n} and a filter of size {f}: each needs at least one pixel")
    padded = (n[0] + sum(zeros[0]), n[1] + sum(zeros[1]))
    if f[0] > padded[0] or f[1] > padded[1]:
        raise ValueError(
            f"filter of size (f_H, f_W) = {tuple(f)} does not fit: the picture has size "
            f"(n_H, n_W) = {tuple(n)}, {padded} with its zeros"
        )
    return (padded[0] - f[0]) // stride[0] + 1, (padded[1] - f[1]) // stride[1] + 1
