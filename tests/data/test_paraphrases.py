"""German sentences with every English wording: grammar, shares, and what the parts promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course_utils import data


@pytest.fixture(scope="module")
def parts():
    return data.make_paraphrased_translations(np.random.default_rng(1), (3000, 200, 200))


def test_parts_have_the_stated_sizes_and_no_german_sentence_occurs_twice(parts):
    assert (len(parts.train), len(parts.dev), len(parts.test)) == (3000, 200, 200)
    pairs = (*parts.train, *parts.dev, *parts.test)
    assert len({pair.source for pair in pairs}) == 3400


def test_the_same_generator_gives_the_same_sentences_and_another_gives_others():
    def draw(seed):
        return data.make_paraphrased_translations(np.random.default_rng(seed), (40, 5, 5))

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_shares_add_up_and_stand_in_order_and_the_target_is_one_of_the_wordings(parts):
    for pair in parts.train:
        shares = [share for _, share in pair.ways]
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)
        assert len({way for way, _ in pair.ways}) == len(pair.ways)
        assert pair.target in dict(pair.ways)
        for text in (pair.source, pair.target):
            assert text == " ".join(text.lower().split())


def test_targets_are_drawn_by_their_shares(parts):
    """As many targets are the most frequent wording as the shares promise, within four deviations."""
    largest = np.array([pair.ways[0][1] for pair in parts.train])
    hits = sum(pair.target == pair.ways[0][0] for pair in parts.train)
    assert abs(hits - largest.sum()) < 4 * math.sqrt((largest * (1 - largest)).sum())


def test_adjectives_agree_and_the_verb_waits_for_the_end(parts):
    for pair in parts.train:
        words = pair.source.split()
        if "koffer" in words and words[words.index("koffer") - 1] != "den":
            assert words[words.index("koffer") - 1].endswith("en")
        if words[-1] == "verkaufen":
            assert " sell the " in pair.target


def test_a_whole_distribution(parts):
    pair = next(p for p in parts.train if p.source.startswith("morgen muss anna den ") and len(p.ways) == 6)
    shares = sorted(share for _, share in pair.ways)
    assert shares == pytest.approx(sorted(p * q for p in (0.42, 0.31, 0.27) for q in (0.6, 0.4)))
    assert pair.ways[0][0].startswith("tomorrow anna must ")
    assert pair.ways[0][1] == pytest.approx(0.6 * 0.42)


def test_more_sentences_than_the_grammar_has_are_refused():
    with pytest.raises(ValueError, match="332,800"):
        data.make_paraphrased_translations(np.random.default_rng(0), (332_801, 0, 0))
