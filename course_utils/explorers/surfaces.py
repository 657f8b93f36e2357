"""Cost surfaces over two parameters, on which descent can be watched."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from course_utils.kernels.activations import sigmoid


@dataclasses.dataclass(frozen=True)
class CostSurface:
    """A cost of two parameters with its gradient.

    name     : for titles
    axes     : names of the two parameters
    cost     : function from parameters (2, ...) to costs (...)
    gradient : function from parameters (2,) to dJ/dparameters (2,)
    ranges   : ((least, greatest), (least, greatest)) of the region drawn
    start    : where a descent begins unless it is told otherwise
    minimum  : (2,) where the cost is least, or None when there is no single such point
    """

    name: str
    axes: tuple[str, str]
    cost: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    ranges: tuple[tuple[float, float], tuple[float, float]]
    start: tuple[float, float]
    minimum: tuple[float, float] | None = None

    def grid(self, points: int = 121) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the two coordinates, each (points,), and the costs (points, points), y first."""
        x = np.linspace(*self.ranges[0], points)
        y = np.linspace(*self.ranges[1], points)
        return x, y, self.cost(np.stack(np.meshgrid(x, y)))

    def hessian(self, at: np.ndarray | tuple[float, float], step: float = 1e-4) -> np.ndarray:
        """Return the second derivatives (2, 2) at a point, by differences of the gradient."""
        at = np.asarray(at, dtype=float)
        columns = [
            (self.gradient(at + step * axis) - self.gradient(at - step * axis)) / (2 * step)
            for axis in np.eye(2)
        ]
        H = np.stack(columns, axis=1)
        return (H + H.T) / 2

    def largest_stable_learning_rate(self) -> float | None:
        """Return 2 / lambda_max of the Hessian at the minimum; None when there is no minimum.

        Gradient descent near the minimum multiplies the error along each eigenvector by
        1 - alpha * lambda, so it shrinks only while alpha < 2 / lambda
        (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.2.1).
        """
        if self.minimum is None:
            return None
        return float(2 / np.linalg.eigvalsh(self.hessian(self.minimum))[-1])


def quadratic_surface(
    curvatures: tuple[float, float] = (1.0, 1.0), angle: float = 0.0, name: str = "bowl"
) -> CostSurface:
    """A quadratic bowl J = 1/2 (lambda_1 u^2 + lambda_2 v^2).

    curvatures : (lambda_1, lambda_2), eigenvalues of the Hessian, both above 0
    angle      : by how many radians the bowl is turned
    Raises ValueError when a curvature is not above 0.
    """
    if min(curvatures) <= 0:
        raise ValueError(f"curvatures must be above 0, got {curvatures}")
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    H = turn @ np.diag(np.asarray(curvatures, dtype=float)) @ turn.T  # (2, 2)

    def cost(p: np.ndarray) -> np.ndarray:
        return 0.5 * np.einsum("i...,ij,j...->...", p, H, p)

    return CostSurface(
        name=name,
        axes=("$w_1$", "$w_2$"),
        cost=cost,
        gradient=lambda p: H @ p,
        ranges=((-3.0, 3.0), (-2.0, 2.0)),
        start=(-2.4, 1.2),
        minimum=(0.0, 0.0),
    )


def ravine_surface(condition: float = 20.0) -> CostSurface:
    """A long, narrow valley: one direction is `condition` times more curved than the other."""
    return quadratic_surface((1.0, condition), name="ravine")


