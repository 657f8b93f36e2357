"""Explorer: objects drawn on a photograph become the target tensor of a detector with anchors."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.data import load_photograph
from course_utils.explorers.base import Explorer
from course_utils.explorers.box_pad import BoxPad
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.scenes import CLASSES, SCENES, Box
from course_utils.explorers.settings import Preset
from course_utils.plots.style import COLOURS, STYLE
from course_utils.vision.boxes import anchor_kmeans, encode_grid_targets, mean_best_iou, size_iou

MOST_ANCHORS = 5
LEAST_SIDE = 0.02  # of an anchor set by hand, share of the photograph
BY_HAND, OF_THIS, OF_ALL = "set by hand", "k-means: this one", "k-means: all six"  # photographs
ENTRIES = ("p_c", "b_x", "b_y", "b_h", "b_w", *(f"c: {name}" for name in CLASSES))
ANCHOR_COLOURS = [COLOURS[n] for n in ("blue", "vermillion", "green", "purple", "black")]
ANCHOR_DASHES = ["-", "--", "-.", ":", (0, (1, 3))]


@dataclasses.dataclass(frozen=True)
class AnchorState:
    """photograph; boxes: (class, x1, y1, x2, y2) in shares of it; selected: number of the object looked
    at, from 1; rows, columns of the grid; source of the anchors; k: their number; edited: anchor whose
    sides the sliders set, from 1; heights, widths: of all five that can be set, shares of the picture.
    """

    photograph: str = "coffee"
    boxes: tuple[Box, ...] = SCENES["coffee"]
    selected: int = 1
    rows: int = 3
    columns: int = 3
    source: str = BY_HAND
    k: int = 2
    edited: int = 1
    heights: tuple[float, ...] = (0.7, 0.3, 0.4, 0.2, 0.9)
    widths: tuple[float, ...] = (0.3, 0.6, 0.4, 0.2, 0.9)


@dataclasses.dataclass(frozen=True)
class Assignment:
    """What becomes of the objects.

    anchors  : (k, 2) heights and widths
    overlaps : (n, k) IoU of each object with each anchor, both centred on one point
    cells    : (n, 2) row and column of each object's centre
    assigned : (n,) number of the anchor, -1 for an object that finds none free
    targets  : (rows, columns, k, 8)
    lost     : objects that the tensor cannot hold
    curve    : (K,) mean best IoU of k-means anchors for k = 1 … K, over the sizes it looks at
    fit      : mean best IoU of the present anchors over those sizes; NaN without objects
    words    : one sentence a collision
    """

    state: AnchorState
    anchors: np.ndarray
    overlaps: np.ndarray
    cells: np.ndarray
    assigned: np.ndarray
    targets: np.ndarray
    lost: list[int]
    curve: np.ndarray
    fit: float
    words: tuple[str, ...]


@lru_cache(maxsize=64)
def kmeans_anchors(sizes: tuple[tuple[float, float], ...], k: int) -> np.ndarray:
    """Best of five k-means runs (k, 2), so that one unlucky start does not decide.

    sizes : heights and widths of the objects
    k     : number of anchors, at most the number of different sizes
    """
    table = np.array(sizes)
    runs = [anchor_kmeans(table, k, np.random.default_rng(seed)) for seed in range(5)]
    return max(runs, key=lambda anchors: mean_best_iou(table, anchors))


def assign(
    boxes: np.ndarray, anchors: np.ndarray, rows: int, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each object, in order, its cell and the best anchor that is still free there.

    boxes   : (n, 4) corners as shares
    anchors : (k, 2) heights and widths
    Returns cells (n, 2) row and column, overlaps (n, k), and anchor numbers (n,), -1 for none.
    """
    n = len(boxes)
    cells, assigned = np.zeros((n, 2), int), np.full(n, -1)
    if n == 0:
        return cells, np.zeros((0, len(anchors))), assigned
    sizes = np.column_stack([boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]])
    overlaps = size_iou(sizes, anchors)
    cells[:, 0] = np.minimum((boxes[:, 1] + boxes[:, 3]) / 2 * rows, rows - 1)
    cells[:, 1] = np.minimum((boxes[:, 0] + boxes[:, 2]) / 2 * columns, columns - 1)
    taken: set[tuple[int, int, int]] = set()
    for i, (row, column) in enumerate(cells):
        for a in np.argsort(-overlaps[i], kind="stable"):
            if (row, column, a) not in taken:
                taken.add((row, column, a))
                assigned[i] = a
                break
    return cells, overlaps, assigned


