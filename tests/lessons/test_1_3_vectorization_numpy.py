"""Lesson 1.3: speed-ups grow, shapes come out as told, and each mistake goes wrong."""

import re

import pytest
from lessons.stored import printed

TEXT = printed("1_neural_networks/03_vectorization_numpy")


def test_three_programs_give_the_same_gradient():
    for name in ("gradients_one_loop", "gradients_vectorised"):
        assert re.search(rf"{name} +same dw: True +same db: True", TEXT)


def test_speed_up_is_shown_for_growing_m():
    rows = re.findall(r"\n +(\d+) .* +(\d+) times\n", TEXT)
    amounts = [int(m) for m, _ in rows]
    assert amounts == sorted(amounts)
    assert amounts[-1] == 1000
    assert all(int(times) > 10 for _, times in rows)


def test_axes_and_keepdims():
    assert re.search(r"A\.sum\(axis=0\) +shape \(3,\)", TEXT)
    assert re.search(r"A\.sum\(axis=1\) +shape \(2,\)", TEXT)
    assert re.search(r"A\.sum\(axis=1, keepdims=True\) +shape \(2, 1\)", TEXT)


def test_stretching_copies_nothing():
    assert "strides in bytes (8, 0)   numbers really stored: 3" in TEXT


def test_views_and_copies():
    assert re.search(r"block\.reshape\(4, 3\) +\(4, 3\) +view", TEXT)
    assert re.search(r"block\.T +\(4, 3\) +view", TEXT)
    assert re.search(r"block\.T\.reshape\(-1\) +\(12,\) +copy", TEXT)
    assert re.search(r"block\[\[0, 2\]\] +\(2, 4\) +copy", TEXT)


def test_rank_1_arrays_give_a_plausible_wrong_number():
    wrong = float(re.search(r"mean squared error of perfect answers: ([\d.]+)", TEXT)[1])
    assert wrong > 0
    assert "shape of the errors: (6, 6)" in TEXT
    assert "AssertionError: A has shape (6, 1), Y has shape (6,)" in TEXT
    assert "w after one step (784, 784)" in TEXT


def test_pictures_become_columns_only_by_reshape_and_transpose():
    assert re.findall(r"\(784, 100\)   column 7 is picture 7: (\w+)", TEXT) == ["True", "False"]


def test_softmax_overflows_by_the_formula_only():
    by_formula, stable = re.search(
        r"by the formula:\n(.*?)stable, Z \+ 1000:\n(.*?)same as", TEXT, re.S
    ).groups()
    assert by_formula.count("nan") == 6
    assert "nan" not in stable


def test_l1_and_l2_of_the_small_example():
    l1, l2 = re.search(r"L1: ([\d.]+)   L2: ([\d.]+)", TEXT).groups()
    assert float(l1) == pytest.approx(0.1 + 0.2 + 0.1 + 0.6 + 0.1)
    assert float(l2) == pytest.approx(0.01 + 0.04 + 0.01 + 0.36 + 0.01)


def test_mistakes_go_wrong():
    assert "X * dZ.T: (784, 784)   X @ dZ.T: (784, 1)" in TEXT
    assert "cannot reshape array of size 3 into shape (1,4)" in TEXT
    assert "200 + 100 = [44]" in TEXT
    wrong = re.search(r"wrong row norms: \[([\d.]+) ([\d.]+)\]", TEXT).groups()
    assert all(abs(float(norm) - 1) > 0.2 for norm in wrong)
