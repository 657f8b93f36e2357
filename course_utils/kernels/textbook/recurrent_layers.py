"""Both directions of time, and one layer on another: one sequence after the other, cut to its own length.

The same names as in `kernels.recurrent_layers`. A sequence is read without its padding here, so turning
it round is a slice, and there is nothing to mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.kernels.textbook import recurrent

Parameters = Mapping[str, np.ndarray]
FORWARD = {"rnn": recurrent.rnn_forward, "gru": recurrent.gru_forward, "lstm": recurrent.lstm_forward}
BACKWARD = {"rnn": recurrent.rnn_backward, "gru": recurrent.gru_backward, "lstm": recurrent.lstm_backward}
STATES = {"rnn": ("a0",), "gru": ("a0",), "lstm": ("a0", "c0")}


def reverse_sequences(x: np.ndarray, lengths: Sequence[int] | None = None) -> np.ndarray:
    """Turn each sequence of x (n, m, T_x) round within its own length."""
    out = x.copy()
    for j, length in enumerate([x.shape[2]] * x.shape[1] if lengths is None else lengths):
        for t in range(length):
            out[:, j, t] = x[:, j, length - 1 - t]
    return out


def bidirectional_forward(
    cell: str,
    x: np.ndarray,
    parameters: Mapping[str, Parameters],
    initial: Mapping[str, Parameters] | None = None,
    lengths: Sequence[int] | None = None,
) -> tuple[np.ndarray, Any]:
    """Read every sequence from the left and from the right; arguments as in the fast function.

    Returns a (2 n_a, m, T_x), 0 past a sequence's end, and a cache.
    """
    _, m, T_x = x.shape
    lengths = [T_x] * m if lengths is None else [int(length) for length in lengths]
    n_a = _n_a(cell, parameters["forward"])
    a = np.zeros((2 * n_a, m, T_x), x.dtype)
    caches = []
    for j, length in enumerate(lengths):
        sequence = x[:, j : j + 1, :length]  # (n_x, 1, length)
        turned = sequence[:, :, ::-1]
        left, left_cache = _run(cell, sequence, parameters["forward"], initial, "forward", j)
        right, right_cache = _run(cell, turned, parameters["backward"], initial, "backward", j)
        a[:n_a, j, :length] = left[:, 0]
        a[n_a:, j, :length] = right[:, 0, ::-1]
        caches.append((left_cache, right_cache))
    return a, (cell, x.shape, lengths, caches)


def bidirectional_backward(da: np.ndarray, cache: Any) -> dict[str, Any]:
    """Gradients of both directions, one sequence after the other: dx, "forward", "backward"."""
    cell, shape, lengths, caches = cache
    n_a, m = da.shape[0] // 2, shape[1]
    dx = np.zeros(shape, da.dtype)
    sums: dict[str, dict[str, np.ndarray]] = {"forward": {}, "backward": {}}
    for j, length in enumerate(lengths):
        d = da[:, j : j + 1, :length]
        left = BACKWARD[cell](d[:n_a], caches[j][0])
        right = BACKWARD[cell](d[n_a:, :, ::-1], caches[j][1])
        dx[:, j, :length] = (left.pop("dx") + right.pop("dx")[:, :, ::-1])[:, 0]
        for side, gradients in (("forward", left), ("backward", right)):
            for name, gradient in gradients.items():
                if name in ("da0", "dc0"):  # one column a sequence
                    sums[side].setdefault(name, np.zeros((n_a, m), da.dtype))[:, j] = gradient[:, 0]
                else:  # all sequences share the weights
                    sums[side][name] = sums[side].get(name, 0) + gradient
    return {"dx": dx, **sums}


def bidirectional_last(a: np.ndarray, lengths: Sequence[int] | None = None) -> np.ndarray:
    """Both directions' states after reading all of each sequence: (2 n_a, m)."""
    n_a, m = a.shape[0] // 2, a.shape[1]
    out = np.empty((2 * n_a, m), a.dtype)
    for j in range(m):
        last = (a.shape[2] if lengths is None else lengths[j]) - 1
        out[:n_a, j], out[n_a:, j] = a[:n_a, j, last], a[n_a:, j, 0]
    return out


def stacked_forward(
    cell: str,
    x: np.ndarray,
    parameters: Sequence[Mapping[str, Any]],
    initial: Sequence[Mapping[str, Any] | None] | None = None,
    lengths: Sequence[int] | None = None,
) -> tuple[np.ndarray, Any]:
    """One layer on another; arguments as in the fast function. Returns a of the top layer and a cache."""
    a, caches = x, []
    for layer, weights in enumerate(parameters):
        first = None if initial is None else initial[layer]
        if "forward" in weights:
            a, cache = bidirectional_forward(cell, a, weights, first, lengths)
            caches.append((bidirectional_backward, cache))
        else:
            zeros = np.zeros((_n_a(cell, weights), x.shape[1]), x.dtype)
            states = [(first or {}).get(name, zeros) for name in STATES[cell]]
            a, *_, cache = FORWARD[cell](a, *states, weights, lengths=lengths)
            caches.append((BACKWARD[cell], cache))
    return a, caches


def stacked_backward(da: np.ndarray, cache: Any) -> dict[str, Any]:
    """Gradients of every layer, from the top down: dx and "layers", the lowest first."""
    layers: list[dict[str, Any]] = []
    for backward, layer_cache in reversed(cache):
        gradients = backward(da, layer_cache)
        da = gradients.pop("dx")
        layers.insert(0, gradients)
    return {"dx": da, "layers": layers}


def _n_a(cell: str, parameters: Parameters) -> int:
    return parameters["ba" if cell == "rnn" else "bc"].shape[0]


def _run(
    cell: str,
    x: np.ndarray,
    parameters: Parameters,
    initial: Mapping[str, Parameters] | None,
    side: str,
    j: int,
) -> tuple[np.ndarray, Any]:
    """One cell over one sequence x (n_x, 1, length), from the first state of example j or zeros."""
    given = {} if initial is None else initial.get(side, {})
    zeros = np.zeros((_n_a(cell, parameters), 1), x.dtype)
    states = [given[name][:, j : j + 1] if name in given else zeros for name in STATES[cell]]
    a, *_, cache = FORWARD[cell](x, *states, parameters)
    return a, cache
