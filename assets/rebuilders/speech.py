"""Spoken words and sentences."""

from __future__ import annotations

import io
import subprocess
import tempfile
import wave
from functools import partial
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .asset import Asset
from .packages import Package

FLITE = Package("apt", "flite", "2.2-5", "flite_*.deb")
POCKETSPHINX = Package("apt", "pocketsphinx-testdata", "0.8+5prealpha+1-15", "pocketsphinx-testdata_*.deb")
POCKETSPHINX_FOLDER = "./usr/share/pocketsphinx/test/data"
RATE = 16000  # samples per second
TRIGGER = "activate"
OTHER_WORDS = ("yes", "no", "stop", "hello", "music", "seven", "window", "deactivate")
SENTENCE = "The little boat sailed slowly over the quiet lake."
# Voice and pace (longer is slower); every file is one speaker saying one word.
TRIGGER_VOICES = [(voice, pace) for voice in ("slt", "rms", "awb", "kal16") for pace in ("0.9", "1.15")]
OTHER_VOICES = [("slt", "1.0"), ("rms", "1.0")]


def wav_bytes(samples: np.ndarray, rate: int) -> bytes:
    """Return a mono 16-bit wav file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def trim(samples: np.ndarray, margin: int = RATE // 50) -> np.ndarray:
    """Cut the silence at both ends, except for a margin."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return samples[max(loud[0] - margin, 0) : loud[-1] + margin]


def build_synthesised(folder: Path, text: str, voice: str, pace: str) -> bytes:
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "speech.wav"
        command = [
            "flite",
            "-voice",
            voice,
            "--setf",
            f"duration_stretch={pace}",
            "-t",
            text,
            "-o",
            str(path),
        ]
        subprocess.run(command, check=True)
        with wave.open(str(path)) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float64)
    samples = trim(resample_poly(samples, RATE, rate))
    # Equal loudness: the same peak in every file.
    return wav_bytes(np.rint(samples * (16000 / np.abs(samples).max())), RATE)


def build_recorded(folder: Path) -> bytes:
    samples = np.frombuffer(POCKETSPHINX.read(folder, f"{POCKETSPHINX_FOLDER}/goforward.raw"), "<i2")
    return wav_bytes(samples, RATE)


def synthesised(name: str, text: str, voice: str, pace: str) -> Asset:
    return Asset(
        name=f"speech/{name}.wav",
        packages=(FLITE,),
        inside=f"synthesised by the program: voice {voice}, pace {pace}, text: {text}",
        licence="BSD-style (CMU Flite)",
        rights="Carnegie Mellon University, voices kal and CMU Arctic (the package's copyright file)",
        treatment="16,000 samples a second, 16 bits, silence cut, peak 16000 of 32767",
        build=partial(build_synthesised, text=text, voice=voice, pace=pace),
    )


ASSETS = [
    *[
        synthesised(f"{TRIGGER}_{number}", TRIGGER, voice, pace)
        for number, (voice, pace) in enumerate(TRIGGER_VOICES)
    ],
    *[
        synthesised(f"{word}_{number}", word, voice, pace)
        for word in OTHER_WORDS
        for number, (voice, pace) in enumerate(OTHER_VOICES)
    ],
    synthesised("sentence", SENTENCE, "slt", "1.0"),
    Asset(
        name="speech/go_forward.wav",
        packages=(POCKETSPHINX,),
        inside="usr/share/pocketsphinx/test/data/goforward.raw",
        licence="BSD-2-Clause",
        rights="Carnegie Mellon University (the package's copyright file)",
        treatment="a wav header added; the text is: go forward ten meters",
        build=build_recorded,
    ),
]
