"""Word vectors trained on six billion words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.data.assets import read_npz


@dataclass(frozen=True, eq=False)
class WordVectors:
    """A vocabulary and one vector a word.

    words   : the words; number i belongs to row i of `vectors`
    vectors : (n_words, n_e) float32
    index   : word -> row
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    index: dict[str, int]

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """Return the vector of a word, (n_e,); KeyError when the word is not in the vocabulary."""
        if word not in self.index:
            raise KeyError(f"{word!r} is not among the {len(self.words):,} words (all are in lower case)")
        return self.vectors[self.index[word]]

    def __repr__(self) -> str:
        return f"WordVectors({len(self.words):,} words, {self.vectors.shape[1]} values each)"

    def nearest(
        self, vector: np.ndarray, k: int = 10, exclude: tuple[str, ...] = ()
    ) -> list[tuple[str, float]]:
        """Find the k words whose vectors have the largest cosine similarity with `vector` (n_e,).

        exclude : words that must not be among them
        Returns (word, cosine similarity), most similar first.
        """
        vector = np.asarray(vector, np.float32)
        if vector.shape != self.vectors.shape[1:]:
            raise ValueError(f"vector has shape {vector.shape}, needs {self.vectors.shape[1:]}")
        norms = np.linalg.norm(self.vectors, axis=1) * max(float(np.linalg.norm(vector)), 1e-12)
        similarity = self.vectors @ vector / norms  # (n_words,)
        similarity[[self.index[word] for word in exclude if word in self.index]] = -np.inf
        best = np.argsort(-similarity, kind="stable")[:k]
        return [(self.words[i], float(similarity[i])) for i in best]

    def analogy(self, a: str, b: str, c: str, k: int = 5) -> list[tuple[str, float]]:
        """Answer "a is to b as c is to ...": the words nearest to b - a + c, the three left out.

        Source: T. Mikolov, W. Yih, G. Zweig, "Linguistic regularities in continuous space word
        representations", 2013.
        """
        return self.nearest(self[b] - self[a] + self[c], k, exclude=(a, b, c))


def load_word_vectors() -> WordVectors:
    """Load GloVe vectors of 50 values: the 20,000 most frequent words and all words of load_sentiment.

    Returns WordVectors, most frequent word first; a fresh copy. Values are rounded to 1/128.
    Errors: AssetError when the file is missing or damaged.
    Source: J. Pennington, R. Socher, C. D. Manning, "GloVe: global vectors for word representation", 2014;
    see assets/README.md.
    """
    arrays = read_npz("glove50.npz")
    words = tuple(arrays["words"].tobytes().decode("utf-8").split("\n"))
    vectors = arrays["vectors"].astype(np.float32)  # (n_words, 50)
    return WordVectors(words, vectors, {word: i for i, word in enumerate(words)})
