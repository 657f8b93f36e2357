"""Optimisers against steps written out, PyTorch, and what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.training import SGD, Adam, Momentum, Optimiser, RMSprop

ALL = [SGD, Momentum, RMSprop, Adam]


def run(optimiser: Optimiser, gradients: list[float], start: float = 1.0) -> float:
    parameters = {"W": np.array([[start]])}
    for gradient in gradients:
        optimiser.step(parameters, {"dW": np.array([[gradient]])})
    return float(parameters["W"][0, 0])


def test_two_steps_written_out() -> None:
    assert run(SGD(0.1), [1.0, 2.0]) == pytest.approx(1 - 0.1 - 0.2)
    v1 = 0.1 * 1.0
    v2 = 0.9 * v1 + 0.1 * 2.0
    assert run(Momentum(0.1, beta=0.9), [1.0, 2.0]) == pytest.approx(1 - 0.1 * v1 - 0.1 * v2)
    s1 = 0.1 * 1.0
    s2 = 0.9 * s1 + 0.1 * 4.0
    assert run(RMSprop(0.1, beta=0.9, epsilon=1e-8), [1.0, 2.0]) == pytest.approx(
        1 - 0.1 * 1 / (s1**0.5 + 1e-8) - 0.1 * 2 / (s2**0.5 + 1e-8)
    )
    s1 = 0.001 * 1.0
    s2 = 0.999 * s1 + 0.001 * 4.0
    first = 0.1 * (v1 / 0.1) / ((s1 / 0.001) ** 0.5 + 1e-8)
    second = 0.1 * (v2 / (1 - 0.9**2)) / ((s2 / (1 - 0.999**2)) ** 0.5 + 1e-8)
    assert run(Adam(0.1), [1.0, 2.0]) == pytest.approx(1 - first - second, rel=1e-12)


def test_adam_keeps_the_raw_averages() -> None:
    adam = Adam(0.1)
    run(adam, [1.0])
    assert adam.v["W"][0, 0] == pytest.approx(0.1)
    assert adam.s["W"][0, 0] == pytest.approx(0.001)


def test_epsilon_is_outside_the_root() -> None:
    # With a gradient of 1e-8 and epsilon 1e-8, inside the root the step would be 1e-4 times ours.
    assert run(Adam(1.0, epsilon=1e-8), [1e-8], start=0.0) == pytest.approx(-0.5)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimiser", ["SGD", "Momentum", "RMSprop", "Adam"])
def test_equals_pytorch(optimiser: str, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = {
        "SGD": (SGD(0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
        # PyTorch's momentum adds whole gradients: its step is ours with the rate times (1 - beta).
        "Momentum": (Momentum(0.05, 0.9), lambda p: torch.optim.SGD(p, lr=0.005, momentum=0.9)),
        "RMSprop": (RMSprop(0.01, 0.9), lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8)),
        "Adam": (Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
    }[optimiser]
    rng = np.random.default_rng(0)
    W, b = rng.standard_normal((4, 3)).astype(dtype), rng.standard_normal((4, 1)).astype(dtype)
    tensors = [torch.tensor(W.copy(), requires_grad=True), torch.tensor(b.copy(), requires_grad=True)]
    theirs = theirs(tensors)
    parameters = {"W": W, "b": b}
    for _ in range(20):
        gradients = [rng.standard_normal(x.shape).astype(dtype) for x in (W, b)]
        ours.step(parameters, {"dW": gradients[0], "db": gradients[1]})
        for tensor, gradient in zip(tensors, gradients, strict=True):
            tensor.grad = torch.tensor(gradient)
        theirs.step()
    assert W.dtype == dtype
    for array, tensor in zip((W, b), tensors, strict=True):
        np.testing.assert_allclose(
            array, tensor.detach().numpy(), atol=1e-10 if dtype == np.float64 else 1e-4
        )


@pytest.mark.parametrize("kind", ALL)
def test_steps_are_in_place_and_leave_gradients_alone(kind: type[Optimiser]) -> None:
    W = np.ones((2, 2), dtype=np.float32)
    gradient = np.full((2, 2), 0.5, dtype=np.float32)
    parameters = {"W": W}
    assert kind(0.1).step(parameters, {"dW": gradient, "dA_prev": None}) is None
    assert parameters["W"] is W
    assert W.dtype == np.float32
    assert (W < 1).all()
    np.testing.assert_array_equal(gradient, 0.5)


@pytest.mark.parametrize("kind", ALL)
def test_every_optimiser_finds_the_bottom_of_a_ravine(kind: type[Optimiser]) -> None:
    parameters = {"x": np.array([3.0, 2.0])}
    optimiser = kind(lambda t: 0.09 / (1 + 0.01 * t))
    for _ in range(1500):
        optimiser.step(parameters, {"dx": np.array([1.0, 20.0]) * parameters["x"]})
    assert np.abs(parameters["x"]).max() < 0.02


def test_a_schedule_sees_the_number_of_steps_taken() -> None:
    seen = []
    optimiser = SGD(lambda t: seen.append(t) or 0.1)
    run(optimiser, [1.0, 1.0, 1.0])
    assert seen == [0, 1, 2]
    assert optimiser.steps_taken == 3


@pytest.mark.parametrize("kind", ALL)
def test_a_refused_step_changes_nothing(kind: type[Optimiser]) -> None:
    parameters = {"W": np.ones((2, 2)), "b": np.ones((2, 1))}
    optimiser = kind(0.1)
    with pytest.raises(ValueError, match="no entry db"):
        optimiser.step(parameters, {"dW": np.ones((2, 2))})
    with pytest.raises(ValueError, match=r"db has shape \(2,\), needs \(2, 1\)"):
        optimiser.step(parameters, {"dW": np.ones((2, 2)), "db": np.ones(2)})
    assert (parameters["W"] == 1).all()
    assert optimiser.steps_taken == 0
    with pytest.raises(TypeError, match="parameter W"):
        optimiser.step({"W": np.ones((2, 2), dtype=int)}, {"dW": np.ones((2, 2))})


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="learning_rate is -1"):
        SGD(-1)
    with pytest.raises(ValueError, match="beta is 1"):
        Momentum(0.1, beta=1)
    with pytest.raises(ValueError, match="beta2 is 1"):
        Adam(0.1, beta2=1.0)
    with pytest.raises(ValueError, match="epsilon"):
        Adam(0.1, epsilon=0)
