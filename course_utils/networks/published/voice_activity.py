"""Silero VAD: hears, 31 times a second, whether somebody speaks.

A spectrogram by convolution, four convolutions over frequency channels, one LSTM that remembers what it
heard before, and one sigmoid neuron.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course_utils.kernels.activations import relu, sigmoid
from course_utils.kernels.conv import conv1d_forward
from course_utils.kernels.dense import dense_forward
from course_utils.kernels.recurrent import lstm_forward
from course_utils.networks.published.weights import load_weights

RATE = 16000  # samples per second
WINDOW = 512  # samples a probability, 32 ms
CONTEXT = 64  # samples before the window that are seen again
N_A = 128
STRIDES = (1, 2, 2, 1)


@dataclass(frozen=True, eq=False)
class VoiceState:
    """What the network keeps between calls: the last samples, and the LSTM's a and c (128, 1)."""

    context: np.ndarray
    a: np.ndarray
    c: np.ndarray


@dataclass(frozen=True, eq=False)
class VoiceActivity:
    """The voice detector with its weights; make one with load_voice_activity().

    weights : name -> float32 array; "lstm.Wf" (128, 256) and so on act on [a_prev; x]
    """

    weights: dict[str, np.ndarray]

    def __repr__(self) -> str:
        return f"VoiceActivity({sum(W.size for W in self.weights.values()):,} weights)"

    def start(self) -> VoiceState:
        """Return the state before the first sound: silence, and an LSTM at zero."""
        zeros = np.zeros((N_A, 1), np.float32)
        return VoiceState(np.zeros(CONTEXT, np.float32), zeros, zeros)

    def spectrogram(self, windows: np.ndarray) -> np.ndarray:
        """Compute four columns of magnitudes a window.

        windows : (n_windows, 576) samples, the context first
        Returns (n_windows, 4, 129): the filters are cosines and sines of 129 frequencies.
        """
        padded = np.pad(windows, ((0, 0), (0, CONTEXT)), mode="reflect")[..., np.newaxis]  # (n, 640, 1)
        W = self.weights["stft.W"]  # (256, 1, 258)
        Z, _ = conv1d_forward(padded, W, np.zeros((1, 1, W.shape[2]), np.float32), stride=128)
        return np.sqrt(Z[..., :129] ** 2 + Z[..., 129:] ** 2)

    def run(
        self, samples: np.ndarray, state: VoiceState | None = None
    ) -> tuple[np.ndarray, VoiceState, np.ndarray]:
        """Listen to whole windows of 512 samples; call again with the returned state to go on.

        samples : (T,) float32 in [-1, 1], 16,000 a second; T a multiple of 512
        state   : where to go on; None starts from silence
        Returns probabilities (T / 512,), the new state, and the LSTM's activations a (128, T / 512).
        Raises ValueError for a wrong shape, TypeError for whole numbers.
        """
        if not isinstance(samples, np.ndarray) or samples.dtype.kind != "f":
            raise TypeError("samples must be an array of floats in [-1, 1]; divide 16-bit samples by 32768")
        if samples.ndim != 1 or len(samples) % WINDOW:
            raise ValueError(f"samples has shape {samples.shape}, needs (T,) with T a multiple of {WINDOW}")
        state = state or self.start()
        if not len(samples):
            return np.zeros(0, np.float32), state, np.zeros((N_A, 0), np.float32)
        heard = np.concatenate([state.context, samples.astype(np.float32)])
        windows = np.lib.stride_tricks.sliding_window_view(heard, CONTEXT + WINDOW)[::WINDOW]  # (n, 576)

        A = self.spectrogram(windows)
        for i, stride in enumerate(STRIDES, 1):
            W, b = self.weights[f"conv{i}.W"], self.weights[f"conv{i}.b"]
            Z, _ = conv1d_forward(A, W, b, stride, pad=1)
            A = relu(Z)
        x = np.ascontiguousarray(A[:, 0, :].T[:, np.newaxis])  # (128, 1, n_windows)
        parameters = {f"{kind}{gate}": self.weights[f"lstm.{kind}{gate}"] for kind in "Wb" for gate in "fico"}
        a, c, _ = lstm_forward(x, state.a, state.c, parameters)  # (128, 1, n_windows)
        Z, _ = dense_forward(relu(a[:, 0]), self.weights["out.W"], self.weights["out.b"])
        new_state = VoiceState(heard[-CONTEXT:].copy(), a[:, :, -1].copy(), c[:, :, -1].copy())
        return sigmoid(Z)[0], new_state, a[:, 0]

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """Compute the probability of speech in each 32 ms of a clip.

        samples : (T,) floats in [-1, 1], 16,000 a second; the last window is filled with silence
        Returns (ceil(T / 512),) float32.
        """
        missing = -len(samples) % WINDOW
        return self.run(np.pad(samples, (0, missing)))[0]


@cache
def load_voice_activity() -> VoiceActivity:
    """Load silero VAD for 16,000 samples a second.

    Errors: AssetError when the file is missing or damaged.
    Source: Silero Team, "Silero VAD", 2021; S. Hochreiter, J. Schmidhuber, "Long short-term memory", 1997;
    weights: see assets/README.md.
    """
    return VoiceActivity(load_weights("voice_activity"))
