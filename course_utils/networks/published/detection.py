"""What a detector reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.vision.boxes import non_max_suppression


@dataclass(frozen=True)
class Detection:
    """One thing found: its label, score in [0, 1] and box (x1, y1, x2, y2) in pixels of the picture."""

    label: str
    score: float
    box: tuple[float, float, float, float]


def select_detections(
    boxes: np.ndarray,
    scores: np.ndarray,
    labels: tuple[str, ...],
    size: tuple[int, int],
    score_threshold: float,
    iou_threshold: float,
) -> list[Detection]:
    """Keep likely boxes, and of boxes of one class that overlap the best.

    boxes           : (n, 4) corners (x1, y1, x2, y2) in pixels of the picture
    scores          : (n, n_classes) from 0 to 1; each box counts for its best class
    labels          : name of each class
    size            : (n_H, n_W) of the picture; boxes are cut at its border
    score_threshold : keep boxes that score at least this much
    iou_threshold   : of two boxes of one class whose intersection over union is larger, keep the better
    Returns the detections, best score first.
    Raises ValueError for a threshold outside [0, 1].
    """
    for name, value in (("score_threshold", score_threshold), ("iou_threshold", iou_threshold)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be from 0 to 1, got {value}")
    likely = np.flatnonzero(scores.max(axis=1) >= score_threshold)
    classes, best = scores[likely].argmax(axis=1), scores[likely].max(axis=1)
    kept = non_max_suppression(boxes[likely], best, iou_threshold, classes)
    n_H, n_W = size
    corners = np.clip(boxes[likely[kept]], 0, [n_W, n_H, n_W, n_H])
    return [
        Detection(labels[classes[i]], float(best[i]), tuple(box))
        for i, box in zip(kept, corners.tolist(), strict=True)
    ]
