"""Anchor explorer: IoU, assignment, target tensor, collisions, k-means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers import AnchorBoxExplorer
from course_utils.explorers.anchor_boxes import BY_HAND, OF_ALL, OF_THIS, assign, kmeans_anchors
from course_utils.explorers.scenes import CLASSES, SCENES
from course_utils.vision.boxes import encode_grid_targets, iou_matrix, mean_best_iou

share = st.integers(0, 90).map(lambda v: v / 100)
side = st.integers(2, 10).map(lambda v: v / 100)


@pytest.fixture(scope="module")
def explorer() -> AnchorBoxExplorer:
    return AnchorBoxExplorer()


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        result, state = explorer.result, explorer.state
        shape = (state.rows, state.columns, len(result.anchors), 5 + len(CLASSES))
        assert result.targets.shape == shape
        assert result.targets[..., 0].sum() == len(state.boxes) - len(result.lost)
        assert explorer.pad.grid == [state.rows, state.columns]
        assert explorer.pad.marks == result.assigned.tolist()
        drawn = [bar.get_width() for bar in explorer._bars[: len(result.anchors)]]
        np.testing.assert_array_equal(drawn, result.overlaps[state.selected - 1])


@settings(max_examples=40)
@given(st.lists(st.tuples(share, share, side, side), max_size=8), st.integers(1, 5), st.integers(1, 5))
def test_assignment_is_the_one_in_the_target_tensor(corners, rows, columns):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in corners]).reshape(-1, 4)
    anchors = np.array([[0.05, 0.02], [0.02, 0.05]])
    cells, overlaps, assigned = assign(boxes, anchors, rows, columns)
    targets, lost = encode_grid_targets(boxes, np.zeros(len(boxes), int), anchors, (rows, columns), 1)
    assert np.flatnonzero(assigned < 0).tolist() == list(lost)
    written = np.zeros(targets.shape[:3])
    for (row, column), anchor in zip(cells[assigned >= 0], assigned[assigned >= 0], strict=True):
        written[row, column, anchor] = 1
    np.testing.assert_array_equal(written, targets[..., 0])
    assert overlaps.shape == (len(boxes), 2)


def test_iou_of_a_box_with_itself_is_one(explorer):
    explorer.reset()
    _, x1, y1, x2, y2 = explorer.state.boxes[0]
    explorer.set(heights=(y2 - y1, 0.3, 0.4, 0.2, 0.9), widths=(x2 - x1, 0.6, 0.4, 0.2, 0.9))
    assert explorer.result.overlaps[0, 0] == pytest.approx(1)
    assert explorer._bars[0].get_width() == pytest.approx(1)
    box = np.array([[x1, y1, x2, y2]])
    assert iou_matrix(box, box)[0, 0] == pytest.approx(1)


def test_target_of_the_chosen_object_holds_its_place_in_the_cell(explorer):
    explorer.reset()
    state, result = explorer.state, explorer.result
    kind, x1, y1, x2, y2 = state.boxes[0]
    row, column = result.cells[0]
    entry = result.targets[row, column, result.assigned[0]]
    x, y = (x1 + x2) / 2 * state.columns, (y1 + y2) / 2 * state.rows
    np.testing.assert_allclose(
        entry[:5], [1, x - column, y - row, (y2 - y1) * state.rows, (x2 - x1) * state.columns]
    )
    assert entry[5:].tolist() == [float(kind == c) for c in range(len(CLASSES))]


def test_a_box_drawn_by_hand_is_assigned_and_undo_takes_it_back(explorer):
    explorer.reset()
    explorer.pad.value = [*explorer.pad.value, [1, 0.05, 0.05, 0.2, 0.3]]
    assert len(explorer.state.boxes) == 4
    assert explorer.state.selected == 4
    assert explorer.controls["selected"].max == 4
    assert tuple(explorer.result.cells[3]) == (0, 0)
    assert "Object 4 of 4, animal" in explorer.alt
    explorer.undo()
    assert len(explorer.pad.value) == 3
    assert explorer.state.selected == 1


def test_choosing_on_the_photograph_chooses_the_object(explorer):
    explorer.reset()
    explorer.pad.selected = 2
    assert explorer.state.selected == 3
    explorer.controls["selected"].value = 2
    assert explorer.pad.selected == 1


def test_without_objects_nothing_breaks_and_the_picture_says_so(explorer):
    explorer.reset()
    explorer.pad.value = []
    assert "No object drawn" in explorer.alt
    assert explorer.result.targets.sum() == 0
    assert explorer.problem == ""
    explorer.controls["source"].value = OF_THIS
    assert explorer.problem == ""


def test_collisions_are_explained(explorer):
    explorer.choose("One anchor: objects get lost")
    assert explorer.result.lost == [2]
    assert "object 3 meets object 2" in explorer.alt
    assert "lost" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    explorer.choose("Finer grid")
    assert explorer.result.lost == []


def test_a_sole_anchor_per_cell_holds_one_object_a_cell(explorer):
    explorer.choose("24 coins")
    assert explorer.result.targets[..., 0].sum() == 9
    assert len(explorer.result.lost) == 15


def test_more_kmeans_anchors_fit_better_and_sliders_show_them(explorer):
    explorer.reset()
    explorer.set(source=OF_ALL)
    fits = []
    for k in range(1, 6):
        explorer.controls["k"].value = k
        fits.append(explorer.result.fit)
        shown = np.round(explorer.result.anchors, 2)  # the sliders' steps
        np.testing.assert_allclose(explorer.state.heights[:k], shown[:, 0])
        np.testing.assert_allclose(explorer.state.widths[:k], shown[:, 1])
    assert np.all(np.diff(fits) > 0)
    assert explorer.result.curve[4] == pytest.approx(fits[4])
    explorer.controls["heights"].value = 0.5
    assert explorer.state.source == BY_HAND


def test_kmeans_with_as_many_anchors_as_sizes_fits_perfectly():
    sizes = tuple((y2 - y1, x2 - x1) for _, x1, y1, x2, y2 in SCENES["coffee"])
    assert mean_best_iou(np.array(sizes), kmeans_anchors(sizes, 3)) == pytest.approx(1)


def test_kmeans_limits_k_to_the_number_of_sizes(explorer):
    explorer.reset()
    explorer.set(source=OF_THIS)
    assert explorer.controls["k"].max == 3
    explorer.set(source=BY_HAND)
    assert explorer.controls["k"].max == 5


def test_another_photograph_brings_its_objects(explorer):
    explorer.reset()
    before = explorer.pad.photo
    explorer.controls["photograph"].value = "coins"
    assert len(explorer.pad.value) == 24
    assert explorer.pad.photo != before
    explorer.undo()
    assert explorer.pad.photo == before


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (((7, 0.1, 0.1, 0.2, 0.2),), "class from 0 to 2"),
        (((0, 0.3, 0.1, 0.2, 0.2),), "x1 < x2"),
        (((0, 0.1, 0.1, 0.2, 1.2),), "≤ 1"),
        (((0, 0.1, 0.1, 0.2, 0.2),) * 41, "at most 40"),
    ],
)
def test_impossible_boxes_are_refused(explorer, boxes, said):
    explorer.reset()
    with pytest.raises(ValueError, match=said):
        explorer.set(boxes=boxes)
    assert explorer.state == explorer.initial


@pytest.mark.parametrize("preset", ["k-means anchors", "24 coins"])
def test_a_page_that_repeats_a_slider_does_not_end_kmeans(explorer, preset):
    """A page sends a value back with rounding errors, or moved to the nearest stop."""
    explorer.reset()
    explorer.choose(preset)
    source, sides = explorer.state.source, (explorer.state.heights, explorer.state.widths)
    assert source != BY_HAND
    for field in ("heights", "widths"):
        slider = explorer.controls[field]
        stop = round((slider.value - slider.min) / slider.step)
        slider.value = slider.min + stop * slider.step + 1e-16
        slider.value += 1e-12
    assert explorer.state.source == source
    assert (explorer.state.heights, explorer.state.widths) == sides
    explorer.controls["heights"].value += 0.01
    assert explorer.state.source == BY_HAND
