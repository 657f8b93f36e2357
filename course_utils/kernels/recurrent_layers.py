"""Recurrent layers put together: both directions of time, and one layer on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from course_utils.kernels.checks import check_array
from course_utils.kernels.recurrent_gru import gru_backward, gru_forward
from course_utils.kernels.recurrent_lstm import lstm_backward, lstm_forward
from course_utils.kernels.recurrent_rnn import rnn_backward, rnn_forward
from course_utils.kernels.recurrent_sequence import check_lengths, check_output_gradient, padding_mask

Parameters = Mapping[str, np.ndarray]
FORWARD = {"rnn": rnn_forward, "gru": gru_forward, "lstm": lstm_forward}
BACKWARD = {"rnn": rnn_backward, "gru": gru_backward, "lstm": lstm_backward}
STATES = {"rnn": ("a0",), "gru": ("a0",), "lstm": ("a0", "c0")}


class BidirectionalCache(NamedTuple):
    """What `bidirectional_backward` needs."""

    cell: str
    forward: Any
    backward: Any
    lengths: np.ndarray | None
    shape: tuple[int, int, int]


class StackedCache(NamedTuple):
    """What `stacked_backward` needs: one cache a layer, and the name of the cell."""

    cell: str
    layers: list[Any]


def _check_cell(cell: str) -> None:
    if cell not in FORWARD:
        raise ValueError(f"cell is {cell!r}, needs one of {', '.join(FORWARD)}")


def _first_states(
    cell: str, x: np.ndarray, parameters: Parameters, initial: Parameters | None
) -> list[np.ndarray]:
    """First states of one direction of one layer: as given, or zeros."""
    check_array("x", x, ("n_x", "m", "T_x"))
    bias = "ba" if cell == "rnn" else "bc"
    if bias not in parameters:
        raise ValueError(f"parameters has no entry {bias}, which every {cell} needs")
    zeros = np.zeros((parameters[bias].shape[0], x.shape[1]), dtype=x.dtype)
    initial = {} if initial is None else initial
    unknown = [name for name in initial if name not in STATES[cell]]
    if unknown:
        raise ValueError(f"initial has an entry {unknown[0]}, needs {', '.join(STATES[cell])} for {cell}")
    return [initial.get(name, zeros) for name in STATES[cell]]


def _run(
    cell: str, x: np.ndarray, parameters: Parameters, initial: Parameters | None, lengths: np.ndarray | None
) -> tuple[np.ndarray, Any]:
    """One cell over the sequences in one direction; a and the cache (an LSTM's c is in it)."""
    states = _first_states(cell, x, parameters, initial)
    results = FORWARD[cell](x, *states, parameters, lengths=lengths)
    return results[0], results[-1]


def reverse_sequences(x: np.ndarray, lengths: np.ndarray | Sequence[int] | None = None) -> np.ndarray:
    """Turn every sequence round within its own length; its padding stays behind it.

    x       : (n, m, T_x), any dtype
    lengths : (m,) steps of each sequence, 0 to T_x; None when all have T_x
    Returns a new array (n, m, T_x). Doing it twice gives x again.

    Turning the whole array round would put the padding in front, and the cell would read it first.
    """
    if not isinstance(x, np.ndarray) or x.ndim != 3:
        raise ValueError(f"x has shape {np.shape(x)}, needs (n, m, T_x)")
    lengths = check_lengths(lengths, x.shape[1], x.shape[2])
    if lengths is None:
        return x[:, :, ::-1].copy()
    t = np.arange(x.shape[2])[None, :]  # (1, T_x)
    source = np.where(t < lengths[:, None], lengths[:, None] - 1 - t, t)  # (m, T_x), step to read from
    return np.take_along_axis(x, source[None], axis=2)


def bidirectional_forward(
    cell: str,
    x: np.ndarray,
    parameters: Mapping[str, Parameters],
    initial: Mapping[str, Parameters] | None = None,
    lengths: np.ndarray | Sequence[int] | None = None,
) -> tuple[np.ndarray, BidirectionalCache]:
    """Read every sequence from the left and from the right, with two sets of weights.

    cell       : "rnn", "gru" or "lstm"
    x          : (n_x, m, T_x) inputs
    parameters : {"forward": ..., "backward": ...}, each as the cell's own function takes them
    initial    : {"forward": {"a0": ...}, "backward": {"a0": ...}}, with "c0" too for an LSTM;
                 zeros for what is missing
    lengths    : (m,) steps of each sequence; the reading from the right starts at a sequence's
                 own last step
    Returns a (2 n_a, m, T_x) and the cache. At step t the first n_a rows have read x<1>..x<t>, the
    other n_a rows x<T>..x<t>. Past a sequence's end a is 0. `bidirectional_last` picks the two
    states that have read everything.

    Source: Schuster and Paliwal, Bidirectional recurrent neural networks, 1997.
    """
    _check_cell(cell)
    missing = [side for side in ("forward", "backward") if side not in parameters]
    if missing:
        raise ValueError(f"parameters has no entry {', '.join(missing)}, needs forward and backward")
    initial = {} if initial is None else initial
    check_array("x", x, ("n_x", "m", "T_x"))
    m, T_x = x.shape[1:]
    lengths = check_lengths(lengths, m, T_x)
    a_left, cache_left = _run(cell, x, parameters["forward"], initial.get("forward"), lengths)
    turned, cache_right = _run(
        cell, reverse_sequences(x, lengths), parameters["backward"], initial.get("backward"), lengths
    )
    a = np.concatenate([a_left, reverse_sequences(turned, lengths)])  # (2 n_a, m, T_x)
    ended = padding_mask(lengths, m, T_x)
    if ended is not None:
        np.copyto(a, 0, where=ended.T[None])
    return a, BidirectionalCache(cell, cache_left, cache_right, lengths, a.shape)


def bidirectional_backward(da: np.ndarray, cache: BidirectionalCache) -> dict[str, Any]:
    """Gradients of both directions.

    da    : (2 n_a, m, T_x) gradient of the cost with respect to a; ignored in the padding
    cache : from `bidirectional_forward`
    Returns dx (n_x, m, T_x) and, under "forward" and "backward", a dict of each direction's own
    gradients (da0, and dc0 for an LSTM, and one entry a parameter).
    """
    two_n_a, m, T_x = cache.shape
    check_output_gradient("da", da, two_n_a, m, T_x, cache.forward.X.dtype)
    ended = padding_mask(cache.lengths, m, T_x)
    if ended is not None:
        da = np.where(ended.T[None], np.zeros((), dtype=da.dtype), da)
    n_a = two_n_a // 2
    left = BACKWARD[cache.cell](da[:n_a], cache.forward)
    right = BACKWARD[cache.cell](reverse_sequences(da[n_a:], cache.lengths), cache.backward)
    dx = left.pop("dx") + reverse_sequences(right.pop("dx"), cache.lengths)
    return {"dx": dx, "forward": left, "backward": right}


def bidirectional_last(a: np.ndarray, lengths: np.ndarray | Sequence[int] | None = None) -> np.ndarray:
    """The summary of each sequence: both directions' states after reading all of it.

    a       : (2 n_a, m, T_x) from `bidirectional_forward`, with T_x at least 1
    lengths : (m,) steps of each sequence, at least 1; None when all have T_x
    Returns (2 n_a, m): the first half at each sequence's last step, the second half at its first.
    """
    check_array("a", a, ("2 n_a", "m", "T_x"))
    two_n_a, m, T_x = a.shape
    lengths = check_lengths(lengths, m, T_x)
    lengths = np.full(m, T_x) if lengths is None else lengths
    if m and lengths.min() < 1:
        raise ValueError("lengths holds 0: a sequence without steps has no last state")
    n_a = two_n_a // 2
    return np.concatenate([a[:n_a, np.arange(m), lengths - 1], a[n_a:, :, 0]])


def stacked_forward(
    cell: str,
    x: np.ndarray,
    parameters: Sequence[Mapping[str, Any]],
    initial: Sequence[Mapping[str, Any] | None] | None = None,
    lengths: np.ndarray | Sequence[int] | None = None,
) -> tuple[np.ndarray, StackedCache]:
    """A deep recurrent network: the states of one layer are the inputs of the next.

    cell       : "rnn", "gru" or "lstm"
    x          : (n_x, m, T_x) inputs of the first layer
    parameters : one entry a layer, the lowest first: the cell's parameters, or
                 {"forward": ..., "backward": ...} for a layer that reads both ways. The n_x of a
                 layer is the n_a (or 2 n_a) of the one below
    initial    : one entry a layer, {"a0": ...} (and "c0"), or {"forward": ..., "backward": ...};
                 None for zeros
    lengths    : (m,) steps of each sequence
    Returns a of the top layer, (n_a, m, T_x) or (2 n_a, m, T_x), and the cache.
    """
    _check_cell(cell)
    if len(parameters) == 0:
        raise ValueError("parameters is empty, needs one entry a layer")
    initial = [None] * len(parameters) if initial is None else initial
    if len(initial) != len(parameters):
        raise ValueError(f"initial has {len(initial)} entries, needs {len(parameters)}, one a layer")
    a, caches = x, []
    for layer, first in zip(parameters, initial, strict=True):
        if "forward" in layer or "backward" in layer:
            a, cache = bidirectional_forward(cell, a, layer, first, lengths)
        else:
            a, cache = _run(cell, a, layer, first, lengths)
        caches.append(cache)
    return a, StackedCache(cell, caches)


def stacked_backward(da: np.ndarray, cache: StackedCache) -> dict[str, Any]:
    """Gradients of every layer, from the top down.

    da    : gradient of the cost with respect to the top layer's a, of its shape
    cache : from `stacked_forward`
    Returns dx (n_x, m, T_x) of the first layer's input and "layers", one dict a layer, lowest
    first: what the layer's own backward function returns, without dx.
    """
    layers = []
    for layer_cache in reversed(cache.layers):
        if isinstance(layer_cache, BidirectionalCache):
            gradients = bidirectional_backward(da, layer_cache)
        else:
            gradients = BACKWARD[cache.cell](da, layer_cache)
        da = gradients.pop("dx")
        layers.append(gradients)
    return {"dx": da, "layers": layers[::-1]}
