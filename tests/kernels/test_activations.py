"""Activations against their textbook form, numerical gradients and known values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import activations as fast
from course_utils.kernels.textbook import activations as textbook
from course_utils.training import gradient_check

NAMES = ["sigmoid", "tanh", "relu", "leaky_relu", "softmax"]
SHAPES = st.sampled_from([(1, 1), (3, 1), (1, 4), (4, 5), (3, 0), (2, 3, 4), (5,)])
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}


def draw(shape: tuple[int, ...], seed: int, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
@given(shape=SHAPES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_equals_textbook(name: str, dtype: type, shape: tuple[int, ...], seed: int) -> None:
    Z, dA = draw(shape, seed, dtype), draw(shape, seed + 1, dtype)
    Z_before, dA_before = Z.copy(), dA.copy()
    A, cache = getattr(fast, f"{name}_forward")(Z)
    dZ = getattr(fast, f"{name}_backward")(dA, cache)
    A_slow, cache_slow = getattr(textbook, f"{name}_forward")(Z)
    dZ_slow = getattr(textbook, f"{name}_backward")(dA, cache_slow)
    assert A.dtype == dZ.dtype == dtype
    np.testing.assert_allclose(A, A_slow, atol=TOLERANCE[dtype], rtol=0)
    np.testing.assert_allclose(dZ, dZ_slow, atol=TOLERANCE[dtype], rtol=0)
    np.testing.assert_array_equal(A, getattr(fast, name)(Z))
    np.testing.assert_array_equal(Z, Z_before)
    np.testing.assert_array_equal(dA, dA_before)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 1000), n=st.integers(1, 4), m=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_gradient_is_numerical_gradient(name: str, seed: int, n: int, m: int) -> None:
    Z, R = draw((n, m), seed), draw((n, m), seed + 1)
    Z[np.abs(Z) < 1e-3] = 0.5  # away from the kink of ReLU

    def cost(Z: np.ndarray) -> tuple[float, list[np.ndarray]]:
        A, cache = getattr(fast, f"{name}_forward")(Z)
        return (R * A).sum(), [getattr(fast, f"{name}_backward")(R, cache)]

    check = gradient_check(cost, [Z])
    numerical = check.tensors["input 0"].numerical
    np.testing.assert_allclose(check.tensors["input 0"].gradient, numerical, atol=1e-8, rtol=1e-7)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_equals_pytorch(name: str, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    function = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
        "softmax": lambda z: torch.softmax(z, 0),
    }[name]
    Z, dA = draw((7, 9), 1, dtype), draw((7, 9), 2, dtype)
    Z[0, 0] = 0  # PyTorch takes the same derivative at ReLU's kink
    z = torch.tensor(Z, requires_grad=True)
    a = function(z)
    a.backward(torch.tensor(dA))
    A, cache = getattr(fast, f"{name}_forward")(Z)
    np.testing.assert_allclose(A, a.detach().numpy(), atol=TOLERANCE[dtype])
    dZ = getattr(fast, f"{name}_backward")(dA, cache)
    np.testing.assert_allclose(dZ, z.grad.numpy(), atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_extreme_logits_stay_finite(name: str, dtype: type) -> None:
    Z = np.array([[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 1000.0]], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        A, cache = getattr(fast, f"{name}_forward")(Z)
        dZ = getattr(fast, f"{name}_backward")(np.ones_like(Z), cache)
    assert np.isfinite(A).all()
    assert np.isfinite(dZ).all()


def test_known_values() -> None:
    Z = np.array([-1000.0, -40.0, 0.0, 40.0, 1000.0])
    np.testing.assert_allclose(fast.sigmoid(Z), [0, np.exp(-40.0), 0.5, 1, 1], rtol=1e-15)
    np.testing.assert_array_equal(fast.relu(Z), [0, 0, 0, 40, 1000])
    np.testing.assert_allclose(fast.leaky_relu(Z), [-10, -0.4, 0, 40, 1000])
    np.testing.assert_allclose(fast.leaky_relu(Z, 0.5), [-500, -20, 0, 40, 1000])
    np.testing.assert_allclose(fast.softmax(np.array([[1000.0], [1000.0]])), 0.5)
    np.testing.assert_allclose(fast.softmax(np.array([[1.0, 1.0, -np.inf]]), axis=1), [[0.5, 0.5, 0]])


def test_derivative_at_zero_is_zero_for_relu_and_the_slope_for_leaky_relu() -> None:
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    assert fast.relu_backward(one, fast.relu_forward(zero)[1]) == 0
    assert fast.leaky_relu_backward(one, fast.leaky_relu_forward(zero, 0.2)[1]) == 0.2


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0, 2.0, -0.5])
def test_leaky_relu_takes_any_slope(slope: float) -> None:
    Z, dA = draw((4, 5), 3), draw((4, 5), 4)
    A, cache = fast.leaky_relu_forward(Z, slope)
    slow, slow_cache = textbook.leaky_relu_forward(Z, slope)
    np.testing.assert_array_equal(A, slow)
    np.testing.assert_array_equal(
        fast.leaky_relu_backward(dA, cache), textbook.leaky_relu_backward(dA, slow_cache)
    )


def test_softmax_of_a_fully_masked_column_is_zero() -> None:
    Z = np.array([[-np.inf, 1.0], [-np.inf, -np.inf]])
    A, cache = fast.softmax_forward(Z)
    np.testing.assert_array_equal(A, [[0, 1], [0, 0]])
    np.testing.assert_array_equal(fast.softmax_backward(np.ones_like(A), cache), 0)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_softmax_along_any_axis(axis: int) -> None:
    Z, dA = draw((3, 4, 5), 1), draw((3, 4, 5), 2)
    A, cache = fast.softmax_forward(Z, axis=axis)
    np.testing.assert_allclose(A.sum(axis=axis), 1)
    slow, slow_cache = textbook.softmax_forward(Z, axis=axis)
    np.testing.assert_allclose(A, slow, atol=1e-12)
    np.testing.assert_allclose(
        fast.softmax_backward(dA, cache), textbook.softmax_backward(dA, slow_cache), atol=1e-12
    )


def test_plain_numbers_and_whole_numbers_become_floats() -> None:
    assert fast.sigmoid(0) == 0.5
    assert fast.sigmoid(np.array([0, 0])).dtype == np.float64
    assert fast.relu([-1, 2]).tolist() == [0, 2]


def test_errors_name_the_argument() -> None:
    with pytest.raises(TypeError, match=r"Z must hold real numbers"):
        fast.sigmoid(np.array(["a"]))
    _, cache = fast.relu_forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"dA has shape \(3, 2\), needs \(2, 3\)"):
        fast.relu_backward(np.ones((3, 2)), cache)
    with pytest.raises(TypeError, match="dA must be"):
        fast.relu_backward(np.ones((2, 3), dtype=int), cache)
    with pytest.raises(ValueError, match="axis is 2"):
        fast.softmax(np.ones((2, 3)), axis=2)
    with pytest.raises(ValueError, match="at least one class"):
        fast.softmax(np.ones((0, 3)))
