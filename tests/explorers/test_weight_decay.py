"""Weight decay explorer: penalties against boundary, weights and curves."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import WeightDecayExplorer
from course_utils.explorers.planar import (
    initial_parameters,
    network_backward,
    network_forward,
    planar_data,
    train_planar,
)
from course_utils.explorers.weight_decay import (
    L1,
    L2,
    NONE,
    PENALTIES,
    all_weights,
    penalty_cost,
    share_in_straight_part,
    train_with_penalty,
)
from course_utils.kernels.losses import sigmoid_cross_entropy


@pytest.fixture(scope="module")
def explorer() -> WeightDecayExplorer:
    return WeightDecayExplorer()


def moons(m=30, seed=0):
    return planar_data("two moons", m, 0.3, np.random.default_rng(seed))


def last(penalty, strength, epochs=300, **more):
    X, Y = moons()
    *_, progress = train_with_penalty(X, Y, (2, 6, 6, 1), penalty, strength, 0.3, epochs, 1, **more)
    return progress


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        result = explorer.result
        state = result.state
        assert result.progress.epoch == state.epochs
        assert result.weights.size == 2 * state.units + state.units**2 + state.units
        np.testing.assert_array_equal(explorer._weights.get_ydata(), result.weights)
        np.testing.assert_array_equal(explorer._dev.get_ydata(), result.dev)
        np.testing.assert_array_equal(explorer._regularised.get_ydata(), result.regularised)
        if state.penalty == NONE:
            np.testing.assert_array_equal(result.train, result.plain_train)
            np.testing.assert_array_equal(result.weights, result.plain_weights)
        else:
            assert np.all(result.regularised >= result.train)
            assert np.abs(result.weights).sum() < np.abs(result.plain_weights).sum()
        if (field, value) == ("penalty", L1):
            assert result.zeros > 0.5 * result.weights.size
            assert f"{result.zeros} of {result.weights.size}" in explorer.alt
        if field == "strength" and value > 1:
            assert np.ptp(result.probabilities) < 0.01
            assert "penalty has won" in explorer.alt
            assert "Goes wrong" in explorer._reading.value


@pytest.mark.parametrize("penalty", [L2, L1])
def test_stronger_penalties_make_smaller_weights_and_a_higher_training_cost(explorer, penalty):
    explorer.reset()
    sizes, costs = [], []
    for strength in (0.01, 0.3, 3.0):
        explorer.set(penalty=penalty, strength=strength)
        sizes.append(np.abs(explorer.result.weights).mean())
        costs.append(explorer.result.train[-1])
    assert sizes == sorted(sizes, reverse=True)
    assert costs == sorted(costs)


def test_only_l1_makes_exact_zeros():
    assert np.sum(all_weights(last(L2, 1.0).parameters) == 0) == 0
    assert np.sum(all_weights(last(L1, 0.1).parameters) == 0) > 0
    assert np.sum(all_weights(last(L1, 1.0).parameters) == 0) > np.sum(
        all_weights(last(L1, 0.1).parameters) == 0
    )


def test_without_a_penalty_it_is_gradient_descent():
    X, Y = moons()
    *_, plain = train_planar(X, Y, (2, 6, 6, 1), "tanh", 0.3, 100, 1, "gradient descent")
    np.testing.assert_allclose(last(NONE, 5.0, 100).costs, plain.costs, rtol=1e-12)


@pytest.mark.parametrize("penalty", [L2, L1])
def test_training_ends_where_the_gradient_of_the_regularised_cost_vanishes(penalty):
    X, Y = moons()
    *_, progress = train_with_penalty(X, Y, (2, 3, 3, 1), penalty, 3.0, 0.3, 3000, 1, every=3000)
    parameters, m = progress.parameters, X.shape[1]
    Z, caches = network_forward(X, parameters, "tanh")
    gradients = network_backward(sigmoid_cross_entropy(Z, Y)[1], caches, "tanh")
    for name, W in parameters.items():
        if name[0] == "b":
            np.testing.assert_allclose(gradients[f"d{name}"], 0, atol=1e-4)
        elif penalty == L2:
            np.testing.assert_allclose(gradients[f"d{name}"] + 3.0 / m * W, 0, atol=1e-4)
        else:
            here = W != 0
            slope = gradients[f"d{name}"]
            np.testing.assert_allclose(slope[here] + 3.0 / m * np.sign(W[here]), 0, atol=1e-4)
            assert np.all(np.abs(slope[~here]) <= 3.0 / m + 1e-4)


def test_presets_lie_on_the_grid_of_the_slider(explorer):
    slider = explorer.controls["strength"]
    for strength in [explorer.initial.strength, *(p.changes["strength"] for p in explorer.presets)]:
        steps = (np.log10(strength) - slider.min) / slider.step
        assert float(f"{10 ** (slider.min + round(steps) * slider.step):.3g}") == strength


def test_penalties_by_hand_and_biases_go_free():
    parameters = {"W1": np.array([[1.0, -2.0]]), "b1": np.array([[7.0]])}
    assert penalty_cost(parameters, L2, 0.6, 3) == pytest.approx(0.6 / 6 * 5)
    assert penalty_cost(parameters, L1, 0.6, 3) == pytest.approx(0.6 / 3 * 3)
    assert penalty_cost(parameters, NONE, 0.6, 3) == 0
    with pytest.raises(ValueError, match="absolute values"):
        penalty_cost(parameters, "L3", 0.6, 3)


def test_biases_stay_free_in_training():
    parameters = last(L2, 20.0).parameters
    assert np.abs(all_weights(parameters)).max() < 1e-3
    X, Y = planar_data("two moons", 30, 0.3, np.random.default_rng(0))
    Y = np.ones_like(Y)  # the answer is always 1: the bias alone can learn it
    *_, progress = train_with_penalty(X, Y, (2, 6, 6, 1), L2, 20.0, 0.3, 300, 1)
    assert progress.parameters["b3"][0, 0] > 2


def test_no_strength_makes_the_steps_jump():
    for penalty in PENALTIES:
        costs = last(penalty, 1e4, 50).costs
        assert np.isfinite(costs).all()
        assert np.all(np.diff(costs) < 1e-9)


def test_share_in_the_straight_part():
    X, _ = moons()
    parameters = initial_parameters((2, 4, 4, 1), np.random.default_rng(0))
    tiny = {name: 1e-3 * value for name, value in parameters.items()}
    huge = {name: 1e6 * value for name, value in parameters.items()}
    assert share_in_straight_part(X, tiny) == 1
    assert share_in_straight_part(X, huge) < 0.01


def test_without_a_penalty_the_network_overfits_and_with_it_less(explorer):
    explorer.choose("No penalty")
    plain = explorer.result
    assert plain.dev[-1] > 1.5 * plain.dev.min()
    for preset in ("A little L2", "A little L1"):
        explorer.choose(preset)
        assert explorer.result.dev[-1] < 0.65 * plain.dev[-1]
        assert explorer.result.dev[-1] < 1.3 * explorer.result.dev.min()


def test_much_weight_decay_makes_the_boundary_straight(explorer):
    explorer.choose("Nearly a straight line")
    side = np.linspace(-2, 2, 81)
    points = np.stack(np.meshgrid(side, side)).reshape(2, -1)
    Z, _ = network_forward(points, explorer.result.progress.parameters, "tanh")
    design = np.vstack([points, np.ones(points.shape[1])])
    fitted = np.linalg.lstsq(design.T, Z[0], rcond=None)[0] @ design
    assert np.var(Z[0] - fitted) < 0.02 * np.var(Z[0])
    assert explorer.result.straight > 0.8


def test_divergence_is_named(explorer, monkeypatch):
    explorer.reset()
    monkeypatch.setattr(explorer, "learning_rate", 1e308)
    explorer.set(penalty=NONE, epochs=50, units=3)
    assert not explorer.result.progress.finite
    assert "Diverges" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    explorer._trainings.clear()
    monkeypatch.undo()
    explorer.reset()
    assert "Diverges" not in explorer.alt
