"""Embedding look-up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.kernels.checks import check_array


class EmbeddingCache(NamedTuple):
    """What `embedding_backward` needs: the ids and the size of the matrix."""

    ids: np.ndarray
    shape: tuple[int, int]
    dtype: np.dtype


def embedding_forward(ids: np.ndarray, E: np.ndarray) -> tuple[np.ndarray, EmbeddingCache]:
    """Pick the column of E that belongs to each id.

    It equals the product of E with one-hot columns, without the multiplications by 0.

    ids : whole numbers from 0 to vocabulary - 1, any shape; (m, T_x) for a batch of sentences
    E   : (n_e, vocabulary), one column a word
    Returns out (n_e, *ids.shape), so (n_e, m, T_x) as the recurrent kernels take it, and the cache.
    Raises ValueError for an id outside the vocabulary (also a negative one, which NumPy would
    count from the end).
    """
    vocabulary = check_array("E", E, ("n_e", "vocabulary"))["vocabulary"]
    ids = np.asarray(ids)
    if ids.size == 0 and ids.dtype.kind == "f":
        ids = ids.astype(np.int64)  # np.asarray([]) is float
    if ids.dtype.kind not in "iu":
        raise TypeError(f"ids must be whole numbers, got dtype {ids.dtype}")
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary):
        bad = ids[(ids < 0) | (ids >= vocabulary)][0]
        raise ValueError(
            f"ids holds {bad}, needs 0 to {vocabulary - 1}, the columns of E with shape {E.shape}"
        )
    # `take` goes through E row by row, `E[:, ids]` column by column, which jumps through memory.
    # Every id is in the vocabulary, so "clip" changes none; it spares a second check.
    out = np.take(E, ids, axis=1, mode="clip")
    # A copy of the ids: the caller may reuse the array before the backward pass.
    return out, EmbeddingCache(ids.copy(), E.shape, E.dtype)


def embedding_backward(d_out: np.ndarray, cache: EmbeddingCache) -> np.ndarray:
    """Gradient of the look-up: a word's column collects the gradients of all its occurrences.

    d_out : (n_e, *ids.shape) gradient of the cost with respect to out
    cache : from `embedding_forward`
    Returns dE (n_e, vocabulary), 0 for words that did not occur.

    `dE[:, ids] += d_out` would count a repeated word once. `np.add.at` adds all of them, here one
    row of E at a time, which stays in the cache.
    """
    ids, (n_e, vocabulary), dtype = cache
    check_array("d_out", d_out, (n_e, *ids.shape))
    occurrences = ids.ravel().astype(np.intp, copy=False)
    dE = np.zeros((n_e, vocabulary), dtype=dtype)
    for row, gradient in zip(dE, d_out.reshape(n_e, ids.size), strict=True):
        np.add.at(row, occurrences, gradient)
    return dE
