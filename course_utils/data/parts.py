"""Train, dev and test parts of things that are no arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True)
class Parts(Generic[T]):
    """Items in three parts that do not overlap: `train`, `dev` and `test`, each a tuple."""

    train: tuple[T, ...]
    dev: tuple[T, ...]
    test: tuple[T, ...]

    def __repr__(self) -> str:
        return f"Parts({len(self.train)} train, {len(self.dev)} dev, {len(self.test)} test)"


def every_tenth(items: Sequence[T]) -> Parts[T]:
    """Deal items in their order: of every ten the ninth goes to dev, the tenth to test."""
    return Parts(
        train=tuple(item for i, item in enumerate(items) if i % 10 < 8),
        dev=tuple(items[8::10]),
        test=tuple(items[9::10]),
    )


def cut(items: Sequence[T], sizes: tuple[int, int, int]) -> Parts[T]:
    """Cut the first items into parts of the given sizes (train, dev, test).

    Raises ValueError when there are fewer items than the sizes ask for.
    """
    if any(size < 0 for size in sizes) or sum(sizes) > len(items):
        raise ValueError(f"sizes {sizes} need {sum(sizes):,} items, there are {len(items):,}")
    a, b, c = np.cumsum(sizes)
    return Parts(tuple(items[:a]), tuple(items[a:b]), tuple(items[b:c]))
