"""Write .npz files whose bytes depend on the arrays alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Pack arrays like numpy.savez_compressed, but with a fixed date and a fixed order.

    arrays : name -> array; written in the order of the mapping
    Returns the bytes of the .npz file. The same zlib gives the same bytes on every run.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def stratified_split(labels: np.ndarray, sizes: tuple[int, ...], seed: int) -> list[np.ndarray]:
    """Deal examples into parts in which every class has its share, the same way on every run.

    labels : (m,) class numbers
    sizes  : examples in each part; their sum is at most m
    seed   : of the shuffle
    Returns one array of shuffled indices a part; no index occurs twice.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    # Each example gets its rank within its class as a fraction; sorting by it interleaves the classes evenly.
    fraction = np.empty(len(labels))
    for label in np.unique(labels):
        own = order[labels[order] == label]
        fraction[own] = (np.arange(len(own)) + rng.random()) / len(own)
    dealt = np.argsort(fraction, kind="stable")
    ends = np.cumsum(sizes)
    return [rng.permutation(dealt[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
