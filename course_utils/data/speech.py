"""Spoken words and sentences."""

from __future__ import annotations

import io
import wave

import numpy as np

from course_utils.data.assets import read_small

SPEECH_RATE = 16000  # samples per second, in every clip
TRIGGER_WORD = "activate"
SPEECH_WORDS = ("activate", "yes", "no", "stop", "hello", "music", "seven", "window", "deactivate")
SPEECH_SENTENCES = {
    "sentence": "the little boat sailed slowly over the quiet lake",
    "go_forward": "go forward ten meters",
}


def load_speech(name: str) -> np.ndarray:
    """Load one clip: "sentence" (a synthetic voice), "go_forward" (a real one) or "WORD_0", "WORD_1".

    Returns the samples, shape (T,), float32 in [-1, 1], 16,000 a second; a fresh copy.
    Errors: AssetError when there is no such file, or it is damaged. Source: see assets/README.md.
    """
    with wave.open(io.BytesIO(read_small(f"speech/{name}.wav"))) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return samples.astype(np.float32) / np.float32(32768)  # (T,)


def load_spoken_words() -> dict[str, list[np.ndarray]]:
    """Load all spoken words: eight takes of "activate" by four voices, two takes of each other word.

    Returns word -> takes, each (T,) float32 in [-1, 1], 16,000 samples a second. Take i comes from the same
    speaker in every word but "activate".
    Errors: AssetError when a file is missing or damaged. Source: see assets/README.md.
    """
    takes = {word: 8 if word == TRIGGER_WORD else 2 for word in SPEECH_WORDS}
    return {word: [load_speech(f"{word}_{i}") for i in range(count)] for word, count in takes.items()}
