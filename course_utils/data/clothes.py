"""Pictures of clothes."""

from __future__ import annotations

from collections.abc import Collection

from course_utils.data.assets import read_npz
from course_utils.data.dataset import Dataset, image_dataset

CLOTHES_NAMES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def load_clothes(classes: Collection[int] | None = None) -> Dataset:
    """Load 6000 pictures of clothes of 28 by 28 grey pixels: 4800 train, 600 dev, 600 test.

    classes : numbers of the classes to keep, see CLOTHES_NAMES; None keeps all ten
    Returns a Dataset: images (m, 28, 28, 1) float32, 0 is background; labels (m,) int64. Every part
    holds each class in the same share, shuffled, in a fixed order. The arrays are fresh copies.
    Errors: ValueError for an unknown class; AssetError when the file is missing or damaged.
    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017; see assets/README.md.
    """
    return image_dataset(read_npz("clothes28.npz"), CLOTHES_NAMES, classes)
