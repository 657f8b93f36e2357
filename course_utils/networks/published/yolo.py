"""YOLOv3-tiny: finds things of 80 kinds in a photograph.

Thirteen convolutions look at the picture once. At each cell of a 13x13 grid and of a 26x26 grid
three anchors predict a box, whether it holds an object, and of which class.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.data.assets import read_text
from course_utils.kernels.activations import leaky_relu, sigmoid
from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import max_pool2d_forward
from course_utils.networks.published.detection import Detection, select_detections
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import check_image, letterbox

INPUT_SIZE = 416  # pixels
# Width and height of the anchors in pixels of the input, for the coarse and the fine grid. The weights were
# trained with anchors 2 to 4 of the list on the fine grid, so 81×82 serves both and 10×14 none. With anchors
# 1 to 3, which look more orderly, every box of the fine grid comes out about half as large as the thing.
ANCHORS = {
    13: np.array([[81, 82], [135, 169], [344, 319]], np.float32),
    26: np.array([[23, 27], [37, 58], [81, 82]], np.float32),
}
NEGATIVE_SLOPE = 0.1


@dataclass(frozen=True, eq=False)
class YOLOv3Tiny:
    """The detector with its weights; make one with load_yolov3_tiny().

    weights : name -> float32 array, "conv0.W" (f, f, n_C_prev, n_C) to "conv12.b"
    labels  : names of the 80 classes
    """

    weights: dict[str, np.ndarray]
    labels: tuple[str, ...]

    def __repr__(self) -> str:
        return f"YOLOv3Tiny({sum(W.size for W in self.weights.values()):,} weights)"

    def preprocess(self, image: np.ndarray) -> tuple[np.ndarray, float, tuple[int, int]]:
        """Fit a picture (n_H, n_W, 3) uint8 into a grey square.

        Returns X (1, 416, 416, 3) in [0, 1], the scale and the (left, top) of the picture in it.
        """
        square, scale, corner = letterbox(image, INPUT_SIZE, fill=127.5)
        return (square / np.float32(255))[np.newaxis], scale, corner

    def _conv(self, A_prev: np.ndarray, i: int) -> np.ndarray:
        Z, _ = conv2d_forward(A_prev, self.weights[f"conv{i}.W"], self.weights[f"conv{i}.b"], pad="same")
        return Z

    def forward(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Run the convolutions on X (m, 416, 416, 3).

        Returns the predictions on the coarse grid (m, 13, 13, 255) and on the fine grid (m, 26, 26, 255);
        each cell holds three anchors of 85 numbers: x, y, width, height, object, 80 classes.
        """

        def layer(A_prev, i):
            return leaky_relu(self._conv(A_prev, i), NEGATIVE_SLOPE)

        A = X
        for i in range(5):
            A_fine = layer(A, i)  # after the last round (m, 26, 26, 256)
            A, _ = max_pool2d_forward(A_fine, f=2, stride=2)
        A = layer(A, 5)  # (m, 13, 13, 512)
        A, _ = max_pool2d_forward(A, f=2, stride=1, pad="same")
        A = layer(layer(A, 6), 7)  # (m, 13, 13, 256)
        coarse = self._conv(layer(A, 8), 9)  # (m, 13, 13, 255)
        enlarged = layer(A, 10).repeat(2, axis=1).repeat(2, axis=2)  # (m, 26, 26, 128)
        A = np.concatenate([enlarged, A_fine], axis=3)  # (m, 26, 26, 384)
        return coarse, self._conv(layer(A, 11), 12)

    def decode(self, predictions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Turn the predictions of one grid (n, n, 255) into boxes and scores.

        Returns boxes (3·n·n, 4), corners in pixels of the 416x416 input, and scores (3·n·n, 80): the
        probability of an object times the probability of its class.
        """
        n = predictions.shape[0]
        anchors, cell = ANCHORS[n], np.float32(INPUT_SIZE / n)
        t = predictions.reshape(n, n, 3, 85)
        rows, columns = np.mgrid[:n, :n].astype(np.float32)[..., np.newaxis]  # (n, n, 1) each
        b_x = (sigmoid(t[..., 0]) + columns) * cell  # (n, n, 3)
        b_y = (sigmoid(t[..., 1]) + rows) * cell
        b_w, b_h = np.exp(t[..., 2]) * anchors[:, 0], np.exp(t[..., 3]) * anchors[:, 1]
        boxes = np.stack([b_x - b_w / 2, b_y - b_h / 2, b_x + b_w / 2, b_y + b_h / 2], axis=-1)
        scores = sigmoid(t[..., 4:5]) * sigmoid(t[..., 5:])  # (n, n, 3, 80)
        return boxes.reshape(-1, 4), scores.reshape(-1, 80)

    def raw(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return every box before any threshold, so that thresholds can be tried without a new run.

        image : (n_H, n_W, 3) uint8
        Returns boxes (2535, 4), corners in pixels of the picture, and scores (2535, 80).
        """
        X, scale, (left, top) = self.preprocess(image)
        decoded = [self.decode(predictions[0]) for predictions in self.forward(X)]
        boxes, scores = (np.concatenate(arrays) for arrays in zip(*decoded, strict=True))
        return (boxes - np.array([left, top, left, top], np.float32)) / np.float32(scale), scores

    def detect(
        self, image: np.ndarray, score_threshold: float = 0.3, iou_threshold: float = 0.45
    ) -> list[Detection]:
        """Find things in a picture, best score first.

        image           : (n_H, n_W, 3) uint8
        score_threshold : keep boxes whose best class scores more
        iou_threshold   : of two boxes of one class that overlap more, keep the better
        """
        return self.select(*self.raw(image), check_image(image), score_threshold, iou_threshold)

    def select(
        self,
        boxes: np.ndarray,
        scores: np.ndarray,
        size: tuple[int, int],
        score_threshold: float = 0.3,
        iou_threshold: float = 0.45,
    ) -> list[Detection]:
        """Apply both thresholds to what `raw` returned; boxes are cut at the border of the picture.

        size : (n_H, n_W) of the picture
        """
        return select_detections(boxes, scores, self.labels, size, score_threshold, iou_threshold)


@cache
def load_yolov3_tiny() -> YOLOv3Tiny:
    """Load YOLOv3-tiny with weights trained on COCO, most of them stored in eight bits each.

    The stored weights find what the float weights find on the photographs of load_photograph, with boxes
    that overlap theirs by more than 95 per cent and scores that differ by at most 0.06.
    Errors: AssetError when a file is missing or damaged.
    Source: J. Redmon, A. Farhadi, "YOLOv3: an incremental improvement", 2018; weights and their licence:
    see assets/README.md.
    """
    return YOLOv3Tiny(load_weights("yolov3_tiny"), tuple(read_text("networks/coco_labels.txt").splitlines()))
