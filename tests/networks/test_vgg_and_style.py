"""VGG features with gradients to the pixels, and the network of 26 styles; against PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_utils import data
from course_utils.networks.published import load_style_network, load_vgg_features, style_mixture

from .conftest import largest_error


@pytest.fixture(scope="module")
def cat():
    return data.load_photograph("chelsea")[60:157, 100:226]  # odd sides: (97, 126, 3)


def torch_vgg(vgg, reference, x):
    activations = {}
    for name in vgg.layer_names:
        if name in ("block2_conv1", "block3_conv1"):
            pool = reference.F.max_pool2d if vgg.pooling == "max" else reference.F.avg_pool2d
            x = pool(x, 2)
        x = reference.F.relu(reference.conv(x, vgg.weights[f"{name}.W"], vgg.weights[f"{name}.b"]))
        activations[name] = x
    return activations


@pytest.mark.torch
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_vgg_features_and_pixel_gradients_agree_with_pytorch(pooling, cat, reference):
    vgg = load_vgg_features(pooling)
    X = vgg.preprocess(cat)
    x = reference.pictures(X).requires_grad_()
    theirs = torch_vgg(vgg, reference, x)
    ours, cache = vgg.forward(X)
    for name in vgg.layer_names:
        assert largest_error(ours[name], reference.array(theirs[name])) < 1e-4
    rng = np.random.default_rng(1)
    gradients = {
        name: rng.standard_normal(ours[name].shape).astype(np.float32)
        for name in ("block1_conv1", "block2_conv2", "block3_conv3")
    }
    cost = sum((theirs[name] * reference.pictures(dA)).sum() for name, dA in gradients.items())
    cost.backward()
    error = largest_error(vgg.backward(gradients, cache), np.moveaxis(x.grad.numpy(), 1, -1))
    print(f"VGG gradient of the pixels against PyTorch, {pooling} pooling: {error:.1e}")
    assert error < 1e-4


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_vgg_gradient_is_the_slope_of_the_cost(pooling, cat):
    vgg = load_vgg_features(pooling)
    X = vgg.preprocess(cat[:20, :24]).astype(np.float64)
    rng = np.random.default_rng(2)
    direction = rng.standard_normal(X.shape)
    weight = rng.standard_normal((1, 5, 6, 256))

    def cost(step):
        return float((vgg.forward(X + step * direction)[0]["block3_conv2"] * weight).sum())

    _, cache = vgg.forward(X)
    dX = vgg.backward({"block3_conv2": weight}, cache)
    slope = (cost(1e-6) - cost(-1e-6)) / 2e-6
    assert dX.dtype == np.float64
    assert (dX * direction).sum() == pytest.approx(slope, rel=1e-5)


def test_vgg_stops_at_the_last_layer_asked_for(cat):
    vgg = load_vgg_features()
    X = vgg.preprocess(cat)
    whole, _ = vgg.forward(X)
    part, cache = vgg.forward(X, last="block2_conv1")
    assert tuple(part) == ("block1_conv1", "block1_conv2", "block2_conv1")
    np.testing.assert_array_equal(part["block2_conv1"], whole["block2_conv1"])
    assert vgg.backward({"block2_conv1": part["block2_conv1"]}, cache).shape == X.shape


def test_vgg_picture_comes_back(cat):
    vgg = load_vgg_features()
    np.testing.assert_array_equal(vgg.to_image(vgg.preprocess(cat)), cat)


def test_vgg_refuses_unknown_layers_and_wrong_gradients(cat):
    vgg = load_vgg_features()
    X = vgg.preprocess(cat)
    with pytest.raises(ValueError, match="'block4_conv1'"):
        vgg.forward(X, last="block4_conv1")
    activations, cache = vgg.forward(X, last="block1_conv1")
    with pytest.raises(ValueError, match="'block3_conv1', forward computed block1_conv1"):
        vgg.backward({"block3_conv1": activations["block1_conv1"]}, cache)
    with pytest.raises(ValueError, match="at least one layer"):
        vgg.backward({}, cache)
    with pytest.raises(ValueError, match="pooling must be max or average"):
        load_vgg_features("median")


def test_vgg_stored_weights_give_the_features_of_the_float_weights(cat, published_weights):
    published, folder = published_weights
    vgg = load_vgg_features()
    X = vgg.preprocess(cat)
    stored, _ = vgg.forward(X)
    original, _ = replace(vgg, weights=published.vgg_weights(folder)).forward(X)
    for name in stored:
        error = np.linalg.norm(stored[name] - original[name]) / np.linalg.norm(original[name])
        print(f"{name}: stored features differ by {error:.2%}")
        assert error < 0.02


def torch_style(network, reference, X, style):
    F, P = reference.F, network.weights

    def layer(x, name, stride=1):
        p = P[f"{name}.W"].shape[0] // 2
        x = reference.conv(F.pad(x, (p, p, p, p), mode="reflect"), P[f"{name}.W"], None, stride, pad="valid")
        gamma, beta = (reference.tensor(P[f"{name}.{key}"][style]) for key in ("gamma", "beta"))
        return F.instance_norm(x, weight=gamma, bias=beta, eps=1e-5)

    x = reference.pictures(X)
    for i, stride in enumerate((1, 2, 2)):
        x = F.relu(layer(x, f"contract.{i}", stride))
    for i in range(6):
        x = x + layer(F.relu(layer(x, f"res.{i}.0")), f"res.{i}.1")
    for i in range(2):
        x = F.relu(layer(F.interpolate(x, scale_factor=2, mode="nearest"), f"expand.{i}"))
    return reference.array(reference.torch.sigmoid(layer(x, "expand.2")))


@pytest.mark.torch
@pytest.mark.parametrize("style", [0, 11, 25])
def test_style_network_agrees_with_pytorch(style, cat, reference):
    network = load_style_network()
    X = (cat[:96, :124] / 255).astype(np.float32)[np.newaxis]
    error = largest_error(network.forward(X, style_mixture(style)), torch_style(network, reference, X, style))
    print(f"style network against PyTorch, style {style}: {error:.1e}")
    assert error < 1e-4


def test_styles_differ_and_keep_the_size(cat, print_time):
    network = load_style_network()
    painted = [network.stylise(cat, style) for style in (0, 5, 19)]
    assert all(picture.shape == cat.shape and picture.dtype == np.uint8 for picture in painted)
    for i in range(3):
        assert np.abs(painted[i].astype(float) - painted[i - 1]).mean() > 10
        assert painted[i].std() > 20
    print_time("style network, 451 by 300", lambda: network.stylise(data.load_photograph("chelsea"), 11))


def test_a_mixture_lies_between_its_styles(cat):
    network = load_style_network()
    half = np.zeros(26)
    half[[0, 5]] = 3
    np.testing.assert_allclose(style_mixture(half)[[0, 5]], 0.5)
    first, second, mixed = (network.stylise(cat, s).astype(float) for s in (0, 5, half))
    apart = np.abs(first - second).mean()
    assert np.abs(mixed - first).mean() < apart
    assert np.abs(mixed - second).mean() < apart


@pytest.mark.parametrize("style", [26, -1, 1.5, [1.0] * 25, [-1.0] + [1.0] * 25, [0.0] * 26, [np.nan] * 26])
def test_impossible_styles_are_refused(style, cat):
    with pytest.raises(ValueError, match="style"):
        load_style_network().stylise(cat, style)


def test_a_picture_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match="20 by 40 pixels, needs at least 32"):
        load_style_network().stylise(np.zeros((40, 20, 3), np.uint8), 0)


def test_style_stored_weights_paint_what_the_float_weights_paint(cat, published_weights):
    published, folder = published_weights
    network = load_style_network()
    exact = replace(network, weights=published.style_weights(folder))
    for style in (0, 11):
        difference = np.abs(network.stylise(cat, style).astype(int) - exact.stylise(cat, style)).max()
        print(f"style {style}: stored weights differ by at most {difference} of 255")
        assert difference <= 3
