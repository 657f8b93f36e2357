"""Photographs that may be shown and changed freely."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from course_utils.data.assets import read_small

PHOTOGRAPHS = (
    "astronaut",
    "chelsea",
    "coffee",
    "rocket",
    "camera",
    "coins",
    "clock",
    "hubble",
    "brick",
    "grass",
    "gravel",
    "china",
    "flower",
)


def load_photograph(name: str) -> np.ndarray:
    """Load one photograph of the list PHOTOGRAPHS.

    name : "astronaut" (a portrait), "chelsea" (a cat), "coffee" (a cup on a table), "rocket",
           "camera" (a man with a camera, grey), "coins" (grey), "clock" (blurred, grey), "hubble" (galaxies),
           "brick", "grass", "gravel" (grey textures), "china" (a temple) or "flower"
    Returns the picture, shape (n_H, n_W, 3), uint8 from 0 to 255, channels red, green, blue (equal in grey
    pictures); a fresh copy, free to be changed.
    Errors: ValueError for an unknown name; AssetError when the file is missing or damaged.
    Source and rights of each: assets/README.md.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"there is no photograph {name!r}; there are {', '.join(PHOTOGRAPHS)}")
    with Image.open(io.BytesIO(read_small(f"photographs/{name}.jpg"))) as picture:
        return np.array(picture.convert("RGB"))  # (n_H, n_W, 3)
