"""Mini-batches partition; the loop learns, stops early, is cancelled and keeps what was learned."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import dense_backward, dense_forward, sigmoid_cross_entropy
from course_utils.training import SGD, Adam, TrainingResult, mini_batches, train


@given(m=st.integers(0, 40), batch_size=st.integers(1, 15), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_batches_partition_the_examples(m: int, batch_size: int, seed: int) -> None:
    X, Y = np.arange(2 * m).reshape(2, m), np.arange(m).reshape(1, m)
    batches = mini_batches((X, Y), batch_size, np.random.default_rng(seed))
    seen = list(batches)
    assert len(seen) == len(batches) == -(-m // batch_size)
    assert all(x.shape[1] == batch_size for x, _ in seen[:-1])
    for x, y in seen:
        np.testing.assert_array_equal(x, X[:, y[0]])  # examples stay with their labels
    assert sorted(int(i) for _, y in seen for i in y[0]) == list(range(m))


def test_every_epoch_has_its_own_order_and_no_rng_keeps_it() -> None:
    Y = np.arange(50)[None]
    shuffled = mini_batches(Y, 50, np.random.default_rng(0))
    first, second = next(iter(shuffled)), next(iter(shuffled))
    assert not np.array_equal(first, second)
    assert [b.tolist() for b in mini_batches(np.arange(5), 2)] == [[0, 1], [2, 3], [4]]


def test_examples_along_other_axes() -> None:
    pictures, labels = np.zeros((7, 4, 4, 3)), np.zeros((1, 7))
    sizes = [(p.shape[0], y.shape[1]) for p, y in mini_batches((pictures, labels), 3, axis=(0, -1))]
    assert sizes == [(3, 3), (3, 3), (1, 1)]


def test_batch_errors() -> None:
    with pytest.raises(ValueError, match=r"arrays have \[3, 4\] examples"):
        mini_batches((np.zeros((2, 3)), np.zeros((1, 4))), 2)
    with pytest.raises(ValueError, match="batch_size"):
        mini_batches(np.zeros((2, 3)), 0)
    with pytest.raises(ValueError, match="axis has 1 entries"):
        mini_batches((np.zeros((2, 3)), np.zeros((1, 3))), 2, axis=(0,))
    with pytest.raises(ValueError, match="arrays is empty"):
        mini_batches((), 2)


# ---- the loop --------------------------------------------------------------------------------


def problem() -> tuple[dict[str, np.ndarray], Any, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3, 200))
    Y = (np.array([[1.0, -2.0, 0.5]]) @ X > 0).astype(float)
    return {"W": np.zeros((1, 3)), "b": np.zeros((1, 1))}, cost_and_gradients, X, Y


def cost_and_gradients(p: dict[str, np.ndarray], batch: Any) -> tuple[float, dict[str, np.ndarray]]:
    X, Y = batch
    Z, cache = dense_forward(X, p["W"], p["b"])
    cost, dZ = sigmoid_cross_entropy(Z, Y)
    _, dW, db = dense_backward(dZ, cache)
    return cost, {"dW": dW, "db": db}


def test_the_loop_learns_and_reports(capsys: pytest.CaptureFixture) -> None:
    parameters, f, X, Y = problem()
    seen: list[int] = []
    result = train(
        parameters,
        f,
        mini_batches((X, Y), 32, np.random.default_rng(1)),
        Adam(0.05),
        epochs=20,
        evaluate=lambda p: f(p, (X, Y))[0],
        on_epoch=lambda r: seen.append(r.epochs),
    )
    assert result.stopped == "finished"
    assert result.parameters is parameters
    assert len(result.costs) == 20 * 7
    assert result.epochs == len(result.dev_costs) == 20
    assert seen == list(range(1, 21))
    assert result.dev_costs[-1] < 0.25 < result.dev_costs[0]
    assert result.best_epoch == int(np.argmin(result.dev_costs)) + 1
    assert result.seconds > 0
    shown = capsys.readouterr().err
    assert "training" in shown
    assert "140/140" in shown


def test_no_bar_when_not_asked_for(capsys: pytest.CaptureFixture) -> None:
    parameters, f, X, Y = problem()
    train(parameters, f, [(X, Y)], SGD(0.1), 2, progress=False)
    assert capsys.readouterr().err == ""


def test_early_stopping_restores_the_best() -> None:
    parameters, f, X, Y = problem()
    dev = iter([5.0, 3.0, 4.0, 3.5, 9.0, 1.0])
    snapshots: list[np.ndarray] = []
    result = train(
        parameters, f, [(X, Y)], SGD(0.5), 6, evaluate=lambda p: next(dev), patience=2, progress=False,
        on_epoch=lambda r: snapshots.append(r.parameters["W"].copy()),
    )  # fmt: skip
    assert result.stopped == "early stop"
    assert result.epochs == 4
    assert result.best_epoch == 2
    assert result.restored
    np.testing.assert_array_equal(parameters["W"], snapshots[1])
    assert not np.array_equal(snapshots[1], snapshots[3])


def test_the_best_epoch_is_restored_at_the_end_too() -> None:
    parameters, f, X, Y = problem()
    dev = iter([5.0, 3.0, 4.0])
    result = train(
        parameters, f, [(X, Y)], SGD(0.5), 3, evaluate=lambda p: next(dev), patience=9, progress=False
    )
    assert (result.stopped, result.best_epoch, result.restored) == ("finished", 2, True)


def test_small_improvements_may_not_count() -> None:
    parameters, f, X, Y = problem()
    dev = iter([1.0, 0.99, 0.98, 0.97])
    result = train(
        parameters, f, [(X, Y)], SGD(0.1), 4, evaluate=lambda p: next(dev), patience=2,
        min_improvement=0.1, progress=False,
    )  # fmt: skip
    assert (result.stopped, result.epochs, result.best_epoch) == ("early stop", 3, 1)


@pytest.mark.parametrize("kind", ["event", "function", "interrupt"])
def test_cancel_keeps_what_was_learned(kind: str) -> None:
    parameters, f, X, Y = problem()
    event = threading.Event()
    calls = 0

    def counted(p: dict[str, np.ndarray], batch: Any) -> tuple[float, dict[str, np.ndarray]]:
        nonlocal calls
        calls += 1
        if calls == 10:
            if kind == "interrupt":
                raise KeyboardInterrupt
            event.set()
        return f(p, batch)

    result = train(
        parameters,
        counted,
        mini_batches((X, Y), 32),
        SGD(0.5),
        50,
        cancel=event if kind == "event" else event.is_set if kind == "function" else None,
        progress=False,
    )
    assert result.stopped == "cancelled"
    assert len(result.costs) == (9 if kind == "interrupt" else 10)
    assert result.epochs == 1
    assert f(parameters, (X, Y))[0] < 0.69


def test_divergence_stops_before_the_step() -> None:
    parameters, f, X, Y = problem()
    costs = iter([1.0, float("nan")])
    result = train(
        parameters, lambda p, b: (next(costs), f(p, b)[1]), [(X, Y)], SGD(0.5), 5,
        evaluate=lambda p: 1.0, patience=3, progress=False,
    )  # fmt: skip
    assert result.stopped == "diverged"
    assert result.restored
    assert np.isfinite(parameters["W"]).all()
    assert len(result.costs) == 1


def test_settings_are_checked() -> None:
    parameters, f, X, Y = problem()
    with pytest.raises(ValueError, match="patience needs evaluate"):
        train(parameters, f, [(X, Y)], SGD(), 1, patience=2)
    with pytest.raises(ValueError, match="epochs is -1"):
        train(parameters, f, [(X, Y)], SGD(), -1)
    with pytest.raises(ValueError, match="used up after one epoch"):
        train(parameters, f, iter([(X, Y)]), SGD(), 2)
    with pytest.raises(ValueError, match="patience is 0"):
        train(parameters, f, [(X, Y)], SGD(), 1, evaluate=lambda p: 0.0, patience=0)
    assert isinstance(train(parameters, f, [(X, Y)], SGD(), 0, progress=False), TrainingResult)
