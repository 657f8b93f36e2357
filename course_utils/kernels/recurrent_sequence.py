"""What the recurrent kernels share: checks, padding, and the order of time in memory.

Callers hold sequences as `(n, m, T_x)`, time last, as the course writes them. A step reads one
moment of all examples, so the kernels copy to `(T_x, n, m)`: then `x[t]` is one contiguous block.
Results are handed back as `(n, m, T_x)` views of such arrays; no second copy is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.kernels.checks import check_array, check_same_dtype


def check_sequence(
    x: np.ndarray, states: Mapping[str, np.ndarray], parameters: Mapping[str, np.ndarray]
) -> tuple[int, int, int, int]:
    """Check the inputs, the first states and that all dtypes agree.

    x          : (n_x, m, T_x)
    states     : the first states by name, each (n_a, m)
    parameters : the weights by name (their shapes are checked by `check_gates`)
    Returns n_x, m, T_x, n_a.
    """
    sizes = check_array("x", x, ("n_x", "m", "T_x"))
    m = sizes["m"]
    n_a = None
    for name, state in states.items():
        n_a = check_array(name, state, ("n_a" if n_a is None else n_a, m)).get("n_a", n_a)
    check_same_dtype(x=x, **states, **parameters)
    return sizes["n_x"], m, sizes["T_x"], n_a


def require_parameters(parameters: Mapping[str, np.ndarray], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The named parameters in this order; ValueError that lists the missing ones."""
    missing = [name for name in names if name not in parameters]
    if missing:
        raise ValueError(
            f"parameters has no entry {', '.join(missing)}, needs {', '.join(names)}; it has "
            f"{', '.join(map(str, parameters)) or 'none'}"
        )
    return {name: parameters[name] for name in names}


def check_gates(parameters: Mapping[str, np.ndarray], gates: Sequence[str], n_a: int, n_x: int) -> None:
    """Check `W` + gate (n_a, n_a + n_x) and `b` + gate (n_a, 1) of every gate."""
    for gate in gates:
        check_array(f"W{gate}", parameters[f"W{gate}"], (n_a, n_a + n_x))
        check_array(f"b{gate}", parameters[f"b{gate}"], (n_a, 1))


def check_lengths(lengths: np.ndarray | Sequence[int] | None, m: int, T_x: int) -> np.ndarray | None:
    """Lengths of the sequences as whole numbers from 0 to T_x, or None when all are T_x long."""
    if lengths is None:
        return None
    lengths = np.asarray(lengths)
    if lengths.shape != (m,):
        raise ValueError(f"lengths has shape {lengths.shape}, needs ({m},), one length an example")
    if lengths.size == 0:
        return None
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"lengths must be whole numbers, got dtype {lengths.dtype}")
    if lengths.min() < 0 or lengths.max() > T_x:
        raise ValueError(
            f"lengths holds values from {lengths.min()} to {lengths.max()}, needs 0 to {T_x}, the steps of x"
        )
    return lengths.astype(np.int64)


def padding_mask(lengths: np.ndarray | Sequence[int] | None, m: int, T_x: int) -> np.ndarray | None:
    """Where the sequences have ended: (T_x, m), True at padded steps; None when nothing is padded."""
    lengths = check_lengths(lengths, m, T_x)
    if lengths is None or lengths.min() == T_x:
        return None
    return np.arange(T_x)[:, None] >= lengths[None, :]


def carry_ended(new: np.ndarray, old: np.ndarray, ended: np.ndarray) -> None:
    """Where a sequence has ended its state does not change: copy old (n, m) over new there.

    ended : (m,) True for the columns that are past their end
    """
    if ended.any():
        np.copyto(new, old, where=ended)


def time_first(sequence: np.ndarray) -> np.ndarray:
    """(n, m, T_x) to a contiguous (T_x, n, m); a copy only when memory is in another order."""
    steps = sequence.transpose(2, 0, 1)
    if steps.flags.c_contiguous:
        return steps
    out = np.empty(steps.shape, steps.dtype)
    copy_time_first(sequence, out)
    return out


def copy_time_first(sequence: np.ndarray, out: np.ndarray) -> None:
    """Copy (n, m, T_x) to `out`, (T_x, n, m).

    Writing step after step reads every T_x-th number. The processor fetches 16 neighbours with each,
    the same row's next steps; they must not leave the first-level cache before they are read. So
    some rows, about 256 with those of the examples, go through all steps before the next ones.
    """
    n, m, _ = sequence.shape
    rows = max(1, 256 // max(m, 1))
    for i in range(0, n, rows):
        out[:, i : i + rows] = sequence[i : i + rows].transpose(2, 0, 1)


def time_last(sequence: np.ndarray) -> np.ndarray:
    """(T_x, n, m) to (n, m, T_x), a view."""
    return sequence.transpose(1, 2, 0)


def check_output_gradient(name: str, gradient: np.ndarray, n_a: int, m: int, T_x: int, dtype: type) -> None:
    """Check a gradient with respect to a sequence of states, (n_a, m, T_x) in the cache's dtype."""
    check_array(name, gradient, (n_a, m, T_x))
    if gradient.dtype != dtype:
        raise TypeError(f"{name} has dtype {gradient.dtype}, needs {dtype}, the dtype of the forward pass")


def steps_per_block(bytes_per_step: int, m: int) -> int:
    """How many steps of the backward pass to take together.

    bytes_per_step : memory of a step's factors
    m              : examples

    Before a block the factors that do not depend on later steps are computed by a few large NumPy
    calls, which cost less than many small ones. After it one product gives its share of the
    weights' gradients (see `side_by_side`). Both find the block still in the processor's
    second-level cache when it has at most 1 MiB; a whole long sequence would not be there. The
    product sums over steps and examples: about 512 columns are as many as BLAS takes in one go.
    """
    return max(1, min((1 << 20) // max(bytes_per_step, 1), 512 // max(m, 1)))


def side_by_side(sequence: np.ndarray, buffer: np.ndarray) -> np.ndarray:
    """The examples of some steps as the columns of one matrix: (T, n, m) to (n, T m).

    buffer : memory for it, at least T n m numbers of the same dtype, one axis

    With D and X in this form, `D @ X.T` is the sum over the steps of `D[t] @ X[t].T`: the gradient
    of weights that all steps share, in one large product instead of T_x small ones and their sum.
    """
    T_x, n, m = sequence.shape
    if m == 1:  # the transposed view is that matrix already
        return sequence.reshape(T_x, n).T
    columns = buffer[: sequence.size].reshape(n, T_x, m)
    np.copyto(columns, sequence.transpose(1, 0, 2))
    return columns.reshape(n, T_x * m)
