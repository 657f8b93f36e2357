"""Objects outlined by hand on the photographs of the course."""

from __future__ import annotations

CLASSES = ("person", "animal", "thing")

Box = tuple[int, float, float, float, float]  # class number, then corners x1, y1, x2, y2 as shares


def _coins() -> tuple[Box, ...]:
    """The 24 coins, from the centres and radii measured on the photograph."""
    width, height = 378.0, 298.0  # size of the print they were measured on
    circles = (
        (43, 54, 21), (98, 56, 18), (153, 50, 22), (212, 50, 23), (271, 52, 20), (329, 43, 29),
        (44, 123, 20), (101, 124, 18), (151, 125, 18), (202, 122, 19), (266, 118, 24), (330, 123, 18),
        (43, 194, 18), (99, 193, 21), (151, 195, 18), (208, 190, 23), (268, 190, 22), (341, 184, 31),
        (46, 256, 27), (111, 262, 20), (169, 257, 27), (239, 259, 23), (296, 259, 24), (352, 264, 22),
    )  # fmt: skip
    return tuple(
        (
            2,
            round((x - r) / width, 3),
            round((y - r) / height, 3),
            round((x + r) / width, 3),
            round((y + r) / height, 3),
        )
        for x, y, r in circles
    )


SCENES: dict[str, tuple[Box, ...]] = {
    "astronaut": (
        (0, 0.05, 0.02, 0.72, 1.0),
        (2, 0.55, 0.67, 1.0, 1.0),
        (2, 0.68, 0.01, 0.92, 0.57),
        (2, 0.26, 0.68, 0.41, 0.83),
        (2, 0.0, 0.0, 0.2, 1.0),
    ),
    "coffee": ((2, 0.28, 0.04, 0.69, 0.6), (2, 0.12, 0.18, 0.8, 0.97), (2, 0.53, 0.15, 0.72, 0.82)),
    "chelsea": (
        (1, 0.0, 0.0, 0.86, 1.0),
        (2, 0.3, 0.29, 0.46, 0.5),
        (2, 0.65, 0.36, 0.76, 0.55),
        (2, 0.5, 0.71, 0.62, 0.88),
    ),
    "camera": ((0, 0.0, 0.12, 0.65, 1.0), (2, 0.5, 0.27, 0.64, 0.37), (2, 0.45, 0.36, 0.8, 0.99)),
    "china": ((2, 0.14, 0.06, 0.58, 0.92), (2, 0.86, 0.32, 1.0, 0.65), (2, 0.63, 0.66, 0.93, 1.0)),
    "coins": _coins(),
}
