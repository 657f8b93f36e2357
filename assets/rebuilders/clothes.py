"""Pictures of clothes, 28 by 28."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from .arrays import npz_bytes, stratified_split
from .asset import Asset
from .packages import Package

FASHION_MNIST = Package(
    "apt", "dataset-fashion-mnist", "0.0~git20200523.55506a9-1", "dataset-fashion-mnist_*.deb"
)
IDX_FOLDER = "./usr/share/datasets/fashion-mnist"
SIZES = {"test": 600, "dev": 600, "train": 4800}


def read_idx(content: bytes) -> np.ndarray:
    """Read an array of bytes in the idx format: magic number, sizes, values."""
    n_axes = content[3]
    sizes = np.frombuffer(content, ">i4", n_axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(sizes)


def build_clothes28(folder: Path) -> bytes:
    X, Y = (
        read_idx(gzip.decompress(FASHION_MNIST.read(folder, f"{IDX_FOLDER}/train-{kind}-ubyte.gz")))[:12000]
        for kind in ("images-idx3", "labels-idx1")
    )
    _, first = np.unique(X, axis=0, return_index=True)
    X, Y = X[np.sort(first)], Y[np.sort(first)]
    parts = dict(zip(SIZES, stratified_split(Y, tuple(SIZES.values()), seed=29), strict=True))
    order = ("train", "dev", "test")
    arrays = {f"X_{part}": X[parts[part]] for part in order}
    return npz_bytes(arrays | {f"Y_{part}": Y[parts[part]] for part in order})


ASSETS = [
    Asset(
        name="clothes28.npz",
        packages=(FASHION_MNIST,),
        inside="train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz",
        licence="MIT",
        rights="Zalando SE, 2017 (Fashion-MNIST; the package's copyright file)",
        treatment="from the first 12,000 training pictures, exact repeats dropped; dealt once, by class, "
        "into 4800 train, 600 dev, 600 test",
        build=build_clothes28,
    ),
]
