"""Learning-rate explorer: what is drawn follows the theory of gradient descent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers import (
    LearningRateExplorer,
    logistic_surface,
    plateau_surface,
    quadratic_surface,
    ravine_surface,
    saddle_surface,
)
from course_utils.explorers.descent import descend, name_outcome
from course_utils.kernels.activations import sigmoid
from course_utils.kernels.losses import binary_cross_entropy

curvature = st.floats(0.05, 50)


def overlapping_data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=60)
    return x, (rng.random(60) < sigmoid(2 * x - 0.5)).astype(float)


SURFACES = [
    logistic_surface(*overlapping_data()),
    ravine_surface(),
    saddle_surface(),
    plateau_surface(),
    quadratic_surface((0.5, 3.0), angle=0.4, name="turned bowl"),
]


@pytest.fixture(scope="module")
def explorer() -> LearningRateExplorer:
    return LearningRateExplorer(*SURFACES)


@given(curvature, curvature, st.floats(0, 3))
def test_largest_stable_rate_of_a_quadratic_is_two_over_lambda_max(first, second, angle):
    surface = quadratic_surface((first, second), angle)
    assert surface.largest_stable_learning_rate() == pytest.approx(2 / max(first, second), rel=1e-5)


@settings(max_examples=30)
@given(curvature, curvature)
def test_cost_falls_below_the_edge_and_grows_above_it(first, second):
    surface = quadratic_surface((first, second))
    edge = 2 / max(first, second)
    assert np.all(np.diff(descend(surface, (1.0, 1.0), 0.98 * edge, 50).costs) <= 0)
    beyond = descend(surface, (1.0, 1.0), 1.02 * edge, 400)
    assert beyond.costs[-1] > beyond.costs[0]
    assert beyond.outcome == "diverges"


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_gradient_is_the_slope_of_the_cost(surface):
    rng = np.random.default_rng(2)
    for _ in range(5):
        p = np.array([rng.uniform(*r) for r in surface.ranges])
        slope = [(surface.cost(p + d) - surface.cost(p - d)) / 2e-6 for d in 1e-6 * np.eye(2)]
        np.testing.assert_allclose(surface.gradient(p), slope, rtol=1e-5, atol=1e-7)


def test_logistic_cost_is_the_kernels_cross_entropy():
    x, y = overlapping_data()
    surface = logistic_surface(x, y)
    cost, _ = binary_cross_entropy(sigmoid(1.5 * x - 0.3)[None], y[None])
    assert surface.cost(np.array([1.5, -0.3])) == pytest.approx(float(cost))


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_slope_is_zero_at_the_minimum(surface):
    assert np.linalg.norm(surface.gradient(np.array(surface.minimum))) < 1e-8


def test_parted_classes_have_no_minimum():
    surface = logistic_surface(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 0, 1, 1]))
    assert surface.minimum is None
    assert surface.largest_stable_learning_rate() is None
    explorer = LearningRateExplorer(surface)
    assert "2/λ_max" not in explorer.alt


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (np.zeros((2, 2)), np.zeros(2), "one shape"),
        (np.zeros(3), np.zeros(3), "both present"),
        (np.array([1.0, np.nan]), np.array([0, 1]), "NaN"),
    ],
)
def test_bad_data_is_refused(x, y, said):
    with pytest.raises(ValueError, match=said):
        logistic_surface(x, y)


def test_every_corner(explorer, visit_corners):
    paths = {}
    for field, value in visit_corners(explorer):
        state, descent = explorer.result
        assert getattr(state, field) == explorer.from_control(field, value)
        drawn = np.column_stack(explorer._path.get_data())
        np.testing.assert_array_equal(drawn, descent.path)
        np.testing.assert_array_equal(explorer._start.get_xydata()[0], (state.start_1, state.start_2))
        assert len(descent.path) <= state.steps + 1
        paths[field, value] = descent
    least, greatest = explorer.controls["steps"].min, explorer.controls["steps"].max
    assert len(paths["steps", least].path) == least + 1
    assert len(paths["steps", greatest].path) == greatest + 1


@pytest.mark.parametrize("name", ["ravine", "turned bowl"])
def test_presets_do_what_they_say(explorer, name):
    explorer.reset()
    explorer.controls["surface"].value = name
    outcomes = {}
    for preset in explorer.presets:
        explorer.choose(preset.name)
        outcomes[preset.name] = explorer.result[1].outcome
        assert preset.explanation[:20] in explorer._note.value
    assert outcomes == {
        "Too small": "too slow",
        "Good": "arrived",
        "Zig-zag at the edge": "zig-zag",
        "Too large": "diverges",
    }


def test_divergence_is_named_and_nothing_overflows(explorer):
    explorer.reset()
    explorer.set(surface="ravine", learning_rate=5.0, steps=200)
    assert "Diverges" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    assert explorer._off_text.get_text() != ""


def test_start_on_the_saddle_stays_there(explorer):
    explorer.reset()
    explorer.set(surface="saddle", start_1=0.0, start_2=0.0)
    assert explorer.result[1].outcome == "stuck on a saddle"


def test_a_new_surface_brings_its_start_and_limits(explorer):
    explorer.reset()
    explorer.controls["surface"].value = "saddle"
    surface = explorer.surfaces["saddle"]
    assert (explorer.state.start_1, explorer.state.start_2) == surface.start
    slider = explorer.controls["start_2"]
    assert (slider.min, slider.max) == surface.ranges[1]
    explorer.undo()
    assert explorer.state == explorer.initial
    assert slider.max == explorer.surfaces[explorer.initial.surface].ranges[1][1]


def test_undo_redo_reset_and_the_setting_line(explorer):
    explorer.reset()
    first = explorer.picture
    explorer.controls["steps"].value = 7
    changed, text = explorer.picture, explorer._setting.value
    assert changed != first
    explorer._undo.click()
    assert explorer.picture == first
    assert explorer.controls["steps"].value == explorer.initial.steps
    explorer._redo.click()
    assert explorer.picture == changed
    explorer.reset()
    assert explorer.picture == first
    explorer._setting.value = text
    assert explorer.picture == changed
    assert explorer.problem == ""


def test_a_bad_setting_line_says_why_and_changes_nothing(explorer):
    explorer.reset()
    before = explorer.picture
    explorer._setting.value = 'learning-rate {"steps":100000}'
    assert "must lie between 1 and 200" in explorer._status.value
    assert "explorer-invalid" in explorer._setting._dom_classes
    assert explorer.picture == before
    explorer.controls["steps"].value = 12
    assert explorer._status.value == ""
    assert "explorer-invalid" not in explorer._setting._dom_classes


def test_the_panels_text_is_the_same_on_every_run():
    texts = {repr(LearningRateExplorer(ravine_surface()).panel) for _ in range(2)}
    assert texts == {"<Learning rate on a cost surface: controls>"}


def test_a_last_point_that_lies_low_by_luck_is_no_arrival():
    surface = quadratic_surface((1.0, 1.0), name="bowl")  # cost |p|^2 / 2
    far, near = np.array([2.0, 0.0]), np.array([0.01, 0.0])
    for last, before in ((near, far), (far, near)):
        path = np.stack([np.array([4.0, 0.0]), *[before, last] * 10])
        outcome, words = name_outcome(surface, path, surface.cost(path.T))
        assert outcome == "bounces", words
    settled = np.stack([np.array([4.0, 0.0]), *[near] * 20])
    assert name_outcome(surface, settled, surface.cost(settled.T))[0] == "arrived"


def test_no_surface_and_twice_the_same_are_refused():
    with pytest.raises(ValueError, match="needs a cost surface"):
        LearningRateExplorer()
    with pytest.raises(ValueError, match="share one name"):
        LearningRateExplorer(ravine_surface(), ravine_surface())


def test_the_same_state_gives_the_same_result_and_picture():
    one, other = (LearningRateExplorer(ravine_surface()) for _ in range(2))
    np.testing.assert_array_equal(one.result[1].path, other.result[1].path)
    one.set(learning_rate=0.3)
    one.undo()
    assert one.picture == other.picture


def test_a_page_that_rounds_a_value_to_the_sliders_stops_changes_nothing(explorer):
    explorer.reset()
    explorer.choose("Good")
    rate, note = explorer.state.learning_rate, explorer._note.value
    slider = explorer.controls["learning_rate"]
    stop = slider.min + slider.step * round((np.log10(rate) - slider.min) / slider.step)
    explorer.set(learning_rate=float(f"{10 ** (stop + 0.4 * slider.step):.6g}"))
    between = explorer.state
    slider.value = 10**stop  # what JupyterLab sends back when it draws the slider
    assert explorer.state == between
    slider.value = 10 ** (stop + slider.step)  # an arrow key
    assert explorer.state.learning_rate == pytest.approx(10 ** (stop + slider.step), rel=0.01)
    assert note != ""