class AnchorBoxExplorer(Explorer):
    """Draw objects; see each one's cell, IoU with every anchor, its anchor, and the target tensor."""

    key = "anchor-boxes"
    title = "Anchor boxes and the target tensor"
    presets = (
        Preset(
            "Cup, saucer, spoon",
            "Saucer and spoon have their centres in one cell. With two anchors both still find a place in "
            "the target, the spoon at the anchor that fits it less.",
            {},
        ),
        Preset(
            "One anchor: objects get lost",
            "One anchor for each cell, and two objects in one cell: the second one cannot be written down.",
            {"k": 1},
            goes_wrong=True,
        ),
        Preset(
            "Finer grid",
            "With 7 × 7 cells the centres fall into different cells, and one anchor is enough here.",
            {"k": 1, "rows": 7, "columns": 7},
        ),
        Preset(
            "Anchors that fit nothing",
            "Both anchors are thin strips. Every IoU is small: the network would have to change them a lot.",
            {"heights": (0.95, 0.05, 0.4, 0.2, 0.9), "widths": (0.05, 0.95, 0.4, 0.2, 0.9)},
            goes_wrong=True,
        ),
        Preset(
            "k-means anchors",
            "Anchors taken from the objects of all photographs. The curve shows what each further anchor "
            "adds.",
            {"source": OF_ALL, "k": 3, "photograph": "astronaut", "boxes": SCENES["astronaut"]},
        ),
        Preset(
            "24 coins",
            "Nearly one shape: a single anchor fits all. A grid of 3 × 3 cells loses most of them.",
            {"photograph": "coins", "boxes": SCENES["coins"], "source": OF_THIS, "k": 1},
            goes_wrong=True,
        ),
    )

    def __init__(self) -> None:
        super().__init__(AnchorState())

    def build_controls(self, state: AnchorState) -> Mapping[str, ipywidgets.Widget]:
        def whole(value: int, greatest: int, description: str) -> ipywidgets.Widget:
            return ipywidgets.IntSlider(value=value, min=1, max=greatest, description=description)

        def side(value: float, description: str) -> ipywidgets.Widget:
            return ipywidgets.FloatSlider(
                value=value, min=LEAST_SIDE, max=1, step=0.01, description=description
            )

        self.pad = BoxPad(value=_lists(state.boxes), selected=0, names=list(CLASSES))
        self._pad_photograph = ""
        self.pad.observe(self._pad_chose, "selected")
        return {
            "photograph": ipywidgets.Dropdown(
                options=list(SCENES), value=state.photograph, description="Photograph"
            ),
            "selected": whole(1, max(1, len(state.boxes)), "Object"),
            "rows": whole(state.rows, 13, "Rows of cells"),
            "columns": whole(state.columns, 13, "Columns of cells"),
            "source": ipywidgets.Dropdown(
                options=[BY_HAND, OF_THIS, OF_ALL], value=state.source, description="Anchors are"
            ),
            "k": whole(state.k, MOST_ANCHORS, "How many, k"),
            "edited": whole(1, state.k, "Set anchor"),
            "heights": side(state.heights[0], "its height"),
            "widths": side(state.widths[0], "its width"),
            "boxes": self.pad,
        }

    def extra_widgets(self) -> Sequence[ipywidgets.Widget]:
        return (self.pad,)

    def limits(self, state: AnchorState) -> Mapping[str, tuple[float, float]]:
        return {
            "selected": (1, max(1, len(state.boxes))),
            "k": (1, self._most_anchors(state)),
            "edited": (1, min(state.k, self._most_anchors(state))),
        }

    def _most_anchors(self, state: AnchorState) -> int:
        """k-means cannot find more anchors than there are different sizes."""
        if state.source == BY_HAND:
            return MOST_ANCHORS
        return max(1, min(MOST_ANCHORS, len(set(self._sizes(state)))))

    def check(self, state: AnchorState) -> None:
        if state.photograph not in SCENES:
            raise ValueError(f"photograph {state.photograph!r} is unknown; there are {', '.join(SCENES)}")
        if len(state.boxes) > 40:
            raise ValueError(f"{len(state.boxes)} objects are too many; at most 40")
        for i, box in enumerate(state.boxes, start=1):
            if len(box) != 5 or box[0] not in range(len(CLASSES)):
                raise ValueError(f"object {i} is {box}; needs a class from 0 to 2, then x1, y1, x2, y2")
            x1, y1, x2, y2 = box[1:]
            if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
                raise ValueError(f"object {i} has corners {box[1:]}; needs 0 ≤ x1 < x2 ≤ 1, 0 ≤ y1 < y2 ≤ 1")
        for name, sides in (("heights", state.heights), ("widths", state.widths)):
            if len(sides) != MOST_ANCHORS or not all(0 < s <= 1 for s in sides):
                raise ValueError(f"{name} are {sides}; needs {MOST_ANCHORS} shares above 0 and at most 1")

    def to_control(self, field: str, value: object) -> object:
        if field == "boxes":
            return _lists(value)
        if field in ("heights", "widths"):
            return value[self.state.edited - 1]
        return value

    def from_control(self, field: str, value: object) -> object:
        if field == "boxes":
            return tuple((int(b[0]), *(float(v) for v in b[1:])) for b in value)
        if field in ("heights", "widths"):
            sides = list(getattr(self.state, field))
            sides[self.state.edited - 1] = round(float(value), 4)
            return tuple(sides)
        return value

    def adapt(self, before: AnchorState, after: AnchorState) -> AnchorState:
        """A new photograph brings its objects; sides moved by hand end k-means."""
        if after.photograph != before.photograph and after.boxes == before.boxes:
            boxes = SCENES.get(after.photograph, ())
            after = dataclasses.replace(after, boxes=boxes, selected=1)
        if len(after.boxes) > len(before.boxes) and after.photograph == before.photograph:
            after = dataclasses.replace(after, selected=len(after.boxes))
        by_hand = after.source == BY_HAND
        sides_moved = (after.heights, after.widths) != (before.heights, before.widths)
        if not by_hand and sides_moved:
            after = dataclasses.replace(after, source=BY_HAND)
        return after

    def fit(self, state: AnchorState) -> AnchorState:
        """The sliders show what k-means found, to their steps: a page that moves a handle to its nearest
        stop must not pass for a hand.
        """
        state = super().fit(state)
        if state.source == BY_HAND or not self._sizes(state):
            return state
        found = np.clip(np.round(self._anchors(state), 2), LEAST_SIDE, 1)
        heights, widths = list(state.heights), list(state.widths)
        heights[: len(found)], widths[: len(found)] = found[:, 0].tolist(), found[:, 1].tolist()
        return dataclasses.replace(state, heights=tuple(heights), widths=tuple(widths))

    def _pad_chose(self, change: dict) -> None:
        if not self._syncing:
            self.controls["selected"].value = change["new"] + 1

    def _sync(self) -> None:
        super()._sync()
        syncing, self._syncing = self._syncing, True
        try:
            if self.pad.selected != self.state.selected - 1:
                self.pad.selected = self.state.selected - 1
        finally:
            self._syncing = syncing

    @staticmethod
    def _sizes(state: AnchorState) -> tuple[tuple[float, float], ...]:
        """Heights and widths that k-means looks at."""
        boxes = list(state.boxes)
        if state.source == OF_ALL:
            boxes += [box for name, scene in SCENES.items() if name != state.photograph for box in scene]
        return tuple((round(y2 - y1, 4), round(x2 - x1, 4)) for _, x1, y1, x2, y2 in boxes)

    def _anchors(self, state: AnchorState) -> np.ndarray:
        """Heights and widths (k, 2) of the anchors in force."""
        sizes = self._sizes(state)
        if state.source == BY_HAND or not sizes:
            return np.column_stack([state.heights, state.widths])[: state.k]
        return kmeans_anchors(sizes, min(state.k, len(set(sizes))))

    def compute(self, state: AnchorState) -> Assignment:
        """Assign every object, and write the target tensor."""
        anchors = self._anchors(state)
        boxes = np.array([box[1:] for box in state.boxes], dtype=float).reshape(-1, 4)
        classes = np.array([box[0] for box in state.boxes], dtype=int)
        cells, overlaps, assigned = assign(boxes, anchors, state.rows, state.columns)
        targets, lost = encode_grid_targets(
            boxes, classes, anchors, (state.rows, state.columns), len(CLASSES)
        )
        sizes = self._sizes(state)
        curve, fit = np.zeros(0), float("nan")
        if sizes:
            most = min(8, len(set(sizes)))
            table = np.array(sizes)
            curve = np.array([mean_best_iou(table, kmeans_anchors(sizes, k)) for k in range(1, most + 1)])
            fit = mean_best_iou(table, anchors)
        words = tuple(self._collisions(cells, overlaps, assigned))
        return Assignment(state, anchors, overlaps, cells, assigned, targets, list(lost), curve, fit, words)

    @staticmethod
    def _collisions(cells: np.ndarray, overlaps: np.ndarray, assigned: np.ndarray) -> list[str]:
        """Sentences on objects that could not have the anchor that fits them best."""
        words = []
        for i, (cell, a) in enumerate(zip(cells, assigned, strict=True)):
            best = int(np.argmax(overlaps[i]))
            if a == best:
                continue
            first = next(j for j in range(i) if assigned[j] == best and tuple(cells[j]) == tuple(cell))
            where = f"object {i + 1} meets object {first + 1} in cell ({cell[0]}, {cell[1]})"
            if a < 0:
                words.append(f"{where}, finds no free anchor and is **lost**")
            else:
                words.append(
                    f"{where}, anchor {best + 1} is taken, so it gets anchor {a + 1} "
                    f"(IoU {overlaps[i, a]:.2f} instead of {overlaps[i, best]:.2f})"
                )
        return words

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 4.6)
        with mpl.rc_context(dict(STYLE)):
            places = live.figure.subplot_mosaic(
                [["shape", "iou", "curve"], ["grid", "target", "target"]],
                height_ratios=(1.15, 1),
                width_ratios=(1, 1, 1.2),
            )
            live.figure.get_layout_engine().set(hspace=0.14)  # room for the title above the target's heads
            self._shape, self._iou, self._curve = places["shape"], places["iou"], places["curve"]
            self._grid, self._target = places["grid"], places["target"]
            self._build_shapes(live)
            self._build_curve(live)
            self._build_target(live)
        return live

    def _build_shapes(self, live: LiveFigure) -> None:
        """Axes of the shapes on one centre and of their IoU."""
        axes = self._shape
        axes.set(xlim=(-0.52, 0.52), ylim=(-0.52, 0.52), xticks=[], yticks=[], title="Object and anchors")
        self._object = axes.add_patch(
            Rectangle((0, 0), 0, 0, fc="#F0E442", ec="black", lw=1.5, alpha=0.6, label="object")
        )
        self._anchor_shapes = [
            axes.add_patch(Rectangle((0, 0), 0, 0, fill=False, ec=c, ls=d, lw=2))
            for c, d in zip(ANCHOR_COLOURS, ANCHOR_DASHES, strict=True)
        ]
        axes = self._iou
        rows = np.arange(MOST_ANCHORS)
        axes.set(xlim=(0, 1.55), ylim=(MOST_ANCHORS - 0.5, -0.5), title="IoU with each anchor")
        axes.set_yticks(rows, [f"anchor {a + 1}" for a in rows])
        axes.set_xticks([0, 0.5, 1])
        self._bars = [
            axes.barh(a, 0, color=c, height=0.6, ls=d)[0]
            for a, (c, d) in enumerate(zip(ANCHOR_COLOURS, ANCHOR_DASHES, strict=True))
        ]
        self._bar_texts = [axes.text(0, a, "", va="center", fontsize=9) for a in rows]
        live.live(self._object, *self._anchor_shapes, *self._bars, *self._bar_texts)

    def _build_curve(self, live: LiveFigure) -> None:
        """Axes of the mean IoU against k."""
        axes = self._curve
        (self._curve_line,) = axes.plot([], [], "o-", color=COLOURS["blue"], ms=5)
        (self._curve_now,) = axes.plot([], [], "D", color=COLOURS["vermillion"], ms=9)
        axes.set(xlim=(0.5, 8.5), ylim=(0, 1.05), xlabel="number of anchors k", ylabel="mean best IoU")
        axes.set_title("k-means; diamond: these anchors")
        axes.set_xticks(range(1, 9))
        live.live(self._curve_line, self._curve_now)

    def _build_target(self, live: LiveFigure) -> None:
        """Axes of the grid and of the target of one cell."""
        axes = self._grid
        self._occupied = axes.imshow(
            np.zeros((1, 1)), extent=(0, 1, 1, 0), cmap="Blues", vmin=0, vmax=MOST_ANCHORS, aspect="auto"
        )
        self._lines = axes.add_collection(mpl.collections.LineCollection([], colors="#555555", lw=0.7))
        self._cell = axes.add_patch(Rectangle((0, 0), 0, 0, fill=False, ec=COLOURS["vermillion"], lw=2.5))
        axes.set(xticks=[], yticks=[], title="Objects written in each cell")
        self._counts = [axes.text(0, 0, "", ha="center", va="center", fontsize=8) for _ in range(40)]
        axes = self._target
        self._table = axes.imshow(
            np.zeros((MOST_ANCHORS, len(ENTRIES))), cmap="Blues", vmin=0, vmax=2.5, aspect="auto"
        )
        axes.set_xticks(range(len(ENTRIES)), ENTRIES)
        axes.set_yticks(range(MOST_ANCHORS), [f"anchor {a + 1}" for a in range(MOST_ANCHORS)])
        axes.tick_params(length=0)
        axes.xaxis.tick_top()
        for side in axes.spines.values():
            side.set_visible(False)
        self._entries = [
            [axes.text(c, a, "", ha="center", va="center", fontsize=9) for c in range(len(ENTRIES))]
            for a in range(MOST_ANCHORS)
        ]
        self._target_title = axes.text(
            0, 1.22, "", transform=axes.transAxes, fontsize=STYLE["axes.titlesize"], va="bottom"
        )
        flat = [text for row in self._entries for text in row]
        live.live(self._occupied, self._lines, self._cell, *self._counts, self._table, *flat)
        live.live(self._target_title)

    def draw(self, result: Assignment) -> Hashable:
        state = result.state
        i = state.selected - 1 if state.boxes else None
        self._draw_pad(result, i)
        self._draw_shapes(result, i)
        k = np.arange(1, len(result.curve) + 1)
        self._curve_line.set_data(k, result.curve)
        self._curve_now.set_data([len(result.anchors)], [result.fit])
        self._draw_target(result, i)
        return None

    def _draw_pad(self, result: Assignment, i: int | None) -> None:
        state = result.state
        if state.photograph != self._pad_photograph:
            self.pad.set_photograph(state.photograph, load_photograph(state.photograph))
            self._pad_photograph = state.photograph
        with self.pad.hold_sync():
            self.pad.grid = [state.rows, state.columns]
            self.pad.marks = result.assigned.tolist()
            a = result.assigned[i] if i is not None else -1
            self.pad.anchor = result.anchors[a].tolist() if a >= 0 else []

    def _draw_shapes(self, result: Assignment, i: int | None) -> None:
        _, x1, y1, x2, y2 = result.state.boxes[i] if i is not None else (0, 0, 0, 0, 0)
        self._object.set_bounds(-(x2 - x1) / 2, -(y2 - y1) / 2, x2 - x1, y2 - y1)
        for a in range(MOST_ANCHORS):
            there = a < len(result.anchors)
            h, w = result.anchors[a] if there else (0, 0)
            self._anchor_shapes[a].set_bounds(-w / 2, -h / 2, w, h)
            self._anchor_shapes[a].set_visible(there)
            overlap = float(result.overlaps[i, a]) if there and i is not None else 0.0
            self._bars[a].set_width(overlap)
            chosen = i is not None and result.assigned[i] == a
            text = f"{overlap:.2f}" + (" ← its own" if chosen else "") if there and i is not None else ""
            self._bar_texts[a].set(x=overlap + 0.02, text=text)

    def _draw_target(self, result: Assignment, i: int | None) -> None:
        state = result.state
        counts = result.targets[..., 0].sum(axis=2)  # (rows, columns)
        self._occupied.set_data(counts)
        rows, columns = np.arange(state.rows + 1) / state.rows, np.arange(state.columns + 1) / state.columns
        self._lines.set_segments([[(0, r), (1, r)] for r in rows] + [[(c, 0), (c, 1)] for c in columns])
        filled = np.argwhere(counts > 0)
        for text in self._counts:
            text.set_visible(False)
        for text, (row, column) in zip(self._counts, filled, strict=False):
            text.set(
                x=(column + 0.5) / state.columns,
                y=(row + 0.5) / state.rows,
                text=f"{counts[row, column]:.0f}",
                visible=True,
                color="white" if counts[row, column] > 2 else "black",
            )
        row, column = result.cells[i] if i is not None else (0, 0)
        self._cell.set_bounds(column / state.columns, row / state.rows, 1 / state.columns, 1 / state.rows)
        block = np.full((MOST_ANCHORS, len(ENTRIES)), np.nan)
        block[: len(result.anchors)] = result.targets[row, column]
        self._table.set_data(block)
        for a, line in enumerate(self._entries):
            for c, text in enumerate(line):
                value = block[a, c]
                text.set_text("" if np.isnan(value) else f"{value:.2f}".rstrip("0").rstrip("."))
                text.set_color("white" if value > 1.5 else "black")
        shape = "×".join(map(str, result.targets.shape))
        self._target_title.set_text(f"Target of cell ({row}, {column}), a part of the {shape} tensor")

    def describe(self, result: Assignment) -> str:
        state, n = result.state, len(result.state.boxes)
        shape = " × ".join(map(str, result.targets.shape))
        if n == 0:
            return f"**No object drawn**: all of the {shape} target is 0. Press New object or draw one."
        i = state.selected - 1
        kind = CLASSES[state.boxes[i][0]]
        row, column = result.cells[i]
        own = result.assigned[i]
        place = (
            f"anchor {own + 1}, IoU {result.overlaps[i, own]:.2f}" if own >= 0 else "**no free anchor: lost**"
        )
        text = (
            f"Object {i + 1} of {n}, {kind}: cell ({row}, {column}), {place}. "
            f"Mean best IoU of the anchors {result.fit:.2f}. "
            f"Target {shape} holds {n - len(result.lost)} of {n}."
        )
        if result.words:
            more = f" and {len(result.words) - 2} more" if len(result.words) > 2 else ""
            text += f" Collisions: {'; '.join(result.words[:2])}{more}."
        return text

    def goes_wrong(self, result: Assignment) -> bool:
        return bool(result.lost)


def _lists(boxes: object) -> list[list[float]]:
    """Boxes as lists, the form the page exchanges."""
    return [list(box) for box in boxes]
