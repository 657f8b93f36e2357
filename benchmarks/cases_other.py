"""Cases of dense layers, activations, normalisation, losses and boxes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from measure import Case

from course_utils.kernels import activations, dense, dropout, losses, norm
from course_utils.kernels.textbook import activations as textbook_activations
from course_utils.kernels.textbook import boxes as textbook_boxes
from course_utils.kernels.textbook import dense as textbook_dense
from course_utils.kernels.textbook import losses as textbook_losses
from course_utils.kernels.textbook import norm as textbook_norm
from course_utils.training.optimisers import SGD
from course_utils.vision import boxes

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None


def cases(only: str | None = None) -> Iterator[Case]:
    """Yield all cases of this file; `only` is the filter of the command line."""
    yield from dense_cases(784, 128, 128)
    yield mlp_case((784, 128, 64, 10), 128)
    yield from activation_cases(1024, 512)
    yield batch_norm_case((16, 28, 28, 64))
    yield batch_norm_case((256, 512))
    yield softmax_loss_case(1000, 256)
    yield binary_loss_case(10, 10_000)
    yield triplet_case(128, 1024)
    yield dropout_case(1024, 512)
    yield iou_case(1000)
    yield nms_case(1000)


def leaf(array: np.ndarray):
    """A tensor that collects gradients."""
    return torch.from_numpy(array.copy()).requires_grad_(True)


def dense_cases(n_in: int, n_out: int, m: int) -> Iterator[Case]:
    """One dense layer, forward and backward."""
    rng = np.random.default_rng(0)
    A, W = (rng.standard_normal(shape, dtype=np.float32) for shape in ((n_in, m), (n_out, n_in)))
    b = np.zeros((n_out, 1), np.float32)
    dZ = rng.standard_normal((n_out, m), dtype=np.float32)
    _, cache = dense.dense_forward(A, W, b)
    few = np.ascontiguousarray(A[:, :1])
    _, cache_few = textbook_dense.dense_forward(few, W[:8], b[:8])
    part = 8 / n_out / m
    forward = backward = None
    if torch is not None:
        # PyTorch's layout: one example a row
        tA, tW, tdZ = (torch.from_numpy(np.ascontiguousarray(x)) for x in (A.T, W, dZ.T))
        tb = torch.from_numpy(b.reshape(-1))

        def forward():
            return F.linear(tA, tW, tb)

        def backward():
            return tdZ @ tW, tdZ.T @ tA, tdZ.sum(0)

    flops = 2.0 * n_in * n_out * m
    shape = f"{n_in}→{n_out} m={m}"
    yield Case(
        "dense forward",
        shape,
        lambda: dense.dense_forward(A, W, b)[0],
        lambda: textbook_dense.dense_forward(few, W[:8], b[:8]),
        part,
        forward,
        flops,
    )
    yield Case(
        "dense backward",
        shape,
        lambda: dense.dense_backward(dZ, cache),
        lambda: textbook_dense.dense_backward(dZ[:8, :1], cache_few),
        part,
        backward,
        2 * flops,
    )


def mlp_case(sizes: tuple[int, ...], m: int) -> Case:
    """One step of training: forward, loss, backward, gradient descent."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((sizes[0], m), dtype=np.float32)
    labels = rng.integers(0, sizes[-1], m)
    Y = np.eye(sizes[-1], dtype=np.float32)[labels].T.copy()
    n_layers = len(sizes) - 1
    parameters = {}
    for k in range(1, n_layers + 1):
        W = rng.standard_normal((sizes[k], sizes[k - 1]), dtype=np.float32)
        parameters[f"W{k}"] = W * np.float32(np.sqrt(2 / sizes[k - 1]))
        parameters[f"b{k}"] = np.zeros((sizes[k], 1), np.float32)
    start = {name: array.copy() for name, array in parameters.items()}
    optimiser = SGD(1e-4)

    def step():
        A, caches, gradients = X, [], {}
        for k in range(1, n_layers + 1):
            Z, cache = dense.dense_forward(A, parameters[f"W{k}"], parameters[f"b{k}"])
            A, relu_cache = activations.relu_forward(Z) if k < n_layers else (Z, None)
            caches.append((cache, relu_cache))
        _, dZ = losses.softmax_cross_entropy(A, Y)
        for k in range(n_layers, 0, -1):
            cache, relu_cache = caches[k - 1]
            if relu_cache is not None:
                dZ = activations.relu_backward(dZ, relu_cache)
            dZ, gradients[f"dW{k}"], gradients[f"db{k}"] = dense.dense_backward(dZ, cache, need_dA_prev=k > 1)
        optimiser.step(parameters, gradients)

    rival = None
    if torch is not None:
        layers = []
        for k in range(1, n_layers + 1):
            layer = torch.nn.Linear(sizes[k - 1], sizes[k])
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(start[f"W{k}"]))
                layer.bias.zero_()
            layers += [layer, torch.nn.ReLU()]
        network = torch.nn.Sequential(*layers[:-1])
        t_optimiser = torch.optim.SGD(network.parameters(), lr=1e-4)
        tX, t_labels = torch.from_numpy(np.ascontiguousarray(X.T)), torch.from_numpy(labels)

        def rival():
            t_optimiser.zero_grad()
            F.cross_entropy(network(tX), t_labels).backward()
            t_optimiser.step()

    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    return Case(
        "MLP training step",
        f"{'-'.join(map(str, sizes))} m={m}",
        step,
        None,
        1.0,
        rival,
        2.0 * m * (3 * weights - sizes[0] * sizes[1]),
    )


