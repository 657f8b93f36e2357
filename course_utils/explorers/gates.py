"""Explorers of gated memory: set the gates by hand; watch those of a trained cell on a sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.kernels.activations import softmax
from course_utils.kernels.recurrent import gru_forward, lstm_forward
from course_utils.plots.style import COLOURS, STYLE

STEPS = 24  # steps of the cell that is driven by hand
MOST_WORDS = 24
# Candidates that arrive at the steps nobody asked for: a fixed stretch of noise between -0.9 and 0.9.
CHATTER = np.array(
    [0.5, -0.3, 0.8, 0.2, -0.7, 0.6, 0.9, -0.4, 0.3, 0.7, -0.8, 0.1]
    + [0.6, -0.5, 0.4, 0.9, -0.2, -0.6, 0.8, 0.3, -0.9, 0.5, 0.7, -0.1]
)


@dataclasses.dataclass(frozen=True)
class GateState:
    """cell: "LSTM" or "GRU"; value: candidate at step write_at; write: input gate at that step; leak:
    input gate at all others; forget: forget gate; erase_at: step with forget gate 0, 0 for none;
    read_at: step with the output gate open. In a GRU the input gate is Gamma_u, the forget gate 1 - Gamma_u.
    """

    cell: str = "LSTM"
    value: float = 0.8
    write_at: int = 3
    write: float = 1.0
    forget: float = 1.0
    leak: float = 0.0
    erase_at: int = 0
    read_at: int = 20


@dataclasses.dataclass(frozen=True)
class GateResult:
    """The run of a cell with one unit. candidate, forget, input, output, c, a : (STEPS,)."""

    state: GateState
    candidate: np.ndarray
    forget: np.ndarray
    input: np.ndarray
    output: np.ndarray
    c: np.ndarray
    a: np.ndarray

    @property
    def written(self) -> float:
        """What the write step put into the memory."""
        at = self.state.write_at - 1
        return float(self.input[at] * self.candidate[at])

    @property
    def kept(self) -> float:
        """Share of the memory after the write step that is left at the read step, and the gradient
        dc<read> / dc<write>: both are the product of the forget gates between.
        """
        return float(np.prod(self.forget[self.state.write_at : self.state.read_at]))

    @property
    def recalled(self) -> float:
        """The memory at the read step."""
        return float(self.c[self.state.read_at - 1])

    @property
    def remembers(self) -> bool:
        """Whether at least half of what was written is left, and the rest of the memory is smaller."""
        left = self.kept * self.written
        return self.kept >= 0.5 and self.written != 0 and abs(self.recalled - left) < abs(left)


class GateExplorer(Explorer):
    """One unit of memory, its gates opened and closed by hand."""

    key = "gates"
    title = "Gates by hand"
    presets = (
        Preset("Write, keep, read", "Input gate open once, forget gate at 1: nothing is lost.", {}),
        Preset(
            "Leaky memory",
            "A forget gate of 0.8 loses a fifth at every step. The gradient loses the same fifth.",
            {"forget": 0.8},
            goes_wrong=True,
        ),
        Preset(
            "Input gate ajar",
            "Each step adds a little of its candidate. What was written is still in the sum, and nobody can "
            "tell it from the rest.",
            {"leak": 0.4},
            goes_wrong=True,
        ),
        Preset(
            "All gates half open",
            "How a cell begins with all biases 0: sigmoid(0) = 0.5. After a few steps nothing is left.",
            {"write": 0.5, "forget": 0.5, "leak": 0.5},
            goes_wrong=True,
        ),
        Preset("Erase", "One step with forget gate 0 empties the memory.", {"erase_at": 12}, goes_wrong=True),
        Preset(
            "GRU",
            "One gate does both jobs: what comes in pushes out as much. A GRU cannot add up, and a leak of "
            "0.02 forgets by 0.98.",
            {"cell": "GRU", "leak": 0.02, "forget": 0.98},
        ),
    )

    def __init__(self) -> None:
        super().__init__(GateState())

    def build_controls(self, state: GateState) -> Mapping[str, ipywidgets.Widget]:
        def share(field: str, text: str) -> ipywidgets.Widget:
            value = getattr(state, field)
            return ipywidgets.FloatSlider(value=value, min=0, max=1, step=0.01, description=text)

        def step(field: str, text: str, least: int = 1) -> ipywidgets.Widget:
            value = getattr(state, field)
            return ipywidgets.IntSlider(value=value, min=least, max=STEPS, description=text)

        return {
            "cell": ipywidgets.Dropdown(options=["LSTM", "GRU"], value=state.cell, description="Cell"),
            "value": ipywidgets.FloatSlider(
                value=state.value, min=-1, max=1, step=0.05, description="Candidate to write"
            ),
            "write_at": step("write_at", "Write at step"),
            "write": share("write", "Input gate there"),
            "forget": share("forget", "Forget gate"),
            "leak": share("leak", "Input gate, rest"),
            "erase_at": step("erase_at", "Erase at (0: never)", 0),
            "read_at": step("read_at", "Read at step"),
        }

    def limits(self, state: GateState) -> Mapping[str, tuple[float, float]]:
        tied = round(1 - state.leak, 10)
        gru = state.cell == "GRU"
        return {
            "read_at": (state.write_at, STEPS),
            "forget": (tied, tied) if gru else (0.0, 1.0),
            "erase_at": (0, 0 if gru else STEPS),
        }

    def compute(self, state: GateState) -> GateResult:
        """Run the cell from an empty memory."""
        here = state.write_at - 1
        candidate = CHATTER.copy()
        candidate[here] = state.value
        opened = np.full(STEPS, state.leak)
        opened[here] = state.write
        if state.cell == "GRU":
            forget, output = 1 - opened, np.ones(STEPS)
        else:
            forget, output = np.full(STEPS, state.forget), np.zeros(STEPS)
            output[state.read_at - 1] = 1
            if state.erase_at:
                forget[state.erase_at - 1] = 0
        c = np.empty(STEPS)
        memory = 0.0
        for t in range(STEPS):
            memory = c[t] = forget[t] * memory + opened[t] * candidate[t]
        a = c if state.cell == "GRU" else output * np.tanh(c)
        return GateResult(state, candidate, forget, opened, output, c, a)

    def build_figure(self) -> LiveFigure:
        live = self._live = LiveFigure(9.4, 4.0)
        t = np.arange(1, STEPS + 1)
        with mpl.rc_context(dict(STYLE)):
            self._top, self._rows = live.figure.subplots(2, 1, height_ratios=(2.2, 1), sharex=True)
            top = self._top
            (self._candidates,) = top.plot(t, CHATTER, ".", color=COLOURS["grey"], ms=6, label="candidate c̃")
            (self._c,) = top.plot(t, 0 * t, "o-", color=COLOURS["blue"], ms=4, label="memory c")
            (self._a,) = top.plot(
                t, 0 * t, "^", color=COLOURS["vermillion"], ms=7, label="hidden state a, where not 0"
            )
            (self._span_line,) = top.plot([], [], ":", color=COLOURS["black"], lw=1.2)
            top.axhline(0, color=COLOURS["grey"], lw=0.7)
            top.set(ylabel="value", ylim=(-2.2, 2.2), title="The memory of one unit")
            top.legend(handles=[self._candidates, self._c, self._a], loc="upper left", ncols=3)
            top.tick_params(labelbottom=False)
            self._gates = self._rows.imshow(
                np.zeros((3, STEPS)),
                extent=(0.5, STEPS + 0.5, 2.5, -0.5),
                aspect="auto",
                cmap="Blues",
                vmin=0,
                vmax=1.6,
            )
            self._rows.set(xlim=(0.5, STEPS + 0.5), xticks=t, xlabel="step t", yticks=[0, 1, 2])
            self._rows.set_yticklabels(["1 − update", "update", ""])  # the longest names: they need room
            for side in ("left", "bottom"):
                self._rows.spines[side].set_visible(False)
        live.live(self._candidates, self._c, self._a, self._span_line, self._gates)
        return live

    def draw(self, result: GateResult) -> Hashable:
        state = result.state
        t = np.arange(1, STEPS + 1)
        high = float(max(2.2, np.ceil(1.3 * np.abs(result.c).max())))
        gru = state.cell == "GRU"
        self._top.set_ylim(-high, high)
        names = ["1 − update", "update", ""] if gru else ["forget", "input", "output"]
        self._rows.set_yticks([0, 1, 2], names)
        self._candidates.set_data(t, result.candidate)
        self._c.set_data(t, result.c)
        shown = np.abs(result.a) > 0
        self._a.set_data(t[shown], result.a[shown])
        self._span_line.set_data(
            [state.write_at, state.read_at], [result.c[state.write_at - 1], result.recalled]
        )
        table = np.stack([result.forget, result.input, 0 * result.output if gru else result.output])
        self._gates.set_data(table)
        for row, values in enumerate(table[: 2 if gru else 3]):
            for step, value in zip(t, values, strict=True):
                self._live.stamp(self._rows, step, row, f"{value:.2f}".rstrip("0").rstrip("."), 7.5)
        return (high, gru)

    def describe(self, result: GateResult) -> str:
        state = result.state
        gap = state.read_at - state.write_at
        keep = "shares kept, 1 − update gate," if state.cell == "GRU" else "forget gates"
        later = "1 step" if gap == 1 else f"{gap} steps"
        return (
            f"Step {state.write_at} writes {result.written:+.2f}; {later} later the memory is "
            f"**{result.recalled:+.2f}**. The {keep} between multiply to {result.kept:.3g}: that is "
            f"the share kept, and the gradient dc<{state.read_at}>/dc<{state.write_at}>. "
            + ("It remembers." if result.remembers else "What was written **cannot be read back**.")
        )

    def goes_wrong(self, result: GateResult) -> bool:
        return not result.remembers


@dataclasses.dataclass(frozen=True)
class GatedModel:
    """A trained gated network over words with one prediction after each word.

    cell       : "lstm" or "gru"
    words      : the words it knows; x<t> is the one-hot vector of a word, n_x = len(words)
    parameters : of the cell, as `lstm_forward` or `gru_forward` takes them
    Wya, by    : (2, n_a), (2, 1) prediction layer, softmax over the two answers
    answers    : names of the two answers
    Raises ValueError when cell, sizes or the number of answers do not fit.
    """

    cell: str
    words: tuple[str, ...]
    parameters: Mapping[str, np.ndarray]
    Wya: np.ndarray
    by: np.ndarray
    answers: tuple[str, str]

    def __post_init__(self) -> None:
        if self.cell not in ("lstm", "gru"):
            raise ValueError(f"cell is {self.cell!r}, needs 'lstm' or 'gru'")
        if len(self.answers) != 2 or np.shape(self.Wya) != (2, self.n_a) or np.shape(self.by) != (2, 1):
            raise ValueError(
                f"needs two answers, Wya (2, {self.n_a}) and by (2, 1); got {len(self.answers)} answers, "
                f"Wya {np.shape(self.Wya)} and by {np.shape(self.by)}"
            )
        if self.parameters["Wc"].shape[1] != self.n_a + len(self.words):
            raise ValueError(
                f"Wc has shape {self.parameters['Wc'].shape}, needs ({self.n_a}, {self.n_a} + "
                f"{len(self.words)}), one column a known word"
            )

    @property
    def n_a(self) -> int:
        """Units of the state."""
        return self.parameters["Wc"].shape[0]

    def read(self, sentence: str) -> tuple[str, ...]:
        """The words of a sentence; ValueError for none, too many, or one the model does not know."""
        words = tuple(sentence.lower().replace(",", " ").replace(".", " ").split())
        if not 1 <= len(words) <= MOST_WORDS:
            raise ValueError(f"the sentence has {len(words)} words, needs 1 to {MOST_WORDS}")
        for word in words:
            if word not in self.words:
                raise ValueError(f"the model does not know {word!r}; it knows {', '.join(self.words)}")
        return words

    def one_hot(self, words: Sequence[str]) -> np.ndarray:
        """Inputs (n_x, 1, T_x) of one sentence."""
        x = np.zeros((len(self.words), 1, len(words)), dtype=self.parameters["Wc"].dtype)
        x[[self.words.index(word) for word in words], 0, np.arange(len(words))] = 1
        return x


@dataclasses.dataclass(frozen=True)
class SentenceState:
    """sentence: what is read; unit: the unit of memory looked at, from 0."""

    sentence: str
    unit: int = 0


@dataclasses.dataclass(frozen=True)
class SentenceResult:
    """words: (T_x,); gates: name -> (n_a, T_x); c: (n_a, T_x); probability: (T_x,) of answer 1."""

    state: SentenceState
    words: tuple[str, ...]
    gates: Mapping[str, np.ndarray]
    c: np.ndarray
    probability: np.ndarray


class SentenceGatesExplorer(Explorer):
    """The gates and the memory of a trained cell, word by word.

    model     : the trained network
    sentences : sentences for the presets, at least one, the first is shown first
    unit      : unit of memory looked at first, from 0; None for the one that says most about the answer
    Raises ValueError for a word the model does not know, or a unit it does not have.
    """

    key = "sentence-gates"
    title = "A memory reads a sentence"

    def __init__(self, model: GatedModel, sentences: Sequence[str], unit: int | None = None) -> None:
        if not sentences:
            raise ValueError("sentences is empty, needs at least one")
        self.model = model
        for sentence in sentences:
            model.read(sentence)
        if unit is None:
            a = self._run(model.read(sentences[0]))[2]
            unit = int(np.argmax(np.abs((model.Wya[1] - model.Wya[0]) * a[:, -1])))
        if not 0 <= unit < model.n_a:
            raise ValueError(f"unit is {unit}, needs 0 to {model.n_a - 1}")
        self.presets = tuple(
            Preset(f"Sentence {i}", f"“{s}”", {"sentence": s}) for i, s in enumerate(sentences, start=1)
        )
        super().__init__(SentenceState(sentences[0], unit))

    def build_controls(self, state: SentenceState) -> Mapping[str, ipywidgets.Widget]:
        return {
            "sentence": ipywidgets.Text(
                value=state.sentence,
                description="Sentence",
                continuous_update=False,
                layout=ipywidgets.Layout(grid_column="1 / -1"),  # a whole row: a sentence is long
            ),
            "unit": ipywidgets.IntSlider(
                value=state.unit, min=0, max=self.model.n_a - 1, description="Unit of memory"
            ),
        }

    def check(self, state: SentenceState) -> None:
        self.model.read(state.sentence)

    def _run(self, words: Sequence[str]) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Gates by name, memory and hidden state, each (n_a, T_x)."""
        n_a, T_x = self.model.n_a, len(words)
        x = self.model.one_hot(words)
        start = np.zeros((n_a, 1), dtype=x.dtype)
        if self.model.cell == "lstm":
            a, c, cache = lstm_forward(x, start, start, self.model.parameters)
            blocks = ("input", "forget", "output")  # order of the blocks in the cache's G
        else:
            a, cache = gru_forward(x, start, self.model.parameters)
            c, blocks = a, ("update", "relevance")
        G = cache.G[:T_x, :, 0].T  # (blocks of n_a rows, T_x)
        gates = {name: G[k * n_a : (k + 1) * n_a] for k, name in enumerate(blocks)}
        return gates, c[:, 0], a[:, 0]

    def compute(self, state: SentenceState) -> SentenceResult:
        """Read the sentence from an empty memory."""
        words = self.model.read(state.sentence)
        gates, c, a = self._run(words)
        P = softmax(self.model.Wya @ a + self.model.by)  # (2, T_x)
        return SentenceResult(state, words, gates, c, P[1])

    def build_figure(self) -> LiveFigure:
        live = self._live = LiveFigure(9.4, 5.0)
        names = ["forget", "input", "output"] if self.model.cell == "lstm" else ["update", "relevance"]
        self._names = names
        with mpl.rc_context(dict(STYLE)):
            axes = live.figure.subplots(3, 1, height_ratios=(1.5, 1, 1.4), sharex=True)
            self._top, self._rows, self._all = axes
            (self._c,) = self._top.plot(
                [], [], "o-", color=COLOURS["blue"], ms=5, label="memory c of the unit"
            )
            (self._p,) = self._top.plot(
                [], [], "s--", color=COLOURS["vermillion"], ms=5, label=f"P({self.model.answers[1]})"
            )
            self._top.axhline(0, color=COLOURS["grey"], lw=0.7)
            self._top.legend(handles=[self._c, self._p], loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
            self._top.tick_params(labelbottom=False)
            self._rows.tick_params(labelbottom=False)
            self._gates = self._rows.imshow(
                np.zeros((len(names), 1)), aspect="auto", cmap="Blues", vmin=0, vmax=1.6
            )
            self._rows.set_yticks(range(len(names)), names)
            self._memory = self._all.imshow(
                np.zeros((self.model.n_a, 1)), aspect="auto", cmap="PuOr", vmin=-1.5, vmax=1.5
            )
            self._all.set(yticks=range(self.model.n_a), ylabel="memory, unit")
            (self._arrow,) = self._all.plot([], [], ">", color=COLOURS["vermillion"], ms=9, clip_on=False)
        live.live(self._c, self._p, self._gates, self._memory, self._arrow)
        return live

    def draw(self, result: SentenceResult) -> Hashable:
        state, T_x = result.state, len(result.words)
        t = np.arange(T_x)
        c = result.c[state.unit]
        high = float(max(1.1, np.ceil(10 * np.abs(result.c).max()) / 10 + 0.1))
        self._top.set_ylim(-high, high)
        self._all.set_xlim(-0.5, T_x - 0.5)
        self._all.set_xticks(t, result.words, rotation=35, ha="right", fontsize=9)
        self._c.set_data(t, c)
        self._p.set_data(t, result.probability)
        table = np.stack([result.gates[name][state.unit] for name in self._names])
        self._gates.set_data(table)
        self._gates.set_extent((-0.5, T_x - 0.5, len(table) - 0.5, -0.5))
        self._memory.set_data(result.c)
        self._memory.set_clim(-1.8 * high, 1.8 * high)  # paler than the map's ends: numbers stay readable
        self._memory.set_extent((-0.5, T_x - 0.5, self.model.n_a - 0.5, -0.5))
        self._arrow.set_data([-0.5], [state.unit])
        for row, values in enumerate(table):
            for step, value in enumerate(values):
                self._live.stamp(self._rows, step, row, f"{value:.2f}", 7.5)
        for row, values in enumerate(result.c):
            for step, value in enumerate(values):
                self._live.stamp(self._all, step, row, f"{value:+.1f}", 7, halo="white")
        return (result.words, high)

    def describe(self, result: SentenceResult) -> str:
        unit, last = result.state.unit, float(result.probability[-1])
        second = last > 0.5
        c = result.c[unit]
        change = np.abs(np.diff(c, prepend=0.0))
        most = int(np.argmax(change))
        return (
            f"After “{' '.join(result.words)}” the model says **{self.model.answers[int(second)]}** "
            f"({max(last, 1 - last):.0%}). Unit {unit} changed most at “{result.words[most]}” "
            f"(word {most + 1}), to {c[most]:+.2f}; at the end it holds {c[-1]:+.2f}."
        )
