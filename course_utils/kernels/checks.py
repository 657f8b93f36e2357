"""Argument checks of the kernels: say which argument, what it is, and what is needed.

A wrong shape that NumPy would broadcast gives a wrong number without a word; every
public kernel therefore checks its shapes before it computes.
"""

from __future__ import annotations

import numpy as np


def check_array(name: str, value: np.ndarray, shape: tuple[int | str | None, ...]) -> dict[str, int]:
    """Check that `value` is a float array of the given shape, and name its sizes.

    name   : argument's name, for the message
    value  : the array
    shape  : one entry an axis: an int (exact size), a str (any size, the same wherever the
             name occurs again) or None (any size)
    Returns the sizes of the named axes, e.g. {"n_x": 784, "m": 64}.
    Raises ValueError that names the argument, the shape it has and the shape it needs;
    TypeError when it is not an array of floats.
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array, got {type(value).__name__}")
    if value.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats (float32 or float64), got dtype {value.dtype}")
    needed = (
        "("
        + ", ".join("any" if s is None else str(s) for s in shape)
        + ("," if len(shape) == 1 else "")
        + ")"
    )
    if value.ndim != len(shape):
        raise ValueError(f"{name} has shape {value.shape}, needs {needed}")
    sizes: dict[str, int] = {}
    for have, want in zip(value.shape, shape, strict=True):
        if isinstance(want, str):
            if sizes.setdefault(want, have) != have:
                raise ValueError(f"{name} has shape {value.shape}, needs {needed} with both {want} equal")
        elif want is not None and have != want:
            raise ValueError(f"{name} has shape {value.shape}, needs {needed}")
    return sizes


def check_same_dtype(**arrays: np.ndarray) -> None:
    """Check that all arrays share one float dtype, so that float32 stays float32.

    Raises TypeError that lists each argument with its dtype.
    """
    dtypes = {name: array.dtype for name, array in arrays.items()}
    if len(set(dtypes.values())) > 1:
        listed = ", ".join(f"{name} {dtype}" for name, dtype in dtypes.items())
        raise TypeError(f"arguments must share one dtype, got {listed}; convert with .astype")


def check_same_shape(name: str, value: np.ndarray, other_name: str, other: np.ndarray) -> None:
    """Check that `value` has the shape of `other`; ValueError with both shapes otherwise."""
    if value.shape != other.shape:
        raise ValueError(f"{name} has shape {value.shape}, needs {other.shape}, the shape of {other_name}")


def check_positive_int(name: str, value: int) -> int:
    """Check that `value` is a whole number of at least 1, and return it as an int."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)
