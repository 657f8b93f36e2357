"""Unpack the weights of a published network."""

from __future__ import annotations

import numpy as np

from course_utils.data.assets import read_npz


def load_weights(name: str) -> dict[str, np.ndarray]:
    """Unpack the weights in assets/networks/NAME.npz to float32.

    An array `W` of whole numbers comes with `W.scale` (one number, or one a channel) and sometimes
    `W.minimum`: the weight is `whole number · scale + minimum`. Other arrays are only converted.
    Returns name -> read-only float32 array.
    Errors: AssetError when the file is missing or damaged.
    """
    stored = read_npz(f"networks/{name}.npz")
    weights = {}
    for key, array in stored.items():
        if key.endswith((".scale", ".minimum")):
            continue
        W = array.astype(np.float32)
        if f"{key}.scale" in stored:
            W *= stored[f"{key}.scale"]
        if f"{key}.minimum" in stored:
            W += stored[f"{key}.minimum"]
        W.flags.writeable = False
        weights[key] = W
    return weights
