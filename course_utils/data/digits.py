"""Handwritten digits."""

from __future__ import annotations

from collections.abc import Collection

from course_utils.data.assets import read_npz
from course_utils.data.dataset import Dataset, image_dataset

DIGIT_NAMES = tuple("0123456789")


def load_digits(classes: Collection[int] | None = None) -> Dataset:
    """Load 10,000 handwritten digits of 28 by 28 grey pixels: 8000 train, 1000 dev, 1000 test.

    classes : digits to keep, e.g. (3, 8); None keeps all ten
    Returns a Dataset: images (m, 28, 28, 1) float32, 0 is paper and 1 is ink; labels (m,) int64, the
    digits themselves. Every part holds each digit in the same share, shuffled, in a fixed order.
    The arrays are fresh copies, free to be changed.
    Errors: ValueError for a class that is no digit; AssetError when the file is missing or damaged.
    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", 1998 (MNIST); see assets/README.md.
    """
    return image_dataset(read_npz("digits28.npz"), DIGIT_NAMES, classes)


def load_small_digits(classes: Collection[int] | None = None) -> Dataset:
    """Load 1797 handwritten digits of 8 by 8 grey pixels: 1200 train, 299 dev, 298 test.

    Small enough to train on in a second. Arguments, returns and errors are those of load_digits,
    with images (m, 8, 8, 1).
    Source: E. Alpaydin, C. Kaynak, "Cascading classifiers", 1998; see assets/README.md.
    """
    return image_dataset(read_npz("digits8.npz"), DIGIT_NAMES, classes, grey_max=16)