def activation_cases(n: int, m: int) -> Iterator[Case]:
    """Forward and backward of each activation."""
    rng = np.random.default_rng(0)
    Z, dA = (rng.standard_normal((n, m), dtype=np.float32) for _ in range(2))
    few = slice(0, 4), slice(0, 64)
    for name in ("sigmoid", "tanh", "relu", "leaky_relu", "softmax"):

        def both(module, Z, dA, name=name):
            _, cache = getattr(module, f"{name}_forward")(Z)
            return getattr(module, f"{name}_backward")(dA, cache)

        rival = None
        if torch is not None:
            tZ, tdA = leaf(Z), torch.from_numpy(dA)
            function = {"leaky_relu": F.leaky_relu, "softmax": lambda z: torch.softmax(z, 0)}.get(name)
            function = function or getattr(torch, name)

            def rival(tZ=tZ, tdA=tdA, function=function):
                tZ.grad = None
                function(tZ).backward(tdA)

        yield Case(
            name,
            f"{n}×{m}, fwd+bwd",
            lambda both=both: both(activations, Z, dA),
            lambda both=both: both(textbook_activations, Z[few], dA[few]),
            256 / (n * m),
            rival,
        )


def batch_norm_case(shape: tuple[int, ...]) -> Case:
    """Batch normalisation in training, forward and backward."""
    rng = np.random.default_rng(0)
    Z, d_out = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))
    pictures = len(shape) == 4
    units = shape[-1] if pictures else shape[0]
    unit_shape = (1, 1, 1, units) if pictures else (units, 1)
    gamma, beta = np.ones(unit_shape, np.float32), np.zeros(unit_shape, np.float32)

    def both(module, Z, d_out, gamma, beta):
        _, cache = module.batch_norm_forward(Z, gamma, beta, None, True)
        return module.batch_norm_backward(d_out, cache)

    rival = None
    if torch is not None:
        moved = (lambda x: np.moveaxis(x, -1, 1)) if pictures else (lambda x: x.T)
        tZ, t_gamma, t_beta = leaf(np.ascontiguousarray(moved(Z))), leaf(gamma.ravel()), leaf(beta.ravel())
        t_out = torch.from_numpy(np.ascontiguousarray(moved(d_out)))

        def rival():
            for tensor in (tZ, t_gamma, t_beta):
                tensor.grad = None
            F.batch_norm(tZ, None, None, t_gamma, t_beta, training=True).backward(t_out)

    few = (slice(0, 2), slice(0, 8), slice(0, 8), slice(0, 4)) if pictures else (slice(0, 4), slice(0, 64))
    unit = (..., slice(0, 4)) if pictures else slice(0, 4)
    return Case(
        "batch norm",
        "×".join(map(str, shape)) + ", fwd+bwd",
        lambda: both(norm, Z, d_out, gamma, beta),
        lambda: both(textbook_norm, Z[few], d_out[few], gamma[unit], beta[unit]),
        Z[few].size / Z.size,
        rival,
    )


