"""Explorer: a window moves over a picture; values go forward, gradients come back."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence

import ipywidgets
import matplotlib as mpl
import numpy as np

from course_utils.explorers.base import Explorer
from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.cells import MOST_CHANNELS, CellTable, number_text
from course_utils.explorers.settings import Preset
from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.padding import conv_output_size, zero_pad
from course_utils.kernels.pool import avg_pool2d_forward, max_pool2d_forward
from course_utils.plots.style import STYLE

CONVOLUTION, MAX, AVERAGE = OPERATIONS = ("convolution", "max pooling", "average pooling")
PICTURES = ("small numbers", "vertical edge", "one bright pixel", "all equal")
FILTERS = ("vertical edge", "all ones", "centre only", "small numbers")
GRADIENTS = ("all ones", "small numbers")
LARGEST_SIDE, LARGEST_FILTER, LARGEST_STRIDE, LARGEST_PAD = 6, 4, 3, 2
SHOWN_PRODUCTS = 9


@dataclasses.dataclass(frozen=True)
class ConvState:
    """operation; picture and filter: what they hold; n: side of the picture; channels; f, stride, pad;
    gradient: what dZ holds; position: number of the window, from 1, row by row.
    """

    operation: str = CONVOLUTION
    picture: str = PICTURES[0]
    filter: str = FILTERS[0]
    n: int = 5
    channels: int = 1
    f: int = 3
    stride: int = 1
    pad: int = 0
    gradient: str = GRADIENTS[0]
    position: int = 5


@dataclasses.dataclass(frozen=True)
class WindowStep:
    """Everything on show. Arrays are (rows, columns, channels); the picture and its gradient are padded.

    A, W     : picture and filter; for pooling W holds what the window lets through, mask or shares
    Z        : outputs up to the present window, NaN further on
    dA, dW   : gradients collected from the first window to the present one
    db       : the same; 0 for pooling
    dZ       : gradient with respect to the output
    row, column : of the present window's output
    unseen   : pixels of the picture that no window meets
    """

    state: ConvState
    A: np.ndarray
    W: np.ndarray
    Z: np.ndarray
    dA: np.ndarray
    dW: np.ndarray
    db: float
    dZ: np.ndarray
    row: int
    column: int
    unseen: int


def make_picture(kind: str, n: int, channels: int) -> np.ndarray:
    """Picture (n, n, channels) of whole numbers from 0 to 9, the same for the same arguments."""
    if kind == "vertical edge":
        A = np.zeros((n, n, channels))
        A[:, : (n + 1) // 2] = 9
    elif kind == "one bright pixel":
        A = np.zeros((n, n, channels))
        A[n // 2, n // 2] = 9
    elif kind == "all equal":
        A = np.full((n, n, channels), 5.0)
    else:
        whole = np.random.default_rng(7).integers(0, 10, (LARGEST_SIDE, LARGEST_SIDE, MOST_CHANNELS))
        A = whole[:n, :n, :channels].astype(float)
    return A


def make_filter(kind: str, f: int, channels: int) -> np.ndarray:
    """Filter (f, f, channels) of whole numbers, the same for the same arguments."""
    W = np.zeros((f, f, channels))
    if kind == "vertical edge":
        W[:, 0] = 1
        if f > 1:
            W[:, -1] = -1
    elif kind == "all ones":
        W[:] = 1
    elif kind == "centre only":
        W[(f - 1) // 2, (f - 1) // 2] = 1
    else:
        whole = np.random.default_rng(5).integers(-2, 3, (LARGEST_FILTER, LARGEST_FILTER, MOST_CHANNELS))
        W[:] = whole[:f, :f, :channels]
    return W


def let_through(window: np.ndarray, operation: str) -> np.ndarray:
    """How much of the output's gradient each pixel of a pooling window gets, (f, f, channels).

    Max pooling: 1 at the first largest pixel of each channel. Average pooling: equal shares.
    """
    if operation == AVERAGE:
        return np.full(window.shape, 1 / (window.shape[0] * window.shape[1]))
    mask = np.zeros(window.shape)
    for c in range(window.shape[2]):
        mask[(*np.unravel_index(np.argmax(window[:, :, c]), window.shape[:2]), c)] = 1
    return mask


class ConvAnimatorExplorer(Explorer):
    """Convolution and pooling, window by window: values above, the gradients they collect below."""

    key = "conv-animator"
    title = "Convolution and pooling, forward and backward"
    presets = (
        Preset(
            "One filter",
            "Each output is one window times the filter. Backward, the window and the filter each collect "
            "the other one, times dZ.",
            {"position": 1},
        ),
        Preset(
            "Same size",
            "One row of zeros on each side, drawn grey: the output is as large as the picture. The border's "
            "gradient is cut off in the end.",
            {"pad": 1, "position": 1},
        ),
        Preset(
            "Two channels",
            "The filter is as deep as the picture. All products of a window go into one number, so one "
            "filter gives one map.",
            {"channels": 2, "filter": "small numbers", "position": 4},
        ),
        Preset(
            "Gaps",
            "The step is longer than the filter. Rows and columns between the windows are never seen: no "
            "output depends on them, and no gradient comes back.",
            {"n": 6, "f": 2, "stride": 3, "filter": "all ones", "position": 4},
            goes_wrong=True,
        ),
        Preset(
            "Max pooling",
            "The largest of each window goes on; backward, it alone gets the gradient.",
            {"operation": MAX, "n": 6, "f": 2, "stride": 2, "channels": 2, "position": 5},
        ),
        Preset(
            "Overlapping max pooling",
            "A pixel that wins in several windows gets all their gradients, added up.",
            {"operation": MAX, "n": 5, "f": 3, "stride": 1, "position": 9},
        ),
        Preset(
            "Ties",
            "All pixels are equal. The first of each window, row by row, gets the gradient; the others get "
            "none.",
            {"operation": MAX, "picture": "all equal", "n": 6, "f": 2, "stride": 2, "position": 9},
        ),
        Preset(
            "Average pooling",
            "Every pixel of a window gets an equal share of its gradient.",
            {"operation": AVERAGE, "n": 6, "f": 2, "stride": 2, "position": 9},
        ),
    )

    def __init__(self) -> None:
        super().__init__(ConvState())

    def build_controls(self, state: ConvState) -> Mapping[str, ipywidgets.Widget]:
        def choice(options: Sequence[str], value: str, description: str) -> ipywidgets.Widget:
            return ipywidgets.Dropdown(options=options, value=value, description=description)

        def whole(value: int, least: int, greatest: int, description: str) -> ipywidgets.Widget:
            return ipywidgets.IntSlider(value=value, min=least, max=greatest, description=description)

        slider = whole(state.position, 1, 9, "Window")
        self.play = ipywidgets.Play(value=state.position, min=1, max=9, interval=700, show_repeat=True)
        self._link = ipywidgets.jslink((self.play, "value"), (slider, "value"))
        return {
            "position": slider,
            "operation": choice(OPERATIONS, state.operation, "Layer"),
            "picture": choice(PICTURES, state.picture, "Picture"),
            "filter": choice(FILTERS, state.filter, "Filter"),
            "n": whole(state.n, 3, LARGEST_SIDE, "Side of picture n"),
            "channels": whole(state.channels, 1, MOST_CHANNELS, "Channels"),
            "f": whole(state.f, 1, LARGEST_FILTER, "Side of window f"),
            "stride": whole(state.stride, 1, LARGEST_STRIDE, "Stride"),
            "pad": whole(state.pad, 0, LARGEST_PAD, "Padding"),
            "gradient": choice(GRADIENTS, state.gradient, "dZ"),
        }

    def extra_widgets(self) -> Sequence[ipywidgets.Widget]:
        return (self.play,)

    def limits(self, state: ConvState) -> Mapping[str, tuple[float, float]]:
        most_pad = LARGEST_PAD if state.operation == CONVOLUTION else 0
        pad = min(state.pad, most_pad)
        most_f = min(LARGEST_FILTER, state.n + 2 * pad)
        side = conv_output_size(state.n, min(state.f, most_f), state.stride, pad)
        return {"pad": (0, most_pad), "f": (1, most_f), "position": (1, side * side)}

    def _apply_limits(self) -> None:
        super()._apply_limits()
        self.play.max = self.controls["position"].max

    def compute(self, state: ConvState) -> WindowStep:
        """Values and gradients from the first window to the present one."""
        A = make_picture(state.picture, state.n, state.channels)
        padded = zero_pad(A[None], state.pad)[0]  # (n + 2 pad, n + 2 pad, channels)
        whole = state.operation == CONVOLUTION
        W = make_filter(state.filter, state.f, state.channels)
        if whole:
            Z = conv2d_forward(A[None], W[..., None], np.zeros((1, 1, 1, 1)), state.stride, state.pad)[0][0]
        else:
            pool = max_pool2d_forward if state.operation == MAX else avg_pool2d_forward
            Z = pool(A[None], state.f, state.stride)[0][0]
        side = Z.shape[0]
        dZ = np.ones(Z.shape)
        if state.gradient == GRADIENTS[1]:
            dZ = np.random.default_rng(3).integers(-2, 4, (10, 10, MOST_CHANNELS))[:side, :side, : Z.shape[2]]
            dZ = dZ.astype(float)
        dA, dW, db = np.zeros(padded.shape), np.zeros(W.shape), 0.0
        seen = np.zeros(padded.shape[:2], bool)
        for number in range(side * side):
            h, w = divmod(number, side)
            rows = slice(h * state.stride, h * state.stride + state.f)
            columns = slice(w * state.stride, w * state.stride + state.f)
            seen[rows, columns] = True
            if number >= state.position:
                continue
            if whole:
                dA[rows, columns] += W * dZ[h, w]
                dW += padded[rows, columns] * dZ[h, w]
                db += float(dZ[h, w].sum())
            else:
                share = let_through(padded[rows, columns], state.operation)
                dA[rows, columns] += share * dZ[h, w]
        row, column = divmod(state.position - 1, side)
        if not whole:
            top, left = row * state.stride, column * state.stride
            W = let_through(padded[top : top + state.f, left : left + state.f], state.operation)
        shown = Z.reshape(side * side, -1).copy()
        shown[state.position :] = np.nan
        inside = seen[state.pad : state.pad + state.n, state.pad : state.pad + state.n]
        return WindowStep(
            state, padded, W, shown.reshape(Z.shape), dA, dW, db, dZ, row, column, int((~inside).sum())
        )

    def build_figure(self) -> LiveFigure:
        live = LiveFigure(9.6, 5.4)
        with mpl.rc_context(dict(STYLE)):
            places = live.figure.subplot_mosaic(
                [["A", "W", "Z"], ["dA", "dW", "dZ"]], width_ratios=(1.7, 1.1, 1.5)
            )
            self.tables = {name: CellTable(live, axes) for name, axes in places.items()}
        self._layout: Hashable = None
        return live

    def draw(self, result: WindowStep) -> Hashable:
        state, whole = result.state, result.state.operation == CONVOLUTION
        layout = (state.operation, result.A.shape, result.W.shape, result.Z.shape, state.pad)
        if layout != self._layout:
            self._lay_out(result)
            self._layout = layout
        tables, top, left = self.tables, result.row * state.stride, result.column * state.stride
        tables["A"].show(result.A, border=state.pad, largest=9)
        tables["W"].show(result.W, largest=max(2.0, float(np.abs(result.W).max())))
        tables["Z"].show(result.Z)
        tables["dA"].show(result.dA, border=state.pad)
        tables["dW"].show(result.dW if whole else np.zeros((0, 0, 0)))
        tables["dZ"].show(result.dZ, largest=3)
        for name in ("A", "dA"):
            tables[name].frame(top, left, state.f, state.f)
        for name in ("Z", "dZ"):
            tables[name].frame(result.row, result.column, 1, 1)
        for name in ("W", "dW"):
            tables[name].frame(0, 0, 0, 0)
        return layout

    def _lay_out(self, result: WindowStep) -> None:
        whole, size = result.state.operation == CONVOLUTION, self._size
        zeros = ", padded" if result.state.pad else ""
        W_title = f"W: filter, {size(result.W)}"
        if result.state.operation == MAX:
            W_title = "mask of this window"
        elif result.state.operation == AVERAGE:
            W_title = "shares in this window"
        out = "Z" if whole else "A"
        self.tables["A"].lay_out(result.A.shape, f"A_prev, {size(result.A)}{zeros}")
        self.tables["W"].lay_out(result.W.shape, W_title)
        self.tables["Z"].lay_out(result.Z.shape, f"{out}: output, {size(result.Z)}")
        self.tables["dA"].lay_out(result.dA.shape, "dA_prev, collected so far")
        nothing = "no dW: nothing to learn"
        shape = result.dW.shape if whole else (0, 0, 0)
        self.tables["dW"].lay_out(shape, "dW, collected so far" if whole else nothing)
        self.tables["dZ"].lay_out(result.dZ.shape, f"d{out}: comes from above")

    @staticmethod
    def _size(table: np.ndarray) -> str:
        return " × ".join(map(str, table.shape))

    def describe(self, result: WindowStep) -> str:
        state = result.state
        top, left = result.row * state.stride, result.column * state.stride
        window = result.A[top : top + state.f, left : left + state.f]
        windows = result.Z.shape[0] * result.Z.shape[1]
        values = " and ".join(number_text(v) for v in result.Z[result.row, result.column])
        gradient = " and ".join(number_text(v) for v in result.dZ[result.row, result.column])
        where = f"Window {state.position} of {windows}, output row {result.row}, column {result.column}: "
        if state.operation == CONVOLUTION:
            if window.size <= SHOWN_PRODUCTS:
                pairs = zip(window.ravel(), result.W.ravel(), strict=True)
                sum_of = " + ".join(f"{number_text(a)}·{_bracketed(v)}" for a, v in pairs)
            else:
                sum_of = f"sum of {window.size} products"
            text = f"{where}{sum_of} = **{values}**. Back comes dZ = {gradient}"
            text += f"; so far db = {number_text(result.db)}."
        else:
            verb = "largest" if state.operation == MAX else "mean"
            of = "; ".join(
                ", ".join(number_text(v) for v in window[:, :, c].ravel()) for c in range(state.channels)
            )
            text = f"{where}{verb} of {of} = **{values}**. Back comes dA = {gradient}."
        if result.unseen:
            text += f" **No window meets {result.unseen} of the picture's {state.n**2} places.**"
        return text

    def goes_wrong(self, result: WindowStep) -> bool:
        return result.unseen > 0


def _bracketed(value: float) -> str:
    """A factor as text, in brackets where it is negative."""
    text = number_text(value)
    return f"({text})" if text.startswith("-") else text
