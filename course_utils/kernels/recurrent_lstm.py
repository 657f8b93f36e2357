"""Long short-term memory, forward and backward through time.

The equations of one step, with `[a<t-1>; x<t>]` the state stacked on the input:

    Gamma_f = sigmoid(Wf [a; x] + bf)      forget      c~   = tanh(Wc [a; x] + bc)
    Gamma_i = sigmoid(Wi [a; x] + bi)      input       c<t> = Gamma_f * c<t-1> + Gamma_i * c~
    Gamma_o = sigmoid(Wo [a; x] + bo)      output      a<t> = Gamma_o * tanh(c<t>)

Three ideas make the step fast; none changes a number beyond rounding.

1. One product a step. The four weight matrices read the same input, so they are put below each
   other, the biases as one more column: W is (4 n_a, n_a + n_x + 1) and multiplies
   X[t] = [a<t-1>; x<t>; 1], (n_a + n_x + 1, m). One large product keeps the processor busier
   than four small ones. Step t writes a<t> into the first rows of X[t + 1], where step t + 1 reads it.
   What is stored is W transposed, as in `recurrent_rnn`.

2. One tanh a step. sigmoid(z) = (1 + tanh(z / 2)) / 2, so with the gates' rows of W halved
   beforehand (exact: a power of two), one call of tanh does gates and candidate; the gates'
   rows are then scaled by 1/2 and shifted by 1/2.

3. Rows in an order that lets factors meet. G[t] is (5 n_a, m):

       [ Gamma_i | Gamma_f | Gamma_o | c~ | c<t-1> ]      the first two blocks
           *          *                                   times the last two
       [   c~    | c<t-1> ]                               are the two terms of c<t>

   so a single multiplication gives both terms, and writing c<t> into the last block of
   G[t + 1] again leaves it where the next step needs it.

Source: Hochreiter and Schmidhuber, Long short-term memory, 1997; forget gate: Gers, Schmidhuber
and Cummins, Learning to forget, 2000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.kernels.recurrent_rnn import stack_inputs
from course_utils.kernels.recurrent_sequence import (
    carry_ended,
    check_gates,
    check_output_gradient,
    check_sequence,
    padding_mask,
    require_parameters,
    side_by_side,
    steps_per_block,
    time_first,
    time_last,
)

GATES = ("i", "f", "o", "c")  # order of the blocks of rows; "c" is the candidate
NAMES = tuple(kind + gate for gate in GATES for kind in "Wb")


class LSTMCache(NamedTuple):
    """What `lstm_backward` needs.

    X      : (T_x + 1, n_a + n_x + 1, m), step t holds [a<t-1>; x<t>; 1]
    G      : (T_x + 1, 5 n_a, m), step t holds [Gamma_i; Gamma_f; Gamma_o; c~; c<t-1>]
    tanh_c : (T_x, n_a, m), tanh(c<t>)
    W_T    : (n_a + n_x + 1, 4 n_a), the weights and biases of i, f, o, c side by side, transposed
    ended  : (T_x, m) True at padded steps, or None
    """

    X: np.ndarray
    G: np.ndarray
    tanh_c: np.ndarray
    W_T: np.ndarray
    ended: np.ndarray | None


def lstm_forward(
    x: np.ndarray,
    a0: np.ndarray,
    c0: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    lengths: np.ndarray | Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray, LSTMCache]:
    """Run an LSTM over a batch of sequences.

    x          : (n_x, m, T_x) inputs
    a0, c0     : (n_a, m) first hidden state and first cell state
    parameters : Wf, Wi, Wc, Wo, each (n_a, n_a + n_x) on [a_prev; x], and bf, bi, bc, bo (n_a, 1)
    lengths    : (m,) steps of each sequence, 0 to T_x; None when all have T_x. Past its end a
                 sequence keeps its last a and c, so `a[:, :, -1]` is the last state of every one;
                 x is not read there
    Returns a (n_a, m, T_x), c (n_a, m, T_x) and the cache of the backward pass.
    Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    parameters = require_parameters(parameters, NAMES)
    n_x, m, T_x, n_a = check_sequence(x, {"a0": a0, "c0": c0}, parameters)
    check_gates(parameters, GATES, n_a, n_x)
    ended = padding_mask(lengths, m, T_x)

    W_T = np.empty((n_a + n_x + 1, 4 * n_a), dtype=x.dtype)
    for position, g in enumerate(GATES):
        columns = W_T[:, position * n_a : (position + 1) * n_a]
        columns[:-1], columns[-1] = parameters[f"W{g}"].T, parameters[f"b{g}"][:, 0]
    W_half_T = W_T.copy()
    W_half_T[:, : 3 * n_a] *= 0.5  # for sigmoid(z) = (1 + tanh(z / 2)) / 2
    W_half = W_half_T.T  # (4 n_a, n_a + n_x + 1)

    X = stack_inputs(x, a0, ended)
    G = np.empty((T_x + 1, 5 * n_a, m), dtype=x.dtype)
    G[0, 4 * n_a :] = c0
    tanh_c = np.empty((T_x, n_a, m), dtype=x.dtype)
    terms = np.empty((2 * n_a, m), dtype=x.dtype)
    first_term, second_term = terms[:n_a], terms[n_a:]
    steps = zip(X[:-1], G[:-1], tanh_c, X[1:, :n_a], G[1:, 4 * n_a :], strict=True)
    for t, (X_t, g, tanh_c_t, a_next, c_next) in enumerate(steps):
        activations = g[: 4 * n_a]
        np.matmul(W_half, X_t, out=activations)
        np.tanh(activations, out=activations)
        gates = g[: 3 * n_a]
        gates *= 0.5
        gates += 0.5
        np.multiply(g[: 2 * n_a], g[3 * n_a :], out=terms)  # [Gamma_i * c~; Gamma_f * c<t-1>]
        np.add(first_term, second_term, out=c_next)
        np.tanh(c_next, out=tanh_c_t)
        np.multiply(g[2 * n_a : 3 * n_a], tanh_c_t, out=a_next)
        if ended is not None:
            carry_ended(a_next, X_t[:n_a], ended[t])
            carry_ended(c_next, g[4 * n_a :], ended[t])
    # Copies: the caller may change a and c; the cache must not change with them.
    a, c = X[1:, :n_a].copy(), G[1:, 4 * n_a :].copy()
    return time_last(a), time_last(c), LSTMCache(X, G, tanh_c, W_T, ended)


