"""Gates set by hand, and those of a cell on a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.explorers import GatedModel, GateExplorer, SentenceGatesExplorer
from course_utils.explorers.gates import STEPS, GateState
from course_utils.kernels.recurrent import gru_forward, lstm_forward

share = st.floats(0, 1).map(lambda v: round(v, 2))


@pytest.fixture(scope="module")
def explorer() -> GateExplorer:
    return GateExplorer()


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        state, result = explorer.result.state, explorer.result
        before = np.concatenate([[0.0], result.c[:-1]])
        np.testing.assert_allclose(result.c, result.forget * before + result.input * result.candidate)
        np.testing.assert_allclose(explorer._c.get_ydata(), result.c)
        np.testing.assert_allclose(explorer._gates.get_array()[:2], [result.forget, result.input])
        assert state.read_at >= state.write_at
        assert explorer.goes_wrong(result) == ("cannot be read back" in explorer.alt)


@pytest.mark.parametrize("preset", GateExplorer.presets, ids=lambda preset: preset.name)
def test_presets_do_what_they_say(explorer, preset):
    explorer.choose(preset.name)
    assert explorer.goes_wrong(explorer.result) == preset.goes_wrong


@given(forget=share, leak=share, write=share, value=st.floats(-1, 1), cell=st.sampled_from(["LSTM", "GRU"]))
def test_share_kept_is_the_derivative_of_the_memory(forget, leak, write, value, cell):
    """dc<read>/dc<write>, measured by a change of the candidate that is written."""
    state = GateState(cell, round(value, 2), 3, write, forget, leak, 0, 15)
    nudged = GateState(cell, round(value, 2) + 0.5, 3, write, forget, leak, 0, 15)
    one, two = GateExplorer.compute(None, state), GateExplorer.compute(None, nudged)
    at_write = two.c[2] - one.c[2]
    assert two.recalled - one.recalled == pytest.approx(one.kept * at_write, abs=1e-12)


def test_leaky_memory_decays_geometrically(explorer):
    explorer.choose("Leaky memory")
    assert explorer.result.kept == pytest.approx(0.8**17)


def test_erasing_leaves_nothing(explorer):
    explorer.choose("Erase")
    assert explorer.result.recalled == 0
    assert explorer.result.kept == 0


def test_gru_has_one_gate_for_both_jobs(explorer):
    explorer.reset()
    explorer.controls["cell"].value = "GRU"
    explorer.controls["leak"].value = 0.3
    assert explorer.state.forget == pytest.approx(0.7)
    np.testing.assert_allclose(explorer.result.forget + explorer.result.input, 1)
    with pytest.raises(ValueError, match="forget"):
        explorer.set(forget=0.2)
    explorer.undo()
    explorer.undo()
    assert explorer.state == explorer.initial


def test_only_the_lstm_adds_up(explorer):
    explorer.reset()
    explorer.set(leak=1.0)
    assert np.abs(explorer.result.c).max() > 1
    assert np.abs(explorer.result.a).max() < 1
    explorer.set(cell="GRU")
    assert np.abs(explorer.result.c).max() <= 1


def test_words_fit_the_cell_and_the_number_of_steps(explorer):
    explorer.set(cell="LSTM", write_at=3, read_at=4, leak=0.0, forget=1.0)
    assert "; 1 step later" in explorer.alt
    assert "The forget gates between" in explorer.alt
    explorer.choose("GRU")
    assert "; 17 steps later" in explorer.alt
    assert "1 − update gate" in explorer.alt
    explorer.reset()


def test_read_step_cannot_come_before_the_write_step(explorer):
    explorer.reset()
    explorer.controls["write_at"].value = STEPS
    assert explorer.state.read_at == STEPS
    assert explorer.controls["read_at"].min == STEPS


WORDS = ("the", "cat", "cats", "near")


def model(cell: str, n_a: int = 3) -> GatedModel:
    rng = np.random.default_rng(5)
    parameters = {}
    for gate in {"lstm": "fico", "gru": "urc"}[cell]:
        parameters[f"W{gate}"] = rng.standard_normal((n_a, n_a + len(WORDS)))
        parameters[f"b{gate}"] = rng.standard_normal((n_a, 1))
    return GatedModel(
        cell, WORDS, parameters, rng.standard_normal((2, n_a)), np.zeros((2, 1)), ("was", "were")
    )


@pytest.fixture(scope="module", params=["lstm", "gru"])
def reader(request) -> SentenceGatesExplorer:
    return SentenceGatesExplorer(model(request.param), ["The cats near the cat", "the cat"])


def test_sentence_corners(reader, visit_corners):
    for _ in visit_corners(reader):
        result = reader.result
        np.testing.assert_allclose(reader._c.get_ydata(), result.c[result.state.unit])
        assert reader._gates.get_array().shape == (len(result.gates), len(result.words))


def test_memory_follows_from_the_gates_on_show(reader):
    """The rows labelled forget, input and output really are those gates."""
    reader.reset()
    result, cell = reader.result, reader.model
    x = cell.one_hot(result.words)
    zero = np.zeros((cell.n_a, 1))
    if cell.cell == "lstm":
        a, _, _ = lstm_forward(x, zero, zero, cell.parameters)
        np.testing.assert_allclose(result.gates["output"] * np.tanh(result.c), a[:, 0])
        W, b = cell.parameters["Wf"], cell.parameters["bf"]
        name = "forget"
    else:
        a, _ = gru_forward(x, zero, cell.parameters)
        np.testing.assert_allclose(result.c, a[:, 0])
        W, b = cell.parameters["Wu"], cell.parameters["bu"]
        name = "update"
    both = np.concatenate([a[:, 0, :1], x[:, 0, 1:2]])  # what step 2 reads
    np.testing.assert_allclose(result.gates[name][:, 1:2], 1 / (1 + np.exp(-(W @ both + b))))


def test_typed_sentences(reader):
    reader.reset()
    reader.controls["sentence"].value = "the cat near the cats"
    assert reader.result.words == ("the", "cat", "near", "the", "cats")
    shown = reader.picture
    reader.controls["sentence"].value = "the zebra"
    assert "does not know 'zebra'" in reader.problem
    assert "cats" in reader.problem
    assert reader.picture == shown  # the last sentence that worked stays
    with pytest.raises(ValueError, match="0 words"):
        reader.set(sentence=" ")
    with pytest.raises(ValueError, match="25 words"):
        reader.set(sentence="the " * 25)
    reader.reset()


def test_presets_are_the_sentences(reader):
    reader.choose("Sentence 2")
    assert reader.result.words == ("the", "cat")


def test_a_model_whose_parts_do_not_fit_is_refused():
    good = model("lstm")
    with pytest.raises(ValueError, match="cell is 'rnn'"):
        GatedModel("rnn", WORDS, good.parameters, good.Wya, good.by, good.answers)
    with pytest.raises(ValueError, match="Wc has shape"):
        GatedModel("lstm", WORDS[:2], good.parameters, good.Wya, good.by, good.answers)
    with pytest.raises(ValueError, match="two answers"):
        GatedModel("lstm", WORDS, good.parameters, good.Wya[:1], good.by, good.answers)
    with pytest.raises(ValueError, match="at least one"):
        SentenceGatesExplorer(good, [])
    with pytest.raises(ValueError, match="unit is 3, needs 0 to 2"):
        SentenceGatesExplorer(good, ["the cat"], unit=3)
