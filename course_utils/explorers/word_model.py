"""A small language model counted from text: words given the two words before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

END = "⏎"  # end of a line of verse
_START = ""
WEIGHTS = (0.6, 0.3, 0.1)  # of three, two and one word; more weight on one word would surprise less
# on new sonnets (lower perplexity) but would end nearly every line after a word or two


def words_of(line: str) -> list[str]:
    """Words of a line in lower case; apostrophes inside words stay."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", line.lower().replace("’", "'"))


class TrigramModel:
    """Interpolated trigram model (Jelinek and Mercer, 1980) over whole lines.

    P(w | u, v) mixes the shares of w after (u, v), after v, and anywhere. Where a context was never
    seen its weight goes to the shorter ones.

    lines   : texts, one sentence each
    weights : of trigram, bigram and unigram, adding up to 1
    """

    def __init__(self, lines: Iterable[str], weights: tuple[float, float, float] = WEIGHTS) -> None:
        if min(weights) < 0 or abs(sum(weights) - 1) > 1e-9 or weights[2] == 0:
            raise ValueError(f"weights must add up to 1 and the last be above 0, got {weights}")
        self.weights = weights
        sentences = [words for words in map(words_of, lines) if words]
        if not sentences:
            raise ValueError("lines hold no words")
        counts = Counter(word for words in sentences for word in [*words, END])
        self.vocabulary: tuple[str, ...] = tuple(sorted(counts))
        self.index = {word: i for i, word in enumerate(self.vocabulary)}
        total = sum(counts.values())
        self._unigram = np.array([counts[word] / total for word in self.vocabulary])  # (n_words,)
        followers: dict[tuple[str, ...], Counter] = defaultdict(Counter)
        for words in sentences:
            padded = [_START, _START, *words, END]
            for i in range(2, len(padded)):
                followers[tuple(padded[i - 2 : i])][padded[i]] += 1
                followers[(padded[i - 1],)][padded[i]] += 1
        self._followers = {
            context: (
                np.array([self.index[word] for word in counter]),
                np.array(list(counter.values())) / sum(counter.values()),
            )
            for context, counter in followers.items()
        }
        self._cache: dict[tuple[str, str], np.ndarray] = {}

    def log_probabilities(self, words: tuple[str, ...]) -> np.ndarray:
        """Log-probabilities (n_words,) of the next word, in the order of `vocabulary`.

        words : the sentence so far, words of the vocabulary
        Raises ValueError for a word the model has never seen.
        """
        for word in words:
            if word not in self.index:
                raise ValueError(
                    f"the model does not know the word {word!r}; it was not in the sonnets it read"
                )
        context = (_START, _START, *words)[-2:]
        if context not in self._cache:
            weights, mix = [self.weights[2]], [self._unigram]
            P = np.zeros(len(self.vocabulary))
            for weight, seen in ((self.weights[1], context[1:]), (self.weights[0], context)):
                if seen in self._followers:
                    weights.append(weight)
                    mix.append(self._followers[seen])
            for weight, part in zip(weights, mix, strict=True):
                if isinstance(part, tuple):
                    P[part[0]] += weight * part[1]
                else:
                    P += weight * part
            self._cache[context] = np.log(P / sum(weights))
        return self._cache[context]

    def step(self, tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The model in the form of `language.decoding`.

        tokens : (k,) last word of each hypothesis; the end mark stands for the start of a line
        state  : (1, k) the word before it
        Returns log-probabilities (n_words, k) and the new state (1, k).
        """
        end = self.index[END]

        def context(before: int, last: int) -> tuple[str, ...]:
            return tuple(self.vocabulary[i] for i in (before, last) if i != end)

        columns = [
            self.log_probabilities(context(before, last))
            for before, last in zip(state[0].tolist(), tokens.tolist(), strict=True)
        ]
        return np.stack(columns, axis=1), tokens[None].copy()

    def first_state(self, words: tuple[str, ...]) -> tuple[int, np.ndarray]:
        """Start token and state (1, 1) with which `step` goes on after the given words."""
        self.log_probabilities(words)  # raises for a word it does not know
        before, last = (END, END, *words)[-2:]
        return self.index[last], np.array([[self.index[before]]])

    def perplexity(self, lines: Iterable[str]) -> float:
        """exp of minus the mean log-probability of a word; words never seen are left out."""
        total, n = 0.0, 0
        for words in map(words_of, lines):
            known = [word for word in words if word in self.index]
            for i, word in enumerate([*known, END] if known else []):
                total += self.log_probabilities(tuple(known[:i]))[self.index[word]]
                n += 1
        return float(np.exp(-total / n))
