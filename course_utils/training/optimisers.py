"""Gradient descent and its three improvements: momentum, RMSprop, Adam.

One interface: `optimiser.step(parameters, gradients)` changes the arrays in `parameters` in
place, by the gradients `gradients["d" + name]`, and returns nothing. Gradients are not modified.
The learning rate is a number or a schedule: a function of the number of steps taken so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

LearningRate = float | Callable[[int], float]


def _check_fraction(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value!r}, needs a number from 0 to below 1")
    return float(value)


class Optimiser:
    """What the optimisers share: checks, the count of steps, the learning rate."""

    def __init__(self, learning_rate: LearningRate) -> None:
        if not callable(learning_rate) and not learning_rate >= 0:
            raise ValueError(f"learning_rate is {learning_rate!r}, needs a number >= 0 or a schedule")
        self.learning_rate = learning_rate
        self.steps_taken = 0

    def current_learning_rate(self) -> float:
        """Learning rate of the next step."""
        rate = self.learning_rate
        return float(rate(self.steps_taken)) if callable(rate) else float(rate)

    def step(self, parameters: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]) -> None:
        """Move every parameter one step down its gradient, in place.

        parameters : name -> float array, changed in place
        gradients  : "d" + name -> array of the parameter's shape; entries for other names
                     (such as dA_prev) are left alone
        Raises ValueError for a missing gradient or another shape. It raises before any parameter
        has changed, so a failed step leaves the model whole.
        """
        for name, value in parameters.items():
            if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
                found = getattr(value, "dtype", type(value).__name__)
                raise TypeError(f"parameter {name} must be a NumPy array of floats, got {found}")
            if f"d{name}" not in gradients:
                raise ValueError(f"gradients has no entry d{name}, needs one for parameter {name}")
            shape = np.shape(gradients[f"d{name}"])
            if shape != value.shape:
                raise ValueError(f"d{name} has shape {shape}, needs {value.shape}, the shape of {name}")
        learning_rate = self.current_learning_rate()
        self.steps_taken += 1
        for name, value in parameters.items():
            self._update(name, value, gradients[f"d{name}"], learning_rate)

    def _update(self, name: str, value: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        raise NotImplementedError

    @staticmethod
    def _average(averages: dict[str, np.ndarray], name: str, value: np.ndarray) -> np.ndarray:
        """Running average kept for a parameter, zero before its first step."""
        if name not in averages or averages[name].shape != value.shape:
            averages[name] = np.zeros_like(value)
        return averages[name]


class SGD(Optimiser):
    """Gradient descent, `W = W - alpha dW`; stochastic when the gradients are of mini-batches.

    learning_rate : alpha, a number or a schedule
    """

    def __init__(self, learning_rate: LearningRate = 0.01) -> None:
        super().__init__(learning_rate)

    def _update(self, name: str, value: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        value -= learning_rate * gradient


class Momentum(Optimiser):
    """Gradient descent along the running average of the gradients.

    `v = beta v + (1 - beta) dW`, then `W = W - alpha v`. The average starts at 0 and is not
    corrected: after about ten steps the start no longer matters.

    learning_rate : alpha, a number or a schedule
    beta          : share of the old average, about 1 / (1 - beta) gradients are averaged
    """

    def __init__(self, learning_rate: LearningRate = 0.01, beta: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.beta = _check_fraction("beta", beta)
        self.v: dict[str, np.ndarray] = {}

    def _update(self, name: str, value: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        v = self._average(self.v, name, value)
        v *= self.beta
        v += (1 - self.beta) * gradient
        value -= learning_rate * v


class RMSprop(Optimiser):
    """Gradient descent with each entry divided by the size its gradients usually have.

    `s = beta s + (1 - beta) dW^2`, then `W = W - alpha dW / (sqrt(s) + epsilon)`.
    Source: Hinton, Neural networks for machine learning, lecture 6e, 2012.

    learning_rate : alpha, a number or a schedule
    beta          : share of the old average of the squares
    epsilon       : keeps the division from 0; it is outside the root
    """

    def __init__(self, learning_rate: LearningRate = 0.001, beta: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.beta = _check_fraction("beta", beta)
        if not epsilon > 0:
            raise ValueError(f"epsilon is {epsilon!r}, needs a number above 0")
        self.epsilon = float(epsilon)
        self.s: dict[str, np.ndarray] = {}

    def _update(self, name: str, value: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        s = self._average(self.s, name, value)
        s *= self.beta
        s += (1 - self.beta) * gradient**2
        value -= learning_rate * gradient / (np.sqrt(s) + self.epsilon)


class Adam(Optimiser):
    """Momentum and RMSprop together, both averages corrected for their start at 0.

    `v = beta1 v + (1 - beta1) dW`,      `v_corrected = v / (1 - beta1^t)`
    `s = beta2 s + (1 - beta2) dW^2`,    `s_corrected = s / (1 - beta2^t)`
    `W = W - alpha v_corrected / (sqrt(s_corrected) + epsilon)`, t counting steps from 1.

    The raw averages v and s are kept; only copies are corrected.
    Source: Kingma and Ba, Adam, a method for stochastic optimization, 2015.

    learning_rate : alpha, a number or a schedule
    beta1, beta2  : shares of the old averages of the gradients and of their squares
    epsilon       : keeps the division from 0; it is outside the root
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1 = _check_fraction("beta1", beta1)
        self.beta2 = _check_fraction("beta2", beta2)
        if not epsilon > 0:
            raise ValueError(f"epsilon is {epsilon!r}, needs a number above 0")
        self.epsilon = float(epsilon)
        self.v: dict[str, np.ndarray] = {}
        self.s: dict[str, np.ndarray] = {}
        self._steps: dict[str, int] = {}  # t of each parameter: one may join training later

    def _update(self, name: str, value: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        v = self._average(self.v, name, value)
        s = self._average(self.s, name, value)
        t = self._steps[name] = self._steps.get(name, 0) + 1
        v *= self.beta1
        v += (1 - self.beta1) * gradient
        s *= self.beta2
        s += (1 - self.beta2) * gradient**2
        v_corrected = v / (1 - self.beta1**t)
        s_corrected = s / (1 - self.beta2**t)
        value -= learning_rate * v_corrected / (np.sqrt(s_corrected) + self.epsilon)
