"""Boxes against pair-by-pair loops, OpenCV, and cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.textbook import boxes as textbook
from course_utils.vision import boxes as fast


def draw_boxes(n: int, seed: int, dtype: type = np.float64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 10, (n, 2)), rng.uniform(0, 6, (n, 2))
    size[rng.random((n, 2)) < 0.1] = 0  # some boxes without area
    return np.concatenate([corner, corner + size], axis=1).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(n=st.integers(0, 6), k=st.integers(0, 6), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_iou_equals_textbook(dtype: type, n: int, k: int, seed: int) -> None:
    a, b = draw_boxes(n, seed, dtype), draw_boxes(k, seed + 1, dtype)
    before = a.copy()
    got = fast.iou_matrix(a, b)
    assert got.dtype == dtype
    assert got.shape == (n, k)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(got, textbook.iou_matrix(a, b), atol=tolerance)
    np.testing.assert_array_equal(a, before)


def test_iou_crosses_the_blocks_of_rows() -> None:
    a, b = draw_boxes(150, 1), draw_boxes(40, 2)
    np.testing.assert_allclose(fast.iou_matrix(a, b), textbook.iou_matrix(a, b), atol=1e-12)


def test_iou_by_hand() -> None:
    a = np.array([[0, 0, 2, 2]])
    b = np.array([[1, 1, 3, 3], [2, 0, 4, 2], [0, 0, 2, 2], [5, 5, 6, 6], [1, 1, 1, 1]])
    # Overlap 1 of 7; touching at an edge: nothing; itself; apart; a point has no area.
    np.testing.assert_allclose(fast.iou_matrix(a, b), [[1 / 7, 0, 1, 0, 0]])
    assert fast.iou_matrix(b[4:], b[4:]).tolist() == [[0]]
    np.testing.assert_array_equal(fast.box_areas(b), [4, 4, 4, 1, 0])


@given(n=st.integers(0, 30), seed=st.integers(0, 1000), threshold=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_suppression_equals_textbook(n: int, seed: int, threshold: float) -> None:
    boxes = draw_boxes(n, seed)
    scores = np.random.default_rng(seed).integers(0, 5, n) / 5  # many ties
    kept = fast.non_max_suppression(boxes, scores, threshold)
    np.testing.assert_array_equal(kept, textbook.non_max_suppression(boxes, scores, threshold))


def test_suppression_crosses_blocks() -> None:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 60, (1200, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(2, 8, (1200, 2))], axis=1)
    scores = rng.random(1200)
    kept = fast.non_max_suppression(boxes, scores, 0.3)
    np.testing.assert_array_equal(kept, textbook.non_max_suppression(boxes, scores, 0.3))
    assert 256 < len(kept) < 1200


def test_equals_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    rng = np.random.default_rng(3)
    corner, size = rng.uniform(0, 50, (300, 2)), rng.uniform(5, 20, (300, 2))
    scores = rng.permutation(300) / 300
    theirs = cv2.dnn.NMSBoxes(np.concatenate([corner, size], axis=1).tolist(), scores.tolist(), 0.0, 0.4)
    boxes = np.concatenate([corner, corner + size], axis=1)
    ours = fast.non_max_suppression(boxes, scores, 0.4)
    # OpenCV leaves out boxes whose score is not above its score threshold of 0.
    assert [int(i) for i in ours if scores[i] > 0] == [int(i) for i in theirs]


def test_a_tie_with_the_threshold_keeps_the_box() -> None:
    boxes = np.array([[0, 0, 2, 1], [1, 0, 3, 1]])  # IoU 1/3
    iou = float(fast.iou_matrix(boxes[:1], boxes[1:])[0, 0])
    assert fast.non_max_suppression(boxes, [1, 2], iou).tolist() == [1, 0]
    assert fast.non_max_suppression(boxes, [1, 2], iou - 1e-9).tolist() == [1]


def test_equal_scores_keep_their_order_and_classes_are_apart() -> None:
    boxes = np.array([[0, 0, 1, 1]] * 3 + [[5, 5, 6, 6]])
    assert fast.non_max_suppression(boxes, [1, 1, 1, 1], 0.5).tolist() == [0, 3]
    assert fast.non_max_suppression(boxes, [1, 2, 3, 2], 0.5, classes=[0, 1, 1, 0]).tolist() == [2, 3, 0]
    assert fast.non_max_suppression(np.zeros((0, 4)), np.zeros(0)).tolist() == []
    assert fast.non_max_suppression(np.zeros((0, 4)), np.zeros(0), classes=np.zeros(0)).tolist() == []


@given(n=st.integers(0, 6), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_centres_and_corners(n: int, seed: int) -> None:
    boxes = draw_boxes(n, seed)
    np.testing.assert_allclose(fast.centres_to_corners(fast.corners_to_centres(boxes)), boxes, atol=1e-12)


def test_height_comes_before_width_and_clipping() -> None:
    np.testing.assert_array_equal(fast.corners_to_centres(np.array([[0.0, 0, 4, 2]])), [[2, 1, 2, 4]])
    clipped = fast.clip_boxes(np.array([[-1.0, -1, 20, 5], [30, 30, 40, 40]]), width=10, height=8)
    np.testing.assert_array_equal(clipped, [[0, 0, 10, 5], [10, 8, 10, 8]])


def test_anchors_find_the_planted_shapes() -> None:
    rng = np.random.default_rng(0)
    planted = np.array([[10.0, 20.0], [40.0, 30.0], [100.0, 90.0]])
    sizes = np.concatenate([shape * rng.uniform(0.95, 1.05, (50, 2)) for shape in planted])
    anchors = fast.anchor_kmeans(sizes, 3, np.random.default_rng(1))
    np.testing.assert_allclose(anchors, planted, rtol=0.03)
    assert fast.mean_best_iou(sizes, anchors) > 0.9
    again = fast.anchor_kmeans(sizes, 3, np.random.default_rng(1))
    np.testing.assert_array_equal(anchors, again)


@given(n=st.integers(1, 12), seed=st.integers(0, 1000), data=st.data())
@settings(max_examples=25, deadline=None)
def test_anchors_for_any_sizes(n: int, seed: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, (n, 2)).astype(float)
    k = data.draw(st.integers(1, len(np.unique(sizes, axis=0))))
    anchors = fast.anchor_kmeans(sizes, k, rng)
    assert anchors.shape == (k, 2)
    assert (np.diff(anchors.prod(axis=1)) >= 0).all()
    if k == len(np.unique(sizes, axis=0)):
        assert fast.mean_best_iou(sizes, anchors) == pytest.approx(1)


def test_size_iou_equals_iou_of_boxes_with_one_centre() -> None:
    rng = np.random.default_rng(2)
    sizes, anchors = rng.uniform(1, 5, (4, 2)), rng.uniform(1, 5, (3, 2))
    as_boxes = [np.concatenate([-s / 2, s / 2], axis=1) for s in (sizes, anchors)]
    np.testing.assert_allclose(fast.size_iou(sizes, anchors), fast.iou_matrix(*as_boxes))


def test_grid_targets_by_hand_and_back() -> None:
    boxes = np.array([[0.5, 0.2, 0.9, 0.4], [0.45, 0.05, 0.95, 0.55], [0.1, 0.7, 0.2, 1.0]])
    anchors = np.array([[0.2, 0.4], [0.5, 0.5]])  # heights and widths
    targets, dropped = fast.encode_grid_targets(boxes, [0, 2, 1], anchors, (2, 4), 3)
    assert targets.shape == (2, 4, 2, 8)
    assert dropped == []
    # Box 0: centre (0.7, 0.3) in row 0, column 2; there 0.8 to the right and 0.6 down; 0.4 x 1.6 cells.
    np.testing.assert_allclose(targets[0, 2, 0], [1, 0.8, 0.6, 0.4, 1.6, 1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(targets[0, 2, 1], [1, 0.8, 0.6, 1.0, 2.0, 0, 0, 1], atol=1e-12)
    assert targets[..., 0].sum() == 3
    found, scores, classes = fast.decode_grid(targets)
    order = np.argsort(classes)
    np.testing.assert_allclose(found[order], boxes[[0, 2, 1]], atol=1e-12)
    np.testing.assert_array_equal(scores, 1)


def test_objects_without_a_free_anchor_are_reported() -> None:
    box = [0.4, 0.4, 0.6, 0.6]
    targets, dropped = fast.encode_grid_targets(np.array([box] * 3), [0, 0, 0], np.ones((2, 2)), (1, 1), 1)
    assert dropped == [2]
    assert targets[..., 0].sum() == 2
    edge, _ = fast.encode_grid_targets(np.array([[0.9, 0.9, 1.0, 1.0]]), [0], np.ones((1, 2)), (3, 3), 1)
    assert edge[2, 2, 0, 0] == 1


def test_errors_name_the_argument() -> None:
    good = np.array([[0.0, 0, 1, 1]])
    with pytest.raises(ValueError, match=r"b\[1\] is \[2.0, 0.0, 1.0, 1.0\], needs x1 <= x2"):
        fast.iou_matrix(good, np.array([[0.0, 0, 1, 1], [2, 0, 1, 1]]))
    with pytest.raises(ValueError, match=r"a has shape \(4,\), needs \(n, 4\)"):
        fast.iou_matrix(good[0], good)
    with pytest.raises(ValueError, match="needs finite corners"):
        fast.iou_matrix(good, np.array([[0, 0, np.nan, 1]]))
    with pytest.raises(ValueError, match=r"scores has shape \(2,\), needs \(1,\)"):
        fast.non_max_suppression(good, [1, 2])
    with pytest.raises(ValueError, match=r"scores\[0\] is NaN"):
        fast.non_max_suppression(good, [np.nan])
    with pytest.raises(ValueError, match="iou_threshold is 2"):
        fast.non_max_suppression(good, [1], 2)
    with pytest.raises(ValueError, match="classes has shape"):
        fast.non_max_suppression(good, [1], classes=[1, 2])
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="k is 3, needs a whole number from 1 to 2"):
        fast.anchor_kmeans(np.array([[1.0, 1], [1, 1], [2, 2]]), 3, rng)
    with pytest.raises(ValueError, match="not a positive number"):
        fast.anchor_kmeans(np.array([[0.0, 1]]), 1, rng)
    with pytest.raises(ValueError, match=r"sizes has shape \(3,\)"):
        fast.anchor_kmeans(np.ones(3), 1, rng)
    with pytest.raises(ValueError, match="height and width of at least 0"):
        fast.centres_to_corners(np.array([[0, 0, -1, 1.0]]))
    with pytest.raises(ValueError, match="classes holds"):
        fast.encode_grid_targets(good, [3], np.ones((1, 2)), (1, 1), 3)
    with pytest.raises(ValueError, match="outside"):
        fast.encode_grid_targets(good * 2, [0], np.ones((1, 2)), (1, 1), 3)
