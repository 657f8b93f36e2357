"""A field to draw a digit in, with the mouse or the keyboard."""

from __future__ import annotations

import pathlib

import anywidget
import traitlets

_HERE = pathlib.Path(__file__).parent


class DigitPad(anywidget.AnyWidget):
    """A square field; a hand draws strokes in it.

    value : list of strokes; a stroke is a list of [x, y], shares of the side, x to the right, y downwards
    """

    _esm = _HERE / "digit_pad.js"
    _css = _HERE / "digit_pad.css"
    value = traitlets.List().tag(sync=True)

    def __repr__(self) -> str:
        return "DigitPad()"
