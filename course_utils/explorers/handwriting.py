"""Strokes of a hand become a picture like those of the digits' data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

SIDE = 28  # pixels of the picture
BOX = 20  # longest side of a centred digit, pen included
PEN = 2.6  # width of a stroke in pixels
_FINE = 8  # pixels of the drawing for one of the picture

Stroke = tuple[tuple[float, float], ...]


def strokes_to_picture(strokes: Sequence[Stroke], centre: bool = True) -> np.ndarray:
    """Draw strokes as a picture (28, 28) float32, 0 is paper and 1 is ink.

    strokes : points (x, y) as shares of the field's side, y downwards
    centre  : scale the digit to a box of 20 pixels and put its centre of mass in the middle, as was done
              with the training digits; False leaves it where it was drawn
    Source: LeCun and others, "Gradient-based learning applied to document recognition", 1998, section III.
    """
    lines = [np.array(stroke, dtype=float).reshape(-1, 2) * SIDE for stroke in strokes]
    if not lines:
        return np.zeros((SIDE, SIDE), np.float32)
    if not centre:
        return _ink(lines)
    points = np.concatenate(lines)
    least, greatest = points.min(axis=0), points.max(axis=0)
    extent = float((greatest - least).max())
    scale = min((BOX - PEN) / extent, 4.0) if extent > 0 else 1.0
    middle = (least + greatest) / 2
    lines = [(line - middle) * scale + SIDE / 2 for line in lines]
    picture = _ink(lines)
    mass = picture.sum()
    h, w = np.indices(picture.shape) + 0.5
    shift = np.array([SIDE / 2 - (w * picture).sum() / mass, SIDE / 2 - (h * picture).sum() / mass])
    return _ink([line + shift for line in lines])


def _ink(lines: Sequence[np.ndarray]) -> np.ndarray:
    """Draw lines of points (x, y) in pixels with a round pen; soft edges by averaging a finer drawing."""
    drawing = Image.new("L", (SIDE * _FINE, SIDE * _FINE))
    pencil = ImageDraw.Draw(drawing)
    radius = PEN * _FINE / 2
    for line in lines:
        fine = [tuple(point) for point in line * _FINE]
        if len(fine) > 1:
            pencil.line(fine, fill=255, width=round(2 * radius), joint="curve")
        for x, y in fine:
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    pixels = np.asarray(drawing, dtype=np.float32) / 255
    return pixels.reshape(SIDE, _FINE, SIDE, _FINE).mean(axis=(1, 3))
