"""Exponentially weighted average: each corner, and each claim of a preset."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.data import load_temperatures
from course_utils.explorers import MovingAverageExplorer
from course_utils.explorers.moving_average import WEIGHTS


@pytest.fixture(scope="module")
def explorer() -> MovingAverageExplorer:
    temperatures = load_temperatures()
    return MovingAverageExplorer(temperatures.highest, temperatures.dates)


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        state, result = explorer.state, explorer.result
        assert len(explorer._points.get_xdata()) == state.length
        np.testing.assert_array_equal(explorer._raw.get_ydata(), result.raw)
        np.testing.assert_array_equal(explorer._corrected.get_ydata(), result.corrected)
        assert explorer._corrected.get_visible() == state.correction
        np.testing.assert_allclose(explorer._weights.get_ydata(), state.beta ** np.arange(WEIGHTS))
        assert explorer.controls["length"].max == len(explorer.values) - state.start


def test_averages_are_weighted_sums_of_the_series(explorer):
    explorer.reset()
    explorer.set(beta=0.9, length=200)
    result = explorer.result
    for t in (1, 2, 60, 200):
        weights = 0.1 * 0.9 ** np.arange(t)
        sum_of_all = weights @ result.values[:t][::-1]
        assert result.raw[t - 1] == pytest.approx(sum_of_all)
        assert result.corrected[t - 1] == pytest.approx(sum_of_all / weights.sum())


def test_without_memory_the_average_is_the_series(explorer):
    explorer.choose("No memory")
    np.testing.assert_array_equal(explorer.result.raw, explorer.result.values)
    assert explorer.result.roughness == pytest.approx(1)


def test_more_memory_is_smoother_and_later(explorer):
    rough, warmest = [], []
    for preset in ("About 2 days", "About 10 days", "About 50 days"):
        explorer.choose(preset)
        rough.append(explorer.result.roughness)
        warmest.append(int(explorer.result.corrected.argmax()))
    assert rough == sorted(rough, reverse=True)
    assert warmest == sorted(warmest)
    assert warmest[-1] > warmest[0]


def test_the_false_start_is_named_and_correction_repairs_it(explorer):
    explorer.choose("False start")
    assert explorer.goes_wrong(explorer.result)
    assert "too near zero" in explorer.alt
    first = explorer.result.values[0]
    assert explorer.result.raw[0] == pytest.approx(0.02 * first)
    explorer.choose("False start, corrected")
    assert not explorer.goes_wrong(explorer.result)
    assert explorer.result.corrected[0] == pytest.approx(first)


def test_correction_no_longer_matters_after_many_windows(explorer):
    explorer.reset()
    explorer.set(beta=0.9, length=365)
    np.testing.assert_allclose(explorer.result.raw[150:], explorer.result.corrected[150:], rtol=1e-6)


def test_window_shrinks_with_the_days_left(explorer):
    explorer.reset()
    explorer.controls["start"].value = len(explorer.values) - 30
    assert explorer.state.length == 30


def test_a_short_series_without_dates_works():
    short = MovingAverageExplorer(np.arange(12.0))
    assert short.state.length == 12
    assert "False start" not in [preset.name for preset in short.presets]
    np.testing.assert_array_equal(short._points.get_xdata(), np.arange(1, 13))


@pytest.mark.parametrize(
    ("values", "dates", "words"),
    [
        (np.ones((3, 20)), None, "shape"),
        (np.ones(4), None, "at least 10"),
        (np.full(20, np.nan), None, "NaN"),
        (np.ones(20), np.arange("2012-01-01", "2012-01-11", dtype="datetime64[D]"), "dates"),
    ],
)
def test_bad_series_are_refused(values, dates, words):
    with pytest.raises(ValueError, match=words):
        MovingAverageExplorer(values, dates)
