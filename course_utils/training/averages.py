"""Exponentially weighted averages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def exponentially_weighted_average(
    values: np.ndarray | Sequence[float], beta: float, bias_correction: bool = False
) -> np.ndarray:
    """`v_t = beta v_{t-1} + (1 - beta) theta_t` with v_0 = 0.

    values          : (T,) or (T, ...) the series theta_1..theta_T along axis 0
    beta            : share of the old average, 0 to below 1; about 1 / (1 - beta) values count
    bias_correction : return `v_t / (1 - beta^t)`, which is right from the first value on; the
                      recursion itself goes on with the uncorrected v_t
    Returns the averages v_1..v_T, in the shape of values.
    """
    values = np.asarray(values)
    if values.ndim == 0:
        raise ValueError("values is a single number, needs a series")
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    if not 0 <= beta < 1:
        raise ValueError(f"beta is {beta!r}, needs a number from 0 to below 1")
    averages = np.empty_like(values)
    v = np.zeros(values.shape[1:], dtype=values.dtype)
    for t, theta in enumerate(values, start=1):
        v = beta * v + (1 - beta) * theta
        averages[t - 1] = v / (1 - beta**t) if bias_correction else v
    return averages
