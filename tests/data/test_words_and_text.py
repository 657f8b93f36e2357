"""Word vectors, sentences, names, poems, phrases, dates and translations."""

from __future__ import annotations

import datetime
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import data

TEXT_SETS = {
    "sonnets": (data.load_sonnets, (124, 15, 15)),
    "dinosaur names": (data.load_dinosaur_names, (1056, 131, 131)),
    "first names": (data.load_first_names, (1600, 200, 200)),
    "phrases": (data.load_phrase_pairs, (410, 51, 51)),
    "dates": (lambda: data.make_dates(np.random.default_rng(1)), (10000, 1000, 1000)),
    "translations": (lambda: data.make_translations(np.random.default_rng(1)), (4000, 400, 400)),
}


@pytest.fixture(scope="module")
def vectors():
    return data.load_word_vectors()


@pytest.mark.parametrize("name", TEXT_SETS)
def test_parts_have_the_stated_sizes_and_nothing_occurs_twice(name):
    load, sizes = TEXT_SETS[name]
    parts = load()
    assert (len(parts.train), len(parts.dev), len(parts.test)) == sizes
    assert len({*parts.train, *parts.dev, *parts.test}) == sum(sizes)
    assert load() == parts


def test_word_vectors_keep_shape_order_and_precision(vectors):
    assert vectors.vectors.shape == (len(vectors.words), 50)
    assert vectors.vectors.dtype == np.float32
    assert len(vectors.index) == len(vectors.words) == 20054
    assert vectors.words[:3] == ("the", ",", ".")
    np.testing.assert_array_equal(vectors.vectors * 128, np.rint(vectors.vectors * 128))


def test_king_minus_man_plus_woman_is_queen(vectors):
    answers = vectors.analogy("man", "king", "woman")
    print("king - man + woman:", answers[:3])
    assert answers[0][0] == "queen"


def test_swimming_is_not_answered_by_swam(vectors):
    answers = vectors.analogy("walking", "walked", "swimming")
    print("walked - walking + swimming:", answers)
    assert "swam" in vectors
    assert "swam" not in [word for word, _ in answers]


def test_nearest_is_the_largest_cosine_similarity(vectors):
    query = vectors["paris"]
    rows = vectors.vectors.astype(np.float64)
    cosine = rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
    found = vectors.nearest(query, k=4)
    assert [word for word, _ in found] == [vectors.words[i] for i in np.argsort(-cosine)[:4]]
    np.testing.assert_allclose([s for _, s in found], np.sort(cosine)[::-1][:4], rtol=1e-5)
    assert "paris" not in [word for word, _ in vectors.nearest(query, exclude=("paris",))]


def test_word_vector_errors_name_the_word_and_the_shape(vectors):
    with pytest.raises(KeyError, match="Paris"):
        vectors["Paris"]
    with pytest.raises(ValueError, match=r"\(3,\).*\(50,\)"):
        vectors.nearest(np.zeros(3))


def test_vectors_are_a_copy_that_may_be_changed(vectors):
    other = data.load_word_vectors()
    other.vectors[:] = 0
    assert data.load_word_vectors().vectors.any()
    assert vectors.vectors.any()


def test_sentiment_is_balanced_and_every_word_has_a_vector(vectors):
    sentences = data.load_sentiment()
    texts = [*sentences.X_train, *sentences.X_dev, *sentences.X_test]
    assert len(texts) == len(set(texts)) == 300
    for part, size in (("train", 240), ("dev", 30), ("test", 30)):
        Y = getattr(sentences, f"Y_{part}")
        assert Y.shape == (size,)
        assert Y.sum() * 2 == size
    assert all(word in vectors for text in texts for word in text.split())
    negated = [text for text in texts if re.search(r"\b(not?|never|cannot|nothing|hardly|without)\b", text)]
    print(f"sentiment: {len(negated)} of 300 sentences hold a negation")
    assert len(negated) >= 60


def test_names_are_letters_and_poems_have_fourteen_lines_mostly():
    for names in (data.load_dinosaur_names(), data.load_first_names()):
        assert all(re.fullmatch("[a-z]+", name) for name in names.train + names.dev + names.test)
    sonnets = data.load_sonnets()
    every = sonnets.train + sonnets.dev + sonnets.test
    # Sonnet 99 has fifteen lines, sonnet 126 twelve.
    assert sorted(text.count("\n") for text in every) == [12] + 152 * [14] + [15]


def test_phrases_and_emoji_are_whole():
    phrases = data.load_phrase_pairs()
    assert all(len(pair) == 2 and all(pair) for pair in phrases.train + phrases.dev + phrases.test)
    emoji = data.load_emoji_keywords()
    assert len(emoji) > 1500
    assert all(3 <= len(keywords) <= 8 for keywords in emoji.values())
    assert [sign for sign, keywords in emoji.items() if keywords[0] == "dog"]


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)), st.integers(0, 2**32))
def test_a_written_date_can_be_read_back(day, seed):
    text = data.write_date(day, np.random.default_rng(seed)).lower()
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if "/" in text:
        year, month, day_number = numbers
    elif "." in text:
        day_number, month, year = numbers
    else:
        day_number, year = numbers
        found = [i for i, name in enumerate(months, 1) if re.search(rf"\b{name}", text)]
        month = found[0]
        assert len(found) == 1
    if year < 100:
        year += 1900 if year >= 50 else 2000
    assert datetime.date(year, month, day_number) == day
    weekday = re.match("(mon|tue|wed|thu|fri|sat|sun)", text)
    assert weekday is None or weekday[1] == f"{day:%a}".lower()


def test_dates_outside_the_two_digit_window_and_too_many_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="1950-01-01 to 2049-12-31"):
        data.write_date(datetime.date(2050, 1, 1), rng)
    with pytest.raises(ValueError, match="36,525"):
        data.make_dates(rng, (36000, 500, 500))


def test_another_generator_gives_other_dates_and_translations():
    for make in (data.make_dates, data.make_translations):
        assert make(np.random.default_rng(1), (50, 5, 5)) != make(np.random.default_rng(2), (50, 5, 5))


def test_french_adjectives_agree_and_follow_the_noun():
    pairs = data.make_translations(np.random.default_rng(3), (30000, 0, 0)).train
    translated = dict(pairs)
    assert translated["le garçon ne voit pas la lampe verte"] == "the boy does not see the green lamp"
    assert not any("la lampe vert " in f"{french} " for french in translated)
    assert all(text == " ".join(text.split()) for pair in pairs for text in pair)
