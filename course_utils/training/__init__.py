"""Optimisers, schedules, training loops and gradient checks."""
