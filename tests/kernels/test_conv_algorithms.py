"""Each way to convolve by itself, the choice between them, and the memory they take."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import conv_algorithms, conv_lowering, conv_row_pairs, conv_rows, conv_winograd
from course_utils.kernels.conv import conv2d_backward, conv2d_forward
from course_utils.kernels.conv_algorithms import choose_algorithm, convolve, weight_gradient
from course_utils.kernels.padding import output_sizes
from course_utils.kernels.textbook import conv as textbook


@st.composite
def problems(draw, algorithm: str):
    """Draw arrays, border and stride that the algorithm can compute."""
    f = {"winograd": (3, 3), "pointwise": (1, 1)}.get(algorithm) or (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 4)),
    )
    stride = (draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    if algorithm == "row_pairs":
        f, stride = (3, f[1]), (1, stride[1])
    elif algorithm in ("winograd", "planes"):
        stride = (1, 1)
    border = st.just(0) if algorithm == "pointwise" else st.integers(0, 4)
    zeros = tuple((draw(border), draw(border)) for _ in range(2))
    n = tuple(draw(st.integers(max(1, f[k] - sum(zeros[k])), 13)) for k in range(2))
    m, n_C_prev, n_C = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    A = rng.standard_normal((m, *n, n_C_prev)).astype(dtype)
    W = rng.standard_normal((*f, n_C_prev, n_C)).astype(dtype)
    b = rng.standard_normal((1, 1, 1, n_C)).astype(dtype)
    return A, zeros, W, b, stride


def in_loops(A, zeros, W, b, stride):
    """Output and filter gradient by the textbook loops, and the dZ used for it."""
    padded = np.pad(A, ((0, 0), *zeros, (0, 0)))
    Z, cache = textbook.conv2d_forward(padded, W, b, stride)
    dZ = np.random.default_rng(1).standard_normal(Z.shape).astype(Z.dtype)
    return Z, dZ, textbook.conv2d_backward(dZ, cache)[1]


def assert_equal(got, expected):
    tolerance = 1e-4 if expected.dtype == np.float32 else 1e-10
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("small_blocks", [False, True])
@pytest.mark.parametrize("algorithm", conv_algorithms.ALGORITHMS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_each_algorithm_equals_the_loops(algorithm, small_blocks, data):
    A, zeros, W, b, stride = data.draw(problems(algorithm))
    Z_loops, dZ, dW_loops = in_loops(A, zeros, W, b, stride)
    with pytest.MonkeyPatch.context() as patch:
        if small_blocks:  # many blocks even for small pictures: their seams are tested
            patch.setattr(conv_lowering, "BLOCK_BYTES", 256)
            patch.setattr(conv_rows, "BLOCK_BYTES", 2048)
            patch.setattr("course_utils.kernels.conv_pointwise.BLOCK_BYTES", 256)
            patch.setattr("course_utils.kernels.conv_planes.BLOCK_BYTES", 2048)
            patch.setattr(conv_winograd, "MOST_BYTES", 2048)
            patch.setattr(conv_row_pairs, "MOST_BYTES", 2048)
        # A target with gaps between its values, as a phase of an input gradient has
        canvas = np.full((*Z_loops.shape[:2], 2 * Z_loops.shape[2], Z_loops.shape[3]), 7, A.dtype)
        convolve(A, zeros, W, b, stride, canvas[:, :, ::2], algorithm)
        assert_equal(canvas[:, :, ::2], Z_loops)
        np.testing.assert_array_equal(canvas[:, :, 1::2], 7)
        contiguous = np.empty_like(Z_loops)
        convolve(A, zeros, W, None, stride, contiguous, algorithm)
        assert_equal(contiguous, Z_loops - b)
        assert_equal(weight_gradient(A, zeros, dZ, W.shape[:2], stride, algorithm), dW_loops)


def test_blocks_are_really_split(monkeypatch):
    """The small blocks of the test above give more than one block."""
    monkeypatch.setattr(conv_lowering, "BLOCK_BYTES", 256)
    monkeypatch.setattr(conv_rows, "BLOCK_BYTES", 2048)
    monkeypatch.setattr(conv_winograd, "MOST_BYTES", 2048)
    monkeypatch.setattr(conv_row_pairs, "MOST_BYTES", 2048)
    A, no_zeros = np.ones((2, 10, 10, 3), np.float32), ((0, 0), (0, 0))
    assert len(list(conv_lowering.Strips(A, no_zeros, (3, 3), (1, 1), (8, 8), 4))) > 2
    assert len(list(conv_rows.RowBlocks(A, no_zeros, (3, 3), (1, 1), (8, 8), 4))) > 2
    assert len(list(conv_winograd.Tiles(A, no_zeros, (8, 8), 4))) > 2
    assert len(list(conv_row_pairs.RowPairs(A, no_zeros, (3, 3, 3, 4), 1, (8, 8)))) > 2


@pytest.mark.parametrize(
    ("A_shape", "W_shape", "stride", "pad", "dtype", "expected"),
    [
        ((2, 16, 16, 32), (3, 3, 32, 32), 1, 1, np.float32, "winograd"),
        ((2, 16, 16, 32), (3, 3, 32, 32), 1, 1, np.float64, "rows"),  # accuracy comes first
        ((2, 16, 16, 32), (3, 3, 32, 32), 2, 1, np.float32, "rows"),
        ((2, 16, 16, 8), (3, 3, 8, 32), 2, 1, np.float32, "rows"),
        ((2, 16, 16, 3), (3, 3, 3, 32), 2, 1, np.float32, "rows"),
        ((2, 16, 16, 2), (3, 3, 2, 32), 2, 1, np.float32, "lowered"),  # short runs
        ((2, 16, 16, 6), (5, 5, 6, 32), 1, 1, np.float32, "rows"),
        ((2, 16, 16, 4), (5, 5, 4, 32), 1, 1, np.float32, "lowered"),  # too short for five products
        ((2, 16, 16, 32), (3, 3, 32, 2), 2, 1, np.float32, "lowered"),  # few filters
        ((2, 60, 1, 64), (15, 1, 64, 64), 4, 0, np.float32, "lowered"),  # a filter of many rows
        ((1, 12, 2500, 64), (3, 3, 64, 64), 2, 0, np.float32, "lowered"),  # not three rows fit into a block
        ((2, 16, 16, 4), (3, 3, 4, 8), 1, 1, np.float32, "rows"),  # too few channels for anything else
        ((2, 5, 5, 32), (3, 3, 32, 32), 1, 1, np.float32, "rows"),  # 5 = 4 + 1: most of a tile is wasted
        ((1, 8, 8, 512), (3, 3, 512, 512), 1, 1, np.float32, "rows"),  # 36 or 6 MiB of transformed filters
        ((8, 14, 14, 256), (3, 3, 256, 256), 1, 1, np.float32, "row_pairs"),  # 9 MiB of transformed filters
        ((8, 14, 14, 256), (3, 3, 256, 256), 1, 1, np.float64, "rows"),
        ((8, 14, 14, 256), (3, 3, 256, 256), 2, 1, np.float32, "rows"),
        ((2, 5, 5, 64), (3, 3, 64, 64), 1, 1, np.float32, "row_pairs"),
        ((2, 20, 20, 64), (3, 2, 64, 64), 1, 1, np.float32, "row_pairs"),
        ((2, 16, 16, 32), (1, 1, 32, 8), 2, 0, np.float32, "pointwise"),
        ((2, 16, 16, 32), (1, 1, 32, 8), 1, 1, np.float32, "rows"),  # a border of zeros is no pixel
        ((2, 16, 16, 32), (3, 2, 32, 32), 1, 0, np.float32, "rows"),
        ((1, 40, 40, 32), (3, 3, 32, 3), 1, 1, np.float64, "planes"),
        ((1, 40, 40, 32), (3, 3, 32, 3), 2, 1, np.float64, "lowered"),
        ((1, 40, 20, 32), (3, 3, 32, 3), 1, 1, np.float32, "lowered"),  # short rows
        ((1, 40, 40, 8), (3, 3, 8, 1), 1, 1, np.float32, "lowered"),
    ],
)
def test_choice(A_shape, W_shape, stride, pad, dtype, expected):
    zeros = ((pad, pad), (pad, pad))
    n_out = output_sizes(A_shape[1:3], W_shape[:2], (stride, stride), zeros)
    out_shape = (A_shape[0], *n_out, W_shape[3])
    assert choose_algorithm(A_shape, W_shape, out_shape, (stride, stride), zeros, np.dtype(dtype)) == expected


@pytest.mark.parametrize(
    ("f_W", "s_W", "n_C", "expected"),
    [
        (3, 1, 8, 2),
        (5, 1, 8, 4),
        (5, 1, 16, 2),
        (5, 2, 8, 2),
        (7, 2, 32, 1),
        (1, 1, 1, 1),
        (3, 4, 1, 1),
        (9, 1, 64, 1),
    ],
)
def test_bundles(f_W, s_W, n_C, expected):
    """Up to 32 numbers wide, and narrower than two filters."""
    T = conv_lowering.columns_at_once(f_W, s_W, n_C)
    assert expected == T
    W = np.random.default_rng(7).standard_normal((2, f_W, 3, n_C))
    wide = conv_lowering.bundle_filters(W, T, s_W)
    assert wide.shape[1] < 2 * f_W
    # Each of the T copies holds every number once, and the rest are zeros.
    np.testing.assert_allclose(conv_lowering.unbundle_gradient(wide, T, s_W, f_W), T * W)
    assert np.count_nonzero(wide) == T * W.size


def test_unknown_algorithm_is_an_error():
    A, W = np.ones((1, 4, 4, 1)), np.ones((1, 1, 1, 1))
    with pytest.raises(ValueError, match="algorithm"):
        convolve(A, ((0, 0), (0, 0)), W, None, (1, 1), np.empty_like(A), "fft")


@pytest.mark.parametrize("n", [(16, 16), (13, 19)])
def test_winograd_through_the_front_door(n):
    """A layer that is really computed Winograd's way, forward and backward, in float32."""
    rng = np.random.default_rng(4)
    A = rng.standard_normal((2, *n, 32), dtype=np.float32)
    W = rng.standard_normal((3, 3, 32, 16), dtype=np.float32)
    b = rng.standard_normal((1, 1, 1, 16), dtype=np.float32)
    zeros = ((1, 1), (1, 1))
    assert choose_algorithm(A.shape, W.shape, (2, *n, 16), (1, 1), zeros, A.dtype) == "winograd"
    Z, cache = conv2d_forward(A, W, b, pad="same")
    exact, exact_cache = conv2d_forward(*(x.astype(np.float64) for x in (A, W, b)), pad="same")
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    pairs = zip(
        (Z, *conv2d_backward(dZ, cache)),
        (exact, *conv2d_backward(dZ.astype(np.float64), exact_cache)),
        strict=True,
    )
    for got, expected in pairs:
        assert got.dtype == np.float32
        assert np.abs(got - expected).max() <= 1e-5 * np.abs(expected).max()


