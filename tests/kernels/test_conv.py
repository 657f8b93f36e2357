"""The fast convolutions against the textbook loops, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import conv
from course_utils.kernels.textbook import conv as textbook

TOLERANCE = {np.float32: 1e-4, np.float64: 1e-10}
DTYPES = [np.float32, np.float64]

# name of the layer -> number of axes the filter slides along
SLIDING_AXES = {"conv1d": 1, "conv2d": 2, "depthwise_conv2d": 2, "conv_transpose2d": 2, "conv3d": 3}


@st.composite
def layers(draw, name: str, dtypes=DTYPES):
    """Draw a layer: random arrays, stride and pad for which at least one window fits."""
    axes = SLIDING_AXES[name]
    largest = {1: 9, 2: 7, 3: 4}[axes]
    n = tuple(draw(st.integers(1, largest)) for _ in range(axes))
    f = tuple(draw(st.integers(1, {1: 5, 2: 4, 3: 3}[axes])) for _ in range(axes))
    stride = tuple(draw(st.integers(1, 4 if axes < 3 else 3)) for _ in range(axes))
    m = draw(st.sampled_from([0, 1, 1, 2, 3]))
    n_C_prev, n_C = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    kinds = ["same"]
    if name == "conv_transpose2d" or all(f[k] <= n[k] for k in range(axes)):
        kinds.append("valid")
    pad = draw(st.sampled_from([*kinds, "number", "tuple"]))
    least = [0 if name == "conv_transpose2d" else max(0, -(-(f[k] - n[k]) // 2)) for k in range(axes)]
    most = [
        ((n[k] - 1) * stride[k] + f[k] - 1) // 2 if name == "conv_transpose2d" else 3 for k in range(axes)
    ]
    if pad == "number":
        pad = min(draw(st.integers(max(least), 3)), *most) if max(least) <= min(most) else "same"
    elif pad == "tuple":
        pad = tuple(draw(st.integers(least[k], max(least[k], min(most[k], 3)))) for k in range(axes))
        pad = pad[0] if axes == 1 else pad
    if draw(st.booleans()) or axes == 1:
        stride = stride[0]
    if name == "conv_transpose2d" and pad not in ("same", "valid"):
        # the stride may have become smaller than the one `pad` was drawn for
        s = stride if isinstance(stride, tuple) else (stride,) * axes
        p = pad if isinstance(pad, tuple) else (pad,) * axes
        if any((n[k] - 1) * s[k] + f[k] - 2 * p[k] < 1 for k in range(axes)):
            pad = "valid"
    dtype = draw(st.sampled_from(dtypes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if name == "depthwise_conv2d":
        W_shape = draw(st.sampled_from([(*f, n_C_prev, n_C), (*f, n_C_prev)]))
        n_out = n_C_prev * (n_C if len(W_shape) == 4 else 1)
    elif name == "conv_transpose2d":
        W_shape, n_out = (*f, n_C, n_C_prev), n_C
    else:
        W_shape, n_out = (*f, n_C_prev, n_C), n_C
    A_prev = rng.standard_normal((m, *n, n_C_prev)).astype(dtype)
    W = rng.standard_normal(W_shape).astype(dtype)
    b = rng.standard_normal((1,) * (axes + 1) + (n_out,)).astype(dtype)
    return A_prev, W, b, stride, pad


def close(got: np.ndarray, expected: np.ndarray, tolerance: float | None = None) -> None:
    """Compare values, shape and dtype."""
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    tolerance = tolerance or TOLERANCE[expected.dtype.type]
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def check_against_textbook(name: str, A_prev, W, b, stride, pad) -> None:
    """Forward and backward of the fast layer against the loops; inputs stay as they were."""
    before = [array.copy() for array in (A_prev, W, b)]
    Z, cache = getattr(conv, f"{name}_forward")(A_prev, W, b, stride, pad)
    Z_loops, cache_loops = getattr(textbook, f"{name}_forward")(A_prev, W, b, stride, pad)
    close(Z, Z_loops)
    dZ = np.random.default_rng(1).standard_normal(Z.shape).astype(Z.dtype)
    dZ_before = dZ.copy()
    gradients = getattr(conv, f"{name}_backward")(dZ, cache)
    for got, expected in zip(gradients, getattr(textbook, f"{name}_backward")(dZ, cache_loops), strict=True):
        close(got, expected)
    for now, then in zip((A_prev, W, b, dZ), (*before, dZ_before), strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", SLIDING_AXES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_equals_textbook_loops(name, data):
    check_against_textbook(name, *data.draw(layers(name)))


@pytest.mark.parametrize("name", SLIDING_AXES)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_numerical_gradient(name, data):
    A_prev, W, b, stride, pad = data.draw(layers(name, [np.float64]))
    forward = getattr(conv, f"{name}_forward")
    Z, cache = forward(A_prev, W, b, stride, pad)
    dZ = np.random.default_rng(2).standard_normal(Z.shape)
    gradients = getattr(conv, f"{name}_backward")(dZ, cache)
    rng = np.random.default_rng(3)
    for k, gradient in enumerate(gradients):
        # The layer is linear in each argument, so a step along one direction tells the slope exactly.
        direction = rng.standard_normal(gradient.shape)
        cost = []
        for sign in (1, -1):
            moved = [A_prev, W, b]
            moved[k] = moved[k] + sign * 0.5 * direction
            cost.append(np.sum(dZ * forward(*moved, stride, pad)[0]))
        assert np.sum(gradient * direction) == pytest.approx(cost[0] - cost[1], rel=1e-9, abs=1e-9)
