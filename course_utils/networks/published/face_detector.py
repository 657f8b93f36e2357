"""A small network that finds faces: six separable convolutions and five anchors a cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.kernels.activations import leaky_relu, sigmoid
from course_utils.kernels.conv import conv2d_forward, depthwise_conv2d_forward
from course_utils.kernels.pool import max_pool2d_forward
from course_utils.networks.published.detection import Detection, select_detections
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import check_image, letterbox

INPUT_SIZE = 416  # pixels
MEAN_RGB = np.array([117.001, 114.697, 97.404], np.float32)
# Width and height of the anchors in cells of the grid
ANCHORS = np.array(
    [
        [1.603231, 2.094468],
        [6.041143, 7.080126],
        [2.882459, 3.518061],
        [4.266906, 5.178857],
        [9.041765, 10.66308],
    ],
    np.float32,
)


@dataclass(frozen=True, eq=False)
class FaceDetector:
    """The detector with its weights; make one with load_face_detector().

    weights : name -> float32 array; a separable layer has "depthwise_filter" (3, 3, n_C_prev, 1),
              "pointwise_filter" (1, 1, n_C_prev, n_C) and "bias" (n_C,)
    """

    weights: dict[str, np.ndarray]

    def __repr__(self) -> str:
        return f"FaceDetector({sum(W.size for W in self.weights.values()):,} weights)"

    def preprocess(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """Fit a picture (n_H, n_W, 3) uint8 into the upper left of a black square.

        Returns X (1, 416, 416, 3) and the scale.
        """
        square, scale, _ = letterbox(image, INPUT_SIZE, fill=0, centred=False)
        return ((square - MEAN_RGB) / np.float32(255))[np.newaxis], scale

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Run the network on X (m, 416, 416, 3).

        Returns predictions (m, 13, 13, 25): five anchors a cell with x, y, width, height, face.
        """
        P = {name: W.reshape(1, 1, 1, -1) if W.ndim == 1 else W for name, W in self.weights.items()}
        Z, _ = conv2d_forward(X, P["conv0.filters"], P["conv0.bias"])  # (m, 414, 414, 16)
        A, _ = max_pool2d_forward(leaky_relu(Z, 0.1), f=2, stride=2, pad="same")
        for i in range(1, 6):
            depthwise = P[f"conv{i}.depthwise_filter"]
            no_bias = np.zeros((1, 1, 1, depthwise.shape[2]), X.dtype)
            Z, _ = depthwise_conv2d_forward(A, depthwise, no_bias, pad="same")
            Z, _ = conv2d_forward(Z, P[f"conv{i}.pointwise_filter"], P[f"conv{i}.bias"])
            A, _ = max_pool2d_forward(leaky_relu(Z, 0.1), f=2, stride=2 if i < 5 else 1, pad="same")
        Z, _ = conv2d_forward(A, P["conv8.filters"], P["conv8.bias"])  # (m, 13, 13, 25)
        return Z

    def raw(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return every box before any threshold.

        Returns boxes (845, 4), corners in pixels of the picture, and scores (845,).
        """
        X, scale = self.preprocess(image)
        predictions = self.forward(X)[0]
        n = predictions.shape[0]
        cell = np.float32(INPUT_SIZE / n / scale)  # pixels of the picture
        t = predictions.reshape(n, n, 5, 5)
        rows, columns = np.mgrid[:n, :n].astype(np.float32)[..., np.newaxis]  # (n, n, 1) each
        b_x, b_y = sigmoid(t[..., 0]) + columns, sigmoid(t[..., 1]) + rows  # (n, n, 5), in cells
        b_w, b_h = np.exp(t[..., 2]) * ANCHORS[:, 0], np.exp(t[..., 3]) * ANCHORS[:, 1]
        boxes = np.stack([b_x - b_w / 2, b_y - b_h / 2, b_x + b_w / 2, b_y + b_h / 2], axis=-1)
        return boxes.reshape(-1, 4) * cell, sigmoid(t[..., 4]).reshape(-1)

    def detect(
        self, image: np.ndarray, score_threshold: float = 0.5, iou_threshold: float = 0.4
    ) -> list[Detection]:
        """Find the faces in a picture (n_H, n_W, 3) uint8, best score first; their label is "face".

        score_threshold : keep boxes that score more
        iou_threshold   : of two boxes that overlap more, keep the better
        """
        boxes, scores = self.raw(image)
        size = check_image(image)
        return select_detections(
            boxes, scores[:, np.newaxis], ("face",), size, score_threshold, iou_threshold
        )


@cache
def load_face_detector() -> FaceDetector:
    """Load the tiny face detector of face-api.

    Errors: AssetError when the file is missing or damaged.
    Source: V. Mühler, face-api.js, 2018, after J. Redmon, A. Farhadi, "YOLO9000", 2016; weights: see
    assets/README.md.
    """
    return FaceDetector(load_weights("face_detector"))
