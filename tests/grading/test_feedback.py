"""What counts as right, and what a learner reads where it is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.grading.diagnose import NO_CAUSE, diagnose
from course_utils.grading.exercise import load_exercise
from course_utils.grading.release import answer_sources
from course_utils.grading.trusted import prepare, run_here
from course_utils.grading.values import Failure, Unknown, decode, encode, equal

TOLERANCE = (1e-5, 1e-8)
LESSON = (
    Path(__file__).parents[2] / "sources" / "1_neural_networks" / "exercises" / "02_logistic_regression.py"
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.int8, np.uint64, np.bool_, np.complex128]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_values_survive_the_way_to_json_and_back(value):
    back = decode(encode(value))
    assert equal(value, back, (0.0, 0.0))
    assert encode(back) == encode(value)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(["array", "number", "list", "<f8"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["kind", "items", "shape", "dtype", "data", "value", "type"]), inner
            )
        ),
    )
)
def test_forged_data_never_raises(data):
    found = decode(data)
    equal(np.ones(3), found, TOLERANCE)
    diagnose(np.ones(3), found, inputs={"x": np.ones(3)})


def test_the_same_answer_in_other_types_counts():
    expected = np.array([[0.1, -0.2], [0.3, 40.0]])
    for found in (
        expected.astype(np.float32),
        expected.tolist(),
        tuple(map(tuple, expected.tolist())),
        expected * (1 + 1e-9),
        np.asfortranarray(expected),
    ):
        assert equal(expected, decode(encode(found)), TOLERANCE)
    assert equal((np.ones(2), 1.0), [[1, 1], np.float32(1)], TOLERANCE)
    assert equal(np.array([1.0, 0.0]), np.array([True, False]), TOLERANCE)
    assert equal(np.array([np.nan, np.inf]), [float("nan"), float("inf")], TOLERANCE)


@pytest.mark.parametrize(
    "found",
    [np.ones((3, 1)), np.ones(3), np.ones((1, 3)) * 1.001, "1", None, {"a": 1}, [1, 1], Unknown("x"),
     Failure("E"),
     np.array([[1, 1, np.nan]]), np.array([[1, 1, np.inf]]), [[1, 1, "1"]], [[1, 1], [1]]],
)  # fmt: skip
def test_other_answers_do_not_count(found):
    assert not equal(np.ones((1, 3)), found, TOLERANCE)


rng = np.random.default_rng(5)
X = rng.normal(size=(3, 5))
W = rng.normal(size=(4, 4))
COLUMN = rng.normal(size=(3, 1))


@pytest.mark.parametrize(
    ("expected", "found", "inputs", "words"),
    [
        (COLUMN, 5 * COLUMN, {"X": X}, "factor 1/m is missing"),
        (COLUMN, COLUMN / 5, {"X": X}, "factor 1/m too many"),
        (COLUMN, -5 * COLUMN, {"X": X}, "sign is flipped and the result is 5 times too large"),
        (COLUMN, -COLUMN, {}, "sign is flipped"),
        (COLUMN, COLUMN.T, {}, "transposed"),
        (W, W.T, {}, "transposed"),
        (COLUMN, COLUMN[:, 0], {}, "rank-1"),
        (2.5, np.array([[2.5]]), {}, "still in an array"),
        (2.5, np.array([1.0, 1.5]), {}, "sum or mean"),
        (X.sum(axis=1, keepdims=True), X.sum(), {}, "summed to one number"),
        (X.sum(axis=1, keepdims=True), X.sum(axis=1), {}, "keepdims"),
        (COLUMN, COLUMN + COLUMN[:, 0], {}, "broadcast"),
        (X, 2 * X, {}, "factor 1/2 is missing"),
        (X, 0.3 * X, {"learning_rate": 0.3}, "factor learning_rate too many"),
        (X, 0.7 * X, {"beta": 0.3}, r"factor \(1 - beta\) too many"),
        (X, X + 0.25, {}, "constant summand"),
        (X, np.where(X > 0, X, np.nan), {}, "nan in"),
        (X, np.where(X > 0, X, np.inf), {}, "infinity"),
        (-np.inf, -3.0, {}, "-inf is expected in 1 of 1 places"),
        (np.array([1.0, np.inf]), np.array([2.0, 7.0]), {}, "inf is expected in 1 of 2 places"),
        (np.array([1.0, np.nan]), np.array([2.0, np.nan]), {}, NO_CAUSE),
        (X, 1 - X, {}, "complement"),
        (X, np.exp(X), {}, "exp of the expected"),
        (X, X**2, {}, "root is missing"),
        (X, X[:, ::-1], {}, "wrong places"),
        (X, X.astype(int) * 7, {}, "whole numbers"),
        (np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.2, 0.7]), {}, "threshold"),
        (X, np.hstack([X[:, :-1], X[:, -1:] + rng.normal(size=(3, 1))]), {}, "loop stop one too early"),
        (X, X[:, :-1], {}, "axis 1 is 4 long instead of 5"),
        (X, None, {}, "returns None"),
        (X, "text", {}, "text came"),
        ((X, 1.0), X, {}, "only one of them"),
        ((X, 1.0), (1.0, X), {}, "reversed"),
        ((X, 1.0), (X, 2.0, 3.0), {}, "2 values are needed, 3 came"),
        ({"W1": X}, {"W2": X}, {}, "missing: 'W1'"),
        ({"W1": X, "b1": COLUMN}, {"W1": X, "b1": -COLUMN}, {}, "entry 'b1': the sign is flipped"),
        (X, Unknown("function"), {}, "call it"),
        (X, Failure("NotImplementedError", "do it", unwritten=True), {}, "not written yet: do it"),
        (X, Failure("NameError", "name 'x' is not defined"), {}, "no answer cell"),
        (X, Failure("ValueError", "operands could not be broadcast together"), {}, "shapes do not fit"),
        (X, Failure("TimeLimit"), {}, "does not end"),
        (X, rng.normal(size=X.shape), {}, NO_CAUSE),
    ],
)  # fmt: skip
def test_the_likely_cause_is_found(expected, found, inputs, words):
    import re

    cause = diagnose(expected, found, inputs=inputs).cause
    assert re.search(words, cause), cause


def test_in_place_change_is_named():
    told = diagnose(X, -X, changed=("Z",))
    assert "sign is flipped" in told.cause
    assert "changed its input Z in place" in told.cause


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.float64, (3, 4), elements=st.floats(-10, 10).filter(lambda x: abs(x) > 0.01)),
    st.integers(3, 30),
)
def test_a_missing_1_over_m_is_found_for_any_m(value, m):
    cause = diagnose(value, value * m, inputs={"X": np.ones((2, m))}).cause
    if m != 4:  # four columns: the mean over the other axis reads the same
        assert "1/m is missing" in cause


def test_forms_carry_no_value_and_no_word_of_the_learner():
    secret = 0.123456789
    told = diagnose(secret, Failure("S0_123456789", f"input was {secret}", unwritten=True))
    shown = told.expected_form + told.found_form + told.cause_form
    assert "123" not in shown
    told = diagnose({"a": 1}, {f"x{secret}": 1})
    assert "123" not in told.found_form + told.cause_form
    told = diagnose(X, Unknown("T123"), warned=("123",))
    assert "123" not in told.found_form + told.cause_form


# Ten typical mistakes of lesson 1.2 and, for each check that fails, what its message must lead to.
MISTAKES = {
    "brackets missing in the sigmoid": (
        {"sigmoid": "def sigmoid(Z):\n    return 1 / 1 + np.exp(-Z)"},
        {"sigmoid.values": "brackets", "sigmoid.far": "overflow", "train.values": "uses sigmoid"},
    ),
    "sigmoid that overflows": (
        {"sigmoid": "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))"},
        {"sigmoid.far": "exp of a large number overflows"},
    ),
    "math.exp on an array": (
        {"sigmoid": "import math\ndef sigmoid(Z):\n    return 1 / (1 + math.exp(-Z))"},
        {"sigmoid.values": "np.exp", "sigmoid.far": "np.exp", "train.values": "uses sigmoid"},
    ),
    "no return": (
        {"sigmoid": "def sigmoid(Z):\n    A = np.where(Z > 0, 1.0, 0.0)"},
        {"sigmoid.values": "returns None", "sigmoid.far": "returns None", "train.values": "uses sigmoid"},
    ),
    "sum for mean in the cost": (
        {"cost": "def cost(A, Y):\n    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))"},
        {"cost.values": "1/m is missing", "train.values": "uses cost"},
    ),
    "cost without the minus": (
        {"cost": "def cost(A, Y):\n    return np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))"},
        {"cost.values": "sign is flipped", "train.values": "uses cost"},
    ),
    "cost for each example": (
        {"cost": "def cost(A, Y):\n    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A))"},
        {"cost.values": "sum or mean over them is missing", "train.values": "uses cost"},
    ),
    "gradients without 1/m": (
        {"gradients": "def gradients(X, A, Y):\n    return X @ (A - Y).T, np.sum(A - Y)"},
        {"gradients.dw": "1/m is", "gradients.db": "1/m is missing", "train.values": "uses gradients"},
    ),
    "gradient of rank 1": (
        {"gradients": "def gradients(X, A, Y):\n    m = X.shape[1]\n    dZ = A - Y\n"
         "    return np.sum(X * dZ, axis=1) / m, np.sum(dZ) / m"},
        {"gradients.dw": "rank-1", "train.values": "uses gradients"},
    ),
    "probabilities for decisions": (
        {"predict": "def predict(w, b, X):\n    return sigmoid(w.T @ X + b)"},
        {"predict.values": "threshold"},
    ),
    "errors the wrong way round": (
        {"gradients": "def gradients(X, A, Y):\n    return X @ (Y - A).T / X.shape[1], np.mean(Y - A)"},
        {"gradients.dw": "sign is", "gradients.db": "sign is flipped", "train.values": "uses gradients"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def lesson():
    if not LESSON.exists():
        pytest.skip("lesson 1.2 is not here")
    exercise = load_exercise(LESSON)
    return exercise, prepare(exercise, 1)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_typical_mistakes_of_lesson_1_2(mistake, lesson):
    exercise, checks = lesson
    change, wanted = MISTAKES[mistake]
    sources = [(name, change.get(name, source)) for name, source in answer_sources(exercise, "solution")]
    results = {result.check_id: result for result in run_here(checks, sources, exercise.setup_sources())}
    failing = {name: result.cause for name, result in results.items() if result.status != "passed"}
    assert failing.keys() == wanted.keys()
    for name, words in wanted.items():
        assert words in failing[name], failing[name]


def test_every_failing_check_of_the_starter_says_what_to_do(lesson):
    exercise, checks = lesson
    for result in run_here(checks, answer_sources(exercise, "starter"), exercise.setup_sources()):
        assert result.score == 0
        assert result.cause
        assert NO_CAUSE not in result.cause
        assert result.expected
        assert result.found
