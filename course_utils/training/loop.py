"""A training loop with progress, early stopping and a way to stop it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from tqdm.auto import tqdm

from course_utils.training.optimisers import Optimiser


class Event(Protocol):
    """A `threading.Event`, or anything with `is_set`."""

    def is_set(self) -> bool: ...


@dataclass
class TrainingResult:
    """What happened in a run of `train`.

    parameters  : the dict that was trained, the same object as given
    costs       : cost of every step's mini-batch
    epoch_costs : mean of an epoch's costs, one a finished epoch
    dev_costs   : what `evaluate` returned, one a finished epoch
    best_epoch  : epoch (from 1) with the lowest dev cost; None without `evaluate`
    restored    : True when the parameters of best_epoch were put back
    stopped     : "finished", "early stop", "cancelled" or "diverged"
    seconds     : time taken
    """

    parameters: Mapping[str, np.ndarray]
    costs: list[float] = field(default_factory=list)
    epoch_costs: list[float] = field(default_factory=list)
    dev_costs: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    restored: bool = False
    stopped: str = "finished"
    seconds: float = 0.0

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.epoch_costs)


class _Stop(Exception):
    """Leaves both loops; carries the reason."""


def train(
    parameters: Mapping[str, np.ndarray],
    cost_and_gradients: Callable[[Mapping[str, np.ndarray], Any], tuple[float, Mapping[str, np.ndarray]]],
    batches: Iterable[Any],
    optimiser: Optimiser,
    epochs: int,
    *,
    evaluate: Callable[[Mapping[str, np.ndarray]], float] | None = None,
    patience: int | None = None,
    min_improvement: float = 0.0,
    cancel: Callable[[], bool] | Event | None = None,
    on_epoch: Callable[[TrainingResult], None] | None = None,
    progress: bool = True,
    description: str = "training",
) -> TrainingResult:
    """Train parameters in place over mini-batches.

    parameters         : name -> array, changed in place
    cost_and_gradients : `f(parameters, batch) -> cost, gradients`, gradients under "d" + name
    batches            : gone through once an epoch: a `MiniBatches` or a list
    optimiser          : takes the steps
    epochs             : at most this many times through the batches, at least 0
    evaluate           : `f(parameters) -> dev cost`, lower is better, called after every epoch
    patience           : stop early when this many epochs in a row did not improve the lowest dev
                         cost by more than min_improvement; needs `evaluate`
    min_improvement    : see patience
    cancel             : a `threading.Event`, or a function that returns True to stop; asked before
                         every step. Interrupting the cell (KeyboardInterrupt) does the same
    on_epoch           : called with the result so far after every epoch, for live figures
    progress           : show a progress bar
    description        : its label
    Returns a `TrainingResult`; nothing learned is ever lost. When the run ends by itself, early
    or because the cost is no longer finite ("diverged"), and `patience` is given, the
    parameters of the best epoch are put back. A cancelled run keeps the parameters as they are.
    Raises ValueError for settings that do not fit.
    """
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)) or epochs < 0:
        raise ValueError(f"epochs is {epochs!r}, needs a whole number of at least 0")
    if patience is not None:
        if evaluate is None:
            raise ValueError("patience needs evaluate, the dev cost to watch")
        if isinstance(patience, bool) or not isinstance(patience, (int, np.integer)) or patience < 1:
            raise ValueError(f"patience is {patience!r}, needs a whole number of at least 1")
    if iter(batches) is batches and epochs > 1:
        raise ValueError("batches is used up after one epoch, needs a list or MiniBatches to start again")
    cancelled = getattr(cancel, "is_set", cancel) if cancel is not None else lambda: False

    result = TrainingResult(parameters)
    best: dict[str, np.ndarray] | None = None
    best_cost, since_best = math.inf, 0
    started = time.perf_counter()
    total = epochs * len(batches) if hasattr(batches, "__len__") else None
    bar = tqdm(total=total, desc=description, unit="step", disable=not progress, leave=True)
    try:
        for epoch in range(1, epochs + 1):
            first = len(result.costs)
            for batch in batches:
                if cancelled():
                    raise _Stop("cancelled")
                cost, gradients = cost_and_gradients(parameters, batch)
                if not math.isfinite(cost):
                    raise _Stop("diverged")
                optimiser.step(parameters, gradients)
                result.costs.append(float(cost))
                bar.update()
            of_epoch = result.costs[first:]
            result.epoch_costs.append(sum(of_epoch) / len(of_epoch) if of_epoch else 0.0)
            shown = {"epoch": epoch, "cost": f"{result.epoch_costs[-1]:.4g}"}
            if evaluate is not None:
                dev_cost = float(evaluate(parameters))
                result.dev_costs.append(dev_cost)
                shown["dev"] = f"{dev_cost:.4g}"
                if dev_cost < best_cost - min_improvement or (
                    result.best_epoch is None and dev_cost <= best_cost
                ):
                    best_cost, since_best, result.best_epoch = dev_cost, 0, epoch
                    if patience is not None:
                        best = {name: value.copy() for name, value in parameters.items()}
                else:
                    since_best += 1
            bar.set_postfix(shown, refresh=False)
            if on_epoch is not None:
                on_epoch(result)
            if patience is not None and since_best >= patience:
                raise _Stop("early stop")
    except _Stop as stop:
        result.stopped = str(stop)
    except KeyboardInterrupt:
        result.stopped = "cancelled"
    finally:
        bar.close()
    if (
        best is not None
        and result.stopped != "cancelled"
        and (result.best_epoch != result.epochs or result.stopped == "diverged")
    ):
        for name, value in best.items():
            parameters[name][...] = value
        result.restored = True
    result.seconds = time.perf_counter() - started
    return result
