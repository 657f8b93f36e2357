"""Recurrent networks one example, one step and one equation at a time.

Same names and results as `course_utils.kernels.recurrent`. In here a state or an input is one
column: `a_prev (n_a, 1)`, `xt (n_x, 1)`. A padded sequence is simply run to its own length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Parameters = Mapping[str, np.ndarray]
Step = dict[str, np.ndarray]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


# ---- one step of each cell, forward and backward ---------------------------------------------


def rnn_step_forward(xt: np.ndarray, a_prev: np.ndarray, parameters: Parameters) -> Step:
    """a = tanh(Waa a_prev + Wax x + ba); returns a and what the backward step needs."""
    z = parameters["Waa"] @ a_prev + parameters["Wax"] @ xt + parameters["ba"]
    return {"a": np.tanh(z), "a_prev": a_prev, "xt": xt}


def rnn_step_backward(da: np.ndarray, step: Step, parameters: Parameters) -> Step:
    """Gradients of one step of the simple cell."""
    dz = da * (1 - step["a"] ** 2)
    return {
        "da_prev": parameters["Waa"].T @ dz,
        "dx": parameters["Wax"].T @ dz,
        "dWaa": dz @ step["a_prev"].T,
        "dWax": dz @ step["xt"].T,
        "dba": dz,
    }


def gru_step_forward(xt: np.ndarray, a_prev: np.ndarray, parameters: Parameters) -> Step:
    """The four equations of the GRU; returns a and what the backward step needs."""
    both = np.concatenate([a_prev, xt])
    update = _sigmoid(parameters["Wu"] @ both + parameters["bu"])
    relevance = _sigmoid(parameters["Wr"] @ both + parameters["br"])
    filtered = np.concatenate([relevance * a_prev, xt])
    candidate = np.tanh(parameters["Wc"] @ filtered + parameters["bc"])
    a = update * candidate + (1 - update) * a_prev
    return {
        "a": a,
        "a_prev": a_prev,
        "both": both,
        "filtered": filtered,
        "update": update,
        "relevance": relevance,
        "candidate": candidate,
    }


def gru_step_backward(da: np.ndarray, step: Step, parameters: Parameters) -> Step:
    """Gradients of one step of the GRU."""
    n_a = da.shape[0]
    update, relevance, candidate = step["update"], step["relevance"], step["candidate"]
    dz_c = da * update * (1 - candidate**2)
    dz_u = da * (candidate - step["a_prev"]) * update * (1 - update)
    d_filtered = parameters["Wc"].T @ dz_c
    dz_r = d_filtered[:n_a] * step["a_prev"] * relevance * (1 - relevance)
    d_both = parameters["Wu"].T @ dz_u + parameters["Wr"].T @ dz_r
    return {
        "da_prev": da * (1 - update) + d_filtered[:n_a] * relevance + d_both[:n_a],
        "dx": d_filtered[n_a:] + d_both[n_a:],
        "dWu": dz_u @ step["both"].T,
        "dbu": dz_u,
        "dWr": dz_r @ step["both"].T,
        "dbr": dz_r,
        "dWc": dz_c @ step["filtered"].T,
        "dbc": dz_c,
    }


def lstm_step_forward(xt: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, parameters: Parameters) -> Step:
    """The six equations of the LSTM; returns a, c and what the backward step needs."""
    both = np.concatenate([a_prev, xt])
    forget = _sigmoid(parameters["Wf"] @ both + parameters["bf"])
    write = _sigmoid(parameters["Wi"] @ both + parameters["bi"])
    output = _sigmoid(parameters["Wo"] @ both + parameters["bo"])
    candidate = np.tanh(parameters["Wc"] @ both + parameters["bc"])
    c = forget * c_prev + write * candidate
    a = output * np.tanh(c)
    return {
        "a": a,
        "c": c,
        "c_prev": c_prev,
        "both": both,
        "forget": forget,
        "write": write,
        "output": output,
        "candidate": candidate,
    }


def lstm_step_backward(da: np.ndarray, dc: np.ndarray, step: Step, parameters: Parameters) -> Step:
    """Gradients of one step of the LSTM."""
    n_a = da.shape[0]
    forget, write, output = step["forget"], step["write"], step["output"]
    candidate, tanh_c = step["candidate"], np.tanh(step["c"])
    dc = dc + da * output * (1 - tanh_c**2)
    dz = {
        "o": da * tanh_c * output * (1 - output),
        "i": dc * candidate * write * (1 - write),
        "f": dc * step["c_prev"] * forget * (1 - forget),
        "c": dc * write * (1 - candidate**2),
    }
    d_both = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"da_prev": d_both[:n_a], "dx": d_both[n_a:], "dc_prev": dc * forget}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ step["both"].T
        gradients[f"db{gate}"] = dz[gate]
    return gradients


# ---- whole sequences -------------------------------------------------------------------------


def _lengths(lengths: Sequence[int] | None, x: np.ndarray) -> list[int]:
    return [x.shape[2]] * x.shape[1] if lengths is None else [int(n) for n in lengths]


def _run(
    step: Callable[[np.ndarray, np.ndarray, Parameters], Step],
    x: np.ndarray,
    a0: np.ndarray,
    parameters: Parameters,
    lengths: Sequence[int] | None,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Run a cell with one state over every sequence; past its end a state stays as it is."""
    m, T_x = x.shape[1:]
    a = np.zeros((a0.shape[0], m, T_x), dtype=x.dtype)
    steps: dict[tuple[int, int], Step] = {}
    for j in range(m):
        state = a0[:, j : j + 1]
        for t in range(T_x):
            if t < _lengths(lengths, x)[j]:
                steps[j, t] = step(x[:, j : j + 1, t], state, parameters)
                state = steps[j, t]["a"]
            a[:, j : j + 1, t] = state
    return a, {"steps": steps, "x": x, "parameters": parameters}


