"""Attention against its textbook form, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import attention as fast
from course_utils.kernels.textbook import attention as textbook
from course_utils.training import gradient_check

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}


def draw_additive(
    m: int, T_x: int, seed: int, dtype: type = np.float64
) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    n_s, n_a, n_h = (int(n) for n in rng.integers(1, 5, 3))
    shapes = [(n_s, m), (n_a, m, T_x), (n_h, n_s), (n_h, n_a), (n_h, 1), (n_h, 1)]
    return [rng.standard_normal(s).astype(dtype) for s in shapes], rng.standard_normal((n_a, m)).astype(dtype)


def draw_dot(
    m: int, T_q: int, T_x: int, seed: int, dtype: type = np.float64
) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    n_k, n_v = (int(n) for n in rng.integers(1, 5, 2))
    shapes = [(n_k, m, T_q), (n_k, m, T_x), (n_v, m, T_x)]
    return [rng.standard_normal(s).astype(dtype) for s in shapes], rng.standard_normal((n_v, m, T_q)).astype(
        dtype
    )


def compare(kind: str, arrays: list[np.ndarray], d: np.ndarray, mask: np.ndarray | None, dtype: type) -> None:
    before = [array.copy() for array in (*arrays, d)]
    out, cache = getattr(fast, f"{kind}_attention_forward")(*arrays, mask)
    slow, slow_cache = getattr(textbook, f"{kind}_attention_forward")(*arrays, mask)
    results = (out, *getattr(fast, f"{kind}_attention_backward")(d, cache))
    expected = (slow, *getattr(textbook, f"{kind}_attention_backward")(d, slow_cache))
    for got, want in zip(results, expected, strict=True):
        assert got.dtype == dtype
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])
    for array, copy in zip((*arrays, d), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(m=st.integers(0, 3), T_x=st.integers(1, 5), seed=st.integers(0, 1000), masked=st.booleans())
@settings(max_examples=25, deadline=None)
def test_additive_equals_textbook(dtype: type, m: int, T_x: int, seed: int, masked: bool) -> None:
    arrays, d = draw_additive(m, T_x, seed, dtype)
    mask = np.random.default_rng(seed).random((m, T_x)) < 0.5 if masked else None
    compare("additive", arrays, d, mask, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    m=st.integers(0, 3),
    T_q=st.integers(0, 4),
    T_x=st.integers(1, 4),
    seed=st.integers(0, 1000),
    form=st.sampled_from([None, "full", "keys", "causal"]),
)
@settings(max_examples=25, deadline=None)
def test_dot_product_equals_textbook(
    dtype: type, m: int, T_q: int, T_x: int, seed: int, form: str | None
) -> None:
    arrays, d = draw_dot(m, T_q, T_x, seed, dtype)
    rng = np.random.default_rng(seed)
    shape = {"full": (m, T_q, T_x), "keys": (m, 1, T_x), "causal": (1, T_q, T_x)}.get(form)
    compare("dot_product", arrays, d, None if shape is None else rng.random(shape) < 0.5, dtype)


@pytest.mark.parametrize("masked", [False, True])
def test_additive_gradients_are_numerical_gradients(masked: bool) -> None:
    arrays, R = draw_additive(3, 4, 9)
    mask = fast.sequence_mask([4, 2, 0], 4) if masked else None

    def cost(*arrays: np.ndarray) -> tuple[float, tuple[np.ndarray, ...]]:
        out, cache = fast.additive_attention_forward(*arrays, mask)
        return (R * out).sum(), fast.additive_attention_backward(R, cache)

    check = gradient_check(cost, arrays)
    assert check.ok, str(check)


@pytest.mark.parametrize("masked", [False, True])
def test_dot_product_gradients_are_numerical_gradients(masked: bool) -> None:
    arrays, R = draw_dot(2, 3, 4, 5)
    mask = fast.sequence_mask([3, 0], 4)[:, None, :] if masked else None

    def cost(*arrays: np.ndarray) -> tuple[float, tuple[np.ndarray, ...]]:
        out, cache = fast.dot_product_attention_forward(*arrays, mask)
        return (R * out).sum(), fast.dot_product_attention_backward(R, cache)

    check = gradient_check(cost, arrays)
    assert check.ok, str(check)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dot_product_equals_pytorch(dtype: type) -> None:
    torch = pytest.importorskip("torch")
    arrays, d = draw_dot(3, 5, 7, 2, dtype)
    mask = fast.sequence_mask([7, 4, 1], 7)[:, None, :]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    q, k, v = (t.permute(1, 2, 0) for t in tensors)
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=torch.tensor(mask))
    expected.backward(torch.tensor(d.transpose(1, 2, 0).copy()))
    out, cache = fast.dot_product_attention_forward(*arrays, mask)
    np.testing.assert_allclose(out, expected.detach().numpy().transpose(2, 0, 1), atol=TOLERANCE[dtype])
    for got, tensor in zip(fast.dot_product_attention_backward(d, cache), tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), atol=TOLERANCE[dtype])


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_additive_equals_pytorch(dtype: type) -> None:
    torch = pytest.importorskip("torch")
    arrays, d = draw_additive(4, 6, 3, dtype)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    s, a, W_s, W_a, b, v = tensors
    mask = fast.sequence_mask([6, 3, 1, 5], 6)
    hidden = torch.tanh((W_s @ s)[:, :, None] + torch.einsum("ha,amt->hmt", W_a, a) + b[:, :, None])
    energies = torch.einsum("ho,hmt->mt", v, hidden).masked_fill(~torch.tensor(mask), -torch.inf)
    expected = torch.einsum("mt,amt->am", torch.softmax(energies, 1), a)
    expected.backward(torch.tensor(d))
    out, cache = fast.additive_attention_forward(*arrays, mask)
    np.testing.assert_allclose(out, expected.detach().numpy(), atol=TOLERANCE[dtype])
    for got, tensor in zip(fast.additive_attention_backward(d, cache), tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), atol=TOLERANCE[dtype])


def test_a_row_masked_completely_gives_zeros() -> None:
    arrays, d = draw_additive(2, 3, 0)
    for mask in (np.zeros((2, 3), dtype=bool), np.full((2, 3), -np.inf)):
        out, cache = fast.additive_attention_forward(*arrays, mask)
        np.testing.assert_array_equal(out, 0)
        np.testing.assert_array_equal(cache.weights, 0)
        for gradient in fast.additive_attention_backward(d, cache):
            np.testing.assert_array_equal(gradient, 0)
    (Q, K, V), d = draw_dot(2, 3, 4, 0)
    mask = np.zeros((2, 1, 4))
    mask[1] = -np.inf
    out, cache = fast.dot_product_attention_forward(Q, K, V, mask)
    np.testing.assert_array_equal(out[:, 1], 0)
    np.testing.assert_allclose(cache.weights[0].sum(axis=1), 1)
    for gradient in fast.dot_product_attention_backward(d, cache):
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient[:, 1], 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_energies_pick_one_key(dtype: type) -> None:
    Q = np.array([[[1000.0]]], dtype=dtype)
    K = np.array([[[1000.0, -1000.0, 0.0]]], dtype=dtype)
    V = np.array([[[1.0, 2.0, 3.0]]], dtype=dtype)
    out, cache = fast.dot_product_attention_forward(Q, K, V)
    assert out.item() == 1
    assert all(np.isfinite(g).all() for g in fast.dot_product_attention_backward(out, cache))


def test_float_masks_are_added() -> None:
    (Q, K, V), _ = draw_dot(1, 1, 3, 1)
    hidden = np.array([[[True, True, False]]])
    added = np.array([[[0.0, 0.0, -np.inf]]])
    np.testing.assert_array_equal(
        fast.dot_product_attention_forward(Q, K, V, hidden)[0],
        fast.dot_product_attention_forward(Q, K, V, added)[0],
    )


def test_errors_name_the_argument() -> None:
    arrays, d = draw_additive(2, 3, 0)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 2\), needs \(2, 3\)"):
        fast.additive_attention_forward(*arrays, np.ones((3, 2), dtype=bool))
    with pytest.raises(TypeError, match="mask must hold booleans"):
        fast.additive_attention_forward(*arrays, np.ones((2, 3), dtype=int))
    with pytest.raises(ValueError, match="NaN or"):
        fast.additive_attention_forward(*arrays, np.full((2, 3), np.inf))
    with pytest.raises(ValueError, match="W_a has shape"):
        fast.additive_attention_forward(*arrays[:3], np.ones((9, 9)), *arrays[4:])
    with pytest.raises(ValueError, match="at least one step"):
        fast.additive_attention_forward(arrays[0], arrays[1][:, :, :0], *arrays[2:])
    with pytest.raises(ValueError, match="d_context has shape"):
        fast.additive_attention_backward(d[:, :1], fast.additive_attention_forward(*arrays)[1])
    (Q, K, V), d = draw_dot(2, 3, 4, 0)
    with pytest.raises(ValueError, match=r"V has shape .* needs \(n_v, 2, 4\)"):
        fast.dot_product_attention_forward(Q, K, V[:, :, :3])
    with pytest.raises(ValueError, match="mask has shape"):
        fast.dot_product_attention_forward(Q, K, V, np.ones((2, 4), dtype=bool))
    with pytest.raises(TypeError, match="share one dtype"):
        fast.dot_product_attention_forward(Q, K, V.astype(np.float32))
