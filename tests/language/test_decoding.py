"""Decoding against an enumeration of all sentences, and its own promises."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import lstm_forward, softmax
from course_utils.language.decoding import (
    Hypothesis,
    add_to_columns,
    beam_search,
    best_entries,
    exact_search,
    greedy_search,
)

EOS = 0


def markov_model(n_y: int, seed: int, excluded: float = 0.0) -> Any:
    """The next token depends on the last two; the state is the token before last, (1, k)."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(n_y, 0.5), (n_y, n_y)) * (rng.random((n_y, n_y, n_y)) >= excluded)
    p[..., EOS] += 1e-3
    log_p = np.log(p / p.sum(axis=-1, keepdims=True), where=p > 0, out=np.full(p.shape, -np.inf))

    def step(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return log_p[state[0], tokens].T, tokens[None, :]

    return step, np.zeros((1, 1), dtype=int), log_p


def enumerate_sentences(log_p: np.ndarray, max_length: int, alpha: float) -> list[Hypothesis]:
    n_y = log_p.shape[0]
    others = [k for k in range(n_y) if k != EOS]
    found = []
    for length in range(1, max_length + 1):
        ends = range(n_y) if length == max_length else [EOS]
        for body in itertools.product(others, repeat=length - 1):
            for last in ends:
                sentence, before, previous, total = (*body, last), 0, EOS, 0.0
                for token in sentence:
                    total += log_p[before, previous, token]
                    before, previous = previous, token
                if total > -np.inf:
                    found.append(Hypothesis(sentence, total, total / length**alpha, last == EOS))
    return sorted(found, key=lambda h: (not h.finished, -h.score))


@given(
    n_y=st.integers(1, 4),
    seed=st.integers(0, 1000),
    max_length=st.integers(1, 4),
    alpha=st.sampled_from([0.0, 0.7, 1.0]),
    excluded=st.sampled_from([0.0, 0.4]),
)
@settings(max_examples=40, deadline=None)
def test_exact_search_and_a_wide_beam_equal_the_enumeration(
    n_y: int, seed: int, max_length: int, alpha: float, excluded: float
) -> None:
    step, state, log_p = markov_model(n_y, seed, excluded)
    expected = enumerate_sentences(log_p, max_length, alpha)
    exact = exact_search(step, state, max_length, EOS, alpha)
    wide = beam_search(step, state, n_y**max_length, max_length, EOS, alpha)
    for got in (exact, wide):
        assert len(got) == len(expected)
        assert {h.tokens for h in got} == {h.tokens for h in expected}
        np.testing.assert_allclose([h.score for h in got], [h.score for h in expected], atol=1e-12)
        assert [h.finished for h in got] == [h.finished for h in expected]
    total = sum(np.exp(h.log_probability) for h in exact)
    assert total == pytest.approx(1)


@given(n_y=st.integers(1, 6), seed=st.integers(0, 1000), max_length=st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_beam_width_one_is_greedy(n_y: int, seed: int, max_length: int) -> None:
    step, state, _ = markov_model(n_y, seed)
    (beam,) = beam_search(step, state, 1, max_length, EOS, 0.7)
    assert beam == greedy_search(step, state, max_length, EOS, 0.7)


@given(n_y=st.integers(2, 5), seed=st.integers(0, 1000), width=st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_hypotheses_are_what_the_model_says(n_y: int, seed: int, width: int) -> None:
    step, state, log_p = markov_model(n_y, seed)
    hypotheses, trace = beam_search(step, state, width, 6, EOS, 0.7, return_trace=True)
    assert 1 <= len(hypotheses) <= width
    assert len({h.tokens for h in hypotheses}) == len(hypotheses)
    for h in hypotheses:
        before, previous, total = 0, EOS, 0.0
        for token in h.tokens:
            total += log_p[before, previous, token]
            before, previous = previous, token
        assert h.log_probability == pytest.approx(total, abs=1e-12)
        assert h.score == pytest.approx(total / len(h.tokens) ** 0.7, abs=1e-12)
        assert h.finished == (h.tokens[-1] == EOS)
    order = [(not h.finished, -h.score) for h in hypotheses]
    assert order == sorted(order)
    # The trace is the tree: every candidate continues one that was kept and went on.
    parents = {()}
    left = width
    for step_number, candidates in enumerate(trace, start=1):
        assert all(c.parent in parents and len(c.tokens) == step_number for c in candidates)
        kept = [c for c in candidates if c.kept]
        assert len(kept) <= left
        assert all(k.log_probability >= d.log_probability for k in kept for d in candidates if not d.kept)
        left -= sum(c.finished for c in kept)
        parents = {c.tokens for c in kept if not c.finished}
    finished = {c.tokens for candidates in trace for c in candidates if c.kept and c.finished}
    assert finished == {h.tokens for h in hypotheses if h.finished}


def test_greedy_fails_where_a_beam_of_two_does_not() -> None:
    # The likeliest first word (1) leads only to unlikely ends; the second (2) to a sure one.
    first = np.log([1e-12, 0.6, 0.4])
    after = {1: np.log([0.3, 0.35, 0.35]), 2: np.log([0.98, 0.01, 0.01])}

    def step(tokens: np.ndarray, state: None) -> tuple[np.ndarray, None]:
        return np.stack([after.get(int(t), first) for t in tokens], axis=1), None

    greedy = greedy_search(step, None, 2, EOS, alpha=0)
    best = beam_search(step, None, 2, 2, EOS, alpha=0)[0]
    assert greedy.tokens[0] == 1
    assert best.tokens == (2, EOS)
    assert best == exact_search(step, None, 2, EOS, alpha=0)[0]
    assert best.log_probability == pytest.approx(np.log(0.4 * 0.98))


def test_length_normalisation_favours_longer_sentences() -> None:
    # Stopping at once costs 1.2; "1 1 0" costs 0.6 + 0.6 + 0.3 in three tokens.
    cost_of_eos = {0: 1.2, 1: 0.9, 2: 0.3}

    def step(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.array([[-cost_of_eos[int(t)] for t in state[0]], [-0.6] * len(tokens)]), state + 1

    start = np.zeros((1, 1))
    assert beam_search(step, start, 4, 3, EOS, alpha=0.0)[0].tokens == (EOS,)
    assert beam_search(step, start, 4, 3, EOS, alpha=1.0)[0].tokens == (1, 1, EOS)


@pytest.mark.parametrize("container", ["array", "tuple", "dict", "list"])
def test_the_state_of_a_recurrent_network_follows_its_hypothesis(container: str) -> None:
    rng = np.random.default_rng(1)
    n_y, n_a = 5, 4
    p = {f"W{g}": rng.normal(0, 1, (n_a, n_a + n_y)) for g in "fico"}
    p |= {f"b{g}": rng.normal(0, 1, (n_a, 1)) for g in "fico"}
    W_y = rng.normal(0, 2, (n_y, n_a))

    def pack(a: np.ndarray, c: np.ndarray) -> Any:
        both = {"array": np.concatenate([a, c]), "tuple": (a, c), "list": [a, c], "dict": {"a": a, "c": c}}
        return both[container]

    def unpack(state: Any) -> tuple[np.ndarray, np.ndarray]:
        if container == "array":
            return state[:n_a], state[n_a:]
        return tuple(state.values()) if container == "dict" else tuple(state)

    def step(tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        a, c = unpack(state)
        a, c, _ = lstm_forward(np.eye(n_y)[:, tokens][:, :, None], a.copy(), c.copy(), p)
        return np.log(softmax(W_y @ a[:, :, 0])), pack(a[:, :, 0], c[:, :, 0])

    start = pack(np.zeros((n_a, 1)), np.zeros((n_a, 1)))
    for h in beam_search(step, start, 3, 6, EOS):
        state, last, total = start, EOS, 0.0
        for token in h.tokens:
            log_p, state = step(np.array([last]), state)
            total += log_p[token, 0]
            last = token
        assert h.log_probability == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
@given(n_y=st.integers(1, 400), k=st.integers(1, 5), count=st.integers(1, 12), seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_best_entries_equals_a_full_sort(order: str, n_y: int, k: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    totals = rng.integers(-6, 0, (n_y, k)).astype(float)  # many ties
    totals[rng.random((n_y, k)) < 0.3] = -np.inf
    rows, columns = best_entries(np.asarray(totals, order=order), count)
    expected = sorted((-totals[r, c], c, r) for r in range(n_y) for c in range(k) if totals[r, c] > -np.inf)[
        :count
    ]
    assert [(c, r) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)] == [e[1:] for e in expected]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(n_y=st.integers(1, 1200), k=st.integers(1, 12), transposed=st.booleans())
@settings(max_examples=30, deadline=None)
def test_adding_to_columns(dtype: type, n_y: int, k: int, transposed: bool) -> None:
    rng = np.random.default_rng(n_y * k)
    log_p, totals = rng.standard_normal((n_y, k)).astype(dtype), rng.standard_normal(k)
    log_p = np.asfortranarray(log_p) if transposed else log_p
    before = log_p.copy()
    out = add_to_columns(log_p, totals)
    assert out.dtype == dtype
    np.testing.assert_array_equal(out, log_p + totals.astype(dtype))
    np.testing.assert_array_equal(log_p, before)


def test_best_entries_of_a_large_vocabulary() -> None:
    totals = np.random.default_rng(0).standard_normal((10_007, 10)).astype(np.float32)
    rows, columns = best_entries(totals, 10)
    np.testing.assert_array_equal(totals[rows, columns], np.sort(totals.ravel())[::-1][:10])


def test_a_model_that_allows_nothing_and_one_without_end() -> None:
    def nothing(tokens: np.ndarray, state: None) -> tuple[np.ndarray, None]:
        return np.full((3, len(tokens)), -np.inf), None

    def never_ends(tokens: np.ndarray, state: None) -> tuple[np.ndarray, None]:
        return np.tile([[-np.inf], [0.0]], len(tokens)), None

    assert beam_search(nothing, None, 2, 5, EOS) == []
    assert exact_search(nothing, None, 5, EOS) == []
    assert greedy_search(nothing, None, 5, EOS).tokens == ()
    (endless,) = beam_search(never_ends, None, 2, 5, EOS)
    assert endless.tokens == (1,) * 5
    assert not endless.finished
    assert greedy_search(never_ends, None, 5, EOS) == endless


def test_the_start_token_is_given_to_the_first_call() -> None:
    seen = []

    def step(tokens: np.ndarray, state: None) -> tuple[np.ndarray, None]:
        seen.append(tokens.tolist())
        return np.log(np.tile([[0.9], [0.1]], len(tokens))), None

    beam_search(step, None, 1, 3, EOS)
    beam_search(step, None, 1, 3, EOS, start=1)
    assert seen == [[EOS], [1]]


def test_errors_name_the_argument() -> None:
    step, state, _ = markov_model(3, 0)
    with pytest.raises(ValueError, match="beam_width is 0"):
        beam_search(step, state, 0, 3, EOS)
    with pytest.raises(ValueError, match="max_length is 0"):
        greedy_search(step, state, 0, EOS)
    with pytest.raises(ValueError, match="eos is 3, needs a row of log_p, 0 to 2"):
        beam_search(step, state, 2, 3, 3, start=0)
    with pytest.raises(ValueError, match="alpha is -1"):
        beam_search(step, state, 2, 3, EOS, -1)
    with pytest.raises(ValueError, match="needs logarithms of probabilities"):
        beam_search(lambda t, s: (np.full((3, len(t)), 1 / 3), s), None, 2, 3, EOS)
    with pytest.raises(ValueError, match="with nan"):
        beam_search(lambda t, s: (np.full((3, len(t)), np.nan), s), None, 2, 3, EOS)
    with pytest.raises(ValueError, match=r"log_p of shape \(3,\), needs \(n_y, 1\)"):
        beam_search(lambda t, s: (np.zeros(3), s), None, 2, 3, EOS)
    with pytest.raises(TypeError, match=r"return \(log_p, state\)"):
        beam_search(lambda t, s: np.zeros((3, 1)), None, 2, 3, EOS)
    with pytest.raises(TypeError, match="state holds a str"):
        beam_search(lambda t, s: (np.log(np.full((3, len(t)), 1 / 3)), "no"), "no", 2, 3, EOS)
    with pytest.raises(ValueError, match="more than max_hypotheses"):
        exact_search(step, state, 9, EOS, max_hypotheses=100)
