"""Mini-batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from course_utils.kernels.checks import check_positive_int


class MiniBatches:
    """Examples in batches. Going through it once is one epoch; each time the order is drawn anew.

    Every example is in exactly one batch; the last batch is smaller when batch_size does not divide
    the number of examples. `len(batches)` is the number of batches.

    arrays     : one array, or several that belong together (X, Y, ...)
    batch_size : examples a batch, at least 1
    rng        : draws the order; None keeps it as it is
    axis       : axis of the examples: -1 for columns, as in (n, m); 0 for pictures (m, n_H, n_W, n_C).
                 One number for all arrays, or one an array
    Going through it gives an array a batch for one array, a tuple for several. Batches are copies.
    Raises ValueError when the arrays do not have equally many examples.
    """

    def __init__(
        self,
        arrays: np.ndarray | Sequence[np.ndarray],
        batch_size: int,
        rng: np.random.Generator | None = None,
        axis: int | Sequence[int] = -1,
    ) -> None:
        self._single = isinstance(arrays, np.ndarray)
        self.arrays = (arrays,) if self._single else tuple(arrays)
        if not self.arrays:
            raise ValueError("arrays is empty, needs at least one array")
        self.axes = (axis,) * len(self.arrays) if isinstance(axis, int) else tuple(axis)
        if len(self.axes) != len(self.arrays):
            raise ValueError(f"axis has {len(self.axes)} entries, needs {len(self.arrays)}, one an array")
        counts = [array.shape[a] for array, a in zip(self.arrays, self.axes, strict=True)]
        if len(set(counts)) > 1:
            raise ValueError(f"arrays have {counts} examples along axes {list(self.axes)}, need equally many")
        self.m = counts[0]
        self.batch_size = check_positive_int("batch_size", batch_size)
        self.rng = rng

    def __len__(self) -> int:
        return -(-self.m // self.batch_size)  # rounded up

    def __iter__(self) -> Iterator[np.ndarray | tuple[np.ndarray, ...]]:
        order = np.arange(self.m) if self.rng is None else self.rng.permutation(self.m)
        for start in range(0, self.m, self.batch_size):
            chosen = order[start : start + self.batch_size]
            batch = tuple(
                np.take(array, chosen, axis=a) for array, a in zip(self.arrays, self.axes, strict=True)
            )
            yield batch[0] if self._single else batch


def mini_batches(
    arrays: np.ndarray | Sequence[np.ndarray],
    batch_size: int,
    rng: np.random.Generator | None = None,
    axis: int | Sequence[int] = -1,
) -> MiniBatches:
    """Cut examples into mini-batches, shuffled by `rng`; see `MiniBatches`."""
    return MiniBatches(arrays, batch_size, rng, axis)
