"""How the benchmark measures: interleaved rounds, medians, and traced memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Case:
    """One kernel at one shape.

    kernel      : name of the kernel, what `--only` looks at together with `shape`
    shape       : the shape in words
    ours        : calls the fast kernel
    textbook    : calls the textbook loops, on a part of the work; None when there are none
    part        : share of the work that one call of `textbook` does
    torch       : calls PyTorch; None when it is not installed or has no such kernel
    flops       : multiplications and additions of one call, counted by the textbook formula
    padded_bytes: size of the padded input, which the kernel is allowed to write
    """

    kernel: str
    shape: str
    ours: Callable[[], Any]
    textbook: Callable[[], Any] | None = None
    part: float = 1.0
    torch: Callable[[], Any] | None = None
    flops: float | None = None
    padded_bytes: int = 0
    note: str = ""


@dataclass
class Result:
    """What was measured of one case; times in milliseconds, memory in bytes."""

    kernel: str
    shape: str
    milliseconds: float
    times_textbook: float | None = None
    textbook_part: float | None = None
    times_torch: float | None = None
    torch_milliseconds: float | None = None
    gemm_share: float | None = None
    extra_bytes: int | None = None
    extra_bytes_beyond_padded: int | None = None
    note: str = field(default="")


def seconds(call: Callable[[], Any], repeats: int = 1) -> float:
    """Time of one call, the mean of some calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def gemm_call(size: int = 768) -> tuple[Callable[[], Any], float]:
    """A square float32 matrix product, the machine's measure, and its flops."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((size, size), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)
    return (lambda: np.matmul(a, b, out=out)), 2.0 * size**3


def measure(case: Case, rounds: int) -> Result:
    """Time a case and its rivals in turns, so that a busy machine slows all of them alike."""
    rivals = {"ours": case.ours}
    if case.torch is not None:
        rivals["torch"] = case.torch
    flops_of_gemm = None
    if case.flops:
        rivals["gemm"], flops_of_gemm = gemm_call()
    repeats = {}
    for name, call in rivals.items():
        call()
        call()
        repeats[name] = max(1, int(0.004 / max(seconds(call), 1e-7)))  # a sample lasts 4 ms or longer
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    loops: list[float] = []  # times of the loops, divided by ours of the same round
    for i in range(rounds):
        for name, call in rivals.items():
            samples[name].append(seconds(call, repeats[name]))
        if case.textbook is not None and i % 3 == 0:
            loops.append(seconds(case.textbook) / case.part / samples["ours"][-1])
    median = {name: float(np.median(times)) for name, times in samples.items()}
    result = Result(case.kernel, case.shape, 1e3 * median["ours"], note=case.note)
    if "torch" in median:
        result.times_torch = float(np.median(np.divide(samples["ours"], samples["torch"])))
        result.torch_milliseconds = 1e3 * median["torch"]
    if flops_of_gemm:
        shares = np.divide(samples["gemm"], samples["ours"]) * (case.flops / flops_of_gemm)
        result.gemm_share = float(np.median(shares))
    if case.textbook is not None:
        result.times_textbook = float(np.median(loops))
        result.textbook_part = case.part
    result.extra_bytes = extra_bytes(case.ours)
    result.extra_bytes_beyond_padded = max(0, result.extra_bytes - case.padded_bytes)
    return result


def extra_bytes(call: Callable[[], Any]) -> int:
    """Peak of the memory that one call takes, less what it returns.

    NumPy reports its arrays to tracemalloc; buffers inside BLAS are not seen.
    """
    call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        returned = call()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return max(0, peak - returned_bytes(returned))


def returned_bytes(returned: Any) -> int:
    """Bytes of the arrays in a result: an array, or tuples, lists and dicts of them."""
    owners: dict[int, int] = {}
    for array in _arrays(returned):
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        owners[id(owner)] = owner.nbytes
    return sum(owners.values())


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _arrays(entry)
    elif isinstance(value, (tuple, list)):
        for entry in value:
            yield from _arrays(entry)
