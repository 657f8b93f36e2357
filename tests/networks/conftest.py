"""What the tests of published networks share."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from course_utils.data.assets import assets_folder


def largest_error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, divided by the largest value of the reference."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-30))


class TorchReference:
    """The kernels' operations in PyTorch, on arrays in the course's layouts."""

    def __init__(self, torch):
        self.torch, self.F = torch, torch.nn.functional

    def tensor(self, array):
        return self.torch.from_numpy(np.array(array))

    def pictures(self, A):
        """(m, n_H, n_W, n_C) array to (m, n_C, n_H, n_W) tensor."""
        return self.tensor(np.moveaxis(A, -1, 1))

    def array(self, x):
        """(m, n_C, n_H, n_W) tensor to (m, n_H, n_W, n_C) array."""
        return np.moveaxis(x.detach().numpy(), 1, -1)

    def same(self, x, f, stride, value=0.0):
        """Pad as TensorFlow does: the odd pixel at the end."""
        pads = []
        for n in (x.shape[3], x.shape[2]):
            total = max((-(-n // stride) - 1) * stride + f - n, 0)
            pads += [total // 2, total - total // 2]
        return self.F.pad(x, pads, value=value)

    def conv(self, x, W, b=None, stride=1, pad="same"):
        weight = self.tensor(W.transpose(3, 2, 0, 1))
        x = self.same(x, W.shape[0], stride) if pad == "same" else x
        return self.F.conv2d(x, weight, None if b is None else self.tensor(b.reshape(-1)), stride)

    def depthwise(self, x, W, b=None, stride=1):
        filters = W.reshape(*W.shape[:2], -1).transpose(2, 0, 1)[:, None]
        bias = None if b is None else self.tensor(b.reshape(-1))
        return self.F.conv2d(
            self.same(x, W.shape[0], stride), self.tensor(filters), bias, stride, groups=x.shape[1]
        )

    def max_pool_same(self, x, stride=2):
        return self.F.max_pool2d(self.same(x, 2, stride, value=-np.inf), 2, stride)


@pytest.fixture(scope="session")
def reference():
    torch = pytest.importorskip("torch", reason="PyTorch is the independent implementation")
    torch.set_num_threads(1)
    return TorchReference(torch)


@pytest.fixture(scope="session")
def published_weights():
    """The rebuild script's readers of the original float weights, and the folder of packages."""
    folder = os.environ.get("COURSE_SOURCE_PACKAGES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the original packages: set COURSE_SOURCE_PACKAGES to the folder that holds them")
    for name in ("torch", "h5py", "onnx"):
        pytest.importorskip(name, reason="reads an original file")
    sys.path.insert(0, str(assets_folder()))
    try:
        return importlib.import_module("rebuilders.published"), Path(folder)
    finally:
        sys.path.remove(str(assets_folder()))


@pytest.fixture
def print_time():
    def run(what, call, repeats=3):
        call()
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        print(f"{what}: {np.median(times):.3f} s (median of {repeats})")

    return run
