"""Explorer: beam search over a real language model, one step of the tree at a time."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Callable, Hashable, Mapping, Sequence

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from course_utils.data import load_sonnets
from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.explorers.word_model import END, TrigramModel, words_of
from course_utils.language.decoding import Candidate, Hypothesis, beam_search
from course_utils.plots.style import COLOURS, STYLE

LogProbabilities = Callable[[tuple[str, ...]], np.ndarray]
ROWS = 12  # words drawn in one column of the tree
EXACT_NODES = 2000  # the exact search gives up after this many prefixes


@dataclasses.dataclass(frozen=True)
class Line:
    """A line, or the beginning of one.

    words           : after the prompt; the last one is the end mark when the line is finished
    log_probability : sum over its words
    """

    words: tuple[str, ...] = ()
    log_probability: float = 0.0

    @property
    def finished(self) -> bool:
        """Whether it ends with the end of the line."""
        return bool(self.words) and self.words[-1] == END

    def score(self, alpha: float) -> float:
        """Log-probability divided by the number of words to the power alpha."""
        return self.log_probability / max(1, len(self.words)) ** alpha


@dataclasses.dataclass(frozen=True)
class Level:
    """One step of the search: lines kept, and the best of those dropped, each best first."""

    kept: tuple[Line, ...]
    dropped: tuple[Line, ...]


@dataclasses.dataclass(frozen=True)
class Search:
    """A whole beam search: one level a step, and the line it ends with."""

    levels: tuple[Level, ...]
    best: Line


def search(
    model: TrigramModel, prompt: tuple[str, ...], beam_width: int, max_length: int, alpha: float
) -> Search:
    """Run the course's beam search and record what it kept and dropped.

    prompt     : words the line begins with
    max_length : most words after the prompt, the end mark counted
    alpha      : 0 no length normalisation, 1 the mean log-probability of a word
    The best line is the one of highest score, finished or cut at the greatest length.
    """
    start, state = model.first_state(prompt)
    hypotheses, trace = beam_search(
        model.step,
        state,
        beam_width,
        max_length,
        model.index[END],
        alpha,
        start=start,
        return_trace=True,
        trace_dropped=6,
    )

    def line(candidate: Hypothesis | Candidate) -> Line:
        words = tuple(model.vocabulary[i] for i in candidate.tokens)
        return Line(words, candidate.log_probability)

    levels = tuple(
        Level(
            tuple(line(candidate) for candidate in step if candidate.kept),
            tuple(line(candidate) for candidate in step if not candidate.kept),
        )
        for step in trace
    )
    return Search(levels, line(max(hypotheses, key=lambda h: h.score)))


def exact_search(
    log_probabilities: LogProbabilities,
    vocabulary: Sequence[str],
    prompt: tuple[str, ...],
    max_length: int,
    alpha: float,
    at_least: Line,
    most_nodes: int = EXACT_NODES,
) -> tuple[Line, bool, int]:
    """Find the sentence of highest score among all, by branch and bound.

    at_least   : a sentence already found; nothing below its score is looked at
    most_nodes : give up after this many prefixes
    Returns the best sentence, whether it is proved to be the best, and the number of prefixes
    extended. A prefix with log-probability L can never score above L / max_length^alpha, for
    further words only lower L; when that bound is not above the best score, the prefix is cut.
    """
    best, best_score = at_least, at_least.score(alpha)
    longest = float(max_length) ** alpha
    queue: list[tuple[float, tuple[str, ...], float]] = [(0.0, (), 0.0)]
    extended = 0
    while queue:
        worst_case, words, log_probability = heapq.heappop(queue)
        if -worst_case <= best_score:
            return best, True, extended
        if extended == most_nodes:
            return best, False, extended
        extended += 1
        totals = log_probability + log_probabilities(prompt + words)  # (n_words,)
        for i in np.flatnonzero(totals / longest > best_score):
            child = Line((*words, vocabulary[i]), float(totals[i]))
            if child.finished or len(child.words) == max_length:
                if child.score(alpha) > best_score:
                    best, best_score = child, child.score(alpha)
            else:
                heapq.heappush(queue, (-child.log_probability / longest, child.words, child.log_probability))
    return best, True, extended


@dataclasses.dataclass(frozen=True)
class BeamState:
    """prompt: words the line begins with; beam_width; alpha: length normalisation; max_length: words
    after the prompt; shown: steps of the tree on show.
    """

    prompt: str = "shall i"
    beam_width: int = 3
    alpha: float = 0.7
    max_length: int = 8
    shown: int = 8


@dataclasses.dataclass(frozen=True)
class BeamResult:
    """The beam search with greedy and exact search beside it."""

    state: BeamState
    beam: Search
    greedy: Search
    exact: Line
    proved: bool
    extended: int


class BeamSearchExplorer(Explorer):
    """Beam width against greedy and exact search, on a model counted from Shakespeare's sonnets.

    model : anything with `vocabulary` and `log_probabilities(words)`, the end mark in the vocabulary;
            a trigram model of the 124 training sonnets when left out
    """

    key = "beam-search"
    title = "Beam search"
    presets = (
        Preset(
            "Greedy",
            "Beam width 1 takes the most probable word each time and never looks back.",
            {"beam_width": 1},
        ),
        Preset(
            "A wider beam",
            "More hypotheses survive. A line that begins with a less probable word may end better.",
            {"beam_width": 5},
        ),
        Preset(
            "No length normalisation",
            "Each further word lowers the log-probability, so with alpha 0 short lines win: the model "
            "prefers to stop at once.",
            {"beam_width": 5, "alpha": 0.0},
            goes_wrong=True,
        ),
        Preset(
            "Full normalisation",
            "Alpha 1 compares the mean log-probability of a word. Long lines are no longer punished; some "
            "now win that ramble.",
            {"beam_width": 5, "alpha": 1.0},
        ),
        Preset(
            "Wider is not better",
            "The widest beam without normalisation finds the most probable line of all, and it is no good "
            "line: the fault is the model's, or the score's, not the search's.",
            {"beam_width": 8, "alpha": 0.0, "prompt": "thou"},
            goes_wrong=True,
        ),
    )

    def __init__(self, model: TrigramModel | None = None) -> None:
        if model is None:
            model = TrigramModel(line for poem in load_sonnets().train for line in poem.splitlines())
        self.model = model
        self._searched: dict[tuple, tuple[Line, bool, int]] = {}
        super().__init__(BeamState())

    def build_controls(self, state: BeamState) -> Mapping[str, ipywidgets.Widget]:
        whole = ipywidgets.IntSlider
        return {
            "prompt": ipywidgets.Text(
                value=state.prompt,
                description="The line begins",
                continuous_update=False,
                placeholder="words of the sonnets",
            ),
            "beam_width": whole(value=state.beam_width, min=1, max=8, description="Beam width B"),
            "alpha": ipywidgets.FloatSlider(
                value=state.alpha, min=0, max=1, step=0.05, description="Normalisation α"
            ),
            "max_length": whole(value=state.max_length, min=1, max=9, description="Most words"),
            "shown": whole(value=state.shown, min=0, max=state.max_length, description="Show step"),
        }

    def limits(self, state: BeamState) -> Mapping[str, tuple[float, float]]:
        return {"shown": (0, state.max_length)}

    def adapt(self, before: BeamState, after: BeamState) -> BeamState:
        """A tree that was shown whole stays whole."""
        if before.shown == before.max_length and after.shown == before.shown:
            return dataclasses.replace(after, shown=after.max_length)
        return after

    def check(self, state: BeamState) -> None:
        words = words_of(state.prompt)
        if len(words) > 6:
            raise ValueError(f"the line begins with {len(words)} words; at most 6")
        self.model.log_probabilities(tuple(words))  # raises for a word it does not know

    def compute(self, state: BeamState) -> BeamResult:
        """Search three ways: with the beam, greedily, and exactly."""
        prompt = tuple(words_of(state.prompt))
        beam = search(self.model, prompt, state.beam_width, state.max_length, state.alpha)
        greedy = search(self.model, prompt, 1, state.max_length, state.alpha)
        key = (prompt, state.max_length, state.alpha)
        if key not in self._searched:  # the same for every beam width and step
            wide = search(self.model, prompt, 20, state.max_length, state.alpha).best
            if len(self._searched) > 200:
                self._searched.clear()
            self._searched[key] = exact_search(
                self.model.log_probabilities,
                self.model.vocabulary,
                prompt,
                state.max_length,
                state.alpha,
                at_least=wide,
            )
        found, proved, extended = self._searched[key]
        exact = max((found, beam.best, greedy.best), key=lambda h: h.score(state.alpha))
        return BeamResult(state, beam, greedy, exact, proved, extended)

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 5.0)
        self._live = live
        with mpl.rc_context(dict(STYLE)):
            self._tree, self._table = live.figure.subplots(2, 1, height_ratios=(3.3, 1))
            for axes in (self._tree, self._table):
                axes.axis("off")
            self._tree.set(xlim=(-0.55, 9.55), ylim=(ROWS - 0.3, -1.2))
            self._table.set(xlim=(0, 1), ylim=(3.6, -0.6))
            self._edges = {
                "cut": LineCollection([], colors=COLOURS["grey"], lw=0.8, ls=":", zorder=1),
                "kept": LineCollection([], colors=COLOURS["blue"], lw=1.6, zorder=1.1),
                "best": LineCollection([], colors=COLOURS["vermillion"], lw=3, zorder=1.2),
            }
            self._boxes = {
                "prompt": PolyCollection([], fc="#eeeeee", ec="#555555", lw=1, zorder=2),
                "kept": PolyCollection([], fc="#dcecf7", ec=COLOURS["blue"], lw=1, zorder=2),
                "finished": PolyCollection([], fc="#fbe6d8", ec=COLOURS["vermillion"], lw=2.2, zorder=2),
            }
            for artist in (*self._edges.values(), *self._boxes.values()):
                self._tree.add_collection(artist, autolim=False)
        live.live(*self._edges.values(), *self._boxes.values())
        return live

    def draw(self, result: BeamResult) -> Hashable:
        state = result.state
        levels = result.beam.levels[: state.shown]
        self._tree.set_xlim(-0.55, max(5, state.max_length) + 0.55)  # short trees get wide columns
        middle = (ROWS - 1) / 2
        places: dict[tuple[str, ...], tuple[float, float]] = {(): (0.0, middle)}
        edges: dict[str, list] = {name: [] for name in self._edges}
        boxes: dict[str, list] = {name: [] for name in self._boxes}
        words_given = words_of(state.prompt)
        boxes["prompt"].append(self._word(0, middle, " ".join(words_given[-2:]) or "(start)", "black"))
        winner = result.beam.best.words
        for step, level in enumerate(levels, start=1):
            self._live.stamp(self._tree, step, -0.9, f"step {step}", colour="#555555")
            shown = [*level.kept, *level.dropped[: max(0, min(5, ROWS - len(level.kept)))]]
            top = (ROWS - len(shown)) / 2
            for row, line in enumerate(shown):
                x, y = float(step), top + row
                alive = row < len(level.kept)
                if alive:
                    places[line.words] = (x, y)
                kind = "cut" if not alive else "best" if line.words == winner[:step] else "kept"
                before = places[line.words[:-1]]
                edges[kind].append([(before[0] + 0.3, before[1]), (x - 0.3, y)])
                label = f"{line.words[-1]} {line.log_probability:.1f}".replace("-", "−")
                box = self._word(x, y, label, "black" if alive else "#666666", "" if alive else "Oblique")
                if alive:
                    boxes["finished" if line.finished else "kept"].append(box)
        for name, artist in self._edges.items():
            artist.set_segments(edges[name])
        for name, artist in self._boxes.items():
            artist.set_verts(boxes[name])
        self._write_table(result)
        return None

    def _word(self, x: float, y: float, text: str, colour: str, style: str = "") -> list[tuple[float, float]]:
        """Write a word into the tree; return the corners of a box around it."""
        self._live.stamp(self._tree, x, y, text, colour=colour, style=style)
        pixels = self._tree.transData.transform([(0, 0), (1, 0)])
        half = (self._live.text_width(text, style=style) / 2 + 4) / (pixels[1, 0] - pixels[0, 0])
        return [(x - half, y - 0.36), (x + half, y - 0.36), (x + half, y + 0.36), (x - half, y + 0.36)]

    def _write_table(self, result: BeamResult) -> None:
        """Write the three searches below each other."""
        state = result.state
        rows = [("search", "line", "log-probability", "words", "score")]
        for name, line in (
            ("greedy", result.greedy.best),
            (f"beam B={state.beam_width}", result.beam.best),
            ("exact" if result.proved else "best known", result.exact),
        ):
            words = " ".join((*words_of(state.prompt), *line.words))
            numbers = (f"{line.log_probability:.2f}", str(len(line.words)), f"{line.score(state.alpha):.3f}")
            rows.append((name, words, *(number.replace("-", "−") for number in numbers)))
        for y, row in enumerate(rows):
            for x, text in zip((0, 0.12, 0.66, 0.8, 0.88), row, strict=True):
                colour = "#555555" if y == 0 else "black"
                self._live.stamp(self._table, x, y, text, size=9, colour=colour, anchor="lm")

    def describe(self, result: BeamResult) -> str:
        state, beam = result.state, result.beam
        level = beam.levels[min(state.shown, len(beam.levels)) - 1] if state.shown else None

        def line(found: Line) -> str:
            return "“" + " ".join((*words_of(state.prompt), *found.words)) + "”"

        text = ""
        if level is not None and state.shown < len(beam.levels):
            text = (
                f"Step {state.shown}: keeps {', '.join(line(h) for h in level.kept[:3])}"
                f"{' …' if len(level.kept) > 3 else ''}; drops {line(level.dropped[0])} first. "
            )
        score = beam.best.score(state.alpha)
        text += f"Beam {state.beam_width} ends with **{line(beam.best)}**, score {score:.3f}. "
        if result.greedy.best.words == beam.best.words:
            text += "Greedy search finds the same. "
        else:
            other = result.greedy.best.score(state.alpha)
            text += f"Greedy: {line(result.greedy.best)}, score {other:.3f}. "
        if result.exact.words == beam.best.words:
            text += (
                "No line scores higher."
                if result.proved
                else f"No better line among {result.extended} prefixes tried, but that is no proof."
            )
        else:
            missed = f"{line(result.exact)}, score {result.exact.score(state.alpha):.3f}"
            text += f"**The beam missed** {missed}" + ("." if result.proved else ", the best one known.")
        if len(beam.best.words) <= 2 and state.max_length > 3:
            text += " A very short line: each further word costs log-probability."
        return text

    def goes_wrong(self, result: BeamResult) -> bool:
        return False
