"""The first three blocks of a VGG-16: features of a picture, and gradients back to its pixels.

Style transfer changes the pixels and leaves the filters alone, so the backward pass here computes
gradients of the activations only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from course_utils.kernels.checks import check_array
from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import check_image

MEAN_BGR = np.array([104.00699, 116.66877, 122.67891], np.float32)
LAYERS = (
    "block1_conv1",
    "block1_conv2",
    "block2_conv1",
    "block2_conv2",
    "block3_conv1",
    "block3_conv2",
    "block3_conv3",
)
POOLING = {
    "max": (max_pool2d_forward, max_pool2d_backward),
    "average": (avg_pool2d_forward, avg_pool2d_backward),
}


@dataclass(frozen=True, eq=False)
class VGGFeatures:
    """The feature extractor with its weights; make one with load_vgg_features().

    weights : name -> float32 array, e.g. "block1_conv1.W" (3, 3, 3, 64)
    mirrored : the filters turned by 180 degrees with channels in and out swapped, for the gradients
    pooling : "max" (as trained) or "average" (smoother gradients)
    """

    weights: dict[str, np.ndarray]
    mirrored: dict[str, np.ndarray]
    pooling: str = "max"
    layer_names: tuple[str, ...] = LAYERS

    def __repr__(self) -> str:
        return f"VGGFeatures({sum(W.size for W in self.weights.values()):,} weights, {self.pooling} pooling)"

    def preprocess(self, image: np.ndarray) -> np.ndarray:
        """Turn a picture (n_H, n_W, 3) uint8 into X (1, n_H, n_W, 3): blue, green, red minus means."""
        check_image(image)
        return (image[..., ::-1].astype(np.float32) - MEAN_BGR)[np.newaxis]

    def to_image(self, X: np.ndarray) -> np.ndarray:
        """Turn X (1, n_H, n_W, 3) back into a picture (n_H, n_W, 3) uint8; values are clipped."""
        check_array("X", X, (1, "n_H", "n_W", 3))
        return np.rint(np.clip(X[0] + MEAN_BGR, 0, 255)).astype(np.uint8)[..., ::-1].copy()

    def forward(self, X: np.ndarray, last: str = LAYERS[-1]) -> tuple[dict[str, np.ndarray], Any]:
        """Compute the activation after ReLU of every layer up to `last`.

        X : (m, n_H, n_W, 3) float32 or float64, both sides at least 4 pixels
        Returns layer name -> A (m, n_H', n_W', n_C), and a cache for backward. Sides halve (rounded down)
        between blocks.
        Raises ValueError for an unknown layer or a wrong shape.
        """
        check_array("X", X, ("m", "n_H", "n_W", 3))
        if last not in LAYERS:
            raise ValueError(f"last must be one of {', '.join(LAYERS)}, got {last!r}")
        pool_forward, _ = POOLING[self.pooling]
        A, activations, pool_caches = X, {}, {}
        for name in LAYERS[: LAYERS.index(last) + 1]:
            if name in ("block2_conv1", "block3_conv1"):
                A, pool_caches[name] = pool_forward(A, f=2, stride=2)
            W, b = (self.weights[f"{name}.{key}"].astype(X.dtype, copy=False) for key in "Wb")
            Z, _ = conv2d_forward(A, W, b, pad="same")
            A = np.maximum(Z, 0)
            activations[name] = A
        return activations, (activations, pool_caches)

    def backward(self, gradients: Mapping[str, np.ndarray], cache: Any) -> np.ndarray:
        """Send gradients of a cost with respect to activations back to the pixels.

        gradients : layer name -> dA, the shape of that activation; several layers may have one
        cache     : what forward returned beside the activations
        Returns dX, the shape of X.
        Raises ValueError for an unknown layer, a wrong shape, or no gradient at all.
        """
        activations, pool_caches = cache
        if not gradients:
            raise ValueError("gradients must hold at least one layer")
        for name, dA in gradients.items():
            if name not in activations:
                raise ValueError(f"gradients name {name!r}, forward computed {', '.join(activations)}")
            check_array(f"gradients[{name!r}]", dA, activations[name].shape)
        _, pool_backward = POOLING[self.pooling]
        dA = None
        for name, A in reversed(activations.items()):
            if name in gradients:
                dA = gradients[name] if dA is None else dA + gradients[name]
            if dA is None:
                continue
            dZ = dA * (A > 0)
            # Z at a place gathers its neighbours through W, so the gradient at a place gathers the dZ
            # around it through the mirrored W: a convolution again.
            W = self.mirrored[name].astype(dZ.dtype, copy=False)
            no_bias = np.zeros((1, 1, 1, W.shape[3]), dZ.dtype)
            dA, _ = conv2d_forward(dZ, W, no_bias, pad="same")
            if name in pool_caches:
                dA = pool_backward(dA, pool_caches[name])
        return dA


@cache
def load_vgg_features(pooling: str = "max") -> VGGFeatures:
    """Load blocks 1 to 3 of a VGG-16 that was trained on ImageNet and tuned to find edges.

    pooling : "max" or "average"
    Errors: ValueError for another pooling; AssetError when the file is missing or damaged.
    Source: K. Simonyan, A. Zisserman, "Very deep convolutional networks", 2014; S. Xie, Z. Tu,
    "Holistically-nested edge detection", 2015; weights: see assets/README.md.
    """
    if pooling not in POOLING:
        raise ValueError(f"pooling must be max or average, got {pooling!r}")
    weights = load_weights("vgg_features")
    mirrored = {
        name: np.ascontiguousarray(weights[f"{name}.W"][::-1, ::-1].transpose(0, 1, 3, 2)) for name in LAYERS
    }
    return VGGFeatures(weights, mirrored, pooling)
