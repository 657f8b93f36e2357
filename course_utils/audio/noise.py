"""Make background noise."""

from __future__ import annotations

import numpy as np

from course_utils.kernels.checks import check_positive_int

# Power falls with frequency to this exponent: equal power a hertz, an octave, and twice as steep
SLOPES = {"white": 0.0, "pink": 1.0, "brown": 2.0}
NOISES = (*SLOPES, "hum", "crowd")
LOWEST = 20.0  # hertz; below it power no longer grows


def make_noise(
    kind: str, n_samples: int, rng: np.random.Generator, rate: int = 16000, level: float = 0.05
) -> np.ndarray:
    """Make noise of a kind.

    kind      : "white" (hiss), "pink" (rain), "brown" (far thunder), "hum" (mains, 50 hertz with overtones),
                "crowd" (hiss that swells and fades, in the band of voices)
    n_samples : length T
    rng       : source of randomness
    rate      : samples a second
    level     : root mean square of the result
    Returns (T,) float32.
    Raises ValueError for another kind, a length below 1 or a negative level.
    """
    if kind not in NOISES:
        raise ValueError(f"kind must be one of {', '.join(NOISES)}, got {kind!r}")
    if not level >= 0:
        raise ValueError(f"level must not be negative, got {level}")
    n_samples = check_positive_int("n_samples", n_samples)
    t = np.arange(n_samples) / rate  # seconds
    if kind == "hum":
        phases = rng.uniform(0, 2 * np.pi, 5)
        samples = sum(np.sin(2 * np.pi * 50 * k * t + phases[k - 1]) / k for k in range(1, 6))
        samples = samples + 0.05 * rng.standard_normal(n_samples)
    else:
        frequencies = np.fft.rfftfreq(n_samples, 1 / rate)
        if kind == "crowd":
            shape = np.exp(-0.5 * (np.log2(np.maximum(frequencies, 1) / 600) / 0.9) ** 2)
        else:
            shape = np.maximum(frequencies, LOWEST) ** (-SLOPES[kind] / 2)
        samples = np.fft.irfft(np.fft.rfft(rng.standard_normal(n_samples)) * shape, n_samples)
        if kind == "crowd":
            swells = sum(np.sin(2 * np.pi * f * t + rng.uniform(0, 2 * np.pi)) for f in (0.7, 1.9, 3.1))
            samples = samples * (1 + 0.25 * swells)
    power = np.sqrt(np.mean(samples**2))
    return (samples * (level / power if power > 0 else 0)).astype(np.float32)
