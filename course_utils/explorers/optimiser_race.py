"""Explorer: four optimisers race over a cost surface, with learning-rate decay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.descent import FAR_AWAY
from course_utils.explorers.learning_rate import draw_contours
from course_utils.explorers.settings import Preset
from course_utils.explorers.surfaces import CostSurface, plateau_surface, ravine_surface, saddle_surface
from course_utils.plots.style import COLOURS, STYLE
from course_utils.training import SGD, Adam, Momentum, Optimiser, RMSprop

NAMES = ("SGD", "Momentum", "RMSprop", "Adam")
LOOKS = {  # colour, dash and marker: no optimiser is told by colour alone
    "SGD": (COLOURS["black"], "-", "o"),
    "Momentum": (COLOURS["vermillion"], "--", "s"),
    "RMSprop": (COLOURS["green"], "-.", "^"),
    "Adam": (COLOURS["orange"], ":", "D"),
}
STAIR = 25  # steps a stair of the staircase lasts

FLOOR = 1e-6  # costs nearer than this to the least one are drawn at the bottom

DECAYS: Mapping[str, Callable[[float, float, int], float]] = {
    "none": lambda alpha, rate, t: alpha,
    "1 / (1 + rate · t)": lambda alpha, rate, t: alpha / (1 + rate * t),
    "exponential (1 − rate)^t": lambda alpha, rate, t: alpha * (1 - rate) ** t,
    "1 / √(1 + rate · t)": lambda alpha, rate, t: alpha / np.sqrt(1 + rate * t),
    f"staircase, every {STAIR} steps": lambda alpha, rate, t: alpha * (1 - rate) ** (STAIR * (t // STAIR)),
}


@dataclasses.dataclass(frozen=True)
class RaceState:
    """surface: name; rate_sgd, rate_momentum: alpha of SGD and of momentum; rate_scaled: alpha of
    RMSprop and Adam; beta: memory of momentum (Adam's beta1); beta2: memory of the squares;
    decay, decay_rate: the schedule; noise: size of random noise on each gradient; steps: updates;
    shown: step on show.
    """

    surface: str
    rate_sgd: float = 0.05
    rate_momentum: float = 0.05
    rate_scaled: float = 0.1
    beta: float = 0.9
    beta2: float = 0.99
    decay: str = "none"
    decay_rate: float = 0.02
    noise: float = 0.0
    steps: int = 100
    shown: int = 100


@dataclasses.dataclass(frozen=True)
class Race:
    """paths: name -> (steps + 1, 2), shorter when it diverged; costs: name -> (steps + 1,);
    rates: (steps,) the factor of the schedule, 1 at the start.
    """

    state: RaceState
    paths: Mapping[str, np.ndarray]
    costs: Mapping[str, np.ndarray]
    rates: np.ndarray

    def diverged(self, name: str) -> bool:
        """Whether this optimiser left the numbers or ends higher than it began."""
        costs = self.costs[name]
        return len(costs) <= self.state.steps or not np.isfinite(costs[-1]) or costs[-1] > costs[0] + 1e-12


class OptimiserRaceExplorer(Explorer):
    """SGD, momentum, RMSprop and Adam from one start: paths, cost curves, learning rate.

    surfaces : cost surfaces to choose from; ravine, saddle and plateau when none is given
    """

    key = "optimiser-race"
    title = "Optimiser race"
    presets = (
        Preset(
            "Ravine",
            "SGD near its edge 2/λ_max bounces between the walls and crawls along the floor. Momentum "
            "cancels the pushes across the floor and adds up those along it, so it bears a larger rate "
            "and is far quicker.",
            {
                "surface": "ravine",
                "rate_sgd": 0.095,
                "rate_momentum": 0.22,
                "beta": 0.4,
                "steps": 40,
                "shown": 40,
            },
        ),
        Preset(
            "Saddle",
            "All begin almost on the ridge, where the slope is nearly zero. SGD and momentum wait there. "
            "RMSprop and Adam divide by the size of the slope, so they leave first.",
            {"surface": "saddle", "rate_sgd": 0.1, "rate_momentum": 0.1, "steps": 60, "shown": 60},
        ),
        Preset(
            "Plateau",
            "Far from the hole the slope almost vanishes, and SGD and momentum hardly move. RMSprop and Adam "
            "divide by its size and walk on.",
            {"surface": "plateau", "rate_sgd": 0.1, "rate_momentum": 0.1},
        ),
        Preset(
            "Noisy, no decay",
            "With noise on every gradient the steps of SGD never become small: it jitters around the "
            "minimum.",
            {"surface": "ravine", "noise": 4.0, "rate_sgd": 0.06, "steps": 200, "shown": 200},
            goes_wrong=True,
        ),
        Preset(
            "Noisy, with decay",
            "The same noise with a rate that shrinks: SGD comes to rest nearer to the minimum.",
            {
                "surface": "ravine",
                "noise": 4.0,
                "rate_sgd": 0.06,
                "steps": 200,
                "shown": 200,
                "decay": "1 / (1 + rate · t)",
                "decay_rate": 0.05,
            },
        ),
        Preset(
            "Decay too early",
            "The rate shrinks faster than the way gets shorter: all stop on the slope.",
            {"surface": "ravine", "decay": "exponential (1 − rate)^t", "decay_rate": 0.3},
            goes_wrong=True,
        ),
        Preset(
            "Rate too large",
            "Beyond 2/λ_max SGD diverges. RMSprop and Adam take steps of bounded length: they do not run "
            "off, but jump about at first.",
            {"surface": "ravine", "rate_sgd": 0.105, "rate_scaled": 0.8},
            goes_wrong=True,
        ),
    )

    def __init__(self, *surfaces: CostSurface) -> None:
        surfaces = surfaces or (ravine_surface(), saddle_surface(), plateau_surface())
        self.surfaces = {surface.name: surface for surface in surfaces}
        if len(self.surfaces) < len(surfaces):
            raise ValueError("two cost surfaces share one name; give each its own")
        self.presets = tuple(p for p in type(self).presets if p.changes.get("surface") in self.surfaces)
        super().__init__(RaceState(surfaces[0].name))

    def _least(self, name: str) -> float:
        """Least cost of a surface: at its minimum, or where none is known the least one drawn."""
        surface = self.surfaces[name]
        if surface.minimum is None:
            return float(surface.grid()[2].min())
        return float(surface.cost(np.array(surface.minimum)))

    def build_controls(self, state: RaceState) -> Mapping[str, ipywidgets.Widget]:
        def log(value: float, least: float, greatest: float, description: str) -> ipywidgets.Widget:
            return ipywidgets.FloatLogSlider(
                value=value, min=least, max=greatest, step=0.02, description=description, readout_format=".3g"
            )

        def line(value: float, least: float, greatest: float, step: float, description: str, form: str):
            return ipywidgets.FloatSlider(
                value=value, min=least, max=greatest, step=step, description=description, readout_format=form
            )

        return {
            "surface": ipywidgets.Dropdown(
                options=list(self.surfaces), value=state.surface, description="Cost surface"
            ),
            "decay": ipywidgets.Dropdown(options=list(DECAYS), value=state.decay, description="Decay of α"),
            "rate_sgd": log(state.rate_sgd, -4, 1, "α SGD"),
            "rate_momentum": log(state.rate_momentum, -4, 1, "α momentum"),
            "rate_scaled": log(state.rate_scaled, -4, 1, "α RMSprop, Adam"),
            "beta": line(state.beta, 0, 0.99, 0.01, "β, Adam's β1", ".2f"),
            "beta2": line(state.beta2, 0.5, 0.999, 0.001, "RMSprop β, β2", ".3f"),
            "decay_rate": line(state.decay_rate, 0, 0.5, 0.005, "Decay rate", ".3f"),
            "noise": line(state.noise, 0, 5, 0.1, "Gradient noise", ".1f"),
            "steps": ipywidgets.IntSlider(value=state.steps, min=1, max=200, description="Steps"),
            "shown": ipywidgets.IntSlider(value=state.shown, min=0, max=state.steps, description="Show step"),
        }

    def limits(self, state: RaceState) -> Mapping[str, tuple[float, float]]:
        return {"shown": (0, state.steps)}

    def idle(self, state: RaceState) -> tuple[str, ...]:
        return ("decay_rate",) if state.decay == "none" else ()

    def adapt(self, before: RaceState, after: RaceState) -> RaceState:
        """A picture that showed the last step goes on showing it."""
        if before.shown == before.steps and after.shown == before.shown:
            return dataclasses.replace(after, shown=after.steps)
        return after

    def from_control(self, field: str, value: float | str) -> float | str:
        """Learning rates keep three digits."""
        return float(f"{value:.3g}") if field.startswith("rate_") else value

    def compute(self, state: RaceState) -> Race:
        """Run all four from one start with the same noise."""
        surface = self.surfaces[state.surface]
        noise = state.noise * np.random.default_rng(0).normal(size=(state.steps, 2))
        decay = DECAYS[state.decay]

        def schedule(alpha: float) -> Callable[[int], float]:
            return lambda t: decay(alpha, state.decay_rate, t)

        scaled = schedule(state.rate_scaled)
        racers: dict[str, Optimiser] = {
            "SGD": SGD(schedule(state.rate_sgd)),
            "Momentum": Momentum(schedule(state.rate_momentum), beta=state.beta),
            "RMSprop": RMSprop(scaled, beta=state.beta2),
            "Adam": Adam(scaled, beta1=state.beta, beta2=state.beta2),
        }
        paths = {name: self._run(surface, racer, noise) for name, racer in racers.items()}
        with np.errstate(over="ignore"):
            costs = {name: surface.cost(path.T) for name, path in paths.items()}
        rates = np.array([decay(1.0, state.decay_rate, t) for t in range(state.steps)])
        return Race(state, paths, costs, rates)

    @staticmethod
    def _run(surface: CostSurface, optimiser: Optimiser, noise: np.ndarray) -> np.ndarray:
        """Path (steps + 1, 2) of an optimiser; it ends early when it has left the numbers."""
        p = np.array(surface.start, dtype=float)
        path = [p.copy()]
        for extra in noise:
            optimiser.step({"p": p}, {"dp": surface.gradient(p) + extra})
            if not np.isfinite(p).all():
                break
            path.append(p.copy())
            if np.abs(p).max() > FAR_AWAY:
                break
        return np.array(path)

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.4, 3.9)
        with mpl.rc_context(dict(STYLE)):
            places = live.figure.subplot_mosaic([["map", "cost"], ["map", "rate"]], height_ratios=(2, 1))
            self._map, self._curve, self._rate_axes = places["map"], places["cost"], places["rate"]
            self._paths, self._ends, self._costs = {}, {}, {}
            for name, (colour, dash, marker) in LOOKS.items():
                look = {"color": colour, "ls": dash, "lw": 1.8}
                (self._paths[name],) = self._map.plot([], [], label=name, **look)
                (self._ends[name],) = self._map.plot(
                    [], [], marker, color=colour, mec="white", markersize=8, zorder=5
                )
                (self._costs[name],) = self._curve.plot([], [], label=name, **look)
            (self._rate,) = self._rate_axes.plot([], [], color=COLOURS["blue"])
            self._now = [
                axes.axvline(0, color=COLOURS["grey"], lw=1) for axes in (self._curve, self._rate_axes)
            ]
            handles = [
                mpl.lines.Line2D([], [], color=c, ls=d, marker=m, label=name)
                for name, (c, d, m) in LOOKS.items()
            ]
            self._curve.legend(handles=handles, loc="upper right", ncols=2)
        live.live(*self._paths.values(), *self._ends.values(), *self._costs.values(), self._rate, *self._now)
        return live

    def draw(self, result: Race) -> Hashable:
        state = result.state
        key = (state.surface, state.steps)
        if key != getattr(self, "_drawn_key", None):
            self._draw_background(self.surfaces[state.surface], state.steps)
            self._drawn_key = key
        for name in NAMES:
            path = result.paths[name][: state.shown + 1]
            self._paths[name].set_data(*path.T)
            self._ends[name].set_data(*path[-1:].T)
            costs = result.costs[name][: state.shown + 1]
            above = np.where(np.isfinite(costs), costs - self._least(state.surface), np.nan)
            self._costs[name].set_data(np.arange(len(costs)), np.maximum(above, FLOOR))
        self._rate.set_data(np.arange(state.steps), result.rates)
        for mark in self._now:
            mark.set_xdata([state.shown, state.shown])
        return key

    def _draw_background(self, surface: CostSurface, steps: int) -> None:
        live = (*self._paths.values(), *self._ends.values())
        for artist in live:
            artist.remove()
        with mpl.rc_context(dict(STYLE)):
            draw_contours(self._map, surface)
            for artist in live:
                self._map.add_line(artist)
            top = float(surface.cost(np.array(surface.start))) - self._least(surface.name)
            self._curve.set_yscale("log")
            self._curve.set(xlim=(-0.5, steps + 0.5), ylim=(FLOOR, 3000 * top), ylabel="J − least J")
            self._curve.set_title("Cost above the least cost", loc="left", fontsize=STYLE["axes.titlesize"])
            self._rate_axes.set(xlim=(-0.5, steps + 0.5), ylim=(0, 1.08), xlabel="step", ylabel="α / α₀")

    def describe(self, result: Race) -> str:
        state = result.state
        least = self._least(state.surface)
        words, costs = [], {}
        for name in NAMES:
            if result.diverged(name) and state.shown == state.steps:
                words.append(f"{name} **diverges**")
                continue
            cost = result.costs[name][: state.shown + 1][-1]
            costs[name] = cost
            words.append(f"{name} {cost:.3g}")
        lead = f" Ahead: **{min(costs, key=costs.get)}**." if costs else " **All diverge.**"
        where = f"Cost on the {state.surface} after {state.shown} step{'' if state.shown == 1 else 's'}"
        return f"{where}: {', '.join(words)}; least {least:.3g}.{lead}"

    def goes_wrong(self, result: Race) -> bool:
        return any(result.diverged(name) for name in NAMES)
