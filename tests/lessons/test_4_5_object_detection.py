"""Lesson 4.5: its figures come out of its runs, its mistakes go wrong, its checks name typical slips."""

import re

import numpy as np
import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import max_pool2d_forward
from course_utils.vision.boxes import decode_grid, iou_matrix, non_max_suppression

TEXT = printed("4_convolutional_networks/05_object_detection")
EXERCISE = "4_convolutional_networks/exercises/05_object_detection"


def numbers(pattern: str) -> list[float]:
    return [float(group.replace(",", "")) for group in re.search(pattern, TEXT).groups()]


def test_64_landmarks_need_129_outputs():
    assert "label of one shoe: (129,)" in TEXT


@pytest.mark.parametrize(("n", "answers"), [(14, 1), (16, 2), (28, 8)])
def test_the_window_network_slides(n, answers):
    line = next(line for line in TEXT.splitlines() if line.startswith(f"{n}×{n}×3  ->"))
    assert line.endswith(f"{answers}×{answers}×4")


def test_windows_of_14_with_stride_2_in_kernels_alone():
    """Independently of the lesson's code: one pass over 28 × 28 equals 64 crops."""
    rng = np.random.default_rng(0)
    W_1, W_2 = rng.standard_normal((5, 5, 3, 4)), rng.standard_normal((5, 5, 4, 2))
    X = rng.standard_normal((1, 28, 28, 3))

    def run(X):
        A, _ = conv2d_forward(X, W_1, np.zeros((1, 1, 1, 4)))
        return conv2d_forward(max_pool2d_forward(A)[0], W_2, np.zeros((1, 1, 1, 2)))[0]

    once = run(X)
    assert once.shape == (1, 8, 8, 2)
    for h in range(8):
        for w in range(8):
            crop = X[:, 2 * h : 2 * h + 14, 2 * w : 2 * w + 14]
            np.testing.assert_allclose(run(crop)[0, 0, 0], once[0, h, w], atol=1e-9)
    assert "64 windows one by one (8, 8, 4)  one pass (8, 8, 4)\nequal: True" in TEXT


def test_gradients_agree_with_nudges():
    assert (
        TEXT.count("against nudges: good") == 5
    )  # two losses, with and without an object; the detector's cost
    assert re.search(r"nothing +squared_loss .* entries with gradient: 1 ", TEXT)
    assert re.search(r"a sneaker +logistic_loss .* entries with gradient: 8 ", TEXT)


def test_loops_and_kernels_agree():
    for text in ("broadcast = loops: True", "same boxes kept: True"):
        assert text in TEXT
    assert re.search(r"kernel = loops: +True", TEXT)


def test_sizes_of_the_yolo_tensor():
    assert numbers(r"numbers: ([\d,]+) +places: ([\d,]+) +scores: ([\d,]+)") == [153425, 1805, 144400]
    assert "1805 places, 27 with a score of at least 0.45, 3 after suppression" in TEXT


def test_yolov2_has_50983561_parameters():
    assert re.search(r"^sum +50,983,561$", TEXT, re.MULTILINE)


def test_anchors_by_iou_serve_small_boxes_better():
    (iou_all, iou_small) = numbers(
        r"1 - IoU +mean best IoU of all objects ([\d.]+), of the smaller half ([\d.]+)"
    )
    (all_, small) = numbers(r"Euclidean +mean best IoU of all objects ([\d.]+), of the smaller half ([\d.]+)")
    assert iou_all > all_
    assert iou_small > small + 0.02


def test_more_places_lose_fewer_objects():
    rows = re.findall(r"^ *\d+ × +\d+ +(\d+) +(\d+) +(\d+)$", TEXT, re.MULTILINE)
    lost = np.array(rows[-3:], int)  # grids 3, 6, 12; k = 1, 2, 3
    assert lost[0, 0] > 100
    assert (np.diff(lost, axis=0) <= 0).all()
    assert (np.diff(lost, axis=1) <= 0).all()


