"""Forward and backward pairs in pure NumPy.

`forward` returns `(out, cache)`; `backward(d_out, cache)` returns the gradients in the order of
forward's arrays. Each function differentiates exactly what it computes: no hidden 1/m. float32
stays float32 and float64 stays float64; inputs are never modified. Every name can be imported from
here or from its own module; `kernels.textbook` has the same names as plain loops.
"""

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
from course_utils.kernels.attention import (
    additive_attention_backward,
    additive_attention_forward,
    dot_product_attention_backward,
    dot_product_attention_forward,
    sequence_mask,
)
from course_utils.kernels.conv import (
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv3d_backward,
    conv3d_forward,
    conv_transpose2d_backward,
    conv_transpose2d_forward,
    depthwise_conv2d_backward,
    depthwise_conv2d_forward,
)
from course_utils.kernels.dense import (
    dense_backward,
    dense_forward,
)
from course_utils.kernels.dropout import (
    dropout_backward,
    dropout_forward,
)
from course_utils.kernels.embedding import (
    embedding_backward,
    embedding_forward,
)
from course_utils.kernels.losses import (
    binary_cross_entropy,
    ctc_loss,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    triplet_loss,
)
from course_utils.kernels.norm import (
    RunningStatistics,
    batch_norm_backward,
    batch_norm_forward,
)
from course_utils.kernels.pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from course_utils.kernels.recurrent import (
    bidirectional_backward,
    bidirectional_forward,
    bidirectional_last,
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    reverse_sequences,
    rnn_backward,
    rnn_forward,
    stacked_backward,
    stacked_forward,
)

__all__ = [
    "RunningStatistics",
    "additive_attention_backward",
    "additive_attention_forward",
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "bidirectional_backward",
    "bidirectional_forward",
    "bidirectional_last",
    "binary_cross_entropy",
    "conv1d_backward",
    "conv1d_forward",
    "conv2d_backward",
    "conv2d_forward",
    "conv3d_backward",
    "conv3d_forward",
    "conv_transpose2d_backward",
    "conv_transpose2d_forward",
    "ctc_loss",
    "dense_backward",
    "dense_forward",
    "depthwise_conv2d_backward",
    "depthwise_conv2d_forward",
    "dot_product_attention_backward",
    "dot_product_attention_forward",
    "dropout_backward",
    "dropout_forward",
    "embedding_backward",
    "embedding_forward",
    "gru_backward",
    "gru_forward",
    "leaky_relu",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "lstm_backward",
    "lstm_forward",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "mean_squared_error",
    "relu",
    "relu_backward",
    "relu_forward",
    "reverse_sequences",
    "rnn_backward",
    "rnn_forward",
    "sequence_mask",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_cross_entropy",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_forward",
    "stacked_backward",
    "stacked_forward",
    "tanh",
    "tanh_backward",
    "tanh_forward",
    "triplet_loss",
]
