"""Labelled image sets: shapes, ranges, splits without overlap, classes, copies."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data

PARTS = ("train", "dev", "test")
SETS = {
    "digits": (data.load_digits, (28, 28, 1), (8000, 1000, 1000)),
    "small digits": (data.load_small_digits, (8, 8, 1), (1200, 299, 298)),
    "clothes": (data.load_clothes, (28, 28, 1), (4800, 600, 600)),
}


@pytest.fixture(params=SETS)
def labelled_set(request):
    load, image_shape, sizes = SETS[request.param]
    return load, load(), image_shape, sizes


def images_of(dataset, part):
    return getattr(dataset, f"X_{part}"), getattr(dataset, f"Y_{part}")


def test_shapes_types_and_ranges(labelled_set):
    _, dataset, image_shape, sizes = labelled_set
    for part, size in zip(PARTS, sizes, strict=True):
        X, Y = images_of(dataset, part)
        assert X.shape == (size, *image_shape)
        assert X.dtype == np.float32
        assert X.min() == 0
        assert X.max() == 1
        assert Y.shape == (size,)
        assert Y.dtype == np.int64
        assert set(Y.tolist()) == set(range(len(dataset.class_names)))


def test_no_image_occurs_twice_in_or_across_the_parts(labelled_set):
    _, dataset, _, sizes = labelled_set
    pictures = {image.tobytes() for part in PARTS for image in images_of(dataset, part)[0]}
    assert len(pictures) == sum(sizes)


def test_every_part_holds_each_class_in_its_share(labelled_set):
    _, dataset, _, sizes = labelled_set
    shares = [
        np.bincount(images_of(dataset, part)[1]) / size for part, size in zip(PARTS, sizes, strict=True)
    ]
    for share in shares[1:]:
        np.testing.assert_allclose(share, shares[0], atol=0.006)


def test_classes_keeps_just_those_in_the_same_order(labelled_set):
    load, dataset, _, _ = labelled_set
    kept = load(classes=(3, 8))
    for part in PARTS:
        X, Y = images_of(dataset, part)
        X_kept, Y_kept = images_of(kept, part)
        keep = (Y == 3) | (Y == 8)
        np.testing.assert_array_equal(X_kept, X[keep])
        np.testing.assert_array_equal(Y_kept, Y[keep])
    assert kept.class_names == dataset.class_names
    assert set(load(classes=3).Y_test.tolist()) == {3}


@pytest.mark.parametrize("classes", [(), (3, 10), (-1,), ("3",), 10, "3"])
def test_unknown_classes_are_refused(labelled_set, classes):
    load = labelled_set[0]
    with pytest.raises(ValueError, match="classes must be numbers from 0 to 9"):
        load(classes=classes)


def test_changing_what_was_loaded_does_not_change_the_next_load(labelled_set):
    load, dataset, _, _ = labelled_set
    before = dataset.X_train[:3].copy()
    spoilt = load()
    spoilt.X_train[:] = 7
    spoilt.Y_train[:] = 0
    np.testing.assert_array_equal(load().X_train[:3], before)
    assert load().Y_train.any()
