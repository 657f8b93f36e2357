"""A Matplotlib figure that stays alive and is read out as a PNG again and again."""

from __future__ import annotations

import io
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from course_utils.plots.style import STYLE


@lru_cache(maxsize=32)
def _font(pixels: float, style: str) -> ImageFont.FreeTypeFont:
    """The font of all figures, DejaVu Sans from Matplotlib's own files."""
    name = f"DejaVuSans-{style}.ttf" if style else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", name)), pixels)


class LiveFigure:
    """A figure with a still part, drawn seldom, and live artists, drawn every time.

    The figure does not belong to pyplot, so no cell shows it a second time. Axes, labels
    and contours take most of the drawing time; they are kept as pixels and drawn anew only
    when the background's key changes.
    """

    def __init__(
        self, width: float = 9.4, height: float = 3.6, dpi: int = 100, relayout: bool = False
    ) -> None:
        """width, height in inches; dpi in pixels an inch.

        relayout : arrange the axes anew whenever the background changes, instead of once
        """
        self.relayout = relayout
        with mpl.rc_context(dict(STYLE)):
            self.figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
            self.canvas = FigureCanvasAgg(self.figure)
        self._live: list[Artist] = []
        self._stamps: list[tuple] = []
        self._background = None
        self._key: Hashable = None

    def live(self, *artists: Artist) -> None:
        """Name artists that change from picture to picture while the background stays."""
        for artist in artists:
            artist.set_animated(True)
            artist.set_in_layout(False)
            self._live.append(artist)

    def forget(self, *artists: Artist) -> None:
        """Stop drawing live artists, and remove them from their axes."""
        for artist in artists:
            self._live.remove(artist)
            artist.remove()

    def stamp(
        self,
        axes: Axes,
        x: float,
        y: float,
        text: str,
        size: float = 8.0,
        colour: str = "black",
        anchor: str = "mm",
        style: str = "",
        halo: str | None = None,
    ) -> None:
        """Write a text on top of the next picture.

        Twenty times faster than a Matplotlib text, for pictures with a hundred of them.

        axes   : x and y are in its data coordinates
        size   : in points
        anchor : "mm" centred, "lm" left and centred in height
        style  : "", "Oblique" or "Bold"
        halo   : colour of an outline that keeps the text readable on a photograph
        """
        self._stamps.append((axes, x, y, text, size, colour, anchor, style, halo))

    def text_width(self, text: str, size: float = 8.0, style: str = "") -> float:
        """Width of a stamped text in pixels."""
        return _font(size * self.figure.dpi / 72, style).getlength(text)

    def png(self, background_key: Hashable = None) -> bytes:
        """Draw and return the picture as PNG bytes.

        background_key : changes when anything but a live artist has changed
        """
        if self._background is None or background_key != self._key:
            self.canvas.draw()  # leaves live ("animated") artists out
            if not self.relayout:
                self.figure.set_layout_engine("none")  # the axes stay where the first drawing put them
            self._background = self.canvas.copy_from_bbox(self.figure.bbox)
            self._key = background_key
        else:
            self.canvas.restore_region(self._background)
        for artist in sorted(self._live, key=lambda artist: artist.get_zorder()):
            if artist.get_visible():
                if artist.axes is not None:
                    artist.axes.draw_artist(artist)
                else:
                    self.figure.draw_artist(artist)
        pixels = Image.fromarray(self._rgb())
        pencil = ImageDraw.Draw(pixels)
        places = {
            axes: iter(axes.transData.transform([stamp[1:3] for stamp in self._stamps if stamp[0] is axes]))
            for axes in {stamp[0] for stamp in self._stamps}
        }
        for axes, _, _, text, size, colour, anchor, style, halo in self._stamps:
            right, up = next(places[axes])
            font = _font(size * self.figure.dpi / 72, style)
            pencil.text(
                (right, pixels.height - up),
                text,
                fill=colour,
                font=font,
                anchor=anchor,
                stroke_width=2 if halo else 0,
                stroke_fill=halo,
            )
        self._stamps.clear()
        target = io.BytesIO()
        pixels.save(target, "png", compress_level=1)  # level 1: three times faster, a little larger
        return target.getvalue()

    def _rgb(self) -> np.ndarray:
        """Pixels of the canvas without the alpha channel, shape (height, width, 3)."""
        return np.ascontiguousarray(np.asarray(self.canvas.buffer_rgba())[:, :, :3])
