"""Explorer: an exponentially weighted average of a series, with and without bias correction."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE
from course_utils.training import exponentially_weighted_average

SHORTEST = 10  # values shown at least
WEIGHTS = 60  # past values whose weights are drawn
FAR_OFF = 0.25  # an average this share of the series' range from its target is named as wrong


@dataclasses.dataclass(frozen=True)
class MovingAverageState:
    """beta: share of the old average; correction: whether the corrected average is drawn; start:
    place in the series at which the averaging begins; length: number of values shown.
    """

    beta: float = 0.9
    correction: bool = True
    start: int = 0
    length: int = 365


@dataclasses.dataclass(frozen=True)
class MovingAverage:
    """values, raw, corrected: (length,) the series and its averages; weights: (WEIGHTS,) the weight
    of the value of today, yesterday, and so on, in the uncorrected average.
    """

    state: MovingAverageState
    values: np.ndarray
    raw: np.ndarray
    corrected: np.ndarray
    weights: np.ndarray

    @property
    def window(self) -> float:
        """About how many values count, 1 / (1 - beta)."""
        return 1 / (1 - self.state.beta)

    @property
    def days_low(self) -> int:
        """For how many values the uncorrected average has less than 9 tenths of the weight it needs."""
        beta = self.state.beta
        return int(np.sum(1 - beta ** np.arange(1, len(self.values) + 1) < 0.9))

    @property
    def roughness(self) -> float:
        """Mean absolute change from one value to the next, of the corrected average over the series."""
        change = np.abs(np.diff(self.values)).mean()
        return float(np.abs(np.diff(self.corrected)).mean() / change) if change else 0.0


class MovingAverageExplorer(Explorer):
    """Exponentially weighted average of a series: its curve, its weights, its false start.

    values : (T,) the series, T at least 10, one value a day
    dates  : (T,) datetime64, or None to number the days from 1
    name   : what the values are, for the axis, with the unit
    Raises ValueError when shapes do not fit or a value is not finite.
    """

    key = "moving-average"
    title = "Exponentially weighted average"
    presets = (
        Preset(
            "About 2 days",
            "β = 0.5. The curve follows almost every jump of the series, one day late.",
            {"beta": 0.5},
        ),
        Preset(
            "About 10 days",
            "β = 0.9. The jumps from day to day are gone, the season is still followed closely.",
            {"beta": 0.9},
        ),
        Preset(
            "About 50 days",
            "β = 0.98. Very smooth, and weeks late: it is warmest long after the days were.",
            {"beta": 0.98},
        ),
        Preset(
            "False start",
            "Without correction the average starts from v₀ = 0, far below any temperature of summer, and "
            "needs about 1 / (1 − β) days to forget that.",
            {"beta": 0.98, "correction": False, "start": 180, "length": 120},
            goes_wrong=True,
        ),
        Preset(
            "False start, corrected",
            "The same days. Dividing by 1 − βᵗ makes the weights add up to 1 from the first day on.",
            {"beta": 0.98, "correction": True, "start": 180, "length": 120},
        ),
        Preset(
            "No memory",
            "β = 0. The average of one value is that value: nothing is smoothed.",
            {"beta": 0.0, "length": 120},
            goes_wrong=True,
        ),
    )

    def __init__(
        self,
        values: np.ndarray | Sequence[float],
        dates: np.ndarray | None = None,
        name: str = "Highest of the day, °C",
    ) -> None:
        self.values = np.asarray(values, dtype=float)
        if self.values.ndim != 1 or len(self.values) < SHORTEST:
            raise ValueError(
                f"values has shape {self.values.shape}, needs (T,) with T of at least {SHORTEST}"
            )
        if not np.isfinite(self.values).all():
            raise ValueError("values holds NaN or infinity")
        self.dates = None if dates is None else np.asarray(dates, "datetime64[D]")
        if self.dates is not None and self.dates.shape != self.values.shape:
            raise ValueError(
                f"dates has shape {self.dates.shape}, needs {self.values.shape}, one a value of the series"
            )
        self.name = name
        self.presets = tuple(p for p in type(self).presets if self._fits(p))
        super().__init__(MovingAverageState(length=min(365, len(self.values))))

    def _fits(self, preset: Preset) -> bool:
        """Whether the series is long enough for a preset."""
        changes = preset.changes
        return changes.get("start", 0) + changes.get("length", SHORTEST) <= len(self.values)

    def build_controls(self, state: MovingAverageState) -> Mapping[str, ipywidgets.Widget]:
        return {
            "beta": ipywidgets.FloatSlider(
                value=state.beta, min=0, max=0.99, step=0.01, description="β", readout_format=".2f"
            ),
            "correction": ipywidgets.Checkbox(value=state.correction, description="Bias correction"),
            "start": ipywidgets.IntSlider(
                value=state.start, min=0, max=len(self.values) - SHORTEST, description="First day"
            ),
            "length": ipywidgets.IntSlider(
                value=state.length, min=SHORTEST, max=len(self.values), description="Days shown"
            ),
        }

    def limits(self, state: MovingAverageState) -> Mapping[str, tuple[float, float]]:
        return {"length": (SHORTEST, len(self.values) - state.start)}

    def compute(self, state: MovingAverageState) -> MovingAverage:
        """Average the chosen part of the series, beginning with v_0 = 0."""
        values = self.values[state.start : state.start + state.length]
        return MovingAverage(
            state,
            values,
            exponentially_weighted_average(values, state.beta),
            exponentially_weighted_average(values, state.beta, bias_correction=True),
            (1 - state.beta) * state.beta ** np.arange(WEIGHTS),
        )

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.4, 3.7)
        with mpl.rc_context(dict(STYLE)):
            self._curve, self._bars = live.figure.subplots(1, 2, width_ratios=(2.3, 1))
            (self._points,) = self._curve.plot([], [], ".", color=COLOURS["grey"], ms=3, label="the series")
            (self._raw,) = self._curve.plot(
                [], [], "--", color=COLOURS["vermillion"], label="average, not corrected"
            )
            (self._corrected,) = self._curve.plot([], [], "-", color=COLOURS["blue"], label="corrected")
            (self._weights,) = self._bars.plot([], [], "o-", color=COLOURS["blue"], ms=3, lw=1)
            (self._window,) = self._bars.plot([], [], "--", color=COLOURS["black"], lw=1)
            self._window_text = self._bars.text(0.97, 0.93, "", transform=self._bars.transAxes, ha="right")
            self._bars.set(
                xlim=(-1, WEIGHTS), ylim=(0, 1.2), xlabel="days back", ylabel="weight, share of today's"
            )
            self._bars.set_title("What a past day counts")
            self._curve.set_ylabel(self.name)
            handles = [self._points, self._raw, self._corrected]
            labels = [handle.get_label() for handle in handles]
            low, high = min(0.0, self.values.min()), max(0.0, self.values.max())
            self._curve.set_ylim(low - 0.04 * (high - low), high + 0.22 * (high - low))
            self._curve.legend(handles, labels, loc="upper left", ncols=3)
        live.live(self._points, self._raw, self._corrected, self._weights, self._window, self._window_text)
        return live

    def _days(self, state: MovingAverageState) -> np.ndarray:
        """Places on the horizontal axis: dates where there are any, else day numbers from 1."""
        places = slice(state.start, state.start + state.length)
        if self.dates is None:
            return np.arange(state.start + 1, state.start + state.length + 1, dtype=float)
        return mpl.dates.date2num(self.dates[places])

    def draw(self, result: MovingAverage) -> Hashable:
        state = result.state
        days = self._days(state)
        key = (state.start, state.length)
        if key != getattr(self, "_drawn_key", None):
            with mpl.rc_context(dict(STYLE)):
                self._curve.set_xlim(days[0] - 0.5, days[-1] + 0.5)
                if self.dates is None:
                    self._curve.set_xlabel("day")
                else:
                    locator = mpl.dates.AutoDateLocator(minticks=3, maxticks=7)
                    self._curve.xaxis.set_major_locator(locator)
                    self._curve.xaxis.set_major_formatter(mpl.dates.ConciseDateFormatter(locator))
                self._curve.set_title("The series and its average")
            self._drawn_key = key
        self._points.set_data(days, result.values)
        self._raw.set_data(days, result.raw)
        self._corrected.set_data(days, result.corrected)
        self._corrected.set_visible(state.correction)
        shares = state.beta ** np.arange(WEIGHTS)
        self._weights.set_data(np.arange(WEIGHTS), shares)
        self._window.set_data([result.window] * 2, [0, 1])
        self._window_text.set_text(f"1 / (1 − β) = {result.window:.3g} days")
        return key

    def describe(self, result: MovingAverage) -> str:
        state = result.state
        steps = f"and jumps from day to day **{result.roughness:.0%}** as much as the series"
        first = f"First day: value {result.values[0]:.1f}, average {result.raw[0]:.1f}"
        corrected = f", corrected {result.corrected[0]:.1f}" if state.correction else ", not corrected"
        low = ""
        if not state.correction and result.days_low:
            low = f". The average is **more than a tenth too near zero on the first {result.days_low} days**"
        days = "1 day" if result.window == 1 else f"{result.window:.3g} days"
        window = f"β = {state.beta:.2f} averages about **{days}**"
        return f"{window} {steps}. {first}{corrected}{low}."

    def goes_wrong(self, result: MovingAverage) -> bool:
        """An uncorrected average that begins far from the series' first value."""
        if result.state.correction:
            return False
        span = np.ptp(self.values) or 1.0
        return bool(abs(result.raw[0] - result.corrected[0]) > FAR_OFF * span)
