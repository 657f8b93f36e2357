"""Cutting, resizing and saving pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.vision import images

sides = st.integers(1, 60)


def picture(n_H, n_W, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n_H, n_W, 3), dtype=np.uint8)


@given(n_H=sides, n_W=sides)
def test_square_crop_is_the_middle(n_H, n_W):
    image = picture(n_H, n_W)
    square = images.crop_square(image)
    side = min(n_H, n_W)
    assert square.shape == (side, side, 3)
    top, left = (n_H - side) // 2, (n_W - side) // 2
    np.testing.assert_array_equal(square, image[top : top + side, left : left + side])
    square[:] = 0
    assert image.any()


@given(n_H=sides, n_W=sides, size=st.integers(4, 80), centred=st.booleans())
def test_letterbox_keeps_proportions_and_maps_corners(n_H, n_W, size, centred):
    image = np.full((n_H, n_W, 3), 200, np.uint8)
    square, scale, (left, top) = images.letterbox(image, size, fill=10, centred=centred)
    assert square.shape == (size, size, 3)
    assert square.dtype == np.float32
    covered = square[..., 0] == 200
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    assert (rows[0], columns[0]) == (top, left)
    assert max(len(rows), len(columns)) == size
    assert abs(len(rows) - max(n_H * scale, 1)) <= 0.5
    assert abs(len(columns) - max(n_W * scale, 1)) <= 0.5
    assert (square[~covered] == 10).all()
    if not centred:
        assert (left, top) == (0, 0)


def test_box_crop_is_a_square_around_the_box_with_black_outside():
    image = picture(40, 50)
    crop = images.crop_box(image, (10, 12, 20, 32))
    assert crop.shape == (20, 20, 3)
    np.testing.assert_array_equal(crop, image[12:32, 5:25])
    corner = images.crop_box(image, (-4, -4, 6, 6))
    assert not corner[:4].any()
    assert not corner[:, :4].any()
    np.testing.assert_array_equal(corner[4:, 4:], image[:6, :6])


def test_resize_of_one_colour_keeps_it_and_methods_differ():
    flat = np.full((9, 7, 3), 77, np.uint8)
    image = picture(20, 30)
    results = []
    for method in images.RESAMPLING:
        assert (images.resize(flat, 5, 11, method) == 77).all()
        results.append(images.resize(image, 11, 13, method))
    assert all(result.shape == (11, 13, 3) for result in results)
    assert len({result.tobytes() for result in results}) == len(images.RESAMPLING)
    np.testing.assert_array_equal(images.resize(image, 20, 30), image)


def test_saved_picture_comes_back(tmp_path):
    image = picture(13, 17)
    images.save_image(tmp_path / "picture.png", image)
    np.testing.assert_array_equal(images.load_image(tmp_path / "picture.png"), image)


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match=r"\(0, 4, 3\), needs \(n_H, n_W, 3\)"):
        images.crop_square(np.zeros((0, 4, 3), np.uint8))
    with pytest.raises(TypeError, match="got list"):
        images.check_image([[0]])
    with pytest.raises(ValueError, match="'cubic'"):
        images.resize(picture(4, 4), 2, 2, "cubic")
    with pytest.raises(ValueError, match="n_H = 0"):
        images.resize(picture(4, 4), 0, 2)
    with pytest.raises(ValueError, match="empty or outside"):
        images.crop_box(picture(4, 4), (float("nan"), 0, 2, 2))
