"""Activation functions one number at a time, as on the blackboard.

Same names and results as `course_utils.kernels.activations`.
"""

from __future__ import annotations

import math

import numpy as np


def sigmoid(Z: np.ndarray) -> np.ndarray:
    """Sigmoid of every entry of Z (any shape)."""
    A = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        z = float(Z[index])
        # Two ways to write the same number; the exponential is at most 1 in both.
        A[index] = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
    return A


def sigmoid_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sigmoid of every entry; the cache is A."""
    A = sigmoid(Z)
    return A, A


def sigmoid_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """dZ = dA * A * (1 - A), entry by entry."""
    dZ = np.empty_like(dA)
    for index in np.ndindex(dA.shape):
        a = float(cache[index])
        dZ[index] = dA[index] * a * (1 - a)
    return dZ


def tanh(Z: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent of every entry of Z (any shape)."""
    A = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        A[index] = math.tanh(Z[index])
    return A


def tanh_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hyperbolic tangent of every entry; the cache is A."""
    A = tanh(Z)
    return A, A


def tanh_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """dZ = dA * (1 - A^2), entry by entry."""
    dZ = np.empty_like(dA)
    for index in np.ndindex(dA.shape):
        dZ[index] = dA[index] * (1 - float(cache[index]) ** 2)
    return dZ


def relu(Z: np.ndarray) -> np.ndarray:
    """The larger of 0 and every entry of Z (any shape)."""
    A = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        A[index] = max(0.0, Z[index])
    return A


def relu_forward(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ReLU of every entry; the cache is Z."""
    return relu(Z), Z


def relu_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """dZ = dA where Z > 0, else 0 (at 0 too, by convention)."""
    dZ = np.empty_like(dA)
    for index in np.ndindex(dA.shape):
        dZ[index] = dA[index] if cache[index] > 0 else 0.0
    return dZ


def leaky_relu(Z: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """Every positive entry of Z as it is, every other times the slope."""
    A = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        A[index] = Z[index] if Z[index] > 0 else negative_slope * Z[index]
    return A


def leaky_relu_forward(
    Z: np.ndarray, negative_slope: float = 0.01
) -> tuple[np.ndarray, tuple[np.ndarray, float]]:
    """Leaky ReLU of every entry; the cache is Z and the slope."""
    return leaky_relu(Z, negative_slope), (Z, negative_slope)


def leaky_relu_backward(dA: np.ndarray, cache: tuple[np.ndarray, float]) -> np.ndarray:
    """dZ = dA where Z > 0, else the slope times dA."""
    Z, negative_slope = cache
    dZ = np.empty_like(dA)
    for index in np.ndindex(dA.shape):
        dZ[index] = dA[index] if Z[index] > 0 else negative_slope * dA[index]
    return dZ


def softmax(Z: np.ndarray, axis: int = 0) -> np.ndarray:
    """Softmax of every column (or of the entries along another axis)."""
    A = np.empty_like(Z)
    columns, results = np.moveaxis(Z, axis, 0), np.moveaxis(A, axis, 0)
    n_y = columns.shape[0]
    for index in np.ndindex(columns.shape[1:]):
        logits = [float(columns[(i, *index)]) for i in range(n_y)]
        largest = max(logits)
        if largest == -math.inf:  # every class is excluded
            exponentials, total = [0.0] * n_y, 1.0
        else:
            exponentials = [math.exp(z - largest) for z in logits]
            total = sum(exponentials)
        for i in range(n_y):
            results[(i, *index)] = exponentials[i] / total
    return A


def softmax_forward(Z: np.ndarray, axis: int = 0) -> tuple[np.ndarray, tuple[np.ndarray, int]]:
    """Softmax; the cache is A and the axis."""
    A = softmax(Z, axis)
    return A, (A, axis)


def softmax_backward(dA: np.ndarray, cache: tuple[np.ndarray, int]) -> np.ndarray:
    """dz_i = sum over j of (derivative of a_j by z_i) da_j, with the Jacobian written out."""
    A, axis = cache
    dZ = np.empty_like(dA)
    p, da, dz = (np.moveaxis(array, axis, 0) for array in (A, dA, dZ))
    n_y = p.shape[0]
    for index in np.ndindex(p.shape[1:]):
        for i in range(n_y):
            total = 0.0
            for j in range(n_y):
                same = 1.0 if i == j else 0.0
                total += float(p[(j, *index)]) * (same - float(p[(i, *index)])) * float(da[(j, *index)])
            dz[(i, *index)] = total
    return dZ
