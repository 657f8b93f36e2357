"""Dropout against its textbook form, and its statistics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.dropout import dropout_backward, dropout_forward
from course_utils.kernels.textbook import dropout as textbook


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    shape=st.sampled_from([(1, 1), (4, 5), (3, 0), (2, 3, 4)]),
    keep_prob=st.floats(0.05, 1),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_equals_textbook(dtype: type, shape: tuple[int, ...], keep_prob: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    A, d_out = rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape).astype(dtype)
    before = A.copy()
    out, cache = dropout_forward(A, keep_prob, np.random.default_rng(seed))
    slow, slow_cache = textbook.dropout_forward(A, keep_prob, np.random.default_rng(seed))
    dA = dropout_backward(d_out, cache)
    assert out.dtype == dA.dtype == dtype
    np.testing.assert_allclose(out, slow, rtol=1e-6)
    np.testing.assert_allclose(dA, textbook.dropout_backward(d_out, slow_cache), rtol=1e-6)
    np.testing.assert_array_equal(A, before)


def test_keeps_the_share_and_the_mean() -> None:
    A = np.ones((400, 500))
    out, cache = dropout_forward(A, 0.8, np.random.default_rng(0))
    assert (out > 0).mean() == pytest.approx(0.8, abs=0.01)
    assert out.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(np.unique(out), [0, 1 / 0.8])
    np.testing.assert_array_equal(dropout_backward(A, cache), out)  # the same units, the same scale


def test_keep_prob_one_is_the_identity_and_draws_nothing() -> None:
    rng = np.random.default_rng(3)
    A = np.random.default_rng(0).standard_normal((3, 4))
    out, cache = dropout_forward(A, 1, rng)
    np.testing.assert_array_equal(out, A)
    assert out is not A
    np.testing.assert_array_equal(dropout_backward(A, cache), A)
    assert rng.random() == np.random.default_rng(3).random()


def test_errors_name_the_argument() -> None:
    A, rng = np.ones((2, 3)), np.random.default_rng(0)
    for keep_prob in (0, -0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="keep_prob is"):
            dropout_forward(A, keep_prob, rng)
    with pytest.raises(TypeError, match="A must be"):
        dropout_forward([1.0], 0.5, rng)
    _, cache = dropout_forward(A, 0.5, rng)
    with pytest.raises(ValueError, match=r"d_out has shape \(3, 2\), needs \(2, 3\)"):
        dropout_backward(A.T.copy(), cache)
    with pytest.raises(TypeError, match="d_out must be"):
        dropout_backward(np.ones((2, 3), dtype=int), cache)
