"""Comparing what came with what was expected. Runs in the trusted process, on plain data only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.grading.in_kernel import make_data_format

MEDIA_TYPE = "application/vnd.course.check+json"
FLOAT32_RELATIVE = 1e-4

encode, _decode = make_data_format()


@dataclass(frozen=True)
class Unknown:
    """A value that a check cannot carry: an object of another type, or one that is too large."""

    type_name: str
    why: str = ""


@dataclass(frozen=True)
class Failure:
    """The call ended with an exception."""

    type_name: str
    message: str = ""
    line: int | None = None
    code: str = ""
    unwritten: bool = False
    missing: bool = False


def decode(data: object) -> object:
    """Data from a kernel as a value; whatever it is, the answer is a value, an `Unknown` or a `Failure`."""
    if isinstance(data, dict) and data.get("kind") == "other":
        return Unknown(str(data.get("type"))[:60], str(data.get("why", ""))[:60])
    if isinstance(data, dict) and data.get("kind") == "error":
        line = data.get("line")
        return Failure(
            type_name=str(data.get("type"))[:60],
            message=str(data.get("message", ""))[:2000],
            line=line if isinstance(line, int) else None,
            code=str(data.get("code", ""))[:200],
            unwritten=data.get("unwritten") is True,
            missing=data.get("missing") is True,
        )
    try:
        return _decode(_without_others(data))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError):
        return Unknown("data that no check writes")


def _without_others(data: object, depth: int = 0) -> object:
    """Inside a list an object of unknown type becomes None, which equals no number and no array."""
    if depth > 16:
        raise ValueError("nested too deep")
    if isinstance(data, dict):
        if data.get("kind") == "other":
            return {"kind": "none"}
        items = data.get("items")
        if isinstance(items, list):
            return {**data, "items": [_without_others(item, depth + 1) for item in items]}
    if isinstance(data, list):
        return [_without_others(item, depth + 1) for item in data]
    return data


def equal(expected: object, found: object, tolerance: tuple[float, float]) -> bool:
    """Whether `found` is the expected value within `tolerance = (relative, absolute)`.

    Numbers of any dtype compare by value; the relative part refers to the largest expected entry of the
    array. float16 and float32 results get at least 1e-4. A list or tuple of numbers may stand for an array,
    a list for a tuple. Shapes, lengths and keys must agree; NaN equals NaN, an infinity its like.
    """
    if isinstance(found, Unknown | Failure):
        return False
    if isinstance(expected, str) or isinstance(found, str) or expected is None or found is None:
        return type(expected) is type(found) and expected == found
    if isinstance(expected, dict) or isinstance(found, dict):
        return (
            isinstance(expected, dict)
            and isinstance(found, dict)
            and expected.keys() == found.keys()
            and all(equal(expected[key], found[key], tolerance) for key in expected)
        )
    if isinstance(expected, list | tuple) and not (
        is_numeric_list(expected) and as_numbers(expected) is not None
    ):
        return (
            isinstance(found, list | tuple)
            and len(expected) == len(found)
            and all(equal(e, f, tolerance) for e, f in zip(expected, found, strict=True))
        )
    expected_array, found_array = as_numbers(expected), as_numbers(found)
    if expected_array is None or found_array is None or expected_array.shape != found_array.shape:
        return False
    return bool(np.all(entries_equal(expected_array, found_array, tolerance)))


def is_numeric_list(value: object) -> bool:
    """Whether a list or tuple holds plain numbers only, so that it can stand for a row of numbers."""
    return isinstance(value, list | tuple) and all(
        isinstance(item, bool | int | float | np.generic) or is_numeric_list(item) for item in value
    )


def as_numbers(value: object) -> np.ndarray | None:
    """A number, an array, or a regular list of numbers as an array; None for anything else."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "fiubc" else None
    if isinstance(value, str | dict | Unknown | Failure) or value is None:
        return None
    try:
        array = np.asarray(value)
        if array.dtype == object and (isinstance(value, int) or is_numeric_list(value)):
            array = np.asarray(value, dtype=float)  # whole numbers beyond 64 bits
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in "fiubc" else None


def entries_equal(expected: np.ndarray, found: np.ndarray, tolerance: tuple[float, float]) -> np.ndarray:
    """Entry by entry, whether two arrays of one shape agree."""
    relative, absolute = tolerance
    if found.dtype in (np.float32, np.float16, np.complex64):
        relative = max(relative, FLOAT32_RELATIVE)
    kind = complex if "c" in (expected.dtype.kind, found.dtype.kind) else float
    e, f = expected.astype(kind), found.astype(kind)
    finite = np.isfinite(e) & np.isfinite(f)
    sizes = np.abs(e[np.isfinite(e)])
    scale = float(sizes.max()) if sizes.size else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(f - e) <= absolute + relative * max(scale, 0.0)
    same = (e == f) | (np.isnan(e) & np.isnan(f))
    return np.where(finite, near, same)
