"""Lesson 3.2: the syllabus's figures come out of the lesson's own code, and its claims hold."""

import itertools
import re

import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

from course_utils.explorers import ErrorBudgetExplorer, ErrorBudgetState

TEXT = printed("3_ml_projects/02_human_level_and_diagnosis")


def numbers(pattern: str) -> list[float]:
    found = re.search(pattern, TEXT)
    assert found, f"no output matches {pattern}"
    return [float(value) for value in found.groups()]


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ("human   1 / train 8 / dev 10", "avoidable bias"),
        ("human 7.5 / train 8 / dev 10", "variance"),
        ("0 / 1 / 9 / 10", "variance"),
        ("0 / 1 / 1.5 / 10", "data mismatch"),
    ],
)
def test_stated_tables_give_the_stated_diagnoses(errors, verdict):
    assert re.search(rf"^{re.escape(errors)}.*-> {verdict}$", TEXT, re.MULTILINE)


def test_learning_slows_towards_the_bayes_error_and_training_error_may_lie_below():
    rows = re.findall(
        r"^ *(\d+) examples: training error +([\d.]+) %, .*new examples +([\d.]+) %", TEXT, re.M
    )
    train, new = ([float(row[i]) for row in rows] for i in (1, 2))
    gains = [a - b for a, b in itertools.pairwise(new)]
    assert all(gain > 0 for gain in gains)
    assert gains[-1] < 0.1 * gains[0]
    assert train[0] < 4 < 5 <= min(new)


def test_more_eyes_come_closer_to_the_bayes_error():
    rows = re.findall(
        r"^(one layperson|one expert|five experts, majority|best possible) +([\d.]+) %", TEXT, re.M
    )
    errors = [float(error) for _, error in rows]
    assert len(errors) == 4
    assert errors == sorted(errors, reverse=True)


def test_the_choice_of_human_matters_only_near_human_level():
    verdicts = re.findall(
        r"^ +(typical person|typical doctor|experienced doctor|team) .*-> (.*)$", TEXT, re.M
    )
    words = [verdict for _, verdict in verdicts]
    assert set(words[:4]) == {"avoidable bias"}
    assert set(words[4:8]) == {"variance"}
    assert words[8:] == ["variance"] * 3 + ["avoidable bias"]


def test_planted_faults_are_found():
    assert re.search(r"A: four hidden units +human.*gap: avoidable bias", TEXT)
    assert re.search(r"B: 300 pictures +human.*gap: variance", TEXT)


def test_each_fault_has_its_own_remedy():
    part_a, part_b = re.search(
        r"(A: four hidden units, 3000(?:.|\n)*?)(B: 300 pictures, 300(?:.|\n){1,300})", TEXT
    ).groups()

    def dev(part: str, remedy: str) -> float:
        return float(re.search(rf"{remedy} +train +\d+ +dev +(\d+)", part)[1])

    assert dev(part_a, "wider network") < 0.5 * dev(part_a, "as it is")
    for remedy in ("twice the pictures", "tilted copies"):
        assert dev(part_a, remedy) > 0.8 * dev(part_a, "as it is")
    for remedy in ("wider network", "longer training"):
        assert dev(part_b, remedy) >= dev(part_b, "as it is") - 2
        assert dev(part_b, "twice the pictures") < dev(part_b, remedy)


def test_mismatch_is_found_and_only_data_like_the_target_cure_most_of_it():
    assert re.search(r"trained on scans .*-> data mismatch", TEXT)
    rows = dict(re.findall(r"^(trained on scans|scans[\w, ]+?) +dev +(\d+) +test +\d+$", TEXT, re.M))
    dev = {name: float(error) for name, error in rows.items()}
    assert len(dev) == 5
    assert min(dev, key=dev.get) == "scans made to look phoned"
    assert dev["scans made to look phoned"] < 0.6 * dev["trained on scans"]
    assert re.search(r"after the cure .*-> variance", TEXT)


def test_a_small_dev_set_is_learned_by_heart():
    dev_0, dev_1, test_0, test_1 = numbers(
        r"dev set of  100: dev +(\d+) -> +(\d+) %, test +(\d+) -> +(\d+) %"
    )
    assert dev_1 < dev_0 - 3
    assert test_1 >= test_0


def test_chance_is_what_the_formula_says():
    for size, low, high, chance in re.findall(
        r"dev sets of +(\d+): .* between +(\d+)% and +(\d+)%; formula \+/- ([\d.]+)%", TEXT
    ):
        assert float(high) - float(low) == pytest.approx(2 * float(chance), rel=0.2), size


def test_a_pupil_passes_its_teachers_and_human_labels_hide_it():
    by_truth, by_people = numbers(r"100,000 +([\d.]+)% +([\d.]+)%")
    (person,) = numbers(r"a person: +([\d.]+)%")
    assert by_truth < person < by_people


def test_dropout_left_on_looks_like_bias():
    on, off = numbers(r"dropout on: train (\d+) % +off: train (\d+) %")
    assert on > 3 * off + 5


def test_the_answers_under_the_explorer_are_what_it_shows():
    explorer = ErrorBudgetExplorer(
        ErrorBudgetState(0.2, 2.0, 5.0, 30.0, 28.0, "another; train-dev set kept", 1000)
    )
    explorer.set(dev=8.0, test=8.0)  # 1. as far from train-dev as that is from train
    assert explorer.result.ranked[0].name == "variance"
    explorer.choose("Too few examples")  # 3. chance of 3.3 points with 300 examples, 1.8 with 1000
    for examples, chance, counts in ((300, 3.3, False), (1000, 1.8, True)):
        explorer.set(examples=examples)
        gap = explorer.result.gaps[1]
        assert (round(gap.noise, 1), gap.counts) == (chance, counts)
    explorer.choose("Past people")  # 4. the lower end is gone
    assert explorer.result.gaps[0].size < 0


EXERCISE = "3_ml_projects/exercises/02_human_level_and_diagnosis"
SLIPS = [  # what a beginner writes, and words of the cause that the check must name
    (
        "error_gaps.values",
        "between two neighbours",
        """
def error_gaps(human, train, train_dev, dev, test):
    return np.array([train, train_dev, dev, test]) - human
""",
    ),
    (
        "diagnose.stated",
        "np.argmax takes nan",
        """
def diagnose(table):
    gaps = np.diff(table, axis=1)
    return [["bias", "variance", "mismatch"][int(np.argmax(row))] for row in gaps]
""",
    ),
    (
        "human_level.values",
        "another reader does better",
        """
def human_level(readers, goal):
    if goal == "diagnose":
        return sorted(readers.values())[1]
    if goal == "replace":
        return readers["today"]
    raise ValueError(goal)
""",
    ),
    (
        "gain_from_more_data.values",
        "data mismatch",
        """
def gain_from_more_data(human, train, train_dev, dev):
    return max(0.0, dev - train_dev)
""",
    ),
]


@pytest.mark.parametrize(("check", "words", "mistaken"), SLIPS)
def test_a_typical_slip_is_named(check, words, mistaken):
    assert words in likely_cause(EXERCISE, check, mistaken)
