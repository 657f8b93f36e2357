"""Optimisers, schedules, training loops, gradient check."""

from course_utils.training.gradient_check import (
    GradientCheck,
    gradient_check,
    numerical_gradient,
    relative_difference,
)
from course_utils.training.optimisers import SGD, Adam, Momentum, Optimiser, RMSprop

__all__ = [
    "SGD",
    "Adam",
    "GradientCheck",
    "Momentum",
    "Optimiser",
    "RMSprop",
    "gradient_check",
    "numerical_gradient",
    "relative_difference",
]
