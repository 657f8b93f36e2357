"""Learning-rate schedules: functions of a count t, which an optimiser calls with its steps so far.

Each function here returns a schedule. `per_epoch` makes one that changes once an epoch, as most
formulas are stated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Schedule = Callable[[int], float]


def _check_rate(name: str, value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} is {value!r}, needs a number of at least 0")
    return float(value)


def _check_count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}, needs a whole number of at least 1")
    return value


def constant(alpha: float) -> Schedule:
    """The same learning rate always."""
    alpha = _check_rate("alpha", alpha)
    return lambda t: alpha


def inverse_time_decay(alpha_0: float, decay_rate: float) -> Schedule:
    """1/t decay: `alpha_0 / (1 + decay_rate * t)`."""
    alpha_0, decay_rate = _check_rate("alpha_0", alpha_0), _check_rate("decay_rate", decay_rate)
    return lambda t: alpha_0 / (1 + decay_rate * t)


def exponential_decay(alpha_0: float, base: float = 0.95) -> Schedule:
    """`alpha_0 * base^t`, base above 0 and at most 1."""
    alpha_0 = _check_rate("alpha_0", alpha_0)
    if not 0 < base <= 1:
        raise ValueError(f"base is {base!r}, needs a number above 0 and at most 1")
    return lambda t: alpha_0 * base**t


def inverse_root_decay(alpha_0: float, k: float = 1.0) -> Schedule:
    """1/sqrt(t) decay: `k * alpha_0 / sqrt(t + 1)`; at t = 0 it is `k * alpha_0`."""
    alpha_0, k = _check_rate("alpha_0", alpha_0), _check_rate("k", k)
    return lambda t: k * alpha_0 / math.sqrt(t + 1)


def staircase(alpha_0: float, factor: float = 0.5, every: int = 10) -> Schedule:
    """Discrete steps: `alpha_0 * factor^(t // every)`, lower by the factor after every `every`."""
    alpha_0, factor, every = (
        _check_rate("alpha_0", alpha_0),
        _check_rate("factor", factor),
        _check_count("every", every),
    )
    return lambda t: alpha_0 * factor ** (t // every)


def piecewise(boundaries: Sequence[int], rates: Sequence[float]) -> Schedule:
    """Manual decay: `rates[i]` from `boundaries[i - 1]` up to, not including, `boundaries[i]`.

    boundaries : increasing counts;  rates : one more than boundaries
    """
    boundaries, rates = list(boundaries), [_check_rate("rates", rate) for rate in rates]
    if len(rates) != len(boundaries) + 1:
        raise ValueError(
            f"rates has {len(rates)} entries, needs {len(boundaries) + 1}, one more than boundaries"
        )
    if sorted(set(boundaries)) != boundaries:
        raise ValueError(f"boundaries is {boundaries}, needs increasing counts")
    return lambda t: rates[sum(t >= boundary for boundary in boundaries)]


def per_epoch(schedule: Schedule, steps_per_epoch: int) -> Schedule:
    """The schedule as a function of finished epochs: `schedule(t // steps_per_epoch)`."""
    steps_per_epoch = _check_count("steps_per_epoch", steps_per_epoch)
    return lambda t: schedule(t // steps_per_epoch)
