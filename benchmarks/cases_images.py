"""Cases of the convolution and pooling kernels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from measure import Case

from course_utils.kernels import conv, pool
from course_utils.kernels.textbook import conv as textbook_conv
from course_utils.kernels.textbook import pool as textbook_pool

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

# m, n_H = n_W, n_C_prev, n_C, f, stride, pad
CONV2D = [
    (64, 28, 1, 8, 3, 1, 1),
    (64, 28, 1, 8, 5, 1, 2),
    (64, 14, 8, 16, 3, 1, 1),
    (32, 32, 16, 32, 3, 1, 1),
    (32, 32, 16, 32, 3, 2, 1),
    (32, 32, 16, 32, 5, 1, 0),
    (16, 56, 64, 64, 3, 1, 1),
    (16, 56, 64, 64, 1, 1, 0),
    (16, 56, 64, 64, 3, 2, 1),
    (8, 14, 256, 256, 3, 1, 1),
    (1, 224, 3, 32, 3, 1, 1),
    (1, 224, 3, 32, 7, 2, 3),
]


def cases(only: str | None = None) -> Iterator[Case]:
    """Yield all cases of this file; `only` is the filter of the command line."""
    for kernel, maker, shape in JOBS:
        # A case is made only when it is asked for: making it runs the textbook loops.
        if only is None or any(
            only in f"{kernel} {way} {shape_text(kernel, *shape)}" for way in ("forward", "backward")
        ):
            yield from maker(*shape)


def shape_text(kernel: str, m: int, n: int, *rest: int) -> str:
    """The shape of a job in words."""
    if kernel.endswith("pool"):
        n_C, f, stride = rest
        return f"{m}×{n}²×{n_C} f{f} s{stride}"
    if kernel == "depthwise":
        n_C, f, stride, pad = rest
        return f"{m}×{n}²×{n_C} f{f} s{stride} p{pad}"
    if kernel == "conv1d":
        n_C_prev, n_C, f, stride = rest
        return f"{m}×{n}×{n_C_prev}→{n_C} f{f} s{stride}"
    if kernel == "conv3d":
        n_C_prev, n_C, f = rest
        return f"{m}×{n}³×{n_C_prev}→{n_C} f{f} p1"
    n_C_prev, n_C, f, stride, pad = rest
    return f"{m}×{n}²×{n_C_prev}→{n_C} f{f} s{stride} p{pad}"


def channels_first(A: np.ndarray):
    """A tensor for PyTorch, contiguous in its own order (m, n_C, n_H, n_W)."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(A, -1, 1)))


def channels_first_filters(W: np.ndarray):
    """Filters (f, ..., n_C_prev, n_C) for PyTorch: (n_C, n_C_prev, f, ...)."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(W, (-1, -2), (0, 1))))


def torch_convolution_backward(dZ, A, W, stride, pad, transposed=False, groups=1):
    """A call of PyTorch's backward kernel itself: dA_prev, dW and db, without its autograd."""
    axes = A.ndim - 2
    n_C = dZ.shape[1]
    sizes = [n_C], [stride] * axes, [pad] * axes, [1] * axes, transposed, [0] * axes, groups
    return lambda: torch.ops.aten.convolution_backward(dZ, A, W, *sizes, [True, True, True])


def without_cache(call):
    """Only the output of a forward pass: its cache is thrown away."""
    return lambda: call()[0]


