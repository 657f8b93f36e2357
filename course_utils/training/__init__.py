"""Optimisers, schedules, training loops, gradient check."""

from course_utils.training.averages import exponentially_weighted_average
from course_utils.training.batches import MiniBatches, mini_batches
from course_utils.training.clipping import clip_by_norm, clip_by_value, global_norm
from course_utils.training.gradient_check import (
    GradientCheck,
    gradient_check,
    numerical_gradient,
    relative_difference,
)
from course_utils.training.loop import TrainingResult, train
from course_utils.training.optimisers import SGD, Adam, Momentum, Optimiser, RMSprop
from course_utils.training.schedules import (
    constant,
    exponential_decay,
    inverse_root_decay,
    inverse_time_decay,
    per_epoch,
    piecewise,
    staircase,
)

__all__ = [
    "SGD",
    "Adam",
    "GradientCheck",
    "MiniBatches",
    "Momentum",
    "Optimiser",
    "RMSprop",
    "TrainingResult",
    "clip_by_norm",
    "clip_by_value",
    "constant",
    "exponential_decay",
    "exponentially_weighted_average",
    "global_norm",
    "gradient_check",
    "inverse_root_decay",
    "inverse_time_decay",
    "mini_batches",
    "numerical_gradient",
    "per_epoch",
    "piecewise",
    "relative_difference",
    "staircase",
    "train",
]
