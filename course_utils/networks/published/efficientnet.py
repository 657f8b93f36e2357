"""EfficientNet-lite0: names one of 1000 things in a photograph.

The network is MobileNet-v2's idea, scaled: a stem, 16 inverted-residual blocks in seven stages, a
1x1 convolution, the mean over all places, and one dense layer. Batch norm after a convolution is a
factor and a shift a channel at test time, so it was folded into the stored filters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.data.assets import read_text
from course_utils.kernels.activations import softmax
from course_utils.kernels.conv import conv2d_forward, depthwise_conv2d_forward
from course_utils.kernels.dense import dense_forward
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import crop_square, resize

INPUT_SIZE = 224  # pixels

# repeats, filter size, stride of the first block, channels out; the first stage has no expansion
STAGES = (
    (1, 3, 1, 16),
    (2, 3, 2, 24),
    (2, 5, 2, 40),
    (3, 3, 2, 80),
    (3, 5, 1, 112),
    (4, 5, 2, 192),
    (1, 3, 1, 320),
)
BLOCK_STRIDES = tuple(
    stride if repeat == 0 else 1 for repeats, _, stride, _ in STAGES for repeat in range(repeats)
)
LAYERS = ("stem", *(f"block{i}" for i in range(len(BLOCK_STRIDES))), "head")


def relu6(Z: np.ndarray) -> np.ndarray:
    """ReLU that stops at 6: its outputs fit into eight bits with one fixed scale."""
    return np.clip(Z, 0, 6)


@dataclass(frozen=True, eq=False)
class EfficientNetLite0:
    """The classifier with its weights; make one with load_efficientnet_lite0().

    weights : name -> float32 array, e.g. "block3.expand.W" (1, 1, n_C_prev, n_C)
    labels  : names of the 1000 classes
    """

    weights: dict[str, np.ndarray]
    labels: tuple[str, ...]
    layer_names: tuple[str, ...] = LAYERS

    def __repr__(self) -> str:
        return f"EfficientNetLite0({sum(W.size for W in self.weights.values()):,} weights)"

    def preprocess(self, image: np.ndarray) -> np.ndarray:
        """Turn a picture (n_H, n_W, 3) uint8 into the input X (1, 224, 224, 3), values from -1 to 1.

        The square in the middle is kept.
        """
        square = resize(crop_square(image), INPUT_SIZE, INPUT_SIZE, "bicubic")
        return ((square.astype(np.float32) - 127) / 128)[np.newaxis]

    def block(self, A_prev: np.ndarray, i: int) -> np.ndarray:
        """Inverted residual block i: expand the channels, filter each one, project them back.

        A_prev : (m, n_H, n_W, n_C_prev)
        Returns (m, n_H / stride, n_W / stride, n_C); the projection is linear, and where shapes agree the
        input is added.
        """
        P, A = self.weights, A_prev
        if f"block{i}.expand.W" in P:
            Z, _ = conv2d_forward(A, P[f"block{i}.expand.W"], P[f"block{i}.expand.b"])
            A = relu6(Z)  # (m, n_H, n_W, 6·n_C_prev)
        Z, _ = depthwise_conv2d_forward(
            A, P[f"block{i}.depthwise.W"], P[f"block{i}.depthwise.b"], BLOCK_STRIDES[i], pad="same"
        )
        A = relu6(Z)  # (m, n_H / stride, n_W / stride, 6·n_C_prev)
        Z, _ = conv2d_forward(A, P[f"block{i}.project.W"], P[f"block{i}.project.b"])
        return Z + A_prev if Z.shape == A_prev.shape else Z

    def activations(self, X: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Yield (layer name, activation) from the stem to the head for an input X (m, 224, 224, 3)."""
        P = self.weights
        Z, _ = conv2d_forward(X, P["stem.W"], P["stem.b"], stride=2, pad="same")
        A = relu6(Z)  # (m, 112, 112, 32)
        yield "stem", A
        for i in range(len(BLOCK_STRIDES)):
            A = self.block(A, i)
            yield f"block{i}", A
        Z, _ = conv2d_forward(A, P["head.W"], P["head.b"])
        yield "head", relu6(Z)  # (m, 7, 7, 1280)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Compute the logits (1000, m) of an input X (m, 224, 224, 3)."""
        head = dict(self.activations(X))["head"]  # (m, 7, 7, 1280)
        means = np.ascontiguousarray(head.mean(axis=(1, 2)).T)  # (1280, m)
        Z, _ = dense_forward(means, self.weights["dense.W"], self.weights["dense.b"])
        return Z

    def logits(self, image: np.ndarray) -> np.ndarray:
        """Compute the logits (1000,) of a picture (n_H, n_W, 3) uint8."""
        return self.forward(self.preprocess(image))[:, 0]

    def classify(self, image: np.ndarray, k: int = 5) -> list[tuple[str, float]]:
        """Name what a picture (n_H, n_W, 3) uint8 shows: the k likeliest (label, probability)."""
        probabilities = softmax(self.logits(image))
        best = np.argsort(-probabilities, kind="stable")[:k]
        return [(self.labels[i], float(probabilities[i])) for i in best]

    def features(self, image: np.ndarray, layer: str = "head") -> np.ndarray:
        """Return the activation (n_H, n_W, n_C) of one layer of `layer_names` for a picture.

        Raises ValueError for an unknown layer.
        """
        if layer not in self.layer_names:
            raise ValueError(f"layer must be one of {', '.join(self.layer_names)}, got {layer!r}")
        for name, A in self.activations(self.preprocess(image)):
            if name == layer:
                return A[0]
        raise AssertionError("every layer name is yielded")


@cache
def load_efficientnet_lite0() -> EfficientNetLite0:
    """Load EfficientNet-lite0 with weights trained on ImageNet, most of them stored in eight bits each.

    The stored weights give the first answer of the float weights on 12 of the 13 photographs of
    load_photograph; on the thirteenth both answers have a probability near 0.2.
    Errors: AssetError when a file is missing or damaged.
    Source: M. Tan, Q. V. Le, "EfficientNet", 2019; R. Liu, "Higher accuracy on vision models with
    EfficientNet-Lite", 2020; weights: see assets/README.md.
    """
    labels = tuple(read_text("networks/imagenet_labels.txt").splitlines())
    return EfficientNetLite0(load_weights("efficientnet_lite0"), labels)
