"""Detection explorer: thresholds on what the published detector really finds."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import DetectionExplorer
from course_utils.networks.published import load_yolov3_tiny, select_detections


@pytest.fixture(scope="module")
def explorer() -> DetectionExplorer:
    return DetectionExplorer(load_yolov3_tiny())


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        result = explorer.result
        assert len(explorer._kept.get_paths()) == result.kept.sum()
        assert len(explorer._removed.get_paths()) == (~result.kept).sum()
        assert np.all(result.scores >= result.state.score_threshold)
        if (field, value) == ("iou_threshold", 1.0):
            assert result.kept.all()
        if (field, value) == ("score_threshold", 1.0):
            assert "Nothing found" in explorer.alt


def test_it_keeps_what_the_detector_itself_reports(explorer):
    explorer.reset()
    result = explorer.result
    boxes, scores = explorer.raw("camera")
    labels = explorer._detector.labels
    reported = select_detections(boxes, scores, labels, (512, 512), 0.15, 0.45)
    kept = [(result.labels[i], float(result.scores[i])) for i in np.flatnonzero(result.kept)]
    assert kept == [(d.label, pytest.approx(d.score)) for d in reported]


def test_more_boxes_are_kept_as_the_iou_threshold_grows(explorer):
    for photograph in ("camera", "coffee", "coins"):
        explorer.set(photograph=photograph, score_threshold=0.05)
        curve = explorer.result.curve
        assert curve[0] < curve[-1] == len(explorer.result.boxes)


def test_every_removed_box_names_a_better_one_that_overlaps_it(explorer):
    explorer.reset()
    result = explorer.result
    gone = np.flatnonzero(~result.kept)
    assert len(gone) > 0
    for i in gone:
        assert result.kept[result.suppressor[i]]
        assert result.scores[result.suppressor[i]] >= result.scores[i]
        assert result.overlaps[i] > result.state.iou_threshold


def test_without_the_rule_of_classes_the_cup_removes_the_table(explorer):
    explorer.choose("Boxes of different classes")
    result = explorer.result
    assert {result.labels[i] for i in np.flatnonzero(result.kept)} == {"cup"}
    explorer.set(per_class=True)
    result = explorer.result
    assert {result.labels[i] for i in np.flatnonzero(result.kept)} == {"cup", "diningtable"}


def test_presets_do_what_they_say(explorer):
    explorer.choose("One person, many boxes")
    assert explorer.result.kept.sum() < len(explorer.result.boxes)
    explorer.choose("No suppression")
    assert explorer.result.kept.all()
    explorer.choose("Out of its world")
    assert {"bowl", "clock", "cake"} <= set(explorer.result.labels)
    explorer.choose("Score threshold too high")
    assert len(explorer.result.boxes) == 0
