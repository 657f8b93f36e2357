"""The simple recurrent network, forward and backward through time.

One step is `a<t> = tanh(Waa a<t-1> + Wax x<t> + ba)`. Two products and a sum are one product with
stacked matrices: put the weights side by side and their inputs below each other,

    W = [Waa | Wax | ba]     (n_a, n_a + n_x + 1)
    X = [a<t-1>; x<t>; 1]    (n_a + n_x + 1, m)

and `Z = W X` is all three terms; the row of ones multiplies the bias. All X live in one array
`X[t]`, filled with every x<t> before the first step. Step t writes tanh(Z) straight into the
first n_a rows of `X[t + 1]`: the result of one step is already in place as the input of the next.

W lies in memory column after column: what is stored is its transpose `W_T`, and `W_T.T` is a view.
The way back multiplies with W^T and needs it like this. The way forward gains too: BLAS copies W into
an order of its own at every step, and finds it here in almost that order (a tenth of the product).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.kernels.checks import check_array
from course_utils.kernels.recurrent_sequence import (
    carry_ended,
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


class RNNCache(NamedTuple):
    """What `rnn_backward` needs.

    X     : (T_x + 1, n_a + n_x + 1, m), step t holds [a<t-1>; x<t>; 1], the last one only a<T_x>
    W_T   : (n_a + n_x + 1, n_a), [Waa | Wax | ba] transposed
    ended : (T_x, m) True at padded steps, or None
    """

    X: np.ndarray
    W_T: np.ndarray
    ended: np.ndarray | None


def stack_inputs(x: np.ndarray, a0: np.ndarray, ended: np.ndarray | None) -> np.ndarray:
    """The array of all stacked inputs, with a<0> and every x<t> in place.

    x     : (n_x, m, T_x),  a0 : (n_a, m)
    ended : (T_x, m) True at padded steps, or None. Padding is set to 0: whatever the caller left
            there, even NaN, cannot reach a gradient
    Returns X (T_x + 1, n_a + n_x + 1, m); the rows of later states are not filled yet.
    """
    n_x, m, T_x = x.shape
    n_a = a0.shape[0]
    X = np.empty((T_x + 1, n_a + n_x + 1, m), dtype=x.dtype)
    X[0, :n_a] = a0
    copy_time_first(x, X[:T_x, n_a : n_a + n_x])
    X[:, -1] = 1
    if ended is not None:
        np.copyto(X[:T_x, n_a : n_a + n_x], 0, where=ended[:, None, :])
    return X


def rnn_forward(
    x: np.ndarray,
    a0: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    lengths: np.ndarray | Sequence[int] | None = None,
) -> tuple[np.ndarray, RNNCache]:
    """Run a simple recurrent network over a batch of sequences.

    x          : (n_x, m, T_x) inputs
    a0         : (n_a, m) first state
    parameters : Waa (n_a, n_a), Wax (n_a, n_x), ba (n_a, 1)
    lengths    : (m,) steps of each sequence, 0 to T_x; None when all have T_x. Past its end a
                 sequence keeps its last state, so `a[:, :, -1]` is the last state of every one;
                 x is not read there
    Returns a (n_a, m, T_x) and the cache of the backward pass.
    Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    parameters = require_parameters(parameters, ("Waa", "Wax", "ba"))
    n_x, m, T_x, n_a = check_sequence(x, {"a0": a0}, parameters)
    check_array("Waa", parameters["Waa"], (n_a, n_a))
    check_array("Wax", parameters["Wax"], (n_a, n_x))
    check_array("ba", parameters["ba"], (n_a, 1))
    ended = padding_mask(lengths, m, T_x)

    W_T = np.concatenate([parameters["Waa"].T, parameters["Wax"].T, parameters["ba"].T])
    W = W_T.T  # (n_a, n_a + n_x + 1)
    X = stack_inputs(x, a0, ended)
    a = np.empty((T_x, n_a, m), dtype=x.dtype)  # the caller may change it; the cache's X stays
    Z = np.empty((n_a, m), dtype=x.dtype)
    steps = zip(X[:-1], X[1:, :n_a], a, strict=True)
    for t, (X_t, a_next, a_t) in enumerate(steps):
        np.matmul(W, X_t, out=Z)
        np.tanh(Z, out=a_next)
        if ended is not None:
            carry_ended(a_next, X_t[:n_a], ended[t])
        np.copyto(a_t, a_next)
    return time_last(a), RNNCache(X, W_T, ended)


