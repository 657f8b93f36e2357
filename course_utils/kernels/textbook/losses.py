"""Costs one example at a time. Same names and results as `course_utils.kernels.losses`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np


def binary_cross_entropy(A: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """J = -1/m * sum over examples of y log a + (1 - y) log(1 - a).

    A, Y : (n_y, m)
    Returns cost, dA. The logarithms are taken of at least the smallest normal number and of at
    least the gap below 1, as in the fast version.
    """
    n_y, m = A.shape
    least_yes, least_no = float(np.finfo(A.dtype).tiny), float(np.finfo(A.dtype).epsneg)
    cost, dA = 0.0, np.zeros_like(A)
    for example in range(m):
        for i in range(n_y):
            y = float(Y[i, example])
            yes = max(float(A[i, example]), least_yes)
            no = max(float(1 - A[i, example]), least_no)
            cost -= (y * math.log(yes) + (1 - y) * math.log(no)) / m
            dA[i, example] = ((1 - y) / no - y / yes) / m
    return cost, dA


def sigmoid_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Binary cross-entropy of a = sigmoid(z): loss max(z, 0) - y z + log(1 + exp(-|z|))."""
    n_y, m = Z.shape
    cost, dZ = 0.0, np.zeros_like(Z)
    for example in range(m):
        for i in range(n_y):
            z, y = float(Z[i, example]), float(Y[i, example])
            cost += (max(z, 0.0) - y * z + math.log1p(math.exp(-abs(z)))) / m
            a = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
            dZ[i, example] = (a - y) / m
    return cost, dZ


def softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """J = -1/m * sum over examples and classes of y log softmax(z)."""
    n_y, m = Z.shape
    cost, dZ = 0.0, np.zeros_like(Z)
    for example in range(m):
        largest = max(float(Z[i, example]) for i in range(n_y))
        log_total = largest + math.log(sum(math.exp(float(Z[i, example]) - largest) for i in range(n_y)))
        weight = sum(float(Y[i, example]) for i in range(n_y))
        for i in range(n_y):
            y = float(Y[i, example])
            log_p = float(Z[i, example]) - log_total
            if y != 0:
                cost -= y * log_p / m
            dZ[i, example] = (weight * math.exp(log_p) - y) / m
    return cost, dZ


def mean_squared_error(A: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """J = 1/m * sum over examples and outputs of (a - y)^2."""
    n_y, m = A.shape
    cost, dA = 0.0, np.zeros_like(A)
    for example in range(m):
        for i in range(n_y):
            difference = float(A[i, example]) - float(Y[i, example])
            cost += difference**2 / m
            dA[i, example] = 2 * difference / m
    return cost, dA


def triplet_loss(
    A: np.ndarray, P: np.ndarray, N: np.ndarray, margin: float = 0.2
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """J = 1/m * sum over triplets of max(|a - p|^2 - |a - n|^2 + margin, 0)."""
    n, m = A.shape
    cost, dA, dP, dN = 0.0, np.zeros_like(A), np.zeros_like(A), np.zeros_like(A)
    for example in range(m):
        loss = float(margin)
        for k in range(n):
            loss += float(A[k, example] - P[k, example]) ** 2 - float(A[k, example] - N[k, example]) ** 2
        if loss > 0:
            cost += loss / m
            for k in range(n):
                dA[k, example] = 2 * (N[k, example] - P[k, example]) / m
                dP[k, example] = 2 * (P[k, example] - A[k, example]) / m
                dN[k, example] = 2 * (A[k, example] - N[k, example]) / m
    return cost, dA, dP, dN


def ctc_collapse(path: Sequence[int], blank: int = 0) -> list[int]:
    """Merge repeats, then drop blanks: what a path through the symbols spells."""
    merged = [symbol for symbol, _ in itertools.groupby(path)]
    return [symbol for symbol in merged if symbol != blank]


def ctc_loss(Z: np.ndarray, labels: Sequence[int], blank: int = 0) -> tuple[float, np.ndarray]:
    """Minus the log of the summed probability of every path that collapses to the labels.

    Really lists all n_y ** T_x paths: for a handful of steps only.

    Z : (n_y, T_x) logits
    Returns cost, dZ.
    """
    n_y, T_x = Z.shape
    P = np.zeros((n_y, T_x))
    for t in range(T_x):
        exponentials = [math.exp(float(Z[k, t]) - float(Z[:, t].max())) for k in range(n_y)]
        for k in range(n_y):
            P[k, t] = exponentials[k] / sum(exponentials)
    likelihood = 0.0
    through = np.zeros((n_y, T_x))  # probability of the matching paths that say k at step t
    for path in itertools.product(range(n_y), repeat=T_x):
        if ctc_collapse(path, blank) == list(labels):
            probability = math.prod(P[k, t] for t, k in enumerate(path))
            likelihood += probability
            for t, k in enumerate(path):
                through[k, t] += probability
    if likelihood == 0:
        raise ValueError(f"no path of {T_x} steps collapses to labels {list(labels)}")
    dZ = P - through / likelihood
    return -math.log(likelihood), dZ.astype(Z.dtype)
