"""One shape for every labelled set: train, dev and test examples that never overlap."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and labels in three parts.

    X_train, X_dev, X_test : (m, ...) examples
    Y_train, Y_dev, Y_test : (m,) int64 class numbers
    class_names            : name of class 0, 1, ...: `class_names[Y_train[i]]` names example i
    """

    X_train: np.ndarray
    Y_train: np.ndarray
    X_dev: np.ndarray
    Y_dev: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray
    class_names: tuple[str, ...]

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"X_{part} {getattr(self, f'X_{part}').shape}" for part in ("train", "dev", "test")
        )
        return f"Dataset({shapes}, {len(self.class_names)} class names)"


def image_dataset(
    arrays: dict[str, np.ndarray],
    class_names: tuple[str, ...],
    classes: Collection[int] | None,
    grey_max: int = 255,
) -> Dataset:
    """Make a Dataset of grey images from stored bytes; every array is a fresh copy.

    arrays   : X_train, X_dev, X_test (m, n_H, n_W) uint8 with values up to `grey_max`, Y_* (m,) uint8
    classes  : class numbers to keep, or one number; None keeps all
    Returns images (m, n_H, n_W, 1) float32 in [0, 1] and labels (m,) int64, in stored order. Labels
    keep their numbers: with classes=(3, 8) they are 3 and 8.
    Raises ValueError when a class does not exist, or none is asked for.
    """
    if classes is not None:
        classes = list(classes) if np.iterable(classes) else [classes]
        if not classes or any(c not in range(len(class_names)) for c in classes):
            raise ValueError(f"classes must be numbers from 0 to {len(class_names) - 1}, got {classes}")
    parts: dict[str, np.ndarray] = {}
    for part in ("train", "dev", "test"):
        X, Y = arrays[f"X_{part}"], arrays[f"Y_{part}"]
        if classes is not None:
            keep = np.isin(Y, classes)
            X, Y = X[keep], Y[keep]
        parts[f"X_{part}"] = X[..., np.newaxis] / np.float32(grey_max)  # (m, n_H, n_W, 1)
        parts[f"Y_{part}"] = Y.astype(np.int64)  # (m,)
    return Dataset(**parts, class_names=class_names)
