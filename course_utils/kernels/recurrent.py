"""Recurrent networks: the public place of all recurrent kernels.

- `recurrent_rnn`    the simple cell; the place to start reading
- `recurrent_gru`    the gated recurrent unit
- `recurrent_lstm`   long short-term memory
- `recurrent_layers` both directions of time, and layers on layers
- `recurrent_sequence` what they share: checks, padding, the order of time in memory

`kernels.textbook.recurrent` has the same functions one example and one equation at a time.
"""

from __future__ import annotations

from course_utils.kernels.recurrent_gru import GRUCache, gru_backward, gru_forward
from course_utils.kernels.recurrent_layers import (
    BidirectionalCache,
    StackedCache,
    bidirectional_backward,
    bidirectional_forward,
    bidirectional_last,
    reverse_sequences,
    stacked_backward,
    stacked_forward,
)
from course_utils.kernels.recurrent_lstm import LSTMCache, lstm_backward, lstm_forward
from course_utils.kernels.recurrent_rnn import RNNCache, rnn_backward, rnn_forward

__all__ = [
    "BidirectionalCache",
    "GRUCache",
    "LSTMCache",
    "RNNCache",
    "StackedCache",
    "bidirectional_backward",
    "bidirectional_forward",
    "bidirectional_last",
    "gru_backward",
    "gru_forward",
    "lstm_backward",
    "lstm_forward",
    "reverse_sequences",
    "rnn_backward",
    "rnn_forward",
    "stacked_backward",
    "stacked_forward",
]
