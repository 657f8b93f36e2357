"""Lesson 4.2: the syllabus's figures come out of the lesson's own code, and its claims hold."""

import re

import numpy as np
import pytest
from lessons.causes import likely_cause
from lessons.stored import printed

from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import max_pool2d_forward

TEXT = printed("4_convolutional_networks/02_convolutional_networks")


def table(after: str) -> list[tuple[str, tuple[int, ...], int, int]]:
    """Rows of the first network table below a text: name, shape, numbers, parameters."""
    lines = TEXT[TEXT.index(after) :].splitlines()
    rows = []
    for line in lines:
        if line.startswith("sum"):
            rows.append(("sum", (), 0, int(line.split()[1].replace(",", ""))))
            return rows
        if found := re.match(r"(\w[\w ]*?) {2,}(\d+(?: × \d+)*) +([\d,]+) +([\d,]+)$", line):
            name, shape, numbers, count = found.groups()
            sizes = tuple(int(n) for n in shape.split(" × "))
            rows.append((name, sizes, int(numbers.replace(",", "")), int(count.replace(",", ""))))
    raise AssertionError(f"no table below {after!r}")


LENET_LIKE = table("input                32 × 32 × 3")


def test_parameters_of_the_lenet_like_network():
    counts = [count for _, _, _, count in LENET_LIKE]
    assert counts == [0, 456, 0, 2416, 0, 48120, 10164, 850, 62006]


def test_activation_shapes_of_the_lenet_like_network():
    shapes = [shape for _, shape, _, _ in LENET_LIKE]
    assert shapes[:5] == [(32, 32, 3), (28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16)]
    assert [numbers for _, _, numbers, _ in LENET_LIKE][4] == 400


def test_the_kernels_alone_give_the_same_shapes():
    """Independently of the lesson's network code."""
    A, shapes = np.zeros((1, 32, 32, 3), np.float32), []
    for n_C in (6, 16):
        W = np.zeros((5, 5, A.shape[3], n_C), np.float32)
        A, _ = conv2d_forward(A, W, np.zeros((1, 1, 1, n_C), np.float32))
        shapes.append(A.shape[1:])
        A, _ = max_pool2d_forward(A)
        shapes.append(A.shape[1:])
    assert shapes == [shape for _, shape, _, _ in LENET_LIKE[1:5]]


def test_three_convolutions_end_with_1960_numbers():
    rows = table("input                39 × 39 × 3")
    assert [shape for _, shape, _, _ in rows[:4]] == [(39, 39, 3), (37, 37, 10), (17, 17, 20), (7, 7, 40)]
    assert rows[3][2] == 1960


def test_a_conv_layer_has_280_parameters_for_every_picture():
    assert "to learn: 280 = (3·3·3 + 1)·10" in TEXT
    assert len(re.findall(r"^ *\d+ × +\d+ × 3 +\d+ × +\d+ × 10 +280 ", TEXT, re.MULTILINE)) == 4


def test_the_network_reads_digits_with_at_least_98_percent():
    assert "at least 98% of the test pictures right: True" in TEXT
    right, of = re.search(r"on this machine: (\d+) of (\d+) right", TEXT).groups()
    assert int(right) >= 0.98 * int(of)


def test_every_gradient_agrees_with_nudges_and_loops():
    assert TEXT.count("against nudges: good") == 5  # dA_prev, dW, db, max and average pooling
    assert TEXT.count("loops = kernel: True") == 2
    assert "dA_prev is a convolution of dZ: True" in TEXT


def test_all_ways_of_a_layer_agree_and_so_do_the_textbook_loops():
    assert TEXT.count("agrees: True") == 5
    assert "agrees: False" not in TEXT
    assert re.search(r"same logits: +True", TEXT)
    assert re.search(r"same gradients: +True", TEXT)


def test_wider_pooling_feels_a_shift_less():
    changes = [float(v) for v in re.findall(r"(?:maps as they are|max pooling \d × \d): +([\d.]+)", TEXT)]
    assert len(changes) == 4
    assert changes == sorted(changes, reverse=True)


