"""Dropout explorer: masks, test-time answers and curves."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import DropoutExplorer
from course_utils.explorers.dropout import VIEWS, masked_logits, sub_network
from course_utils.explorers.planar import initial_parameters, network_backward, network_forward, train_planar
from course_utils.kernels.losses import sigmoid_cross_entropy


@pytest.fixture(scope="module")
def explorer() -> DropoutExplorer:
    return DropoutExplorer()


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        result = explorer.result
        on, off = (len(artist.get_xydata()) for artist in (explorer._on, explorer._off))
        assert on + off == 3 + 2 * result.state.units
        assert off == sum(int((~mask).sum()) for mask in result.kept)
        np.testing.assert_array_equal(explorer._dev.get_ydata(), result.dev)


def test_keep_prob_one_is_no_dropout(explorer):
    explorer.reset()
    explorer.set(keep_prob_1=1.0, keep_prob_2=1.0)
    result = explorer.result
    np.testing.assert_array_equal(result.train, result.plain_train)
    np.testing.assert_array_equal(result.dev, result.plain_dev)
    assert all(mask.all() for mask in result.kept)
    assert result.gap == 0
    for view in VIEWS[1:]:
        explorer.set(view=view)
        grid = explorer.result.probabilities
        step = 2 if view == VIEWS[2] else 1  # the mean is drawn on a grid half as fine
        np.testing.assert_allclose(grid, result.probabilities[::step, ::step], atol=1e-12)


def test_training_with_keep_prob_one_draws_nothing_at_random(explorer):
    X, Y, *_ = explorer.data(explorer.initial)
    with_ones = list(train_planar(X, Y, (2, 5, 5, 1), "ReLU", 0.01, 50, 0, keep_probs=(1.0, 1.0)))
    without = list(train_planar(X, Y, (2, 5, 5, 1), "ReLU", 0.01, 50, 0))
    np.testing.assert_array_equal(with_ones[-1].costs, without[-1].costs)


@pytest.mark.parametrize("keep_prob", [0.1, 0.5, 0.9])
def test_share_of_kept_units_is_keep_prob(keep_prob):
    kept = np.mean([np.concatenate(sub_network((keep_prob, keep_prob), 20, s)).mean() for s in range(200)])
    assert kept == pytest.approx(keep_prob, abs=0.02)


def test_a_masked_network_is_what_dropout_computes_in_training():
    rng = np.random.default_rng(0)
    parameters = initial_parameters((2, 6, 6, 1), rng)
    X, probs = rng.normal(size=(2, 1)), (0.5, 0.7)
    kept = sub_network(probs, 6, sample=4)
    Z, _ = network_forward(X, parameters, "ReLU", probs, np.random.default_rng(4))
    np.testing.assert_allclose(masked_logits(X, parameters, "ReLU", kept, probs), Z)


def test_gradient_passes_only_through_kept_units():
    rng = np.random.default_rng(2)
    parameters = initial_parameters((2, 8, 8, 1), rng)
    X, Y = rng.normal(size=(2, 1)), np.ones((1, 1))
    Z, caches = network_forward(X, parameters, "ReLU", (0.5, 0.5), np.random.default_rng(7))
    gradients = network_backward(sigmoid_cross_entropy(Z, Y)[1], caches, "ReLU")
    first, second = sub_network((0.5, 0.5), 8, sample=7)
    assert np.all(gradients["dW1"][~first] == 0)
    assert np.all(gradients["dW2"][~second] == 0)
    assert np.all(gradients["dW3"][:, ~second] == 0)
    assert np.any(gradients["dW2"] != 0)


def test_without_dropout_the_network_overfits_and_with_it_less(explorer):
    explorer.choose("No dropout")
    plain = explorer.result
    assert plain.dev[-1] > 2 * plain.dev.min()
    assert plain.train[-1] < 0.1
    explorer.choose("Some dropout")
    assert explorer.result.dev[-1] < 0.5 * plain.dev[-1]
    assert explorer.result.train[-1] > plain.train[-1]


def test_too_much_dropout_underfits(explorer):
    explorer.choose("Too much")
    assert explorer.result.train[-1] > 0.4


def test_the_forgotten_division_is_seen_at_test_time(explorer):
    explorer.choose("Forgotten division")
    forgotten = explorer.result.gap
    explorer.set(scale=True)
    assert forgotten > 2 * explorer.result.gap


def test_another_sample_changes_the_sub_network_but_trains_nothing(explorer, monkeypatch):
    explorer.reset()
    before = explorer.result
    monkeypatch.setattr(
        type(explorer),
        "training",
        lambda *a, **k: pytest.fail("trained again for a picture of the same network"),
    )
    explorer.controls["sample"].value = 9
    assert [m.tolist() for m in explorer.result.kept] != [m.tolist() for m in before.kept]
    np.testing.assert_array_equal(explorer.result.dev, before.dev)


def test_a_dropped_layer_is_named(explorer):
    explorer.reset()
    explorer.set(keep_prob_1=0.1, keep_prob_2=0.1, units=4)
    for sample in range(1, 51):
        explorer.set(sample=sample)
        if not all(mask.any() for mask in explorer.result.kept):
            break
    assert "whole layer is dropped" in explorer.alt
    assert "Goes wrong" in explorer._reading.value


def test_a_network_that_says_one_thing_is_named(explorer):
    explorer.reset()
    explorer.set(units=2)
    assert np.ptp(explorer.result.probabilities) < 0.01
    assert "One answer to everything" in explorer.alt
    assert explorer.goes_wrong(explorer.result)
    explorer.reset()
    assert "One answer" not in explorer.alt
