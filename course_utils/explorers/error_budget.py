"""Explorer: from the errors on five sets to the gap that matters most, and what to do about it."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Hashable, Mapping

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE

SAME = "the same as dev"
OTHER = "another; train-dev set kept"
UNKNOWN = "another; no train-dev set"
HIGHEST = 50.0  # per cent

BIAS, VARIANCE, MISMATCH, DEV_FIT = "avoidable bias", "variance", "data mismatch", "over-fitting to dev"
UNCLEAR = "variance or data mismatch"

ACTIONS: Mapping[str, tuple[str, ...]] = {
    BIAS: ("larger network", "train longer, better optimiser", "other architecture, hyperparameters"),
    VARIANCE: ("more training data", "regularise: L2, dropout, augmentation", "other architecture"),
    MISMATCH: (
        "compare dev errors with training data by eye",
        "collect or make training data like the dev set",
        "adapt to the target: transfer learning",
    ),
    DEV_FIT: ("larger dev set", "fewer decisions on the same dev set"),
    UNCLEAR: ("keep some training data out as a train-dev set, and measure again",),
}

LOOKS = {  # colour and hatching of each gap: none is told by colour alone
    BIAS: (COLOURS["vermillion"], "///"),
    VARIANCE: (COLOURS["orange"], "\\\\\\"),
    MISMATCH: (COLOURS["purple"], "xxx"),
    DEV_FIT: (COLOURS["green"], "..."),
    UNCLEAR: (COLOURS["grey"], "++"),
}


@dataclasses.dataclass(frozen=True)
class ErrorBudgetState:
    """human, train, train_dev, dev, test: errors in per cent; distribution: where the training data
    come from; examples: number of examples in each of the train-dev, dev and test sets.
    """

    human: float = 1.0
    train: float = 8.0
    train_dev: float = 9.0
    dev: float = 10.0
    test: float = 10.0
    distribution: str = SAME
    examples: int = 10_000


@dataclasses.dataclass(frozen=True)
class Gap:
    """One step of the budget.

    name       : what the gap is called
    lower, upper : the two sets it lies between
    size       : upper error minus lower error, in per cent points; may be below 0
    noise      : two standard errors of the difference, in points
    """

    name: str
    lower: str
    upper: str
    size: float
    noise: float

    @property
    def counts(self) -> bool:
        """Whether the gap is larger than chance makes it."""
        return self.size > self.noise


@dataclasses.dataclass(frozen=True)
class ErrorBudget:
    """errors: set name -> per cent, in order; gaps: one between each two neighbours; ranked: the
    gaps that count, largest first; remarks: what is odd about the numbers, in sentences.
    """

    state: ErrorBudgetState
    errors: Mapping[str, float]
    gaps: tuple[Gap, ...]
    ranked: tuple[Gap, ...]
    remarks: tuple[str, ...]


def two_standard_errors(error: float, examples: int) -> float:
    """Twice the standard error of an error rate: `2 sqrt(p (1 - p) / m)`.

    error    : in per cent, 0 to 100
    examples : m, the number of independent examples it was measured on, at least 1
    Returns per cent points. Raises ValueError outside these limits.
    Source: the variance of a binomial share, e.g. Wasserman, All of Statistics, 2004, section 6.3.
    """
    if not 0 <= error <= 100:
        raise ValueError(f"error is {error!r}, needs a percentage from 0 to 100")
    if examples < 1:
        raise ValueError(f"examples is {examples!r}, needs at least 1")
    p = error / 100
    return float(200 * np.sqrt(p * (1 - p) / examples))


def error_budget(state: ErrorBudgetState) -> ErrorBudget:
    """Split the way from human level to the test error into named gaps, and rank them.

    Human level and training error count as exact; the noise of the other sets follows from their
    number of examples.
    Returns the budget. Raises ValueError for a percentage outside 0 to 100, or an unknown
    distribution.
    """
    if state.distribution not in (SAME, OTHER, UNKNOWN):
        raise ValueError(f"distribution is {state.distribution!r}, needs one of {SAME}, {OTHER}, {UNKNOWN}")
    errors = {"human": state.human, "train": state.train}
    names = [BIAS]
    if state.distribution == OTHER:
        errors["train-dev"] = state.train_dev
        names += [VARIANCE, MISMATCH]
    else:
        names += [VARIANCE if state.distribution == SAME else UNCLEAR]
    errors |= {"dev": state.dev, "test": state.test}
    names += [DEV_FIT]
    noise = {
        name: 0.0 if name in ("human", "train") else two_standard_errors(error, state.examples)
        for name, error in errors.items()
    }
    sets = list(errors)
    gaps = tuple(
        Gap(name, low, high, errors[high] - errors[low], float(np.hypot(noise[low], noise[high])))
        for name, low, high in zip(names, sets[:-1], sets[1:], strict=True)
    )
    ranked = tuple(sorted((gap for gap in gaps if gap.counts), key=lambda gap: -gap.size))
    return ErrorBudget(state, errors, gaps, ranked, _remarks(gaps))


def _remarks(gaps: tuple[Gap, ...]) -> tuple[str, ...]:
    """What negative gaps mean."""
    meanings = {
        BIAS: "Training error is below human level: people no longer show how much is left to gain",
        VARIANCE: "Unseen examples do better than training ones: was dropout on while measuring?",
        MISMATCH: "The dev set is easier than the training data",
        DEV_FIT: "The test set did better than dev: luck, or it is an easier set",
        UNCLEAR: "The dev set does better than training: it is easier, or dropout was on while measuring",
    }
    return tuple(meanings[gap.name] for gap in gaps if gap.size < -gap.noise - 1e-9)


def _case(
    human: float,
    train: float,
    dev: float,
    test: float,
    train_dev: float | None = None,
    distribution: str = SAME,
    examples: int = 10_000,
) -> dict[str, object]:
    """Every field of a preset: it means the same whatever errors the explorer began with.

    Errors in per cent; without a train-dev set its slider stands at the dev error.
    """
    return dataclasses.asdict(
        ErrorBudgetState(
            human, train, dev if train_dev is None else train_dev, dev, test, distribution, examples
        )
    )


class ErrorBudgetExplorer(Explorer):
    """Five errors in, the bar chart of the gaps, the diagnosis and ranked actions out.

    initial : errors to begin with, e.g. those measured on a real model; a stated example when None
    """

    key = "error-budget"
    title = "Error budget"
    presets = (
        Preset(
            "1 / 8 / 10",
            "People err on 1 %, so 7 of the 8 points of training error are avoidable.",
            _case(1.0, 8.0, 10.0, 10.0),
        ),
        Preset(
            "7.5 / 8 / 10",
            "The same model, on a task that people find hard: only half a point of bias is left to gain.",
            _case(7.5, 8.0, 10.0, 10.0),
        ),
        Preset(
            "0 / 1 / 9 / 10",
            "The train-dev set comes from the training distribution, and the model fails there already.",
            _case(0.0, 1.0, 10.0, 10.0, train_dev=9.0, distribution=OTHER),
        ),
        Preset(
            "0 / 1 / 1.5 / 10",
            "The model generalises to new examples of its own kind, and fails on the other kind.",
            _case(0.0, 1.0, 10.0, 10.0, train_dev=1.5, distribution=OTHER),
        ),
        Preset(
            "No train-dev set",
            "1 against 10, and two things differ at once: the examples are new, and of another kind. "
            "Nobody can tell which costs nine points.",
            _case(0.0, 1.0, 10.0, 10.0, distribution=UNKNOWN),
            goes_wrong=True,
        ),
        Preset(
            "Tuned on dev",
            "Dev and test come from one distribution, so only the decisions taken on dev can part them.",
            _case(0.0, 1.0, 2.0, 6.0),
        ),
        Preset(
            "Past people",
            "Training and dev error lie below human level. The budget has lost its lower end.",
            _case(5.0, 1.0, 1.5, 1.5),
        ),
        Preset(
            "Too few examples",
            "100 dev examples: two points more or less are chance. The same gap on 10,000 examples counts.",
            _case(7.0, 7.0, 9.0, 9.0, examples=100),
            goes_wrong=True,
        ),
    )

    def __init__(self, initial: ErrorBudgetState | None = None) -> None:
        super().__init__(initial or ErrorBudgetState())

    def build_controls(self, state: ErrorBudgetState) -> Mapping[str, ipywidgets.Widget]:
        def error(value: float, description: str) -> ipywidgets.Widget:
            return ipywidgets.FloatSlider(
                value=value, min=0, max=HIGHEST, step=0.1, description=description, readout_format=".1f"
            )

        sizes = sorted({100, 300, 1000, 10_000, 100_000, state.examples})
        return {
            "human": error(state.human, "Human, %"),
            "train": error(state.train, "Train, %"),
            "train_dev": error(state.train_dev, "Train-dev, %"),
            "dev": error(state.dev, "Dev, %"),
            "test": error(state.test, "Test, %"),
            "distribution": ipywidgets.Dropdown(
                options=[
                    ("same as dev", SAME),
                    ("another, train-dev kept", OTHER),
                    ("another, no train-dev", UNKNOWN),
                ],
                value=state.distribution,
                description="Training data",
            ),
            "examples": ipywidgets.Dropdown(
                options=[(f"{size:,}", size) for size in sizes],
                value=state.examples,
                description="Examples a set",
            ),
        }

    def from_control(self, field: str, value: float | str) -> float | str:
        """Errors have one decimal."""
        return round(value, 1) if isinstance(value, float) else value

    def adapt(self, before: ErrorBudgetState, after: ErrorBudgetState) -> ErrorBudgetState:
        """Moving the train-dev error means that there is a train-dev set."""
        if after.train_dev != before.train_dev and after.distribution == before.distribution != OTHER:
            return dataclasses.replace(after, distribution=OTHER)
        return after

    def compute(self, state: ErrorBudgetState) -> ErrorBudget:
        """Return the budget of a state."""
        return error_budget(state)

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.4, 3.9)
        with mpl.rc_context(dict(STYLE)):
            self._bars, self._words = live.figure.subplots(1, 2, width_ratios=(1.25, 1))
            self._words.axis("off")
            places = range(5)
            self._base = [Rectangle((x - 0.36, 0), 0.72, 0, fc=COLOURS["sky"]) for x in places]
            self._rise = [Rectangle((x - 0.36, 0), 0.72, 0, fill=False) for x in places]
            for patch in (*self._base, *self._rise):
                self._bars.add_patch(patch)
            self._values = [self._bars.text(x, 0, "", ha="center", va="bottom") for x in places]
            self._gap_names = [self._bars.text(x, 0, "", ha="center", va="top", fontsize=8) for x in places]
            self._text = self._words.text(
                0, 1, "", va="top", fontsize=10, linespacing=1.5, transform=self._words.transAxes
            )
        live.live(*self._base, *self._rise, *self._values, *self._gap_names, self._text)
        return live

    def draw(self, result: ErrorBudget) -> Hashable:
        errors = list(result.errors.values())
        highest = 1.15 * max(1.0, *errors)
        step = 2.0 if highest < 12 else 10.0  # few heights, so that the background is seldom drawn anew
        top = step * np.ceil(highest / step)
        key = (tuple(result.errors), top)
        if key != getattr(self, "_drawn_key", None):
            with mpl.rc_context(dict(STYLE)):
                self._bars.set(
                    xlim=(-0.6, len(errors) - 0.4), ylim=(-0.17 * top, top), ylabel="error, per cent"
                )
                self._bars.set_xticks(range(len(errors)), list(result.errors))
                ticks = mpl.ticker.MaxNLocator(6).tick_values(0, top)
                self._bars.set_yticks([tick for tick in ticks if 0 <= tick <= top])
                self._bars.set_title("Each set's error, and what it adds")
            self._drawn_key = key
        for i in range(5):
            there = i < len(errors)
            for artist in (self._base[i], self._rise[i], self._values[i], self._gap_names[i]):
                artist.set_visible(there)
            if not there:
                continue
            before = errors[i - 1] if i else errors[0]
            gap = result.gaps[i - 1] if i else None
            self._base[i].set_height(min(before, errors[i]))
            rise = abs(errors[i] - before)
            self._rise[i].set_y(min(before, errors[i]))
            self._rise[i].set_height(rise)
            if gap is not None:
                colour, hatch = LOOKS[gap.name]
                down = gap.size < 0
                self._rise[i].set(
                    fill=not down and rise > 0,
                    facecolor=colour,
                    edgecolor=COLOURS["black"],
                    hatch=None if down else hatch,
                    linestyle=":" if down else "-",
                    linewidth=1 if rise > 0 else 0,
                )
                name = "\n".join(textwrap.wrap(gap.name, 13))
                size = f"{gap.size:+.1f}".replace("-", "−")
                self._gap_names[i].set_text(f"{name}\n{size}")
                self._gap_names[i].set_fontweight("bold" if result.ranked[:1] == (gap,) else "normal")
            else:
                self._rise[i].set(linewidth=0, fill=False, hatch=None)
            self._gap_names[i].set_y(-0.015 * top)
            self._values[i].set_text(f"{errors[i]:.1f}")
            self._values[i].set_y(max(before, errors[i]) + 0.01 * top)
        self._text.set_text(self._advice(result))
        return key

    def _advice(self, result: ErrorBudget) -> str:
        """The ranked gaps with what to do about each, in lines that fit beside the bars."""
        lines: list[str] = []
        for rank, gap in enumerate(result.ranked, start=1):
            chance = f" (chance: {gap.noise:.1f})" if gap.noise else ""
            lines.append(f"{rank}. {gap.name}: {gap.size:.1f} points{chance}")
            actions = ACTIONS[gap.name] if rank <= 2 else ACTIONS[gap.name][:1]
            for action in actions:
                lines += textwrap.wrap(action, 44, initial_indent="    – ", subsequent_indent="       ")
        if not lines:
            lines = ["No gap is larger than chance."]
        for remark in result.remarks:
            lines += ["", *textwrap.wrap(_sentence(remark), 46)]
        return "\n".join(lines[:13])

    def describe(self, result: ErrorBudget) -> str:
        numbers = " / ".join(f"{name} {error:.1f}" for name, error in result.errors.items())
        if not result.ranked:
            verdict = "No gap is larger than chance: **measure on more examples**, or lower the goal line"
        else:
            first = result.ranked[0]
            what = "cannot be told apart" if first.name == UNCLEAR else "comes first"
            verdict = f"**{first.name}** {what} ({first.size:.1f} points); next: {ACTIONS[first.name][0]}"
        remarks = "".join(f" {_sentence(remark)}" for remark in result.remarks)
        return f"Errors in per cent: {numbers}. {verdict}.{remarks}"

    def goes_wrong(self, result: ErrorBudget) -> bool:
        """No diagnosis is possible: chance covers every gap, or two causes share one gap."""
        return not result.ranked or result.ranked[0].name == UNCLEAR


def _sentence(words: str) -> str:
    """The words with a full stop, where they do not end a question."""
    return words if words.endswith("?") else f"{words}."
