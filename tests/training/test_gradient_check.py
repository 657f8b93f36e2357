"""The gradient check finds right and wrong gradients, and says which."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.training import gradient_check, numerical_gradient, relative_difference


def quadratic(p: dict[str, np.ndarray]) -> float:
    return float((p["W"] ** 2).sum() + (3 * p["b"]).sum())


@pytest.fixture
def inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"W": rng.standard_normal((3, 2)), "b": rng.standard_normal((3, 1))}


def test_right_gradients_are_good(inputs: dict[str, np.ndarray], capsys: pytest.CaptureFixture) -> None:
    before = {name: array.copy() for name, array in inputs.items()}
    gradients = {"dW": 2 * inputs["W"], "db": np.full((3, 1), 3.0)}
    check = gradient_check(quadratic, inputs, gradients, verbose=True)
    assert check.ok
    assert check.difference < 1e-9
    printed = capsys.readouterr().out.strip().splitlines()
    assert [line.split(":")[0] for line in printed] == ["W", "b"]
    assert all(line.endswith("good") for line in printed)
    for name, array in inputs.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_planted_bug_is_found_where_it_is(inputs: dict[str, np.ndarray]) -> None:
    gradients = {"dW": 2 * inputs["W"], "db": np.full((3, 1), 3.0)}
    gradients["dW"][2, 1] += 1
    check = gradient_check(quadratic, inputs, gradients)
    assert not check.ok
    assert check.tensors["W"].verdict == "wrong"
    assert check.tensors["W"].worst == (2, 1)
    assert check.tensors["b"].verdict == "good"
    assert "worst at [2, 1]" in str(check)


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(1, "good"), (1 + 1e-6, "acceptable"), (1 + 1e-4, "suspicious"), (1.1, "wrong"), (-1, "wrong")],
)
def test_verdicts_follow_the_thresholds(factor: float, verdict: str) -> None:
    x = np.array([1.0, -2.0])
    check = gradient_check(lambda x: float((x**2).sum()), [x], [2 * x * factor])
    assert check.tensors["input 0"].verdict == verdict


def test_f_may_return_the_gradients(inputs: dict[str, np.ndarray]) -> None:
    def f(p: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
        return quadratic(p), {"dW": 2 * p["W"], "db": np.full((3, 1), 3.0), "dA_prev": np.ones(9)}

    assert gradient_check(f, inputs).ok
    W, b = inputs.values()
    assert gradient_check(lambda W, b: (quadratic({"W": W, "b": b}), 2 * W, 0 * b + 3), [W, b]).ok


def test_sampling_entries() -> None:
    x = np.arange(1.0, 101.0)
    calls = 0

    def f(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float((x**2).sum())

    check = gradient_check(f, [x], [2 * x], max_entries=7, rng=np.random.default_rng(0))
    assert check.ok
    assert calls == 14
    assert np.isfinite(check.tensors["input 0"].numerical).sum() == 7


def test_two_sided_difference_of_a_cube() -> None:
    np.testing.assert_allclose(
        numerical_gradient(lambda x: float((x**3).sum()), np.array([2.0]), epsilon=0.01), [12.0001]
    )  # (x+e)^3 - (x-e)^3 over 2e is 3x^2 + e^2


def test_zero_gradients_and_not_a_number() -> None:
    assert relative_difference(np.zeros(3), np.zeros(3)) == 0
    assert relative_difference(np.zeros(3), np.array([0, np.nan, 0])) == np.inf
    x = np.ones(2)
    assert gradient_check(lambda x: 1.0, [x], [np.array([np.nan, 0])]).tensors["input 0"].verdict == "wrong"
    assert gradient_check(lambda x: 1.0, [np.ones((0, 2))], [np.ones((0, 2))]).ok


def test_errors_name_the_argument(inputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="no entry dW, db"):
        gradient_check(quadratic, inputs, {})
    with pytest.raises(ValueError, match=r"gradient of W has shape \(2, 3\), needs \(3, 2\)"):
        gradient_check(quadratic, inputs, {"dW": np.ones((2, 3)), "db": np.ones((3, 1))})
    with pytest.raises(TypeError, match="input 0 must be a float64 array"):
        gradient_check(lambda x: 0.0, [np.ones(2, dtype=np.float32)], [np.ones(2)])
    with pytest.raises(ValueError, match="must return"):
        gradient_check(lambda x: 0.0, [np.ones(2)])
    with pytest.raises(ValueError, match="needs rng"):
        gradient_check(lambda x: 0.0, [np.ones(2)], [np.ones(2)], max_entries=1)
    with pytest.raises(ValueError, match="epsilon"):
        gradient_check(lambda x: 0.0, [np.ones(2)], [np.ones(2)], epsilon=0)