def test_the_detector_is_as_good_as_told():
    assert re.search(r"mAP at IoU 0\.5 is at least 0\.75: +True", TEXT)
    assert "mAP of the untrained network is below 0.05: True" in TEXT
    (at_half,) = numbers(r"mAP at IoU 0\.50: ([\d.]+) ")
    (at_three_quarters,) = numbers(r"mAP at IoU 0\.75: ([\d.]+) ")
    assert at_half >= 0.75
    assert at_three_quarters < at_half / 2  # "good", "poor"
    (doubled,) = numbers(r"without non-max suppression: ([\d.]+)")
    assert at_half - 0.1 < doubled < at_half


def test_objects_near_a_border_are_reported_less_often():
    assert "near a border fewer are reported: True" in TEXT
    (near, near_any) = numbers(r"near a border +(\d+)% reported .*; (\d+)% boxed")
    (middle, middle_any) = numbers(r"in the middle +(\d+)% reported .*; (\d+)% boxed")
    assert near < middle - 5
    assert near_any > 80  # "nearly all of them are boxed well"
    assert middle_any > 85


def test_average_precision_by_hand():
    assert "average precision: 0.556" in TEXT


def test_mistakes_go_wrong():
    assert "windows of 16 × 16, stride 2, on 16 × 16: 1\nwindows of 14 × 14, stride 2, on 16 × 16: 4" in TEXT
    assert re.search(r"apart, to the lower right +careless +0\.\d+ +right 0\.00", TEXT)
    assert re.search(r"touching: +0\.11 +instead of 0\.0", TEXT)
    exchanged = re.findall(r"IoU of the exchanged box with the right one: ([\d.]+)", TEXT)
    assert all(float(value) < 0.7 for value in exchanged)
    (masked,) = numbers(r"with the mask .*mean IoU with the objects ([\d.]+)")
    (unmasked,) = numbers(r"without the mask .*mean IoU with the objects ([\d.]+)")
    assert unmasked < 0.7 * masked
    assert "recall, every hit counted:  [0.33 0.67 1.   1.33 1.67]" in TEXT
    (right,) = numbers(r"anchors of the training .*nearest coin ([\d.]+)")
    (wrong,) = numbers(r"anchors 1 to 3 .*nearest coin ([\d.]+)")
    assert right > 0.8
    assert wrong < 0.4


def test_ties_four_rules_four_answers_and_the_course_takes_the_first():
    kept = re.findall(
        r"^score >=? +threshold, drop when IoU >=? +threshold: +keeps (\[.*\])$", TEXT, re.MULTILINE
    )
    assert kept == ["[0, 1, 2]", "[0, 2]", "[0, 1]", "[0]"]
    assert "the course: [0, 1, 2]" in TEXT


def test_the_course_keeps_ties_with_both_thresholds():
    boxes = np.array([[0.0, 0, 2, 2], [0, 0, 2, 1]])
    assert iou_matrix(boxes, boxes)[0, 1] == 0.5
    assert non_max_suppression(boxes, np.array([0.9, 0.8]), 0.5).tolist() == [0, 1]
    assert non_max_suppression(boxes, np.array([0.9, 0.8]), np.nextafter(0.5, 0)).tolist() == [0]
    y = np.zeros((1, 1, 1, 7))
    y[0, 0, 0] = [0.5, 0.5, 0.5, 1, 1, 1, 0]
    assert len(decode_grid(y, 0.5)[1]) == 1
    assert len(decode_grid(y, np.nextafter(0.5, 1))[1]) == 0


