"""Gradient descent on a cost surface, and what became of it in words."""

from __future__ import annotations

import dataclasses

import numpy as np

from course_utils.explorers.surfaces import CostSurface

FAR_AWAY = 1e6  # parameters beyond this have left every surface of the course for good


@dataclasses.dataclass(frozen=True)
class Descent:
    """A path over a cost surface.

    path    : (steps + 1, 2) parameters; shorter when the descent left the numbers
    costs   : (steps + 1,) cost at each point of the path
    outcome : "arrived", "too slow", "zig-zag", "bounces", "diverges", "stuck on a saddle"
    words   : one sentence that says so with numbers
    """

    path: np.ndarray
    costs: np.ndarray
    outcome: str
    words: str


def descend(surface: CostSurface, start: tuple[float, float], learning_rate: float, steps: int) -> Descent:
    """Follow p := p - learning_rate * dJ/dp.

    learning_rate : alpha, above 0
    steps         : number of updates, at least 1
    Returns the path; it ends early when parameters or cost leave the range of numbers.
    Raises ValueError for a learning rate or number of steps that is not possible.
    """
    if not learning_rate > 0:
        raise ValueError(f"learning_rate must be above 0, got {learning_rate}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    path = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        p = path[-1] - learning_rate * surface.gradient(path[-1])
        if not np.isfinite(p).all():
            break
        path.append(p)
        if np.abs(p).max() > FAR_AWAY:
            break
    points = np.array(path)  # (steps + 1, 2)
    costs = surface.cost(points.T)  # (steps + 1,)
    outcome, words = name_outcome(surface, points, costs)
    return Descent(points, costs, outcome, words)


def name_outcome(surface: CostSurface, path: np.ndarray, costs: np.ndarray) -> tuple[str, str]:
    """Say what became of a descent.

    path  : (steps + 1, 2) parameters
    costs : (steps + 1,) their costs
    Returns the outcome's name and a sentence with numbers.
    """
    steps = len(path) - 1
    gone = ~np.isfinite(costs) | (np.abs(path).max(axis=1) > FAR_AWAY)
    if gone.any():
        k = int(np.argmax(gone))
        return "diverges", (
            f"**Diverges**: at step {k} the parameters have passed {FAR_AWAY:,.0f} or the cost has "
            f"overflowed, from a cost of {costs[0]:.3g} at the start."
        )
    if costs[-1] > costs[0]:
        return "diverges", (
            f"**Diverges**: the cost grew from {costs[0]:.3g} to {costs[-1]:.3g} in {steps} steps; "
            "every step jumps past the minimum and lands higher."
        )
    moves = np.diff(path, axis=0)  # (steps, 2)
    turned = np.sum(moves[1:] * moves[:-1], axis=1) < 0  # (steps - 1,)
    least = float(surface.cost(np.array(surface.minimum))) if surface.minimum is not None else None
    gap = None
    if least is not None and costs[0] > least:
        gap = (costs[-1] - least) / (costs[0] - least)
    final = f"final cost {costs[-1]:.4g}" + (f", least possible {least:.4g}" if least is not None else "")
    late = slice(-max(1, steps // 4), None)
    rises = np.diff(costs)[late] > 1e-9 * max(1.0, abs(costs[0]))
    slope = float(np.linalg.norm(surface.gradient(path[-1])))
    curvature = np.linalg.eigvalsh(surface.hessian(path[-1]))
    # The last point may lie low by luck while the ones before it jump up and down.
    jump = float(np.diff(costs)[late].max()) / (costs[0] - least) if gap is not None else np.inf
    if rises.any() and (gap is None or gap > 0.01 or jump > 0.01):
        return "bounces", f"**Bounces**: the cost still goes up and down after {steps} steps; {final}."
    if curvature[0] < -1e-3 and slope < 0.05:
        return "stuck on a saddle", (
            f"**Stuck on a saddle**: the slope is only {slope:.1e}, yet one direction leads down; {final}."
        )
    if (gap is not None and gap > 0.02) or (gap is None and slope > 0.05):
        return "too slow", (
            f"**Too slow**: after {steps} steps "
            + (f"{gap:.0%} of the way down is left; {final}." if gap is not None else f"{final}.")
        )
    size = [greatest - least for least, greatest in surface.ranges]
    seen = np.linalg.norm(moves / size, axis=1)[1:] > 2e-3  # moves large enough to see in the picture
    if seen.sum() >= 3 and turned[seen].mean() > 0.5:
        return "zig-zag", (
            f"**Zig-zags**: most steps turn back across the valley, but the cost still falls; {final}."
        )
    return "arrived", f"**Arrives**: the cost falls to the bottom in {steps} steps; {final}."
