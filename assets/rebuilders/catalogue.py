"""All files in assets/, in the order of README.md."""

from __future__ import annotations

from . import clothes, digits, photographs, published, speech, text, word_vectors
from .asset import Asset

ASSETS: list[Asset] = [
    *digits.ASSETS,
    *clothes.ASSETS,
    *photographs.ASSETS,
    *word_vectors.ASSETS,
    *text.ASSETS,
    *speech.ASSETS,
    *published.ASSETS,
]
