"""Optimiser race: each claim of a preset is a run."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import OptimiserRaceExplorer
from course_utils.explorers.descent import descend
from course_utils.explorers.optimiser_race import DECAYS, NAMES


@pytest.fixture(scope="module")
def explorer() -> OptimiserRaceExplorer:
    return OptimiserRaceExplorer()


def final(explorer: OptimiserRaceExplorer, preset: str) -> dict[str, float]:
    explorer.choose(preset)
    return {name: explorer.result.costs[name][-1] for name in NAMES}


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        race = explorer.result
        for name in NAMES:
            drawn = np.column_stack(explorer._paths[name].get_data())
            np.testing.assert_array_equal(drawn, race.paths[name][: race.state.shown + 1])
        assert explorer.controls["shown"].max == race.state.steps


def test_a_rate_of_decay_rests_while_there_is_no_decay(explorer):
    explorer.reset()
    rate = explorer.controls["decay_rate"]
    assert rate.disabled
    explorer.set(decay="1 / (1 + rate · t)")
    assert not rate.disabled
    explorer.undo()
    assert rate.disabled


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ('{"surface":"ravine"}', '{"surface":"ravine","steps":20,"shown":7}'),
        ('{"surface":"ravine","steps":20,"shown":7}', '{"surface":"ravine","steps":150,"shown":90}'),
    ],
)
def test_while_a_limit_moves_the_value_stays_inside(explorer, first, then):
    """Else the page would push its handle to the limit and report that as a choice."""
    explorer.paste(f"optimiser-race {first}")
    shown = explorer.controls["shown"]
    value, limit, sent = shown.value, shown.max, []
    shown.observe(lambda change: sent.append((change["name"], change["new"])), ["value", "max"])
    explorer.paste(f"optimiser-race {then}")
    assert [new for name, new in sent if name == "value"] == [explorer.state.shown]  # nothing in between
    assert [new for name, new in sent if name == "max"] == [explorer.state.steps]
    for name, new in sent:
        value, limit = (new, limit) if name == "value" else (value, new)
        assert value <= limit
    assert (shown.value, shown.max) == (explorer.state.shown, explorer.state.steps)
    assert shown.value in (7, 90)


def test_sgd_without_noise_and_decay_is_gradient_descent(explorer):
    explorer.reset()
    state = explorer.state
    path = descend(
        explorer.surfaces[state.surface], explorer.surfaces[state.surface].start, state.rate_sgd, state.steps
    ).path
    np.testing.assert_allclose(explorer.result.paths["SGD"], path)


def test_momentum_without_memory_is_sgd(explorer):
    explorer.reset()
    explorer.set(beta=0.0, rate_momentum=0.05)
    np.testing.assert_allclose(explorer.result.paths["Momentum"], explorer.result.paths["SGD"])


def test_in_the_ravine_momentum_is_far_ahead_of_sgd(explorer):
    cost = final(explorer, "Ravine")
    assert cost["Momentum"] < 1e-3 * cost["SGD"]


def test_at_the_saddle_scaled_optimisers_leave_first(explorer):
    explorer.choose("Saddle")
    left = {name: int(np.argmax(explorer.result.paths[name][:, 1] > 0.5)) for name in NAMES}
    left = {name: step or 10**6 for name, step in left.items()}  # 0: never left within the steps
    assert max(left["RMSprop"], left["Adam"]) < min(left["SGD"], left["Momentum"])


def test_on_the_plateau_sgd_hardly_moves(explorer):
    cost = final(explorer, "Plateau")
    assert min(cost["SGD"], cost["Momentum"]) > 0.9
    assert max(cost["RMSprop"], cost["Adam"]) < 0.1


def test_decay_calms_noisy_sgd(explorer):
    def jitter() -> float:
        return float(explorer.result.costs["SGD"][-50:].mean())

    explorer.choose("Noisy, no decay")
    without = jitter()
    explorer.choose("Noisy, with decay")
    assert jitter() < 0.5 * without


def test_decay_that_comes_too_early_stops_all_on_the_slope(explorer):
    assert min(final(explorer, "Decay too early").values()) > 0.05


def test_beyond_the_edge_sgd_diverges_and_scaled_ones_do_not(explorer):
    explorer.choose("Rate too large")
    assert [name for name in NAMES if explorer.result.diverged(name)] == ["SGD"]
    assert "SGD **diverges**" in explorer.describe(explorer.result)


@pytest.mark.parametrize("decay", list(DECAYS))
def test_schedules_begin_at_alpha_and_never_rise(explorer, decay):
    explorer.reset()
    explorer.set(decay=decay, decay_rate=0.1)
    assert explorer.result.rates[0] == 1
    assert np.all(np.diff(explorer.result.rates) <= 0)


def test_step_on_show_follows_the_number_of_steps(explorer):
    explorer.reset()
    explorer.controls["steps"].value = 150
    assert explorer.state.shown == 150
    explorer.controls["shown"].value = 120
    explorer.controls["steps"].value = 30
    assert explorer.state.shown == 30
    explorer.controls["steps"].value = 60
    explorer.controls["shown"].value = 10
    explorer.controls["steps"].value = 80
    assert explorer.state.shown == 10
