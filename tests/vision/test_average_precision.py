"""Average precision against hand counts, a literal loop, and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.textbook.boxes import iou
from course_utils.vision.average_precision import (
    area_under_precision_recall,
    mean_average_precision,
    precision_recall,
)

SQUARES = np.array([[0.0, 0, 1, 1], [2, 2, 3, 3], [4, 4, 5, 5]])
NONE = (np.zeros((0, 4)), np.zeros(0), np.zeros(0, int))


def picture(rows, scores, label=0):
    return SQUARES[rows], np.array(scores, float), np.full(len(rows), label)


def test_by_hand():
    detected = [picture([0, 0, 1, 1], [0.9, 0.8, 0.7, 0.6])]
    curve = precision_recall(detected, [(SQUARES, np.zeros(3, int))], 0)
    assert curve.correct.tolist() == [True, False, True, False]  # second boxes are mistakes
    np.testing.assert_allclose(curve.precision, [1, 1 / 2, 2 / 3, 1 / 2])
    np.testing.assert_allclose(curve.recall, [1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert area_under_precision_recall(curve.precision, curve.recall) == pytest.approx(1 / 3 + 2 / 9)


def test_detections_of_all_pictures_are_sorted_together():
    detected = [picture([0, 2], [0.5, 0.1]), picture([1], [0.7])]
    objects = [(SQUARES[:1], np.zeros(1, int)), (SQUARES[1:2], np.zeros(1, int))]
    curve = precision_recall(detected, objects, 0)
    assert curve.scores.tolist() == [0.7, 0.5, 0.1]
    assert curve.picture.tolist() == [1, 0, 0]
    assert curve.index.tolist() == [0, 0, 1]
    assert curve.correct.tolist() == [True, True, False]


def test_an_object_in_another_picture_or_of_another_class_does_not_count():
    objects = [(SQUARES[:1], np.zeros(1, int)), (np.zeros((0, 4)), np.zeros(0, int))]
    assert not precision_recall([NONE, picture([0], [0.9])], objects, 0).correct.any()
    assert not precision_recall([picture([0], [0.9], label=1), NONE], objects, 1).correct.any()


def test_a_tie_with_the_iou_threshold_is_correct():
    half = np.array([[0.0, 0, 1, 0.5]])  # IoU 0.5 with the first square
    detected = [(half, np.ones(1), np.zeros(1, int))]
    objects = [(SQUARES[:1], np.zeros(1, int))]
    assert precision_recall(detected, objects, 0, 0.5).correct.all()
    assert not precision_recall(detected, objects, 0, 0.51).correct.any()


def test_equal_scores_keep_their_order():
    detected = [picture([1, 0], [0.5, 0.5])]
    assert precision_recall(detected, [(SQUARES[:1], np.zeros(1, int))], 0).correct.tolist() == [False, True]


def test_nothing_detected_and_nothing_there():
    mean, each = mean_average_precision([NONE], [(SQUARES, np.array([0, 0, 2]))], 3)
    assert mean == 0
    np.testing.assert_array_equal(each, [0, np.nan, 0])
    mean, each = mean_average_precision([picture([0], [0.9])], [(np.zeros((0, 4)), np.zeros(0, int))], 1)
    assert np.isnan(mean)
    assert np.isnan(each).all()
    assert np.isnan(mean_average_precision([], [], 2)[0])


def loop(detected, objects, label, threshold):
    """The definition, one detection at a time."""
    rows = sorted(
        (
            (-s, i, j)
            for i, (_, scores, classes) in enumerate(detected)
            for j, (s, c) in enumerate(zip(scores, classes, strict=True))
            if c == label
        )
    )
    taken, correct = set(), []
    for _, i, j in rows:
        best, place = -1.0, None
        for k, (box, c) in enumerate(zip(*objects[i], strict=True)):
            if c == label and iou(detected[i][0][j], box) > best:
                best, place = iou(detected[i][0][j], box), (i, k)
        correct.append(best >= threshold and place not in taken)
        if correct[-1]:
            taken.add(place)
    return correct


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))
def test_equals_the_definition(seed, threshold):
    rng = np.random.default_rng(seed)

    def draw(n):
        corner = rng.integers(0, 3, (n, 2)).astype(float)
        return np.concatenate([corner, corner + rng.integers(1, 3, (n, 2))], axis=1), rng.integers(0, 2, n)

    objects = [draw(rng.integers(0, 4)) for _ in range(3)]
    detected = []
    for _ in range(3):
        boxes, classes = draw(rng.integers(0, 5))
        detected.append((boxes, rng.permutation(len(boxes)) / 7, classes))
    for label in (0, 1):
        curve = precision_recall(detected, objects, label, threshold)
        scores = np.concatenate([s[c == label] for _, s, c in detected])
        if len(set(scores.tolist())) == len(scores):  # the loop breaks ties by picture too
            assert curve.correct.tolist() == loop(detected, objects, label, threshold)
        assert (np.diff(curve.recall) >= 0).all()
        assert curve.correct.sum() <= curve.n_objects


def test_area_is_scikit_learns_where_precision_only_falls():
    metrics = pytest.importorskip("sklearn.metrics")
    truth = np.array([1, 1, 1, 0, 0, 0])
    scores = np.linspace(0.9, 0.1, 6)
    hits = truth.cumsum()
    ours = area_under_precision_recall(hits / np.arange(1, 7), hits / 3)
    assert ours == pytest.approx(metrics.average_precision_score(truth, scores))


def test_area_takes_out_the_saw_teeth():
    assert area_under_precision_recall(np.array([0.0, 0.5]), np.array([0.0, 1.0])) == pytest.approx(0.5)
    assert area_under_precision_recall(np.array([0.5, 0.9]), np.array([0.5, 1.0])) == pytest.approx(0.9)
    assert area_under_precision_recall(np.zeros(0), np.zeros(0)) == 0


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="detected has 1 pictures, objects 0"):
        precision_recall([NONE], [], 0)
    with pytest.raises(ValueError, match="iou_threshold is 2"):
        precision_recall([NONE], [(SQUARES, np.zeros(3, int))], 0, 2)
    with pytest.raises(ValueError, match="recall falls"):
        area_under_precision_recall(np.ones(2), np.array([0.5, 0.2]))
    with pytest.raises(ValueError, match="shapes"):
        area_under_precision_recall(np.ones(2), np.ones(3))
