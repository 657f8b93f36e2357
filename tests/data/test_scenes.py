"""Generated scenes: boxes bound what is pasted, parts share nothing, the generator decides all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import SCENE_CLASSES, load_clothes, make_scenes
from course_utils.data.scenes import CLOTHES_NUMBERS, MOST_COVERED


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(60, np.random.default_rng(0))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(32, 70),
    st.integers(1, 9),
    st.sampled_from(["train", "dev", "test"]),
    st.integers(0, 99),
)
def test_shapes_types_and_ranges(m, size, most, part, seed):
    drawn = make_scenes(m, np.random.default_rng(seed), part, size, most)
    assert drawn.X.shape == (m, size, size, 1)
    assert drawn.X.dtype == np.float32
    assert drawn.X.min() >= 0
    assert drawn.X.max() <= 1
    assert drawn.instances.shape == (m, size, size)
    assert len(drawn.boxes) == len(drawn.classes) == m
    for boxes, classes in zip(drawn.boxes, drawn.classes, strict=True):
        assert boxes.shape == (len(classes), 4)
        assert 1 <= len(classes) <= most
        assert classes.dtype == np.int64
        assert set(classes.tolist()) <= set(range(len(SCENE_CLASSES)))
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] <= 1).all()
        assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_a_box_bounds_all_visible_pixels_and_the_last_object_exactly(scenes):
    for boxes, instances in zip(scenes.boxes, scenes.instances, strict=True):
        assert instances.max() <= len(boxes)
        for number, box in enumerate(boxes, start=1):
            rows, columns = np.nonzero(instances == number)
            x1, y1, x2, y2 = (box * 48).round().astype(int)
            if len(rows):
                assert x1 <= columns.min() <= columns.max() < x2
                assert y1 <= rows.min() <= rows.max() < y2
        # Nothing lies before the object placed last, so it touches all four sides of its box.
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x1, y1, x2, y2)


def test_shapes_of_the_classes_differ_as_promised(scenes):
    boxes, classes = np.concatenate(scenes.boxes), np.concatenate(scenes.classes)
    ratio = (boxes[:, 3] - boxes[:, 1]) / (boxes[:, 2] - boxes[:, 0])  # height over width
    trousers, bag, sneaker = (np.median(ratio[classes == c]) for c in range(3))
    assert trousers > 1.5 > bag > 0.75 > sneaker


def test_objects_do_not_cover_each_other_too_much(scenes):
    for boxes in scenes.boxes:
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        for i in range(len(boxes)):
            for j in range(i):
                sides = np.minimum(boxes[i, 2:], boxes[j, 2:]) - np.maximum(boxes[i, :2], boxes[j, :2])
                assert np.maximum(sides, 0).prod() <= MOST_COVERED * min(areas[i], areas[j]) + 1e-12


def test_the_generator_decides_all():
    first, same, other = (make_scenes(3, np.random.default_rng(seed)) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.X, same.X)
    np.testing.assert_array_equal(first.instances, same.instances)
    assert not np.array_equal(first.X, other.X)


def test_class_numbers_name_the_clothes():
    names = load_clothes().class_names
    assert tuple(names[number] for number in CLOTHES_NUMBERS) == SCENE_CLASSES


def test_settings_that_do_not_fit_are_named():
    rng = np.random.default_rng(0)
    for arguments, text in (
        ({"m": 0}, "m is 0"),
        ({"m": 1, "part": "all"}, "part is 'all'"),
        ({"m": 1, "size": 20}, "size is 20"),
        ({"m": 1, "most_objects": 0}, "most_objects is 0"),
        ({"m": 1.5}, "m is 1.5"),
    ):
        with pytest.raises(ValueError, match=text):
            make_scenes(rng=rng, **arguments)
