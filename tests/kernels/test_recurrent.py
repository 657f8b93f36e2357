"""RNN, GRU and LSTM against their textbook form, numerical gradients and PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import recurrent as fast
from course_utils.kernels.textbook import recurrent as textbook
from course_utils.kernels.textbook import recurrent_layers as textbook_layers
from course_utils.training import gradient_check

CELLS = ["rnn", "gru", "lstm"]
GATES = {"gru": "urc", "lstm": "fico"}
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}
SIZES = st.tuples(  # T_x, m, n_x, n_a
    st.integers(1, 7), st.integers(1, 5), st.integers(1, 4), st.integers(1, 5)
)


def draw_parameters(
    cell: str, n_x: int, n_a: int, rng: np.random.Generator, dtype: type
) -> dict[str, np.ndarray]:
    if cell == "rnn":
        shapes = {"Waa": (n_a, n_a), "Wax": (n_a, n_x), "ba": (n_a, 1)}
    else:
        shapes = {f"W{g}": (n_a, n_a + n_x) for g in GATES[cell]} | {f"b{g}": (n_a, 1) for g in GATES[cell]}
    return {name: rng.normal(0, 0.6, shape).astype(dtype) for name, shape in shapes.items()}


def draw(cell: str, sizes: tuple[int, int, int, int], seed: int, dtype: type = np.float64) -> dict[str, Any]:
    T_x, m, n_x, n_a = sizes
    rng = np.random.default_rng(seed)
    states = {
        name: rng.standard_normal((n_a, m)).astype(dtype)
        for name in (["a0", "c0"] if cell == "lstm" else ["a0"])
    }
    return {
        "x": rng.standard_normal((n_x, m, T_x)).astype(dtype),
        "states": states,
        "parameters": draw_parameters(cell, n_x, n_a, rng, dtype),
        "da": rng.standard_normal((n_a, m, T_x)).astype(dtype),
        "dc": rng.standard_normal((n_a, m, T_x)).astype(dtype),
        "lengths": rng.integers(0, T_x + 1, m),
    }


def run(module: Any, cell: str, case: dict[str, Any], lengths: np.ndarray | None) -> dict[str, np.ndarray]:
    """All outputs and gradients by name."""
    *outputs, cache = getattr(module, f"{cell}_forward")(
        case["x"], *case["states"].values(), case["parameters"], lengths=lengths
    )
    extra = {"dc": case["dc"]} if cell == "lstm" else {}
    gradients = getattr(module, f"{cell}_backward")(case["da"], cache, **extra)
    return dict(zip("ac", outputs, strict=False)) | gradients


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", CELLS)
@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_equals_textbook(cell: str, dtype: type, padded: bool, sizes: tuple[int, ...], seed: int) -> None:
    case = draw(cell, sizes, seed, dtype)
    before = {"x": case["x"].copy(), "da": case["da"].copy(), "dc": case["dc"].copy()}
    before |= {name: value.copy() for name, value in (case["states"] | case["parameters"]).items()}
    lengths = case["lengths"] if padded else None
    got, expected = run(fast, cell, case, lengths), run(textbook, cell, case, lengths)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        assert value.dtype == dtype, name
        np.testing.assert_allclose(
            value, expected[name], atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype], err_msg=name
        )
    now = {"x": case["x"], "da": case["da"], "dc": case["dc"]} | case["states"] | case["parameters"]
    for name, value in before.items():
        np.testing.assert_array_equal(now[name], value, err_msg=name)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_numerical_gradients(cell: str, padded: bool) -> None:
    case = draw(cell, (4, 3, 2, 3), 7)
    lengths = np.array([4, 2, 0]) if padded else None
    names = ["x", *case["states"], *case["parameters"]]
    inputs = {"x": case["x"]} | case["states"] | case["parameters"]

    def cost(inputs: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
        moved = case | {
            "x": inputs["x"],
            "states": {name: inputs[name] for name in case["states"]},
            "parameters": {name: inputs[name] for name in case["parameters"]},
        }
        results = run(fast, cell, moved, lengths)
        value = (case["da"] * results["a"]).sum()
        if cell == "lstm":
            value += (case["dc"] * results["c"]).sum()
        return value, {f"d{name}": results[f"d{name}"] for name in names}

    check = gradient_check(cost, inputs)
    assert check.ok, str(check)


@pytest.mark.parametrize("cell", CELLS)
@given(sizes=SIZES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_a_padded_sequence_runs_as_if_alone(cell: str, sizes: tuple[int, ...], seed: int) -> None:
    case = draw(cell, sizes, seed)
    lengths = case["lengths"]
    # The cost reads the sequences up to their ends; what stands in the padding must not matter.
    ended = np.arange(sizes[0])[None, :] >= lengths[:, None]  # (m, T_x)
    for name in ("da", "dc"):
        case[name] = np.where(ended, 0, case[name])
    case["x"] = np.where(ended, np.nan, case["x"])
    together = run(fast, cell, case, lengths)
    summed = {f"d{name}": np.zeros_like(value) for name, value in case["parameters"].items()}
    for j, length in enumerate(lengths):
        alone = {
            "x": case["x"][:, j : j + 1, :length],
            "states": {name: value[:, j : j + 1] for name, value in case["states"].items()},
            "parameters": case["parameters"],
            "da": case["da"][:, j : j + 1, :length],
            "dc": case["dc"][:, j : j + 1, :length],
        }
        results = run(fast, cell, alone, None)
        np.testing.assert_allclose(together["a"][:, j : j + 1, :length], results["a"], atol=1e-12)
        last = results["a"][:, :, -1] if length else alone["states"]["a0"]
        np.testing.assert_allclose(together["a"][:, j, -1], last[:, 0], atol=1e-12)
        np.testing.assert_allclose(together["dx"][:, j : j + 1, :length], results["dx"], atol=1e-12)
        np.testing.assert_array_equal(together["dx"][:, j, length:], 0)
        np.testing.assert_allclose(together["da0"][:, j : j + 1], results["da0"], atol=1e-12)
        for name in summed:
            summed[name] += results[name]
    for name, value in summed.items():
        np.testing.assert_allclose(together[name], value, atol=1e-10, err_msg=name)


def torch_run(torch: Any, cell: str, case: dict[str, Any]) -> dict[str, np.ndarray]:
    """Our equations written with PyTorch, differentiated by it."""
    inputs = {"x": case["x"]} | case["states"] | case["parameters"]
    v = {name: torch.tensor(value, requires_grad=True) for name, value in inputs.items()}
    a, c = v["a0"], v.get("c0")
    states, cells = [], []
    for t in range(case["x"].shape[2]):
        x = v["x"][:, :, t]
        both = torch.cat([a, x])
        if cell == "rnn":
            a = torch.tanh(v["Waa"] @ a + v["Wax"] @ x + v["ba"])
        elif cell == "gru":
            update = torch.sigmoid(v["Wu"] @ both + v["bu"])
            relevance = torch.sigmoid(v["Wr"] @ both + v["br"])
            candidate = torch.tanh(v["Wc"] @ torch.cat([relevance * a, x]) + v["bc"])
            a = update * candidate + (1 - update) * a
        else:
            forget, write, output = (torch.sigmoid(v[f"W{g}"] @ both + v[f"b{g}"]) for g in "fio")
            c = forget * c + write * torch.tanh(v["Wc"] @ both + v["bc"])
            a = output * torch.tanh(c)
            cells.append(c)
        states.append(a)
    results = {"a": torch.stack(states, 2)}
    value = (torch.tensor(case["da"]) * results["a"]).sum()
    if cell == "lstm":
        results["c"] = torch.stack(cells, 2)
        value = value + (torch.tensor(case["dc"]) * results["c"]).sum()
    value.backward()
    outputs = {name: value.detach().numpy() for name, value in results.items()}
    return outputs | {f"d{name}": tensor.grad.numpy() for name, tensor in v.items()}


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (12, 1, 5, 7), (9, 6, 4, 8), (40, 3, 2, 5)])
def test_equals_pytorch(cell: str, dtype: type, sizes: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    case = draw(cell, sizes, 11, dtype)
    got, expected = run(fast, cell, case, None), torch_run(torch, cell, case)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        # Weight gradients sum over every step: the tolerance is relative to their size.
        scale = max(1.0, float(np.abs(expected[name]).max()))
        np.testing.assert_allclose(value, expected[name], atol=TOLERANCE[dtype] * scale, err_msg=name)


@pytest.mark.torch
def test_lstm_equals_the_layer_of_pytorch_on_ragged_lengths() -> None:
    torch = pytest.importorskip("torch")
    T_x, m, n_x, n_a = 11, 4, 5, 6
    case = draw("lstm", (T_x, m, n_x, n_a), 2)
    lengths = np.array([11, 3, 7, 1])
    layer = torch.nn.LSTM(n_x, n_a, dtype=torch.float64)
    p = case["parameters"]
    order = "ifco"  # PyTorch: input, forget, cell (candidate), output
    with torch.no_grad():
        layer.weight_hh_l0.copy_(torch.tensor(np.concatenate([p[f"W{g}"][:, :n_a] for g in order])))
        layer.weight_ih_l0.copy_(torch.tensor(np.concatenate([p[f"W{g}"][:, n_a:] for g in order])))
        layer.bias_ih_l0.copy_(torch.tensor(np.concatenate([p[f"b{g}"][:, 0] for g in order])))
        layer.bias_hh_l0.zero_()
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(case["x"].transpose(2, 1, 0).copy()), lengths, enforce_sorted=False
    )
    states = [torch.tensor(value.T.copy())[None] for value in case["states"].values()]
    _, (last, _) = layer(packed, tuple(states))
    (last**2).sum().backward()
    a, _, cache = fast.lstm_forward(case["x"], *case["states"].values(), p, lengths=lengths)
    np.testing.assert_allclose(a[:, :, -1], last[0].detach().numpy().T, atol=1e-12)
    da = np.zeros_like(a)
    da[:, :, -1] = 2 * a[:, :, -1]  # the last state, wherever each sequence ends
    gradients = fast.lstm_backward(da, cache)
    for position, gate in enumerate(order):
        rows = slice(position * n_a, (position + 1) * n_a)
        np.testing.assert_allclose(gradients[f"dW{gate}"][:, :n_a], layer.weight_hh_l0.grad[rows], atol=1e-10)
        np.testing.assert_allclose(gradients[f"dW{gate}"][:, n_a:], layer.weight_ih_l0.grad[rows], atol=1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_long_sequences_cross_the_blocks_of_the_backward_pass(cell: str) -> None:
    case = draw(cell, (60, 48, 3, 64), 3)
    for value in case["parameters"].values():
        value *= 0.2  # as drawn, 64 units are chaotic: they multiply rounding errors every step
    got, expected = run(fast, cell, case, case["lengths"]), run(textbook, cell, case, case["lengths"])
    for name, value in got.items():
        np.testing.assert_allclose(value, expected[name], atol=1e-9, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_backward_may_be_called_twice_and_outputs_may_be_changed(cell: str) -> None:
    case = draw(cell, (5, 3, 2, 4), 5)
    a, *_, cache = getattr(fast, f"{cell}_forward")(case["x"], *case["states"].values(), case["parameters"])
    backward = getattr(fast, f"{cell}_backward")
    first = backward(case["da"], cache)
    a[:] = 0
    second = backward(case["da"], cache)
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [(4, 0, 2, 3), (0, 2, 2, 3)])
def test_empty_batches_and_no_steps(cell: str, sizes: tuple[int, ...]) -> None:
    case = draw(cell, sizes, 0)
    results = run(fast, cell, case, case["lengths"])
    assert results["a"].shape == (3, sizes[1], sizes[0])
    assert results["dx"].shape == case["x"].shape
    for name, value in case["parameters"].items():
        np.testing.assert_array_equal(results[f"d{name}"], np.zeros_like(value))
    np.testing.assert_array_equal(results["da0"], 0)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs_saturate_and_stay_finite(cell: str, dtype: type) -> None:
    case = draw(cell, (3, 2, 2, 3), 1, dtype)
    case["x"] *= np.asarray(1000, dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        results = run(fast, cell, case, None)
    for name, value in results.items():
        assert np.isfinite(value).all(), name
    if cell != "gru":  # a GRU keeps its first state as long as it does not update
        assert np.abs(results["a"]).max() <= 1


def test_gru_applies_the_relevance_gate_before_the_product() -> None:
    # Gamma_r near 0 hides the state from the candidate completely: c~ = tanh(Wc [0; x] + bc).
    p = {
        "Wu": np.zeros((1, 2)), "bu": np.array([[1000.0]]),
        "Wr": np.zeros((1, 2)), "br": np.array([[-1000.0]]),
        "Wc": np.array([[5.0, 1.0]]), "bc": np.array([[0.25]]),
    }  # fmt: skip
    a, _ = fast.gru_forward(np.full((1, 1, 1), 0.5), np.ones((1, 1)), p)
    assert a[0, 0, 0] == pytest.approx(np.tanh(0.75), abs=1e-12)


def test_errors_name_the_argument() -> None:
    case = draw("lstm", (4, 3, 2, 5), 0)
    x, (a0, c0), p = case["x"], case["states"].values(), case["parameters"]
    with pytest.raises(ValueError, match=r"parameters has no entry Wf"):
        fast.lstm_forward(x, a0, c0, {k: v for k, v in p.items() if k != "Wf"})
    with pytest.raises(ValueError, match=r"Wc has shape \(7, 5\), needs \(5, 7\)"):
        fast.lstm_forward(x, a0, c0, p | {"Wc": p["Wc"].T.copy()})
    with pytest.raises(ValueError, match=r"bo has shape \(5,\), needs \(5, 1\)"):
        fast.lstm_forward(x, a0, c0, p | {"bo": np.zeros(5)})
    with pytest.raises(ValueError, match=r"c0 has shape \(4, 3\), needs \(5, 3\)"):
        fast.lstm_forward(x, a0, np.zeros((4, 3)), p)
    with pytest.raises(ValueError, match=r"a0 has shape \(5, 2\), needs \(n_a, 3\)"):
        fast.lstm_forward(x, np.zeros((5, 2)), c0, p)
    with pytest.raises(ValueError, match=r"x has shape \(3, 2\), needs \(n_x, m, T_x\)"):
        fast.lstm_forward(np.zeros((3, 2)), a0, c0, p)
    with pytest.raises(TypeError, match="share one dtype"):
        fast.lstm_forward(x.astype(np.float32), a0, c0, p)
    with pytest.raises(ValueError, match=r"lengths has shape \(2,\), needs \(3,\)"):
        fast.lstm_forward(x, a0, c0, p, lengths=[1, 2])
    with pytest.raises(ValueError, match="lengths holds values from 1 to 5, needs 0 to 4"):
        fast.lstm_forward(x, a0, c0, p, lengths=[1, 2, 5])
    with pytest.raises(TypeError, match="lengths must be whole numbers"):
        fast.lstm_forward(x, a0, c0, p, lengths=[1.0, 2.0, 3.0])
    *_, cache = fast.lstm_forward(x, a0, c0, p)
    with pytest.raises(ValueError, match=r"da has shape \(5, 3, 3\), needs \(5, 3, 4\)"):
        fast.lstm_backward(np.zeros((5, 3, 3)), cache)
    with pytest.raises(TypeError, match="da has dtype float32"):
        fast.lstm_backward(np.zeros((5, 3, 4), dtype=np.float32), cache)
    with pytest.raises(ValueError, match=r"dc has shape"):
        fast.lstm_backward(np.zeros((5, 3, 4)), cache, dc=np.zeros((5, 3)))


# ---- layers ----------------------------------------------------------------------------------


def test_reversing_within_the_length() -> None:
    x = np.arange(8.0).reshape(1, 2, 4)
    np.testing.assert_array_equal(fast.reverse_sequences(x, [3, 4]), [[[2, 1, 0, 3], [7, 6, 5, 4]]])
    np.testing.assert_array_equal(fast.reverse_sequences(x), [[[3, 2, 1, 0], [7, 6, 5, 4]]])
    np.testing.assert_array_equal(fast.reverse_sequences(fast.reverse_sequences(x, [2, 0]), [2, 0]), x)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_bidirectional_is_two_runs(cell: str, padded: bool) -> None:
    T_x, m, _, n_a = sizes = (5, 3, 2, 4)
    left, right = draw(cell, sizes, 1), draw(cell, sizes, 2)
    lengths = np.array([5, 2, 1]) if padded else None
    x = left["x"]
    a, _ = fast.bidirectional_forward(
        cell,
        x,
        {"forward": left["parameters"], "backward": right["parameters"]},
        {"forward": left["states"], "backward": right["states"]},
        lengths,
    )
    assert a.shape == (2 * n_a, m, T_x)
    forward = getattr(fast, f"{cell}_forward")
    for j in range(m):
        n = T_x if lengths is None else lengths[j]
        alone = x[:, j : j + 1, :n].copy()
        first = [v[:, j : j + 1] for v in left["states"].values()]
        second = [v[:, j : j + 1] for v in right["states"].values()]
        expected_left = forward(alone, *first, left["parameters"])[0]
        expected_right = forward(alone[:, :, ::-1].copy(), *second, right["parameters"])[0][:, :, ::-1]
        np.testing.assert_allclose(a[:n_a, j : j + 1, :n], expected_left, atol=1e-12)
        np.testing.assert_allclose(a[n_a:, j : j + 1, :n], expected_right, atol=1e-12)
        np.testing.assert_array_equal(a[:, j, n:], 0)
        summary = fast.bidirectional_last(a, lengths)[:, j]
        np.testing.assert_allclose(summary[:n_a], expected_left[:, 0, -1], atol=1e-12)
        np.testing.assert_allclose(summary[n_a:], expected_right[:, 0, 0], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", CELLS)
@given(sizes=SIZES, seed=st.integers(0, 1000), padded=st.booleans(), given_states=st.booleans())
@settings(max_examples=15, deadline=None)
def test_layers_equal_textbook(
    cell: str, dtype: type, sizes: tuple[int, ...], seed: int, padded: bool, given_states: bool
) -> None:
    """Two layers, the lower one reading both ways; and that one by itself."""
    T_x, m, _, n_a = sizes
    left, right = draw(cell, sizes, seed, dtype), draw(cell, sizes, seed + 1, dtype)
    rng = np.random.default_rng(seed)
    both = {"forward": left["parameters"], "backward": right["parameters"]}
    states = {"forward": left["states"], "backward": right["states"]} if given_states else None
    layers = [both, draw_parameters(cell, 2 * n_a, n_a, rng, dtype)]
    lengths = left["lengths"] if padded else None
    d_both = rng.standard_normal((2 * n_a, m, T_x)).astype(dtype)

    def results(module: Any) -> dict[str, Any]:
        a, cache = module.bidirectional_forward(cell, left["x"], both, states, lengths)
        out = {"a": a, "gradients": module.bidirectional_backward(d_both, cache)}
        if not padded:
            out["last"] = module.bidirectional_last(a)
        top, cache = module.stacked_forward(cell, left["x"], layers, [states, None], lengths)
        return out | {"top": top, "stacked": module.stacked_backward(left["da"], cache)}

    def compare(got: Any, expected: Any, name: str) -> None:
        if isinstance(got, dict):
            assert got.keys() == expected.keys(), name
            for key in got:
                compare(got[key], expected[key], f"{name} {key}")
        elif isinstance(got, list):
            for i, (one, other) in enumerate(zip(got, expected, strict=True)):
                compare(one, other, f"{name} {i}")
        else:
            assert got.dtype == dtype, name
            np.testing.assert_allclose(
                got, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], err_msg=name
            )

    compare(results(fast), results(textbook_layers), cell)
    np.testing.assert_array_equal(
        fast.reverse_sequences(left["x"], lengths), textbook_layers.reverse_sequences(left["x"], lengths)
    )


@pytest.mark.parametrize("lengths", [None, [4, 1, 0]])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_a_deep_bidirectional_network(cell: str, lengths: list[int] | None) -> None:
    rng = np.random.default_rng(4)
    n_x, n_a, m, T_x = 2, 2, 3, 4
    widths = [n_x, 2 * n_a, 2 * n_a]
    layers = [
        {side: draw_parameters(cell, width, n_a, rng, np.float64) for side in ("forward", "backward")}
        for width in widths[:2]
    ] + [draw_parameters(cell, widths[2], n_a, rng, np.float64)]
    x, R = rng.standard_normal((n_x, m, T_x)), rng.standard_normal((n_a, m, T_x))

    def flat(layers: list[dict]) -> dict[str, np.ndarray]:
        out = {}
        for i, layer in enumerate(layers):
            for side in ("forward", "backward"):
                if side in layer:
                    out |= {f"{i}.{side}.{name.removeprefix('d')}": v for name, v in layer[side].items()}
            out |= {
                f"{i}.{name.removeprefix('d')}": v for name, v in layer.items() if isinstance(v, np.ndarray)
            }
        return out

    def cost(inputs: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
        moved = [
            {s: {n: inputs[f"{i}.{s}.{n}"] for n in layer[s]} for s in layer}
            if "forward" in layer
            else {n: inputs[f"{i}.{n}"] for n in layer}
            for i, layer in enumerate(layers)
        ]
        a, cache = fast.stacked_forward(cell, inputs["x"], moved, lengths=lengths)
        gradients = fast.stacked_backward(R, cache)
        return (R * a).sum(), flat(gradients["layers"]) | {"x": gradients["dx"]}

    check = gradient_check(cost, flat(layers) | {"x": x}, max_entries=6, rng=np.random.default_rng(0))
    assert check.ok, str(check)


@pytest.mark.torch
def test_stacked_bidirectional_lstm_equals_pytorch() -> None:
    torch = pytest.importorskip("torch")
    T_x, m, n_x, n_a = 7, 3, 4, 5
    layer = torch.nn.LSTM(n_x, n_a, num_layers=2, bidirectional=True, dtype=torch.float64)

    def ours(suffix: str) -> dict[str, np.ndarray]:
        W = np.concatenate(
            [getattr(layer, f"weight_{k}_{suffix}").detach().numpy() for k in ("hh", "ih")], axis=1
        )
        b = (getattr(layer, f"bias_hh_{suffix}") + getattr(layer, f"bias_ih_{suffix}")).detach().numpy()
        rows = {g: slice(i * n_a, (i + 1) * n_a) for i, g in enumerate("ifco")}
        return {f"W{g}": W[r] for g, r in rows.items()} | {f"b{g}": b[r][:, None] for g, r in rows.items()}

    parameters = [{"forward": ours(f"l{i}"), "backward": ours(f"l{i}_reverse")} for i in range(2)]
    x = np.random.default_rng(0).standard_normal((n_x, m, T_x))
    lengths = np.array([7, 4, 2])
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x.transpose(2, 1, 0).copy()), lengths, enforce_sorted=False
    )
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(layer(packed)[0])
    a, _ = fast.stacked_forward("lstm", x, parameters, lengths=lengths)
    np.testing.assert_allclose(a, expected.detach().numpy().transpose(2, 1, 0), atol=1e-12)


def test_layer_errors() -> None:
    case = draw("gru", (4, 3, 2, 5), 0)
    x, p = case["x"], case["parameters"]
    with pytest.raises(ValueError, match="cell is 'gtu', needs one of rnn, gru, lstm"):
        fast.stacked_forward("gtu", x, [p])
    with pytest.raises(ValueError, match="parameters has no entry backward"):
        fast.bidirectional_forward("gru", x, {"forward": p})
    with pytest.raises(ValueError, match="parameters is empty"):
        fast.stacked_forward("gru", x, [])
    with pytest.raises(ValueError, match="initial has 2 entries, needs 1"):
        fast.stacked_forward("gru", x, [p], [None, None])
    with pytest.raises(ValueError, match="initial has an entry c0"):
        fast.stacked_forward("gru", x, [p], [{"c0": np.zeros((5, 3))}])
    a, cache = fast.bidirectional_forward("gru", x, {"forward": p, "backward": p})
    with pytest.raises(ValueError, match=r"da has shape \(5, 3, 4\), needs \(10, 3, 4\)"):
        fast.bidirectional_backward(np.zeros((5, 3, 4)), cache)
    with pytest.raises(ValueError, match="no last state"):
        fast.bidirectional_last(a, [0, 1, 2])
