"""Error budget: each corner, each claim of a preset, and the arithmetic of chance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from course_utils.explorers import ErrorBudgetExplorer, ErrorBudgetState
from course_utils.explorers.error_budget import (
    BIAS,
    DEV_FIT,
    MISMATCH,
    OTHER,
    SAME,
    UNCLEAR,
    UNKNOWN,
    VARIANCE,
    error_budget,
    two_standard_errors,
)

MEASURED = ErrorBudgetState(0.2, 2.0, 5.0, 30.0, 28.0, OTHER, 1000)  # as a lesson begins


@pytest.fixture(scope="module", params=[None, MEASURED], ids=["stated", "measured"])
def explorer(request) -> ErrorBudgetExplorer:
    return ErrorBudgetExplorer(request.param)


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        state, budget = explorer.state, explorer.result
        assert ("train-dev" in budget.errors) == (state.distribution == OTHER)
        total = budget.errors["test"] - budget.errors["human"]
        assert sum(gap.size for gap in budget.gaps) == pytest.approx(total)
        for i, error in enumerate(budget.errors.values()):
            assert explorer._values[i].get_text() == f"{error:.1f}"
            rise = explorer._rise[i].get_height()
            assert rise == pytest.approx(abs(budget.gaps[i - 1].size) if i else 0)
        if field in ("human", "train", "train_dev", "dev", "test"):
            shown = budget.errors["train-dev" if field == "train_dev" else field]
            assert shown == value


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        ("1 / 8 / 10", BIAS),
        ("7.5 / 8 / 10", VARIANCE),
        ("0 / 1 / 9 / 10", VARIANCE),
        ("0 / 1 / 1.5 / 10", MISMATCH),
        ("No train-dev set", UNCLEAR),
        ("Tuned on dev", DEV_FIT),
    ],
)
def test_the_largest_gap_of_a_preset_is_what_it_says(explorer, preset, first):
    explorer.choose(preset)
    assert explorer.result.ranked[0].name == first
    assert f"**{first}**" in explorer.describe(explorer.result)
    assert explorer._text.get_text().startswith(f"1. {first}")


def test_a_remark_that_asks_ends_with_its_question_mark(explorer):
    explorer.set(human=0.2, train=9.0, train_dev=5.0, dev=30.0, test=30.0, distribution=OTHER)
    assert explorer.alt.endswith("measuring?")
    assert explorer._text.get_text().endswith("measuring?")


def test_past_people_the_budget_loses_its_lower_end(explorer):
    explorer.choose("Past people")
    assert explorer.result.gaps[0].size < 0
    assert "below human level" in explorer.alt


def test_chance_hides_a_small_gap_until_there_are_more_examples(explorer):
    explorer.choose("Too few examples")
    assert explorer.result.ranked == ()
    assert explorer.goes_wrong(explorer.result)
    explorer.set(examples=10_000)
    assert [gap.name for gap in explorer.result.ranked] == [VARIANCE]
    assert not explorer.goes_wrong(explorer.result)


def test_noise_is_what_repeated_sets_show():
    rng = np.random.default_rng(0)
    measured = 100 * rng.binomial(1000, 0.1, size=20_000) / 1000
    assert two_standard_errors(10, 1000) == pytest.approx(2 * measured.std(), rel=0.03)
    assert two_standard_errors(0, 50) == 0


def test_noise_of_a_difference_adds_in_squares():
    budget = error_budget(ErrorBudgetState(dev=10.0, test=20.0, examples=100))
    assert budget.gaps[-1].noise == pytest.approx(np.sqrt(6.0**2 + 8.0**2))


def test_moving_train_dev_brings_the_set_in_and_undo_takes_it_away(explorer):
    explorer.choose("1 / 8 / 10")
    explorer.controls["train_dev"].value = 9.5
    assert explorer.state.distribution == OTHER
    explorer.undo()
    assert explorer.state.distribution == SAME


def test_without_a_train_dev_set_the_advice_is_to_make_one(explorer):
    explorer.choose("No train-dev set")
    assert explorer.goes_wrong(explorer.result)
    assert "train-dev" in explorer._text.get_text()
    assert explorer.state.distribution == UNKNOWN


def test_measured_errors_can_be_the_start():
    measured = ErrorBudgetState(human=0.2, train=0.1, dev=4.3, test=4.5, examples=1000)
    shown = ErrorBudgetExplorer(measured)
    assert dataclasses.asdict(shown.state) == dataclasses.asdict(measured)
    assert shown.result.ranked[0].name == VARIANCE


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: two_standard_errors(-1, 10), "percentage"),
        (lambda: two_standard_errors(101, 10), "percentage"),
        (lambda: two_standard_errors(5, 0), "at least 1"),
        (lambda: error_budget(ErrorBudgetState(distribution="mixed")), "distribution"),
    ],
)
def test_impossible_numbers_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
