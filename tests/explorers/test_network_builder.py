"""Network builder: shapes, counts, drawing and training follow the controls."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.data import load_small_digits
from course_utils.explorers import NetworkBuilderExplorer
from course_utils.explorers.network_builder import MOST_LAYERS, layer_shapes, table_of


@pytest.fixture(scope="module")
def explorer() -> NetworkBuilderExplorer:
    digits = load_small_digits()

    def part(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return images.reshape(len(images), -1).T.astype(float), (labels % 2).reshape(1, -1).astype(float)

    X, Y = part(digits.X_train[:400], digits.Y_train[:400])
    return NetworkBuilderExplorer(X, Y, *part(digits.X_dev, digits.Y_dev), question="is the digit odd?")


def test_shapes_and_counts_of_a_known_network():
    shapes = layer_shapes((64, 16, 8, 1), m=1200)
    assert [s.W for s in shapes] == [(16, 64), (8, 16), (1, 8)]
    assert [s.b for s in shapes] == [(16, 1), (8, 1), (1, 1)]
    assert [s.Z for s in shapes] == [(16, 1200), (8, 1200), (1, 1200)]
    assert [s.parameters for s in shapes] == [1040, 136, 9]
    assert table_of(shapes).splitlines()[-1].split() == ["total", "1,185"]


@pytest.mark.parametrize(("sizes", "m"), [((64,), 5), ((64, 0, 1), 5), ((64, 1), 0)])
def test_impossible_shapes_are_refused(sizes, m):
    with pytest.raises(ValueError, match="at least"):
        layer_shapes(sizes, m)


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        result, state = explorer.result, explorer.state
        weights = [p for name, p in result.progress.parameters.items() if name[0] == "W"]
        assert [w.shape for w in weights] == [shape.W for shape in result.shapes]
        assert result.parameters == sum(p.size for p in result.progress.parameters.values())
        assert len(result.shapes) == state.layers + 1
        np.testing.assert_array_equal(explorer._train.get_ydata(), result.progress.costs)
        np.testing.assert_array_equal(explorer._dev.get_ydata(), result.dev_costs)
        assert f"{result.parameters:,} parameters" in explorer.alt
        if field == "layers":
            used = [not explorer.controls[f"units_{l}"].disabled for l in range(1, MOST_LAYERS + 1)]
            assert used == [l <= value for l in range(1, MOST_LAYERS + 1)]
            texts = [text.get_text() for text in explorer._net.texts]
            assert sum(text.startswith("layer") for text in texts) == value
        if field == "epochs":
            assert result.progress.epoch == value
            assert len(explorer._train.get_ydata()) == value


def test_unused_widths_change_nothing(explorer):
    explorer.reset()
    before = explorer.result.progress.costs
    explorer.set(units_5=33)
    np.testing.assert_array_equal(explorer.result.progress.costs, before)


@pytest.mark.parametrize(
    ("preset", "least", "greatest"),
    [
        ("One wide layer", 0.88, 0.96),
        ("Pyramid", 0.93, 1.0),
        ("Five sigmoid layers", 0.4, 0.6),
        ("Rate too large", 0.4, 0.6),
    ],
)
def test_presets_do_what_they_say(explorer, preset, least, greatest):
    explorer.choose(preset)
    assert least <= explorer.result.dev_accuracy <= greatest


def test_hidden_layers_beat_none_and_a_bottleneck_costs(explorer):
    cost = {}
    for name in ("No hidden layer", "Pyramid", "Bottleneck of one"):
        explorer.choose(name)
        cost[name] = explorer.result.progress.costs[-1]
    assert cost["Pyramid"] < 0.5 * cost["No hidden layer"]
    assert cost["Pyramid"] < cost["Bottleneck of one"]


def test_divergence_is_named(explorer):
    explorer.reset()
    explorer.set(activation="none (linear)", layers=5, units_1=64, units_2=64, learning_rate=10.0)
    assert not explorer.result.progress.finite
    assert "Diverges" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    explorer.reset()
    assert "Diverges" not in explorer.alt


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="needs"):
        NetworkBuilderExplorer(np.zeros((4, 5)), np.zeros(5), np.zeros((4, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="same n_x"):
        NetworkBuilderExplorer(np.zeros((4, 5)), np.zeros((1, 5)), np.zeros((3, 2)), np.zeros((1, 2)))