IOU = """
def iou(a, b):
    width, height = {width}, {height}
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]){minus}
    return {result}
"""
CLAMPED = {
    "width": "max(0, min(a[2], b[2]) - max(a[0], b[0]))",
    "height": "max(0, min(a[3], b[3]) - max(a[1], b[1]))",
    "minus": " - shared",
    "result": "shared / union if union > 0 else 0.0",
}
OPEN = {"width": "min(a[2], b[2]) - max(a[0], b[0])", "height": "min(a[3], b[3]) - max(a[1], b[1])"}
SUPPRESS = """
def non_max_suppression(boxes, scores, iou_threshold):
    kept, order = [], {order}
    for n, i in enumerate(order):
        if all(iou(boxes[i], boxes[j]) {sign} iou_threshold for j in {rivals}):
            kept.append(int(i))
    return {result}
"""
PLAIN = {"order": "np.argsort(-scores, kind='stable')", "sign": "<=", "rivals": "kept", "result": "kept"}
ENCODE = """
def encode(boxes, classes, anchors, rows, columns, n_classes):
    target = np.zeros((rows, columns, len(anchors), 5 + n_classes))
    for (x1, y1, x2, y2), c in zip(boxes, classes):
        h, w = y2 - y1, x2 - x1
        x, y = (x1 + x2) / 2 * columns, (y1 + y2) / 2 * rows
        row, column = {cell}
        shared = np.minimum(anchors[:, 0], {first}) * np.minimum(anchors[:, 1], {second})
        overlap = shared / (h * w + anchors[:, 0] * anchors[:, 1] - shared)
        {taken}
        k = overlap.argmax()
        if overlap[k] >= 0:
            target[row, column, k, :5] = {entry}
            target[row, column, k, 5 + c] = 1
    return target
"""
WRITTEN = {
    "cell": "min(int(y), rows - 1), min(int(x), columns - 1)",
    "first": "h",
    "second": "w",
    "taken": "overlap[target[row, column, :, 0] == 1] = -1",
    "entry": "1, x - column, y - row, h * rows, w * columns",
}
DECODE = """
def decode(y, score_threshold):
    rows, columns = y.shape[:2]
    best = {best}
    row, column, k = np.nonzero(best {sign} score_threshold)
    e = y[row, column, k]
    x, y = {x}, {y}
    h, w = {sides}
    boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
    return boxes, best[row, column, k], e[:, 5:].argmax(axis=1)
"""
READ = {
    "best": "y[..., 0] * y[..., 5:].max(axis=-1)",
    "sign": ">=",
    "x": "(column + e[:, 1]) / columns",
    "y": "(row + e[:, 2]) / rows",
    "sides": "e[:, 3] / rows, e[:, 4] / columns",
}
KMEANS = """
def anchor_kmeans(sizes, anchors, rounds):
    anchors = np.array(anchors, float)
    for _ in range({rounds}):
        shared = np.minimum(sizes[:, None, :], anchors[None, :, :]).prod(axis=2)
        table = {table}
        nearest = table.argmax(axis=1)
        for j in range(len(anchors)):
            if {chosen}:
                anchors[j] = {mean}
    return anchors
"""
GROUPED = {
    "chosen": "(nearest == j).any()",
    "mean": "sizes[nearest == j].mean(axis=0)",
    "rounds": "rounds",
    "table": "shared / (sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - shared)",
}
MEAN_OF_NONE = {
    "chosen": "True",
    "mean": "sizes[nearest == j].sum(axis=0) / np.float64((nearest == j).sum() or np.nan)",
}
DETECT = """
def detect(y, score_threshold, iou_threshold):
    boxes, scores, classes = decode(y, score_threshold)
    groups = [np.flatnonzero(classes == c) for c in np.unique(classes)]
    kept = np.array({kept}, int)
    return boxes[kept], scores[kept], classes[kept]
"""
PER_CLASS = {
    "kept": "[g[i] for g in groups for i in non_max_suppression(boxes[g], scores[g], iou_threshold)]",
}
SLIPS = [
    ("iou.overlapping", "counted twice", IOU, {"minus": ""}),
    ("iou.overlapping", "divide it by the area", IOU, {"result": "shared"}),
    ("iou.edges", "two negative lengths", IOU, OPEN),
    ("iou.edges", "both boxes have no area", IOU, {"result": "shared / union"}),
    ("non_max_suppression.values", "best score first", SUPPRESS, {"result": "sorted(kept)"}),
    ("non_max_suppression.values", "still drops others", SUPPRESS, {"rivals": "order[:n]"}),
    ("non_max_suppression.values", "lowest score up", SUPPRESS, {"order": "np.argsort(scores)"}),
    ("non_max_suppression.values", "row numbers", SUPPRESS, {"result": "[scores[i] for i in kept]"}),
    ("non_max_suppression.edges", "a tie keeps the box", SUPPRESS, {"sign": "<"}),
    (
        "non_max_suppression.edges",
        "stands first",
        SUPPRESS,
        {"order": "np.argsort(scores, kind='stable')[::-1]"},
    ),
    ("encode.cells", "wanted in cells", ENCODE, {"entry": "1, x - column, y - row, h, w"}),
    ("encode.cells", "b_h comes before", ENCODE, {"entry": "1, x - column, y - row, w * columns, h * rows"}),
    ("encode.cells", "b_y are exchanged", ENCODE, {"entry": "1, y - row, x - column, h * rows, w * columns"}),
    (
        "encode.cells",
        "corner of its cell",
        ENCODE,
        {"entry": "1, x / columns, y / rows, h * rows, w * columns"},
    ),
    ("encode.cells", "last row or column", ENCODE, {"cell": "int(y) % rows, int(x) % columns"}),
    ("encode.anchors", "largest IoU", ENCODE, {"first": "w", "second": "h"}),
    ("encode.anchors", "overwritten", ENCODE, {"taken": "pass"}),
    ("decode.boxes", "entry 3 is the height", DECODE, {"sides": "e[:, 4] / rows, e[:, 3] / columns"}),
    ("decode.boxes", "corner of their cell", DECODE, {"x": "e[:, 1] / columns"}),
    ("decode.boxes", "times the largest class probability", DECODE, {"best": "y[..., 0]"}),
    ("decode.edges", "at least, not more than", DECODE, {"sign": ">"}),
    (
        "anchor_kmeans.round",
        "Euclidean",
        KMEANS,
        {"table": "-np.linalg.norm(sizes[:, None] - anchors, axis=2)"},
    ),
    ("anchor_kmeans.rounds", "one round", KMEANS, {"rounds": "1"}),
    ("anchor_kmeans.rounds", "mean of no boxes", KMEANS, MEAN_OF_NONE),
    (
        "detect.values",
        "once for each class",
        DETECT,
        {"kept": "non_max_suppression(boxes, scores, iou_threshold)"},
    ),
    ("detect.values", "nothing was suppressed", DETECT, {"kept": "np.argsort(-scores)"}),
    ("detect.values", "best score of all classes first", DETECT, {}),
]
RIGHT = {IOU: CLAMPED, SUPPRESS: PLAIN, ENCODE: WRITTEN, DECODE: READ, KMEANS: GROUPED, DETECT: PER_CLASS}


@pytest.mark.parametrize(("check", "words", "template", "slip"), SLIPS)
def test_a_typical_slip_is_named(check, words, template, slip):
    assert words in likely_cause(EXERCISE, check, template.format(**RIGHT[template] | slip))


def test_an_error_on_an_empty_or_degenerate_input_is_explained():
    in_order = f"sorted({PER_CLASS['kept']}, key=lambda i: -scores[i])"
    no_type = DETECT.format(kept=in_order).replace(", int)", ")")
    assert "dtype=int" in likely_cause(EXERCISE, "detect.values", no_type)
    first_taken = SUPPRESS.format(**PLAIN).replace("{order}", "").replace("kept, order = [],", "order =")
    first_taken = first_taken.replace("    for n, i", "    kept = [int(order[0])]\n    for n, i")
    assert "no first box" in likely_cause(EXERCISE, "non_max_suppression.edges", first_taken)
    plain_numbers = IOU.format(**CLAMPED | {"result": "float(shared) / float(union)"})
    assert "by definition" in likely_cause(EXERCISE, "iou.edges", plain_numbers)
