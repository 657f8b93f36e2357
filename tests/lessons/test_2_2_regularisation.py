"""Lesson 2.2: what its prose says of the remedies is what its cells measured."""

import re

import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

TEXT = printed("2_improving_networks/02_regularisation")
NUMBER = r"(-?[\d.]+)"


def numbers(pattern: str) -> list[float]:
    return [float(group) for group in re.search(pattern, TEXT).groups()]


def rows(heading: str, count: int) -> list[list[float]]:
    """The numbers of the lines below a table's heading, per cent signs left out."""
    lines = TEXT[TEXT.index(heading) :].splitlines()[1 : count + 1]
    return [[float(n) for n in re.findall(r"\d+\.?\d*", line)] for line in lines]


def results() -> dict[str, list[float]]:
    """Mean, best and worst test error in per cent, and the trials won, by method."""
    lines = TEXT[TEXT.index("test error ") :].splitlines()[1:10]
    found = [re.match(r"(.+?) {2,}(\d+)% +(\d+)% +(\d+)% +(\d+) of 5", line) for line in lines]
    return {match[1]: [float(match[k]) for k in range(2, 6)] for match in found}


def test_the_task_is_overfitted():
    assert numbers(r"training pictures: (\d+)% as typed, the mistyped ones (\d+)%") == [100, 100]
    assert numbers(r"test pictures: (\d+)% wrong")[0] > 20


def test_penalties_and_their_gradients_agree_with_nudges():
    for penalty in ("L2", "L1"):
        gradient, nudged = numbers(
            rf"^{penalty}: gradient \+?{NUMBER}   nudged \+?{NUMBER}".replace("^", r"(?m:^)")
        )
        assert gradient == nudged


def test_l1_is_sparse_and_l2_short():
    plain = numbers(rf"no penalty +length of w +{NUMBER} +exact zeros +(\d+)")
    l2 = numbers(rf"L2, λ = 2 +length of w +{NUMBER} +exact zeros +(\d+)")
    l1 = numbers(rf"L1, λ = 0.8 +length of w +{NUMBER} +exact zeros +(\d+)")
    assert l2[0] < 0.5 * plain[0]
    assert l2[1] == plain[1] == 3
    assert l1[1] == 55


def test_weight_decay_is_the_same_step():
    assert "same step: True" in TEXT


def test_lambda_trades_training_cost_for_dev_cost_and_straightens_units():
    table = rows("lambda   train cost", 6)
    train, dev, sizes = ([row[k] for row in table] for k in (1, 2, 4))
    assert train == sorted(train)
    assert sizes == sorted(sizes, reverse=True)
    assert min(dev) not in (dev[0], dev[-1])
    straight = rows("lambda   |z| < 0.5", 5)
    assert [row[1] for row in straight] == sorted(row[1] for row in straight)
    assert [row[-1] for row in straight] == sorted((row[-1] for row in straight), reverse=True)


def test_only_the_regularised_cost_falls_in_every_step():
    assert re.search(r"J with the penalty .*uphill none", TEXT)
    assert re.search(r"cross-entropy alone .*uphill many", TEXT)


def test_dropout_keeps_the_mean_and_its_gradient_is_right():
    assert "mean with it              [1. 2. 3. 4.]" in TEXT
    assert "mean without the division [0.8 1.6 2.4 3.2]" in TEXT
    checked = re.findall(rf"dW\d\(.*?\): gradient \+?{NUMBER}   nudged \+?{NUMBER}", TEXT)
    assert len(checked) == 3
    assert all(gradient == nudged for gradient, nudged in checked)
    expected, penalised = numbers(rf"eight masks {NUMBER}   plain error and penalty {NUMBER}")
    assert expected == penalised


def test_the_cost_is_not_well_defined_while_dropout_is_on():
    five = re.search(r"five masks: \[(.*?)\]", TEXT)[1].split(", ")
    assert len(set(five)) > 1
    assert re.search(r"J with masks *: steps uphill many", TEXT)
    assert re.search(r"J keep_prob 1: steps uphill none", TEXT)


def test_shifts_help_and_mirror_images_harm():
    plain, shifted, mirrored = (
        numbers(rf"{name} +dev error (\d+)%")[0] for name in ("as written", "shifted", "mirrored")
    )
    assert shifted < plain < mirrored


