"""Batch normalisation one unit at a time, each step of the chain rule on its own line.

Same names and results as `course_utils.kernels.norm`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def _units(array: np.ndarray) -> list[tuple[Any, ...]]:
    """How to pick each unit's numbers: a row of (n, m), or a channel of (m, ..., n_C)."""
    if array.ndim == 2:
        return [(i, slice(None)) for i in range(array.shape[0])]
    return [(..., c) for c in range(array.shape[-1])]


def batch_norm_forward(
    Z: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, np.ndarray] | None,
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Mean, variance, normalise, scale and shift, unit by unit.

    Z : (n, m) or (m, n_H, n_W, n_C); gamma, beta : (n, 1) or (1, 1, 1, n_C)
    Returns out and a cache whose "running" holds the new running mean and var.
    """
    mean_r = np.zeros_like(gamma) if running is None else running["mean"].copy()
    var_r = np.ones_like(gamma) if running is None else running["var"].copy()
    out, per_unit = np.zeros_like(Z), []
    for k, unit in enumerate(_units(Z)):
        z = Z[unit].ravel()
        if training and z.size:
            mean = sum(float(value) for value in z) / z.size
            var = sum((float(value) - mean) ** 2 for value in z) / z.size
            mean_r.flat[k] = momentum * mean_r.flat[k] + (1 - momentum) * mean
            var_r.flat[k] = momentum * var_r.flat[k] + (1 - momentum) * var
        else:
            mean, var = float(mean_r.flat[k]), float(var_r.flat[k])
        z_norm = (Z[unit] - mean) / math.sqrt(var + eps)
        out[unit] = gamma.flat[k] * z_norm + beta.flat[k]
        per_unit.append((Z[unit] - mean, var))
    return out, {
        "units": per_unit,
        "gamma": gamma,
        "eps": eps,
        "training": training,
        "running": {"mean": mean_r, "var": var_r},
    }


def batch_norm_backward(
    d_out: np.ndarray, cache: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The chain rule through out, z_norm, var and mean, unit by unit. Returns dZ, dgamma, dbeta."""
    gamma, eps = cache["gamma"], cache["eps"]
    dZ, dgamma, dbeta = np.zeros_like(d_out), np.zeros_like(gamma), np.zeros_like(gamma)
    for k, unit in enumerate(_units(d_out)):
        centred, var = cache["units"][k]
        d, std, n = d_out[unit], math.sqrt(var + eps), centred.size
        dgamma.flat[k] = (d * centred / std).sum()
        dbeta.flat[k] = d.sum()
        dz_norm = gamma.flat[k] * d
        d_centred = dz_norm / std
        if cache["training"] and n:
            dvar = (dz_norm * centred).sum() * -0.5 * (var + eps) ** -1.5
            d_centred = d_centred + dvar * 2 * centred / n
            d_centred = d_centred - d_centred.sum() / n  # through the mean
        dZ[unit] = d_centred
    return dZ, dgamma, dbeta
