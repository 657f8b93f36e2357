"""Schedules, weighted averages and clipping against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course_utils.training import (
    SGD,
    clip_by_norm,
    clip_by_value,
    constant,
    exponential_decay,
    exponentially_weighted_average,
    global_norm,
    inverse_root_decay,
    inverse_time_decay,
    per_epoch,
    piecewise,
    staircase,
)


def test_schedules_by_hand() -> None:
    assert [constant(0.3)(t) for t in (0, 9)] == [0.3, 0.3]
    assert [inverse_time_decay(0.2, 1)(t) for t in range(4)] == pytest.approx([0.2, 0.1, 0.2 / 3, 0.05])
    assert exponential_decay(0.2, 0.95)(3) == pytest.approx(0.2 * 0.95**3)
    assert [inverse_root_decay(0.2, 2)(t) for t in (0, 3)] == pytest.approx([0.4, 0.2])
    assert [staircase(1, 0.5, every=2)(t) for t in range(6)] == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert [piecewise([2, 5], [1, 0.1, 0.01])(t) for t in (0, 1, 2, 4, 5, 99)] == [1, 1, 0.1, 0.1, 0.01, 0.01]
    assert [per_epoch(inverse_time_decay(1, 1), 3)(t) for t in (0, 2, 3, 6)] == pytest.approx(
        [1, 1, 0.5, 1 / 3]
    )


def test_an_optimiser_takes_a_schedule() -> None:
    W = np.array([0.0])
    optimiser = SGD(staircase(1.0, 0.1, every=1))
    for _ in range(3):
        optimiser.step({"W": W}, {"dW": np.array([-1.0])})
    assert W[0] == pytest.approx(1.11)


def test_schedules_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="alpha_0 is -1"):
        inverse_time_decay(-1, 1)
    with pytest.raises(ValueError, match="base is 1.5"):
        exponential_decay(1, 1.5)
    with pytest.raises(ValueError, match="every is 0"):
        staircase(1, 0.5, 0)
    with pytest.raises(ValueError, match="rates has 1 entries, needs 2"):
        piecewise([3], [1])
    with pytest.raises(ValueError, match="increasing"):
        piecewise([3, 3], [1, 1, 1])


def test_weighted_average_of_three_temperatures() -> None:
    np.testing.assert_allclose(exponentially_weighted_average([40, 49, 45], 0.9), [4, 8.5, 12.15])
    corrected = exponentially_weighted_average([40, 49, 45], 0.9, bias_correction=True)
    np.testing.assert_allclose(corrected, [4 / 0.1, 8.5 / 0.19, 12.15 / 0.271])


def test_weighted_average_of_a_constant_series() -> None:
    values = np.full((50, 2), 3.0, dtype=np.float32)
    averages = exponentially_weighted_average(values, 0.9, bias_correction=True)
    assert averages.dtype == np.float32
    np.testing.assert_allclose(averages, 3, rtol=1e-5)
    with pytest.raises(ValueError, match="beta is 1"):
        exponentially_weighted_average([1.0], 1)
    with pytest.raises(ValueError, match="single number"):
        exponentially_weighted_average(3.0, 0.9)


def test_clipping_by_value_and_by_norm() -> None:
    gradients = {"dW": np.array([[3.0, -0.5]]), "db": np.array([[4.0]])}
    clipped = clip_by_value(gradients, 1)
    np.testing.assert_array_equal(clipped["dW"], [[1, -0.5]])
    np.testing.assert_array_equal(clipped["db"], [[1]])
    assert global_norm(gradients) == pytest.approx(math.sqrt(25.25))
    shrunk = clip_by_norm(gradients, 1)
    assert global_norm(shrunk) == pytest.approx(1)
    np.testing.assert_allclose(shrunk["dW"] / shrunk["db"], gradients["dW"] / gradients["db"])
    untouched = clip_by_norm(gradients, 100)
    np.testing.assert_array_equal(untouched["dW"], gradients["dW"])
    assert untouched["dW"] is not gradients["dW"]
    np.testing.assert_array_equal(gradients["dW"], [[3, -0.5]])
    huge = {"dW": np.full((1, 4), 1e30, dtype=np.float32)}
    np.testing.assert_allclose(clip_by_norm(huge, 2.0)["dW"], 1, rtol=1e-6)


def test_clipping_errors() -> None:
    with pytest.raises(ValueError, match="dW holds an entry that is not finite"):
        clip_by_norm({"dW": np.array([np.inf])}, 1)
    with pytest.raises(ValueError, match="max_norm is 0"):
        clip_by_norm({}, 0)
    assert clip_by_norm({}, 1) == {}