def conv2d_cases(m, n, n_C_prev, n_C, f, stride, pad) -> Iterator[Case]:
    """Forward and backward of one layer."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n, n, n_C_prev), dtype=np.float32)
    W = rng.standard_normal((f, f, n_C_prev, n_C), dtype=np.float32) / np.float32(f * np.sqrt(n_C_prev))
    b = rng.standard_normal((1, 1, 1, n_C), dtype=np.float32)
    Z, cache = conv.conv2d_forward(A, W, b, stride, pad)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    n_out = Z.shape[1]
    shape = shape_text("conv2d", m, n, n_C_prev, n_C, f, stride, pad)
    flops = 2.0 * Z.size * f * f * n_C_prev
    # The loops see one picture, cut so that they compute about 2000 values.
    small_out = max(1, min(n_out, int(np.sqrt(2000 / n_C))))
    small = np.ascontiguousarray(A[:1, : (small_out - 1) * stride + f, : (small_out - 1) * stride + f])
    Z_small, cache_small = textbook_conv.conv2d_forward(small, W, b, stride)
    part = Z_small.size / Z.size
    forward = backward = None
    if torch is not None:
        tA, tW, tb = channels_first(A), channels_first_filters(W), torch.from_numpy(b.ravel())
        backward = torch_convolution_backward(channels_first(dZ), tA, tW, stride, pad)

        def forward():
            with torch.no_grad():
                return F.conv2d(tA, tW, tb, stride, pad)

    padded_bytes = 4 * m * (n + 2 * pad) ** 2 * n_C_prev if pad else 0
    yield Case(
        "conv2d forward",
        shape,
        without_cache(lambda: conv.conv2d_forward(A, W, b, stride, pad)),
        lambda: textbook_conv.conv2d_forward(small, W, b, stride),
        part,
        forward,
        flops,
        padded_bytes,
    )
    padded_dZ = 4 * m * (n + f - 1) ** 2 * n_C if f > 1 else 0
    yield Case(
        "conv2d backward",
        shape,
        lambda: conv.conv2d_backward(dZ, cache),
        lambda: textbook_conv.conv2d_backward(Z_small, cache_small),
        part,
        backward,
        2 * flops,
        max(padded_bytes, padded_dZ),
    )


def depthwise_cases(m, n, n_C, f, stride, pad) -> Iterator[Case]:
    """Forward and backward, one filter a channel."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n, n, n_C), dtype=np.float32)
    W = rng.standard_normal((f, f, n_C), dtype=np.float32)
    b = rng.standard_normal((1, 1, 1, n_C), dtype=np.float32)
    Z, cache = conv.depthwise_conv2d_forward(A, W, b, stride, pad)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    shape = shape_text("depthwise", m, n, n_C, f, stride, pad)
    flops = 2.0 * Z.size * f * f
    side = 5 * stride + f
    small = np.ascontiguousarray(A[:1, :side, :side])
    Z_small, cache_small = textbook_conv.depthwise_conv2d_forward(small, W, b, stride)
    part = Z_small.size / Z.size
    forward = backward = None
    if torch is not None:
        tA, tb = channels_first(A), torch.from_numpy(b.ravel())
        tW = torch.from_numpy(np.ascontiguousarray(W.transpose(2, 0, 1))[:, None])
        backward = torch_convolution_backward(channels_first(dZ), tA, tW, stride, pad, groups=n_C)

        def forward():
            with torch.no_grad():
                return F.conv2d(tA, tW, tb, stride, pad, groups=n_C)

    padded_bytes = 4 * m * (n + 2 * pad) ** 2 * n_C if pad else 0
    yield Case(
        "depthwise forward",
        shape,
        without_cache(lambda: conv.depthwise_conv2d_forward(A, W, b, stride, pad)),
        lambda: textbook_conv.depthwise_conv2d_forward(small, W, b, stride),
        part,
        forward,
        flops,
        padded_bytes,
    )
    yield Case(
        "depthwise backward",
        shape,
        lambda: conv.depthwise_conv2d_backward(dZ, cache),
        lambda: textbook_conv.depthwise_conv2d_backward(Z_small, cache_small),
        part,
        backward,
        2 * flops,
        padded_bytes,
    )


