"""The dense layer against its textbook form, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.textbook import dense as textbook
from course_utils.training import gradient_check

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(0, 4))
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}


def draw(n_in: int, n_out: int, m: int, seed: int, dtype: type = np.float64) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = [(n_in, m), (n_out, n_in), (n_out, 1), (n_out, m)]
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_equals_textbook(dtype: type, sizes: tuple[int, int, int], seed: int) -> None:
    *arrays, dZ = draw(*sizes, seed, dtype)
    before = [array.copy() for array in (*arrays, dZ)]
    Z, cache = dense_forward(*arrays)
    gradients = dense_backward(dZ, cache)
    Z_slow, cache_slow = textbook.dense_forward(*arrays)
    for got, expected, like in zip(
        (Z, *gradients), (Z_slow, *textbook.dense_backward(dZ, cache_slow)), (dZ, *arrays), strict=True
    ):
        assert got.dtype == dtype
        assert got.shape == like.shape
        np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype], rtol=0)
    for array, copy in zip((*arrays, dZ), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_gradients_are_numerical_gradients(sizes: tuple[int, int, int], seed: int) -> None:
    *arrays, R = draw(*sizes, seed)

    def cost(*arrays: np.ndarray) -> tuple[float, tuple[np.ndarray, ...]]:
        Z, cache = dense_forward(*arrays)
        return (R * Z).sum(), dense_backward(R, cache)

    assert gradient_check(cost, arrays).ok


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_pytorch(dtype: type) -> None:
    torch = pytest.importorskip("torch")
    A_prev, W, b, dZ = draw(30, 20, 10, 3, dtype)
    inputs = [torch.tensor(array, requires_grad=True) for array in (A_prev, W, b)]
    out = inputs[1] @ inputs[0] + inputs[2]
    out.backward(torch.tensor(dZ))
    Z, cache = dense_forward(A_prev, W, b)
    np.testing.assert_allclose(Z, out.detach().numpy(), atol=TOLERANCE[dtype])
    for gradient, tensor in zip(dense_backward(dZ, cache), inputs, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=TOLERANCE[dtype])


def test_first_layer_may_skip_the_gradient_of_its_input() -> None:
    *arrays, dZ = draw(4, 3, 2, 0)
    _, cache = dense_forward(*arrays)
    full, short = dense_backward(dZ, cache), dense_backward(dZ, cache, need_dA_prev=False)
    assert short[0] is None
    np.testing.assert_array_equal(full[1], short[1])
    np.testing.assert_array_equal(full[2], short[2])


def test_errors_name_the_argument() -> None:
    A_prev, W, b, dZ = draw(4, 3, 2, 0)
    with pytest.raises(ValueError, match=r"W has shape \(4, 3\), needs \(n_out, 4\)"):
        dense_forward(A_prev, W.T.copy(), b)
    with pytest.raises(ValueError, match=r"b has shape \(3,\), needs \(3, 1\)"):
        dense_forward(A_prev, W, b[:, 0])
    with pytest.raises(TypeError, match="share one dtype"):
        dense_forward(A_prev.astype(np.float32), W, b)
    with pytest.raises(TypeError, match="A_prev must hold floats"):
        dense_forward(np.ones((4, 2), dtype=int), W, b)
    with pytest.raises(ValueError, match=r"dZ has shape \(2, 3\), needs \(3, 2\)"):
        dense_backward(dZ.T.copy(), dense_forward(A_prev, W, b)[1])
