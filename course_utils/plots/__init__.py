"""Figures and the style sheet that all lessons share."""

from course_utils.plots.style import COLOURS, DASHES, STYLE, use_style

__all__ = ["COLOURS", "DASHES", "STYLE", "use_style"]
