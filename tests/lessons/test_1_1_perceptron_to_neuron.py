"""Lesson 1.1: the claims that the text makes come out of the lesson's own code."""

import re
from itertools import pairwise

import pytest
from lessons.stored import printed

TEXT = printed("1_neural_networks/01_perceptron_to_neuron")


def numbers(pattern: str) -> list[float]:
    return [float(group) for group in re.search(pattern, TEXT).groups()]


def test_perceptron_flips_once_and_sigmoid_neuron_rises_at_every_step():
    rows = re.findall(r"w_1 = ([\d.]+)   perceptron (\d)   sigmoid neuron ([\d.]+)", TEXT)
    flips = [int(row[1]) for row in rows]
    glides = [float(row[2]) for row in rows]
    assert flips == sorted(flips)
    assert set(flips) == {0, 1}
    assert all(a < b for a, b in pairwise(glides))
    assert all((a > 0.5) == bool(flip) for a, flip in zip(glides, flips, strict=True))


def test_a_nudge_always_moves_the_sigmoid_neuron_and_hardly_ever_the_perceptron():
    assert numbers(r"perceptron +the nudge changed the measure in (\d+)%")[0] < 10
    assert numbers(r"sigmoid neuron +the nudge changed the measure in (\d+)%")[0] == 100


def test_one_sigmoid_neuron_is_logistic_regression():
    by_descent = re.search(r"neuron, 2000 small steps: +\[(.*)\]", TEXT)[1]
    by_newton = re.search(r"logistic regression, 8 jumps: +\[(.*)\]", TEXT)[1]
    assert by_descent.split() == by_newton.split()
    assert len(by_newton.split()) == 3


def test_single_neurons_do_and_and_or_but_not_xor_and_two_layers_do():
    best = dict(re.findall(r"(AND|OR |XOR): best neuron (\d) of 4", TEXT))
    assert best == {"AND": "4", "OR ": "4", "XOR": "3"}
    assert "XOR     [0. 1. 1. 0.]" in TEXT


def test_steeper_sigmoids_come_closer_to_xor():
    rows = re.findall(r"weights times +\d+ +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", TEXT)
    gaps = [float(row[1]) - float(row[0]) for row in rows]
    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(1)


def test_likeness_of_pixels_falls_with_distance():
    near, middle, far = numbers(r"pixels 1 apart: ([\d.]+)   5 apart: ([\d.]+)   15 apart: ([\d.]+)")
    assert near > middle > far


def test_learning_curves_show_what_the_text_says():
    for claim in (
        "8000 pictures: large > medium > small: True",
        "8000 pictures: the large network beats both classical models: True",
        "50 pictures: all within ten points of each other: True",
        "the large network still gains two points or more from 1600 to 8000: True",
        "mistakes of the small network, per mistake of the large one, at 8000: more than 1.5: True",
    ):
        assert claim in TEXT
    large = [float(n) for n in re.findall(r"([\d.]+)%", re.search(r"\nlarge network  .*%", TEXT)[0])]
    assert len(large) == 8
    assert large == sorted(large)


def test_sigmoid_stack_gets_hundreds_of_times_smaller_slopes_at_the_first_layer():
    rows = {
        name: [float(size) for size in re.findall(r"layer \d: (\S+)", line)]
        for name, line in re.findall(r"\n(sigmoid|relu) +(layer 1.*)", TEXT)
    }
    assert rows["sigmoid"][-1] / rows["sigmoid"][0] > 200
    assert rows["relu"][-1] / rows["relu"][0] < 5


def test_relu_trains_a_deep_stack_that_sigmoids_do_not():
    assert "1 hidden layer(s), 300 steps: sigmoid above 80%: True, ReLU above 80%: True" in TEXT
    assert "4 hidden layer(s), 300 steps: sigmoid above 80%: False, ReLU above 80%: True" in TEXT


def test_mistakes_go_wrong():
    right, wrong, share = numbers(r"b = -13: ([\d.]+)% right\nb = \+13: ([\d.]+)% right; .*: (\d+)%")
    assert right > 85 > 55 > wrong
    assert share == 100
    assert "without bias, for AND: 3 of 4" in TEXT
    low, high = numbers(r"answers of the line: +from (-?[\d.]+) to (-?[\d.]+)")
    assert low < 0
    assert high > 1
