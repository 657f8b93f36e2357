"""Two ways to keep exploding gradients from destroying a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def _check_limit(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{name} is {value!r}, needs a number above 0")


def clip_by_value(gradients: Mapping[str, np.ndarray], limit: float) -> dict[str, np.ndarray]:
    """Cut every entry at -limit and limit. The direction of the gradient may change.

    gradients : name -> array;  limit : above 0
    Returns new arrays; infinite entries become the limit, NaN stays NaN.
    """
    _check_limit("limit", limit)
    return {name: np.clip(gradient, -limit, limit) for name, gradient in gradients.items()}


def global_norm(gradients: Mapping[str, np.ndarray]) -> float:
    """Euclidean norm of all entries of all gradients together."""
    norms = [np.linalg.norm(np.asarray(g, dtype=np.float64)) for g in gradients.values()]
    return float(np.linalg.norm(norms)) if norms else 0.0


def clip_by_norm(gradients: Mapping[str, np.ndarray], max_norm: float) -> dict[str, np.ndarray]:
    """Shrink all gradients together when their common norm is above max_norm. The direction stays.

    gradients : name -> array;  max_norm : above 0
    Returns new arrays. Raises ValueError that names a gradient with an entry that is not finite:
    there is no direction to keep.
    Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.
    """
    _check_limit("max_norm", max_norm)
    for name, gradient in gradients.items():
        if not np.isfinite(gradient).all():
            raise ValueError(f"{name} holds an entry that is not finite, so its norm cannot be clipped")
    norm = global_norm(gradients)
    scale = max_norm / norm if norm > max_norm else 1.0
    return {name: gradient * np.asarray(scale, dtype=gradient.dtype) for name, gradient in gradients.items()}