def _slopes(g: np.ndarray, tanh_c: np.ndarray, dZ: np.ndarray, da_to_dc: np.ndarray) -> None:
    """Everything in the gradient of a block of steps that the forward pass already fixed.

    g        : (steps, 5 n_a, m) from the cache,  tanh_c : (steps, n_a, m)
    dZ       : (steps, 4 n_a, m) receives the factors that dc (rows of i, f, c) or da (rows of o)
               is to be multiplied by
    da_to_dc : (steps, n_a, m) receives Gamma_o * (1 - tanh(c)^2), which carries da to dc
    """
    n_a = tanh_c.shape[1]
    gates, candidate = g[:, : 3 * n_a], g[:, 3 * n_a : 4 * n_a]
    of_gates, of_candidate = dZ[:, : 3 * n_a], dZ[:, 3 * n_a :]
    np.subtract(1, gates, out=of_gates)
    of_gates *= gates  # slope of the sigmoid, Gamma (1 - Gamma)
    dZ[:, : 2 * n_a] *= g[:, 3 * n_a :]  # Gamma_i met c~ in c<t>, Gamma_f met c<t-1>
    dZ[:, 2 * n_a : 3 * n_a] *= tanh_c  # Gamma_o met tanh(c<t>) in a<t>
    np.multiply(candidate, candidate, out=of_candidate)
    np.subtract(1, of_candidate, out=of_candidate)  # slope of tanh
    of_candidate *= g[:, :n_a]  # c~ met Gamma_i
    np.multiply(tanh_c, tanh_c, out=da_to_dc)
    np.subtract(1, da_to_dc, out=da_to_dc)
    da_to_dc *= g[:, 2 * n_a : 3 * n_a]


