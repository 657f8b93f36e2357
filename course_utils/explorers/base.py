"""What every explorer shares: controls bound to a state, presets, undo, one live picture."""

from __future__ import annotations

import abc
import dataclasses
import logging
import math
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets
from IPython.display import DisplayHandle, Image, display

from course_utils.explorers.canvas import LiveFigure
from course_utils.explorers.panel import Companion, Panel, control_grid, message, preset_button
from course_utils.explorers.runner import Runner, in_event_loop
from course_utils.explorers.settings import History, Preset, decode_state, encode_state


class Explorer(abc.ABC):
    """A picture that follows controls.

    A subclass gives a frozen dataclass of settings (`State`), the widgets for its fields, a
    pure `compute(state)`, and `draw(result)`, which changes the artists of a figure that
    stays alive. Everything else is here. No method needs a notebook: set a control's
    `value`, then read `state`, `result` and `picture`.

    Attributes a reader may use
    state    : the settings in force
    result   : what `compute` returned for the picture on show
    picture  : PNG bytes
    alt      : the picture in words
    controls : widgets by field name
    """

    key: ClassVar[str]
    title: ClassVar[str]
    presets: Sequence[Preset] = ()

    def __init__(self, initial: Any) -> None:
        """initial : first state; "Reset" comes back to it."""
        self.initial = self.fit(initial)
        self.state = self.initial
        self.result: Any = None
        self.picture = b""
        self.alt = ""
        self.problem = ""
        self._syncing = False
        self._handle: DisplayHandle | None = None
        self._history: History[Any] = History()
        self._figure = self.build_figure()
        self.controls: dict[str, ipywidgets.Widget] = dict(self.build_controls(self.state))
        hidden = sorted(name for name in vars(self) if callable(getattr(Explorer, name, None)))
        if hidden:
            raise TypeError(
                f"{type(self).__name__} hides methods of Explorer by attributes {hidden}; rename them"
            )
        self._build_panel()
        self._apply_limits()
        self._rest_idle()
        for field, control in self.controls.items():
            control.observe(lambda change, field=field: self._control_changed(field, change["new"]), "value")
        self._runner = Runner(self._begin_work, self._show_result, self._mark, self._fail, self._stopped)
        self._runner.run_now()

    # What a subclass gives ------------------------------------------------------------

    @abc.abstractmethod
    def build_figure(self) -> LiveFigure:
        """Make the figure and its artists, once."""

    @abc.abstractmethod
    def build_controls(self, state: Any) -> Mapping[str, ipywidgets.Widget]:
        """Make one widget a field, in the order of the panel; the widget's `value` is the field."""

    @abc.abstractmethod
    def compute(self, state: Any) -> Any:
        """Return the result for a state, the same for the same state; changes nothing."""

    def steps(self, state: Any) -> Iterator[tuple[float, Any]]:
        """Yield (share done, result so far); long work yields often, so it can be cancelled.

        Where a result takes time to prepare, a function that returns it may stand in its place:
        only those that are shown are prepared.
        """
        yield 1.0, self.compute(state)

    @abc.abstractmethod
    def draw(self, result: Any) -> Hashable:
        """Change the artists to show a result; return the key of the still background."""

    @abc.abstractmethod
    def describe(self, result: Any) -> str:
        """Say in words what the picture shows; read out by screen readers and shown above it."""

    def goes_wrong(self, result: Any) -> bool:
        """Whether the result is a failure that must be named (divergence, NaN, empty)."""
        return False

    def limits(self, state: Any) -> Mapping[str, tuple[float, float]]:
        """Least and greatest value of fields whose limits follow other fields."""
        return {}

    def idle(self, state: Any) -> Collection[str]:
        """Fields that mean nothing in this state; their controls are disabled."""
        return ()

    def extra_widgets(self) -> Sequence[ipywidgets.Widget]:
        """Widgets between the controls and the messages, e.g. one to draw in by hand."""
        return ()

    def adapt(self, before: Any, after: Any) -> Any:
        """Change further fields that follow the one just changed, e.g. the start with the surface."""
        return after

    def to_control(self, field: str, value: Any) -> Any:
        """Turn a field's value into its widget's value."""
        return value

    def from_control(self, field: str, value: Any) -> Any:
        """Turn a widget's value into its field's value; may raise ValueError."""
        return value

    # What a reader or a test calls ----------------------------------------------------

    def show(self) -> None:
        """Show the controls and, below them, the picture."""
        display(self.panel)
        self._handle = display(self._image(), display_id=True)

    def _ipython_display_(self) -> None:
        self.show()

    def set(self, **changes: Any) -> None:
        """Change some fields, as if by their controls; undo takes all of them back at once.

        Raises ValueError when a field is unknown or a value is outside its control's limits.
        """
        unknown = changes.keys() - {field.name for field in dataclasses.fields(self.state)}
        if unknown:
            known = ", ".join(field.name for field in dataclasses.fields(self.state))
            raise ValueError(f"{self.title} has no setting {sorted(unknown)}; known are {known}")
        state = self.adapt(self.state, dataclasses.replace(self.state, **changes))
        self._change(self._checked(state), "several")

    def undo(self) -> None:
        """Go back before the last change."""
        before = self._history.undo(self.state)
        if before is not None:
            self._enter(before)

    def redo(self) -> None:
        """Repeat the change that was undone last."""
        after = self._history.redo(self.state)
        if after is not None:
            self._enter(after)

    def reset(self) -> None:
        """Go back to the first state; undo brings the present one back."""
        self._change(self.initial, "reset")

    def choose(self, name: str) -> None:
        """Take the preset of this name.

        Raises ValueError that lists the names when there is none of this name.
        """
        for preset in self.presets:
            if preset.name == name:
                self._choose(preset)
                return
        raise ValueError(f"no preset {name!r}; there are {', '.join(p.name for p in self.presets)}")

    def cancel(self) -> None:
        """Stop a long computation; the picture keeps the last result."""
        self._runner.cancel()

    @property
    def state_string(self) -> str:
        """The settings as one line of text; `paste` reads it."""
        return encode_state(self.key, self.state)

    def paste(self, text: str) -> None:
        """Take the settings from a line that `state_string` gave.

        Raises ValueError that says what is wrong with the line; the settings then stay.
        """
        self._change(self._checked(decode_state(self.key, text, self.initial)), "paste")

    # How it works ---------------------------------------------------------------------

    def fit(self, state: Any) -> Any:
        """Bring fields whose limits depend on others inside them."""
        changes = {}
        for field, (least, greatest) in self.limits(state).items():
            value = getattr(state, field)
            inside = min(max(value, least), greatest)
            if inside != value:
                changes[field] = type(value)(inside)
        return dataclasses.replace(state, **changes) if changes else state

    def _checked(self, state: Any) -> Any:
        """The state when every field is one its control could give; ValueError otherwise.

        A field that was not changed and lies outside its new limits is brought inside.
        """
        limits = self.limits(state)
        fitted = self.fit(state)
        unchanged = {
            field: getattr(fitted, field)
            for field in limits
            if getattr(state, field) == getattr(self.state, field)
        }
        state = dataclasses.replace(state, **unchanged)
        for field, control in self.controls.items():
            value = getattr(state, field)
            if isinstance(value, tuple):  # a table of values: `check` knows its rules
                continue
            least, greatest = limits.get(field, _range(control))
            slack = 1e-9 * max(1.0, abs(greatest)) if greatest is not None else 0.0
            if least is not None and not least - slack <= value <= greatest + slack:
                raise ValueError(f"{field} is {value:g}; it must lie between {least:g} and {greatest:g}")
            options = getattr(control, "options", None)
            if options is not None:
                values = [o[1] if isinstance(o, tuple) else o for o in options]
                if self.to_control(field, value) not in values:
                    raise ValueError(
                        f"{field} is {value!r}; it must be one of {', '.join(map(repr, values))}"
                    )
        self.check(state)
        return state

    def check(self, state: Any) -> None:
        """Raise ValueError when fields do not fit together; a subclass may add rules."""
        return None

    def _control_changed(self, field: str, value: Any) -> None:
        if self._syncing:
            return
        control = self.controls[field]
        if _is_snap(control, self.to_control(field, getattr(self.state, field)), value):
            return  # the page moved the handle to its nearest stop; nobody chose that
        try:
            value = self._read(field, value)
            state = self.adapt(self.state, dataclasses.replace(self.state, **{field: value}))
            self.check(state)
        except ValueError as error:
            control.add_class("explorer-invalid")
            self._tell_problem(str(error))
            return
        self._change(state, field)

    def _change(self, state: Any, control: str) -> None:
        state = self.fit(state)
        if state == self.state:
            self._clear_problem()
            self._sync()
            return
        self._history.record(self.state, control)
        self._note.value = ""
        self._enter(state)

    def _choose(self, preset: Preset) -> None:
        if callable(preset.changes):
            state = dataclasses.replace(self.state, **preset.changes(self.state))
        else:
            state = dataclasses.replace(self.initial, **preset.changes)
        self._change(state, f"preset {preset.name}")
        self._note.value = message(preset.explanation, "note")

    def _enter(self, state: Any) -> None:
        self.state = state
        self._clear_problem()
        self._sync()
        self._runner.request()

    def _sync(self) -> None:
        """Bring controls, buttons and the setting's text in line with the state."""
        self._syncing = True
        try:
            self._apply_limits()
            for field, control in self.controls.items():
                value = getattr(self.state, field)
                if self._value_of(field) != value:
                    control.value = self.to_control(field, value)
            self._rest_idle()
            self._setting.value = self.state_string
            self._undo.disabled = not self._history.can_undo
            self._redo.disabled = not self._history.can_redo
        finally:
            self._syncing = False

    def _read(self, field: str, value: Any) -> Any:
        """The field's value from the widget's, without the rounding error of a slider's steps."""
        if type(value) is float and math.isfinite(value):
            value = float(f"{value:.10g}")  # a page counts 0.1 + 14 * 0.05 = 0.7999999999999999
        return self.from_control(field, value)

    def _value_of(self, field: str) -> Any:
        """What a control says its field is; None when it says nothing that can be read."""
        try:
            return self._read(field, self.controls[field].value)
        except ValueError:
            return None

    def _apply_limits(self) -> None:
        syncing, self._syncing = self._syncing, True
        try:
            for field, (least, greatest) in self.limits(self.state).items():
                control = self.controls[field]
                if (control.min, control.max) != (least, greatest):
                    # Widen, move, narrow: at every moment the value lies inside. Otherwise the page would
                    # push its handle to a limit and report that as a choice.
                    control.min, control.max = min(least, control.min), max(greatest, control.max)
                    control.value = self.to_control(field, getattr(self.state, field))
                    control.min, control.max = least, greatest
        finally:
            self._syncing = syncing

    def _rest_idle(self) -> None:
        """Disable the controls of idle fields, enable the others."""
        idle = self.idle(self.state)
        for field, control in self.controls.items():
            control.disabled = field in idle

    def _build_panel(self) -> None:
        button = ipywidgets.Button
        narrow = ipywidgets.Layout(width="auto")
        self._undo = button(description="Undo", tooltip="Undo the last change", disabled=True, layout=narrow)
        self._redo = button(
            description="Redo",
            tooltip="Repeat what was undone",
            disabled=True,
            layout=ipywidgets.Layout(width="auto"),
        )
        reset = button(
            description="Reset", tooltip="Back to the first setting", layout=ipywidgets.Layout(width="auto")
        )
        self._undo.on_click(lambda _: self.undo())
        self._redo.on_click(lambda _: self.redo())
        reset.on_click(lambda _: self.reset())
        self._setting = ipywidgets.Text(
            value=self.state_string,
            description="Setting",
            continuous_update=False,
            tooltip="Copy this line to keep the setting; paste one and press Enter to get it back",
        )
        self._setting.add_class("explorer-setting")
        self._setting.observe(self._setting_typed, "value")
        self._busy = ipywidgets.Label("")
        self._busy.add_class("explorer-busy")
        self._cancel = button(description="Cancel", tooltip="Stop the computation")
        self._cancel.layout = ipywidgets.Layout(width="auto", display="none")
        self._cancel.on_click(lambda _: self.cancel())
        self._note, self._status, self._reading = (ipywidgets.HTML() for _ in range(3))
        self._companion = Companion(title=self.title)
        self._companion.on_msg(self._send_picture)

        heading = ipywidgets.HTML(f'<span class="explorer-title">{self.title}</span>')
        presets = ipywidgets.Box([preset_button(preset, self._choose) for preset in self.presets])
        tools = ipywidgets.Box(
            [self._undo, self._redo, reset, self._setting, self._busy, self._cancel],
        )
        for row in (presets, tools):
            row.add_class("explorer-row")
        extra = list(self.extra_widgets())
        self.panel = Panel(
            self.title,
            [
                heading,
                *([presets] if self.presets else []),
                control_grid([c for c in self.controls.values() if not any(c is e for e in extra)]),
                *extra,
                tools,
                self._note,
                self._status,
                self._reading,
                self._companion,
            ],
        )

    def _setting_typed(self, change: dict) -> None:
        if self._syncing:
            return
        try:
            self.paste(change["new"])
        except ValueError as error:
            self._setting.add_class("explorer-invalid")
            self._tell_problem(str(error))

    def _tell_problem(self, text: str) -> None:
        self.problem = text
        self._status.value = message(f"{text}. The picture keeps the last setting that worked.", "problem")

    def _clear_problem(self) -> None:
        if self.problem:
            self.problem = ""
            self._status.value = ""
            for control in (*self.controls.values(), self._setting):
                control.remove_class("explorer-invalid")

    def _begin_work(self) -> Iterator[tuple[float, Any]]:
        return self.steps(self.state)

    def _show_result(self, result: Any) -> None:
        self.result = result = result() if callable(result) else result
        self.picture = self._figure.png(self.draw(result))
        self.alt = self.describe(result)
        self._reading.value = message(self.alt, "warning" if self.goes_wrong(result) else "reading")
        self._companion.alt = self.alt.replace("**", "")
        if self._handle is not None:
            self._handle.update(self._image())
            self._companion.version += 1

    def _send_picture(self, _widget: Any, content: dict, _buffers: Any) -> None:
        if "want" in content:
            self._companion.send({"kind": "picture"}, [self.picture])

    def _image(self) -> Image:
        return Image(data=self.picture, format="png", alt=self.alt.replace("**", ""))

    def _mark(self, share: float | None) -> None:
        if share is None:
            self._busy.value = ""
            self._cancel.layout.display = "none"
        else:
            text = f"Computing … {share:.0%}" if share else "Computing …"
            if self._busy.value != text:
                self._busy.value = text
            self._cancel.layout.display = ""

    def _fail(self, error: Exception) -> None:
        if isinstance(error, ValueError):
            self._tell_problem(str(error))
            return
        if not in_event_loop():
            raise error
        logging.getLogger(__name__).error("%s could not draw", self.title, exc_info=error)
        self._tell_problem(f"{type(error).__name__} inside the explorer: {error}")

    def _stopped(self, share: float) -> None:
        self._status.value = message(
            f"Cancelled after {share:.0%} of the work; the picture shows how far it came. "
            "Change a setting to start again.",
            "note",
        )
        self.problem = "cancelled"


def _is_snap(control: ipywidgets.Widget, before: Any, after: Any) -> bool:
    """Whether a slider's page only moved a value between two stops to the nearer one.

    A hand moves at least to the next stop, which is more than half a step away.
    """
    step = getattr(control, "step", None)
    if not isinstance(control, (ipywidgets.FloatSlider, ipywidgets.FloatLogSlider)) or not step:
        return False
    if isinstance(control, ipywidgets.FloatLogSlider):
        if min(before, after) <= 0:
            return False
        before, after = math.log(before, control.base), math.log(after, control.base)

    def off_stop(value: float) -> float:
        stops = (value - control.min) / step
        return abs(stops - round(stops))

    near = abs(after - before) <= 0.5 * step * (1 + 1e-6)
    return near and off_stop(after) < 1e-6 < off_stop(before)


def _range(control: ipywidgets.Widget) -> tuple[float | None, float | None]:
    """Least and greatest value of a slider; (None, None) for other controls."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        return control.base**control.min, control.base**control.max
    return getattr(control, "min", None), getattr(control, "max", None)
