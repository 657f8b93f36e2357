"""Reading, writing and mixing sound, and noise."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from course_utils import audio, data


def test_saved_sound_comes_back(tmp_path):
    samples = data.load_speech("yes_0")
    audio.save_wav(tmp_path / "yes.wav", samples, data.SPEECH_RATE)
    again, rate = audio.read_wav(tmp_path / "yes.wav")
    assert rate == 16000
    np.testing.assert_array_equal(again, samples)


def test_loud_samples_are_cut_off_and_channels_averaged(tmp_path):
    audio.save_wav(tmp_path / "loud.wav", np.array([2.0, -2.0, 0.5]), 8000)
    np.testing.assert_allclose(audio.read_wav(tmp_path / "loud.wav")[0], [1, -1, 0.5], atol=1e-4)
    with wave.open(str(tmp_path / "two.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(np.array([[8192, 0], [-8192, -8192]], "<i2").tobytes())
    np.testing.assert_allclose(audio.read_wav(tmp_path / "two.wav")[0], [0.125, -0.25])


def test_eight_bit_files_are_refused(tmp_path):
    with wave.open(str(tmp_path / "small.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(10))
    with pytest.raises(ValueError, match="8 bits a sample, needs 16"):
        audio.read_wav(tmp_path / "small.wav")


@pytest.mark.parametrize("kind", audio.NOISES)
def test_noise_has_its_level_and_follows_its_generator(kind):
    first = audio.make_noise(kind, 16000, np.random.default_rng(3), level=0.1)
    again = audio.make_noise(kind, 16000, np.random.default_rng(3), level=0.1)
    other = audio.make_noise(kind, 16000, np.random.default_rng(4), level=0.1)
    assert first.dtype == np.float32
    assert audio.loudness(first) == pytest.approx(0.1, rel=1e-4)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_power_falls_by_three_decibels_an_octave_in_pink_and_six_in_brown():
    for kind, slope in (("white", 0), ("pink", -1), ("brown", -2)):
        power = np.abs(np.fft.rfft(audio.make_noise(kind, 2**17, np.random.default_rng(0)))) ** 2
        frequencies = np.fft.rfftfreq(2**17, 1 / 16000)
        octaves = [power[(frequencies >= f) & (frequencies < 2 * f)].mean() for f in (100, 400, 1600)]
        measured = np.polyfit(np.log2([100, 400, 1600]), np.log2(octaves), 1)[0]
        assert measured == pytest.approx(slope, abs=0.15)


def test_mixture_has_the_ratio_asked_for():
    speech = data.load_speech("sentence")
    noise = audio.make_noise("pink", len(speech), np.random.default_rng(1))
    mixed = audio.mix_at_ratio(speech, noise, decibels=6)
    ratio = audio.loudness(speech) / audio.loudness(mixed - speech)
    assert 20 * np.log10(ratio) == pytest.approx(6, abs=1e-3)
    assert mixed.dtype == np.float32


def test_overlay_adds_in_place_of_time_and_keeps_the_background():
    background, clip = np.full(10, 0.1), np.full(3, 0.5)
    mixed = audio.overlay(background, clip, 7)
    np.testing.assert_allclose(mixed, [0.1] * 7 + [0.6] * 3)
    assert (background == 0.1).all()
    for start in (-1, 8):
        with pytest.raises(ValueError, match=f"from sample {start} does not fit into 10"):
            audio.overlay(background, clip, start)


def test_errors_name_what_is_wrong():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="'blue'"):
        audio.make_noise("blue", 10, rng)
    with pytest.raises(ValueError, match="level"):
        audio.make_noise("white", 10, rng, level=-1)
    with pytest.raises(TypeError, match="divide 16-bit"):
        audio.wav_bytes(np.zeros(4, np.int16), 8000)
    with pytest.raises(ValueError, match="no finite"):
        audio.loudness(np.array([np.nan]))
    with pytest.raises(ValueError, match="silent"):
        audio.mix_at_ratio(np.zeros(4), np.ones(4), 3)
    with pytest.raises(ValueError, match="4 samples, noise 5"):
        audio.mix_at_ratio(np.ones(4), np.ones(5), 3)
