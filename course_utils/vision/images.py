"""Read, write, cut and resize pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def check_image(image: np.ndarray) -> tuple[int, int]:
    """Check that a picture is (n_H, n_W, 3) uint8, and return n_H, n_W.

    Raises TypeError when it is no array of bytes, ValueError when its shape is another or it is empty.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        have = f"dtype {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
        raise TypeError(f"image must be an array of uint8 from 0 to 255, got {have}")
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"image has shape {image.shape}, needs (n_H, n_W, 3)")
    return image.shape[0], image.shape[1]


def load_image(path: str | Path) -> np.ndarray:
    """Read a picture file (JPEG, PNG, ...).

    Returns (n_H, n_W, 3) uint8, channels red, green, blue; a grey picture has three equal channels.
    Raises FileNotFoundError when there is no such file, PIL.UnidentifiedImageError when it is no picture.
    """
    with Image.open(path) as picture:
        return np.array(picture.convert("RGB"))


def save_image(path: str | Path, image: np.ndarray) -> None:
    """Write a picture (n_H, n_W, 3) uint8; the ending of the path names the format, e.g. ".png"."""
    check_image(image)
    Image.fromarray(image).save(path)


def resize(image: np.ndarray, n_H: int, n_W: int, method: str = "bilinear") -> np.ndarray:
    """Resize a picture (n_H_prev, n_W_prev, 3) uint8 to (n_H, n_W, 3).

    method : "nearest", "bilinear", "bicubic" or "lanczos"; all but the first average when they shrink
    Raises ValueError for another method or a size below 1.
    """
    check_image(image)
    if method not in RESAMPLING:
        raise ValueError(f"method must be one of {', '.join(RESAMPLING)}, got {method!r}")
    if n_H < 1 or n_W < 1:
        raise ValueError(f"a picture needs at least 1 by 1 pixels, got n_H = {n_H}, n_W = {n_W}")
    return np.array(Image.fromarray(image).resize((n_W, n_H), RESAMPLING[method]))


def crop_square(image: np.ndarray) -> np.ndarray:
    """Cut the largest square out of the middle of a picture (n_H, n_W, 3)."""
    n_H, n_W = check_image(image)
    side = min(n_H, n_W)
    top, left = (n_H - side) // 2, (n_W - side) // 2
    return image[top : top + side, left : left + side].copy()


def letterbox(
    image: np.ndarray, size: int, fill: float, centred: bool = True
) -> tuple[np.ndarray, float, tuple[int, int]]:
    """Shrink or enlarge a picture to fit a square without changing its proportions.

    image   : (n_H, n_W, 3) uint8
    size    : side of the square, pixels
    fill    : grey level of the free border, 0 to 255 (fractions allowed)
    centred : whether the picture stands in the middle; else at the upper left
    Returns the square (size, size, 3) float32, the scale, and the (left, top) of the picture in it:
    x in the square = scale·x + left.
    """
    n_H, n_W = check_image(image)
    scale = size / max(n_H, n_W)
    n_H_new, n_W_new = max(round(n_H * scale), 1), max(round(n_W * scale), 1)
    left, top = ((size - n_W_new) // 2, (size - n_H_new) // 2) if centred else (0, 0)
    square = np.full((size, size, 3), fill, np.float32)
    square[top : top + n_H_new, left : left + n_W_new] = resize(image, n_H_new, n_W_new)
    return square, scale, (left, top)


def crop_box(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a square around the middle of a box; its side is the box's longer side.

    image : (n_H, n_W, 3) uint8
    box   : (x1, y1, x2, y2) corners in pixels
    Returns (side, side, 3) uint8; what lies outside the picture is black.
    Raises ValueError when the box is empty or lies outside the picture.
    """
    n_H, n_W = check_image(image)
    x1, y1, x2, y2 = (float(v) for v in box)
    if not (x1 < x2 and y1 < y2 and x1 < n_W and y1 < n_H and x2 > 0 and y2 > 0):
        raise ValueError(f"box {(x1, y1, x2, y2)} is empty or outside the picture of {n_W} by {n_H} pixels")
    side = max(round(max(x2 - x1, y2 - y1)), 1)
    left, top = round((x1 + x2 - side) / 2), round((y1 + y2 - side) / 2)
    square = np.zeros((side, side, 3), np.uint8)
    rows, columns = slice(max(top, 0), min(top + side, n_H)), slice(max(left, 0), min(left + side, n_W))
    square[
        rows.start - top : rows.stop - top,
        columns.start - left : columns.stop - left,
    ] = image[rows, columns]
    return square
