"""Lesson 2.4: the syllabus's figures come out of the lesson's own code, and its claims hold."""

import itertools
import re

import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

TEXT = printed("2_improving_networks/04_optimisation_algorithms")
OPTIMISERS = ("SGD", "momentum", "RMSprop", "Adam")


def number(pattern: str) -> float:
    found = re.search(pattern, TEXT)
    assert found, f"no output matches {pattern}"
    return float(found[1])


def test_powers_of_beta_and_their_limit():
    assert number(r"0\.9\^10 +=(.*)") == 0.349
    assert number(r"1/e +=(.*)") == 0.368
    assert number(r"0\.98\^50 =(.*)") == 0.364
    limits = [float(value) for value in re.findall(r"\(1/epsilon\) = ([\d.]+)", TEXT)]
    assert limits == sorted(limits)
    assert limits[-1] == pytest.approx(0.3679, abs=1e-4)


def test_toy_average():
    assert re.search(r"\[ 4\. +8\.5 +12\.15\]", TEXT)
    assert re.search(r"corrected \[40\. +44\.74 44\.83\]", TEXT)


def test_noise_of_a_mini_batch_falls_with_the_root_of_its_size():
    errors = [float(value) for value in re.findall(r"examples: error +([\d.]+) times", TEXT)]
    assert len(errors) == 4
    for few, many in itertools.pairwise(errors):
        assert few / many == pytest.approx(10**0.5, rel=0.15)


def test_smaller_batches_get_further_in_the_same_epochs():
    rows = re.findall(r"^ +(\d+) +[\d.]+ +\d+ +[\d.]+ +([\d.]+) +\d+%", TEXT, re.MULTILINE)
    assert [int(size) for size, _ in rows] == [8000, 1024, 128, 8, 1]
    costs = [float(cost) for _, cost in rows]
    assert costs == sorted(costs, reverse=True)


def test_momentum_beats_plain_descent_in_the_ravine_at_its_best():
    assert number(r"momentum: +(\d+) steps at best") < 0.5 * number(r"plain descent: +(\d+) steps at best")


def test_steps_built_in_the_lesson_are_those_of_the_package():
    assert len(re.findall(r"equal to the package's after 40 mini-batches: True", TEXT)) == 3


def test_in_the_race_each_best_rate_lies_inside_its_grid():
    for name in OPTIMISERS:
        row = re.search(rf"^{name} +((?: *[\d.]+: [\d.]+)+)$", TEXT, re.MULTILINE)
        costs = [float(cost) for cost in re.findall(r": ([\d.]+)", row[1])]
        assert len(costs) == 4
        assert min(costs[0], costs[-1]) >= min(costs)
        assert min(costs) in costs[1:-1]


def test_adam_gets_off_fastest_and_sgd_slowest():
    first = {name: number(rf"{name} +rate +[\d.]+: cost after one epoch ([\d.]+)") for name in OPTIMISERS}
    assert min(first, key=first.get) == "Adam"
    assert max(first, key=first.get) == "SGD"


def test_every_decay_ends_below_the_constant_rate():
    rows = re.findall(
        r"^(constant|1/t|exponential|1/sqrt\(t\)|staircase|manual) +[\d.]+ +[\d.]+ +([\d.]+) +\d+%",
        TEXT,
        re.M,
    )
    costs = {name: float(cost) for name, cost in rows}
    assert len(costs) == 6
    assert all(costs[name] < 0.7 * costs["constant"] for name in costs if name != "constant")


def test_share_of_saddles_grows_with_the_dimension():
    shares = [int(s) for s in re.findall(r"^ [1-6] +\d+ +\d+% +\d+% +(\d+)%", TEXT, re.MULTILINE)]
    assert len(shares) == 6
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[1] == 50  # a function on a torus has as many saddles as minima and maxima together
    assert shares[-1] > 90


def test_dividing_by_the_gradients_size_leaves_a_saddle_soon():
    steps = {name: int(number(rf"\n{name} +(\d+) +\d+\n")) for name in OPTIMISERS}
    assert max(steps["RMSprop"], steps["Adam"]) < 0.2 * min(steps["SGD"], steps["momentum"])


def test_mistakes_go_wrong():
    assert number(r"day 30: fed back +(\d+)") > 1000
    crawls = re.search(r"V and S overwritten +\[0\.01 +([\d.]+) +([\d.]+) +([\d.]+)", TEXT)
    assert float(crawls[3]) < 0.001
    assert re.search(r"S corrected with beta1 +\[0\.1 ", TEXT)
    assert re.search(r"V in the recursion of S +NaN", TEXT)
    assert "never seen: [1000, 2000, 3000, 4000]" in TEXT
    assert re.search(r"right: sizes .* never seen: \[\]", TEXT)


EXERCISE = "2_improving_networks/exercises/04_optimisation_algorithms"
SLIPS = [  # what a beginner writes, and words of the cause that the check must name
    (
        "mini_batches.whole",
        "ends before its second",
        """
def mini_batches(X, Y, size, order):
    starts = range(0, X.shape[1], size)
    return [(X[:, order[k + 1 : k + size]], Y[:, order[k + 1 : k + size]]) for k in starts]
""",
    ),
    (
        "weighted_average.values",
        "t starts at 1",
        """
def weighted_average(theta, beta):
    v, corrected = 0.0, []
    for t, value in enumerate(theta):
        v = beta * v + (1 - beta) * value
        corrected.append(v / (1 - beta**t) if t else v)
    return np.array(corrected)
""",
    ),
    (
        "adam_step.step",
        "power t is missing",
        """
def adam_step(W, dW, v, s, t, alpha, beta1, beta2, epsilon):
    v, s = beta1 * v + (1 - beta1) * dW, beta2 * s + (1 - beta2) * dW**2
    return W - alpha * v / (1 - beta1) / (np.sqrt(s / (1 - beta2)) + epsilon), v, s
""",
    ),
    (
        "adam_run.values",
        "raw averages",
        """
def adam_run(w, gradients, alpha):
    v, s, path = 0.0, 0.0, []
    for g in gradients:
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
        w = w - alpha * v / (np.sqrt(s) + 1e-8)
        path.append(w)
    return np.array(path)
""",
    ),
    (
        "adam_move.values",
        "its correction needs beta1",
        """
def adam_move(dW, v, s, t, alpha):
    v, s = 0.9 * v + 0.1 * dW, 0.999 * s + 0.001 * dW**2
    return -alpha * v / (1 - 0.999**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
""",
    ),
    (
        "learning_rate.values",
        "raised, not returned",
        """
def learning_rate(name, alpha_0, epoch, decay):
    if name == "inverse":
        return alpha_0 / (1 + decay * epoch)
    if name == "exponential":
        return alpha_0 * decay**epoch
    if name == "root":
        return decay * alpha_0 / max(epoch, 1) ** 0.5
    if name == "staircase":
        return alpha_0 * 0.5 ** (epoch // decay)
    return ValueError(name)
""",
    ),
]


@pytest.mark.parametrize(("check", "words", "mistaken"), SLIPS)
def test_a_typical_slip_is_named(check, words, mistaken):
    assert words in likely_cause(EXERCISE, check, mistaken)
