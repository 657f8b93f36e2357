"""YOLOv3-tiny and the face detector on real photographs, against OpenCV and PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_utils import data
from course_utils.explorers.scenes import SCENES
from course_utils.networks.published import load_face_detector, load_yolov3_tiny, select_detections
from course_utils.vision.boxes import iou_matrix

from .conftest import largest_error


@pytest.fixture(scope="module")
def yolo():
    return load_yolov3_tiny()


@pytest.fixture(scope="module")
def faces():
    return load_face_detector()


def test_yolo_finds_the_cup_and_the_man(yolo, print_time):
    coffee = yolo.detect(data.load_photograph("coffee"))
    camera = yolo.detect(data.load_photograph("camera"))
    print("coffee:", coffee)
    print("camera:", camera)
    assert [detection.label for detection in coffee] == ["cup"]
    # The cup with its handle, marked by hand in the picture of 600 by 400 pixels.
    assert iou_matrix(np.array([coffee[0].box]), np.array([[168.0, 25.0, 402.0, 300.0]]))[0, 0] > 0.7
    assert "person" in [detection.label for detection in camera]
    print_time("YOLOv3-tiny, one image", lambda: yolo.detect(data.load_photograph("coffee")))


CONVOLUTION = """
[convolutional]
{norm}filters={n_C}
size={f}
stride=1
pad=1
activation={activation}
"""
POOL = "\n[maxpool]\nsize=2\nstride={stride}\n"
YOLO = """
[yolo]
mask = {mask}
anchors = 10,14, 23,27, 37,58, 81,82, 135,169, 344,319
classes=80
num=6
"""


def darknet_files(weights, folder):
    """Write the network as darknet's two files, without batch norm: it is folded into the filters."""

    def convolution(i, activation="leaky"):
        f, _, _, n_C = weights[f"conv{i}.W"].shape
        return CONVOLUTION.format(norm="", n_C=n_C, f=f, activation=activation)

    sections = ["[net]\nwidth=416\nheight=416\nchannels=3\n"]
    for i in range(5):
        sections += [convolution(i), POOL.format(stride=2)]
    sections += [convolution(5), POOL.format(stride=1), convolution(6), convolution(7), convolution(8)]
    sections += [convolution(9, "linear"), YOLO.format(mask="3,4,5"), "\n[route]\nlayers = -4\n"]
    sections += [convolution(10), "\n[upsample]\nstride=2\n", "\n[route]\nlayers = -1, 8\n"]
    sections += [convolution(11), convolution(12, "linear"), YOLO.format(mask="1,2,3")]
    (folder / "tiny.cfg").write_text("".join(sections))
    with open(folder / "tiny.weights", "wb") as file:
        np.array([0, 2, 0], "<i4").tofile(file)  # version
        np.array([0], "<u8").tofile(file)  # pictures seen
        for i in range(13):
            weights[f"conv{i}.b"].astype("<f4").tofile(file)
            np.ascontiguousarray(weights[f"conv{i}.W"].transpose(3, 2, 0, 1)).astype("<f4").tofile(file)
    return str(folder / "tiny.cfg"), str(folder / "tiny.weights")


def test_yolo_boxes_equal_those_of_opencv(yolo, tmp_path):
    cv2 = pytest.importorskip("cv2", reason="OpenCV is the independent implementation")
    if not hasattr(cv2.dnn, "readNetFromDarknet"):
        pytest.skip(f"OpenCV {cv2.__version__} no longer reads darknet files; the releases of 4.x do")
    network = cv2.dnn.readNetFromDarknet(*darknet_files(yolo.weights, tmp_path))
    for name in ("coffee", "camera"):
        image = data.load_photograph(name)
        n_H, n_W, _ = image.shape
        X, scale, (left, top) = yolo.preprocess(image)
        network.setInput(np.moveaxis(X, -1, 1).copy())
        rows = np.concatenate(network.forward(network.getUnconnectedOutLayersNames()))
        # A row: centre and sides as fractions of the input, object score, class scores times it
        x, y, w, h = (rows[:, :4] * 416).T
        theirs = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
        theirs = (theirs - [left, top, left, top]) / scale
        boxes, scores = yolo.raw(image)
        assert boxes.shape == theirs.shape == (2535, 4)
        # OpenCV sets scores below a small threshold to zero.
        kept = rows[:, 5:] > 0
        score_error = np.abs(np.where(kept, scores - rows[:, 5:], 0)).max()
        box_error = (np.abs(boxes - theirs) / [n_W, n_H, n_W, n_H]).max()
        print(
            f"YOLOv3-tiny against OpenCV, {name}: boxes {box_error:.1e} of the side, scores {score_error:.1e}"
        )
        assert box_error < 1e-3
        assert score_error < 1e-3
        assert kept.any()


@pytest.mark.torch
def test_yolo_grids_agree_with_pytorch(yolo, reference):
    F, P = reference.F, yolo.weights

    def layer(x, i):
        return F.leaky_relu(reference.conv(x, P[f"conv{i}.W"], P[f"conv{i}.b"]), 0.1)

    X, _, _ = yolo.preprocess(data.load_photograph("coffee"))
    x = reference.pictures(X)
    for i in range(5):
        fine = layer(x, i)
        x = F.max_pool2d(fine, 2)
    x = reference.max_pool_same(layer(x, 5), stride=1)
    x = layer(layer(x, 6), 7)
    coarse = reference.conv(layer(x, 8), P["conv9.W"], P["conv9.b"])
    up = F.interpolate(layer(x, 10), scale_factor=2, mode="nearest")
    joined = reference.torch.cat([up, fine], 1)
    fine_grid = reference.conv(layer(joined, 11), P["conv12.W"], P["conv12.b"])
    for ours, theirs in zip(yolo.forward(X), (coarse, fine_grid), strict=True):
        error = largest_error(ours, reference.array(theirs))
        print(f"YOLOv3-tiny against PyTorch: {error:.1e}")
        assert error < 1e-4


