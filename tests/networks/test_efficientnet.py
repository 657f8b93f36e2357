"""EfficientNet-lite0 on real photographs and against PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_utils import data
from course_utils.networks.published import load_efficientnet_lite0
from course_utils.networks.published.efficientnet import BLOCK_STRIDES

from .conftest import largest_error


@pytest.fixture(scope="module")
def network():
    return load_efficientnet_lite0()


def test_names_the_photographs(network, print_time):
    first = {}
    for name in data.PHOTOGRAPHS:
        answers = network.classify(data.load_photograph(name), k=3)
        first[name] = answers[0]
        print(name, [(label, round(probability, 3)) for label, probability in answers])
    assert first["coffee"][0] == "espresso"
    assert first["coffee"][1] >= 0.9
    assert first["camera"][0] == "tripod"
    assert first["chelsea"][0] == "tiger cat"
    assert first["flower"][0] == "daisy"
    assert first["china"][0] == "palace"
    print_time("EfficientNet-lite0, one image", lambda: network.classify(data.load_photograph("coffee")))


def torch_logits(reference, P, X):
    F = reference.F
    x = F.relu6(reference.conv(reference.pictures(X), P["stem.W"], P["stem.b"], stride=2))
    layers = {"stem": x}
    for i, stride in enumerate(BLOCK_STRIDES):
        inner = x
        if f"block{i}.expand.W" in P:
            inner = F.relu6(reference.conv(x, P[f"block{i}.expand.W"], P[f"block{i}.expand.b"]))
        inner = F.relu6(
            reference.depthwise(inner, P[f"block{i}.depthwise.W"], P[f"block{i}.depthwise.b"], stride)
        )
        inner = reference.conv(inner, P[f"block{i}.project.W"], P[f"block{i}.project.b"])
        x = x + inner if inner.shape == x.shape else inner
        layers[f"block{i}"] = x
    x = F.relu6(reference.conv(x, P["head.W"], P["head.b"]))
    layers["head"] = x
    logits = F.linear(
        x.mean((2, 3)), reference.tensor(P["dense.W"]), reference.tensor(P["dense.b"].reshape(-1))
    )
    return logits.detach().numpy().T, layers


@pytest.mark.torch
def test_logits_and_features_agree_with_pytorch(network, reference):
    for name in ("coffee", "rocket"):
        image = data.load_photograph(name)
        logits, layers = torch_logits(reference, network.weights, network.preprocess(image))
        error = largest_error(network.logits(image), logits[:, 0])
        print(f"EfficientNet-lite0 against PyTorch, {name}: {error:.1e}")
        assert error < 1e-4
    for layer in ("stem", "block0", "block6", "head"):
        assert largest_error(network.features(image, layer), reference.array(layers[layer])[0]) < 1e-4


def test_eight_bits_keep_the_first_answer(network, published_weights):
    published, folder = published_weights
    exact = replace(network, weights=published.efficientnet_weights(folder))
    same = 0
    for name in data.PHOTOGRAPHS:
        image = data.load_photograph(name)
        (stored, p), (original, q) = network.classify(image, 1)[0], exact.classify(image, 1)[0]
        same += stored == original
        print(f"{name}: stored {stored} {p:.3f}, float {original} {q:.3f}")
    print(f"same first answer on {same} of {len(data.PHOTOGRAPHS)} photographs")
    assert same >= 12


def test_a_batch_gives_the_logits_of_each_picture(network):
    images = [data.load_photograph(name) for name in ("coffee", "flower")]
    together = network.forward(np.concatenate([network.preprocess(image) for image in images]))
    assert together.shape == (1000, 2)
    for i, image in enumerate(images):
        np.testing.assert_allclose(together[:, i], network.logits(image), atol=1e-4)


def test_shapes_follow_the_strides(network):
    image = data.load_photograph("coffee")
    shapes = {layer: A.shape[1:] for layer, A in network.activations(network.preprocess(image))}
    assert tuple(shapes) == network.layer_names
    assert shapes["stem"] == (112, 112, 32)
    assert shapes["block0"] == (112, 112, 16)
    assert shapes["block15"] == (7, 7, 320)
    assert shapes["head"] == (7, 7, 1280)


def test_wrong_pictures_and_layers_are_refused(network):
    with pytest.raises(TypeError, match="float64"):
        network.classify(np.zeros((20, 20, 3)))
    with pytest.raises(ValueError, match=r"\(20, 20\), needs \(n_H, n_W, 3\)"):
        network.classify(np.zeros((20, 20), np.uint8))
    with pytest.raises(ValueError, match="'block16'"):
        network.features(np.zeros((20, 20, 3), np.uint8), "block16")


def test_loading_twice_unpacks_once_and_weights_cannot_be_changed(network):
    assert load_efficientnet_lite0() is network
    with pytest.raises(ValueError, match="read-only"):
        network.weights["stem.W"][0] = 0
