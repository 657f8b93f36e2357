"""Playground: what shallow, deep and linear networks can and cannot part."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import DecisionBoundaryExplorer
from course_utils.explorers.decision_boundary import unit_lines
from course_utils.explorers.planar import (
    ACTIVATIONS,
    DATA_SETS,
    initial_parameters,
    network_backward,
    network_forward,
    planar_data,
    train_planar,
)
from course_utils.kernels.losses import sigmoid_cross_entropy


@pytest.fixture(scope="module")
def explorer() -> DecisionBoundaryExplorer:
    return DecisionBoundaryExplorer()


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_gradients_of_the_network_are_right(activation):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(2, 7)), (rng.random((1, 7)) < 0.5).astype(float)
    parameters = initial_parameters((2, 3, 4, 1), rng)
    for layer in (1, 2):  # away from the kink of ReLU
        parameters[f"b{layer}"] += 0.1 * rng.normal(size=parameters[f"b{layer}"].shape)
    Z, caches = network_forward(X, parameters, activation)
    gradients = network_backward(sigmoid_cross_entropy(Z, Y)[1], caches, activation)
    for name, value in parameters.items():
        for index in np.ndindex(value.shape):
            keep, costs = value[index], []
            for nudge in (1e-6, -1e-6):
                value[index] = keep + nudge
                costs.append(sigmoid_cross_entropy(network_forward(X, parameters, activation)[0], Y)[0])
            value[index] = keep
            slope = (costs[0] - costs[1]) / 2e-6
            assert gradients[f"d{name}"][index] == pytest.approx(slope, abs=1e-7), (name, index)


@pytest.mark.parametrize("name", list(DATA_SETS))
def test_data_have_both_classes_and_stay_in_the_picture(name):
    X, Y = planar_data(name, 100, 0.0, np.random.default_rng(1))
    assert X.shape == (2, 100)
    assert Y.mean() == 0.5
    assert np.abs(X).max() < 2


def test_unknown_data_are_refused():
    with pytest.raises(ValueError, match="two moons"):
        planar_data("three moons", 10, 0.0, np.random.default_rng(0))


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        result = explorer.result
        assert result.progress.epoch == result.state.epochs or not result.progress.finite
        drawn = np.concatenate([explorer._view.zeros.get_xydata(), explorer._view.ones.get_xydata()])
        assert len(drawn) == result.X.shape[1]
        np.testing.assert_array_equal(explorer._view.image.get_array(), result.probabilities)
        if field == "layers":
            assert len(result.progress.parameters) == 2 * (value + 1)
            assert len(unit_lines(result)) == (0 if value == 0 else result.state.units)
        if field == "units":
            assert result.progress.parameters["W1"].shape == (value, 2)


@pytest.mark.parametrize(
    ("preset", "least", "greatest"),
    [
        ("No hidden layer", 0.0, 0.6),
        ("Three units close a ring", 0.95, 1.0),
        ("Linear units", 0.0, 0.6),
        ("Spirals, shallow", 0.0, 0.93),
        ("Spirals, deep", 0.98, 1.0),
        ("Sigmoid in deep layers", 0.0, 0.7),
        ("Rate too large", 0.0, 0.6),
    ],
)
def test_presets_do_what_they_say(explorer, preset, least, greatest):
    explorer.choose(preset)
    assert least <= explorer.result.test_accuracy <= greatest


def test_without_hidden_layer_and_with_linear_units_the_boundary_is_one_straight_line(explorer):
    for preset in ("No hidden layer", "Linear units"):
        explorer.choose(preset)
        side = np.linspace(-2, 2, 5)
        points = np.stack(np.meshgrid(side, side)).reshape(2, -1)
        state, parameters = explorer.result.state, explorer.result.progress.parameters
        Z, _ = network_forward(points, parameters, state.activation)
        design = np.vstack([points, np.ones(points.shape[1])])
        fitted = np.linalg.lstsq(design.T, Z[0], rcond=None)[0] @ design
        np.testing.assert_allclose(Z[0], fitted, atol=1e-9)


def test_divergence_is_named(explorer):
    explorer.reset()
    explorer.set(activation="none (linear)", layers=5, units=20, learning_rate=100.0, epochs=100)
    assert not explorer.result.progress.finite
    assert "Diverges" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    explorer.reset()
    assert "Diverges" not in explorer.alt


def test_dead_units_are_counted(explorer):
    explorer.choose("Rate too large")
    assert explorer.result.dead_units > 0
    assert "dead" in explorer.alt


def test_training_is_the_same_on_every_run_and_costs_fall():
    X, Y = planar_data("two moons", 100, 0.1, np.random.default_rng(0))
    runs = [list(train_planar(X, Y, (2, 4, 1), "tanh", 0.5, 100, seed=1, optimiser="gradient descent"))
            for _ in range(2)]  # fmt: skip
    np.testing.assert_array_equal(runs[0][-1].costs, runs[1][-1].costs)
    assert np.all(np.diff(runs[0][-1].costs) < 0)
    assert [p.epoch for p in runs[0]] == list(range(0, 101, 10))
