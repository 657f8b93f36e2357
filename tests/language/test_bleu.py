"""BLEU against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.language.bleu import (
    bleu,
    brevity_penalty,
    closest_reference_length,
    corpus_bleu,
    modified_precision,
    ngrams,
)

REFERENCES = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8)


def test_the_seven_times() -> None:
    assert modified_precision(["the"] * 7, REFERENCES, 1) == (2, 7)


def test_bigrams_of_the_cat_the_cat() -> None:
    assert modified_precision(["the", "cat", "the", "cat", "on", "the", "mat"], REFERENCES, 2) == (4, 6)


def test_brevity_penalty() -> None:
    assert brevity_penalty(8, 7) == 1
    assert brevity_penalty(7, 7) == 1
    assert brevity_penalty(6, 8) == pytest.approx(math.exp(1 - 8 / 6))
    assert brevity_penalty(0, 8) == 0


def test_closest_length_is_the_shorter_on_a_tie() -> None:
    assert closest_reference_length(6, [8, 4]) == 4
    assert closest_reference_length(6, [9, 7, 2]) == 7


def test_one_sentence_by_hand() -> None:
    candidate = ["the", "cat", "the", "cat", "on", "the", "mat"]
    # Unigrams: the 2 of 3, cat 1 of 2, on, mat: 5 of 7. Bigrams 4 of 6.
    # Trigrams: "cat on the" and "on the mat" of 5. Four: "cat on the mat" of 4. Length 7 as a reference.
    expected = math.exp((math.log(5 / 7) + math.log(4 / 6) + math.log(2 / 5) + math.log(1 / 4)) / 4)
    assert bleu(candidate, REFERENCES) == pytest.approx(expected)
    assert bleu(candidate, REFERENCES, max_n=1) == pytest.approx(5 / 7)
    assert bleu(candidate, REFERENCES, max_n=2) == pytest.approx(math.sqrt(5 / 7 * 4 / 6))


def test_the_short_candidate_pays() -> None:
    reference = [["a", "b", "c", "d", "e", "f"]]
    assert bleu(["a", "b", "c", "d"], reference) == pytest.approx(math.exp(1 - 6 / 4))


def test_no_smoothing_unless_asked() -> None:
    candidate, references = ["a", "b", "c", "x"], [["a", "b", "c", "d"]]
    assert bleu(candidate, references) == 0
    smoothed = bleu(candidate, references, smoothing=1)
    expected = math.exp((math.log(3 / 4) + math.log(3 / 4) + math.log(2 / 3) + math.log(1 / 2)) / 4)
    assert smoothed == pytest.approx(expected)
    assert bleu(["a", "b"], [["a", "b"]]) == 0  # no run of four tokens at all
    assert bleu(["a", "b"], [["a", "b"]], max_n=2) == 1
    assert bleu([], [["a"]]) == 0


@given(candidate=WORDS, references=st.lists(WORDS, min_size=1, max_size=3), max_n=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_range_and_order_of_references(candidate: list[str], references: list[list[str]], max_n: int) -> None:
    score = bleu(candidate, references, max_n)
    assert 0 <= score <= 1 + 1e-12
    assert score == bleu(candidate, references[::-1], max_n)
    if len(candidate) >= max_n:
        assert bleu(candidate, [candidate], max_n) == pytest.approx(1)
    for n in range(1, max_n + 1):
        clipped, total = modified_precision(candidate, references, n)
        assert 0 <= clipped <= total == max(0, len(candidate) - n + 1)
        # Each n-gram by the rule, one at a time.
        expected = sum(
            min(count, max(ngrams(r, n)[gram] for r in references))
            for gram, count in ngrams(candidate, n).items()
        )
        assert clipped == expected


def test_a_corpus_adds_counts_before_dividing() -> None:
    candidates = [["a", "b", "c", "d"], ["a", "b", "c", "x", "y"]]
    references = [[["a", "b", "c", "d"]], [["a", "b", "c", "d", "e"]]]
    # n = 1: 7/9, 2: 5/7, 3: 3/5, 4: 1/3; lengths agree.
    expected = math.exp(sum(map(math.log, (7 / 9, 5 / 7, 3 / 5, 1 / 3))) / 4)
    assert corpus_bleu(candidates, references) == pytest.approx(expected)
    assert bleu(candidates[1], references[1]) == 0


def test_errors_name_the_argument() -> None:
    with pytest.raises(TypeError, match="candidate is a string"):
        bleu("the cat", REFERENCES)
    with pytest.raises(TypeError, match=r"references\[0\] is a string"):
        bleu(["the"], ["the", "cat"])
    with pytest.raises(TypeError, match="references is a string"):
        bleu(["the"], "the cat")
    with pytest.raises(ValueError, match="references is empty"):
        bleu(["the"], [])
    with pytest.raises(ValueError, match="max_n is 0"):
        bleu(["the"], REFERENCES, 0)
    with pytest.raises(ValueError, match="smoothing is -1"):
        bleu(["the"], REFERENCES, smoothing=-1)
    with pytest.raises(ValueError, match="references has 1 entries, needs 2"):
        corpus_bleu([["a"], ["b"]], [[["a"]]])
    with pytest.raises(ValueError, match="n is 0"):
        ngrams(["a"], 0)
