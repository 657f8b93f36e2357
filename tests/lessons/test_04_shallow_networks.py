"""Lesson 1.4: its claims hold in the outputs it shows."""

from __future__ import annotations

import re

import pytest
from lessons.stored import printed

TEXT = printed("1_neural_networks/04_shallow_networks")


def per_cent(pattern: str) -> int:
    return int(re.search(pattern, TEXT)[1])


def test_a_hidden_layer_bends_the_boundary():
    straight = per_cent(r"logistic regression: right on (\d+)%")
    curved = per_cent(r"on test points (\d+)%")
    best_possible = per_cent(r"true edge is right on (\d+)%")
    assert straight < 60
    assert best_possible - 3 <= curved <= best_possible


def test_more_units_help_until_the_noise_is_reached():
    rows = re.findall(r"^ +(\d+) +(\d+)% +(\d+)% +test of all", TEXT, re.MULTILINE)
    test = {int(units): int(score) for units, _, score in rows}
    assert test[1] < test[2] < test[3] < test[8] <= test[32] <= per_cent(r"true edge is right on (\d+)%")


def test_vectorised_forward_is_the_loop():
    assert "same hidden values: True  same output: True" in TEXT
    assert "same as one by one: True" in TEXT


def test_slopes_of_the_table_are_the_nudged_ones():
    lines = re.findall(r"formula (\[.*?\])   nudged (\[.*?\])", TEXT)
    assert len(lines) == 4
    assert all(formula == nudged for formula, nudged in lines)


def test_a_linear_network_is_logistic_regression():
    assert "81 parameters or 3: largest difference below 1e-12: True" in TEXT
    network = re.search(r"multiplied out: (w = .*)", TEXT)[1]
    assert network == re.search(r"logistic regression: +(w = .*)", TEXT)[1]


@pytest.mark.parametrize("name", ["dW1", "db1", "dW2", "db2"])
def test_the_six_equations_pass_the_gradient_check(name):
    assert re.search(rf"{name} \(\d, \d\) +good", TEXT)


def test_both_conventions_for_relu_at_zero_train_alike():
    runs = re.findall(r"slope at zero [01]\.0: cost ([\d.]+), exactly zero (\d+) of 960,000", TEXT)
    assert len(runs) == 2
    assert runs[0] == runs[1]
    assert runs[0][1] == "0"


def test_only_a_relu_output_is_never_negative():
    below = re.findall(r"output (none|ReLU), start \d: +below zero +(\d+)%", TEXT)
    assert len(below) == 6
    assert all((int(share) == 0) == (output == "ReLU") for output, share in below)


def test_equal_units_stay_equal_and_random_ones_part():
    number = r" +(-?\d+\.\d{3})"
    rows = re.findall(rf"^ +\d+{8 * number}$", TEXT, re.MULTILINE)
    steps = [(" ".join(row[:4]), " ".join(row[4:])) for row in rows]
    assert len(steps) == 5
    assert all(len(set(equal.split())) == 1 for equal, _ in steps)
    assert len({equal for equal, _ in steps}) == 5  # they do move, together
    assert len(set(steps[-1][1].split())) == 4
    assert "all rows of W1 still equal: True" in TEXT
    assert TEXT.count("after 1000 steps: still all zero") == 3
    sigmoid_units = re.search(r"units 1 to 4: \[(.*?)\]   rank of W1: 1", TEXT)[1].split()
    assert len(set(sigmoid_units)) == 1
    assert float(sigmoid_units[0]) != 0


def test_the_mistakes_go_wrong():
    assert "TypeError: 'tuple' object cannot be interpreted as an integer" in TEXT
    assert re.search(r"db1 \(4, 1\)  wrong\ndW2 \(1, 4\)  good", TEXT)
    assert "after one step (4, 4)" in TEXT
    assert re.search(r"dW1 \(4, 2\)  wrong\ndb1 \(4, 1\)  wrong", TEXT)
    assert per_cent(r"zero start: .*test (\d+)%") < 60 < 80 < per_cent(r"random start: cost.*test (\d+)%")
