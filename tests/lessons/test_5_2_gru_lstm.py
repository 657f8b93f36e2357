"""Lesson 5.2: what its text says of gradients, memory and mistakes stands in its own outputs."""

import re

import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

TEXT = printed("5_sequence_models/02_gru_lstm")
VARIANTS = ("RNN", "GRU, biases 0", "LSTM, biases 0", "GRU, biased to keep", "LSTM, biased to keep")


def survived(name: str) -> list[float]:
    """Gradient left after 1, 10, 50 and 100 steps."""
    table = TEXT[TEXT.index("steps back") :]
    row = re.search(rf"^{re.escape(name)} +([\de.+-]+) +([\de.+-]+) +([\de.+-]+) +([\de.+-]+)$", table, re.M)
    return [float(number) for number in row.groups()]


def learned(name: str) -> list[list[bool]]:
    """By lag 5, 25, 100: whether each of the two seeds learned."""
    table = TEXT[TEXT.index("seeds 0 / 1;") :]
    row = re.search(rf"^{re.escape(name)} +(\w+) / (\w+) +(\w+) / (\w+) +(\w+) / (\w+) *$", table, re.M)
    words = [word == "learned" for word in row.groups()]
    return [words[0:2], words[2:4], words[4:6]]


def test_own_steps_agree_with_the_kernels():
    assert "agrees with the textbook loop: True   with the fast kernel: True" in TEXT
    assert "last a and c agree with the kernel: True True" in TEXT
    assert len(re.findall(r"same states: True", TEXT)) == 5
    assert len(re.findall(r"nudge below 1e-8: True", TEXT)) == 3


def test_parameters_of_the_cells_are_one_three_and_four_blocks():
    for cell, blocks in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        assert re.search(rf"^{cell} .* {blocks * 15100:,} parameters, {blocks} ×", TEXT, re.M)


def test_gradients_survive_where_gates_are_biased_to_keep():
    for name in VARIANTS[:3]:
        assert survived(name)[2] < 1e-5
    for name in VARIANTS[3:]:
        assert survived(name)[3] == pytest.approx(0.982**100, rel=0.5)
    assert survived("GRU, biases 0")[3] == min(survived(name)[3] for name in VARIANTS)


def test_who_remembers_how_long():
    assert all(all(learned(name)[0]) for name in VARIANTS)
    for name in ("GRU, biases 0", "LSTM, biases 0"):
        assert not any(learned(name)[1] + learned(name)[2])
    for name in VARIANTS[3:]:
        assert all(learned(name)[1] + learned(name)[2])
    assert not any(learned("RNN")[2])


def test_simple_network_gambles():
    words = re.search(r"RNN at lag 30, seeds 0 / 1 / 2: (\w+) / (\w+) / (\w+)", TEXT).groups()
    assert "learned" in words
    assert "no" in words


def test_sentences_are_read_to_the_end():
    assert all(int(share) >= 99 for share in re.findall(r"words at most: (\d+)% right", TEXT))
    keeper = int(re.search(r"the keeper is unit (\d)", TEXT)[1])
    at_noun, rest = re.search(
        rf"unit {keeper}: .*'cats' ([\d.]+), mean over the rest ([\d.]+)", TEXT
    ).groups()
    assert float(at_noun) > 0.4
    assert float(rest) <= 0.1


def test_only_both_directions_know_teddy():
    assert re.search(r"left to right.* ambiguous word: about half", TEXT)
    assert re.search(r"both ways.* ambiguous word: solved", TEXT)


def test_mistakes_go_wrong():
    good, bad = re.search(r"step 30: memory with sigmoid ([\d.]+)   with tanh ([\de.+]+)", TEXT).groups()
    assert float(good) < 0.001
    assert float(bad) > 1e6
    assert "with the product 0.5, with the plus 10.5" in TEXT
    assert re.search(r"candidate with b_u: mean -1\.00, spread over the inputs 0\.000", TEXT)
    assert re.search(r"within its own length   \[3\. 2\. 1\. 0\. 0\.\]", TEXT)


EXERCISE = "5_sequence_models/exercises/02_gru_lstm"
SLIPS = [  # what a beginner writes, and words of the cause that the check must name
    (
        "gru_step.values",
        "upside down",
        """
def gru_step(xt, a_prev, parameters):
    p, both = parameters, np.concatenate([xt, a_prev])
    update, relevance = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "ur")
    candidate = np.tanh(p["Wc"] @ np.concatenate([xt, relevance * a_prev]) + p["bc"])
    return update * candidate + (1 - update) * a_prev
""",
    ),
    (
        "gru_sequence.values",
        "starts from a0 again",
        """
def gru_sequence(x, a0, parameters):
    return np.stack([gru_step(x[:, :, t], a0, parameters) for t in range(x.shape[2])], axis=2)
""",
    ),
    (
        "lstm_step_backward.da_prev",
        "from da, not from dc",
        """
def lstm_step_backward(da, dc, step, parameters):
    f, i, o, v, tanh_c = *(step[n] for n in ("forget", "write", "output", "candidate")), np.tanh(step["c"])
    dc = dc + da * o * (1 - tanh_c**2)
    dZ = {"f": dc * step["c_prev"] * f * (1 - f), "i": dc * v * i * (1 - i)}
    dZ |= {"o": dc * tanh_c * o * (1 - o), "c": dc * i * (1 - v**2)}
    return sum(parameters["W" + gate].T @ dZ[gate] for gate in dZ)[: len(da)], dc * f
""",
    ),
    (
        "lstm_sequence.values",
        "the cell state starts from c0 again",
        """
def lstm_sequence(x, a0, c0, parameters):
    a, pairs = a0, []
    for t in range(x.shape[2]):
        a, c = lstm_step(x[:, :, t], a, c0, parameters)
        pairs.append((a, c))
    return np.stack([a for a, _ in pairs], axis=2), np.stack([c for _, c in pairs], axis=2)
""",
    ),
    (
        "gru_sequence_backward.values",
        "only the last state's da is there",
        """
def gru_sequence_backward(da, x, a0, parameters):
    states, gradient = gru_sequence(x, a0, parameters), da[:, :, -1]
    for t in reversed(range(x.shape[2])):
        a_prev = states[:, :, t - 1] if t > 0 else a0
        gradient = gru_step_backward(gradient, x[:, :, t], a_prev, parameters)
    return gradient
""",
    ),
    (
        "gru_sequence_backward.values",
        "later steps are missing",
        """
def gru_sequence_backward(da, x, a0, parameters):
    states = gru_sequence(x, a0, parameters)
    for t in reversed(range(x.shape[2])):
        a_prev = states[:, :, t - 1] if t > 0 else a0
        gradient = gru_step_backward(da[:, :, t], x[:, :, t], a_prev, parameters)
    return gradient
""",
    ),
    (
        "simple_gru_memory.values",
        "shares are swapped",
        """
def simple_gru_memory(c_prev, candidate, update):
    return (1 - update) * candidate + update * c_prev
""",
    ),
]


@pytest.mark.parametrize(("check", "words", "mistaken"), SLIPS)
def test_a_typical_slip_is_named(check, words, mistaken):
    assert words in likely_cause(EXERCISE, check, mistaken)
