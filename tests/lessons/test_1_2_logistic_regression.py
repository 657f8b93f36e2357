"""Lesson 1.2: the syllabus's figures come out of the lesson's own code, and its claims hold."""

import re

import pytest
from lessons.stored import printed

TEXT = printed("1_neural_networks/02_logistic_regression")


def number(pattern: str) -> float:
    return float(re.search(pattern, TEXT)[1])


def test_graph_values_and_derivatives():
    assert "'u': 6, 'v': 11, 'J': 33" in TEXT
    for name, slope in (("a", 3), ("b", 6), ("c", 9)):
        assert f"dJ/d{name}: graph {slope}, nudge {slope}.000" in TEXT


def test_dz_is_a_minus_y():
    error, by_graph = re.search(r"a - y = (-?[\d.]+)   dL/dz by the graph = (-?[\d.]+)", TEXT).groups()
    assert error == by_graph


def test_training_starts_at_log_2_and_generalises():
    assert number(r"step   0: cost ([\d.]+)") == pytest.approx(0.6931)
    assert number(r"on test pictures ([\d.]+)%") > 93


def test_three_learning_rates_do_what_their_names_say():
    last = {n: number(rf"{n} +last cost +([\d.]+)") for n in ("too small", "good", "too large")}
    uphill = {n: int(number(rf"{n} .*steps uphill +(\d+)")) for n in last}
    assert last["good"] < last["too small"] < last["too large"]
    assert uphill["too small"] == uphill["good"] == 0 < uphill["too large"]


def test_the_precedence_mistake_gives_no_probability():
    wrong = re.search(r"1 / 1 \+ np\.exp\(-Z\) +\[ *([\d.]+)", TEXT)
    assert float(wrong[1]) > 1
