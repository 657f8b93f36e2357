"""Read, write and mix sound: samples are (T,) float32 in [-1, 1]."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np


def check_samples(name: str, samples: np.ndarray) -> None:
    """Check that samples are a (T,) array of finite floats; TypeError or ValueError names it otherwise."""
    if not isinstance(samples, np.ndarray) or samples.dtype.kind != "f":
        raise TypeError(f"{name} must be an array of floats in [-1, 1]; divide 16-bit samples by 32768")
    if samples.ndim != 1 or not len(samples):
        raise ValueError(f"{name} has shape {samples.shape}, needs (T,) with T of at least 1")
    if not np.isfinite(samples).all():
        raise ValueError(f"{name} holds values that are no finite numbers")


def read_wav(path: str | Path) -> tuple[np.ndarray, int]:
    """Read a wav file of 16-bit samples; several channels are averaged.

    Returns samples (T,) float32 in [-1, 1] and their rate, samples a second.
    Raises FileNotFoundError, wave.Error for another kind of file, ValueError for other than 16 bits.
    """
    with wave.open(str(path)) as sound:
        if sound.getsampwidth() != 2:
            raise ValueError(f"{path} has {8 * sound.getsampwidth()} bits a sample, needs 16")
        n_channels, rate = sound.getnchannels(), sound.getframerate()
        values = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, n_channels)
    return (values.astype(np.float32) / 32768).mean(axis=1, dtype=np.float32), rate


def wav_bytes(samples: np.ndarray, rate: int) -> bytes:
    """Write samples (T,) as a wav file of 16 bits, in memory: for a player in the notebook.

    Values outside [-1, 1] are cut off.
    """
    check_samples("samples", samples)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(int(rate))
        sound.writeframes(np.rint(np.clip(samples, -1, 32767 / 32768) * 32768).astype("<i2").tobytes())
    return buffer.getvalue()


def save_wav(path: str | Path, samples: np.ndarray, rate: int) -> None:
    """Write samples (T,) to a wav file of 16 bits."""
    Path(path).write_bytes(wav_bytes(samples, rate))


def loudness(samples: np.ndarray) -> float:
    """Return the root mean square of samples (T,)."""
    check_samples("samples", samples)
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def overlay(background: np.ndarray, clip: np.ndarray, start: int) -> np.ndarray:
    """Add a clip to a background from sample `start` on; the background itself stays as it was.

    background : (T,), clip : (T_clip,)
    Returns (T,).
    Raises ValueError when the clip does not fit.
    """
    check_samples("background", background)
    check_samples("clip", clip)
    if not 0 <= start <= len(background) - len(clip):
        raise ValueError(
            f"a clip of {len(clip)} samples from sample {start} does not fit into {len(background)} samples"
        )
    mixed = background.copy()
    mixed[start : start + len(clip)] += clip
    return mixed


def mix_at_ratio(signal: np.ndarray, noise: np.ndarray, decibels: float) -> np.ndarray:
    """Add noise so that the signal stands `decibels` above it (signal-to-noise ratio).

    signal, noise : (T,) of equal length, neither silent
    Returns signal plus scaled noise, (T,).
    """
    if len(signal) != len(noise):
        raise ValueError(f"signal has {len(signal)} samples, noise {len(noise)}; they must be as many")
    loud_signal, loud_noise = loudness(signal), loudness(noise)
    if loud_signal == 0 or loud_noise == 0:
        raise ValueError("signal and noise must not be silent: a ratio to silence has no value")
    factor = loud_signal / loud_noise * 10 ** (-decibels / 20)
    return signal + noise * signal.dtype.type(factor)
