"""A Matplotlib figure that stays alive and is read out as a PNG again and again."""

from __future__ import annotations

import io
from collections.abc import Hashable

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_utils.plots.style import STYLE


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
        target = io.BytesIO()
        pixels.save(target, "png", compress_level=1)  # level 1: three times faster, a little larger
        return target.getvalue()

    def _rgb(self) -> np.ndarray:
        """Pixels of the canvas without the alpha channel, shape (height, width, 3)."""
        return np.ascontiguousarray(np.asarray(self.canvas.buffer_rgba())[:, :, :3])
