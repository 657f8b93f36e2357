"""From air pressure to labels."""

from course_utils.audio.noise import NOISES, make_noise
from course_utils.audio.sound import loudness, mix_at_ratio, overlay, read_wav, save_wav, wav_bytes

__all__ = [
    "NOISES",
    "loudness",
    "make_noise",
    "mix_at_ratio",
    "overlay",
    "read_wav",
    "save_wav",
    "wav_bytes",
]
