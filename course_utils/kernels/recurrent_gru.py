"""The gated recurrent unit, forward and backward through time.

The equations of one step, in the course's notation (the state is its own memory cell, a = c):

    Gamma_u = sigmoid(Wu [a<t-1>; x<t>] + bu)                  update
    Gamma_r = sigmoid(Wr [a<t-1>; x<t>] + br)                  relevance
    c~      = tanh(Wc [Gamma_r * a<t-1>; x<t>] + bc)           candidate
    a<t>    = Gamma_u * c~ + (1 - Gamma_u) * a<t-1>

The candidate needs Gamma_r first, so a step takes two products: one for both gates, one for the
candidate. Their inputs share x<t> and the row of ones. X[t] holds each part once,

    X[t] = [ Gamma_r * a<t-1> | x<t> | 1 | a<t-1> ]        (n_a + n_x + 1 + n_a, m)
             \\_ input of the candidate _/
                                \\_ input of the gates _/

and the two inputs are overlapping windows of it: no row is copied. The gates' weights are put in
the order [x | 1 | a] to match, and both matrices are stored transposed, as in `recurrent_rnn`.
As in the LSTM the gates' rows are halved beforehand, because
sigmoid(z) = (1 + tanh(z / 2)) / 2 needs only tanh, NumPy's fastest of the two.

Source: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014. Some
libraries apply Gamma_r after the product, to `W a<t-1> + b`: a different function of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.kernels.recurrent_sequence import (
    carry_ended,
    check_gates,
    check_output_gradient,
    check_sequence,
    copy_time_first,
    padding_mask,
    require_parameters,
    side_by_side,
    steps_per_block,
    time_first,
    time_last,
)

GATES = ("u", "r", "c")  # "c" is the candidate
NAMES = tuple(kind + gate for gate in GATES for kind in "Wb")


class GRUCache(NamedTuple):
    """What `gru_backward` needs.

    X         : (T_x + 1, n_a + n_x + 1 + n_a, m), step t holds [Gamma_r * a<t-1>; x<t>; 1; a<t-1>]
    G         : (T_x, 3 n_a, m), [Gamma_u; Gamma_r; c~]
    W_gates_T : (n_x + 1 + n_a, 2 n_a), update beside relevance, rows [x; 1; a]
    W_c_T     : (n_a + n_x + 1, n_a), rows [Gamma_r * a; x; 1]
    ended     : (T_x, m) True at padded steps, or None
    """

    X: np.ndarray
    G: np.ndarray
    W_gates_T: np.ndarray
    W_c_T: np.ndarray
    ended: np.ndarray | None


def gru_forward(
    x: np.ndarray,
    a0: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    lengths: np.ndarray | Sequence[int] | None = None,
) -> tuple[np.ndarray, GRUCache]:
    """Run a GRU over a batch of sequences.

    x          : (n_x, m, T_x) inputs
    a0         : (n_a, m) first state
    parameters : Wu, Wr, Wc, each (n_a, n_a + n_x) on [a_prev; x], and bu, br, bc (n_a, 1)
    lengths    : (m,) steps of each sequence, 0 to T_x; None when all have T_x. Past its end a
                 sequence keeps its last state, so `a[:, :, -1]` is the last state of every one;
                 x is not read there
    Returns a (n_a, m, T_x) and the cache of the backward pass.
    Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    parameters = require_parameters(parameters, NAMES)
    n_x, m, T_x, n_a = check_sequence(x, {"a0": a0}, parameters)
    check_gates(parameters, GATES, n_a, n_x)
    ended = padding_mask(lengths, m, T_x)

    W_gates_T = np.empty((n_x + 1 + n_a, 2 * n_a), dtype=x.dtype)
    for columns, g in zip((W_gates_T[:, :n_a], W_gates_T[:, n_a:]), "ur", strict=True):
        W_T = parameters[f"W{g}"].T
        columns[:n_x], columns[n_x], columns[n_x + 1 :] = W_T[n_a:], parameters[f"b{g}"][:, 0], W_T[:n_a]
    W_c_T = np.concatenate([parameters["Wc"].T, parameters["bc"].T])  # (n_a + n_x + 1, n_a)
    W_half = (W_gates_T * np.asarray(0.5, dtype=x.dtype)).T  # (2 n_a, n_x + 1 + n_a)
    W_c = W_c_T.T

    n_c = n_a + n_x + 1  # rows of the candidate's input
    X = np.empty((T_x + 1, n_c + n_a, m), dtype=x.dtype)
    X[0, n_c:] = a0
    copy_time_first(x, X[:T_x, n_a : n_a + n_x])
    X[:, n_a + n_x] = 1
    if ended is not None:
        np.copyto(X[:T_x, n_a : n_a + n_x], 0, where=ended[:, None, :])
    G = np.empty((T_x, 3 * n_a, m), dtype=x.dtype)
    steps = zip(X[:-1], G, X[1:, n_c:], strict=True)
    for t, (X_t, g, a_next) in enumerate(steps):
        gates, candidate, a_prev = g[: 2 * n_a], g[2 * n_a :], X_t[n_c:]
        np.matmul(W_half, X_t[n_a:], out=gates)
        np.tanh(gates, out=gates)
        gates *= 0.5
        gates += 0.5
        np.multiply(gates[n_a:], a_prev, out=X_t[:n_a])  # Gamma_r * a<t-1>
        np.matmul(W_c, X_t[:n_c], out=candidate)
        np.tanh(candidate, out=candidate)
        # Gamma_u * c~ + (1 - Gamma_u) * a_prev is a_prev + Gamma_u * (c~ - a_prev): one product less.
        np.subtract(candidate, a_prev, out=a_next)
        a_next *= gates[:n_a]
        a_next += a_prev
        if ended is not None:
            carry_ended(a_next, a_prev, ended[t])
    X[T_x, :n_a] = 0  # never an input of a step; the array should hold no stray memory
    X[T_x, n_a : n_a + n_x] = 0
    a = X[1:, n_c:].copy()  # the caller may change a; the cache must not change with it
    return time_last(a), GRUCache(X, G, W_gates_T, W_c_T, ended)


