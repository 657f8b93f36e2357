"""Feature-map explorer: strokes to pictures, maps on show, what a map's peak sees."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.explorers import FeatureMapExplorer
from course_utils.explorers.feature_maps import CLOSED_FOUR, CORNER_SEVEN, HAND, TEST, receptive_field
from course_utils.explorers.handwriting import strokes_to_picture
from course_utils.kernels.activations import softmax
from course_utils.kernels.conv import conv2d_forward
from course_utils.kernels.pool import max_pool2d_forward

LAYERS = {"conv 1": (5, 1, 2), "pool 1": (2, 2, 0), "conv 2": (5, 1, 0)}
RNG = np.random.default_rng(0)
W1 = RNG.normal(size=(5, 5, 1, 6)).astype(np.float32)
W2 = RNG.normal(size=(5, 5, 6, 10)).astype(np.float32)
DENSE = RNG.normal(size=(10, 1000)).astype(np.float32) / 100


def activations(picture: np.ndarray):
    """A small network with random weights."""
    A, no_bias = picture.reshape(1, 28, 28, 1), np.zeros((1, 1, 1, 6), np.float32)
    one = np.maximum(conv2d_forward(A, W1, no_bias, pad=2)[0], 0)
    pool = max_pool2d_forward(one)[0]
    two = np.maximum(conv2d_forward(pool, W2, np.zeros((1, 1, 1, 10), np.float32))[0], 0)
    maps = {"conv 1": one[0], "pool 1": pool[0], "conv 2": two[0]}
    return maps, softmax(DENSE @ two.reshape(-1, 1))[:, 0]


@pytest.fixture(scope="module")
def explorer() -> FeatureMapExplorer:
    return FeatureMapExplorer(activations, LAYERS, RNG.uniform(0, 1, (10, 28, 28)))


def test_every_corner(explorer, visit_corners):
    for _ in visit_corners(explorer):
        result, state = explorer.result, explorer.state
        maps, probabilities = activations(result.picture)
        np.testing.assert_array_equal(explorer._picture.get_array(), result.picture)
        np.testing.assert_array_equal(explorer._map.get_array(), maps[state.layer][:, :, state.map - 1])
        np.testing.assert_allclose([bar.get_width() for bar in explorer._bars], probabilities, rtol=1e-6)
        shown = [name for name, (_, frame) in explorer._strips.items() if frame.get_visible()]
        assert shown == [state.layer]
        assert explorer.controls["map"].max == maps[state.layer].shape[2]


def test_the_sheet_holds_every_map(explorer):
    explorer.reset()
    maps = explorer.result.maps["conv 2"]
    sheet = explorer._sheet(maps)
    assert sheet.shape == (21, 87)  # two rows of eight maps of 10 × 10, gaps of 1
    np.testing.assert_array_equal(sheet[11:21, 11:21], maps[:, :, 9])
    assert np.isnan(sheet[10]).all()


@pytest.mark.parametrize("layer", LAYERS)
def test_receptive_field_holds_exactly_what_a_unit_notices(layer):
    """Nudge every pixel: the unit changes only for pixels inside its field."""
    depth = list(LAYERS).index(layer) + 1
    picture = RNG.uniform(1, 2, (28, 28)).astype(np.float32)
    position = (4, 3)
    before = activations(picture)[0][layer][position]
    noticed = np.zeros((28, 28), bool)
    for h, w in np.ndindex(28, 28):
        nudged = picture.copy()
        nudged[h, w] += 5
        noticed[h, w] = not np.allclose(activations(nudged)[0][layer][position], before)
    top, left, height, width = receptive_field(position, list(LAYERS.values())[:depth])
    rows, columns = np.flatnonzero(noticed.any(axis=1)), np.flatnonzero(noticed.any(axis=0))
    assert (max(top, 0), max(left, 0)) == (rows[0], columns[0])
    assert (min(top + height, 28), min(left + width, 28)) == (rows[-1] + 1, columns[-1] + 1)


def test_receptive_fields_of_the_lesson():
    geometry = [*LAYERS.values(), (2, 2, 0)]
    sizes = [receptive_field((2, 2), geometry[:depth])[2] for depth in range(1, 5)]
    assert sizes == [5, 6, 14, 16]


def test_a_centred_drawing_has_its_mass_in_the_middle_and_fits_the_box():
    for strokes in (CLOSED_FOUR, CORNER_SEVEN, (((0.9, 0.1), (0.9, 0.3)),), (((0.2, 0.2),),)):
        picture = strokes_to_picture(strokes)
        h, w = np.indices(picture.shape) + 0.5
        assert (h * picture).sum() / picture.sum() == pytest.approx(14, abs=0.6)
        assert (w * picture).sum() / picture.sum() == pytest.approx(14, abs=0.6)
        rows = np.flatnonzero(picture.max(axis=1) > 0.5)
        assert np.ptp(rows) + 1 <= 21
        assert picture.max() == pytest.approx(1, abs=0.02)


def test_where_and_how_large_it_was_drawn_does_not_matter_once_centred():
    small = tuple(tuple((0.5 * x + 0.4, 0.5 * y + 0.1) for x, y in stroke) for stroke in CLOSED_FOUR)
    one, other = strokes_to_picture(CLOSED_FOUR), strokes_to_picture(small)
    assert np.abs(one - other).max() < 0.15
    raw = strokes_to_picture(small, centre=False)
    assert np.abs(raw - strokes_to_picture(CLOSED_FOUR, centre=False)).max() > 0.9


def test_drawing_by_hand_takes_over_and_undo_takes_it_back(explorer):
    explorer.reset()
    explorer.controls["example"].value = 7
    assert explorer.state.source == TEST
    explorer.pad.value = [[[0.5, 0.2], [0.5, 0.8]]]
    assert explorer.state.source == HAND
    assert explorer.state.strokes == (((0.5, 0.2), (0.5, 0.8)),)
    explorer.undo()
    assert explorer.state.source == TEST
    assert len(explorer.pad.value) == 2


def test_an_empty_drawing_is_named(explorer):
    explorer.choose("Nothing")
    assert explorer.pad.value == []
    assert "picture is empty" in explorer.alt
    assert "Goes wrong" in explorer._reading.value
    explorer.undo()


def test_bad_strokes_are_refused_with_the_reason(explorer):
    explorer.reset()
    with pytest.raises(ValueError, match="from 0 to 1"):
        explorer.paste('feature-maps {"strokes":[[[2.0,0.5]]]}')
    with pytest.raises(ValueError, match="needs 1 to"):
        explorer.paste('feature-maps {"strokes":[[]]}')
    with pytest.raises(ValueError, match="map is 9"):
        explorer.set(map=9)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="examples has shape"):
        FeatureMapExplorer(activations, LAYERS, np.zeros((3, 28, 28)))
    with pytest.raises(ValueError, match="layers names"):
        FeatureMapExplorer(activations, {"conv 1": (5, 1, 2)}, np.zeros((10, 28, 28)))
