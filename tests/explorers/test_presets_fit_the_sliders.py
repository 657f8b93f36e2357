"""A preset's numbers are values at which the sliders can stop: or slider and text would disagree."""

from __future__ import annotations

import dataclasses
import math

import ipywidgets
import numpy as np
import pytest

import course_utils.explorers as ex


def network_builder() -> ex.NetworkBuilderExplorer:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 8)), np.arange(8).reshape(1, -1) % 2.0
    return ex.NetworkBuilderExplorer(X, Y, X, Y)


MAKERS = {
    "neuron": ex.NeuronExplorer,
    "learning rate": lambda: ex.LearningRateExplorer(ex.ravine_surface(), ex.saddle_surface()),
    "decision boundary": ex.DecisionBoundaryExplorer,
    "network builder": network_builder,
}


@pytest.mark.parametrize("name", MAKERS)
def test_presets_lie_on_the_stops_of_the_sliders(name):
    explorer = MAKERS[name]()
    states = [explorer.initial]
    for preset in explorer.presets:
        changes = preset.changes(explorer.initial) if callable(preset.changes) else preset.changes
        states.append(dataclasses.replace(explorer.initial, **changes))
    looked_at = 0
    for state in states:
        for field, control in explorer.controls.items():
            value = getattr(state, field)
            if isinstance(control, ipywidgets.FloatLogSlider):
                value = math.log(value, control.base)
            elif not isinstance(control, ipywidgets.FloatSlider):
                continue
            stops = (value - control.min) / control.step
            assert abs(stops - round(stops)) < 0.05, (state, field)  # values are rounded to three digits
            looked_at += 1
    assert looked_at >= len(states)
