"""Batch normalisation against its textbook form, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.norm import RunningStatistics, batch_norm_backward, batch_norm_forward
from course_utils.kernels.textbook import norm as textbook
from course_utils.training import gradient_check

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}
SHAPES = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(0, 6)),
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 3)),
)


def draw(shape: tuple[int, ...], seed: int, dtype: type = np.float64) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    unit = (shape[0], 1) if len(shape) == 2 else (1,) * (len(shape) - 1) + (shape[-1],)
    Z, d_out = rng.normal(2, 3, shape), rng.standard_normal(shape)
    gamma, beta = rng.normal(1, 0.5, unit), rng.standard_normal(unit)
    mean, var = rng.standard_normal(unit), rng.uniform(0.5, 2, unit)
    return tuple(array.astype(dtype) for array in (Z, gamma, beta, mean, var, d_out))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(shape=SHAPES, seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_equals_textbook(dtype: type, training: bool, shape: tuple[int, ...], seed: int) -> None:
    arrays = draw(shape, seed, dtype)
    before = [array.copy() for array in arrays]
    Z, gamma, beta, mean, var, d_out = arrays
    # One number a unit has no spread: the gradient is 0 up to rounding times 1 / sqrt(eps).
    out, cache = batch_norm_forward(Z, gamma, beta, RunningStatistics(mean, var), training, 0.8, 1e-3)
    slow, slow_cache = textbook.batch_norm_forward(
        Z, gamma, beta, {"mean": mean, "var": var}, training, 0.8, 1e-3
    )
    results = (out, *cache.running, *batch_norm_backward(d_out, cache))
    running = slow_cache["running"]
    expected = (slow, running["mean"], running["var"], *textbook.batch_norm_backward(d_out, slow_cache))
    for got, want in zip(results, expected, strict=True):
        assert got.dtype == dtype
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, atol=10 * TOLERANCE[dtype], rtol=TOLERANCE[dtype])
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 2, 2)])
def test_gradients_are_numerical_gradients(shape: tuple[int, ...], training: bool) -> None:
    Z, gamma, beta, mean, var, R = draw(shape, 3)

    def cost(Z: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[float, tuple[np.ndarray, ...]]:
        out, cache = batch_norm_forward(Z, gamma, beta, {"mean": mean, "var": var}, training)
        return (R * out).sum(), batch_norm_backward(R, cache)

    check = gradient_check(cost, [Z, gamma, beta])
    assert check.ok, str(check)


@pytest.mark.torch
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 16), (8, 6, 5, 4)])
def test_equals_pytorch(shape: tuple[int, ...], dtype: type, training: bool) -> None:
    torch = pytest.importorskip("torch")
    Z, gamma, beta, mean, var, d_out = draw(shape, 4, dtype)

    def to_torch(array: np.ndarray) -> np.ndarray:  # units are PyTorch's second axis
        return array.T.copy() if array.ndim == 2 else array.transpose(0, 3, 1, 2).copy()

    z = torch.tensor(to_torch(Z), requires_grad=True)
    g, b = (torch.tensor(array.ravel(), requires_grad=True) for array in (gamma, beta))
    expected = torch.nn.functional.batch_norm(
        z, torch.tensor(mean.ravel()), torch.tensor(var.ravel()), g, b, training, 0.1, 1e-5
    )
    expected.backward(torch.tensor(to_torch(d_out)))
    out, cache = batch_norm_forward(Z, gamma, beta, RunningStatistics(mean, var), training)
    dZ, dgamma, dbeta = batch_norm_backward(d_out, cache)
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(to_torch(out), expected.detach().numpy(), atol=tolerance)
    np.testing.assert_allclose(to_torch(dZ), z.grad.numpy(), atol=tolerance)
    np.testing.assert_allclose(dgamma.ravel(), g.grad.numpy(), atol=tolerance, rtol=tolerance)
    np.testing.assert_allclose(dbeta.ravel(), b.grad.numpy(), atol=tolerance, rtol=tolerance)


def test_running_statistics_approach_those_of_the_data() -> None:
    rng = np.random.default_rng(0)
    gamma, beta = np.ones((2, 1)), np.zeros((2, 1))
    running = None
    for _ in range(300):
        Z = rng.normal([[3.0], [-1.0]], [[2.0], [0.5]], (2, 256))
        out, cache = batch_norm_forward(Z, gamma, beta, running, training=True)
        running = cache.running
        np.testing.assert_allclose(out.mean(axis=1), 0, atol=1e-12)
        np.testing.assert_allclose(out.std(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(running.mean, [[3], [-1]], atol=0.15)
    np.testing.assert_allclose(running.var, [[4], [0.25]], rtol=0.1)
    _, cache = batch_norm_forward(Z, gamma, beta, running, training=False)
    assert cache.running is running


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_example_and_empty_batches_are_finite(dtype: type) -> None:
    gamma, beta = np.ones((2, 1), dtype), np.full((2, 1), 3, dtype)
    out, cache = batch_norm_forward(np.full((2, 1), 1000, dtype), gamma, beta, None, training=True)
    np.testing.assert_array_equal(out, 3)  # one number equals its mean
    assert np.isfinite(batch_norm_backward(np.ones((2, 1), dtype), cache)[0]).all()
    out, cache = batch_norm_forward(np.zeros((2, 0), dtype), gamma, beta, None, training=True)
    assert out.shape == (2, 0)
    np.testing.assert_array_equal(cache.running.mean, 0)
    np.testing.assert_array_equal(cache.running.var, 1)
    assert batch_norm_backward(np.zeros((2, 0), dtype), cache)[0].shape == (2, 0)


def test_float32_means_of_many_numbers_keep_their_digits() -> None:
    Z = np.random.default_rng(1).normal(5, 1, (64, 56, 56, 2)).astype(np.float32)
    one = np.ones((1, 1, 1, 2), np.float32)
    _, cache = batch_norm_forward(Z, one, one * 0, None, training=True, momentum=0.0)
    exact = Z.astype(np.float64)
    np.testing.assert_allclose(cache.running.mean.ravel(), exact.mean(axis=(0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(cache.running.var.ravel(), exact.var(axis=(0, 1, 2)), rtol=1e-5)


def test_errors_name_the_argument() -> None:
    Z, gamma, beta, mean, var, d_out = draw((3, 4), 0)
    with pytest.raises(ValueError, match=r"gamma has shape \(3,\), needs \(3, 1\)"):
        batch_norm_forward(Z, gamma[:, 0], beta, None, True)
    with pytest.raises(ValueError, match=r"beta has shape \(1, 3\), needs \(3, 1\)"):
        batch_norm_forward(Z, gamma, beta.T, None, True)
    with pytest.raises(ValueError, match=r"running var has shape"):
        batch_norm_forward(Z, gamma, beta, RunningStatistics(mean, var[:2]), False)
    with pytest.raises(ValueError, match="running has no entry var"):
        batch_norm_forward(Z, gamma, beta, {"mean": mean}, False)
    with pytest.raises(ValueError, match="negative"):
        batch_norm_forward(Z, gamma, beta, RunningStatistics(mean, -var), False)
    with pytest.raises(ValueError, match="momentum is 2"):
        batch_norm_forward(Z, gamma, beta, None, True, momentum=2)
    with pytest.raises(ValueError, match="Z has shape"):
        batch_norm_forward(Z[0], gamma, beta, None, True)
    with pytest.raises(ValueError, match="d_out has shape"):
        batch_norm_backward(d_out[:2], batch_norm_forward(Z, gamma, beta, None, True)[1])