def test_early_stopping_stops_before_training_is_done_and_moves_with_the_learning_rate():
    epoch, cost = numbers(rf"alpha 0.3: best epoch +(\d+)   train cost {NUMBER}")
    later, _ = numbers(rf"alpha 0.1: best epoch +(\d+)   train cost {NUMBER}")
    assert 10 < epoch < 150 < later
    assert cost > 0.5
    table = rows("epochs   dev cost without", 3)
    assert table[-1][1] > 1.5 * table[0][1]
    assert table[-1][2] == pytest.approx(table[0][2], rel=0.1)


def test_every_remedy_beats_nothing_in_every_trial():
    table = results()
    assert len(table) == 9
    for method, (mean, best, worst, wins) in table.items():
        assert best <= mean <= worst
        if method != "nothing":
            assert wins == 5, method
            assert mean < table["nothing"][0]


def test_the_order_that_the_prose_tells():
    mean = {method: row[0] for method, row in results().items()}
    assert min(mean, key=mean.get) == "augmentation + dropout"
    assert mean["augmentation"] < min(mean[method] for method in ("L2", "L1", "dropout"))
    single = max(mean[method] for method in ("L2", "L1", "dropout", "augmentation", "early stopping"))
    assert single < min(mean["ensemble of 5"], mean["5 snapshots"])


def test_each_wrong_factor_is_found_and_the_right_ones_agree():
    lines = [line for line in TEXT.splitlines() if line.endswith(("agree", "WRONG"))]
    assert [line.split()[-1] for line in lines] == ["agree", "agree", "WRONG", "WRONG", "WRONG", "WRONG"]


def test_other_mistakes_go_wrong():
    assert (
        numbers(r"L1 as it is +exact zeros: (\d+)")[0] > 10 * numbers(r'"L1": squares +exact zeros: (\d+)')[0]
    )
    one, sixteen = numbers(rf"without +{NUMBER} +{NUMBER}\n")
    assert one == sixteen
    assert "with the same masks: True" in TEXT
    quiet, cost = numbers(rf"inverted dropout +mean \|score\| +{NUMBER} +dev cost {NUMBER}")
    loud, forgotten = numbers(rf"division forgotten +mean \|score\| +{NUMBER} +dev cost {NUMBER}")
    assert loud > 2 * quiet
    assert forgotten > 1.5 * cost
    changed, first, second, without = numbers(
        r"answers that changed: (\d+)%   errors (\d+)% and (\d+)%, with nothing dropped (\d+)%"
    )
    assert changed > 10
    assert min(first, second) > without


EXERCISE = "2_improving_networks/exercises/02_regularisation"
SLIPS = [  # what a beginner writes, and words of the cause that the check must name
    (
        "dropout_forward.activations",
        "wrong way round",
        """
def dropout_forward(A, keep_prob, rng):
    D = rng.random(A.shape) > keep_prob
    return A * D / keep_prob, D
""",
    ),
    (
        "early_stopping.kept",
        "counted anew",
        """
def early_stopping(dev_costs, patience):
    lowest, best, waited = float("inf"), 0, 0
    for epoch, cost in enumerate(dev_costs, start=1):
        if cost < lowest:
            lowest, best = cost, epoch
        else:
            waited += 1
        if waited == patience:
            break
    return best, epoch
""",
    ),
    (
        "early_stopping.stop",
        "one epoch off",
        """
def early_stopping(dev_costs, patience):
    lowest, best = float("inf"), -1
    for epoch, cost in enumerate(dev_costs):
        if cost < lowest:
            lowest, best = cost, epoch
        if epoch - best >= patience:
            break
    return best, epoch
""",
    ),
    (
        "early_stopping.stop",
        "only equals the lowest",
        """
def early_stopping(dev_costs, patience):
    lowest, best = float("inf"), 0
    for epoch, cost in enumerate(dev_costs, start=1):
        if cost <= lowest:
            lowest, best = cost, epoch
        if epoch - best >= patience:
            break
    return best, epoch
""",
    ),
]


@pytest.mark.parametrize(("check", "words", "mistaken"), SLIPS)
def test_a_typical_slip_is_named(check, words, mistaken):
    assert words in likely_cause(EXERCISE, check, mistaken)
