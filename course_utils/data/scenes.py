"""Small scenes to detect things in: photographs of clothes scattered over a noisy background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from course_utils.data.clothes import load_clothes
from course_utils.data.digits import load_digits

SCENE_CLASSES = ("trousers", "bag", "sneaker")
CLOTHES_NUMBERS = (1, 8, 7)  # of these classes in load_clothes
TRIES = 20  # places tried for an object before it is left out
MOST_COVERED = 0.4  # share of the smaller of two boxes that the other may cover


@dataclass(frozen=True, eq=False)
class Scenes:
    """Pictures with their objects.

    X           : (m, size, size, 1) float32 from 0 to 1
    boxes       : m arrays (n, 4) of corners (x1, y1, x2, y2) as shares of the picture
    classes     : m arrays (n,) of class numbers, int64
    instances   : (m, size, size) uint8, number of the object seen at each pixel from 1, 0 for none
    class_names : name of class 0, 1, ...
    """

    X: np.ndarray
    boxes: list[np.ndarray]
    classes: list[np.ndarray]
    instances: np.ndarray
    class_names: tuple[str, ...] = SCENE_CLASSES

    def __repr__(self) -> str:
        return f"Scenes({len(self.X)} pictures {self.X.shape[1:]}, {sum(map(len, self.boxes))} objects)"


def make_scenes(
    m: int, rng: np.random.Generator, part: str = "train", size: int = 48, most_objects: int = 4
) -> Scenes:
    """Draw scenes: up to `most_objects` clothes of three kinds, and up to two handwritten digits as clutter.

    Trousers are tall, sneakers wide, bags in between. Each object is cut out at its tight box, stretched to a
    drawn size, mirrored or not, made lighter or darker, and put at a drawn place, before or behind others. A
    box always lies inside the picture and bounds the whole object, hidden parts included. Digits are no
    objects: a detector has to pass them over.

    m            : number of scenes, at least 1
    rng          : source of randomness; the same generator state gives the same scenes
    part         : "train", "dev" or "test", the part of load_clothes and load_digits to take pictures from:
                   scenes of different parts share no picture
    size         : side of the square scenes in pixels, at least 32
    most_objects : at least 1; a scene gets 1 to this many, or fewer where no place is left
    Returns Scenes. Raises ValueError for other settings.
    """
    if part not in ("train", "dev", "test"):
        raise ValueError(f"part is {part!r}, needs 'train', 'dev' or 'test'")
    for name, value, least in (("m", m, 1), ("size", size, 32), ("most_objects", most_objects, 1)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(f"{name} is {value!r}, needs a whole number of at least {least}")
    clothes, digits = load_clothes(CLOTHES_NUMBERS), load_digits()
    pictures, numbers = getattr(clothes, f"X_{part}")[..., 0], getattr(clothes, f"Y_{part}")
    of_class = [pictures[numbers == number] for number in CLOTHES_NUMBERS]
    clutter = getattr(digits, f"X_{part}")[..., 0]

    X = np.empty((m, size, size, 1), np.float32)
    instances = np.zeros((m, size, size), np.uint8)
    boxes, classes = [], []
    for i in range(m):
        scene = _background(size, rng)
        for _ in range(int(rng.integers(0, 3))):
            _paste_clutter(scene, clutter[rng.integers(len(clutter))], rng)
        placed: list[tuple[int, int, int, int]] = []
        kinds: list[int] = []
        for _ in range(int(rng.integers(1, most_objects + 1))):
            kind = int(rng.integers(len(of_class)))
            thing = _thing(of_class[kind][rng.integers(len(of_class[kind]))], size, rng)
            corners = _place(thing.shape, size, placed, rng)
            if corners is None:
                continue
            x1, y1, x2, y2 = corners
            seen = thing > 0
            scene[y1:y2, x1:x2][seen] = thing[seen]
            instances[i, y1:y2, x1:x2][seen] = len(placed) + 1
            placed.append(corners)
            kinds.append(kind)
        X[i, :, :, 0] = np.clip(scene + rng.normal(0, 0.04, scene.shape), 0, 1)
        boxes.append(np.array(placed, dtype=float).reshape(-1, 4) / size)
        classes.append(np.array(kinds, dtype=np.int64))
    return Scenes(X, boxes, classes, instances)


def _stretch(picture: np.ndarray, n_H: int, n_W: int) -> np.ndarray:
    """Change the size of a grey picture (float32), smoothly."""
    resized = Image.fromarray(picture).resize((n_W, n_H), Image.Resampling.BILINEAR)
    return np.array(resized, np.float32)  # (n_H, n_W)


def _background(size: int, rng: np.random.Generator) -> np.ndarray:
    """Soft clouds of grey (size, size) float32."""
    coarse = rng.uniform(0.05, 0.5, (5, 5)).astype(np.float32)
    return _stretch(coarse, size, size)


def _cut_out(picture: np.ndarray, level: float) -> np.ndarray:
    """The tight box of a picture around its pixels above a level."""
    rows, columns = np.flatnonzero((picture > level).any(1)), np.flatnonzero((picture > level).any(0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _thing(picture: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """One object at its drawn size, float32; 0 where the background shows through."""
    cut = _cut_out(picture, 0.1)
    longer = rng.uniform(0.27, 0.62) * size
    scale = longer / max(cut.shape)
    stretch = np.exp(rng.uniform(-0.15, 0.15))
    n_H = max(6, round(cut.shape[0] * scale * stretch))
    n_W = max(6, round(cut.shape[1] * scale / stretch))
    thing = _stretch(np.ascontiguousarray(cut), n_H, n_W)
    if rng.random() < 0.5:
        thing = thing[:, ::-1]
    thing = np.where(thing > 0.1, np.clip(rng.uniform(0.6, 1.1) * thing, 0.02, 1), 0).astype(np.float32)
    return _cut_out(thing, 0)  # stretching can leave an empty border


def _place(
    shape: tuple[int, int], size: int, placed: list[tuple[int, int, int, int]], rng: np.random.Generator
) -> tuple[int, int, int, int] | None:
    """Corners in pixels of a free place; None when none was found."""
    n_H, n_W = shape
    for _ in range(TRIES):
        x1, y1 = int(rng.integers(0, size - n_W + 1)), int(rng.integers(0, size - n_H + 1))
        corners = (x1, y1, x1 + n_W, y1 + n_H)
        if all(_covered(corners, other) <= MOST_COVERED for other in placed):
            return corners
    return None


def _covered(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Share of the smaller of two boxes that the other covers."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(width, 0) * max(height, 0) / smaller


def _paste_clutter(scene: np.ndarray, digit: np.ndarray, rng: np.random.Generator) -> None:
    """Write a digit into the scene, in place."""
    cut = _cut_out(digit, 0.1)
    scale = rng.uniform(0.2, 0.42) * len(scene) / max(cut.shape)
    n_H, n_W = (max(4, round(n * scale)) for n in cut.shape)
    ink = _stretch(np.ascontiguousarray(cut), n_H, n_W)
    y, x = int(rng.integers(0, len(scene) - n_H + 1)), int(rng.integers(0, len(scene) - n_W + 1))
    spot = scene[y : y + n_H, x : x + n_W]
    spot += ink * (rng.uniform(0.6, 1.0) - spot)
