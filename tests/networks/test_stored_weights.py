"""Unpacking stored weights, and rebuilding files from their packages."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.data.assets import assets_folder
from course_utils.networks.published import weights as unpacking


@pytest.fixture(scope="module")
def quantise():
    sys.path.insert(0, str(assets_folder()))
    try:
        return importlib.import_module("rebuilders.quantise")
    finally:
        sys.path.remove(str(assets_folder()))


filters = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=4, max_side=5),
    elements=st.floats(-100, 100, width=32),
)


@given(W=filters, levels=st.sampled_from([63, 127]))
def test_quantised_weights_are_within_half_a_step(quantise, W, levels):
    q, scale = quantise.quantise(W, axis=-1, levels=levels)
    assert q.dtype == np.int8
    assert np.abs(q).max(initial=0) <= levels
    assert scale.shape == (1,) * (W.ndim - 1) + W.shape[-1:]
    assert (np.abs(q * scale - W) <= scale * 0.5001 + 1e-30).all()


def test_folded_batch_norm_gives_the_same_outputs(quantise):
    rng = np.random.default_rng(0)
    W, A = rng.standard_normal((1, 1, 4, 3)), rng.standard_normal((6, 4))
    gamma, beta, mean = rng.standard_normal((3, 3))
    variance = rng.uniform(0.5, 2, 3)
    folded, b = quantise.fold_batch_norm(W, gamma, beta, mean, variance, epsilon=1e-3)
    Z = A @ W[0, 0]
    expected = gamma * (Z - mean) / np.sqrt(variance + 1e-3) + beta
    np.testing.assert_allclose(A @ folded[0, 0] + b.reshape(-1), expected)


def test_unpacking_multiplies_and_adds(monkeypatch):
    stored = {
        "a": np.array([[1, -2], [3, 4]], np.int8),
        "a.scale": np.array([[0.5, 2.0]], np.float32),
        "b": np.array([0, 255], np.uint8),
        "b.scale": np.float32(0.1),
        "b.minimum": np.float32(-1),
        "c": np.array([1.5], np.float16),
    }
    monkeypatch.setattr(unpacking, "read_npz", lambda name: stored)
    weights = unpacking.load_weights("anything")
    assert set(weights) == {"a", "b", "c"}
    assert all(W.dtype == np.float32 for W in weights.values())
    np.testing.assert_array_equal(weights["a"], [[0.5, -4], [1.5, 8]])
    np.testing.assert_allclose(weights["b"], [-1, 24.5], rtol=1e-6)
    np.testing.assert_array_equal(weights["c"], [1.5])
    np.testing.assert_array_equal(stored["a"], [[1, -2], [3, 4]])


def test_networks_import_neither_pytorch_nor_onnxruntime():
    code = (
        "import sys; from course_utils.networks import published as p; from course_utils import data; "
        "p.load_efficientnet_lite0().classify(data.load_photograph('grass')); "
        "print(sorted({'torch', 'onnx', 'onnxruntime', 'cv2', 'tensorflow', 'scipy'} & set(sys.modules)))"
    )
    import subprocess

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_files_rebuilt_from_their_packages_are_the_same_bytes():
    folder = os.environ.get("COURSE_SOURCE_PACKAGES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the original packages: set COURSE_SOURCE_PACKAGES to the folder that holds them")
    for name in ("torch", "h5py", "onnx", "pyarrow", "scipy"):
        pytest.importorskip(name, reason="reads an original file")
    import subprocess

    command = [sys.executable, str(assets_folder() / "rebuild.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "changed\n" not in run.stdout.replace("unchanged\n", "")