@pytest.mark.parametrize(
    ("layer", "published", "right"),
    [
        ("CONV1", 208, 456),
        ("CONV2", 416, 2416),
        ("FC3", 48001, 48120),
        ("FC4", 10081, 10164),
        ("softmax", 841, 850),
    ],
)
def test_the_published_counts_are_shown_wrong(layer, published, right):
    found = re.search(rf"{layer} +published +([\d,]+) +right +([\d,]+) +wrong", TEXT)
    assert [int(v.replace(",", "")) for v in found.groups()] == [published, right]


def test_mistakes_go_wrong():
    assert re.search(r"with n_W twice: +\(5, 5\)", TEXT)
    assert re.search(r"without ReLU +answer to a sum = sum of answers: True", TEXT)
    assert re.search(r"with ReLU +answer to a sum = sum of answers: False", TEXT)
    assert "assigned: [[1, 1, 1], [1, 1, 1], [1, 1, 1]]" in TEXT
    assert "sum handed out by the mask:    24.0" in TEXT


EXERCISE = "4_convolutional_networks/exercises/02_convolutional_networks"
SLIPS = [  # what a beginner writes, and words of the cause that the check must name
    (
        "conv_forward.plain",
        "turned by 180 degrees",
        """
def conv_forward(A_prev, W, b, stride, pad):
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(A, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwkij,ijkc->nhwc", windows, W[::-1, ::-1]) + b
""",
    ),
    (
        "conv_forward.stride",
        "windows move by 1",
        """
def conv_forward(A_prev, W, b, stride, pad):
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(A, W.shape[:2], axis=(1, 2))
    n_H, n_W = (1 + (n - 1) // stride for n in windows.shape[1:3])
    return np.einsum("nhwkij,ijkc->nhwc", windows[:, :n_H, :n_W], W) + b
""",
    ),
    (
        "conv_backward.input",
        "collect with +=",
        """
def conv_backward(dZ, A_prev, W, stride, pad):
    dA = np.zeros((len(A_prev), *(n + 2 * pad for n in A_prev.shape[1:3]), A_prev.shape[3]))
    for h, w in np.ndindex(dZ.shape[1:3]):
        top, left = h * stride, w * stride
        dA[:, top : top + len(W), left : left + W.shape[1]] = np.tensordot(dZ[:, h, w], W, (1, 3))
    return dA[:, pad : pad + A_prev.shape[1], pad : pad + A_prev.shape[2]], W, dZ
""",
    ),
    (
        "conv_backward.input",
        "is [0:0], which is empty",
        """
def conv_backward(dZ, A_prev, W, stride, pad):
    return np.zeros(A_prev.shape)[:, pad:-pad, pad:-pad], W, dZ
""",
    ),
    (
        "pool_forward.values",
        "over the axes (1, 2) only",
        """
def pool_forward(A_prev, f, stride, mode):
    windows = np.lib.stride_tricks.sliding_window_view(A_prev, (f, f), axis=(1, 2))[:, ::stride, ::stride]
    over = (0, 3, 4, 5)
    one = windows.max(over, keepdims=True) if mode == "max" else windows.mean(over, keepdims=True)
    return np.broadcast_to(one[..., 0, 0], windows.shape[:4])
""",
    ),
    (
        "pool_backward.average",
        "a share from each of them",
        """
def pool_backward(dA, A_prev, f, stride, mode):
    dA_prev = np.zeros(A_prev.shape)
    for h, w in np.ndindex(dA.shape[1:3]):
        rows, columns = slice(h * stride, h * stride + f), slice(w * stride, w * stride + f)
        dA_prev[:, rows, columns] = dA[:, h : h + 1, w : w + 1] / f**2
    return dA_prev
""",
    ),
    (
        "numerical_gradient.values",
        "go 2 epsilon down",
        """
def numerical_gradient(forward, A_prev, dZ, epsilon):
    gradient = np.zeros(A_prev.shape)
    for index in np.ndindex(A_prev.shape):
        A = A_prev.copy()
        A[index] += epsilon
        above = np.sum(forward(A) * dZ)
        A[index] -= epsilon
        gradient[index] = (above - np.sum(forward(A) * dZ)) / (2 * epsilon)
    return gradient
""",
    ),
]


@pytest.mark.parametrize(("check", "words", "mistaken"), SLIPS)
def test_a_typical_slip_is_named(check, words, mistaken):
    assert words in likely_cause(EXERCISE, check, mistaken)
