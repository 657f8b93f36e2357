"""Figures and the style sheet that all lessons share."""
