"""Broadcasting explorer: agrees with NumPy on every pair of small shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers import BroadcastingExplorer
from course_utils.explorers.broadcasting import BroadcastState, read_shape, rule_lines

shapes = st.lists(st.integers(1, 4), max_size=3).map(tuple)


@pytest.fixture(scope="module")
def explorer() -> BroadcastingExplorer:
    return BroadcastingExplorer()


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        assert explorer.result.result.shape == (3, 4)


@settings(max_examples=60)
@given(shapes, shapes)
def test_result_and_rules_agree_with_numpy(shape_A, shape_B):
    state = BroadcastState(str(shape_A), str(shape_B), "A · B")
    result = BroadcastingExplorer.compute(None, state)
    refused = any("ERROR" in said for *_, said in rule_lines(shape_A, shape_B))
    try:
        shape = np.broadcast_shapes(shape_A, shape_B)
    except ValueError:
        assert refused
        assert result.result is None
        assert "broadcast" in result.error
    else:
        assert not refused
        assert result.result.shape == shape
        np.testing.assert_array_equal(result.result, result.A * result.B)
        np.testing.assert_array_equal(result.stretched_A * result.stretched_B, result.result)


@pytest.mark.parametrize("a", ["()", "(4,)", "(3, 4)", "(2, 3, 4)", "(6, 6, 6)", "(1, 1, 1)"])
@pytest.mark.parametrize("b", ["()", "(4,)", "(3, 1)", "(6, 6, 6)", "(5,)"])
def test_every_pair_can_be_drawn(explorer, a, b):
    explorer.reset()
    explorer.set(shape_A=a, shape_B=b)
    fits = explorer.result.result is not None
    arrays = 3 * explorer.result.result.size if fits else explorer.result.A.size + explorer.result.B.size
    assert len(explorer._cells.get_paths()) == arrays
    corners = np.concatenate([path.vertices for path in explorer._cells.get_paths()])
    least, greatest = corners.min(axis=0), corners.max(axis=0)
    assert least[0] >= explorer._axes.get_xlim()[0]
    assert greatest[0] <= explorer._axes.get_xlim()[1]
    assert greatest[1] < 7.0  # where the rules begin
    assert ("NumPy refuses" in explorer.alt) == (not fits)


def test_only_own_cells_are_coloured(explorer):
    explorer.reset()
    white = (1.0, 1.0, 1.0, 1.0)
    colours = [tuple(c) for c in explorer._cells.get_facecolor()]
    assert colours.count(white) == 2 * 12 - 3 - 4  # stretched cells of A and of B


def test_rank_one_surprise_is_named(explorer):
    explorer.choose("Rank-1 array")
    assert explorer.result.result.shape == (3, 3)
    assert "counts as a row" in explorer.alt


@pytest.mark.parametrize(
    ("text", "shape"),
    [("", ()), ("()", ()), ("4", (4,)), ("(4,)", (4,)), ("3,1", (3, 1)), (" (2, 3, 4) ", (2, 3, 4))],
)
def test_shapes_are_read_as_python_writes_them(text, shape):
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "said"),
    [("(3, 1", "bracket"), ("3; 1", "whole numbers"), ("(3, -1)", "whole numbers"), ("(0, 2)", "from 1"),
     ("(9,)", "to 6"), ("(1, 2, 3, 4)", "at most 3"), ("(a,)", "whole numbers")],
)  # fmt: skip
def test_other_texts_are_refused_and_the_picture_stays(explorer, text, said):
    explorer.reset()
    before = explorer.picture
    explorer.controls["shape_A"].value = text
    assert said in explorer._status.value
    assert "explorer-invalid" in explorer.controls["shape_A"]._dom_classes
    assert explorer.picture == before
    explorer.reset()
    assert explorer.controls["shape_A"].value == "(3, 1)"
    assert explorer.problem == ""
