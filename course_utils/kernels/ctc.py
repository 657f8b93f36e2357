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
    log_said = log_p[states]  # (S, T_x): log-probability that step t says state s

    # A path may skip from s - 2 to s when s is a label and differs from the label before it.
    may_skip = np.zeros(S, dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]

    def step(previous: np.ndarray, skip: np.ndarray) -> np.ndarray:
        """log of the sum over the three ways into each state: stay, one on, two on."""
        ways = np.full((3, S), -np.inf)
        ways[0] = previous
        ways[1, 1:] = previous[:-1]
        ways[2, 2:] = np.where(skip[2:], previous[:-2], -np.inf)
        return np.logaddexp.reduce(ways, axis=0)

    alpha = np.full((S, T_x), -np.inf)
    alpha[:2, 0] = log_said[:2, 0]  # a path starts with the first blank or the first label
    for t in range(1, T_x):
        alpha[:, t] = step(alpha[:, t - 1], may_skip) + log_said[:, t]

    # Backwards the picture is the same with the states in reverse order: leaving s for s + 2 is
    # arriving at s from s + 2. In reversed order the skip into position i belongs to state S-1-i,
    # and is allowed when the state it comes from, two further on, may be skipped to.
    may_skip_back = np.zeros(S, dtype=bool)
    may_skip_back[2:] = may_skip[::-1][:-2]
    beta = np.full((S, T_x), -np.inf)
    beta[-2:, -1] = 0  # a path ends with the last label or the last blank
    for t in range(T_x - 2, -1, -1):
        beta[:, t] = step((beta[:, t + 1] + log_said[:, t + 1])[::-1], may_skip_back)[::-1]

    log_likelihood = np.logaddexp.reduce(alpha[-2:, -1])
    if np.isneginf(log_likelihood):
        raise ValueError("Z excludes (with -inf) every path to labels: the cost would be infinite")
    gamma = np.exp(alpha + beta - log_likelihood)  # (S, T_x), every column sums to 1
    dZ = np.exp(log_p)
    np.subtract.at(dZ, states, gamma)  # a symbol that occurs twice is subtracted twice
    return float(-log_likelihood), dZ.astype(Z.dtype)
