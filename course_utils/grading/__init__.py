"""Releasing, checking and grading exercises."""
