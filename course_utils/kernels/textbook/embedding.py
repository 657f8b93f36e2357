"""Embedding as a product with one-hot columns. Same names and results as `course_utils.kernels.embedding`."""

from __future__ import annotations

import numpy as np

Cache = tuple[np.ndarray, np.ndarray]


def embedding_forward(ids: np.ndarray, E: np.ndarray) -> tuple[np.ndarray, Cache]:
    """E times the one-hot column of every id: (n_e, *ids.shape)."""
    n_e, vocabulary = E.shape
    out = np.zeros((n_e, *ids.shape), dtype=E.dtype)
    for index in np.ndindex(ids.shape):
        one_hot = np.zeros((vocabulary, 1), dtype=E.dtype)
        one_hot[ids[index]] = 1
        out[(slice(None), *index)] = (E @ one_hot)[:, 0]
    return out, (ids, E)


def embedding_backward(d_out: np.ndarray, cache: Cache) -> np.ndarray:
    """Each occurrence adds its gradient to its word's column."""
    ids, E = cache
    dE = np.zeros_like(E)
    for index in np.ndindex(ids.shape):
        dE[:, ids[index]] += d_out[(slice(None), *index)]
    return dE
