"""Explorer: score and IoU thresholds on what a published detector really finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from functools import lru_cache

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection

from course_utils.data import load_photograph
from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.settings import Preset
from course_utils.networks.published import YOLOv3Tiny, load_yolov3_tiny
from course_utils.plots.style import COLOURS, STYLE
from course_utils.vision.boxes import iou_matrix, non_max_suppression

PHOTOGRAPHS = ("camera", "coffee", "coins", "astronaut", "flower", "chelsea")
LEAST_SCORE = 0.02  # boxes below this are never drawn: there would be thousands
MOST_LABELS = 30


@lru_cache(maxsize=1)
def published_detector() -> YOLOv3Tiny:
    """YOLOv3-tiny, loaded once in a process."""
    return load_yolov3_tiny()


@dataclasses.dataclass(frozen=True)
class DetectionState:
    """photograph; score_threshold: least score of a box; iou_threshold: a box goes when it overlaps a
    better one by more; per_class: boxes of different classes leave each other alone.
    """

    photograph: str = "camera"
    score_threshold: float = 0.15
    iou_threshold: float = 0.45
    per_class: bool = True


@dataclasses.dataclass(frozen=True)
class DetectionResult:
    """Boxes above the score threshold, best first.

    boxes      : (n, 4) corners in pixels
    scores     : (n,)
    labels     : n names
    kept       : (n,) whether non-max suppression keeps the box
    suppressor : (n,) number of the better box that removes it, -1 for a kept one
    overlaps   : (n,) its IoU with that box
    curve      : (21,) number of boxes kept for IoU thresholds 0, 0.05, …, 1
    """

    state: DetectionState
    boxes: np.ndarray
    scores: np.ndarray
    labels: tuple[str, ...]
    kept: np.ndarray
    suppressor: np.ndarray
    overlaps: np.ndarray
    curve: np.ndarray


class DetectionExplorer(Explorer):
    """Non-max suppression on real detections: every box before it, kept and removed.

    detector : YOLOv3-tiny; loaded from assets/ when left out
    """

    key = "detections"
    title = "Score and IoU thresholds on real detections"
    presets = (
        Preset(
            "One person, many boxes",
            "The detector answers in several cells for one thing. Non-max suppression keeps the best box "
            "of those that overlap, drawn solid; the dashed ones go.",
            {},
        ),
        Preset(
            "No suppression",
            "With an IoU threshold of 1 nothing is removed: one thing is reported again and again.",
            {"iou_threshold": 1.0},
            goes_wrong=True,
        ),
        Preset(
            "Out of its world",
            "Coins are not among the 80 classes. The detector has to say something: bowl, clock, cake. "
            "A score is no proof.",
            {"photograph": "coins", "score_threshold": 0.1},
            goes_wrong=True,
        ),
        Preset(
            "Score threshold too high",
            "Nothing is left: an empty answer, not an error.",
            {"score_threshold": 0.9},
            goes_wrong=True,
        ),
        Preset(
            "Boxes of different classes",
            "The cup's box removes that of the table it stands on. Tick Each class by itself to have both.",
            {"photograph": "coffee", "score_threshold": 0.03, "iou_threshold": 0.1, "per_class": False},
            goes_wrong=True,
        ),
    )

    def __init__(self, detector: YOLOv3Tiny | None = None) -> None:
        self._detector = detector
        self._raw: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._shown = ""
        super().__init__(DetectionState())

    def build_controls(self, state: DetectionState) -> Mapping[str, ipywidgets.Widget]:
        slider = ipywidgets.FloatSlider
        return {
            "photograph": ipywidgets.Dropdown(
                options=list(PHOTOGRAPHS), value=state.photograph, description="Photograph"
            ),
            "score_threshold": slider(
                value=state.score_threshold, min=LEAST_SCORE, max=1, step=0.01, description="Score threshold"
            ),
            "iou_threshold": slider(
                value=state.iou_threshold, min=0, max=1, step=0.05, description="IoU threshold"
            ),
            "per_class": ipywidgets.Checkbox(value=state.per_class, description="Each class by itself"),
        }

    def raw(self, photograph: str) -> tuple[np.ndarray, np.ndarray]:
        """All boxes (2535, 4) and scores (2535, 80) of a photograph; the network runs once for each."""
        if photograph not in self._raw:
            self._detector = self._detector or published_detector()
            self._raw[photograph] = self._detector.raw(load_photograph(photograph))
        return self._raw[photograph]

    def compute(self, state: DetectionState) -> DetectionResult:
        """Apply both thresholds."""
        boxes, scores = self.raw(state.photograph)
        best = scores.max(axis=1)
        likely = np.flatnonzero(best >= state.score_threshold)
        likely = likely[np.argsort(-best[likely], kind="stable")]
        boxes, best, classes = boxes[likely], best[likely], scores[likely].argmax(axis=1)
        groups = classes if state.per_class else None
        n = len(boxes)
        kept = np.zeros(n, bool)
        kept[non_max_suppression(boxes, best, state.iou_threshold, groups)] = True
        overlap = iou_matrix(boxes, boxes)
        suppressor, overlaps = np.full(n, -1), np.zeros(n)
        for i in np.flatnonzero(~kept):
            rivals = np.flatnonzero(kept[:i] & (overlap[i, :i] > state.iou_threshold))
            if state.per_class:
                rivals = rivals[classes[rivals] == classes[i]]
            suppressor[i] = rivals[0]
            overlaps[i] = overlap[i, rivals[0]]
        curve = np.array([len(non_max_suppression(boxes, best, t / 20, groups)) for t in range(21)])
        names = self._detector.labels
        labels = tuple(names[c] for c in classes)
        return DetectionResult(state, boxes, best, labels, kept, suppressor, overlaps, curve)

    def build_figure(self) -> LiveFigure:
        live = self._live = LiveFigure(9.6, 4.4)
        with mpl.rc_context(dict(STYLE)):
            self._photo, self._curve = live.figure.subplots(1, 2, width_ratios=(1.5, 1))
            self._photo.axis("off")
            self._photo_image = self._photo.imshow(np.zeros((2, 2, 3), np.uint8))
            self._removed = PolyCollection([], fc="none", ec="white", lw=1.0, ls="--")
            self._shadow = PolyCollection([], fc="none", ec="black", lw=4.5)
            self._kept = PolyCollection([], fc="none", ec=COLOURS["yellow"], lw=2.5)
            for artist in (self._removed, self._shadow, self._kept):
                self._photo.add_collection(artist, autolim=False)
            (self._line,) = self._curve.plot([], [], "o-", color=COLOURS["blue"], ms=4)
            (self._now,) = self._curve.plot([], [], "D", color=COLOURS["vermillion"], ms=9)
            self._curve.set(xlim=(-0.03, 1.03), xlabel="IoU threshold", ylabel="boxes kept")
            self._curve.set_title("Boxes kept, by IoU threshold")
            self._curve.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
        live.live(self._removed, self._shadow, self._kept, self._line, self._now)
        return live

    def draw(self, result: DetectionResult) -> Hashable:
        state = result.state
        if state.photograph != self._shown:
            pixels = load_photograph(state.photograph)
            n_H, n_W = pixels.shape[:2]
            self._photo_image.set_data(pixels)
            self._photo_image.set_extent((0, n_W, n_H, 0))
            self._photo.set(xlim=(0, n_W), ylim=(n_H, 0))
            self._shown = state.photograph
        corners = result.boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
        self._removed.set_verts(corners[~result.kept])
        self._shadow.set_verts(corners[result.kept])
        self._kept.set_verts(corners[result.kept])
        for i in np.flatnonzero(result.kept)[:MOST_LABELS]:
            x, y = np.clip(result.boxes[i, :2], 2, None)
            text = f"{result.labels[i]} {result.scores[i]:.2f}"
            self._live.stamp(self._photo, x + 2, y + 6, text, 7, "white", "lm", "Bold", halo="black")
        self._line.set_data(np.arange(21) / 20, result.curve)
        kept = int(result.kept.sum())
        self._now.set_data([state.iou_threshold], [kept])
        top = max(4, int(result.curve.max()))
        self._curve.set_ylim(-0.06 * top, 1.1 * top)
        return state.photograph, top

    def describe(self, result: DetectionResult) -> str:
        state, n, kept = result.state, len(result.boxes), int(result.kept.sum())
        if n == 0:
            least = f"{self.raw(state.photograph)[1].max():.2f}"
            return f"**Nothing found**: no box of {state.photograph} scores that much; the best has {least}."
        names = [f"{result.labels[i]} {result.scores[i]:.2f}" for i in np.flatnonzero(result.kept)]
        text = (
            f"{n} boxes score at least {state.score_threshold:.2f}; **{kept} kept**: {', '.join(names[:6])}"
        )
        text += " …." if kept > 6 else "."
        gone = np.flatnonzero(~result.kept)
        if len(gone):
            i = gone[0]
            j = result.suppressor[i]
            text += (
                f" {len(gone)} removed; first a {result.labels[i]} {result.scores[i]:.2f} "
                f"by the {result.labels[j]} {result.scores[j]:.2f} (IoU {result.overlaps[i]:.2f})."
            )
        return text

    def goes_wrong(self, result: DetectionResult) -> bool:
        return len(result.boxes) == 0
