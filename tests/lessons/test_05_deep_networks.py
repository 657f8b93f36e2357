"""Lesson 1.5: its claims hold in the outputs it shows."""

from __future__ import annotations

import re

from lessons.stored import printed

TEXT = printed("1_neural_networks/05_deep_networks")


def test_table_of_shapes():
    rows = re.findall(r"^ +(\d)   (\(.*?\)) +(\(.*?\)) +(\(.*?\)) +(\d+)$", TEXT, re.MULTILINE)
    assert [row[1:] for row in rows] == [
        ("(5, 3)", "(5, 1)", "(5, 100)", "20"),
        ("(5, 5)", "(5, 1)", "(5, 100)", "30"),
        ("(4, 5)", "(4, 1)", "(4, 100)", "24"),
        ("(1, 4)", "(1, 1)", "(1, 100)", "5"),
    ]
    assert "all parameters: 79" in TEXT


def test_backward_is_right_at_every_layer_and_the_mistakes_are_not():
    checks: list[dict[str, str]] = []
    for layer, dW, db in re.findall(r"layer (\d): dW (\w+), db (\w+)", TEXT):
        if layer == "1":
            checks.append({})
        checks[-1] |= {f"W{layer}": dW, f"b{layer}": db}
    five_layers, equal_widths, wrong_index, no_transpose = checks
    assert len(five_layers) == 10
    assert set(five_layers.values()) == set(equal_widths.values()) == {"good"}
    assert {wrong_index[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")} == {"wrong"}
    assert wrong_index["W4"] == wrong_index["b4"] == "good"
    assert {no_transpose[k] for k in ("W1", "b1", "W2", "b2")} == {"wrong"}
    assert "different widths: operands could not be broadcast" in TEXT


def test_the_contest_on_digits():
    rows = re.findall(r"(\d) layers: ([\d,]+) parameters   train ([\d.]+)%   test ([\d.]+)%", TEXT)
    (_, count_2, train_2, test_2), (_, count_5, train_5, test_5) = rows
    assert abs(int(count_2.replace(",", "")) - int(count_5.replace(",", ""))) < 200
    assert float(train_2) + 1 < float(train_5)
    assert float(test_2) < float(test_5)
    one_layer = float(re.search(r"1 layer: +785 parameters   test ([\d.]+)%", TEXT)[1])
    assert 100 - float(test_2) < (100 - one_layer) / 2


def test_mistakes_add_up():
    wrong = int(re.search(r"(\d+) of 1000 test pictures are wrong", TEXT)[1])
    by_digit = re.search(r"mistakes: (.*)", TEXT)[1].split()
    assert sum(map(int, by_digit)) == wrong > 0


def test_features_go_from_simple_to_complex():
    table = TEXT.split("its scores, by weighted sums of pixels\n")[1].splitlines()[:5]
    rows = [[int(share) for share in re.findall(r"(\d+)%", line)] for line in table]
    separated, linear = [row[0] for row in rows], [row[1] for row in rows[1:]]
    assert separated == sorted(separated)
    assert separated[-1] > separated[0] + 5
    assert linear[0] == 100
    assert linear == sorted(linear, reverse=True)
    assert linear[-1] < 70


def test_parity_circuits_count_as_the_theory_says():
    for n, levels in ((2, 1), (4, 2), (8, 3)):
        assert re.search(rf"^ +{n} +{levels} +{3 * (n - 1)} +{2 ** (n - 1) + 1} +True$", TEXT, re.MULTILINE)
    for n in (4, 8, 12):
        assert f"{n} bits: {n + 1} units, right on all patterns: True" in TEXT


def test_the_trained_tree_finds_the_rule_and_the_wide_net_does_not():
    rows = re.findall(r"(\d+)   (\w+) +(\d+) parameters +(True|False) +about (\d+)% +(\d+) of (\d+)", TEXT)
    assert len(rows) == 8
    tree = {int(row[0]): row for row in rows if row[1] == "tree"}
    shallow = {int(row[0]): row for row in rows if row[1] == "shallow"}
    assert all(row[3] == "True" for row in shallow.values())  # it learns every pattern it is shown
    for known in (96, 128, 192):
        assert int(tree[known][4]) == 100
        assert 0 < int(tree[known][5]) < int(tree[known][6])  # and most starts fail, as the lesson says
    assert int(shallow[128][4]) <= 50
    assert int(shallow[192][4]) < 100
    assert int(shallow[64][2]) > 70 * int(tree[64][2])


def test_hyperparameters_are_chosen_on_the_dev_set():
    rows = re.findall(r"learning rate +([\d.]+) +(\d+)% +(\d+)%", TEXT)
    best = max(max(int(a), int(b)) for _, a, b in rows)
    least = min(min(int(a), int(b)) for _, a, b in rows)
    assert len(rows) == 4
    assert (least, best) == (60, 96)  # the figures the prose quotes


def test_random_feedback_learns_less_well():
    rows = re.findall(r"test (\d+)% with W transposed, (\d+)% with random feedback", TEXT)
    assert len(rows) == 2
    assert all(80 < int(random) < int(true) for true, random in rows)


def test_a_summed_dA_pushes_every_example_the_same_way():
    assert "one column an example  pushes up: 100% of class 1,   0% of class 0" in TEXT
    up = re.search(r"summed +pushes up: +(\d+)% of class 1, +(\d+)% of class 0", TEXT)
    assert up[1] == up[2]
