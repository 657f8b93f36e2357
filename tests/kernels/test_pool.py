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
