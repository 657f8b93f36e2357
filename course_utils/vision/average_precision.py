"""How good a detector is: precision, recall, average precision, and its mean over the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_utils.vision.boxes import iou_matrix


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """Detections of one class over all pictures, best score first.

    scores    : (n,)
    correct   : (n,) whether a detection found an object that no better one had found
    precision : (n,) share of correct ones among the detections down to this one
    recall    : (n,) share of the objects found by the detections down to this one
    n_objects : number of objects of the class
    picture   : (n,) number of the picture of each detection
    index     : (n,) its row among the detections of that picture
    """

    scores: np.ndarray
    correct: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    n_objects: int
    picture: np.ndarray
    index: np.ndarray


# What a detector says of one picture, boxes (n, 4), scores (n,), classes (n,); and what is there
Detected = tuple[np.ndarray, np.ndarray, np.ndarray]
Objects = tuple[np.ndarray, np.ndarray]


def precision_recall(
    detected: Sequence[Detected], objects: Sequence[Objects], label: int, iou_threshold: float = 0.5
) -> PrecisionRecall:
    """Match the detections of one class with its objects, from the best score down.

    A detection is correct when, of the objects of its class in its picture, the one that it overlaps most
    has an IoU of at least the threshold and was not found before. A second box on one object is a mistake.

    detected      : for each picture the boxes (n, 4) as corners, scores (n,) and classes (n,)
    objects       : for each picture the boxes (n, 4) and classes (n,) that are really there
    label         : number of the class
    iou_threshold : 0 to 1
    Returns PrecisionRecall. Of equal scores the one that stands first counts first.
    Raises ValueError where the two sequences differ in length.
    Source: M. Everingham and others, The PASCAL visual object classes challenge, 2010.
    """
    if len(detected) != len(objects):
        raise ValueError(f"detected has {len(detected)} pictures, objects {len(objects)}; need equally many")
    if not 0 <= iou_threshold <= 1:
        raise ValueError(f"iou_threshold is {iou_threshold!r}, needs a number from 0 to 1")
    rows: list[tuple[float, int, int]] = []  # score, picture, row of the detection
    overlaps: dict[
        int, tuple[np.ndarray, np.ndarray]
    ] = {}  # picture: rows of the class, IoU with its objects
    n_objects = 0
    for i, ((boxes, scores, classes), (true_boxes, true_classes)) in enumerate(
        zip(detected, objects, strict=True)
    ):
        there = np.flatnonzero(np.asarray(true_classes) == label)
        said = np.flatnonzero(np.asarray(classes) == label)
        n_objects += len(there)
        true_boxes = np.asarray(true_boxes, dtype=float).reshape(-1, 4)[there]
        said_boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)[said]
        overlaps[i] = said, iou_matrix(said_boxes, true_boxes)
        rows += [(float(np.asarray(scores)[j]), i, int(j)) for j in said]
    rows.sort(key=lambda row: -row[0])  # stable
    found: set[tuple[int, int]] = set()
    correct = np.zeros(len(rows), dtype=bool)
    for n, (_, i, j) in enumerate(rows):
        said, overlap = overlaps[i]
        overlap = overlap[np.searchsorted(said, j)]
        best = int(overlap.argmax()) if len(overlap) else -1
        if best >= 0 and overlap[best] >= iou_threshold and (i, best) not in found:
            found.add((i, best))
            correct[n] = True
    hits = correct.cumsum()
    scores, picture, index = (np.array([row[c] for row in rows]) for c in range(3))
    precision = hits / np.arange(1, len(rows) + 1)
    recall = hits / n_objects if n_objects else np.zeros(len(rows))
    return PrecisionRecall(
        scores.astype(float), correct, precision, recall, n_objects, picture.astype(int), index.astype(int)
    )


def area_under_precision_recall(precision: np.ndarray, recall: np.ndarray) -> float:
    """Average precision: area under the curve of precision against recall.

    Each precision is first raised to the best one at the same or a higher recall, so that the curve only
    falls; the area is summed over all steps of the recall.

    precision, recall : (n,), recall not falling, as `precision_recall` gives them
    Returns a number from 0 to 1; 0 without detections.
    """
    precision, recall = np.asarray(precision, dtype=float), np.asarray(recall, dtype=float)
    if precision.shape != recall.shape or precision.ndim != 1:
        raise ValueError(f"precision and recall have shapes {precision.shape} and {recall.shape}, need (n,)")
    if (np.diff(recall) < 0).any():
        raise ValueError("recall falls, needs one that never falls")
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * best_from_here))


def mean_average_precision(
    detected: Sequence[Detected], objects: Sequence[Objects], n_classes: int, iou_threshold: float = 0.5
) -> tuple[float, np.ndarray]:
    """Mean average precision (mAP): the mean over the classes of their average precision.

    Arguments as for `precision_recall`; n_classes : number of classes.
    Returns the mean and the average precision of each class (n_classes,); NaN for a class that has no object,
    which the mean leaves out. The mean is NaN when no class has one.
    """
    each = np.full(n_classes, np.nan)
    for label in range(n_classes):
        curve = precision_recall(detected, objects, label, iou_threshold)
        if curve.n_objects:
            each[label] = area_under_precision_recall(curve.precision, curve.recall)
    there = each[~np.isnan(each)]
    return (float(there.mean()) if len(there) else float("nan")), each
