"""Perceptron beside a sigmoid neuron."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.explorers import NeuronExplorer
from course_utils.explorers.neuron import GATES, NeuronState

weight = st.floats(-10, 10).map(lambda v: round(v, 2))


@pytest.fixture(scope="module")
def explorer() -> NeuronExplorer:
    return NeuronExplorer()


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        state, result = explorer.result.state, explorer.result
        assert result.step == int(result.z > 0)
        assert (result.a > 0.5) == (result.z > 0)
        np.testing.assert_array_equal(explorer._dots[0].get_xydata()[0], (state.x_1, state.x_2))
        x, y = explorer._lines[0].get_data()
        assert np.allclose(state.w_1 * np.array(x) + state.w_2 * np.array(y) + state.b, 0)


@pytest.mark.parametrize("preset", ["AND", "OR", "NAND"])
def test_one_neuron_computes_these_gates(explorer, preset):
    explorer.choose(preset)
    assert explorer.result.corner_steps == GATES[preset]
    assert "4 of 4" in explorer.alt


@given(weight, weight, weight)
def test_no_weights_compute_exclusive_or(w_1, w_2, b):
    result = NeuronExplorer.compute(None, NeuronState(w_1, w_2, b, gate="XOR"))
    assert result.right <= 3


def test_at_the_threshold_the_perceptron_flips_and_the_sigmoid_glides(explorer):
    explorer.choose("At the threshold")
    assert explorer.result.step_change == 1
    assert 0 < explorer.result.a_change < 0.03
    assert "flips to 1" in explorer.alt


def test_a_smaller_nudge_moves_the_sigmoid_less_but_not_the_flip(explorer):
    explorer.choose("At the threshold")
    explorer.set(nudge=0.2)
    large = explorer.result
    explorer.set(nudge=0.1)
    assert explorer.result.step_change == large.step_change == 1
    assert explorer.result.a_change == pytest.approx(large.a_change / 2, rel=0.05)


def test_saturated_neuron_hardly_moves(explorer):
    explorer.choose("Saturated")
    assert abs(explorer.result.a_change) < 1e-4


def test_zero_weights_are_named_and_draw_no_line(explorer):
    explorer.reset()
    explorer.set(w_1=0.0, w_2=0.0)
    assert "no say" in explorer.alt
    assert len(explorer._lines[0].get_xdata()) == 0
