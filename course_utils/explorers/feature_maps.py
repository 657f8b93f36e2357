"""Explorer: the feature maps of a trained network, for a digit drawn by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.digit_pad import DigitPad
from course_utils.explorers.handwriting import SIDE, Stroke, strokes_to_picture
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE

HAND, TEST = SOURCES = ("my drawing", "a test picture")
MOST_STROKES, MOST_POINTS = 30, 400
MAPS_IN_A_ROW = 8

Activations = Callable[[np.ndarray], tuple[Mapping[str, np.ndarray], np.ndarray]]


def curve(*points: tuple[float, float]) -> Stroke:
    """A stroke through points, smoothed by a Catmull-Rom spline."""
    P = np.array([points[0], *points, points[-1]])
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(P[:-3], P[1:-2], P[2:-1], P[3:], strict=True):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    line = np.vstack([*parts, P[-1:]])
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in line)


OPEN_FOUR = (((0.36, 0.2), (0.32, 0.52), (0.68, 0.52)), ((0.64, 0.2), (0.6, 0.86)))
CLOSED_FOUR = (*OPEN_FOUR, ((0.36, 0.2), (0.64, 0.2)))
THREE = (
    curve((0.34, 0.25), (0.5, 0.17), (0.64, 0.3), (0.5, 0.47), (0.66, 0.62), (0.55, 0.82), (0.34, 0.76)),
)
CORNER_SEVEN = (((0.05, 0.08), (0.3, 0.06), (0.15, 0.42)),)


@dataclasses.dataclass(frozen=True)
class FeatureMapState:
    """source: a drawing or a test picture; strokes: the drawing; centre: as the training digits were;
    example: number of the test picture; layer and map: which map is shown large, maps counted from 1.
    """

    source: str = HAND
    strokes: tuple[Stroke, ...] = OPEN_FOUR
    centre: bool = True
    example: int = 4
    layer: str = ""
    map: int = 1


@dataclasses.dataclass(frozen=True)
class Reading:
    """What the network makes of a picture.

    picture       : (28, 28)
    maps          : by layer, (n_H, n_W, n_C)
    probabilities : (classes,)
    chosen        : the map shown large, (n_H, n_W)
    peak          : row and column of its largest value
    field         : (top, left, height, width) of what the peak sees of the picture, before cutting to it
    """

    state: FeatureMapState
    picture: np.ndarray
    maps: Mapping[str, np.ndarray]
    probabilities: np.ndarray
    chosen: np.ndarray
    peak: tuple[int, int]
    field: tuple[int, int, int, int]


def receptive_field(
    position: tuple[int, int], layers: Sequence[tuple[int, int, int]]
) -> tuple[int, int, int, int]:
    """What one number of a map sees of the picture.

    position : its row and column
    layers   : (f, stride, pad) from the first layer to the map's own
    Returns (top, left, height, width); parts may lie in the zeros outside of the picture.
    """
    (top, left), size = position, 1
    for f, stride, pad in reversed(layers):
        top, left, size = top * stride - pad, left * stride - pad, (size - 1) * stride + f
    return top, left, size, size


class FeatureMapExplorer(Explorer):
    """Draw a digit; see every feature map of a trained network, its answer, and what a map's peak sees."""

    key = "feature-maps"
    title = "Feature maps of the trained network"

    def __init__(
        self, activations: Activations, layers: Mapping[str, tuple[int, int, int]], examples: np.ndarray
    ) -> None:
        """activations : from a picture (28, 28) float32 to the maps (n_H, n_W, n_C) by layer and the
                      probabilities (10,)
        layers      : (f, stride, pad) by layer, in the order of the network
        examples    : test pictures (10, 28, 28); number d shows the digit d
        Raises ValueError when maps and layers do not have the same names.
        """
        examples = np.asarray(examples, dtype=np.float32)
        if examples.shape != (10, SIDE, SIDE):
            raise ValueError(f"examples has shape {examples.shape}, needs (10, {SIDE}, {SIDE}), one a digit")
        maps, probabilities = activations(examples[0])
        if list(maps) != list(layers):
            raise ValueError(f"maps are of layers {list(maps)}, but layers names {list(layers)}")
        if np.shape(probabilities) != (10,):
            raise ValueError(f"probabilities have shape {np.shape(probabilities)}, needs (10,)")
        self._activations, self._layers, self._examples = activations, dict(layers), examples
        self._shapes = {name: values.shape for name, values in maps.items()}
        last, first = list(layers)[-1], next(iter(layers))
        self.presets = (
            Preset("A four", "An open four. Add a stroke that closes it.", {"layer": first}),
            Preset(
                "Closed at the top",
                "One more stroke, and a four may become a nine.",
                {"strokes": CLOSED_FOUR},
            ),
            Preset(
                "A three", "Look for the maps that answer to its curves.", {"strokes": THREE, "layer": last}
            ),
            Preset(
                "Small, in a corner",
                "Scaled and centred like the training digits, a small seven is read like any other.",
                {"strokes": CORNER_SEVEN},
            ),
            Preset(
                "In a corner, not centred",
                "The maps move along with the digit, but the dense layers have learned centred digits only: "
                "the answer cannot be relied on.",
                {"strokes": CORNER_SEVEN, "centre": False},
                goes_wrong=True,
            ),
            Preset(
                "Nothing",
                "An empty picture: there is nothing to read, but the probabilities still add up to 1.",
                {"strokes": ()},
                goes_wrong=True,
            ),
        )
        super().__init__(FeatureMapState(layer=first))

    def build_controls(self, state: FeatureMapState) -> Mapping[str, ipywidgets.Widget]:
        self.pad = DigitPad(value=_lists(state.strokes))
        return {
            "source": ipywidgets.Dropdown(options=SOURCES, value=state.source, description="Picture"),
            "example": ipywidgets.IntSlider(
                value=state.example, min=0, max=9, description="Test picture of a"
            ),
            "centre": ipywidgets.Checkbox(value=state.centre, description="Centre my drawing", indent=False),
            "layer": ipywidgets.Dropdown(options=list(self._layers), value=state.layer, description="Layer"),
            "map": ipywidgets.IntSlider(
                value=state.map, min=1, max=self._shapes[state.layer][2], description="Map"
            ),
            "strokes": self.pad,
        }

    def extra_widgets(self) -> Sequence[ipywidgets.Widget]:
        return (self.pad,)

    def limits(self, state: FeatureMapState) -> Mapping[str, tuple[float, float]]:
        shape = self._shapes.get(state.layer)
        return {"map": (1, shape[2])} if shape else {}

    def check(self, state: FeatureMapState) -> None:
        if len(state.strokes) > MOST_STROKES:
            raise ValueError(f"{len(state.strokes)} strokes are too many; at most {MOST_STROKES}")
        for i, stroke in enumerate(state.strokes, start=1):
            if not isinstance(stroke, tuple) or not 1 <= len(stroke) <= MOST_POINTS:
                raise ValueError(f"stroke {i} needs 1 to {MOST_POINTS} points")
            for point in stroke:
                inside = isinstance(point, tuple) and len(point) == 2 and all(0 <= v <= 1 for v in point)
                if not inside:
                    raise ValueError(f"stroke {i} has the point {point}; needs x and y from 0 to 1")

    def to_control(self, field: str, value: object) -> object:
        return _lists(value) if field == "strokes" else value

    def from_control(self, field: str, value: object) -> object:
        if field == "strokes":
            return tuple(
                tuple((round(float(x), 3), round(float(y), 3)) for x, y in stroke) for stroke in value
            )
        return value

    def adapt(self, before: FeatureMapState, after: FeatureMapState) -> FeatureMapState:
        """Whoever draws wants to see the drawing; whoever chooses a test picture, that."""
        if after.strokes != before.strokes:
            return dataclasses.replace(after, source=HAND)
        if after.example != before.example:
            return dataclasses.replace(after, source=TEST)
        return after

    def compute(self, state: FeatureMapState) -> Reading:
        """Run the network on the picture."""
        if state.source == TEST:
            picture = self._examples[state.example]
        else:
            picture = strokes_to_picture(state.strokes, state.centre)
        maps, probabilities = self._activations(picture)
        chosen = maps[state.layer][:, :, state.map - 1]
        peak = tuple(int(v) for v in np.unravel_index(np.argmax(chosen), chosen.shape))
        geometry = list(self._layers.values())[: list(self._layers).index(state.layer) + 1]
        return Reading(
            state, picture, maps, np.asarray(probabilities), chosen, peak, receptive_field(peak, geometry)
        )

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 5.6)
        names = list(self._layers)
        rows = [-(-self._shapes[name][2] // MAPS_IN_A_ROW) for name in names]
        with mpl.rc_context(dict(STYLE)):
            left, middle, right = live.figure.subfigures(1, 3, width_ratios=(2.6, 5, 2))
            top, bottom = left.subplots(2, 1)
            strips = middle.subplots(len(names), 1, height_ratios=rows, squeeze=False)[:, 0]
            self._build_picture(live, top, bottom)
            self._strips = {}
            for name, axes in zip(names, strips, strict=True):
                axes.set(xticks=[], yticks=[])
                axes.set_title("{}: {} × {} × {}".format(name, *self._shapes[name]), fontsize=9)
                for spine in axes.spines.values():
                    spine.set_visible(False)
                sheet = self._sheet(np.zeros(self._shapes[name]))
                image = axes.imshow(sheet, cmap="cividis", vmin=0, vmax=1, interpolation="nearest")
                frame = axes.add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=COLOURS["vermillion"], lw=2.5))
                self._strips[name] = (image, frame)
                live.live(image, frame)
            self._build_bars(live, right.subplots())
        return live

    def _build_picture(self, live: LiveFigure, top: mpl.axes.Axes, bottom: mpl.axes.Axes) -> None:
        """Axes of the picture and of the map shown large."""
        self._picture = top.imshow(np.zeros((SIDE, SIDE)), cmap="gray_r", vmin=0, vmax=1)
        self._field = top.add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=COLOURS["vermillion"], lw=2.5))
        top.set(xticks=[], yticks=[])
        top.spines[:].set_visible(True)
        top.set_title("What the network gets;\nframe: what the peak sees", fontsize=9)
        self._map = bottom.imshow(np.zeros((2, 2)), cmap="cividis", vmin=0, vmax=1, extent=(0, 1, 1, 0))
        (self._peak,) = bottom.plot([0], [0], "s", ms=9, mfc="none", mec=COLOURS["vermillion"], mew=2.5)
        bottom.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        bottom.set_title("The chosen map, large;\nsquare: its peak", fontsize=9)
        live.live(self._picture, self._field, self._map, self._peak)

    def _build_bars(self, live: LiveFigure, axes: mpl.axes.Axes) -> None:
        """Axes of the probabilities."""
        axes.set(xlim=(0, 1.6), ylim=(9.6, -0.6), title="Probability")
        axes.set_yticks(range(10))
        axes.set_xticks([0, 0.5, 1])
        self._bars = [axes.barh(d, 0, color=COLOURS["sky"], height=0.7)[0] for d in range(10)]
        self._bar_texts = [axes.text(0, d, "", va="center", fontsize=9) for d in range(10)]
        live.live(*self._bars, *self._bar_texts)

    @staticmethod
    def _sheet(maps: np.ndarray) -> np.ndarray:
        """All maps of a layer in rows of eight, with gaps of NaN. maps : (n_H, n_W, n_C)."""
        n_H, n_W, n_C = maps.shape
        gap = max(1, n_W // 10)
        columns, rows = min(n_C, MAPS_IN_A_ROW), -(-n_C // MAPS_IN_A_ROW)
        sheet = np.full((rows * (n_H + gap) - gap, columns * (n_W + gap) - gap), np.nan)
        for c in range(n_C):
            row, column = divmod(c, MAPS_IN_A_ROW)
            top, left = row * (n_H + gap), column * (n_W + gap)
            sheet[top : top + n_H, left : left + n_W] = maps[:, :, c]
        return sheet

    def draw(self, result: Reading) -> Hashable:
        state = result.state
        self._picture.set_data(result.picture)
        top, left, height, width = result.field
        rows = np.clip([top, top + height], 0, SIDE)
        columns = np.clip([left, left + width], 0, SIDE)
        there = result.chosen.max() > 0
        self._field.set_bounds(columns[0] - 0.5, rows[0] - 0.5, np.ptp(columns), np.ptp(rows))
        self._field.set_visible(bool(there))
        n_H, n_W = result.chosen.shape
        self._map.set_data(result.chosen)
        self._map.set_clim(0, max(float(result.chosen.max()), 1e-6))
        self._peak.set_data([(result.peak[1] + 0.5) / n_W], [(result.peak[0] + 0.5) / n_H])
        self._peak.set_visible(bool(there))
        for name, (image, frame) in self._strips.items():
            maps = result.maps[name]
            image.set_data(self._sheet(maps))
            image.set_clim(0, max(float(maps.max()), 1e-6))
            frame.set_visible(name == state.layer)
            if name == state.layer:
                gap = max(1, maps.shape[1] // 10)
                row, column = divmod(state.map - 1, MAPS_IN_A_ROW)
                frame.set_bounds(
                    column * (maps.shape[1] + gap) - 0.5,
                    row * (maps.shape[0] + gap) - 0.5,
                    maps.shape[1],
                    maps.shape[0],
                )
        best = int(result.probabilities.argmax())
        for d, (bar, text, p) in enumerate(
            zip(self._bars, self._bar_texts, result.probabilities, strict=True)
        ):
            bar.set_width(float(p))
            bar.set_color(COLOURS["blue"] if d == best else COLOURS["sky"])
            text.set(x=float(p) + 0.03, text=f"{p:.0%}" + (" ←" if d == best else ""))
        return None

    def describe(self, result: Reading) -> str:
        state = result.state
        first, second = np.argsort(-result.probabilities)[:2]
        p = result.probabilities
        if result.picture.max() == 0:
            return (
                "**The picture is empty**: draw a digit in the field. The network has to answer all the "
                f"same, and says {first} with {p[first]:.0%}."
            )
        what = f"Test picture of a {state.example}" if state.source == TEST else "Your drawing"
        text = f"{what}: the network says **{first}** ({p[first]:.0%}), next {second} ({p[second]:.0%}). "
        where = f"Map {state.map} of {state.layer}"
        if result.chosen.max() <= 0:
            return text + f"{where} is 0 everywhere: it finds nothing here."
        top, left, height, width = result.field
        row, column = result.peak
        beyond = min(top, left) < 0 or max(top + height, left + width) > SIDE
        outside = ", in part beyond the border" if beyond else ""
        return text + (
            f"{where} peaks with {result.chosen.max():.2f} at row {row}, column {column}, and sees "
            f"{height} × {width} pixels from row {top}, column {left}{outside}."
        )

    def goes_wrong(self, result: Reading) -> bool:
        mistaken = result.state.source == TEST and result.probabilities.argmax() != result.state.example
        return bool(result.picture.max() == 0 or mistaken)


def _lists(strokes: object) -> list[list[list[float]]]:
    """Strokes as lists, the form the page exchanges."""
    return [[list(point) for point in stroke] for stroke in strokes]
