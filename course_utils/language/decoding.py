"""From a language model to a sentence: greedy, beam and exact search.

A model is one function, `step(tokens, state) -> log_p, state`, called with all hypotheses at once:

    tokens : (k,) the last token of each of k hypotheses
    state  : what `step` returned last, with one column a hypothesis. It is None, an array, or a
             tuple, list or dict of them; the LAST axis of every array runs over the hypotheses,
             as in the recurrent kernels' (n_a, m). Between two calls the search picks, repeats
             and drops columns
    log_p  : (n_y, k) logarithms of the probabilities of the next token; -inf for an impossible one

A model that needs the whole prefix keeps it in its state, (t, k). What all hypotheses share, such
as an encoder's states, is better left out of the state: `step` can close over it.

The score of a sentence of T tokens is `log p / T^alpha`. Log-probabilities are added, because a
product of many probabilities underflows. Every further token lowers the sum, so without
normalisation (alpha = 0) short sentences win; alpha = 1 is the mean per token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Step = Callable[[np.ndarray, Any], tuple[np.ndarray, Any]]


@dataclass(frozen=True)
class Hypothesis:
    """One sentence, or the beginning of one.

    tokens          : ids; the last one is `eos` when the sentence is finished
    log_probability : sum of the log-probabilities of the tokens, eos included
    score           : log_probability / len(tokens)^alpha
    finished        : False when the search stopped at max_length before an eos
    """

    tokens: tuple[int, ...]
    log_probability: float
    score: float
    finished: bool


@dataclass(frozen=True)
class Candidate:
    """One expansion that a step of the search looked at.

    parent : the tokens it continues; `kept` says whether it stayed in the beam (or is finished)
    """

    tokens: tuple[int, ...]
    log_probability: float
    score: float
    kept: bool
    finished: bool

    @property
    def parent(self) -> tuple[int, ...]:
        return self.tokens[:-1]


def _normalised(log_probability: float, length: int, alpha: float) -> float:
    return log_probability / length**alpha if length else log_probability


def _check_search(max_length: int, eos: int, alpha: float) -> None:
    if isinstance(max_length, bool) or not isinstance(max_length, (int, np.integer)) or max_length < 1:
        raise ValueError(f"max_length is {max_length!r}, needs a whole number of at least 1")
    if isinstance(eos, bool) or not isinstance(eos, (int, np.integer)) or eos < 0:
        raise ValueError(f"eos is {eos!r}, needs the id of a token")
    if not alpha >= 0:
        raise ValueError(f"alpha is {alpha!r}, needs a number of at least 0")


def _call(step: Step, tokens: np.ndarray, state: Any, eos: int) -> tuple[np.ndarray, Any]:
    """Call the model and check what it returns."""
    result = step(tokens, state)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("step must return (log_p, state)")
    log_p, state = result
    log_p = np.asarray(log_p)
    if log_p.ndim != 2 or log_p.shape[1] != len(tokens):
        raise ValueError(
            f"step returned log_p of shape {log_p.shape}, needs (n_y, {len(tokens)}), one column a hypothesis"
        )
    if not eos < log_p.shape[0]:
        raise ValueError(f"eos is {eos}, needs a row of log_p, 0 to {log_p.shape[0] - 1}")
    largest = log_p.max()  # NaN when any entry is NaN, and then not at most anything
    if not largest <= 1e-3:
        raise ValueError(
            f"step returned log_p with {largest:.6g}, needs logarithms of probabilities, at most 0"
        )
    return log_p, state


def _pick_columns(state: Any, columns: np.ndarray) -> Any:
    """The state of the chosen hypotheses, in their new order."""
    if state is None:
        return None
    if isinstance(state, dict):
        return {key: _pick_columns(value, columns) for key, value in state.items()}
    if isinstance(state, tuple) and hasattr(state, "_fields"):  # a named tuple
        return type(state)(*(_pick_columns(value, columns) for value in state))
    if isinstance(state, (tuple, list)):
        return type(state)(_pick_columns(value, columns) for value in state)
    if not isinstance(state, np.ndarray) or state.ndim == 0:
        raise TypeError(
            f"state holds a {type(state).__name__}, needs None or arrays with a column a hypothesis"
        )
    return np.take(state, columns, axis=-1)


def add_to_columns(log_p: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Add one number to every column of a matrix with few columns: `log_p + totals`.

    log_p  : (n_y, k),  totals : (k,)
    Returns (n_y, k) in the dtype of log_p.

    NumPy adds row by row, and a row has only k entries. Seen as fewer, longer rows (the same
    memory) beside `totals` repeated, the same additions take less than half the time.
    """
    n_y, k = log_p.shape
    totals = totals.astype(log_p.dtype)
    together = max(1, 512 // max(k, 1))  # rows to join into one
    if n_y < 2 * together or not log_p.flags.c_contiguous:
        return log_p + totals
    joined = n_y - n_y % together
    out = np.empty_like(log_p)
    long_rows = (joined // together, together * k)
    np.add(log_p[:joined].reshape(long_rows), np.tile(totals, together), out=out[:joined].reshape(long_rows))
    np.add(log_p[joined:], totals, out=out[joined:])
    return out


def best_entries(totals: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the k largest entries of a matrix, the largest first.

    totals : (n_y, n) numbers, -inf for entries never to return
    k      : how many; fewer are returned when fewer are above -inf
    Of equal entries the one in the earlier column, then row, comes first.

    Sorting n_y * n entries to find ten is a waste. Deal the entries out to a thousand groups and
    take the largest of each: the k-th largest of these is a bound that at least k entries reach.
    One comparison finds the few entries that reach it, and only those are sorted. Groups are dealt
    like cards (entry i to group i modulo their number): then one pass of NumPy's row-wise maximum
    serves all groups at once, where contiguous groups would each need a call of their own.
    """
    by_column = totals.flags.f_contiguous and not totals.flags.c_contiguous
    flat = (totals.T if by_column else np.ascontiguousarray(totals)).ravel()  # in the order of memory
    groups = max(1000, 4 * k)
    whole = flat.size - flat.size % groups
    largest = np.concatenate([flat[:whole].reshape(-1, groups).max(axis=0, initial=-np.inf), flat[whole:]])
    if k < largest.size:
        bound = np.partition(largest, largest.size - k)[largest.size - k]
        found = np.flatnonzero(flat >= bound)
    else:
        found = np.arange(flat.size)
    found = found[flat[found] > -np.inf]
    if by_column:
        columns, rows = np.divmod(found, totals.shape[0])
    else:
        rows, columns = np.divmod(found, totals.shape[1])
    order = np.lexsort((rows, columns, -flat[found]))[:k]
    return rows[order], columns[order]


def greedy_search(
    step: Step, state: Any, max_length: int, eos: int, alpha: float = 0.7, start: int | None = None
) -> Hypothesis:
    """Take the most probable token at every step.

    step       : the model, see the top of this module
    state      : its first state, with one column
    max_length : tokens at most, eos included
    eos        : id of the end of a sentence
    alpha      : exponent of the length normalisation (it changes the score, not the choice)
    start      : token given to the first call; eos when None
    Returns one `Hypothesis`.
    """
    _check_search(max_length, eos, alpha)
    tokens: list[int] = []
    total = 0.0
    last = eos if start is None else start
    while len(tokens) < max_length:
        log_p, state = _call(step, np.array([last]), state, eos)
        last = int(log_p[:, 0].argmax())
        if np.isneginf(log_p[last, 0]):
            break  # the model allows no next token
        tokens.append(last)
        total += float(log_p[last, 0])
        if last == eos:
            break
    return Hypothesis(
        tuple(tokens), total, _normalised(total, len(tokens), alpha), bool(tokens) and tokens[-1] == eos
    )


def beam_search(
    step: Step,
    state: Any,
    beam_width: int,
    max_length: int,
    eos: int,
    alpha: float = 0.7,
    *,
    start: int | None = None,
    return_trace: bool = False,
    trace_dropped: int = 5,
) -> list[Hypothesis] | tuple[list[Hypothesis], list[list[Candidate]]]:
    """Keep the `beam_width` most probable beginnings at every step.

    At each step every kept beginning is continued by every token, and of all these the most
    probable ones stay (they have one length, so normalising would not change their order). One that
    ends with eos is set aside as finished and gives its place up: the beam gets narrower, and the
    search ends when it is empty or max_length is reached. With beam_width 1 this is greedy search;
    with a beam as wide as there are sentences it is exact.

    step          : the model, see the top of this module
    state         : its first state, with one column
    beam_width    : beginnings to keep, at least 1
    max_length    : tokens at most, eos included
    eos           : id of the end of a sentence
    alpha         : exponent of the length normalisation, 0 (none) to 1 (mean per token)
    start         : token given to the first call; eos when None
    return_trace  : also return what every step looked at
    trace_dropped : how many of the best dropped candidates a step's trace holds
    Returns the hypotheses, finished ones first, then by score, best first. With `return_trace` also
    a list with, for every step, its `Candidate`s: the kept ones, then the best dropped ones, both by
    log-probability; `candidate.parent` links the tree.

    Source: Graves, Sequence transduction with recurrent neural networks, 2012; length
    normalisation: Wu et al., Google's neural machine translation system, 2016, in its simple form.
    """
    if isinstance(beam_width, bool) or not isinstance(beam_width, (int, np.integer)) or beam_width < 1:
        raise ValueError(f"beam_width is {beam_width!r}, needs a whole number of at least 1")
    _check_search(max_length, eos, alpha)
    sentences: list[Hypothesis] = []
    trace: list[list[Candidate]] = []
    prefixes: list[tuple[int, ...]] = [()]
    totals = np.zeros(1)  # log-probability of each prefix
    tokens = np.array([eos if start is None else start])
    width = int(beam_width)
    for length in range(1, max_length + 1):
        log_p, state = _call(step, tokens, state, eos)
        extended = add_to_columns(log_p, totals)  # (n_y, k)
        looked_at = width + (max(0, int(trace_dropped)) if return_trace else 0)
        rows, columns = best_entries(extended, looked_at)
        if len(rows) == 0:  # the model allows no next token for any prefix
            break
        # The sums themselves are kept in float64 whatever the model computes in.
        sums = totals[columns] + log_p[rows, columns].astype(np.float64)
        candidates = []
        for position, (token, column, total) in enumerate(
            zip(rows.tolist(), columns.tolist(), sums.tolist(), strict=True)
        ):
            continued = (*prefixes[column], token)
            score = _normalised(total, length, alpha)
            kept = position < width
            candidates.append(Candidate(continued, total, score, kept, token == eos))
            if kept and token == eos:
                sentences.append(Hypothesis(continued, total, score, True))
        if return_trace:
            trace.append(candidates)
        going_on = np.array([i for i, c in enumerate(candidates) if c.kept and not c.finished], dtype=np.intp)
        width -= sum(c.kept and c.finished for c in candidates)
        prefixes = [candidates[i].tokens for i in going_on]
        totals, tokens = sums[going_on], rows[going_on]
        if len(going_on) == 0 or width == 0:
            break
        if length < max_length:
            state = _pick_columns(state, columns[going_on])
    for prefix, total in zip(prefixes, totals.tolist(), strict=True):
        if prefix:
            sentences.append(Hypothesis(prefix, total, _normalised(total, len(prefix), alpha), False))
    sentences.sort(key=lambda h: (not h.finished, -h.score))  # a stable sort
    return (sentences, trace) if return_trace else sentences


def exact_search(
    step: Step,
    state: Any,
    max_length: int,
    eos: int,
    alpha: float = 0.7,
    *,
    start: int | None = None,
    max_hypotheses: int = 200_000,
) -> list[Hypothesis]:
    """Score every sentence of at most max_length tokens.

    Their number grows like n_y ** max_length: for small models only, to measure what a beam misses.

    step, state, max_length, eos, alpha, start : as for `beam_search`
    max_hypotheses : refuse to hold more beginnings than this at once
    Returns all hypotheses of probability above 0, finished ones first, then by score.
    Raises ValueError when there are more than max_hypotheses.
    """
    _check_search(max_length, eos, alpha)
    sentences: list[Hypothesis] = []
    prefixes: list[tuple[int, ...]] = [()]
    totals, tokens = np.zeros(1), np.array([eos if start is None else start])
    for length in range(1, max_length + 1):
        log_p, state = _call(step, tokens, state, eos)
        columns, rows = np.nonzero(~np.isneginf(log_p.T))
        if len(rows) > max_hypotheses:
            raise ValueError(
                f"exact search would hold {len(rows)} hypotheses at length {length}, "
                f"more than max_hypotheses = {max_hypotheses}"
            )
        sums = totals[columns] + log_p[rows, columns].astype(np.float64)
        continued = [(*prefixes[c], r) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)]
        ends = rows == eos
        for i in np.flatnonzero(ends | (length == max_length)):
            total = float(sums[i])
            score = _normalised(total, length, alpha)
            sentences.append(Hypothesis(continued[i], total, score, bool(ends[i])))
        going_on = np.flatnonzero(~ends)
        if len(going_on) == 0 or length == max_length:
            break
        prefixes = [continued[i] for i in going_on]
        totals, tokens = sums[going_on], rows[going_on]
        state = _pick_columns(state, columns[going_on])
    sentences.sort(key=lambda h: (not h.finished, -h.score))
    return sentences