def lstm_backward(da: np.ndarray, cache: LSTMCache, dc: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Backpropagation through time for the LSTM.

    Going backwards two gradients travel from step to step, of the hidden state (`da_t`) and of
    the cell state (`dc_t`):

        dc_t  = dc_t + da_t * Gamma_o * (1 - tanh(c)^2)
        dZ_o  = da_t * tanh(c) * Gamma_o (1 - Gamma_o)
        dZ_i  = dc_t * c~      * Gamma_i (1 - Gamma_i)
        dZ_f  = dc_t * c<t-1>  * Gamma_f (1 - Gamma_f)
        dZ_c  = dc_t * Gamma_i * (1 - c~^2)
        da of the step before = [Wi; Wf; Wo; Wc]^T dZ  (columns of a<t-1>; those of x<t> give dx)
        dc of the step before = dc_t * Gamma_f

    All factors but da_t and dc_t are known from the forward pass and prepared for a block of
    steps at once (`_slopes`). The weights' gradients follow from all dZ of the block.

    da    : (n_a, m, T_x) gradient of the cost with respect to a. What it says of padded steps
            counts for the last state, which is what stands there
    cache : from `lstm_forward`
    dc    : (n_a, m, T_x) gradient with respect to c, when the cost uses it; None for 0
    Returns dx (n_x, m, T_x), 0 in the padding; da0, dc0 (n_a, m); dWf, dbf, dWi, dbi, dWc, dbc,
    dWo, dbo.
    """
    X, G, tanh_c, W_T, ended = cache
    T_x, n_a, m = tanh_c.shape
    n_x = W_T.shape[0] - n_a - 1
    check_output_gradient("da", da, n_a, m, T_x, X.dtype)
    da = time_first(da)  # (T_x, n_a, m)
    if dc is not None:
        check_output_gradient("dc", dc, n_a, m, T_x, X.dtype)
        dc = time_first(dc)
    W_T = W_T[:-1]  # (n_a + n_x, 4 n_a), without the biases

    dW = np.zeros((4 * n_a, n_a + n_x + 1), dtype=X.dtype)
    part = np.empty_like(dW)
    dx = np.empty((T_x, n_x, m), dtype=X.dtype)
    d_inputs = np.zeros((n_a + n_x, m), dtype=X.dtype)  # gradient of a step's [a<t-1>; x<t>]
    da_t, dx_t = d_inputs[:n_a], d_inputs[n_a:]
    dc_t = np.zeros_like(da_t)
    block = min(steps_per_block(4 * X.itemsize * n_a * m, m), max(T_x, 1))
    dZ_block = np.empty((block, 4 * n_a, m), dtype=X.dtype)
    da_to_dc = np.empty((block, n_a, m), dtype=X.dtype)
    D_buffer, X_buffer = np.empty(dZ_block.size, X.dtype), np.empty(X[:block].size, X.dtype)
    for end in range(T_x, 0, -block):
        start = max(0, end - block)
        _slopes(G[start:end], tanh_c[start:end], dZ_block[: end - start], da_to_dc[: end - start])
        for t in range(end - 1, start - 1, -1):
            dZ, da_through_c = dZ_block[t - start], da_to_dc[t - start]
            da_t += da[t]
            if dc is not None:
                dc_t += dc[t]
            if ended is not None and ended[t].any():
                kept_a, kept_c = da_t * ended[t], dc_t * ended[t]  # ended: passes unchanged
                _finish_step(dZ, da_through_c, da_t, dc_t)
                np.copyto(dZ, 0, where=ended[t])
                np.matmul(W_T, dZ, out=d_inputs)
                da_t += kept_a
                dc_t *= G[t, n_a : 2 * n_a]
                np.copyto(dc_t, kept_c, where=ended[t])
            else:
                _finish_step(dZ, da_through_c, da_t, dc_t)
                np.matmul(W_T, dZ, out=d_inputs)
                dc_t *= G[t, n_a : 2 * n_a]  # Gamma_f
            dx[t] = dx_t
        D = side_by_side(dZ_block[: end - start], D_buffer)  # (4 n_a, steps m)
        wide_X = side_by_side(X[start:end], X_buffer)
        dW += np.matmul(D, wide_X.T, out=part)  # (4 n_a, n_a + n_x + 1)

    gradients = {"dx": time_last(dx), "da0": da_t.copy(), "dc0": dc_t}
    for position, gate in enumerate(GATES):
        rows = dW[position * n_a : (position + 1) * n_a]
        gradients[f"dW{gate}"] = rows[:, :-1].copy()
        gradients[f"db{gate}"] = rows[:, -1:].copy()
    return gradients


def _finish_step(dZ: np.ndarray, da_through_c: np.ndarray, da_t: np.ndarray, dc_t: np.ndarray) -> None:
    """Multiply the prepared factors of one step by da_t and dc_t, and add da_t's way into dc_t."""
    n_a, m = da_t.shape
    da_through_c *= da_t
    dc_t += da_through_c
    of_i_and_f = dZ[: 2 * n_a].reshape(2, n_a, m)  # two blocks of rows, each times dc_t
    of_i_and_f *= dc_t
    dZ[2 * n_a : 3 * n_a] *= da_t
    dZ[3 * n_a :] *= dc_t
