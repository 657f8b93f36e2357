"""Store weights in one byte each: whole numbers times one scale a channel."""

from __future__ import annotations

import numpy as np


def quantise(W: np.ndarray, axis: int, levels: int = 127) -> tuple[np.ndarray, np.ndarray]:
    """Round weights to whole numbers from -levels to levels times one scale a channel.

    W      : weights
    axis   : axis of the output channels
    levels : largest whole number; 127 uses all of int8
    Returns the whole numbers (int8, the shape of W) and the scales (float32, broadcast against W).
    """
    others = tuple(i for i in range(W.ndim) if i != axis % W.ndim)
    scale = (np.abs(W).max(axis=others, keepdims=True) / levels).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(W / scale).astype(np.int8), scale


def quantised_arrays(
    weights: dict[str, np.ndarray], axes: dict[str, int], halves: tuple[str, ...] = (), levels: int = 127
) -> dict[str, np.ndarray]:
    """Store every array named in `axes` in one byte a weight; the others stay float32.

    weights : name -> array
    axes    : name -> axis of the output channels
    halves  : beginnings of names that are stored as float16 instead: the first layers hold few weights, but
              their rounding errors go through the whole network
    Returns name -> array, and "name.scale" beside each quantised one.
    """
    arrays = {}
    for name, W in weights.items():
        if name not in axes:
            arrays[name] = W.astype(np.float32)
        elif name.startswith(halves):
            arrays[name] = W.astype(np.float16)
        else:
            arrays[name], arrays[f"{name}.scale"] = quantise(W, axes[name], levels)
    return arrays


def fold_batch_norm(W, gamma, beta, mean, variance, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Put a batch norm that follows a convolution into its filters.

    W : filters with the output channel last; gamma, beta, mean, variance : one value a channel
    Returns W and b of the one convolution that does both.
    """
    factor = gamma / np.sqrt(variance + epsilon)
    return W * factor, (beta - mean * factor).reshape(1, 1, 1, -1)