def _run_back(
    step: Callable[[np.ndarray, Step, Parameters], Step], da: np.ndarray, cache: dict[str, Any]
) -> Step:
    """Backpropagation through time for a cell with one state."""
    x, parameters = cache["x"], cache["parameters"]
    m, T_x = x.shape[1:]
    gradients = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    gradients["dx"] = np.zeros_like(x)
    gradients["da0"] = np.zeros((da.shape[0], m), dtype=x.dtype)
    for j in range(m):
        da_t = np.zeros((da.shape[0], 1), dtype=x.dtype)
        for t in reversed(range(T_x)):
            da_t = da_t + da[:, j : j + 1, t]
            if (j, t) in cache["steps"]:
                of_step = step(da_t, cache["steps"][j, t], parameters)
                da_t = of_step["da_prev"]
                gradients["dx"][:, j : j + 1, t] = of_step["dx"]
                for name in parameters:
                    gradients[f"d{name}"] += of_step[f"d{name}"]
        gradients["da0"][:, j : j + 1] = da_t
    return gradients


def rnn_forward(
    x: np.ndarray, a0: np.ndarray, parameters: Parameters, lengths: Sequence[int] | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Simple network over a batch: x (n_x, m, T_x), a0 (n_a, m); returns a (n_a, m, T_x), cache."""
    return _run(rnn_step_forward, x, a0, parameters, lengths)


def rnn_backward(da: np.ndarray, cache: dict[str, Any]) -> Step:
    """Gradients dx, da0, dWaa, dWax, dba."""
    return _run_back(rnn_step_backward, da, cache)


def gru_forward(
    x: np.ndarray, a0: np.ndarray, parameters: Parameters, lengths: Sequence[int] | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """GRU over a batch: x (n_x, m, T_x), a0 (n_a, m); returns a (n_a, m, T_x), cache."""
    return _run(gru_step_forward, x, a0, parameters, lengths)


def gru_backward(da: np.ndarray, cache: dict[str, Any]) -> Step:
    """Gradients dx, da0, dWu, dbu, dWr, dbr, dWc, dbc."""
    return _run_back(gru_step_backward, da, cache)


def lstm_forward(
    x: np.ndarray,
    a0: np.ndarray,
    c0: np.ndarray,
    parameters: Parameters,
    lengths: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """LSTM over a batch: x (n_x, m, T_x), a0 and c0 (n_a, m); returns a, c (n_a, m, T_x), cache."""
    m, T_x = x.shape[1:]
    a = np.zeros((a0.shape[0], m, T_x), dtype=x.dtype)
    c = np.zeros_like(a)
    steps: dict[tuple[int, int], Step] = {}
    for j in range(m):
        a_t, c_t = a0[:, j : j + 1], c0[:, j : j + 1]
        for t in range(T_x):
            if t < _lengths(lengths, x)[j]:
                steps[j, t] = lstm_step_forward(x[:, j : j + 1, t], a_t, c_t, parameters)
                a_t, c_t = steps[j, t]["a"], steps[j, t]["c"]
            a[:, j : j + 1, t], c[:, j : j + 1, t] = a_t, c_t
    return a, c, {"steps": steps, "x": x, "parameters": parameters}


def lstm_backward(da: np.ndarray, cache: dict[str, Any], dc: np.ndarray | None = None) -> Step:
    """Gradients dx, da0, dc0, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo."""
    x, parameters = cache["x"], cache["parameters"]
    m, T_x = x.shape[1:]
    gradients = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    gradients["dx"] = np.zeros_like(x)
    gradients["da0"] = np.zeros((da.shape[0], m), dtype=x.dtype)
    gradients["dc0"] = np.zeros_like(gradients["da0"])
    for j in range(m):
        da_t = np.zeros((da.shape[0], 1), dtype=x.dtype)
        dc_t = np.zeros_like(da_t)
        for t in reversed(range(T_x)):
            da_t = da_t + da[:, j : j + 1, t]
            if dc is not None:
                dc_t = dc_t + dc[:, j : j + 1, t]
            if (j, t) in cache["steps"]:
                of_step = lstm_step_backward(da_t, dc_t, cache["steps"][j, t], parameters)
                da_t, dc_t = of_step["da_prev"], of_step["dc_prev"]
                gradients["dx"][:, j : j + 1, t] = of_step["dx"]
                for name in parameters:
                    gradients[f"d{name}"] += of_step[f"d{name}"]
        gradients["da0"][:, j : j + 1], gradients["dc0"][:, j : j + 1] = da_t, dc_t
    return gradients
