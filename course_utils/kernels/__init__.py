"""Forward and backward pairs in pure NumPy."""

from course_utils.kernels.activations import (
    leaky_relu,
    leaky_relu_backward,
    leaky_relu_forward,
    relu,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
    softmax_backward,
    softmax_forward,
    tanh,
    tanh_backward,
    tanh_forward,
)
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.losses import (
    binary_cross_entropy,
    ctc_loss,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    triplet_loss,
)

__all__ = [
    "binary_cross_entropy",
    "ctc_loss",
    "dense_backward",
    "dense_forward",
    "leaky_relu",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "mean_squared_error",
    "relu",
    "relu_backward",
    "relu_forward",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_cross_entropy",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_forward",
    "tanh",
    "tanh_backward",
    "tanh_forward",
    "triplet_loss",
]