def gru_backward(da: np.ndarray, cache: GRUCache) -> dict[str, np.ndarray]:
    """Backpropagation through time for the GRU.

    Going backwards, with `da_t` the whole gradient of a<t>:

        dZ_c = da_t * Gamma_u * (1 - c~^2)
        dZ_u = da_t * (c~ - a<t-1>) * Gamma_u (1 - Gamma_u)
        d(Gamma_r * a<t-1>) = Wc^T dZ_c   (columns of a)
        dZ_r = d(Gamma_r * a<t-1>) * a<t-1> * Gamma_r (1 - Gamma_r)
        da of the step before = da_t * (1 - Gamma_u) + d(Gamma_r * a<t-1>) * Gamma_r
                                + [Wu; Wr]^T [dZ_u; dZ_r]   (columns of a)

    The factors known from the forward pass are prepared for a block of steps at once; dx and the
    weights' gradients follow from all dZ of a block.

    da    : (n_a, m, T_x) gradient of the cost with respect to a. What it says of padded steps
            counts for the last state, which is what stands there
    cache : from `gru_forward`
    Returns dx (n_x, m, T_x), 0 in the padding; da0 (n_a, m); dWu, dbu, dWr, dbr, dWc, dbc.
    """
    X, G, W_gates_T, W_c_T, ended = cache
    T_x, m = G.shape[0], G.shape[2]
    n_c, n_a = W_c_T.shape
    n_x = n_c - n_a - 1
    check_output_gradient("da", da, n_a, m, T_x, X.dtype)
    da = time_first(da)  # (T_x, n_a, m)
    W_x_T = np.hstack([W_gates_T[:n_x], W_c_T[n_a : n_a + n_x]])  # (n_x, 3 n_a)
    W_gates_T = W_gates_T[n_x + 1 :]  # (n_a, 2 n_a), the rows of a
    W_c_T = W_c_T[:n_a]  # (n_a, n_a)

    dW_gates = np.zeros((2 * n_a, n_x + 1 + n_a), dtype=X.dtype)
    dW_c = np.zeros((n_a, n_c), dtype=X.dtype)
    dx = np.empty((n_x, T_x, m), dtype=X.dtype)
    da_t = np.zeros((n_a, m), dtype=X.dtype)
    d_reset = np.empty_like(da_t)  # gradient of Gamma_r * a<t-1>
    through_gates = np.empty_like(da_t)
    kept = np.empty_like(da_t)
    block = min(steps_per_block(3 * X.itemsize * n_a * m, m), max(T_x, 1))
    dZ_block = np.empty((block, 3 * n_a, m), dtype=X.dtype)  # rows of u, r, c
    stay = np.empty((block, n_a, m), dtype=X.dtype)  # 1 - Gamma_u
    D_buffer, X_buffer = np.empty(dZ_block.size, X.dtype), np.empty(X[:block].size, X.dtype)
    for end in range(T_x, 0, -block):
        start = max(0, end - block)
        g, dZ, a_prev = G[start:end], dZ_block[: end - start], X[start:end, n_c:]
        gates, candidate = g[:, : 2 * n_a], g[:, 2 * n_a :]
        np.subtract(1, gates[:, :n_a], out=stay[: end - start])
        np.subtract(1, gates, out=dZ[:, : 2 * n_a])
        dZ[:, : 2 * n_a] *= gates  # slope of the sigmoid
        dZ[:, :n_a] *= candidate - a_prev
        dZ[:, n_a : 2 * n_a] *= a_prev
        np.multiply(candidate, candidate, out=dZ[:, 2 * n_a :])
        np.subtract(1, dZ[:, 2 * n_a :], out=dZ[:, 2 * n_a :])  # slope of tanh
        dZ[:, 2 * n_a :] *= gates[:, :n_a]
        for t in range(end - 1, start - 1, -1):
            dZ_t = dZ_block[t - start]
            of_gates, of_candidate = dZ_t[: 2 * n_a], dZ_t[2 * n_a :]
            of_update, of_relevance = of_gates[:n_a], of_gates[n_a:]
            past = ended is not None and ended[t].any()
            da_t += da[t]
            of_update *= da_t
            of_candidate *= da_t
            if past:
                np.multiply(da_t, ended[t], out=kept)  # an ended sequence passes it on unchanged
                np.copyto(of_update, 0, where=ended[t])
                np.copyto(of_candidate, 0, where=ended[t])
            np.matmul(W_c_T, of_candidate, out=d_reset)
            of_relevance *= d_reset
            np.matmul(W_gates_T, of_gates, out=through_gates)
            d_reset *= G[t, n_a : 2 * n_a]  # Gamma_r
            da_t *= stay[t - start]
            if past:
                np.copyto(da_t, kept, where=ended[t])  # the other two terms are 0 there
            da_t += d_reset
            da_t += through_gates
        D, wide_X = side_by_side(dZ, D_buffer), side_by_side(X[start:end], X_buffer)  # (., steps m)
        dW_gates += D[: 2 * n_a] @ wide_X[n_a:].T  # (2 n_a, n_x + 1 + n_a)
        dW_c += D[2 * n_a :] @ wide_X[:n_c].T  # (n_a, n_a + n_x + 1)
        dx[:, start:end] = (W_x_T @ D).reshape(n_x, end - start, m)

    gradients = {"dx": dx.transpose(0, 2, 1), "da0": da_t}
    for position, gate in enumerate("ur"):
        rows = dW_gates[position * n_a : (position + 1) * n_a]
        gradients[f"dW{gate}"] = np.hstack([rows[:, n_x + 1 :], rows[:, :n_x]])  # back to [a | x]
        gradients[f"db{gate}"] = rows[:, n_x : n_x + 1].copy()
    gradients["dWc"] = dW_c[:, :-1].copy()
    gradients["dbc"] = dW_c[:, -1:].copy()
    return gradients
