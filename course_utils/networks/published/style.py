"""A network that paints a photograph in one of 26 styles, or in a mixture of them.

All styles share the filters. A style is a factor and a shift for each channel of each layer, applied
after the channel was normalised over the picture (conditional instance normalisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.kernels.activations import relu, sigmoid
from course_utils.kernels.conv import conv2d_forward
from course_utils.networks.published.weights import load_weights
from course_utils.vision.images import check_image

N_STYLES = 26
N_RESIDUAL = 6
EPSILON = 1e-5
SMALLEST_SIDE = 32  # pixels


@dataclass(frozen=True, eq=False)
class StyleNetwork:
    """The painter with its weights; make one with load_style_network().

    weights : name -> float32 array; a layer has "W" (f, f, n_C_prev, n_C), "gamma" and "beta" (26, n_C)
    """

    weights: dict[str, np.ndarray]

    def __repr__(self) -> str:
        return f"StyleNetwork({sum(W.size for W in self.weights.values()):,} weights, {N_STYLES} styles)"

    def _layer(self, A_prev: np.ndarray, name: str, mixture: np.ndarray, stride: int = 1) -> np.ndarray:
        """Convolve with a mirrored border, normalise each channel, and apply the style."""
        W = self.weights[f"{name}.W"]
        p = W.shape[0] // 2
        A_prev = np.pad(A_prev, ((0, 0), (p, p), (p, p), (0, 0)), mode="reflect")
        Z, _ = conv2d_forward(A_prev, W, np.zeros((1, 1, 1, W.shape[3]), W.dtype), stride)
        Z = (Z - Z.mean(axis=(1, 2), keepdims=True)) / np.sqrt(Z.var(axis=(1, 2), keepdims=True) + EPSILON)
        return Z * (mixture @ self.weights[f"{name}.gamma"]) + mixture @ self.weights[f"{name}.beta"]

    def forward(self, X: np.ndarray, mixture: np.ndarray) -> np.ndarray:
        """Paint X (m, n_H, n_W, 3) with values in [0, 1], sides a multiple of 4.

        mixture : (26,) share of each style
        Returns (m, n_H, n_W, 3), values in [0, 1].
        """
        A = X
        for i, stride in enumerate((1, 2, 2)):
            A = relu(self._layer(A, f"contract.{i}", mixture, stride))
        for i in range(N_RESIDUAL):
            inner = relu(self._layer(A, f"res.{i}.0", mixture))
            A = A + self._layer(inner, f"res.{i}.1", mixture)
        for i in range(2):
            enlarged = A.repeat(2, axis=1).repeat(2, axis=2)
            A = relu(self._layer(enlarged, f"expand.{i}", mixture))
        return sigmoid(self._layer(A, "expand.2", mixture))

    def stylise(self, image: np.ndarray, style: int | Sequence[float] | np.ndarray) -> np.ndarray:
        """Paint a picture.

        image : (n_H, n_W, 3) uint8, each side at least 32 pixels
        style : number of a style, 0 to 25, or 26 shares (not negative; divided by their sum)
        Returns (n_H, n_W, 3) uint8.
        Raises ValueError for an unknown style, impossible shares or a picture that is too small.
        """
        n_H, n_W = check_image(image)
        if min(n_H, n_W) < SMALLEST_SIDE:
            raise ValueError(f"image has {n_W} by {n_H} pixels, needs at least {SMALLEST_SIDE} each way")
        X = image[np.newaxis].astype(np.float32) / np.float32(255)
        X = np.pad(X, ((0, 0), (0, -n_H % 4), (0, -n_W % 4), (0, 0)), mode="reflect")
        painted = self.forward(X, style_mixture(style))[0, :n_H, :n_W]
        return np.rint(painted * 255).astype(np.uint8)


def style_mixture(style: int | Sequence[float] | np.ndarray) -> np.ndarray:
    """Turn a style number or 26 shares into shares (26,) float32 whose sum is 1.

    Raises ValueError for an unknown number, another count, a negative share, or no share at all.
    """
    if np.ndim(style) == 0:
        if style not in range(N_STYLES):
            raise ValueError(f"style must be a number from 0 to {N_STYLES - 1}, got {style}")
        return np.eye(N_STYLES, dtype=np.float32)[int(style)]
    shares = np.asarray(style, np.float32)
    if shares.shape != (N_STYLES,) or not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError(f"style needs {N_STYLES} shares, none negative and not all zero, got {style}")
    return shares / shares.sum()


@cache
def load_style_network() -> StyleNetwork:
    """Load the network of 26 styles.

    Errors: AssetError when the file is missing or damaged.
    Source: V. Dumoulin, J. Shlens, M. Kudlur, "A learned representation for artistic style", 2017;
    weights: see assets/README.md.
    """
    return StyleNetwork(load_weights("style26"))
