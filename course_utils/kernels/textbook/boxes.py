"""Overlap and non-max suppression one pair of boxes at a time.

Same names and results as in `course_utils.vision.boxes`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes (x1, y1, x2, y2); 0 when the union has no area."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    overlap = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap
    return overlap / union if union > 0 else 0.0


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU of every row of a (n, 4) with every row of b (k, 4): (n, k)."""
    matrix = np.zeros((len(a), len(b)))
    boxes_a, boxes_b = np.asarray(a).tolist(), np.asarray(b).tolist()
    for i, box_a in enumerate(boxes_a):
        for j, box_b in enumerate(boxes_b):
            matrix[i, j] = iou(box_a, box_b)
    return matrix


def non_max_suppression(boxes: np.ndarray, scores: np.ndarray, iou_threshold: float = 0.5) -> np.ndarray:
    """Indices of the boxes to keep, best first: visit by score, keep what overlaps no kept box."""
    corners = np.asarray(boxes).tolist()
    order = sorted(range(len(corners)), key=lambda i: -float(scores[i]))  # stable
    kept: list[int] = []
    for i in order:
        if all(iou(corners[i], corners[j]) <= iou_threshold for j in kept):
            kept.append(i)
    return np.array(kept, dtype=np.intp)