def rnn_backward(da: np.ndarray, cache: RNNCache) -> dict[str, np.ndarray]:
    """Backpropagation through time for the simple recurrent network.

    The gradient of a state has two sources: what the cost says about it (`da` at that step) and
    what comes back through the next step. Going backwards, with both added up in `da_t`:

        dZ<t> = da_t * (1 - a<t>^2),    da_t of the step before = Waa^T dZ<t> (+ its own da)

    Since Wax^T dZ<t> is dx<t>, one product [Waa | Wax]^T dZ<t> gives both. Only this chain is
    sequential. The weights' gradients are taken of all dZ of a block of steps together.

    da    : (n_a, m, T_x) gradient of the cost with respect to a. What it says of padded steps
            counts for the last state, which is what stands there
    cache : from `rnn_forward`
    Returns dx (n_x, m, T_x), 0 in the padding; da0 (n_a, m); dWaa, dWax, dba.
    """
    X, W_T, ended = cache
    n_a, m, T_x = W_T.shape[1], X.shape[2], X.shape[0] - 1
    n_x = W_T.shape[0] - n_a - 1
    check_output_gradient("da", da, n_a, m, T_x, X.dtype)
    da = time_first(da)  # (T_x, n_a, m)
    W_T = W_T[:-1]  # (n_a + n_x, n_a), without the biases

    dW_T = np.zeros((n_a + n_x + 1, n_a), dtype=X.dtype)
    part = np.empty_like(dW_T)
    dx = np.empty((T_x, n_x, m), dtype=X.dtype)
    d_inputs = np.zeros((n_a + n_x, m), dtype=X.dtype)  # gradient of a step's [a<t-1>; x<t>]
    da_t, dx_t = d_inputs[:n_a], d_inputs[n_a:]
    kept = np.zeros_like(da_t)  # share of da_t that passes an ended sequence unchanged
    block = min(steps_per_block(2 * X.itemsize * n_a * m, m), max(T_x, 1))
    dZ_block = np.empty((block, n_a, m), dtype=X.dtype)
    D_buffer, X_buffer = np.empty(dZ_block.size, X.dtype), np.empty(X[:block].size, X.dtype)
    for end in range(T_x, 0, -block):
        start = max(0, end - block)
        a, dZ_of_steps = X[start + 1 : end + 1, :n_a], dZ_block[: end - start]
        np.multiply(a, a, out=dZ_of_steps)
        np.subtract(1, dZ_of_steps, out=dZ_of_steps)  # 1 - a^2, the slope of tanh
        for t in range(end - 1, start - 1, -1):
            dZ = dZ_of_steps[t - start]
            da_t += da[t]
            dZ *= da_t
            if ended is not None and ended[t].any():
                np.copyto(dZ, 0, where=ended[t])
                np.multiply(da_t, ended[t], out=kept)
                np.matmul(W_T, dZ, out=d_inputs)
                da_t += kept
            else:
                np.matmul(W_T, dZ, out=d_inputs)
            dx[t] = dx_t
        D, wide_X = side_by_side(dZ_of_steps, D_buffer), side_by_side(X[start:end], X_buffer)
        dW_T += np.matmul(wide_X, D.T, out=part)  # (n_a + n_x + 1, n_a)

    return {
        "dx": time_last(dx),
        "da0": da_t.copy(),
        "dWaa": dW_T[:n_a].T.copy(),
        "dWax": dW_T[n_a : n_a + n_x].T.copy(),
        "dba": dW_T[-1:].T.copy(),
    }