def saddle_surface() -> CostSurface:
    """A saddle at the origin between two minima: J = x^2 / 2 + y^4 / 4 - y^2 / 2 + 1/4."""

    def cost(p: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return 0.5 * p[0] ** 2 + 0.25 * p[1] ** 4 - 0.5 * p[1] ** 2 + 0.25

    def gradient(p: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.array([p[0], p[1] ** 3 - p[1]])

    return CostSurface(
        name="saddle",
        axes=("$w_1$", "$w_2$"),
        cost=cost,
        gradient=gradient,
        ranges=((-2.0, 2.0), (-1.6, 1.6)),
        start=(-1.7, 0.001),
        minimum=(0.0, 1.0),
    )


def plateau_surface(width: float = 0.6) -> CostSurface:
    """A hole in a nearly flat plain, where the gradient is almost zero: J = 1 - exp(-r^2 / 2 width^2)."""
    if width <= 0:
        raise ValueError(f"width must be above 0, got {width}")

    def bump(p: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.exp(-(p[0] ** 2 + p[1] ** 2) / (2 * width**2))

    return CostSurface(
        name="plateau",
        axes=("$w_1$", "$w_2$"),
        cost=lambda p: 1 - bump(p),
        gradient=lambda p: p * bump(p) / width**2,
        ranges=((-3.0, 3.0), (-2.0, 2.0)),
        start=(-1.9, 0.9),
        minimum=(0.0, 0.0),
    )


def logistic_surface(
    x: np.ndarray,
    y: np.ndarray,
    ranges: tuple[tuple[float, float], tuple[float, float]] | None = None,
    name: str = "logistic regression",
) -> CostSurface:
    """The cross-entropy cost of logistic regression on data, over one weight and the bias.

    x      : (m,) one input an example
    y      : (m,) labels 0 or 1, both present
    ranges : region drawn, ((w least, greatest), (b least, greatest)); chosen around the
             minimum when left out
    Returns the surface of J(w, b) = mean of -(y log a + (1 - y) log(1 - a)), a = sigmoid(w x + b).
    Raises ValueError when shapes or labels are not as above.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or x.size == 0:
        raise ValueError(f"x and y need one shape (m,), got {x.shape} and {y.shape}")
    if not np.isfinite(x).all():
        raise ValueError("x holds NaN or infinity")
    if not set(np.unique(y)) == {0.0, 1.0}:
        raise ValueError(f"y needs labels 0 and 1, both present, got values {np.unique(y)[:5]}")

    def cost(p: np.ndarray) -> np.ndarray:
        z = np.multiply.outer(p[0], x) + np.asarray(p[1])[..., None]  # (..., m)
        # log(1 + e^z) - y z is the cross-entropy without a logarithm of a rounded 0
        return np.mean(np.logaddexp(0, z) - y * z, axis=-1)

    def gradient(p: np.ndarray) -> np.ndarray:
        dz = sigmoid(p[0] * x + p[1]) - y  # (m,)
        return np.array([np.mean(dz * x), np.mean(dz)])

    minimum = _logistic_minimum(x, y)
    if ranges is None:
        w, b = minimum if minimum is not None else (4.0 * np.sign(np.corrcoef(x, y)[0, 1]), 0.0)
        half_w, half_b = max(3.0, 1.6 * abs(w)), max(3.0, 1.6 * abs(b))
        ranges = tuple(
            (round(middle - half, 2), round(middle + half, 2)) for middle, half in ((w, half_w), (b, half_b))
        )
    start = (
        round(ranges[0][0] + 0.12 * (ranges[0][1] - ranges[0][0]), 2),
        round(ranges[1][0] + 0.85 * (ranges[1][1] - ranges[1][0]), 2),
    )
    return CostSurface(name, ("weight $w$", "bias $b$"), cost, gradient, ranges, start, minimum)


def _logistic_minimum(x: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
    """Newton's method; None when one value of x parts the classes, for then w grows without end."""
    x_0, x_1 = x[y == 0], x[y == 1]
    if x_0.max() < x_1.min() or x_1.max() < x_0.min():
        return None
    X = np.stack([x, np.ones_like(x)])  # (2, m)
    p = np.zeros(2)
    for _ in range(100):
        a = sigmoid(p @ X)
        slope = X @ (a - y) / x.size
        H = (X * (a * (1 - a))) @ X.T / x.size
        step = np.linalg.solve(H + 1e-12 * np.eye(2), slope)
        p = p - step / max(1.0, np.linalg.norm(step))  # short steps cannot overshoot far
        if np.linalg.norm(slope) < 1e-12:
            break
    return float(p[0]), float(p[1])
