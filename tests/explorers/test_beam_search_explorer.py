"""Beam explorer: the model is a model, the searches find what they must."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.data import load_sonnets
from course_utils.explorers import BeamSearchExplorer
from course_utils.explorers.beam_search import Line, exact_search, search
from course_utils.explorers.word_model import END, TrigramModel, words_of
from course_utils.language import decoding

RHYME = ["the cat sat on the mat", "the dog sat on the cat", "a dog and a cat", "the mat and the dog"]


@pytest.fixture(scope="module")
def explorer() -> BeamSearchExplorer:
    return BeamSearchExplorer()


@pytest.fixture(scope="module")
def small() -> TrigramModel:
    return TrigramModel(RHYME)


def test_every_corner(explorer, visit_corners):
    for field, value in visit_corners(explorer):
        result = explorer.result
        assert len(result.beam.levels) <= result.state.max_length
        for level in result.beam.levels:
            assert len(level.kept) <= result.state.beam_width
            lives = [line.log_probability for line in (*level.kept, *level.dropped)]
            assert lives == sorted(lives, reverse=True)
        boxes = sum(len(artist.get_paths()) for artist in explorer._boxes.values())
        shown = result.beam.levels[: result.state.shown]
        assert boxes == 1 + sum(len(level.kept) for level in shown)
        if (field, value) == ("shown", 0):
            assert boxes == 1


@pytest.mark.parametrize("prompt", ["shall i", "my love", "thou", ""])
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_beam_width_one_is_greedy_search(explorer, prompt, alpha):
    explorer.reset()
    explorer.set(prompt=prompt, alpha=alpha, beam_width=1)
    model, result = explorer.model, explorer.result
    words: tuple[str, ...] = ()
    while len(words) < 8 and END not in words:
        P = model.log_probabilities(tuple(words_of(prompt)) + words)
        words += (model.vocabulary[int(P.argmax())],)
    assert result.beam.best.words == words
    assert result.greedy.best.words == words


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_no_search_scores_above_exact_search(explorer, alpha):
    explorer.reset()
    for width in (1, 3, 8):
        explorer.set(alpha=alpha, beam_width=width)
        result = explorer.result
        assert result.proved
        assert result.beam.best.score(alpha) <= result.exact.score(alpha) + 1e-12
        assert result.greedy.best.score(alpha) <= result.exact.score(alpha) + 1e-12


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("prompt", [(), ("the",), ("a", "dog")])
def test_exact_search_finds_the_best_of_all_lines(small, alpha, prompt):
    start, state = small.first_state(prompt)
    everything = decoding.exact_search(small.step, state, 4, small.index[END], alpha, start=start)
    best = max(everything, key=lambda h: h.score)
    worst = Line(("cat",) * 4, -1e9)
    found, proved, extended = exact_search(
        small.log_probabilities, small.vocabulary, prompt, 4, alpha, at_least=worst, most_nodes=10**6
    )
    assert proved
    assert found.score(alpha) == pytest.approx(best.score)
    assert extended < len(everything)


def test_exact_search_that_gives_up_says_so(small):
    _, proved, extended = exact_search(
        small.log_probabilities, small.vocabulary, (), 6, 1.0, at_least=Line(("cat",), -1e9), most_nodes=3
    )
    assert (proved, extended) == (False, 3)


def test_a_beam_as_wide_as_all_lines_is_exact(small):
    found = search(small, (), 10**5, 3, 0.7).best
    start, state = small.first_state(())
    best = max(decoding.exact_search(small.step, state, 3, small.index[END], 0.7, start=start),
               key=lambda h: h.score)  # fmt: skip
    assert found.score(0.7) == pytest.approx(best.score)


@pytest.mark.parametrize("words", [(), ("the",), ("the", "cat"), ("cat", "dog"), ("on", "the", "mat")])
def test_probabilities_add_up_to_one(small, words):
    assert np.exp(small.log_probabilities(words)).sum() == pytest.approx(1)


def test_counted_by_hand(small):
    P = np.exp(small.log_probabilities(("sat", "on")))
    the = small.index["the"]
    unigram = 6 / 26  # "the" stands 6 times among 22 words and 4 ends of lines
    assert P[the] == pytest.approx(0.6 + 0.3 + 0.1 * unigram)


def test_step_gives_the_same_probabilities_as_the_words(small):
    start, state = small.first_state(("the", "dog"))
    log_p, after = small.step(np.array([start]), state)
    np.testing.assert_array_equal(log_p[:, 0], small.log_probabilities(("the", "dog")))
    assert after[0, 0] == small.index["dog"]


def test_context_helps_on_sonnets_the_model_has_not_read():
    sonnets = load_sonnets()
    train, dev = (
        [line for poem in part for line in poem.splitlines()] for part in (sonnets.train, sonnets.dev)
    )
    with_context = TrigramModel(train, (0.1, 0.3, 0.6)).perplexity(dev)
    without = TrigramModel(train, (0.0, 0.0, 1.0)).perplexity(dev)
    assert with_context < 0.9 * without


def test_without_normalisation_short_lines_win(explorer):
    lengths = []
    for preset in ("No length normalisation", "Full normalisation"):
        explorer.choose(preset)
        lengths.append(len(explorer.result.beam.best.words))
    assert lengths[0] < lengths[1]
    explorer.choose("No length normalisation")
    assert "very short line" in explorer.alt


def test_a_wider_beam_finds_what_greedy_search_misses(explorer):
    explorer.choose("Greedy")
    narrow = explorer.result.beam.best.score(0.7)
    assert "The beam missed" in explorer.alt.replace("**", "")
    explorer.choose("A wider beam")
    assert explorer.result.beam.best.score(0.7) > narrow
    assert "No line scores higher" in explorer.alt


def test_unknown_words_and_long_prompts_are_refused_in_words(explorer):
    explorer.reset()
    before = explorer.picture
    explorer.controls["prompt"].value = "shall quarks"
    assert "quarks" in explorer._status.value
    assert "explorer-invalid" in explorer.controls["prompt"]._dom_classes
    assert explorer.picture == before
    explorer.controls["prompt"].value = "shall i compare thee to a summer's"
    assert "at most 6" in explorer._status.value
    explorer.controls["prompt"].value = "my love"
    assert explorer.problem == ""
    assert explorer.picture != before


def test_the_tree_grows_step_by_step(explorer):
    explorer.reset()
    pictures = set()
    for step in range(6):
        explorer.controls["shown"].value = step
        pictures.add(explorer.picture)
    assert len(pictures) == 6


def test_bad_models_are_refused():
    with pytest.raises(ValueError, match="no words"):
        TrigramModel(["123"])
    with pytest.raises(ValueError, match="add up to 1"):
        TrigramModel(RHYME, (0.5, 0.5, 0.5))
