"""Cases of the recurrent kernels, attention, embedding and the search for sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from measure import Case

from course_utils.kernels import attention, embedding, losses, recurrent
from course_utils.kernels.textbook import attention as textbook_attention
from course_utils.kernels.textbook import embedding as textbook_embedding
from course_utils.kernels.textbook import recurrent as textbook_recurrent
from course_utils.language import decoding

try:
    import torch
except ImportError:
    torch = None

# T_x, m, n_x, n_a
RECURRENT = [(100, 64, 64, 128), (50, 1, 27, 100), (1000, 32, 40, 64)]
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def cases(only: str | None = None) -> Iterator[Case]:
    """Yield all cases of this file; `only` is the filter of the command line."""
    for name in GATES:
        for shape in RECURRENT:
            if only is None or only in f"{name} forward + BPTT {shape_text(*shape)}":
                yield recurrent_case(name, *shape)
    yield dot_product_case(32, 50, 64)
    yield additive_case(64, 30, 128)
    yield embedding_case(10_000, 100, 64, 50)
    yield ctc_case(200, 29, 40)
    yield beam_case(10, 10_000)


def shape_text(T_x: int, m: int, n_x: int, n_a: int) -> str:
    """A recurrent shape in words."""
    return f"T={T_x} m={m} n_x={n_x} n_a={n_a}"


def parameters_of(name: str, n_x: int, n_a: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Random parameters under the kernels' names."""

    def weights(*shape):
        return rng.standard_normal(shape, dtype=np.float32) / np.float32(np.sqrt(n_a + n_x))

    if name == "rnn":
        return {"Waa": weights(n_a, n_a), "Wax": weights(n_a, n_x), "ba": weights(n_a, 1)}
    gates = {"gru": "urc", "lstm": "fico"}[name]
    return {f"W{g}": weights(n_a, n_a + n_x) for g in gates} | {f"b{g}": weights(n_a, 1) for g in gates}


