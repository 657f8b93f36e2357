"""Hands for the explorers' tests: put every real control in its corners."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from course_utils.explorers.base import Explorer
from course_utils.explorers.settings import decode_state


def corner_values(control: ipywidgets.Widget) -> list:
    """Extreme values a hand can give to a control."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [control.base**control.min, control.base**control.max]
    if hasattr(control, "min"):
        return [control.min, control.max]
    if isinstance(control, (ipywidgets.Checkbox, ipywidgets.ToggleButton)):
        return [True, False]
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    return []


@pytest.fixture
def visit_corners() -> Callable[[Explorer], Iterator[tuple[str, object]]]:
    """Set every control to each of its corners; yield (field, value) after each.

    What must hold in every corner is asserted here: a picture, words for it, no problem left
    untold, the state as the control says, and a setting that can be pasted back.
    """

    def visit(explorer: Explorer) -> Iterator[tuple[str, object]]:
        for field, control in explorer.controls.items():
            for value in corner_values(control):
                explorer.reset()
                control.value = value
                assert explorer.problem == "", (field, value, explorer.problem)
                image = np.asarray(Image.open(io.BytesIO(explorer.picture)))
                assert image.std() > 1, (field, value, "the picture is empty")
                assert len(explorer.alt) > 20
                text, state = explorer.state_string, explorer.state
                assert getattr(state, field) == explorer._value_of(field)
                assert decode_state(explorer.key, text, explorer.initial) == state
                yield field, value
        explorer.reset()
        explorer.show()

    return visit
