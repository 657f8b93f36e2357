"""Explorer: what the learning rate does to gradient descent on a cost surface."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.descent import Descent, descend
from course_utils.explorers.settings import Preset
from course_utils.explorers.surfaces import CostSurface
from course_utils.plots.style import COLOURS, STYLE

RATE_STEP = 0.02  # of the slider, in powers of ten


@dataclasses.dataclass(frozen=True)
class LearningRateState:
    """learning_rate: alpha; steps: updates; start_1, start_2: first parameters; surface: its name."""

    surface: str
    learning_rate: float
    steps: int
    start_1: float
    start_2: float


def draw_contours(axes: mpl.axes.Axes, surface: CostSurface) -> None:
    """Fill axes with the contours of a cost surface, denser near its least value.

    axes    : emptied first
    surface : what to draw
    """
    axes.clear()
    x, y, J = surface.grid()
    low, high = float(J.min()), float(J.max())
    levels = low + (high - low) * np.linspace(0, 1, 16) ** 2
    axes.contourf(x, y, J, levels=levels, cmap="Blues_r", alpha=0.5)
    axes.contour(x, y, J, levels=levels, colors="#5b7a94", linewidths=0.5)
    if surface.minimum is not None:
        axes.plot(*surface.minimum, "P", color="white", mec=COLOURS["black"], markersize=9, zorder=3)
    axes.set(xlim=surface.ranges[0], ylim=surface.ranges[1], xlabel=surface.axes[0], ylabel=surface.axes[1])
    axes.set_title(f"Cost of {surface.name} (plus: least cost)")


class LearningRateExplorer(Explorer):
    """Gradient descent on a real cost surface: path, cost curve, and its fate in words.

    surfaces : one or more cost surfaces, e.g. `logistic_surface(x, y)`; with more than one
               a list to choose from appears
    """

    key = "learning-rate"
    title = "Learning rate on a cost surface"

    def __init__(self, *surfaces: CostSurface) -> None:
        if not surfaces:
            raise ValueError("LearningRateExplorer needs a cost surface, e.g. ravine_surface()")
        self.surfaces = {surface.name: surface for surface in surfaces}
        if len(self.surfaces) < len(surfaces):
            raise ValueError("two cost surfaces share one name; give each its own")
        first = surfaces[0]
        rate = self._on_slider(0.1 * self._edge(first))
        super().__init__(LearningRateState(first.name, rate, 40, *(float(f"{v:.3g}") for v in first.start)))

    @staticmethod
    def _edge(surface: CostSurface) -> float:
        """Largest stable learning rate near the minimum; 1 where there is no minimum."""
        return surface.largest_stable_learning_rate() or 1.0

    @staticmethod
    def _on_slider(rate: float) -> float:
        """The nearest learning rate at which the slider can stop, so that slider and text agree."""
        return float(f"{10 ** (RATE_STEP * round(np.log10(rate) / RATE_STEP)):.3g}")

    @property
    def presets(self) -> tuple[Preset, ...]:
        """Settings worth looking at, fitted to the surface on show."""

        def share_of_edge(share: float, steps: int = 40):
            def changes(state: LearningRateState) -> dict:
                surface = self.surfaces[state.surface]
                return {
                    "learning_rate": self._on_slider(share * self._edge(surface)),
                    "steps": steps,
                    "start_1": surface.start[0],
                    "start_2": surface.start[1],
                }

            return changes

        return (
            Preset(
                "Too small",
                "Each step goes the right way, but so little of it that the steps run out first.",
                share_of_edge(1 / 300),
                goes_wrong=True,
            ),
            Preset(
                "Good",
                "A little under half of 2/λ_max: the steepest direction is settled in a few steps, "
                "and the flat ones follow.",
                share_of_edge(0.45),
            ),
            Preset(
                "Zig-zag at the edge",
                "Just below 2/λ_max. Steps jump across the valley and land a little lower on the "
                "other side: it works, with wasted steps. In logistic regression the first jump is the "
                "longest, because the slope is steeper far from the minimum than near it.",
                share_of_edge(0.96),
            ),
            Preset(
                "Too large",
                "Beyond 2/λ_max each step lands higher than it began. On a quadratic the cost explodes; "
                "where the slope is bounded, as in logistic regression, it bounces for ever.",
                share_of_edge(3.0, steps=60),
                goes_wrong=True,
            ),
        )

    def adapt(self, before: LearningRateState, after: LearningRateState) -> LearningRateState:
        """A new surface brings its own start along."""
        if after.surface == before.surface or (after.start_1, after.start_2) != (
            before.start_1,
            before.start_2,
        ):
            return after
        start = self.surfaces[after.surface].start if after.surface in self.surfaces else (0.0, 0.0)
        return dataclasses.replace(after, start_1=start[0], start_2=start[1])

    def build_controls(self, state: LearningRateState) -> Mapping[str, ipywidgets.Widget]:
        edges = [np.log10(self._edge(surface)) for surface in self.surfaces.values()]
        least, greatest = np.floor(min(edges)) - 3, np.ceil(max(edges)) + 1
        return {
            "surface": ipywidgets.Dropdown(
                options=list(self.surfaces), value=state.surface, description="Cost surface"
            ),
            "learning_rate": ipywidgets.FloatLogSlider(
                value=state.learning_rate,
                min=least,
                max=greatest,
                step=RATE_STEP,
                description="Learning rate α",
                readout_format=".3g",
            ),
            "steps": ipywidgets.IntSlider(value=state.steps, min=1, max=200, description="Steps"),
            "start_1": ipywidgets.FloatSlider(
                value=state.start_1, min=-1e3, max=1e3, step=0.01, description="Start, first"
            ),
            "start_2": ipywidgets.FloatSlider(
                value=state.start_2, min=-1e3, max=1e3, step=0.01, description="Start, second"
            ),
        }

    def from_control(self, field: str, value: float | str) -> float | str:
        """The log slider gives endless digits; three are enough and read better."""
        return float(f"{value:.3g}") if field == "learning_rate" else value

    def limits(self, state: LearningRateState) -> Mapping[str, tuple[float, float]]:
        ranges = self.surfaces.get(state.surface, next(iter(self.surfaces.values()))).ranges
        return {"start_1": ranges[0], "start_2": ranges[1]}

    def compute(self, state: LearningRateState) -> tuple[LearningRateState, Descent]:
        """Return the state with the descent it leads to."""
        surface = self.surfaces[state.surface]
        return state, descend(surface, (state.start_1, state.start_2), state.learning_rate, state.steps)

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.4, 3.5)
        with mpl.rc_context(dict(STYLE)):
            self._map, self._curve = live.figure.subplots(1, 2, width_ratios=(1.15, 1))
            (self._path,) = self._map.plot([], [], "o-", color=COLOURS["vermillion"], markersize=3, lw=1.2)
            (self._start,) = self._map.plot([], [], "s", color=COLOURS["black"], markersize=7)
            (self._end,) = self._map.plot(
                [], [], "o", color=COLOURS["orange"], mec=COLOURS["black"], markersize=8
            )
            (self._costs,) = self._curve.plot([], [], "o-", color=COLOURS["vermillion"], markersize=3, lw=1.2)
            (self._off,) = self._curve.plot([], [], "^", color=COLOURS["black"], markersize=8, clip_on=False)
            self._off_text = self._curve.text(1, 1.02, "", transform=self._curve.transAxes, ha="right")
        live.live(self._path, self._start, self._end, self._costs, self._off, self._off_text)
        return live

    def draw(self, result: tuple[LearningRateState, Descent]) -> Hashable:
        state, descent = result
        surface = self.surfaces[state.surface]
        key = (state.surface, state.steps)
        if key != getattr(self, "_drawn_key", None):
            self._draw_background(surface, state.steps)
            self._drawn_key = key
        self._path.set_data(*descent.path.T)
        self._start.set_data(*descent.path[:1].T)
        self._end.set_data(*descent.path[-1:].T)
        top = self._curve.get_ylim()[1]
        k = np.arange(len(descent.costs))
        off = ~(descent.costs <= top)
        self._costs.set_data(k, np.where(np.isfinite(descent.costs), descent.costs, np.nan))
        self._off.set_data(k[off], np.full(off.sum(), top))
        self._off_text.set_text("▲ off the top" if off.any() else "")
        return key

    def _draw_background(self, surface: CostSurface, steps: int) -> None:
        """Draw contours and axes anew; the live artists stay the same objects."""
        if surface.name != getattr(self, "_drawn_surface", None):
            live = (self._path, self._start, self._end)
            for artist in live:
                artist.remove()
            with mpl.rc_context(dict(STYLE)):
                draw_contours(self._map, surface)
            for artist in live:
                self._map.add_line(artist)
            self._drawn_surface = surface.name
            corner = surface.grid()[2]
            low, high = float(corner.min()), float(corner.max())
            pad = 0.04 * (high - low)
            self._curve.set_ylim(low - pad, high + pad)
        self._curve.set_xlim(-0.5, steps + 0.5)
        self._curve.set(xlabel="step", ylabel="cost J")
        self._curve.set_title("Cost after each step", loc="left", fontsize=STYLE["axes.titlesize"])
        self._curve.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))

    def describe(self, result: tuple[LearningRateState, Descent]) -> str:
        state, descent = result
        edge = self.surfaces[state.surface].largest_stable_learning_rate()
        limit = f" Largest stable rate near the minimum, 2/λ_max: {edge:.3g}." if edge is not None else ""
        return f"{descent.words} Learning rate {state.learning_rate:.3g}.{limit}"

    def goes_wrong(self, result: tuple[LearningRateState, Descent]) -> bool:
        return result[1].outcome in ("diverges", "bounces", "stuck on a saddle")
