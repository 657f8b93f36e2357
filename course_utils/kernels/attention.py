"""Attention: additive (with its own small network) and dot-product, both with a mask.

Sequences are `(n, m, T)` as the recurrent kernels return them. A mask says what may be read: True
to read, False not to. It may also hold numbers that are added to the energies, -inf to exclude.
Where everything is excluded there is nothing to average: weights, context and gradients are 0.

Both functions keep the weights in `cache.weights`, for attention maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_utils.kernels.activations import softmax
from course_utils.kernels.checks import check_array, check_same_dtype
from course_utils.kernels.recurrent_sequence import check_lengths


class AdditiveAttentionCache(NamedTuple):
    """What `additive_attention_backward` needs; `weights` (m, T_x) are the attention weights."""

    s_prev: np.ndarray
    a: np.ndarray
    W_s: np.ndarray
    W_a: np.ndarray
    v: np.ndarray
    hidden: np.ndarray  # (m, n_h, T_x), tanh(...)
    weights: np.ndarray


class DotProductAttentionCache(NamedTuple):
    """What `dot_product_attention_backward` needs; `weights` (m, T_q, T_x) are the attention weights."""

    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    weights: np.ndarray


def sequence_mask(lengths: np.ndarray | Sequence[int], T_x: int) -> np.ndarray:
    """Which steps of padded sequences are real.

    lengths : (m,) whole numbers from 0 to T_x
    Returns (m, T_x), True before a sequence's end.
    """
    lengths = check_lengths(lengths, len(lengths), T_x)
    if lengths is None:
        return np.zeros((0, T_x), dtype=bool)
    return np.arange(T_x)[None, :] < lengths[:, None]


def _masked(energies: np.ndarray, mask: np.ndarray | None, allowed: list[tuple[int, ...]]) -> np.ndarray:
    """Energies with excluded entries at -inf; energies itself may be overwritten."""
    if mask is None:
        return energies
    mask = np.asarray(mask)
    if mask.shape not in allowed:
        raise ValueError(
            f"mask has shape {mask.shape}, needs {' or '.join(map(str, dict.fromkeys(allowed)))}"
        )
    if mask.dtype == bool:
        return np.where(mask, energies, np.asarray(-np.inf, dtype=energies.dtype))
    if mask.dtype.kind != "f":
        raise TypeError(f"mask must hold booleans (True to read) or floats to add, got dtype {mask.dtype}")
    if np.isnan(mask).any() or np.isposinf(mask).any():
        raise ValueError("mask holds NaN or +inf, needs numbers or -inf")
    return energies + mask.astype(energies.dtype, copy=False)


def additive_attention_forward(
    s_prev: np.ndarray,
    a: np.ndarray,
    W_s: np.ndarray,
    W_a: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, AdditiveAttentionCache]:
    """One step of additive attention: what a decoder in state s reads of an encoder's states.

        energy  e<t'> = v^T tanh(W_s s<t-1> + W_a a<t'> + b)
        weights alpha = softmax of the energies over t'
        context       = sum over t' of alpha<t'> a<t'>

    s_prev : (n_s, m) the decoder's state before this step
    a      : (n_a, m, T_x) the encoder's states, T_x at least 1
    W_s    : (n_h, n_s),  W_a : (n_h, n_a),  b : (n_h, 1): first layer of the small network
    v      : (n_h, 1): its second layer
    mask   : (m, T_x), True where a may be read (`sequence_mask`), or floats to add to the energies
    Returns context (n_a, m) and the cache, with the weights (m, T_x) in `cache.weights`.

    Source: Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align and
    translate, 2015.
    """
    sizes = check_array("s_prev", s_prev, ("n_s", "m"))
    n_s, m = sizes["n_s"], sizes["m"]
    sizes = check_array("a", a, ("n_a", m, "T_x"))
    n_a, T_x = sizes["n_a"], sizes["T_x"]
    if T_x == 0:
        raise ValueError(f"a has shape {a.shape}, needs at least one step to attend to")
    n_h = check_array("W_s", W_s, ("n_h", n_s))["n_h"]
    check_array("W_a", W_a, (n_h, n_a))
    check_array("b", b, (n_h, 1))
    check_array("v", v, (n_h, 1))
    check_same_dtype(s_prev=s_prev, a=a, W_s=W_s, W_a=W_a, b=b, v=v)
    by_example = np.ascontiguousarray(a.transpose(1, 0, 2))  # (m, n_a, T_x): one product an example
    hidden = np.matmul(W_a, by_example)  # (m, n_h, T_x)
    hidden += (W_s @ s_prev + b).T[:, :, None]  # the same for every t'
    np.tanh(hidden, out=hidden)
    energies = np.matmul(v.T, hidden)[:, 0, :]  # (m, T_x)
    weights = softmax(_masked(energies, mask, [(m, T_x)]), axis=1)
    context = np.matmul(by_example, weights[:, :, None])[:, :, 0].T  # (n_a, m)
    return np.ascontiguousarray(context), AdditiveAttentionCache(s_prev, a, W_s, W_a, v, hidden, weights)


def additive_attention_backward(
    d_context: np.ndarray, cache: AdditiveAttentionCache
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of one step of additive attention.

    d_context : (n_a, m) gradient of the cost with respect to the context
    cache     : from `additive_attention_forward`
    Returns ds_prev (n_s, m), da (n_a, m, T_x), dW_s, dW_a, db, dv. The encoder's states are read at
    every step of the decoder: add the da of all steps up.
    """
    s_prev, a, W_s, W_a, v, hidden, weights = cache
    n_a, m, _ = a.shape
    check_array("d_context", d_context, (n_a, m))
    check_same_dtype(d_context=d_context, a=a)
    by_example = np.ascontiguousarray(a.transpose(1, 0, 2))  # (m, n_a, T_x)
    d_row = np.ascontiguousarray(d_context.T)[:, None, :]  # (m, 1, n_a)
    d_weights = np.matmul(d_row, by_example)[:, 0, :]  # (m, T_x)
    # Softmax: p * (dp - p . dp). Excluded steps have p = 0, so no gradient reaches them.
    d_energies = weights * (d_weights - (weights * d_weights).sum(axis=1, keepdims=True))
    dv = np.tensordot(hidden, d_energies, axes=([0, 2], [0, 1]))[:, None]  # (n_h, 1)
    d_hidden = d_energies[:, None, :] * v[None]  # (m, n_h, T_x)
    d_hidden *= 1 - hidden * hidden
    d_sum = d_hidden.sum(axis=2).T  # (n_h, m): s_prev and b met every t'
    dW_a = np.tensordot(d_hidden, by_example, axes=([0, 2], [0, 2]))  # (n_h, n_a)
    da = np.matmul(W_a.T, d_hidden)  # (m, n_a, T_x), through the energies
    da += d_row.transpose(0, 2, 1) * weights[:, None, :]  # and directly, as part of the context
    return (
        W_s.T @ d_sum,
        np.ascontiguousarray(da.transpose(1, 0, 2)),
        d_sum @ s_prev.T,
        dW_a,
        d_sum.sum(axis=1, keepdims=True),
        dv,
    )


