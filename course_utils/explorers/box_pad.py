"""A photograph to draw boxes on, with the mouse or the keyboard."""

from __future__ import annotations

import base64
import io
import pathlib

import anywidget
import numpy as np
import traitlets
from PIL import Image

_HERE = pathlib.Path(__file__).parent


class BoxPad(anywidget.AnyWidget):
    """A photograph with boxes that a hand draws, moves, resizes and removes.

    value      : list of [class number, x1, y1, x2, y2], corners as shares of the photograph
    selected   : number of the chosen box
    names      : names of the classes
    grid       : [rows, columns] of the lines drawn over the photograph
    marks      : for each box the number of its anchor, -1 for a box that found none
    anchor     : [height, width] of the chosen box's anchor, or []
    """

    _esm = _HERE / "box_pad.js"
    _css = _HERE / "box_pad.css"
    value = traitlets.List().tag(sync=True)
    selected = traitlets.Int().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    grid = traitlets.List(traitlets.Int(), [1, 1]).tag(sync=True)
    marks = traitlets.List(traitlets.Int()).tag(sync=True)
    anchor = traitlets.List(traitlets.Float()).tag(sync=True)
    photo = traitlets.Unicode().tag(sync=True)
    photograph = traitlets.Unicode().tag(sync=True)

    def set_photograph(self, name: str, pixels: np.ndarray) -> None:
        """Show another photograph.

        name   : said to screen readers
        pixels : (n_H, n_W, 3) uint8
        """
        target = io.BytesIO()
        Image.fromarray(pixels).save(target, "jpeg", quality=88)
        with self.hold_sync():
            self.photograph = name
            self.photo = "data:image/jpeg;base64," + base64.b64encode(target.getvalue()).decode()

    def __repr__(self) -> str:
        return "BoxPad()"
