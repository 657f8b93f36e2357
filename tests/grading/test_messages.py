"""What a learner reads after typical mistakes in the exercises of track 1, and what a class may not read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_utils.grading.diagnose import NO_CAUSE, diagnose
from course_utils.grading.exercise import load_exercise, parse_exercise
from course_utils.grading.release import answer_sources
from course_utils.grading.trusted import PreparedCheck, judge, prepare, run_here
from course_utils.grading.values import Failure, encode

SOURCES = Path(__file__).parents[2] / "sources" / "1_neural_networks" / "exercises"

BACKWARD = (
    "def backward(A, Z, Y, parameters):\n"
    "    L = len(parameters) // 2\n"
    "    gradients, dZ = {}, A[L] - Y\n"
    "    for l in range(L, 0, -1):\n"
    '        dA, dW, db = layer_backward(dZ, A[l - 1], parameters[f"W{l}"])\n'
    '        gradients |= {f"dW{l}": dW, f"db{l}": db}\n'
)

# Exercise, mistake: the answers that differ from the solution; by failing check, words of its message.
MISTAKES = {
    ("01", "minus before the product only"): (
        {"neuron_forward": "def neuron_forward(X, w, b):\n    return 1 / (1 + np.exp(-np.dot(w.T, X) + b))"},
        {"neuron_forward.values": "before the whole sum"},
    ),
    ("01", "w[0] for w[0, 0], mixed with numbers"): (
        {"xor_margins": "def xor_margins(w, b):\n"
         "    return np.array([-b, w[1] + b, w[0] + b, -(w[0] + w[1] + b)])"},
        {"xor_margins.values": "w[0, 0] is the number"},
    ),
    ("01", "w[0] for w[0, 0] everywhere"): (
        {"xor_margins": "def xor_margins(w, b):\n"
         "    return np.array([0 * w[0] - b, w[1] + b, w[0] + b, -(w[0] + w[1] + b)])"},
        {"xor_margins.values": "w[0, 0] is the number"},
    ),
    ("01", "math.exp on an array"): (
        {"neuron_forward": "import math\ndef neuron_forward(X, w, b):\n"
         "    return 1 / (1 + math.exp(-(w.T @ X + b)))"},
        {"neuron_forward.values": "np.exp for math.exp"},
    ),
    ("01", "if on an array"): (
        {"perceptron": "def perceptron(X, w, b):\n    return 1.0 if w.T @ X + b > 0 else 0.0"},
        {"perceptron.values": "np.where"},
    ),
    ("01", "inputs overwritten"): (
        {"layer_forward": "def layer_forward(A_prev, W, b):\n    W *= -1\n"
         "    return 1 / (1 + np.exp(W @ A_prev - b))"},
        {"layer_forward.values": "changed its input W in place"},
    ),
    ("03", "a loop over the points"): (
        {"nearest": "def nearest(X, C):\n"
         "    return np.array([((C - X[:, [i]]) ** 2).sum(axis=0).argmin() for i in range(X.shape[1])])"},
        {"nearest.values": "one after the other"},
    ),
    ("03", "a loop over the few centres"): (
        {"nearest": "def nearest(X, C):\n"
         "    squared = [((X - C[:, [k]]) ** 2).sum(axis=0) for k in range(C.shape[1])]\n"
         "    return np.stack(squared).argmin(axis=0)"},
        {"nearest.values": "one after the other"},
    ),
    ("03", "a loop over a list made of the array"): (
        {"l1_and_l2": "def l1_and_l2(Yhat, Y):\n"
         "    E = (Y - Yhat).tolist()[0]\n    return sum(abs(e) for e in E), sum(e * e for e in E)"},
        {"l1_and_l2.values": "one after the other"},
    ),
    ("03", "printing is no loop"): (
        {"softmax": "def softmax(Z):\n    str(Z), repr(Z)\n    E = np.exp(Z - Z.max(axis=0))\n"
         "    return E / E.sum(axis=0)"},
        {},
    ),
    ("03", "the sums forgotten"): (
        {"l1_and_l2": "def l1_and_l2(Yhat, Y):\n    return np.abs(Y - Yhat), (Y - Yhat) ** 2"},
        {"l1_and_l2.values": "the sum over the entries is missing"},
    ),
    ("03", "np.where around a division by zero"): (
        {"normalise_rows": "def normalise_rows(M):\n    n = np.linalg.norm(M, axis=1, keepdims=True)\n"
         "    return np.where(n == 0, 0, M / n)"},
        {"normalise_rows.values": "np.where computes both of its branches"},
    ),
    ("03", "zero rows forgotten"): (
        {"normalise_rows": "def normalise_rows(M):\n    return M / np.linalg.norm(M, axis=1, keepdims=True)"},
        {"normalise_rows.values": "0/0 is nan"},
    ),
    ("03", "largest of each row subtracted"): (
        {"softmax": "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n"
         "    return E / E.sum(axis=0, keepdims=True)"},
        {"softmax.values": "that of each column", "softmax.large": ""},
    ),
    ("03", "largest of all subtracted"): (
        {"softmax": "def softmax(Z):\n    E = np.exp(Z - Z.max())\n"
         "    return E / E.sum(axis=0, keepdims=True)"},
        {"softmax.large": "largest score of the whole matrix"},
    ),
    ("03", "softmax as the formula reads"): (
        {"softmax": "def softmax(Z):\n    return np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True)"},
        {"softmax.large": "subtract the largest first"},
    ),
    ("03", "scores subtracted in place"): (
        {"softmax": "def softmax(Z):\n    Z -= Z.max(axis=0)\n    E = np.exp(Z)\n"
         "    return E / E.sum(axis=0)"},
        {"softmax.values": "changed its input Z in place", "softmax.large": "changed its input Z in place"},
    ),
    ("04", "gradients of the hidden layer without the slope"): (
        {"backward": "def backward(X, Y, A1, A2, parameters):\n    m, dZ2 = X.shape[1], A2 - Y\n"
         "    dZ1 = parameters['W2'].T @ dZ2 * A1\n"
         "    return {'dW1': dZ1 @ X.T / m, 'db1': dZ1.mean(axis=1, keepdims=True),\n"
         "            'dW2': dZ2 @ A1.T / m, 'db2': dZ2.mean(axis=1, keepdims=True)}"},
        {"backward.hidden_layer": "dW1", "train.parameters": "it may come from there",
         "train.costs": "uses backward, whose own check fails: it may come from there"},
    ),
    ("04", "bias gradient of rank 1"): (
        {"backward": "def backward(X, Y, A1, A2, parameters):\n    m, dZ2 = X.shape[1], A2 - Y\n"
         "    dZ1 = parameters['W2'].T @ dZ2 * (1 - A1**2)\n"
         "    return {'dW1': dZ1 @ X.T / m, 'db1': dZ1.mean(axis=1, keepdims=True),\n"
         "            'dW2': dZ2 @ A1.T, 'db2': dZ2.mean(axis=1, keepdims=True)}"},
        {"backward.output_layer": "1/m", "train.costs": "", "train.parameters": ""},
    ),
    ("05", "slope of ReLU at layer 0"): (
        {"backward": BACKWARD + "        dZ = dA * (Z[l - 1] > 0)\n    return gradients"},
        {"backward.last_layer": "only while l > 1", "backward.all_layers": "only while l > 1",
         "train.costs": "only while l > 1", "train.parameters": "only while l > 1"},
    ),
    ("05", "slope of the wrong layer"): (
        {"backward": BACKWARD + "        if l > 1:\n            dZ = dA * (Z[l] > 0)\n    return gradients"},
        {"backward.last_layer": "Z[l - 1], not Z[l]", "backward.all_layers": "Z[l - 1]", "train.costs": "",
         "train.parameters": ""},
    ),
    ("05", "db of rank 1"): (
        {"layer_backward": "def layer_backward(dZ, A_prev, W):\n    m = dZ.shape[1]\n"
         "    return W.T @ dZ, dZ @ A_prev.T / m, dZ.mean(axis=1)"},
        {"layer_backward.values": "db has the shape", "backward.last_layer": "db of the last layer: a rank-1",
         "backward.all_layers": "db", "train.costs": "uses", "train.parameters": "uses"},
    ),
    ("05", "lists of the caller reversed"): (
        {"dZ_of_all_layers": "def dZ_of_all_layers(dZ_last, Z, W):\n    dZ = [dZ_last]\n    W.reverse()\n"
         "    for k, one in enumerate(W[:-1]):\n"
         "        dZ.insert(0, one.T @ dZ[0] * (Z[-2 - k] > 0))\n    return dZ"},
        {"dZ_of_all_layers.values": "list(W)"},
    ),
    ("05", "wrong slope and changed lists"): (
        {"dZ_of_all_layers": "def dZ_of_all_layers(dZ_last, Z, W):\n    dZ = [dZ_last]\n    Z.append(0)\n"
         "    for k in range(len(W) - 1, 0, -1):\n"
         "        dZ.insert(0, W[k].T @ dZ[0] * (Z[k] > 0))\n    return dZ"},
        {"dZ_of_all_layers.values": "whose dZ this is; also, the function changed its input Z"},
    ),
    ("05", "update in place"): (
        {"update": "def update(parameters, gradients, learning_rate):\n    for name in parameters:\n"
         "        parameters[name] -= learning_rate * gradients['d' + name]\n    return parameters"},
        {"update.values": "make a new dict"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def prepared():
    known = {}

    def get(number: str):
        if number not in known:
            exercise = load_exercise(next(SOURCES.glob(f"{number}_*.py")))
            known[number] = exercise, prepare(exercise, 1)
        return known[number]

    return get


@pytest.mark.parametrize("mistake", MISTAKES, ids=" ".join)
def test_typical_mistakes_are_named(mistake, prepared):
    exercise, checks = prepared(mistake[0])
    change, wanted = MISTAKES[mistake]
    sources = [(name, change.get(name, source)) for name, source in answer_sources(exercise, "solution")]
    results = {result.check_id: result for result in run_here(checks, sources, exercise.setup_sources())}
    failing = {name: result.cause for name, result in results.items() if result.status != "passed"}
    assert failing.keys() == wanted.keys(), failing
    for name, words in wanted.items():
        assert words in failing[name], failing[name]
        assert failing[name] != NO_CAUSE


def test_returned_values_have_their_names(prepared):
    _, checks = prepared("05")
    parts = {check.check_id: check.parts for check in checks}
    assert parts["layer_backward.values"] == ("dA_prev", "dW", "db")
    assert parts["train.costs"] == ()
    assert {check.check_id: check.parts for check in prepared("04")[1]}["backward.hidden_layer"] == (
        "dW1",
        "db1",
    )
    rows, column = np.ones((2, 3)), np.ones((2, 1))
    told = diagnose((rows, column), (rows, column[:, 0]), parts=("dW", "db"))
    assert told.cause.startswith("db: a rank-1 array")
    assert told.expected.startswith("dW shape (2, 3)")
    assert "db an array of shape (2,)" in told.found_form
    assert (
        "2 values (dW, db) are needed, 3 came"
        in diagnose((rows, column), (1, 2, 3), parts=("dW", "db")).cause
    )
    assert "value 2 of 2" in diagnose((rows, column), (rows, column[:, 0])).cause


def test_names_are_read_off_the_solution_and_kept_in_the_manifest():
    text = (
        "# %% [markdown]\n# # Two\n\n# %%\nimport numpy as np\n\n"
        '# %% grade_id="two"\ndef two(x):\n    # BEGIN SOLUTION\n    low, high = x - 1, x + 1\n'
        "    return low, high\n    # END SOLUTION\n\n"
        '# %% check="two.values" points=10 of="two"\ndef cases(rng):\n'
        '    return [{"x": float(i)} for i in range(3)]\n'
    )
    exercise = parse_exercise(text, "two")
    assert type(exercise).from_json(exercise.to_json()) == exercise
    (check,) = prepare(exercise, 1)
    assert check.parts == ("low", "high")
    assert PreparedCheck.from_dict(check.to_dict()) == check
    result = judge(check, [{"result": encode((float(i) - 1, float(i)))} for i in range(3)])
    assert result.cause.startswith("high"), result.cause


def test_secret_inputs_stay_out_of_what_a_class_reads():
    secret, rows = 0.123456, np.arange(6.0).reshape(2, 3)
    for found in (
        rows + secret,
        rows * secret,
        (("x", {f"s{secret}": 1}),),
        [[{f"s{secret}": 1}]],
        Failure("TypeError", f"NoneType {secret}"),
    ):
        for parts in ((), ("a", "b")):
            told = diagnose(rows if isinstance(found, np.ndarray) else (rows, rows), found, parts=parts)
            assert "1234" not in told.found_form + told.cause_form, told
