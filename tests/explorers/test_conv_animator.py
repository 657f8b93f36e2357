"""Convolution animator: values are the kernels', gradients at the last window the whole backward pass."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers import ConvAnimatorExplorer
from course_utils.explorers.cells import number_text
from course_utils.explorers.conv_animator import (
    AVERAGE,
    CONVOLUTION,
    FILTERS,
    GRADIENTS,
    MAX,
    OPERATIONS,
    PICTURES,
    ConvState,
    let_through,
    make_filter,
    make_picture,
)
from course_utils.kernels.conv import conv2d_backward, conv2d_forward
from course_utils.kernels.pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)


@pytest.fixture(scope="module")
def explorer() -> ConvAnimatorExplorer:
    return ConvAnimatorExplorer()


def last_window(explorer: ConvAnimatorExplorer, state: ConvState):
    """Result at the last window of a state brought inside its limits."""
    state = explorer.fit(state)
    return explorer.compute(dataclasses.replace(state, position=int(explorer.limits(state)["position"][1])))


states = st.builds(
    ConvState,
    operation=st.sampled_from(OPERATIONS),
    picture=st.sampled_from(PICTURES),
    filter=st.sampled_from(FILTERS),
    n=st.integers(3, 6),
    channels=st.integers(1, 2),
    f=st.integers(1, 4),
    stride=st.integers(1, 3),
    pad=st.integers(0, 2),
    gradient=st.sampled_from(GRADIENTS),
)


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        result, state = explorer.result, explorer.state
        assert explorer.play.max == explorer.controls["position"].max == result.Z.shape[0] ** 2
        seen = np.isfinite(result.Z[:, :, 0]).sum()
        assert seen == state.position
        tables = explorer.tables
        np.testing.assert_array_equal(tables["Z"].values, result.Z)
        np.testing.assert_array_equal(tables["dA"].values, result.dA)
        frame = tables["A"].frames[0]
        assert frame.get_xy() == (result.column * state.stride - 0.5, result.row * state.stride - 0.5)
        assert (frame.get_width(), frame.get_height()) == (state.f, state.f)
        assert tables["A"].frames[1].get_visible() == (state.channels == 2)


@settings(max_examples=80)
@given(states)
def test_the_last_window_completes_the_backward_pass(state):
    explorer = ConvAnimatorExplorer.__new__(ConvAnimatorExplorer)  # compute needs no picture
    result = last_window(explorer, state)
    state = result.state
    A = make_picture(state.picture, state.n, state.channels)[None]
    inside = slice(state.pad, state.pad + state.n)
    if state.operation == CONVOLUTION:
        W = make_filter(state.filter, state.f, state.channels)[..., None]
        Z, cache = conv2d_forward(A, W, np.zeros((1, 1, 1, 1)), state.stride, state.pad)
        dA, dW, db = conv2d_backward(result.dZ[None], cache)
        np.testing.assert_allclose(result.dW, dW[..., 0])
        assert result.db == pytest.approx(db.item())
    else:
        forward, backward = {
            MAX: (max_pool2d_forward, max_pool2d_backward),
            AVERAGE: (avg_pool2d_forward, avg_pool2d_backward),
        }[state.operation]
        Z, cache = forward(A, state.f, state.stride)
        dA = backward(result.dZ[None], cache)
    np.testing.assert_allclose(result.Z, Z[0])
    np.testing.assert_allclose(result.dA[inside, inside], dA[0], atol=1e-12)


def test_gradients_grow_window_by_window(explorer):
    explorer.choose("One filter")
    assert explorer.result.db == 1
    before = explorer.result.dW
    explorer.controls["position"].value = 2
    result = explorer.result
    np.testing.assert_array_equal(result.dW - before, result.A[0:3, 1:4])
    assert result.db == 2


def test_limits_follow_each_other(explorer):
    explorer.reset()
    explorer.set(n=3, pad=0)
    assert explorer.controls["f"].max == 3
    explorer.controls["pad"].value = 2
    assert explorer.controls["f"].max == 4
    explorer.controls["operation"].value = MAX
    assert (explorer.state.pad, explorer.controls["pad"].max) == (0, 0)
    with pytest.raises(ValueError, match="position is 40"):
        explorer.set(position=40)


def test_gaps_are_named(explorer):
    explorer.choose("Gaps")
    assert explorer.result.unseen == 20
    assert "No window meets 20" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    unseen = explorer.result.dA[[2, 5]]
    assert not unseen.any()


def test_ties_give_the_first_pixel_everything(explorer):
    explorer.choose("Ties")
    expected = np.zeros((6, 6))
    expected[::2, ::2] = 1
    np.testing.assert_array_equal(explorer.result.dA[:, :, 0], expected)


def test_a_pixel_that_wins_twice_gets_both_gradients(explorer):
    explorer.choose("Overlapping max pooling")
    assert explorer.result.dA.max() > 1
    assert explorer.result.dA.sum() == explorer.result.dZ.sum()


def test_what_a_window_lets_through_adds_up_to_one_a_channel():
    window = np.random.default_rng(0).normal(size=(3, 3, 2))
    for operation in (MAX, AVERAGE):
        np.testing.assert_allclose(let_through(window, operation).sum(axis=(0, 1)), 1)


def test_arithmetic_in_words(explorer):
    explorer.reset()
    explorer.set(f=1, filter="vertical edge", position=1)
    assert "9·1 = **9**" in explorer.alt
    explorer.set(f=2, position=1)
    assert "(-1)" in explorer.alt
    explorer.set(operation=AVERAGE, picture="all equal")
    assert "mean of 5, 5, 5, 5 = **5**" in explorer.alt
    assert [number_text(v) for v in (3.0, -0.25, 1 / 3, -0.001)] == ["3", "-0.25", "0.33", "0"]
