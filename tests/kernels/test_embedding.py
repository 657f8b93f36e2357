"""Embedding look-up against its textbook form, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels.embedding import embedding_backward, embedding_forward
from course_utils.kernels.textbook import embedding as textbook
from course_utils.training import gradient_check


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    shape=st.sampled_from([(), (1,), (7,), (3, 5), (2, 0), (0,), (2, 3, 2)]),
    n_e=st.integers(1, 4),
    vocabulary=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_equals_textbook(dtype: type, shape: tuple[int, ...], n_e: int, vocabulary: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = np.asarray(rng.integers(0, vocabulary, shape))
    E = rng.standard_normal((n_e, vocabulary)).astype(dtype)
    d_out = rng.standard_normal((n_e, *shape)).astype(dtype)
    before = E.copy(), ids.copy()
    out, cache = embedding_forward(ids, E)
    slow, slow_cache = textbook.embedding_forward(ids, E)
    dE = embedding_backward(d_out, cache)
    assert out.dtype == dE.dtype == dtype
    assert out.shape == (n_e, *shape)
    np.testing.assert_allclose(out, slow, atol=1e-6)
    np.testing.assert_allclose(
        dE, textbook.embedding_backward(d_out, slow_cache), atol=1e-10 if dtype == np.float64 else 1e-4
    )
    np.testing.assert_array_equal(E, before[0])
    np.testing.assert_array_equal(ids, before[1])


def test_gradient_is_numerical_gradient() -> None:
    rng = np.random.default_rng(0)
    ids = np.array([[0, 2, 2], [4, 0, 2]])
    E, R = rng.standard_normal((3, 5)), rng.standard_normal((3, 2, 3))

    def cost(E: np.ndarray) -> tuple[float, list[np.ndarray]]:
        out, cache = embedding_forward(ids, E)
        return (R * out).sum(), [embedding_backward(R, cache)]

    assert gradient_check(cost, [E]).ok


@pytest.mark.torch
def test_equals_pytorch() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    ids, E = rng.integers(0, 50, (8, 20)), rng.standard_normal((6, 50))
    d_out = rng.standard_normal((6, 8, 20))
    weight = torch.tensor(E.T.copy(), requires_grad=True)
    expected = torch.nn.functional.embedding(torch.tensor(ids), weight)
    expected.backward(torch.tensor(d_out.transpose(1, 2, 0).copy()))
    out, cache = embedding_forward(ids, E)
    np.testing.assert_array_equal(out, expected.detach().numpy().transpose(2, 0, 1))
    np.testing.assert_allclose(embedding_backward(d_out, cache), weight.grad.numpy().T, atol=1e-12)


def test_ids_may_be_reused_after_the_forward_pass() -> None:
    ids, E = np.array([1, 2]), np.eye(3)
    _, cache = embedding_forward(ids, E)
    ids[:] = 0
    np.testing.assert_array_equal(embedding_backward(np.ones((3, 2)), cache)[:, 0], 0)


def test_errors_name_the_argument() -> None:
    E = np.ones((2, 4))
    for bad in (-1, 4):
        with pytest.raises(ValueError, match=f"ids holds {bad}, needs 0 to 3"):
            embedding_forward(np.array([0, bad]), E)
    with pytest.raises(TypeError, match="ids must be whole numbers"):
        embedding_forward(np.array([0.5]), E)
    with pytest.raises(ValueError, match="E has shape"):
        embedding_forward(np.array([0]), E[0])
    _, cache = embedding_forward(np.array([0, 1]), E)
    with pytest.raises(ValueError, match=r"d_out has shape \(2, 3\), needs \(2, 2\)"):
        embedding_backward(np.ones((2, 3)), cache)
