"""The drawing of a dense network: a circle a unit, a line a weight, a gap where units are left out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_utils.plots.network import draw_network, unit_places


@pytest.mark.parametrize(("n", "most"), [(1, 8), (2, 8), (8, 8), (9, 8), (784, 5), (3, 2)])
def test_places_are_one_apart_and_centred(n, most):
    heights, gap = unit_places(n, most)
    assert len(heights) == min(n, most)
    every = sorted([*heights, *([] if gap is None else [gap])])
    np.testing.assert_allclose(np.diff(every), 1)
    assert sum(every) == pytest.approx(0)
    assert (gap is None) == (n <= most)


@pytest.mark.parametrize("sizes", [(2, 4, 1), (3, 1), (784, 5, 5, 1)])
def test_every_weight_between_drawn_units_is_a_line(sizes):
    axes = Figure().subplots()
    draw_network(sizes, axes, most=6)
    drawn = [min(n, 6) for n in sizes]
    lines = [len(c.get_segments()) for c in axes.collections if isinstance(c, LineCollection)]
    assert lines == [a * b for a, b in pairwise(drawn)]
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("⋮") == sum(n > 6 for n in sizes)
    for n in sizes:
        assert any(text.endswith(f"n = {n}") for text in texts)


def test_what_cannot_be_drawn_is_refused():
    axes = Figure().subplots()
    with pytest.raises(ValueError, match="at least n"):
        draw_network((3,), axes)
    with pytest.raises(ValueError, match="2 entries, needs 3"):
        draw_network((2, 4, 1), axes, names=("a", "b"))
    with pytest.raises(ValueError, match="at least 1"):
        draw_network((2, 0, 1), axes)
