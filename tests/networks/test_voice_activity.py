"""Voice activity on silence, noise and speech; in pieces; against PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_utils import data
from course_utils.networks.published import load_voice_activity
from course_utils.networks.published.voice_activity import WINDOW


@pytest.fixture(scope="module")
def network():
    return load_voice_activity()


def loud_windows(samples):
    """Windows in which somebody speaks for certain: well above the quiet parts of the clip."""
    windows = np.pad(samples, (0, -len(samples) % WINDOW)).reshape(-1, WINDOW)
    loudness = np.sqrt((windows**2).mean(axis=1))
    return loudness > 0.3 * loudness.max()


def test_silence_and_white_noise_are_no_speech(network):
    silence = network.probabilities(np.zeros(3 * data.SPEECH_RATE, np.float32))
    print("silence: at most", silence.max())
    assert silence.max() < 0.1
    for level in (0.001, 0.01, 0.05, 0.2):
        noise = np.random.default_rng(0).normal(0, level, 3 * data.SPEECH_RATE).astype(np.float32)
        p = network.probabilities(noise)
        print(f"white noise of level {level}: at most {p.max():.4f}")
        assert p.max() < 0.1


@pytest.mark.parametrize("name", data.SPEECH_SENTENCES)
def test_speech_is_heard(name, network, print_time):
    samples = data.load_speech(name)
    p = network.probabilities(samples)
    loud = loud_windows(samples)
    heard = p[loud]
    print(f"{name}: {loud.sum()} loud windows, mean {heard.mean():.3f}, least {heard.min():.3f}")
    assert p.shape == (-(-len(samples) // WINDOW),)
    assert heard.mean() > 0.9
    assert np.median(heard) > 0.98
    assert heard.min() > 0.5
    print_time(
        f"voice activity, {len(samples) / data.SPEECH_RATE:.1f} s", lambda: network.probabilities(samples)
    )


def test_probability_falls_after_the_speech(network):
    speech = data.load_speech("sentence")
    p = network.probabilities(np.concatenate([speech, np.zeros(data.SPEECH_RATE, np.float32)]))
    assert p[-10:].max() < 0.1


def test_pieces_give_what_the_whole_gives(network):
    samples = data.load_speech("go_forward")
    samples = samples[: len(samples) // WINDOW * WINDOW]
    whole, last, a = network.run(samples)
    assert a.shape == (128, len(samples) // WINDOW)
    state, pieces = None, []
    for start in range(0, len(samples), 3 * WINDOW):
        p, state, _ = network.run(samples[start : start + 3 * WINDOW], state)
        pieces.append(p)
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)
    np.testing.assert_allclose(state.c, last.c, atol=1e-4)
    nothing, same, _ = network.run(samples[:0], state)
    assert nothing.shape == (0,)
    assert same is state


@pytest.mark.torch
def test_probabilities_agree_with_pytorch(network, reference):
    F, torch, P = reference.F, reference.torch, network.weights
    samples = data.load_speech("go_forward")
    samples = samples[: len(samples) // WINDOW * WINDOW]
    cell = torch.nn.LSTMCell(128, 128)
    with torch.no_grad():
        W = reference.tensor(np.concatenate([P[f"lstm.W{gate}"] for gate in "ifco"]))
        b = reference.tensor(np.concatenate([P[f"lstm.b{gate}"] for gate in "ifco"])[:, 0])
        cell.weight_hh.copy_(W[:, :128])
        cell.weight_ih.copy_(W[:, 128:])
        cell.bias_ih.copy_(b)
        cell.bias_hh.zero_()
        heard = reference.tensor(np.concatenate([np.zeros(64, np.float32), samples]))
        state, theirs = None, []
        for start in range(0, len(samples), WINDOW):
            x = F.pad(heard[None, None, start : start + 576], (0, 64), mode="reflect")
            x = F.conv1d(x, reference.tensor(P["stft.W"].transpose(2, 1, 0)), stride=128)
            x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
            for i, stride in enumerate((1, 2, 2, 1), 1):
                weight = reference.tensor(P[f"conv{i}.W"].transpose(2, 1, 0))
                bias = reference.tensor(P[f"conv{i}.b"].reshape(-1))
                x = F.relu(F.conv1d(x, weight, bias, stride, padding=1))
            state = cell(x[:, :, 0], state)
            out = F.linear(F.relu(state[0]), reference.tensor(P["out.W"]), reference.tensor(P["out.b"][0]))
            theirs.append(float(torch.sigmoid(out)))
    error = np.abs(network.run(samples)[0] - theirs).max()
    print(f"voice activity against PyTorch: {error:.1e}")
    assert error < 1e-4


def test_stored_weights_hear_what_the_float_weights_hear(network, published_weights):
    published, folder = published_weights
    weights = {name: np.ascontiguousarray(W) for name, W in published.silero_weights(folder).items()}
    samples = data.load_speech("go_forward")
    difference = network.probabilities(samples) - replace(network, weights=weights).probabilities(samples)
    print(f"voice activity, stored against float weights: {np.abs(difference).max():.1e}")
    assert np.abs(difference).max() < 1e-2


def test_wrong_samples_are_refused(network):
    with pytest.raises(ValueError, match=r"\(500,\), needs \(T,\) with T a multiple of 512"):
        network.run(np.zeros(500, np.float32))
    with pytest.raises(TypeError, match="divide 16-bit samples by 32768"):
        network.probabilities(np.zeros(512, np.int16))
