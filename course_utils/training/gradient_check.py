"""Check gradients against two-sided differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

GOOD = 1e-7
LOOK = 1e-5
WRONG = 1e-3


@dataclass(frozen=True)
class TensorCheck:
    """Comparison of one array's gradient.

    name       : of the array
    gradient   : as given
    numerical  : two-sided differences, NaN at entries that were not sampled
    difference : |numerical - gradient| / (|numerical| + |gradient|), Euclidean norms
    worst      : index of the entry that differs most, None when there is no entry
    """

    name: str
    gradient: np.ndarray
    numerical: np.ndarray
    difference: float
    worst: tuple[int, ...] | None

    @property
    def verdict(self) -> str:
        """The difference in a word: good, acceptable, suspicious or wrong."""
        if self.difference <= GOOD:
            return "good"
        if self.difference <= LOOK:
            return "acceptable"
        if self.difference <= WRONG:
            return "suspicious"
        return "wrong"

    def __str__(self) -> str:
        line = f"{self.name}: relative difference {self.difference:.2e}, {self.verdict}"
        if self.difference > GOOD and self.worst is not None:
            line += (
                f" (worst at {list(self.worst)}: numerical {self.numerical[self.worst]:.6g}, "
                f"given {self.gradient[self.worst]:.6g})"
            )
        return line


@dataclass(frozen=True)
class GradientCheck:
    """Comparison of all arrays; `print` it for one line an array.

    tensors    : one `TensorCheck` a name
    difference : the largest of their relative differences
    ok         : True when every difference is at most 1e-7
    """

    tensors: dict[str, TensorCheck]

    @property
    def difference(self) -> float:
        return max((t.difference for t in self.tensors.values()), default=0.0)

    @property
    def ok(self) -> bool:
        return self.difference <= GOOD

    def __str__(self) -> str:
        return "\n".join(str(tensor) for tensor in self.tensors.values())


def relative_difference(numerical: np.ndarray, gradient: np.ndarray) -> float:
    """`|numerical - gradient| / (|numerical| + |gradient|)` in Euclidean norms; 0 when both are 0."""
    if not (np.isfinite(numerical).all() and np.isfinite(gradient).all()):
        return float("inf")
    size = float(np.linalg.norm(numerical) + np.linalg.norm(gradient))
    return float(np.linalg.norm(numerical - gradient)) / size if size > 0 else 0.0


def numerical_gradient(
    cost: Callable[[np.ndarray], float],
    value: np.ndarray,
    epsilon: float = 1e-5,
    entries: Sequence[tuple[int, ...]] | None = None,
) -> np.ndarray:
    """Two-sided differences `(J(x + epsilon) - J(x - epsilon)) / (2 epsilon)`, entry by entry.

    cost    : function of the array that returns the cost
    value   : float64 array of any shape; it is not modified
    epsilon : half the distance of the two points
    entries : indices to differentiate at; all of them when None
    Returns an array of value's shape, NaN at entries left out.
    """
    moved = value.copy()  # the caller's array stays as it is
    gradient = np.full(value.shape, np.nan) if entries is not None else np.zeros(value.shape)
    for index in np.ndindex(value.shape) if entries is None else entries:
        moved[index] = value[index] + epsilon
        above = float(cost(moved))
        moved[index] = value[index] - epsilon
        below = float(cost(moved))
        moved[index] = value[index]
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient


def gradient_check(
    f: Callable[..., object],
    inputs: Mapping[str, np.ndarray] | Sequence[np.ndarray],
    gradients: Mapping[str, np.ndarray] | Sequence[np.ndarray] | None = None,
    *,
    epsilon: float = 1e-5,
    max_entries: int | None = None,
    rng: np.random.Generator | None = None,
    verbose: bool = False,
) -> GradientCheck:
    """Compare gradients with two-sided numerical ones.

    f           : the cost. With a dict of inputs it is called as `f(inputs)`, with a sequence as
                  `f(*inputs)`. It returns the cost alone, or `(cost, gradients)`
    inputs      : the float64 arrays to differentiate by, a dict by name or a sequence
    gradients   : the gradients to check. A dict has one entry an input, called "d" + name (or
                  just name); a sequence has them in the order of the inputs. When None, `f` must
                  return them with the cost
    epsilon     : half the distance of the two points. Two errors pull in opposite directions:
                  the curve's third derivative (epsilon squared) and rounding (1e-16 / epsilon);
                  1e-5 keeps both near 1e-10 for a cost of about 1
    max_entries : check at most this many entries an array, drawn by `rng`; all when None
    rng         : needed with `max_entries`
    verbose     : print the report
    Returns a `GradientCheck`: `.ok`, `.difference`, `.tensors[name]`; printing it gives one line an
    array. A relative difference up to 1e-7 is good, up to 1e-5 acceptable (look at it: a kink such
    as ReLU's may explain it), up to 1e-3 suspicious, beyond it the gradient is wrong.

    Raises TypeError for inputs that are not float64 (float32 keeps 7 digits; differences of costs
    need more), ValueError for missing gradients and for gradients of another shape than their input.
    """
    as_dict = isinstance(inputs, Mapping)
    names = [str(name) for name in inputs] if as_dict else [f"input {i}" for i in range(len(inputs))]
    arrays = list(inputs.values()) if as_dict else list(inputs)
    for name, array in zip(names, arrays, strict=True):
        if not isinstance(array, np.ndarray) or array.dtype != np.float64:
            found = getattr(array, "dtype", type(array).__name__)
            raise TypeError(f"{name} must be a float64 array to be differentiated numerically, got {found}")
    if not epsilon > 0:
        raise ValueError(f"epsilon is {epsilon!r}, needs a number above 0")
    if max_entries is not None and rng is None:
        raise ValueError("max_entries needs rng, a np.random.Generator that draws the entries")

    def call(values: list[np.ndarray]) -> object:
        return f(dict(zip(inputs, values, strict=True))) if as_dict else f(*values)

    if gradients is None:
        result = call([array.copy() for array in arrays])
        if not isinstance(result, tuple) or len(result) < 2:
            raise ValueError("gradients is None, so f must return (cost, gradients), got the cost alone")
        gradients = result[1] if len(result) == 2 else result[1:]
        if isinstance(gradients, np.ndarray):
            gradients = [gradients]
    if isinstance(gradients, Mapping):
        missing = [n for n in names if f"d{n}" not in gradients and n not in gradients]
        if missing:
            raise ValueError(f"gradients has no entry {', '.join('d' + n for n in missing)}")
        given = [gradients[f"d{n}"] if f"d{n}" in gradients else gradients[n] for n in names]
    else:
        given = list(gradients)
        if len(given) != len(arrays):
            raise ValueError(f"gradients has {len(given)} entries, needs {len(arrays)}, one an input")

    tensors: dict[str, TensorCheck] = {}
    for position, (name, array, raw) in enumerate(zip(names, arrays, given, strict=True)):
        gradient = np.asarray(raw, dtype=np.float64)
        if gradient.shape != array.shape:
            raise ValueError(f"gradient of {name} has shape {gradient.shape}, needs {array.shape}")

        def cost(moved: np.ndarray, position: int = position) -> float:
            result = call(arrays[:position] + [moved] + arrays[position + 1 :])
            return float(result[0] if isinstance(result, tuple) else result)

        entries = None
        if max_entries is not None and array.size > max_entries:
            drawn = rng.choice(array.size, size=max_entries, replace=False)
            entries = [tuple(int(i) for i in np.unravel_index(d, array.shape)) for d in drawn]
        numerical = numerical_gradient(cost, array, epsilon, entries)
        used = np.ones(array.shape, dtype=bool)
        if entries is not None:
            used[:] = False
            used[tuple(np.array(entries).T)] = True
        worst = None
        if used.any():
            gap = np.where(used, np.abs(numerical - gradient), -1.0)
            worst = tuple(int(i) for i in np.unravel_index(int(np.nanargmax(gap)), gap.shape))
        tensors[name] = TensorCheck(
            name, gradient, numerical, relative_difference(numerical[used], gradient[used]), worst
        )
    report = GradientCheck(tensors)
    if verbose:
        print(report)
    return report
