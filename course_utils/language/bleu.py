"""BLEU: how close a translation is to one or several references.

Source: Papineni, Roukos, Ward and Zhu, BLEU: a method for automatic evaluation of machine
translation, 2002. Sentences are lists of tokens; splitting text into tokens is the caller's choice.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Tokens = Sequence[str]


def _check_tokens(name: str, tokens: Tokens) -> None:
    if isinstance(tokens, (str, bytes)):
        raise TypeError(f"{name} is a string, needs a list of tokens, for instance {name}.split()")


def _check_references(references: Sequence[Tokens]) -> None:
    _check_tokens("references", references)
    if len(references) == 0:
        raise ValueError("references is empty, needs at least one list of tokens")
    for i, reference in enumerate(references):
        if isinstance(reference, (str, bytes)):
            raise TypeError(
                f"references[{i}] is a string, needs a list of tokens; references is a list of lists"
            )


def ngrams(tokens: Tokens, n: int) -> Counter[tuple[str, ...]]:
    """Count the runs of n neighbouring tokens.

    tokens : list of tokens;  n : at least 1
    Returns a Counter of tuples; empty when there are fewer than n tokens.
    """
    _check_tokens("tokens", tokens)
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ValueError(f"n is {n!r}, needs a whole number of at least 1")
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def modified_precision(candidate: Tokens, references: Sequence[Tokens], n: int) -> tuple[int, int]:
    """How many of the candidate's n-grams the references confirm.

    Each n-gram counts at most as often as in the reference that has it most often ("clipped"), so
    repeating a right word earns nothing.

    candidate  : list of tokens
    references : list of token lists, at least one
    n          : length of the runs
    Returns (clipped count, number of n-grams in the candidate); the precision is their quotient.
    """
    _check_tokens("candidate", candidate)
    _check_references(references)
    counts = ngrams(candidate, n)
    allowed: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        allowed |= ngrams(reference, n)  # the union of Counters keeps the larger count
    return (counts & allowed).total(), counts.total()


def closest_reference_length(candidate_length: int, reference_lengths: Sequence[int]) -> int:
    """The reference length nearest to the candidate's; the shorter of two equally near ones."""
    if len(reference_lengths) == 0:
        raise ValueError("reference_lengths is empty, needs at least one length")
    return min(reference_lengths, key=lambda r: (abs(r - candidate_length), r))


def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    """1 for a candidate longer than the reference, else `exp(1 - r / c)`; 0 for an empty one.

    Precision alone would reward a translation of one safe word.
    """
    if candidate_length < 0 or reference_length < 0:
        raise ValueError(f"lengths are {candidate_length} and {reference_length}, need at least 0")
    if candidate_length > reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


def _combine(counts: Sequence[tuple[int, int]], penalty: float, smoothing: float) -> float:
    """Brevity penalty times the geometric mean of the precisions."""
    logs = []
    for n, (clipped, total) in enumerate(counts, start=1):
        add = smoothing if n > 1 else 0.0
        if clipped + add == 0 or total + add == 0:
            return 0.0  # one precision of 0 makes the geometric mean 0
        logs.append(math.log((clipped + add) / (total + add)))
    return penalty * math.exp(sum(logs) / len(logs))


def _check_bleu(max_n: int, smoothing: float) -> None:
    if isinstance(max_n, bool) or not isinstance(max_n, int) or max_n < 1:
        raise ValueError(f"max_n is {max_n!r}, needs a whole number of at least 1")
    if not smoothing >= 0:
        raise ValueError(f"smoothing is {smoothing!r}, needs a number of at least 0")


def bleu(candidate: Tokens, references: Sequence[Tokens], max_n: int = 4, *, smoothing: float = 0.0) -> float:
    """BLEU of one sentence: `BP * exp(mean over n of log p_n)`, n from 1 to max_n.

    candidate  : list of tokens
    references : list of token lists, at least one
    max_n      : longest run counted
    smoothing  : added to count and total of every n above 1 (1 is the rule of Lin and Och, 2004).
                 With 0, as in the original, a sentence without a confirmed run of max_n tokens (or
                 shorter than max_n) scores 0
    Returns a number in [0, 1].
    """
    return corpus_bleu([candidate], [references], max_n, smoothing=smoothing)


def corpus_bleu(
    candidates: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    max_n: int = 4,
    *,
    smoothing: float = 0.0,
) -> float:
    """BLEU of a corpus: counts and lengths are added over all sentences before dividing.

    That is how BLEU is meant and reported; the mean of sentence scores is another number.

    candidates : list of sentences, each a list of tokens
    references : for each sentence its list of references
    max_n, smoothing : as for `bleu`
    Returns a number in [0, 1].
    """
    _check_bleu(max_n, smoothing)
    if len(candidates) != len(references):
        raise ValueError(
            f"references has {len(references)} entries, needs {len(candidates)}, one a candidate"
        )
    if len(candidates) == 0:
        raise ValueError("candidates is empty, needs at least one sentence")
    for candidate, its_references in zip(candidates, references, strict=True):
        _check_tokens("candidate", candidate)
        _check_references(its_references)
    pairs = list(zip(candidates, references, strict=True))
    counts = []
    for n in range(1, max_n + 1):
        found = [modified_precision(candidate, its, n) for candidate, its in pairs]
        counts.append((sum(clipped for clipped, _ in found), sum(total for _, total in found)))
    length = sum(len(candidate) for candidate, _ in pairs)
    closest = sum(closest_reference_length(len(c), [len(r) for r in its]) for c, its in pairs)
    return _combine(counts, brevity_penalty(length, closest), smoothing)