def test_yolo_boxes_of_small_things_have_their_size(yolo):
    """The coins were outlined by hand; with other anchors the boxes come out half as large."""
    image = data.load_photograph("coins")
    n_H, n_W, _ = image.shape
    coins = np.array([box[1:] for box in SCENES["coins"]]) * [n_W, n_H, n_W, n_H]
    found = np.array([detection.box for detection in yolo.detect(image, score_threshold=0.15)])
    fit = iou_matrix(found, coins).max(axis=1)
    print(f"YOLOv3-tiny, {len(found)} boxes on coins: median IoU with the nearest coin {np.median(fit):.2f}")
    assert len(found) > 5
    assert np.median(fit) > 0.8


def test_a_score_at_the_threshold_is_kept():
    boxes, scores = np.array([[0.0, 0, 2, 2], [5, 5, 8, 8]]), np.array([[0.5], [0.25]])
    assert len(select_detections(boxes, scores, ("thing",), (10, 10), 0.5, 0.5)) == 1
    assert len(select_detections(boxes, scores, ("thing",), (10, 10), 0.25, 0.5)) == 2


def test_yolo_stored_weights_find_what_the_float_weights_find(yolo, published_weights):
    published, folder = published_weights
    exact = replace(yolo, weights=published.yolo_weights(folder))
    for name in ("coffee", "camera"):
        image = data.load_photograph(name)
        stored, original = yolo.detect(image), exact.detect(image)
        assert sorted(d.label for d in stored) == sorted(d.label for d in original)
        boxes = [np.array([d.box for d in found]) for found in (stored, original)]
        overlaps = iou_matrix(*boxes).max(axis=1)
        print(name, "scores", [round(d.score, 3) for d in stored], [round(d.score, 3) for d in original])
        print(name, "overlap of each stored box with the nearest float box", overlaps.round(3))
        assert overlaps.min() > 0.85


def test_yolo_thresholds_only_remove(yolo):
    image = data.load_photograph("camera")
    raw = yolo.raw(image)
    counts = [len(yolo.select(*raw, image.shape[:2], threshold)) for threshold in (0.05, 0.2, 0.4, 0.9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0
    crowded = yolo.select(*raw, image.shape[:2], 0.2, iou_threshold=1)
    assert len(crowded) > len(yolo.select(*raw, image.shape[:2], 0.2, iou_threshold=0.3))
    assert yolo.detect(image, 0.2) == yolo.select(*raw, image.shape[:2], 0.2)
    scores = [detection.score for detection in crowded]
    assert scores == sorted(scores, reverse=True)


def test_boxes_stay_inside_the_picture(yolo):
    image = data.load_photograph("camera")
    n_H, n_W, _ = image.shape
    for detection in yolo.detect(image, 0.05):
        x1, y1, x2, y2 = detection.box
        assert 0 <= x1 < x2 <= n_W
        assert 0 <= y1 < y2 <= n_H


def test_an_empty_picture_gives_no_boxes(yolo, faces):
    blank = np.full((120, 200, 3), 128, np.uint8)
    assert yolo.detect(blank) == []
    assert faces.detect(blank) == []


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_impossible_thresholds_are_refused(yolo, faces, threshold):
    image = data.load_photograph("brick")
    with pytest.raises(ValueError, match="score_threshold must be from 0 to 1"):
        yolo.detect(image, threshold)
    with pytest.raises(ValueError, match="iou_threshold must be from 0 to 1"):
        faces.detect(image, 0.5, threshold)


def test_face_detector_finds_the_astronaut_and_no_face_on_a_cat(faces, print_time):
    found = faces.detect(data.load_photograph("astronaut"))
    print("astronaut:", found)
    assert len(found) == 1
    # The face from brow to chin, marked by hand in the picture of 512 by 512 pixels.
    assert iou_matrix(np.array([found[0].box]), np.array([[175.0, 75.0, 270.0, 185.0]]))[0, 0] > 0.7
    assert len(faces.detect(data.load_photograph("camera"))) == 1
    for name in ("chelsea", "coffee", "china", "flower", "hubble"):
        assert faces.detect(data.load_photograph(name)) == []
    print_time("face detector, one image", lambda: faces.detect(data.load_photograph("astronaut")))


def test_face_boxes_follow_the_picture_when_it_is_shrunk(faces):
    image = data.load_photograph("astronaut")
    small = faces.detect(np.ascontiguousarray(image[::2, ::2]))[0]
    large = faces.detect(image)[0]
    assert iou_matrix(2 * np.array([small.box]), np.array([large.box]))[0, 0] > 0.8


@pytest.mark.torch
def test_face_detector_agrees_with_pytorch(faces, reference):
    F, P = reference.F, faces.weights
    X, _ = faces.preprocess(data.load_photograph("astronaut"))
    x = F.leaky_relu(
        reference.conv(reference.pictures(X), P["conv0.filters"], P["conv0.bias"], pad="valid"), 0.1
    )
    x = reference.max_pool_same(x)
    for i in range(1, 6):
        x = reference.depthwise(x, P[f"conv{i}.depthwise_filter"])
        x = F.leaky_relu(reference.conv(x, P[f"conv{i}.pointwise_filter"], P[f"conv{i}.bias"]), 0.1)
        x = reference.max_pool_same(x, stride=2 if i < 5 else 1)
    theirs = reference.array(reference.conv(x, P["conv8.filters"], P["conv8.bias"]))
    error = largest_error(faces.forward(X), theirs)
    print(f"face detector against PyTorch: {error:.1e}")
    assert error < 1e-4
