"""The box of controls above an explorer's picture."""

from __future__ import annotations

import html
import pathlib
from collections.abc import Callable, Iterable

import anywidget
import ipywidgets
import traitlets

from course_utils.explorers.settings import Preset

_HERE = pathlib.Path(__file__).parent


class Companion(anywidget.AnyWidget):
    """Gives the picture its description and the sliders their names in the page.

    JupyterLab shows a PNG without the description that its metadata carry, and draws slider
    handles that a screen reader cannot name; this widget sets both. When the page was loaded
    again while the kernel ran on, updates no longer reach the picture's output; the widget
    then asks for the PNG (`{"want": version}`) and puts it there. It has no look of its own.
    """

    _esm = _HERE / "companion.js"
    _css = _HERE / "explorers.css"
    alt = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    version = traitlets.Int().tag(sync=True)  # counts pictures

    def __repr__(self) -> str:
        return "Companion()"


class Panel(ipywidgets.VBox):
    """A box whose text form is the same on every run, so that stored outputs compare equal."""

    def __init__(self, title: str, children: Iterable[ipywidgets.Widget]) -> None:
        self._title = title
        super().__init__(list(children))
        self.add_class("explorer-panel")

    def __repr__(self) -> str:
        return f"<{self._title}: controls>"


def message(text: str, kind: str) -> str:
    """HTML of a line under the controls.

    text : plain text; **two stars** make a word bold
    kind : "reading", "note", "warning" or "problem"
    """
    role = "alert" if kind == "problem" else "status"
    words = {"problem": "Not possible: ", "warning": "Goes wrong: "}.get(kind, "")
    parts = html.escape(text).split("**")
    bold = "".join(f"<b>{part}</b>" if i % 2 else part for i, part in enumerate(parts))
    lead = f"<b>{words}</b>" if words else ""
    return f'<div class="explorer-message explorer-{kind}" role="{role}">{lead}{bold}</div>' if text else ""


def preset_button(preset: Preset, choose: Callable[[Preset], None]) -> ipywidgets.Button:
    """Button of a preset; one that goes wrong says so in its tooltip and by a dashed edge."""
    button = ipywidgets.Button(
        description=preset.name,
        tooltip=("Goes wrong on purpose. " if preset.goes_wrong else "") + preset.explanation,
        layout=ipywidgets.Layout(width="auto"),
    )
    button.add_class("explorer-preset")
    if preset.goes_wrong:
        button.add_class("explorer-preset-bad")
    button.on_click(lambda _: choose(preset))
    return button


def control_grid(controls: Iterable[ipywidgets.Widget]) -> ipywidgets.Widget:
    """Lay the controls in as many columns as the page has room for."""
    controls = list(controls)
    for control in controls:
        control.layout.width = "auto"
        if "description_width" in getattr(control.style, "keys", ()):
            control.style.description_width = "10em"
        control.add_class("explorer-control")
    grid = ipywidgets.Box(controls)
    grid.add_class("explorer-grid")
    return grid
