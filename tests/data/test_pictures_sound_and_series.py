"""Photographs, speech and temperatures."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data


@pytest.mark.parametrize("name", data.PHOTOGRAPHS)
def test_photograph_is_rgb_bytes(name):
    picture = data.load_photograph(name)
    n_H, n_W, n_C = picture.shape
    assert n_C == 3
    assert 256 <= max(n_H, n_W) <= 600
    assert picture.dtype == np.uint8
    assert picture.std() > 10
    picture[:] = 0
    assert data.load_photograph(name).any()


def test_unknown_photograph_is_refused_with_the_names():
    with pytest.raises(ValueError, match="'cat'; there are astronaut, chelsea"):
        data.load_photograph("cat")


def test_every_take_of_a_word_is_a_short_loud_clip():
    words = data.load_spoken_words()
    assert set(words) == set(data.SPEECH_WORDS)
    assert len(words["activate"]) == 8
    takes = [take for clips in words.values() for take in clips]
    assert len({take.tobytes() for take in takes}) == 8 + 2 * 8
    for take in takes:
        assert take.dtype == np.float32
        assert 0.3 * data.SPEECH_RATE < len(take) < data.SPEECH_RATE
        assert np.abs(take).max() == pytest.approx(16000 / 32768, abs=1e-4)


@pytest.mark.parametrize("name", data.SPEECH_SENTENCES)
def test_sentences_last_two_to_three_seconds(name):
    assert 2 < len(data.load_speech(name)) / data.SPEECH_RATE < 3


def test_unknown_clip_is_named():
    with pytest.raises(data.AssetError, match=r"speech/shout\.wav is missing"):
        data.load_speech("shout")


def test_temperatures_are_daily_and_plausible():
    series = data.load_temperatures()
    assert len(series.dates) == 1461
    assert set(np.diff(series.dates).astype(int)) == {1}
    assert (series.lowest <= series.highest).all()
    assert series.lowest.min() > -20
    assert series.highest.max() < 45
    july = (series.dates.astype("datetime64[M]").astype(int) % 12) == 6
    assert series.highest[july].mean() > series.highest[~july].mean() + 8
