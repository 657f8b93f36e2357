"""The fast pooling against the textbook loops, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import pool
from course_utils.kernels.textbook import pool as textbook

TOLERANCE = {np.float32: 1e-4, np.float64: 1e-10}


@st.composite
def windows(draw):
    """Draw pictures, window, stride and pad for which at least one window fits."""
    f = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    stride = draw(st.one_of(st.integers(1, 5), st.tuples(st.integers(1, 5), st.integers(1, 5))))
    n = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    shape = (draw(st.sampled_from([0, 1, 1, 2, 3])), *n, draw(st.integers(1, 5)))
    kinds = ["same"]
    if f[0] <= n[0] and f[1] <= n[1]:
        kinds.append("valid")
        kinds.append((draw(st.integers(0, f[0] - 1)), draw(st.integers(0, f[1] - 1))))
    pad = draw(st.sampled_from(kinds))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        A_prev = rng.integers(-1, 2, shape).astype(dtype)  # many equal values
    else:
        A_prev = rng.standard_normal(shape).astype(dtype)
    return A_prev, f, stride, pad


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@given(case=windows())
@settings(max_examples=100, deadline=None)
def test_equals_textbook_loops(name, case):
    A_prev, f, stride, pad = case
    before = A_prev.copy()
    A, cache = getattr(pool, f"{name}_forward")(A_prev, f, stride, pad)
    A_loops, cache_loops = getattr(textbook, f"{name}_forward")(A_prev, f, stride, pad)
    tolerance = TOLERANCE[A_prev.dtype.type]
    dA = np.random.default_rng(1).standard_normal(A.shape).astype(A.dtype)
    dA_before = dA.copy()
    got = getattr(pool, f"{name}_backward")(dA, cache)
    expected = getattr(textbook, f"{name}_backward")(dA, cache_loops)
    for one, other in ((A, A_loops), (got, expected)):
        assert one.shape == other.shape
        assert one.dtype == other.dtype == A_prev.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(A_prev, before)
    np.testing.assert_array_equal(dA, dA_before)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@given(case=windows())
@settings(max_examples=20, deadline=None)
def test_numerical_gradient(name, case):
    A_prev, f, stride, pad = case
    # Different values, far enough apart that a small step changes no winner.
    A_prev = np.random.default_rng(2).permutation(A_prev.size).reshape(A_prev.shape).astype(float)
    forward = getattr(pool, f"{name}_forward")
    A, cache = forward(A_prev, f, stride, pad)
    dA = np.random.default_rng(3).standard_normal(A.shape)
    gradient = getattr(pool, f"{name}_backward")(dA, cache)
    direction = np.random.default_rng(4).standard_normal(A_prev.shape)
    step = 1e-3
    up, down = (np.sum(dA * forward(A_prev + sign * step * direction, f, stride, pad)[0]) for sign in (1, -1))
    assert np.sum(gradient * direction) == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", ["max", "avg"])
@given(case=windows())
@settings(max_examples=40, deadline=None)
def test_equals_pytorch(kind, case):
    torch = pytest.importorskip("torch")
    A_prev, f, stride, pad = case
    if len(A_prev) == 0 or pad == "same":
        return  # PyTorch knows neither
    if isinstance(pad, tuple) and any(p > size // 2 for p, size in zip(pad, f, strict=True)):
        return  # nor borders wider than half a window
    A_prev = A_prev + np.random.default_rng(5).standard_normal(A_prev.shape).astype(A_prev.dtype)  # no ties
    padding = pad if isinstance(pad, tuple) else 0
    tA = torch.tensor(A_prev, requires_grad=True)
    x = tA.permute(0, 3, 1, 2)
    if kind == "max":
        tZ = torch.nn.functional.max_pool2d(x, f, stride, padding)
    else:
        tZ = torch.nn.functional.avg_pool2d(x, f, stride, padding, count_include_pad=False)
    A, cache = getattr(pool, f"{kind}_pool2d_forward")(A_prev, f, stride, pad)
    tolerance = TOLERANCE[A_prev.dtype.type]
    np.testing.assert_allclose(A, tZ.permute(0, 2, 3, 1).detach().numpy(), rtol=tolerance, atol=tolerance)
    dA = np.random.default_rng(6).standard_normal(A.shape).astype(A.dtype)
    tZ.backward(torch.tensor(dA).permute(0, 3, 1, 2))
    got = getattr(pool, f"{kind}_pool2d_backward")(dA, cache)
    np.testing.assert_allclose(got, tA.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("f", "stride"), [(2, 2), (3, 1), (2, 1), ((1, 3), (2, 4))])
def test_first_of_equal_values_gets_the_gradient(f, stride):
    """Row by row: of a constant picture each window's first pixel."""
    A, cache = pool.max_pool2d_forward(np.full((1, 6, 6, 2), -3.0), f, stride)
    gradient = pool.max_pool2d_backward(np.ones_like(A), cache)
    s_H, s_W = stride if isinstance(stride, tuple) else (stride, stride)
    expected = np.zeros((1, 6, 6, 2))
    expected[:, : A.shape[1] * s_H : s_H, : A.shape[2] * s_W : s_W] = 1
    np.testing.assert_array_equal(gradient, expected)