def dot_product_attention_forward(
    Q: np.ndarray, K: np.ndarray, V: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, DotProductAttentionCache]:
    """Scaled dot-product attention: every query averages the values by how its keys match.

        weights = softmax over the keys of (q . k / sqrt(n_k)),    out = sum of weights * values

    The root keeps the energies' spread at 1 for random q and k of any size.

    Q    : (n_k, m, T_q) queries
    K    : (n_k, m, T_x) keys, T_x at least 1
    V    : (n_v, m, T_x) values
    mask : (m, T_q, T_x), (m, 1, T_x) or (1, T_q, T_x): True where a query may read a key, or floats
           to add to the energies
    Returns out (n_v, m, T_q) and the cache, with the weights (m, T_q, T_x) in `cache.weights`.

    Source: Vaswani et al., Attention is all you need, 2017.
    """
    sizes = check_array("Q", Q, ("n_k", "m", "T_q"))
    n_k, m, T_q = sizes["n_k"], sizes["m"], sizes["T_q"]
    T_x = check_array("K", K, (n_k, m, "T_x"))["T_x"]
    check_array("V", V, ("n_v", m, T_x))
    if T_x == 0 or n_k == 0:
        raise ValueError(f"K has shape {K.shape}, needs at least one key of at least one number")
    check_same_dtype(Q=Q, K=K, V=V)
    scale = np.asarray(1 / np.sqrt(n_k), dtype=Q.dtype)
    energies = np.matmul(Q.transpose(1, 2, 0) * scale, K.transpose(1, 0, 2))  # (m, T_q, T_x)
    energies = _masked(energies, mask, [(m, T_q, T_x), (m, 1, T_x), (1, T_q, T_x)])
    weights = softmax(energies, axis=2)
    out = np.matmul(weights, V.transpose(1, 2, 0))  # (m, T_q, n_v)
    return np.ascontiguousarray(out.transpose(2, 0, 1)), DotProductAttentionCache(Q, K, V, weights)


def dot_product_attention_backward(
    d_out: np.ndarray, cache: DotProductAttentionCache
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of scaled dot-product attention.

    d_out : (n_v, m, T_q) gradient of the cost with respect to out
    cache : from `dot_product_attention_forward`
    Returns dQ (n_k, m, T_q), dK (n_k, m, T_x), dV (n_v, m, T_x).
    """
    Q, K, V, weights = cache
    check_array("d_out", d_out, (V.shape[0], Q.shape[1], Q.shape[2]))
    check_same_dtype(d_out=d_out, Q=Q)
    scale = np.asarray(1 / np.sqrt(Q.shape[0]), dtype=Q.dtype)
    d = d_out.transpose(1, 2, 0)  # (m, T_q, n_v)
    d_weights = np.matmul(d, V.transpose(1, 0, 2))  # (m, T_q, T_x)
    d_energies = weights * (d_weights - (weights * d_weights).sum(axis=2, keepdims=True))
    d_energies *= scale
    dQ = np.matmul(d_energies, K.transpose(1, 2, 0))  # (m, T_q, n_k)
    dK = np.matmul(d_energies.transpose(0, 2, 1), Q.transpose(1, 2, 0))  # (m, T_x, n_k)
    dV = np.matmul(weights.transpose(0, 2, 1), d)  # (m, T_x, n_v)
    return tuple(np.ascontiguousarray(g.transpose(2, 0, 1)) for g in (dQ, dK, dV))