def transpose_cases(m, n, n_C_prev, n_C, f, stride, pad) -> Iterator[Case]:
    """Forward and backward of one enlarging layer."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n, n, n_C_prev), dtype=np.float32)
    W = rng.standard_normal((f, f, n_C, n_C_prev), dtype=np.float32) / np.float32(f * np.sqrt(n_C_prev))
    b = rng.standard_normal((1, 1, 1, n_C), dtype=np.float32)
    Z, cache = conv.conv_transpose2d_forward(A, W, b, stride, pad)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    small = np.ascontiguousarray(A[:1, :4, :4])
    Z_small, cache_small = textbook_conv.conv_transpose2d_forward(small, W, b, stride, pad)
    forward = backward = None
    if torch is not None:
        tA, tb = channels_first(A), torch.from_numpy(b.ravel())
        tW = channels_first_filters(W)  # (n_C_prev, n_C, f, f)
        backward = torch_convolution_backward(channels_first(dZ), tA, tW, stride, pad, transposed=True)

        def forward():
            with torch.no_grad():
                return F.conv_transpose2d(tA, tW, tb, stride, pad)

    shape = shape_text("transposed", m, n, n_C_prev, n_C, f, stride, pad)
    flops = 2.0 * A.size * f * f * n_C
    padded_A = 4 * m * (n + f) ** 2 * n_C_prev
    yield Case(
        "transposed forward",
        shape,
        without_cache(lambda: conv.conv_transpose2d_forward(A, W, b, stride, pad)),
        lambda: textbook_conv.conv_transpose2d_forward(small, W, b, stride, pad),
        small.size / A.size,
        forward,
        flops,
        padded_A,
    )
    yield Case(
        "transposed backward",
        shape,
        lambda: conv.conv_transpose2d_backward(dZ, cache),
        lambda: textbook_conv.conv_transpose2d_backward(Z_small, cache_small),
        small.size / A.size,
        backward,
        2 * flops,
        4 * m * (Z.shape[1] + 2 * pad) ** 2 * n_C,
    )


def conv1d_cases(m, n_T, n_C_prev, n_C, f, stride) -> Iterator[Case]:
    """Forward and backward along time, as in front of a speech recogniser."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n_T, n_C_prev), dtype=np.float32)
    W = rng.standard_normal((f, n_C_prev, n_C), dtype=np.float32) / np.float32(np.sqrt(f * n_C_prev))
    b = rng.standard_normal((1, 1, n_C), dtype=np.float32)
    Z, cache = conv.conv1d_forward(A, W, b, stride)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    small = np.ascontiguousarray(A[:1, : 19 * stride + f])
    Z_small, cache_small = textbook_conv.conv1d_forward(small, W, b, stride)
    forward = backward = None
    if torch is not None:
        tA, tb = channels_first(A), torch.from_numpy(b.ravel())
        tW = channels_first_filters(W)
        backward = torch_convolution_backward(channels_first(dZ), tA, tW, stride, 0)

        def forward():
            with torch.no_grad():
                return F.conv1d(tA, tW, tb, stride)

    shape = shape_text("conv1d", m, n_T, n_C_prev, n_C, f, stride)
    flops = 2.0 * Z.size * f * n_C_prev
    yield Case(
        "conv1d forward",
        shape,
        without_cache(lambda: conv.conv1d_forward(A, W, b, stride)),
        lambda: textbook_conv.conv1d_forward(small, W, b, stride),
        Z_small.size / Z.size,
        forward,
        flops,
    )
    yield Case(
        "conv1d backward",
        shape,
        lambda: conv.conv1d_backward(dZ, cache),
        lambda: textbook_conv.conv1d_backward(Z_small, cache_small),
        Z_small.size / Z.size,
        backward,
        2 * flops,
    )


