"""The fast convolutions against the textbook loops, numerical gradients and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import conv
from course_utils.kernels.padding import border
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


@given(data=st.data(), block_bytes=st.sampled_from([1, 500, 4000]))
@settings(max_examples=40, deadline=None)
def test_volumes_in_many_blocks(data, block_bytes):
    """Single slices, some slices and some volumes at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("course_utils.kernels.conv3d.BLOCK_BYTES", block_bytes)
        check_against_textbook("conv3d", *data.draw(layers("conv3d")))


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


@pytest.mark.parametrize("name", SLIDING_AXES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_equals_pytorch(name, data):
    torch = pytest.importorskip("torch")
    A_prev, W, b, stride, pad = data.draw(layers(name))
    axes = SLIDING_AXES[name]
    Z, cache = getattr(conv, f"{name}_forward")(A_prev, W, b, stride, pad)
    dZ = np.random.default_rng(7).standard_normal(Z.shape).astype(Z.dtype)
    gradients = getattr(conv, f"{name}_backward")(dZ, cache)

    n, f = A_prev.shape[1 : 1 + axes], W.shape[:axes]
    s = stride if isinstance(stride, tuple) else (stride,) * axes
    if name == "conv_transpose2d" and pad == "same":
        return  # TensorFlow's rule has no setting in PyTorch; another test covers it
    zeros = [border(n[k], f[k], s[k], pad[k] if isinstance(pad, tuple) else pad) for k in range(axes)]
    tA, tW, tb, tdZ = (torch.tensor(x) for x in (A_prev, W, b.reshape(-1), dZ))
    for leaf in (tA, tW, tb):
        leaf.requires_grad_(True)
    to_torch = (0, axes + 1, *range(1, axes + 1))  # (m, n, ..., n_C) -> (m, n_C, n, ...)
    from_torch = (0, *range(2, axes + 2), 1)
    x = tA.permute(to_torch)
    if name == "conv_transpose2d":
        p = tuple(before for before, _ in zeros)
        tZ = torch.nn.functional.conv_transpose2d(x, tW.permute(3, 2, 0, 1).contiguous(), tb, s, p)
    else:
        x = torch.nn.functional.pad(x, [side for pair in reversed(zeros) for side in pair])
        if name == "depthwise_conv2d":
            tW_used = tW.reshape(*f, 1, -1)
            groups = A_prev.shape[-1]
        else:
            tW_used, groups = tW, 1
        w = tW_used.permute(axes + 1, axes, *range(axes))
        function = getattr(torch.nn.functional, f"conv{axes}d")
        if len(A_prev):
            tZ = function(x, w.contiguous(), tb, s, groups=groups)
        else:  # PyTorch refuses some empty batches with groups
            return
    tZ = tZ.permute(from_torch)
    close(Z, tZ.detach().numpy())
    tZ.backward(tdZ)
    for got, leaf, array in zip(gradients, (tA, tW, tb), (A_prev, W, b), strict=True):
        close(got, leaf.grad.numpy().reshape(array.shape))


@pytest.mark.parametrize(
    ("n", "f", "stride"), [(6, 2, 1), (7, 4, 1), (7, 4, 3), (5, 2, 4), (8, 3, 2), (9, 1, 2)]
)
def test_same_is_tensorflows_rule(n, f, stride):
    """ceil(n / stride) outputs; of an odd number of zeros the extra one stands at the end."""
    A = np.arange(1.0, n + 1).reshape(1, n, 1, 1)
    W = np.zeros((f, 1, 1, 1))
    W[0] = 1  # picks the first pixel of each window
    Z, _ = conv.conv2d_forward(A, W, np.zeros((1, 1, 1, 1)), (stride, 1), "same")
    n_out = -(-n // stride)
    total = max((n_out - 1) * stride + f - n, 0)
    first = np.arange(n_out) * stride - total // 2
    np.testing.assert_array_equal(Z.reshape(-1), np.where(first >= 0, first + 1, 0))
    assert conv.conv_output_size(n, f, stride, "same") == n_out


@pytest.mark.parametrize("pad", ["valid", "same", 1, (2, 0)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_is_the_gradient_of_the_convolution(stride, pad):
    """The same W, stride and pad: the way back of `conv2d` from Z's shape to A_prev's."""
    rng = np.random.default_rng(8)
    A, W = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((4, 3, 2, 5))
    Z, _ = conv.conv_transpose2d_forward(A, W, np.zeros((1, 1, 1, 2)), stride, pad)
    back, cache = conv.conv2d_forward(Z, W, np.zeros((1, 1, 1, 5)), stride, pad)
    assert back.shape == A.shape
    close(Z, conv.conv2d_backward(A, cache)[0])


@pytest.mark.parametrize("pad", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv3d"])
def test_first_layers_need_no_dA_prev(name, stride, pad):
    axes = SLIDING_AXES[name]
    rng = np.random.default_rng(10)
    A, W = rng.standard_normal((2, *(6,) * axes, 3)), rng.standard_normal((*(3,) * axes, 3, 4))
    Z, cache = getattr(conv, f"{name}_forward")(A, W, np.zeros((1,) * (axes + 1) + (4,)), stride, pad)
    backward = getattr(conv, f"{name}_backward")
    full, short = backward(Z, cache), backward(Z, cache, need_dA_prev=False)
    assert short[0] is None
    for got, expected in zip(short[1:], full[1:], strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", SLIDING_AXES)
def test_empty_batch(name):
    axes = SLIDING_AXES[name]
    A = np.ones((0, *(5,) * axes, 2), np.float32)
    W = np.ones((*(3,) * axes, 2, 2), np.float32)
    n_out = 4 if name == "depthwise_conv2d" else 2
    b = np.ones((1,) * (axes + 1) + (n_out,), np.float32)
    Z, cache = getattr(conv, f"{name}_forward")(A, W, b)
    assert Z.shape == (0, *(7 if name == "conv_transpose2d" else 3,) * axes, n_out)
    dA, dW, db = getattr(conv, f"{name}_backward")(np.ones_like(Z), cache)
    assert dA.shape == A.shape
    assert not dW.any()
    assert not db.any()
    assert dW.shape == W.shape
    assert db.shape == b.shape
    assert dA.dtype == dW.dtype == db.dtype == np.float32


@pytest.mark.parametrize("name", SLIDING_AXES)
def test_wrong_shapes_are_named(name):
    axes = SLIDING_AXES[name]
    A, W = np.ones((2, *(5,) * axes, 3)), np.ones((*(3,) * axes, 3, 3))
    n_out = 9 if name == "depthwise_conv2d" else 3
    b = np.ones((1,) * (axes + 1) + (n_out,))
    forward, backward = getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward")
    cases = [
        ((A[0], W, b), ValueError, rf"A_prev has shape \({', '.join('5' * axes)}, 3\), needs"),
        (
            (A, W[..., :2] if name == "conv_transpose2d" else W[..., :2, :], b),
            ValueError,
            r"W has shape .* needs",
        ),
        ((A, W, b.reshape(-1)), ValueError, r"b has shape .* needs"),
        ((A, W, b[..., :1]), ValueError, r"b has shape .* needs"),
        ((A.astype(np.float32), W, b), TypeError, "A_prev float32, W float64"),
        ((A.astype(int), W, b), TypeError, "A_prev must hold floats"),
        ((A.tolist(), W, b), TypeError, "A_prev must be a NumPy array"),
    ]
    for arguments, error, message in cases:
        with pytest.raises(error, match=message):
            forward(*arguments)
    for stride in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="stride"):
            forward(A, W, b, stride)
    for pad in (-1, "full", 1.5, True):
        with pytest.raises(ValueError, match="pad"):
            forward(A, W, b, 1, pad)
    if name != "conv_transpose2d":
        small = np.ascontiguousarray(A[(slice(None), *(slice(2),) * axes)])
        with pytest.raises(ValueError, match="does not fit"):
            forward(small, W, b)
    else:
        with pytest.raises(ValueError, match="at least one pixel"):
            forward(np.ascontiguousarray(A[:, :1, :1]), W, b, 1, 2)
    Z, cache = forward(A, W, b)
    with pytest.raises(ValueError, match=r"dZ has shape .* needs"):
        backward(Z[1:], cache)
    with pytest.raises(TypeError, match="dZ float32"):
        backward(Z.astype(np.float32), cache)


@pytest.mark.parametrize("name", SLIDING_AXES)
def test_arrays_with_gaps(name):
    """Views that do not lie contiguously in memory give the same result as copies."""
    axes = SLIDING_AXES[name]
    rng = np.random.default_rng(9)
    A = rng.standard_normal((4, *(6,) * axes, 6))[::2, ..., ::2]
    W = rng.standard_normal((*(3,) * axes, 3, 6))[..., ::2]
    b = rng.standard_normal((1,) * (axes + 1) + (18 if name == "depthwise_conv2d" else 6,))[..., ::2]
    forward, backward = getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward")
    Z, cache = forward(A, W, b, 2, "same")
    Z_copy, cache_copy = forward(*(np.ascontiguousarray(x) for x in (A, W, b)), 2, "same")
    np.testing.assert_allclose(Z, Z_copy, rtol=1e-12, atol=1e-12)
    dZ = np.asfortranarray(rng.standard_normal(Z.shape))
    pairs = zip(backward(dZ, cache), backward(np.ascontiguousarray(dZ), cache_copy), strict=True)
    for got, expected in pairs:
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_helpers():
    assert conv.conv_output_size(7, 3) == 5
    assert conv.conv_output_size(7, 3, 2, 1) == 4
    assert conv.conv_output_size(6, 4, 1, "same") == 6
    with pytest.raises(ValueError, match="does not fit"):
        conv.conv_output_size(2, 3)
    A = np.arange(4.0, dtype=np.float32).reshape(1, 2, 2, 1)
    padded = conv.zero_pad(A, (1, 2))
    assert padded.shape == (1, 4, 6, 1)
    assert padded.dtype == np.float32
    np.testing.assert_array_equal(padded[:, 1:3, 2:4], A)
    assert padded.sum() == A.sum()
    assert conv.zero_pad(A, 2).shape == (1, 6, 6, 1)
    assert conv.zero_pad(A, ((0, 1), (2, 3))).shape == (1, 3, 7, 1)
    for wrong in (-1, (1, 2, 3), "same"):
        with pytest.raises(ValueError, match="pad"):
            conv.zero_pad(A, wrong)
    with pytest.raises(ValueError, match=r"A has shape"):
        conv.zero_pad(A[0], 1)
