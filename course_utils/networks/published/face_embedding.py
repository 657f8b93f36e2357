"""A residual network that turns a face into 128 numbers: near for one person, far for two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.kernels.activations import relu
from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import avg_pool2d_forward, max_pool2d_forward
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import crop_box, letterbox

INPUT_SIZE = 150  # pixels
MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)
SAME_PERSON = 0.6  # distance below which two faces count as one person
BLOCKS = (
    "conv32_1",
    "conv32_2",
    "conv32_3",
    "conv64_down",
    "conv64_1",
    "conv64_2",
    "conv64_3",
    "conv128_down",
    "conv128_1",
    "conv128_2",
    "conv256_down",
    "conv256_1",
    "conv256_2",
    "conv256_down_out",
)


@dataclass(frozen=True, eq=False)
class FaceEmbedding:
    """The embedding network with its weights; make one with load_face_embedding().

    filters : layer name -> (W (f, f, n_C_prev, n_C), b (1, 1, 1, n_C))
    dense   : (128, 256), the last layer; it has no bias
    """

    filters: dict[str, tuple[np.ndarray, np.ndarray]]
    dense: np.ndarray

    def __repr__(self) -> str:
        count = sum(W.size + b.size for W, b in self.filters.values()) + self.dense.size
        return f"FaceEmbedding({count:,} weights)"

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Turn the picture of one face (n_H, n_W, 3) uint8 into X (1, 150, 150, 3)."""
        square, _, _ = letterbox(face, INPUT_SIZE, fill=0)
        return ((square - MEAN_RGB) / np.float32(255))[np.newaxis]

    def _conv(self, A_prev: np.ndarray, name: str, stride: int = 1) -> np.ndarray:
        W, b = self.filters[name]
        Z, _ = conv2d_forward(A_prev, W, b, stride, pad="valid" if stride == 2 else "same")
        return Z

    def _block(self, A_prev: np.ndarray, name: str) -> np.ndarray:
        """Add two convolutions to the input; a block called "down" halves the sides on both ways."""
        down = "down" in name
        A = relu(self._conv(A_prev, f"{name}.conv1", stride=2 if down else 1))
        Z = self._conv(A, f"{name}.conv2")
        if not down:
            return relu(Z + A_prev)
        shortcut, _ = avg_pool2d_forward(A_prev, f=2, stride=2)
        # Where the two ways differ in size, zeros fill up rows, columns and channels at the end.
        m, n_H, n_W, _ = np.maximum(Z.shape, shortcut.shape)
        total = np.zeros((m, n_H, n_W, Z.shape[3]), Z.dtype)
        for part in (Z, shortcut):
            total[:, : part.shape[1], : part.shape[2], : part.shape[3]] += part
        return relu(total)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Compute the embeddings (128, m) of faces X (m, 150, 150, 3)."""
        A = relu(self._conv(X, "conv32_down", stride=2))  # (m, 72, 72, 32)
        A, _ = max_pool2d_forward(A, f=3, stride=2)  # (m, 35, 35, 32)
        for name in BLOCKS:
            A = self._block(A, name)
        return self.dense @ A.mean(axis=(1, 2)).T  # (128, m)

    def embed(self, face: np.ndarray) -> np.ndarray:
        """Compute the embedding (128,) of a picture (n_H, n_W, 3) uint8 that shows one face, filling it."""
        return self.forward(self.preprocess(face))[:, 0]

    def embed_box(self, image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
        """Compute the embedding (128,) of the face in a box (x1, y1, x2, y2) of a picture.

        The crop is a square with the box's longer side, because the network was trained on such crops.
        """
        return self.embed(crop_box(image, box))


@cache
def load_face_embedding() -> FaceEmbedding:
    """Load the face recognition network of face-api: distances below 0.6 usually mean one person.

    Each convolution is followed by a factor and a shift a channel; both are folded into its filters here.
    Errors: AssetError when the file is missing or damaged.
    Source: D. E. King, dlib face recognition, 2017, after K. He et al., "Deep residual learning", 2015;
    weights: see assets/README.md.
    """
    P = load_weights("face_embedding")
    filters = {}
    for key in P:
        if key.endswith(".conv.filters"):
            name = key.removesuffix(".conv.filters")
            factor, shift = P[f"{name}.scale.weights"], P[f"{name}.scale.biases"]  # (n_C,) each
            b = (P[f"{name}.conv.bias"] * factor + shift).reshape(1, 1, 1, -1)
            filters[name] = (P[key] * factor, b)
    return FaceEmbedding(filters, np.ascontiguousarray(P["fc"].T))