def softmax_loss_case(n_y: int, m: int) -> Case:
    """Softmax cross-entropy with its gradient."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((n_y, m), dtype=np.float32)
    labels = rng.integers(0, n_y, m)
    Y = np.zeros((n_y, m), np.float32)
    Y[labels, np.arange(m)] = 1
    rival = None
    if torch is not None:
        tZ, tY = leaf(np.ascontiguousarray(Z.T)), torch.from_numpy(np.ascontiguousarray(Y.T))

        def rival():
            tZ.grad = None
            F.cross_entropy(tZ, tY).backward()

    return Case(
        "softmax cross-entropy",
        f"{n_y}×{m}",
        lambda: losses.softmax_cross_entropy(Z, Y),
        lambda: textbook_losses.softmax_cross_entropy(Z[:, :2], Y[:, :2]),
        2 / m,
        rival,
    )


def binary_loss_case(n_y: int, m: int) -> Case:
    """Binary cross-entropy with its gradient."""
    rng = np.random.default_rng(0)
    A = rng.uniform(0.01, 0.99, (n_y, m)).astype(np.float32)
    Y = (rng.uniform(size=(n_y, m)) < 0.5).astype(np.float32)
    rival = None
    if torch is not None:
        tA, tY = leaf(A), torch.from_numpy(Y)

        def rival():
            tA.grad = None
            F.binary_cross_entropy(tA, tY).backward()

    return Case(
        "binary cross-entropy",
        f"{n_y}×{m}",
        lambda: losses.binary_cross_entropy(A, Y),
        lambda: textbook_losses.binary_cross_entropy(A[:, :50], Y[:, :50]),
        50 / m,
        rival,
    )


def triplet_case(n: int, m: int) -> Case:
    """Triplet loss with its three gradients."""
    rng = np.random.default_rng(0)
    A, P, N = (rng.standard_normal((n, m), dtype=np.float32) for _ in range(3))
    rival = None
    if torch is not None:
        leaves = [leaf(x) for x in (A, P, N)]

        def rival():
            for tensor in leaves:
                tensor.grad = None
            tA, tP, tN = leaves
            F.relu(((tA - tP) ** 2).sum(0) - ((tA - tN) ** 2).sum(0) + 0.2).mean().backward()

    return Case(
        "triplet loss",
        f"{n}×{m}",
        lambda: losses.triplet_loss(A, P, N),
        lambda: textbook_losses.triplet_loss(A[:, :4], P[:, :4], N[:, :4]),
        4 / m,
        rival,
    )


def dropout_case(n: int, m: int) -> Case:
    """Inverted dropout, forward and backward."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((n, m), dtype=np.float32)

    def both():
        out, cache = dropout.dropout_forward(A, 0.8, rng)
        return dropout.dropout_backward(out, cache)

    rival = None
    if torch is not None:
        tA = leaf(A)

        def rival():
            tA.grad = None
            out = F.dropout(tA, 0.2)
            out.backward(out.detach())

    return Case("dropout", f"{n}×{m}, fwd+bwd", both, None, 1.0, rival)


def random_boxes(n: int) -> np.ndarray:
    """Boxes of all sizes in a picture of 640 pixels."""
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 500, (n, 2))
    return np.concatenate([corner, corner + rng.uniform(10, 140, (n, 2))], axis=1).astype(np.float32)


def iou_case(n: int) -> Case:
    """All pairs of two sets of boxes."""
    a = random_boxes(n)
    b = a[::-1].copy()
    rival = None
    if torch is not None:
        ta, tb = torch.from_numpy(a), torch.from_numpy(b)

        def rival():
            low, high = torch.maximum(ta[:, None, :2], tb[:, :2]), torch.minimum(ta[:, None, 2:], tb[:, 2:])
            overlap = (high - low).clamp(min=0).prod(-1)
            area_a, area_b = (ta[:, 2:] - ta[:, :2]).prod(-1), (tb[:, 2:] - tb[:, :2]).prod(-1)
            return overlap / (area_a[:, None] + area_b - overlap)

    return Case(
        "IoU matrix",
        f"{n}×{n}",
        lambda: boxes.iou_matrix(a, b),
        lambda: textbook_boxes.iou_matrix(a[:20], b[:200]),
        20 * 200 / n**2,
        rival,
    )


def nms_case(n: int) -> Case:
    """Non-max suppression."""
    a = random_boxes(n)
    scores = np.random.default_rng(1).uniform(size=n).astype(np.float32)
    return Case(
        "non-max suppression",
        f"{n} boxes",
        lambda: boxes.non_max_suppression(a, scores, 0.5),
        lambda: textbook_boxes.non_max_suppression(a, scores, 0.5),
    )