def recurrent_case(name: str, T_x: int, m: int, n_x: int, n_a: int) -> Case:
    """Forward pass and backpropagation through time, together."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n_x, m, T_x), dtype=np.float32)
    da = rng.standard_normal((n_a, m, T_x), dtype=np.float32)
    start = [np.zeros((n_a, m), np.float32)] * (2 if name == "lstm" else 1)
    parameters = parameters_of(name, n_x, n_a, rng)

    def both(module, x, da, start):
        *_, cache = getattr(module, f"{name}_forward")(x, *start, parameters)
        return getattr(module, f"{name}_backward")(da, cache)

    few, steps = min(m, 2), min(T_x, 10)
    x_small, da_small = x[:, :few, :steps].copy(), da[:, :few, :steps].copy()
    start_small = [s[:, :few].copy() for s in start]
    rival = None
    if torch is not None:
        layer = getattr(torch.nn, name.upper())(n_x, n_a)
        tx = torch.from_numpy(np.ascontiguousarray(x.transpose(2, 1, 0))).requires_grad_(True)
        tda = torch.from_numpy(np.ascontiguousarray(da.transpose(2, 1, 0)))

        def rival():
            for leaf in (tx, *layer.parameters()):
                leaf.grad = None
            layer(tx)[0].backward(tda)

    return Case(
        f"{name} forward + BPTT",
        shape_text(T_x, m, n_x, n_a),
        lambda: both(recurrent, x, da, start),
        lambda: both(textbook_recurrent, x_small, da_small, start_small),
        few * steps / (m * T_x),
        rival,
        6.0 * T_x * m * GATES[name] * n_a * (n_a + n_x),
    )


def dot_product_case(m: int, T: int, d: int) -> Case:
    """Scaled dot-product attention of T queries on T keys, forward and backward."""
    rng = np.random.default_rng(0)
    Q, K, V, d_out = (rng.standard_normal((m, T, d), dtype=np.float32) for _ in range(4))

    def both(module, Q, K, V, d_out):
        _, cache = module.dot_product_attention_forward(Q, K, V)
        return module.dot_product_attention_backward(d_out, cache)

    rival = None
    if torch is not None:
        leaves = [torch.from_numpy(x.copy()).requires_grad_(True) for x in (Q, K, V)]
        t_out = torch.from_numpy(d_out)

        def rival():
            for leaf in leaves:
                leaf.grad = None
            torch.nn.functional.scaled_dot_product_attention(*leaves).backward(t_out)

    small = [x[:1, :10] for x in (Q, K, V, d_out)]
    return Case(
        "dot-product attention",
        f"m={m} T={T} d={d}, fwd+bwd",
        lambda: both(attention, Q, K, V, d_out),
        lambda: both(textbook_attention, *small),
        10 * 10 / (m * T * T),
        rival,
        12.0 * m * T * T * d,
    )


def additive_case(m: int, T_x: int, n_a: int) -> Case:
    """Additive attention of one decoder step, forward and backward."""
    rng = np.random.default_rng(0)
    s, a = (rng.standard_normal(shape, dtype=np.float32) for shape in ((n_a, m), (n_a, m, T_x)))
    W_s, W_a = (
        rng.standard_normal((n_a, n_a), dtype=np.float32) / np.float32(np.sqrt(n_a)) for _ in range(2)
    )
    b, v = np.zeros((n_a, 1), np.float32), rng.standard_normal((n_a, 1), dtype=np.float32)

    def both(module, s, a):
        context, cache = module.additive_attention_forward(s, a, W_s, W_a, b, v)
        return module.additive_attention_backward(np.ones_like(context), cache)

    return Case(
        "additive attention",
        f"m={m} T_x={T_x} n_a={n_a}, fwd+bwd",
        lambda: both(attention, s, a),
        lambda: both(textbook_attention, s[:, :1], a[:, :1, :5]),
        5 / (m * T_x),
        None,
        6.0 * m * T_x * n_a * n_a,
    )


def embedding_case(n_words: int, n_e: int, m: int, T_x: int) -> Case:
    """Look words up and add their gradients, forward and backward."""
    rng = np.random.default_rng(0)
    ids = rng.integers(0, n_words, (m, T_x))
    E = rng.standard_normal((n_e, n_words), dtype=np.float32)

    def both(module, ids):
        out, cache = module.embedding_forward(ids, E)
        return module.embedding_backward(out, cache)

    rival = None
    if torch is not None:
        t_ids, tE = torch.from_numpy(ids), torch.from_numpy(E.T.copy()).requires_grad_(True)

        def rival():
            tE.grad = None
            out = torch.nn.functional.embedding(t_ids, tE)
            out.backward(out.detach())

    return Case(
        "embedding",
        f"{m}×{T_x} of {n_words}×{n_e}, fwd+bwd",
        lambda: both(embedding, ids),
        lambda: both(textbook_embedding, ids[:2]),
        2 / m,
        rival,
    )


def ctc_case(T_x: int, n_y: int, n_labels: int) -> Case:
    """CTC loss with its gradient, one sequence."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((n_y, T_x), dtype=np.float32)
    labels = rng.integers(1, n_y, n_labels)
    rival = None
    if torch is not None:
        tZ = torch.from_numpy(np.ascontiguousarray(Z.T)[:, None]).requires_grad_(True)
        t_labels = torch.from_numpy(labels)[None]
        lengths = torch.tensor([T_x]), torch.tensor([n_labels])

        def rival():
            tZ.grad = None
            log_p = torch.nn.functional.log_softmax(tZ, dim=-1)
            torch.nn.functional.ctc_loss(log_p, t_labels, *lengths, reduction="sum").backward()

    # The textbook's loss sums over all paths one by one: it can only be run on tiny sequences.
    return Case(
        "CTC loss",
        f"T={T_x} n_y={n_y} {n_labels} labels",
        lambda: losses.ctc_loss(Z, labels),
        None,
        1.0,
        rival,
    )


def beam_case(beam_width: int, n_y: int) -> Case:
    """One step of a beam search: the best of all continuations."""
    rng = np.random.default_rng(0)
    log_p = np.log(rng.dirichlet(np.ones(n_y), beam_width).T).astype(np.float32)  # (n_y, k)
    totals = rng.standard_normal(beam_width).astype(np.float32)
    rival = None
    if torch is not None:
        t_log_p, t_totals = torch.from_numpy(log_p.T.copy()), torch.from_numpy(totals)

        def rival():
            return torch.topk((t_log_p + t_totals[:, None]).reshape(-1), beam_width)

    def loops():
        entries = [(totals[k] + log_p[y, k], y, k) for k in range(beam_width) for y in range(n_y)]
        return sorted(entries, reverse=True)[:beam_width]

    return Case(
        "beam search step",
        f"{beam_width}×{n_y}",
        lambda: decoding.best_entries(decoding.add_to_columns(log_p, totals), beam_width),
        loops,
        1.0,
        rival,
    )
