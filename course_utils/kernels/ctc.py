"""Connectionist temporal classification: the cost of an unaligned labelling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_utils.kernels.checks import check_array


def _extended_labels(labels: Sequence[int], blank: int) -> np.ndarray:
    """Put a blank before, between and after the labels: "cat" becomes "_c_a_t_", 2 L + 1 states."""
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    return states


def _check_labels(labels: Sequence[int], n_y: int, T_x: int, blank: int) -> np.ndarray:
    if isinstance(blank, bool) or not isinstance(blank, (int, np.integer)) or not 0 <= blank < n_y:
        raise ValueError(f"blank is {blank!r}, needs a row of Z, 0 to {n_y - 1}")
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"labels has shape {labels.shape}, needs one axis")
    if labels.size == 0:
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be whole numbers, got dtype {labels.dtype}")
    bad = (labels < 0) | (labels >= n_y) | (labels == blank)
    if bad.any():
        raise ValueError(
            f"labels holds {labels[bad][0]}, needs rows of Z, 0 to {n_y - 1}, other than blank {blank}"
        )
    repeats = int((labels[1:] == labels[:-1]).sum())
    if T_x < len(labels) + repeats:
        raise ValueError(
            f"Z has T_x = {T_x} steps, needs at least {len(labels) + repeats} for {len(labels)} labels "
            f"({repeats} of them repeat the one before and need a blank between)"
        )
    return labels


def ctc_loss(Z: np.ndarray, labels: Sequence[int], blank: int = 0) -> tuple[float, np.ndarray]:
    """Minus the log-likelihood of a labelling under every alignment, and its gradient.

    At each step the network names one symbol or the blank. A path of T_x symbols collapses to a
    labelling: first merge repeats, then drop blanks. The likelihood of the labelling is the sum of
    the probabilities of all paths that collapse to it.

    Those paths walk through S = 2 L + 1 states, the labels with a blank before, between and after.
    From one step to the next a path stays, moves one state on, or skips the blank between two
    different labels. So the sum over exponentially many paths needs one table:

        alpha[s, t]   log-probability of all beginnings that are in state s at step t
        beta[s, t]    log-probability of all endings after step t, from state s
        gamma = exp(alpha + beta - log-likelihood)   share of the likelihood through s at t

    The gradient is `dZ[k, t] = softmax(Z)[k, t] - (sum of gamma[s, t] over states s that say k)`.
    All sums are taken of logarithms: products of hundreds of probabilities underflow.

    Z      : (n_y, T_x) logits of one sequence, one row a symbol (blank included)
    labels : L symbols (rows of Z other than blank); may be empty: then all steps must be blank
    blank  : row of the blank
    Returns cost = -log p(labels | Z) and dZ (n_y, T_x).
    Raises ValueError for labels that no path of T_x steps collapses to, since their cost would be
    infinite: too many labels, or every path excluded by logits of -inf.

    Source: Graves, Fernandez, Gomez and Schmidhuber, Connectionist temporal classification, 2006.
    """
    sizes = check_array("Z", Z, ("n_y", "T_x"))
    n_y, T_x = sizes["n_y"], sizes["T_x"]
    if n_y == 0 or T_x == 0:
        raise ValueError(f"Z has shape {Z.shape}, needs at least one symbol and one step")
    labels = _check_labels(labels, n_y, T_x, blank)
    states = _extended_labels(labels, blank)  # (S,)
    S = len(states)

    # The tables are kept in float64: errors of float32 would add up over the steps.
    Z64 = Z.astype(np.float64)
    largest = Z64.max(axis=0)
    if not np.isfinite(largest).all():
        raise ValueError("Z has a step without a finite largest logit, needs at least one possible symbol")
    log_p = Z64 - largest
    log_p -= np.log(np.exp(log_p).sum(axis=0))  # (n_y, T_x), log softmax
    log_said = log_p[states].T  # (T_x, S): log-probability that step t says state s

    # A path may skip from s - 2 to s when s is a label and differs from the label before it.
    may_skip = np.zeros(S, dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]

    # Read from the end, with the states in reverse order, the picture is the same: leaving s for
    # s + 2 is arriving at s from s + 2. So both tables are filled together, row 0 from the first
    # step on, row 1 from the last. In reversed order the skip into position i belongs to state
    # S-1-i, and is allowed when the state it comes from, two further on, may be skipped to.
    said = np.stack([log_said, log_said[::-1, ::-1]], axis=1)  # (T_x, 2, S)
    skip = np.full((2, S), -np.inf)  # what a skip adds: 0, or -inf where there is none
    skip[0, may_skip] = 0
    skip[1, 2:] = skip[0, :1:-1]
    arrived = np.full((T_x, 2, S), -np.inf)  # over all ways into a state, before the step speaks
    arrived[0, :, :2] = 0  # a path starts (ends) with the first (last) blank or label
    spoken = np.full((2, S + 2), -np.inf)  # and after it; two columns in front, for s - 1 and s - 2 of s = 0
    alpha = np.empty((T_x, S))
    skipped = np.empty((2, S))
    for t in range(T_x):
        if t > 0:
            np.logaddexp(spoken[:, 2:], spoken[:, 1:-1], out=arrived[t])  # stay, or one on
            np.add(spoken[:, :-2], skip, out=skipped)
            np.logaddexp(arrived[t], skipped, out=arrived[t])
        np.add(arrived[t], said[t], out=spoken[:, 2:])
        alpha[t] = spoken[0, 2:]
    beta = arrived[::-1, 1, ::-1]  # (T_x, S)

    log_likelihood = np.logaddexp.reduce(alpha[-1, -2:])
    if np.isneginf(log_likelihood):
        raise ValueError("Z excludes (with -inf) every path to labels: the cost would be infinite")
    gamma = np.exp(alpha + beta - log_likelihood)  # (T_x, S), every row sums to 1
    says = (states == np.arange(n_y)[:, None]).astype(np.float64)  # (n_y, S), 1 where state s says k
    dZ = np.exp(log_p) - says @ gamma.T  # (n_y, T_x)
    return float(-log_likelihood), dZ.astype(Z.dtype)