def conv3d_cases(m, n, n_C_prev, n_C, f) -> Iterator[Case]:
    """Forward and backward through volumes."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n, n, n, n_C_prev), dtype=np.float32)
    W = rng.standard_normal((f, f, f, n_C_prev, n_C), dtype=np.float32) / np.float32(np.sqrt(f**3 * n_C_prev))
    b = rng.standard_normal((1, 1, 1, 1, n_C), dtype=np.float32)
    Z, cache = conv.conv3d_forward(A, W, b, 1, 1)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    small = np.ascontiguousarray(A[:1, :5, :5, :5])
    Z_small, cache_small = textbook_conv.conv3d_forward(small, W, b)
    forward = backward = None
    if torch is not None:
        tA, tb = channels_first(A), torch.from_numpy(b.ravel())
        tW = channels_first_filters(W)
        backward = torch_convolution_backward(channels_first(dZ), tA, tW, 1, 1)

        def forward():
            with torch.no_grad():
                return F.conv3d(tA, tW, tb, 1, 1)

    shape = shape_text("conv3d", m, n, n_C_prev, n_C, f)
    flops = 2.0 * Z.size * f**3 * n_C_prev
    yield Case(
        "conv3d forward",
        shape,
        without_cache(lambda: conv.conv3d_forward(A, W, b, 1, 1)),
        lambda: textbook_conv.conv3d_forward(small, W, b),
        Z_small.size / Z.size,
        forward,
        flops,
        4 * m * (n + 2) ** 3 * n_C_prev,
    )
    yield Case(
        "conv3d backward",
        shape,
        lambda: conv.conv3d_backward(dZ, cache),
        lambda: textbook_conv.conv3d_backward(Z_small, cache_small),
        Z_small.size / Z.size,
        backward,
        2 * flops,
        4 * m * (n + 2) ** 3 * n_C_prev,
    )


def max_pool_cases(*shape: int) -> Iterator[Case]:
    """Largest value of windows, forward and backward."""
    yield from pool_cases("max", *shape)


def avg_pool_cases(*shape: int) -> Iterator[Case]:
    """Mean of windows, forward and backward."""
    yield from pool_cases("avg", *shape)


def pool_cases(kind, m, n, n_C, f, stride) -> Iterator[Case]:
    """Pooling, forward and backward."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((m, n, n, n_C), dtype=np.float32)
    shape = shape_text("pool", m, n, n_C, f, stride)
    small = np.ascontiguousarray(A[:1, : 7 * stride + f, : 7 * stride + f])
    run, loops = getattr(pool, f"{kind}_pool2d_forward"), getattr(textbook_pool, f"{kind}_pool2d_forward")
    back = getattr(pool, f"{kind}_pool2d_backward")
    loops_back = getattr(textbook_pool, f"{kind}_pool2d_backward")
    Z, cache = run(A, f, stride)
    dZ = rng.standard_normal(Z.shape, dtype=np.float32)
    Z_small, cache_small = loops(small, f, stride)
    forward = backward = None
    if torch is not None:
        tA, tdZ = channels_first(A), channels_first(dZ)
        if kind == "max":
            # With the places of the maxima, which its backward pass needs.
            _, places = F.max_pool2d(tA, f, stride, return_indices=True)
            arguments = [[f, f], [stride] * 2, [0, 0], [1, 1], False]

            def forward(tA=tA, f=f, stride=stride):
                return F.max_pool2d(tA, f, stride, return_indices=True)

            def backward(tdZ=tdZ, tA=tA, arguments=arguments, places=places):
                return torch.ops.aten.max_pool2d_with_indices_backward(tdZ, tA, *arguments, places)

        else:

            def forward(tA=tA, f=f, stride=stride):
                return F.avg_pool2d(tA, f, stride)

            def backward(tdZ=tdZ, tA=tA, f=f, stride=stride):
                return torch.ops.aten.avg_pool2d_backward(
                    tdZ, tA, [f, f], [stride] * 2, [0, 0], False, True, None
                )

    part = Z_small.size / Z.size
    yield Case(
        f"{kind} pool forward",
        shape,
        without_cache(lambda run=run: run(A, f, stride)),
        lambda loops=loops: loops(small, f, stride),
        part,
        forward,
    )
    yield Case(
        f"{kind} pool backward",
        shape,
        lambda back=back, dZ=dZ, cache=cache: back(dZ, cache),
        lambda loops_back=loops_back, Z_small=Z_small, c=cache_small: loops_back(Z_small, c),
        part,
        backward,
    )


POOL = [(64, 28, 8, 2, 2), (16, 56, 64, 2, 2), (16, 56, 64, 3, 2)]
JOBS = [
    *(("conv2d", conv2d_cases, shape) for shape in CONV2D),
    ("depthwise", depthwise_cases, (16, 56, 64, 3, 1, 1)),
    ("depthwise", depthwise_cases, (16, 56, 64, 3, 2, 1)),
    ("transposed", transpose_cases, (16, 28, 64, 32, 4, 2, 1)),
    ("conv1d", conv1d_cases, (8, 1000, 40, 64, 15, 4)),
    ("conv3d", conv3d_cases, (2, 16, 8, 16, 3)),
    *(("max pool", max_pool_cases, shape) for shape in POOL),
    *(("avg pool", avg_pool_cases, shape) for shape in POOL),
]
