"""Attention one example, one query and one step at a time.

Same names and results as `course_utils.kernels.attention` (masks of booleans only).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def _weights(energies: list[float], readable: list[bool]) -> list[float]:
    """Softmax over the readable energies; all 0 when none is readable."""
    if not any(readable):
        return [0.0] * len(energies)
    largest = max(e for e, may in zip(energies, readable, strict=True) if may)
    exponentials = [math.exp(e - largest) if may else 0.0 for e, may in zip(energies, readable, strict=True)]
    return [e / sum(exponentials) for e in exponentials]


def _energy_gradients(weights: list[float], d_weights: list[float]) -> list[float]:
    """Through the softmax: the sum over j of p_i (1 if i is j, minus p_j) dp_j."""
    total = sum(p * d for p, d in zip(weights, d_weights, strict=True))
    return [p * (d - total) for p, d in zip(weights, d_weights, strict=True)]


def additive_attention_forward(
    s_prev: np.ndarray,
    a: np.ndarray,
    W_s: np.ndarray,
    W_a: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, dict[str, Any]]:
    """e<t'> = v^T tanh(W_s s + W_a a<t'> + b), softmax, and the weighted sum of the a<t'>.

    s_prev (n_s, m), a (n_a, m, T_x), W_s (n_h, n_s), W_a (n_h, n_a), b and v (n_h, 1), mask (m, T_x)
    Returns context (n_a, m) and a cache.
    """
    n_a, m, T_x = a.shape
    context, weights, hidden = np.zeros((n_a, m), dtype=a.dtype), [], []
    for j in range(m):
        s = s_prev[:, j : j + 1]
        layer = [np.tanh(W_s @ s + W_a @ a[:, j : j + 1, t] + b) for t in range(T_x)]
        energies = [float((v.T @ h)[0, 0]) for h in layer]
        readable = [True if mask is None else bool(mask[j, t]) for t in range(T_x)]
        alpha = _weights(energies, readable)
        for t in range(T_x):
            context[:, j] += alpha[t] * a[:, j, t]
        weights.append(alpha)
        hidden.append(layer)
    return context, {"arrays": (s_prev, a, W_s, W_a, b, v), "weights": weights, "hidden": hidden}


def additive_attention_backward(d_context: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Returns ds_prev, da, dW_s, dW_a, db, dv."""
    s_prev, a, W_s, W_a, _, v = cache["arrays"]
    ds_prev, da, dW_s, dW_a, db, dv = gradients = tuple(np.zeros_like(x) for x in cache["arrays"])
    _, m, T_x = a.shape
    for j in range(m):
        alpha = cache["weights"][j]
        d_alpha = [float(d_context[:, j] @ a[:, j, t]) for t in range(T_x)]
        d_energy = _energy_gradients(alpha, d_alpha)
        for t in range(T_x):
            da[:, j, t] += alpha[t] * d_context[:, j]
            h = cache["hidden"][j][t]
            dv += d_energy[t] * h
            dz = d_energy[t] * v * (1 - h**2)
            dW_s += dz @ s_prev[:, j : j + 1].T
            dW_a += dz @ a[:, j : j + 1, t].T
            db += dz
            ds_prev[:, j : j + 1] += W_s.T @ dz
            da[:, j : j + 1, t] += W_a.T @ dz
    return gradients


def dot_product_attention_forward(
    Q: np.ndarray, K: np.ndarray, V: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Each query's energies q . k / sqrt(n_k), softmax, and the weighted sum of the values.

    Q (n_k, m, T_q), K (n_k, m, T_x), V (n_v, m, T_x), mask broadcast to (m, T_q, T_x)
    Returns out (n_v, m, T_q) and a cache.
    """
    n_k, m, T_q = Q.shape
    T_x = K.shape[2]
    readable = np.ones((m, T_q, T_x), dtype=bool) if mask is None else np.broadcast_to(mask, (m, T_q, T_x))
    out, weights = np.zeros((V.shape[0], m, T_q), dtype=Q.dtype), {}
    for j in range(m):
        for q in range(T_q):
            energies = [float(Q[:, j, q] @ K[:, j, t]) / math.sqrt(n_k) for t in range(T_x)]
            weights[j, q] = _weights(energies, [bool(r) for r in readable[j, q]])
            for t in range(T_x):
                out[:, j, q] += weights[j, q][t] * V[:, j, t]
    return out, {"arrays": (Q, K, V), "weights": weights}


def dot_product_attention_backward(d_out: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Returns dQ, dK, dV."""
    Q, K, V = cache["arrays"]
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    n_k, m, T_q = Q.shape
    T_x = K.shape[2]
    for j in range(m):
        for q in range(T_q):
            alpha = cache["weights"][j, q]
            d_alpha = [float(d_out[:, j, q] @ V[:, j, t]) for t in range(T_x)]
            d_energy = _energy_gradients(alpha, d_alpha)
            for t in range(T_x):
                dV[:, j, t] += alpha[t] * d_out[:, j, q]
                dQ[:, j, q] += d_energy[t] * K[:, j, t] / math.sqrt(n_k)
                dK[:, j, t] += d_energy[t] * Q[:, j, q] / math.sqrt(n_k)
    return dQ, dK, dV