def test_winograd_points_are_accurate():
    """Rounding stays within five times that of a plain sum; with the points 0, ±1, ±2 it is fourteen.

    Along one axis the points 0, ±1 are as accurate as a plain sum.
    """
    rng = np.random.default_rng(5)
    A = rng.standard_normal((1, 16, 16, 64), dtype=np.float32)
    W = rng.standard_normal((3, 3, 64, 64), dtype=np.float32)
    exact = np.empty((1, 14, 14, 64))
    no_zeros = ((0, 0), (0, 0))
    convolve(A.astype(float), no_zeros, W.astype(float), None, (1, 1), exact, "lowered")
    error = {}
    for algorithm in ("lowered", "winograd", "row_pairs"):
        out = np.empty(exact.shape, np.float32)
        convolve(A, no_zeros, W, None, (1, 1), out, algorithm)
        error[algorithm] = np.abs(out - exact).max()
    assert error["winograd"] <= 5 * error["lowered"]
    assert error["row_pairs"] <= 2 * error["lowered"]


def peak_beyond(call, *allowed: int) -> int:
    """Peak of traced memory of a call, less what is allowed."""
    call()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    kept = call()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    del kept
    return peak - sum(allowed)


@pytest.mark.parametrize(
    ("m", "n", "n_C_prev", "n_C", "f", "stride", "pad"),
    [
        (16, 56, 64, 64, 3, 1, 1),
        (16, 56, 64, 64, 3, 1, 0),
        (16, 56, 64, 64, 3, 2, 1),
        (16, 56, 64, 64, 1, 1, 0),
        (4, 28, 128, 128, 3, 1, 1),
        (4, 28, 128, 128, 3, 1, 0),
        (1, 224, 3, 32, 3, 1, 1),
        (1, 224, 3, 32, 7, 2, 3),
        (64, 28, 1, 8, 5, 1, 2),
        (32, 32, 16, 32, 5, 1, 0),
        (8, 56, 64, 64, 5, 1, 2),
        (1, 7, 512, 512, 3, 1, 1),
        (8, 14, 256, 256, 3, 1, 1),
        (8, 16, 128, 256, 3, 1, 0),
        (2, 112, 64, 3, 3, 1, 1),
        (1, 28, 64, 64, 3, 1, 1),
    ],
)
def test_memory_beyond_the_output(m, n, n_C_prev, n_C, f, stride, pad):
    """At most 2 MiB beyond the output; Winograd's ways may take a padded input's share as well."""
    rng = np.random.default_rng(6)
    A = rng.standard_normal((m, n, n, n_C_prev), dtype=np.float32)
    W = rng.standard_normal((f, f, n_C_prev, n_C), dtype=np.float32)
    b = np.zeros((1, 1, 1, n_C), np.float32)
    Z = conv2d_forward(A, W, b, stride, pad)[0]
    zeros = ((pad, pad), (pad, pad))
    algorithm = choose_algorithm(A.shape, W.shape, Z.shape, (stride, stride), zeros, A.dtype)
    padded = 4 * m * (n + 2 * pad) ** 2 * n_C_prev if pad and algorithm in ("winograd", "row_pairs") else 0
    assert peak_beyond(lambda: conv2d_forward(A, W, b, stride, pad), Z.nbytes, padded) <= 2 * 2**20


def test_the_choice_is_used(monkeypatch):
    """`conv2d_forward` asks `choose_algorithm`, once a call."""
    asked = []

    def choose(*arguments):
        asked.append(arguments)
        return "lowered"

    monkeypatch.setattr(conv_algorithms, "choose_algorithm", choose)
    conv2d_forward(np.ones((1, 4, 4, 1)), np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)))
    assert len(asked) == 1


def test_winograd_block_that_lies_in_the_border(monkeypatch):
    """A row of tiles may see nothing but border."""
    monkeypatch.setattr(conv_winograd, "MOST_BYTES", 1)
    A, W = np.ones((1, 3, 3, 2)), np.ones((3, 3, 2, 2))
    zeros = ((0, 6), (0, 6))
    out, expected = np.empty((1, 7, 7, 2)), np.empty((1, 7, 7, 2))
    convolve(A, zeros, W, None, (1, 1), out, "winograd")
    convolve(A, zeros, W, None, (1, 1), expected, "lowered")
    np.testing.assert_allclose(out, expected, atol=1e-12)
