"""Batch normalisation of dense layers (per unit) and convolutional layers (per channel)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype, check_same_shape


class RunningStatistics(NamedTuple):
    """Running averages of the batches' means and variances, for use at test time.

    mean, var : of the shape of gamma
    """

    mean: np.ndarray
    var: np.ndarray


class BatchNormCache(NamedTuple):
    """What `batch_norm_backward` needs, and the new running statistics.

    Z_norm   : normalised Z, before gamma and beta
    gamma    : as given
    inv_std  : 1 / sqrt(var + eps), of the shape of gamma
    training : whether mean and var came from the batch
    running  : `RunningStatistics` after this batch; pass them to the next call
    """

    Z_norm: np.ndarray
    gamma: np.ndarray
    inv_std: np.ndarray
    training: bool
    running: RunningStatistics


def _statistics_shape(Z: np.ndarray) -> tuple[int, ...]:
    """(n, 1) for a dense layer, (1, 1, 1, n_C) for a convolutional one."""
    if not isinstance(Z, np.ndarray):
        raise TypeError(f"Z must be a NumPy array, got {type(Z).__name__}")
    if Z.ndim < 2:
        raise ValueError(f"Z has shape {Z.shape}, needs (n, m) or (m, n_H, n_W, n_C)")
    if Z.ndim == 2:
        return (Z.shape[0], 1)
    return (1,) * (Z.ndim - 1) + (Z.shape[-1],)


def _sum_over_batch(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over everything but the unit or channel.

    Adding 100,000 float32 numbers in one row loses digits. A picture's positions are summed
    first and the pictures' sums then, so each running sum stays short.
    """
    if values.ndim == 2:
        return values.sum(axis=1, keepdims=True)  # NumPy sums a contiguous row in pairs by itself
    m, n_C, positions = values.shape[0], values.shape[-1], int(np.prod(values.shape[1:-1]))
    per_example = values.reshape(m, positions, n_C).sum(axis=1)  # (m, n_C)
    return per_example.sum(axis=0).reshape(shape)


def batch_norm_forward(
    Z: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: RunningStatistics | Mapping[str, np.ndarray] | None,
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[np.ndarray, BatchNormCache]:
    """Normalise every unit (or channel) over the batch, then scale and shift it.

    `Z_norm = (Z - mean) / sqrt(var + eps)`, `out = gamma * Z_norm + beta`. In training, mean and
    variance (the mean squared deviation, divided by the count) are those of the batch; at test
    time the running ones are used, so one example's result does not depend on the others.

    Z        : (n, m) of a dense layer, or (m, n_H, n_W, n_C) of a convolutional one; any number of
               axes between the examples and the channels is fine
    gamma    : (n, 1), or (1, 1, 1, n_C): scale
    beta     : the shape of gamma: shift. The layer before needs no bias: subtracting the mean
               would cancel it
    running  : `RunningStatistics`, a mapping with "mean" and "var", or None for mean 0 and
               variance 1. It is never modified: the new statistics are `cache.running`,
               `momentum * old + (1 - momentum) * batch` in training, the old ones otherwise
    training : True to use the batch's statistics
    momentum : share of the old running statistics, 0 to 1
    eps      : added to the variance. Frameworks use 1e-5 or 1e-3; it matters only where the
               variance is as small
    Returns out (the shape of Z) and the cache; `cache.running` is what to pass next time. An empty
    batch leaves the running statistics as they are.

    Source: Ioffe and Szegedy, Batch normalization, 2015.
    """
    shape = _statistics_shape(Z)
    check_array("Z", Z, (None,) * Z.ndim)
    check_array("gamma", gamma, shape)
    check_array("beta", beta, shape)
    check_same_dtype(Z=Z, gamma=gamma, beta=beta)
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum is {momentum!r}, needs a number from 0 to 1")
    if not eps > 0:
        raise ValueError(f"eps is {eps!r}, needs a number above 0")
    if running is None:
        running = RunningStatistics(np.zeros(shape, dtype=Z.dtype), np.ones(shape, dtype=Z.dtype))
    elif isinstance(running, Mapping):
        missing = [name for name in ("mean", "var") if name not in running]
        if missing:
            raise ValueError(f"running has no entry {', '.join(missing)}, needs mean and var")
        running = RunningStatistics(running["mean"], running["var"])
    check_array("running mean", running.mean, shape)
    check_array("running var", running.var, shape)
    if (running.var < 0).any():
        raise ValueError("running var holds a negative number, needs variances of at least 0")

    count = Z.size // max(int(np.prod(shape)), 1)  # numbers that each mean is taken of
    if training and count > 0:
        mean = _sum_over_batch(Z, shape) / count
        centred = Z - mean
        var = _sum_over_batch(centred * centred, shape) / count
        running = RunningStatistics(
            (momentum * running.mean + (1 - momentum) * mean).astype(Z.dtype, copy=False),
            (momentum * running.var + (1 - momentum) * var).astype(Z.dtype, copy=False),
        )
    else:
        mean, var = (value.astype(Z.dtype, copy=False) for value in running)
        centred = Z - mean
    inv_std = 1 / np.sqrt(var + eps)
    Z_norm = centred
    Z_norm *= inv_std
    return gamma * Z_norm + beta, BatchNormCache(Z_norm, gamma, inv_std, bool(training), running)


def batch_norm_backward(
    d_out: np.ndarray, cache: BatchNormCache
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of batch normalisation.

    In training each entry of Z also moves its unit's mean and variance. With averages taken over
    the batch, and `dZ_norm = gamma * d_out`,

        dZ = (dZ_norm - average(dZ_norm) - Z_norm * average(dZ_norm * Z_norm)) / sqrt(var + eps)

    The first average is what the mean takes back, the second what the variance does. At test time
    mean and variance are constants, and only the first term remains.

    d_out : gradient of the cost with respect to out, of its shape
    cache : from `batch_norm_forward`
    Returns dZ, dgamma, dbeta.
    """
    Z_norm, gamma, inv_std, training, _ = cache
    check_array("d_out", d_out, (None,) * d_out.ndim if isinstance(d_out, np.ndarray) else ())
    check_same_shape("d_out", d_out, "Z", Z_norm)
    check_same_dtype(d_out=d_out, Z=Z_norm)
    dgamma = _sum_over_batch(d_out * Z_norm, gamma.shape)
    dbeta = _sum_over_batch(d_out, gamma.shape)
    scale = gamma * inv_std
    if not training:
        return d_out * scale, dgamma, dbeta
    count = max(Z_norm.size // max(gamma.size, 1), 1)
    # average(dZ_norm) is gamma * dbeta / count, and the other average gamma * dgamma / count.
    dZ = Z_norm * (dgamma / -count)
    dZ += d_out
    dZ -= dbeta / count
    dZ *= scale
    return dZ, dgamma, dbeta