def test_border_never_wins_and_never_counts():
    A_prev = np.full((1, 3, 3, 1), -5.0)
    for forward in (pool.max_pool2d_forward, pool.avg_pool2d_forward):
        A, _ = forward(A_prev, 2, 1, "same")
        assert A.shape == A_prev.shape
        np.testing.assert_array_equal(A, A_prev)
        np.testing.assert_array_equal(forward(A_prev, 3, 2, 1)[0], np.full((1, 2, 2, 1), -5.0))


@pytest.mark.parametrize(("f", "stride", "pad"), [(3, 2, 1), (2, 1, "same"), (3, 3, 1), (4, 2, (2, 3))])
def test_minus_infinity_beats_the_border(f, stride, pad):
    """The gradient of a window of -inf goes to its first pixel, not to the border."""
    A_prev = np.full((1, 5, 6, 2), -np.inf)
    A_prev[0, 3, 3, 0] = 1
    A, cache = pool.max_pool2d_forward(A_prev, f, stride, pad)
    A_loops, cache_loops = textbook.max_pool2d_forward(A_prev, f, stride, pad)
    np.testing.assert_array_equal(A, A_loops)
    dA = np.arange(1.0, A.size + 1).reshape(A.shape)
    np.testing.assert_array_equal(
        pool.max_pool2d_backward(dA, cache), textbook.max_pool2d_backward(dA, cache_loops)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", [1, 2])
def test_an_infinite_gradient_reaches_the_winner_alone(dtype, stride):
    A_prev = np.arange(16, dtype=dtype).reshape(1, 4, 4, 1)
    A, cache = pool.max_pool2d_forward(A_prev, 2, stride)
    dA = np.zeros_like(A)
    dA[0, 0, 0, 0] = np.inf
    expected = np.zeros_like(A_prev)
    expected[0, 1, 1, 0] = np.inf
    np.testing.assert_array_equal(pool.max_pool2d_backward(dA, cache), expected)


def test_many_blocks(monkeypatch):
    """Pictures that do not fit into one block."""
    monkeypatch.setattr(pool, "BLOCK_BYTES", 100)
    rng = np.random.default_rng(7)
    A_prev = rng.standard_normal((3, 9, 11, 4))
    for f, stride in ((2, 2), (3, 2)):
        A, cache = pool.max_pool2d_forward(A_prev, f, stride, "same")
        A_loops, cache_loops = textbook.max_pool2d_forward(A_prev, f, stride, "same")
        np.testing.assert_array_equal(A, A_loops)
        dA = rng.standard_normal(A.shape)
        got, expected = pool.max_pool2d_backward(dA, cache), textbook.max_pool2d_backward(dA, cache_loops)
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_window_with_more_than_256_places():
    rng = np.random.default_rng(8)
    A_prev = rng.standard_normal((1, 20, 20, 2))
    A, cache = pool.max_pool2d_forward(A_prev, 20, 20)
    gradient = pool.max_pool2d_backward(np.ones_like(A), cache)
    np.testing.assert_array_equal(gradient, A_prev == A_prev.max(axis=(1, 2), keepdims=True))


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_errors_name_the_argument(kind):
    forward, backward = getattr(pool, f"{kind}_pool2d_forward"), getattr(pool, f"{kind}_pool2d_backward")
    A_prev = np.ones((2, 4, 4, 3))
    with pytest.raises(ValueError, match=r"A_prev has shape \(4, 4, 3\), needs"):
        forward(A_prev[0])
    with pytest.raises(TypeError, match="A_prev must hold floats"):
        forward(A_prev.astype(int))
    with pytest.raises(ValueError, match="does not fit"):
        forward(A_prev, 5)
    for wrong in (0, -1, 1.5, (1, 2, 3)):
        with pytest.raises(ValueError, match="f must be|f=|f "):
            forward(A_prev, wrong)
        with pytest.raises(ValueError, match="stride"):
            forward(A_prev, 2, wrong)
    for wrong in (-1, "full", 2, (1, 2)):
        with pytest.raises(ValueError, match="pad"):
            forward(A_prev, 2, 2, wrong)
    A, cache = forward(A_prev)
    with pytest.raises(ValueError, match=r"dA has shape \(1, 2, 2, 3\), needs \(2, 2, 2, 3\)"):
        backward(A[1:], cache)
    with pytest.raises(TypeError, match="dA float32"):
        backward(A.astype(np.float32), cache)
