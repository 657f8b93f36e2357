"""Costs against their textbook form, numerical gradients, PyTorch and limiting cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import losses as fast
from course_utils.kernels.textbook import losses as textbook
from course_utils.training import gradient_check

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}
SIZES = st.tuples(st.integers(1, 5), st.integers(1, 5))
PAIRS = [
    "binary_cross_entropy",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "mean_squared_error",
]


def draw(name: str, n_y: int, m: int, seed: int, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    """A prediction and labels that suit the cost."""
    rng = np.random.default_rng(seed)
    if name == "binary_cross_entropy":
        prediction = rng.uniform(0.05, 0.95, (n_y, m))
    else:
        prediction = rng.normal(0, 3, (n_y, m))
    if name == "softmax_cross_entropy":
        Y = np.eye(n_y)[rng.integers(0, n_y, m)].T
    elif name == "mean_squared_error":
        Y = rng.standard_normal((n_y, m))
    else:
        Y = rng.integers(0, 2, (n_y, m)).astype(float)
    return prediction.astype(dtype), Y.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PAIRS)
@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_equals_textbook(name: str, dtype: type, sizes: tuple[int, int], seed: int) -> None:
    prediction, Y = draw(name, *sizes, seed, dtype)
    before = prediction.copy(), Y.copy()
    cost, gradient = getattr(fast, name)(prediction, Y)
    cost_slow, gradient_slow = getattr(textbook, name)(prediction, Y)
    assert isinstance(cost, float)
    assert gradient.dtype == dtype
    assert cost == pytest.approx(cost_slow, abs=TOLERANCE[dtype], rel=TOLERANCE[dtype])
    np.testing.assert_allclose(gradient, gradient_slow, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])
    np.testing.assert_array_equal(prediction, before[0])
    np.testing.assert_array_equal(Y, before[1])


@pytest.mark.parametrize("name", PAIRS)
@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_gradient_is_numerical_gradient(name: str, sizes: tuple[int, int], seed: int) -> None:
    prediction, Y = draw(name, *sizes, seed)
    check = gradient_check(lambda p: getattr(fast, name)(p, Y), [prediction])
    tensor = check.tensors["input 0"]
    np.testing.assert_allclose(tensor.gradient, tensor.numerical, atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_empty_batch_costs_nothing(name: str) -> None:
    cost, gradient = getattr(fast, name)(np.zeros((3, 0)), np.zeros((3, 0)))
    assert cost == 0
    assert gradient.shape == (3, 0)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PAIRS)
def test_equals_pytorch(name: str, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    prediction, Y = draw(name, 6, 11, 4, dtype)
    p, y = torch.tensor(prediction, requires_grad=True), torch.tensor(Y)
    m = 11
    expected = {
        "binary_cross_entropy": lambda: F.binary_cross_entropy(p, y, reduction="sum") / m,
        "sigmoid_cross_entropy": lambda: F.binary_cross_entropy_with_logits(p, y, reduction="sum") / m,
        "softmax_cross_entropy": lambda: F.cross_entropy(p.T, y.argmax(0)),
        "mean_squared_error": lambda: F.mse_loss(p, y, reduction="sum") / m,
    }[name]()
    expected.backward()
    cost, gradient = getattr(fast, name)(prediction, Y)
    assert cost == pytest.approx(expected.item(), rel=TOLERANCE[dtype])
    np.testing.assert_allclose(gradient, p.grad.numpy(), atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_cross_entropy_of_certain_probabilities(dtype: type) -> None:
    A = np.array([[0, 1, 0, 1]], dtype=dtype)
    right, wrong = A.copy(), 1 - A
    cost, dA = fast.binary_cross_entropy(A, right)
    assert cost == 0
    np.testing.assert_array_equal(dA * 4, [[1, -1, 1, -1]])  # one-sided derivatives
    cost, dA = fast.binary_cross_entropy(A, wrong)
    assert np.isfinite(cost)
    assert cost > 10
    assert np.isfinite(dA).all()
    assert np.sign(dA).tolist() == [[-1, 1, -1, 1]]
    # The floors are below every other probability: those are used as they are.
    a = np.array([[np.finfo(dtype).tiny, 1 - np.finfo(dtype).epsneg]], dtype=dtype)
    cost, _ = fast.binary_cross_entropy(a, np.array([[1, 0]], dtype=dtype))
    exact = -(np.log(np.finfo(dtype).tiny) + np.log(np.finfo(dtype).epsneg)) / 2
    assert cost == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_costs_of_huge_logits_are_exact(dtype: type) -> None:
    Z = np.array([[1000, -1000, 1000, -1000]], dtype=dtype)
    Y = np.array([[1, 0, 0, 1]], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        cost, dZ = fast.sigmoid_cross_entropy(Z, Y)
        assert cost == 500
        np.testing.assert_array_equal(dZ * 4, [[0, 0, 1, -1]])
        both = np.concatenate([Z, -Z])
        cost, dZ = fast.softmax_cross_entropy(both, np.concatenate([Y, 1 - Y]))
    assert cost == 1000
    np.testing.assert_array_equal(dZ * 4, [[0, 0, 1, -1], [0, 0, -1, 1]])


def test_one_class_costs_nothing() -> None:
    cost, dZ = fast.softmax_cross_entropy(np.array([[3.0, -1000.0]]), np.ones((1, 2)))
    assert cost == 0
    np.testing.assert_array_equal(dZ, 0)


def test_excluded_classes_and_padding_columns() -> None:
    Z = np.array([[1.0, 5.0], [1.0, 6.0], [-np.inf, 7.0]])
    Y = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    cost, dZ = fast.softmax_cross_entropy(Z, Y)
    assert cost == pytest.approx(np.log(2) / 2)
    np.testing.assert_allclose(dZ, [[-0.25, 0], [0.25, 0], [0, 0]])
    with pytest.raises(ValueError, match="excludes"):
        fast.softmax_cross_entropy(Z, np.array([[0.0, 1], [0, 0], [1, 0]]))
    with pytest.raises(ValueError, match="every logit is -inf"):
        fast.softmax_cross_entropy(np.full((2, 1), -np.inf), np.array([[1.0], [0.0]]))


def test_whole_number_labels_are_welcome() -> None:
    A = np.full((1, 2), 0.25)
    cost, _ = fast.binary_cross_entropy(A, np.array([[1, 0]]))
    assert cost == pytest.approx(-(np.log(0.25) + np.log(0.75)) / 2)


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match=r"A holds values from 0.5 to 1.5"):
        fast.binary_cross_entropy(np.array([[0.5, 1.5]]), np.ones((1, 2)))
    with pytest.raises(ValueError, match="Y holds values from -1 to 1"):
        fast.binary_cross_entropy(np.array([[0.5, 0.5]]), np.array([[-1.0, 1.0]]))
    with pytest.raises(ValueError, match=r"Y has shape \(2, 1\), needs \(1, 2\)"):
        fast.mean_squared_error(np.ones((1, 2)), np.ones((2, 1)))
    with pytest.raises(ValueError, match=r"Z has shape \(3,\)"):
        fast.softmax_cross_entropy(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="at least one class"):
        fast.softmax_cross_entropy(np.ones((0, 3)), np.ones((0, 3)))


# ---- triplets --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(n=st.integers(1, 5), m=st.integers(0, 5), seed=st.integers(0, 1000), margin=st.floats(0, 2))
@settings(max_examples=20, deadline=None)
def test_triplet_equals_textbook(dtype: type, n: int, m: int, seed: int, margin: float) -> None:
    rng = np.random.default_rng(seed)
    A, P, N = (rng.standard_normal((n, m)).astype(dtype) for _ in range(3))
    results = fast.triplet_loss(A, P, N, margin)
    for got, expected in zip(results, textbook.triplet_loss(A, P, N, margin), strict=True):
        np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])
    assert all(gradient.dtype == dtype for gradient in results[1:])


def test_triplet_gradient_and_kink() -> None:
    rng = np.random.default_rng(5)
    A, P, N = (rng.standard_normal((4, 6)) for _ in range(3))
    assert gradient_check(lambda *x: fast.triplet_loss(*x, margin=0.7), [A, P, N]).ok
    # A margin kept exactly costs nothing and pulls at nothing.
    a, p, n = np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 1))
    cost, *gradients = fast.triplet_loss(a, p, n, margin=1.0)
    assert cost == 0
    assert all((g == 0).all() for g in gradients)
    assert fast.triplet_loss(a, a, a, margin=0.2)[0] == pytest.approx(0.2)  # the trivial solution


@pytest.mark.torch
def test_triplet_equals_pytorch() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(6)
    arrays = [rng.standard_normal((4, 9)) for _ in range(3)]
    a, p, n = tensors = [torch.tensor(x, requires_grad=True) for x in arrays]
    expected = torch.relu(((a - p) ** 2).sum(0) - ((a - n) ** 2).sum(0) + 0.2).mean()
    expected.backward()
    cost, *gradients = fast.triplet_loss(*arrays)
    assert cost == pytest.approx(expected.item(), abs=1e-12)
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-12)


def test_triplet_errors() -> None:
    A = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"N has shape \(2, 2\), needs \(2, 3\), the shape of A"):
        fast.triplet_loss(A, A, np.ones((2, 2)))
    with pytest.raises(ValueError, match="margin is -1"):
        fast.triplet_loss(A, A, A, margin=-1)


# ---- CTC -------------------------------------------------------------------------------------


@st.composite
def labellings(draw_from: st.DrawFn) -> tuple[np.ndarray, list[int], int]:
    n_y, T_x = draw_from(st.integers(1, 4)), draw_from(st.integers(1, 5))
    blank = draw_from(st.integers(0, n_y - 1))
    symbols = [k for k in range(n_y) if k != blank]
    labels = draw_from(st.lists(st.sampled_from(symbols), max_size=T_x)) if symbols else []
    seed = draw_from(st.integers(0, 1000))
    return np.random.default_rng(seed).normal(0, 2, (n_y, T_x)), labels, blank


@given(case=labellings())
@settings(max_examples=60, deadline=None)
def test_ctc_equals_the_sum_over_all_paths(case: tuple[np.ndarray, list[int], int]) -> None:
    Z, labels, blank = case
    before = Z.copy()
    repeats = sum(a == b for a, b in pairwise(labels))
    if len(labels) + repeats > Z.shape[1]:
        with pytest.raises(ValueError, match=f"needs at least {len(labels) + repeats}"):
            fast.ctc_loss(Z, labels, blank)
        return
    cost, dZ = fast.ctc_loss(Z, labels, blank)
    cost_slow, dZ_slow = textbook.ctc_loss(Z, labels, blank)
    assert cost == pytest.approx(cost_slow, abs=1e-10)
    np.testing.assert_allclose(dZ, dZ_slow, atol=1e-10)
    np.testing.assert_array_equal(Z, before)


def test_ctc_gradient_is_numerical_gradient() -> None:
    Z = np.random.default_rng(0).normal(0, 2, (4, 9))
    assert gradient_check(lambda Z: fast.ctc_loss(Z, [1, 1, 3]), [Z]).ok


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(seed=st.integers(0, 1000), length=st.integers(0, 12))
@settings(max_examples=15, deadline=None)
def test_ctc_equals_pytorch(dtype: type, seed: int, length: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    Z = rng.normal(0, 2, (7, 30)).astype(dtype)
    labels = rng.integers(1, 7, length)
    z = torch.tensor(Z, requires_grad=True)
    log_p = torch.log_softmax(z, 0).T[:, None]
    expected = torch.nn.functional.ctc_loss(
        log_p, torch.tensor(labels)[None], [30], [length], blank=0, reduction="sum"
    )
    expected.backward()
    cost, dZ = fast.ctc_loss(Z, labels)
    assert dZ.dtype == dtype
    assert cost == pytest.approx(expected.item(), rel=1e-5 if dtype == np.float32 else 1e-10)
    np.testing.assert_allclose(dZ, z.grad.numpy(), atol=TOLERANCE[dtype])


def test_ctc_of_extreme_logits_and_long_sequences() -> None:
    Z = np.full((3, 4), -1000.0)
    Z[[1, 0, 2, 2], range(4)] = 1000
    cost, dZ = fast.ctc_loss(Z, [1, 2])
    assert cost == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(dZ, 0, atol=1e-12)
    cost, dZ = fast.ctc_loss(Z, [2, 1])  # the best path says 1 or 2 wrongly at several steps
    assert np.isfinite(cost)
    assert cost > 1000
    assert np.isfinite(dZ).all()
    cost, dZ = fast.ctc_loss(np.zeros((3, 2000), dtype=np.float32), [1, 2] * 50)
    assert np.isfinite(cost)
    assert np.isfinite(dZ).all()


def test_ctc_errors() -> None:
    Z = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"needs at least 3 for 2 labels \(1 of them repeat"):
        fast.ctc_loss(Z, [1, 1])
    with pytest.raises(ValueError, match="labels holds 3"):
        fast.ctc_loss(Z, [3])
    with pytest.raises(ValueError, match="labels holds 0"):
        fast.ctc_loss(Z, [0])
    with pytest.raises(ValueError, match="blank is 5"):
        fast.ctc_loss(Z, [1], blank=5)
    with pytest.raises(TypeError, match="whole numbers"):
        fast.ctc_loss(Z, [1.5])
    with pytest.raises(ValueError, match="at least one symbol and one step"):
        fast.ctc_loss(np.zeros((3, 0)), [])
    excluded = np.array([[0.0, 0.0], [-np.inf, -np.inf]])
    with pytest.raises(ValueError, match="every path"):
        fast.ctc_loss(excluded, [1])
