"""From a wrong result to its likely cause: try the usual slips on the expected value, see which one fits."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from course_utils.grading.exercise import DEFAULT_TOLERANCE
from course_utils.grading.values import (
    Failure,
    Unknown,
    as_numbers,
    entries_equal,
    equal,
    is_numeric_list,
)

MAX_SHOWN = 6
UNWRITTEN = "not written yet"
NO_CAUSE = "none of the usual slips fits; take the smallest case and follow it by hand, line by line"

# Numbers in a cause that the learner's code may have chosen, with the words before them.
_CHOSEN_NUMBERS = re.compile(r"(off by the same|every entry is) -?[\d.]+(?:e[+-]?\d+)?")

_SINGLE_NUMBER = (
    "float(), int() and the functions of math take one number, an array came; use NumPy's, np.exp for "
    "math.exp, which work on whole arrays, or reduce the array first (np.sum, np.mean)"
)

# type of the exception, a part of its message, the likely cause
_FAILURES = (
    (
        "FloatingPointError",
        "overflow",
        "exp of a large number overflows; rewrite it so that no large number gets there",
    ),
    (
        "FloatingPointError",
        "divide",
        "a division by zero or a logarithm of 0; np.where computes both of its branches, so it does not keep "
        "a 0 away: replace the 0 before you divide",
    ),
    (
        "FloatingPointError",
        "",
        "0/0, infinity minus infinity, or a logarithm of a negative number; np.where computes both of its "
        "branches, so it does not keep such entries away",
    ),
    ("ZeroDivisionError", "", "a division by zero"),
    ("TypeError", "only 0-dim", _SINGLE_NUMBER),
    ("TypeError", "only length-1", _SINGLE_NUMBER),
    ("TypeError", "only size-1", _SINGLE_NUMBER),
    (
        "TypeError",
        "NoneType",
        "a value is None where a number is needed; does a function before it lack its `return`?",
    ),
    (
        "ValueError",
        "truth value of an array",
        "an `if`, `and` or `max` got an array, whose comparison has many answers; use np.where, np.maximum "
        "or a product with the comparison",
    ),
    (
        "ValueError",
        "inhomogeneous",
        "numbers and arrays are mixed in one list; w[0] of a (2, 1) array is an array, w[0, 0] its number",
    ),
    (
        "ValueError",
        "setting an array element",
        "one number is needed for an entry, an array came; w[0] of a (2, 1) array is an array, w[0, 0] its "
        "number",
    ),
    ("AttributeError", "NoneType", "a value is None; does a function before it lack its `return`?"),
    (
        "TypeError",
        "not callable",
        "something that is no function is called; is a variable named like a function?",
    ),
    ("TypeError", "not subscriptable", "an index is used on something that has none"),
    ("AttributeError", "", "the object has no such attribute; a list, for instance, has no .shape"),
    ("IndexError", "", "an index is past the end of its axis; compare the loop's range with the shape"),
    ("KeyError", "", "the dict has no such key; compare its spelling with the statement"),
    ("MemoryError", "", "far too much memory is asked for; does an array grow in a loop?"),
)


@dataclass(frozen=True)
class Diagnosis:
    """What differs, in words.

    expected, found : short descriptions with values, for the learner's own public inputs
    expected_form, found_form : the same without values, for reports on secret inputs
    cause : the likely cause, or "" where none fits
    cause_form : the same without a word that the learner's code chose
    in_place : what to say about arguments that were changed, or ""
    """

    expected: str
    found: str
    expected_form: str
    found_form: str
    cause: str
    cause_form: str = ""
    in_place: str = ""


def diagnose(
    expected: object,
    found: object,
    *,
    inputs: dict | None = None,
    changed: tuple[str, ...] = (),
    warned: tuple[str, ...] = (),
    tolerance: tuple[float, float] = DEFAULT_TOLERANCE,
    parts: tuple[str, ...] = (),
) -> Diagnosis:
    """Describe how `found` differs from `expected` and name the likely cause.

    inputs  : the arguments of the call, where known; their shapes give candidates for a lost factor
    changed : names of arguments that the function changed in place
    warned  : texts of warnings raised during the call
    parts   : names of the returned values, where there are several and they have names
    """
    cause = _cause(expected, found, inputs or {}, tolerance, parts)
    in_place = changed_in_place(changed, inputs or {}) if not isinstance(found, Failure) else ""
    if in_place:
        cause = f"{cause}; also, {in_place}" if cause else in_place
    if isinstance(found, Failure) and found.unwritten:
        cause_form = UNWRITTEN
    elif isinstance(found, dict) and isinstance(expected, dict) and found.keys() != expected.keys():
        cause_form = "the keys of the dict differ from the statement's"
    else:
        cause_form = _CHOSEN_NUMBERS.sub(r"\1 some number", cause)
    if not cause and warned:
        cause, cause_form = f"NumPy warned: {warned[0]}", "a warning was raised during the call"
    if not cause:
        cause = cause_form = NO_CAUSE
    return Diagnosis(
        describe(expected, parts),
        describe(found, parts),
        form(expected, parts),
        anonymous_form(found, parts),
        cause,
        cause_form,
        in_place,
    )


def changed_in_place(changed: tuple[str, ...], inputs: dict) -> str:
    """What to say about arguments that a function changed; "" where it changed none."""
    if not changed:
        return ""
    name, value = changed[0], inputs.get(changed[0])
    if isinstance(value, dict):
        remedy = "make a new dict and new arrays; `+=` and `-=` write into the ones you were given"
    elif isinstance(value, list):
        remedy = f"make a new list, `list({name})`, and new arrays; `+=` writes into the ones you were given"
    else:
        remedy = f"work on a copy (`{name} = {name} - ...`, not `{name} -= ...`)"
    return f"the function changed its input {', '.join(changed)} in place; {remedy}"


def anonymous_form(value: object, parts: tuple[str, ...] = ()) -> str:
    """`form` without a name that the learner's code chose, which could carry the inputs."""
    if isinstance(value, Failure):
        return "an exception" + (f", {value.type_name}" if hasattr(builtins, value.type_name) else "")
    if isinstance(value, Unknown):
        return "an object of another type"
    if isinstance(value, dict):
        return f"a dict with {_count(len(value), 'key')}"
    if isinstance(value, list | tuple) and _holds_a_dict(value):
        return f"a {'tuple' if isinstance(value, tuple) else 'list'} of {_count(len(value), 'value')}"
    return form(value, parts)


def _holds_a_dict(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_a_dict(item) for item in value)
    return isinstance(value, dict)


def form(value: object, parts: tuple[str, ...] = ()) -> str:
    """Type, shape and dtype of a value, without its numbers; `parts` name the values of a tuple."""
    if _fits(value, parts):
        return "; ".join(f"{name} {form(item)}" for name, item in zip(parts, value, strict=True))
    if isinstance(value, Failure):
        return f"an exception, {value.type_name}"
    if isinstance(value, Unknown):
        if value.why:
            return f"a {value.type_name}, {value.why}"
        return (
            "a function"
            if value.type_name in ("function", "method")
            else f"an object of type {value.type_name}"
        )
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_text(value.shape)}, {value.dtype}"
    if isinstance(value, bool | np.bool_):
        return "a truth value"
    if isinstance(value, int | float | np.generic):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, dict):
        keys = ", ".join(repr(key) for key in list(value)[:8])
        return f"a dict with {_count(len(value), 'key')}" + (f" ({keys})" if value else "")
    if isinstance(value, list | tuple):
        name = "a tuple" if isinstance(value, tuple) else "a list"
        if isinstance(value, tuple) and 0 < len(value) <= 4 and not is_numeric_list(value):
            return f"{name} of {_count(len(value), 'value')}: " + "; ".join(form(item) for item in value)
        return f"{name} of {_count(len(value), 'value')}"
    return f"a {type(value).__name__}"


def _fits(value: object, parts: tuple[str, ...]) -> bool:
    return bool(parts) and isinstance(value, list | tuple) and len(value) == len(parts)


def describe(value: object, parts: tuple[str, ...] = ()) -> str:
    """A short description with numbers: type and shape, then the first entries; `parts` as in `form`."""
    if _fits(value, parts):
        return "; ".join(f"{name} {describe(item)}" for name, item in zip(parts, value, strict=True))
    if isinstance(value, Failure):
        return failure_text(value)
    if isinstance(value, str):
        return repr(value if len(value) < 120 else value[:117] + "...")
    if isinstance(value, bool | np.bool_ | int | float | np.generic):
        return number_text(value)
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return f"{number_text(value.item())} (an array of shape ())"
        return f"shape {shape_text(value.shape)}: {_entries(value)}"
    if isinstance(value, list | tuple) and value and is_numeric_list(value):
        array = as_numbers(value)
        if array is not None:
            kind = "tuple" if isinstance(value, tuple) else "list"
            return f"{kind} of {_count(len(value), 'value')}: {_entries(array)}"
    if isinstance(value, list | tuple) and 0 < len(value) <= 4:
        kind = "tuple" if isinstance(value, tuple) else "list"
        return f"{kind}: " + "; ".join(describe(item) for item in value)
    if isinstance(value, dict) and 0 < len(value) <= 6:
        return "dict: " + "; ".join(f"{key!r}: {describe(item)}" for key, item in value.items())
    return form(value)


def failure_text(failure: Failure) -> str:
    """One line on an exception, with its place."""
    if failure.type_name == "TimeLimit":
        return "no result within the time limit"
    if failure.missing:
        return "the name is not defined"
    if failure.unwritten:
        return failure.type_name
    first_line = failure.message.strip().split("\n")[0][:200]
    text = f"{failure.type_name}: {first_line}"
    if failure.line and failure.code:
        text += f" (line {failure.line}: `{failure.code.strip()}`)"
    return text.rstrip(": ")


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it."""
    return "(" + ", ".join(str(length) for length in shape) + ("," if len(shape) == 1 else "") + ")"


def number_text(value: object) -> str:
    """A number with at most six digits."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | complex):
        return str(value) if not isinstance(value, complex) else f"{value:.6g}"
    return f"{value + 0.0:.6g}"  # -0 reads 0


def _entries(array: np.ndarray) -> str:
    flat = array.reshape(-1)
    shown = ", ".join(number_text(entry) for entry in flat[:MAX_SHOWN])
    return f"[{shown}{', ...' if flat.size > MAX_SHOWN else ''}]"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _cause(
    expected: object,
    found: object,
    inputs: dict,
    tolerance: tuple[float, float],
    parts: tuple[str, ...] = (),
) -> str:
    if isinstance(found, Failure):
        return _cause_of_failure(found)
    if isinstance(found, Unknown):
        if found.type_name in ("function", "method", "builtin_function_or_method", "ufunc"):
            return "a function came back instead of its value; call it, with brackets"
        return f"return plain data: {form(expected)} is needed"
    if found is None:
        return "the function returns None; does every path end with `return`?"
    if isinstance(expected, dict):
        return _cause_in_dict(expected, found, inputs, tolerance)
    if isinstance(expected, list | tuple) and (_fits(expected, parts) or not is_numeric_list(expected)):
        return _cause_in_sequence(expected, found, inputs, tolerance, parts)
    if isinstance(expected, str):
        if isinstance(found, str) and found.strip().lower() == expected.strip().lower():
            return "the text differs in capitals or spaces only"
        return "" if isinstance(found, str) else f"a text is needed, {form(found)} came"
    if expected is None:
        return "nothing should be returned here"
    if isinstance(found, str):
        return "a text came where numbers are needed"
    if isinstance(found, dict):
        return "a dict came where numbers are needed"
    expected_array, found_array = as_numbers(expected), as_numbers(found)
    if expected_array is None:
        return ""
    if found_array is None:
        if isinstance(found, tuple | list):
            for position, item in enumerate(found):
                if equal(expected, item, tolerance):
                    return f"{_count(len(found), 'value')} came back; only number {position + 1} is asked for"
            return f"{form(found)} came where {form(expected)} is needed"
        return ""
    return _cause_in_numbers(expected_array, found_array, inputs, tolerance)


def _cause_of_failure(failure: Failure) -> str:
    message = failure.message
    if failure.unwritten:
        return f"{UNWRITTEN}: " + (message.strip() or "replace the line that raises NotImplementedError")
    if failure.missing:
        return (
            "no cell defines this name; did the cell run without an error, and is the name spelled as asked?"
        )
    if failure.type_name == "TimeLimit":
        return "the function does not end: look for a loop whose condition never becomes false"
    if failure.type_name == "NameError":
        return "a name is used that no answer cell and no set-up cell defines"
    if failure.type_name == "TypeError" and "unexpected keyword argument" in message:
        return "the arguments must have the names of the statement"
    if failure.type_name == "TypeError" and "positional argument" in message:
        return "the number of arguments differs from the statement's signature"
    if failure.type_name == "ValueError" and (
        "broadcast" in message or "matmul" in message or "aligned" in message
    ):
        return (
            "the shapes do not fit; write the shape of each factor beside its line; is a transpose missing?"
        )
    if failure.type_name == "UnboundLocalError":
        return "a local variable is read before it gets a value"
    if failure.type_name in ("SystemExit", "KeyboardInterrupt"):
        return "the code ends the program instead of returning a value"
    if failure.type_name == "RecursionError":
        return "the function calls itself without an end"
    for type_name, part, cause in _FAILURES:
        if failure.type_name == type_name and part in message:
            return cause
    place = f" in line {failure.line}" if failure.line else ""
    return f"the code raises {failure.type_name}{place}; run the function on the example of the statement"


def _cause_in_dict(expected: dict, found: object, inputs: dict, tolerance: tuple[float, float]) -> str:
    if not isinstance(found, dict):
        return f"a dict is needed, {form(found)} came"
    missing = [repr(key) for key in expected if key not in found]
    extra = [repr(key) for key in found if key not in expected]
    if missing or extra:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"not asked for: {', '.join(extra[:6])}"] if extra else []
        return "keys " + "; ".join(parts)
    for key in expected:
        if not equal(expected[key], found[key], tolerance):
            return _inside(f"entry {key!r}", expected[key], found[key], inputs, tolerance)
    return ""


def _cause_in_sequence(
    expected, found: object, inputs: dict, tolerance: tuple[float, float], parts: tuple[str, ...] = ()
) -> str:
    named = _fits(expected, parts)
    count = _count(len(expected), "value") + (f" ({', '.join(parts)})" if named else "")
    if not isinstance(found, list | tuple):
        if len(expected) > 1 and any(equal(item, found, tolerance) for item in expected):
            return f"{count} are needed, only one of them came"
        return f"{count} are needed, {form(found)} came"
    if len(expected) != len(found):
        return f"{count} are needed, {len(found)} came"
    if len(expected) > 1 and equal(list(expected), list(reversed(found)), tolerance):
        return "the values are right, their order is reversed"
    for position, (e, f) in enumerate(zip(expected, found, strict=True), start=1):
        if not equal(e, f, tolerance):
            place = parts[position - 1] if named else f"value {position} of {len(expected)}"
            return _inside(place, e, f, inputs, tolerance)
    return ""


def _inside(place: str, expected: object, found: object, inputs: dict, tolerance: tuple[float, float]) -> str:
    cause = _cause(expected, found, inputs, tolerance)
    return f"{place}: {cause}" if cause else f"{place} differs"


def _cause_in_numbers(
    expected: np.ndarray, found: np.ndarray, inputs: dict, tolerance: tuple[float, float]
) -> str:
    if expected.shape != found.shape:
        return _cause_of_shape(expected, found, inputs, tolerance)
    if found.size == 0:
        return ""
    real_found = found.astype(complex if found.dtype.kind == "c" else float)
    if not np.all(np.isfinite(real_found)) and np.all(np.isfinite(expected.astype(complex))):
        count = int(np.sum(np.isnan(real_found)))
        if count:
            return (
                f"nan in {count} of {found.size} places: 0/0, log of a negative number, 0 * inf or inf - inf"
            )
        return "an infinity came: an overflow in exp, a log of 0 or a division by 0"
    for text, candidate in _slips(expected, inputs):
        if candidate.shape == found.shape and np.all(entries_equal(candidate, found, tolerance)):
            return text
    if not np.all(np.isfinite(expected)):
        return _cause_at_infinities(expected, found, tolerance)
    ratio_text = _constant_ratio(expected, found, inputs)
    if ratio_text:
        return ratio_text
    return _pattern_of_differences(expected, found, inputs, tolerance)


def _slips(expected: np.ndarray, inputs: dict) -> Iterator[tuple[str, np.ndarray]]:
    """Typical slips as (text, what the result would be)."""
    with np.errstate(all="ignore"):
        if expected.dtype.kind == "b":
            yield "every truth value is the opposite", ~expected
            return
        value = expected.astype(complex if expected.dtype.kind == "c" else float)
        if value.dtype.kind == "c":
            yield "the complex conjugate came", value.conj()
            yield "the sign is flipped", -value
            return
        yield "the sign is flipped", -value
        if value.ndim == 2 and value.shape[0] == value.shape[1]:
            yield "the result is transposed", value.T
        if value.ndim:
            yield "the order of the entries is reversed", np.flip(value)
        yield "one minus the expected value came: the complement", 1 - value
        yield "the value was rounded or cut to whole numbers", np.trunc(value)
        yield "the value was rounded to whole numbers", np.round(value)
        yield "the absolute value came: a sign is lost", np.abs(value)
        yield "negative entries became 0", np.maximum(value, 0)
        yield "the square of the expected value came: a root is missing", value**2
        yield "the root of the expected value came, or a square is missing", np.sqrt(np.abs(value))
        yield "the reciprocal of the expected value came", 1 / value
        yield "the logarithm of the expected value came", np.log(np.abs(value))
        yield "exp of the expected value came", np.exp(np.minimum(value, 700))
        yield "log2 where the natural logarithm is meant, or the other way round", value / np.log(2)
        yield "log10 where the natural logarithm is meant", value / np.log(10)
        for name, array in _input_arrays(inputs):
            if array.shape == value.shape:
                yield f"the input {name} came back unchanged", array
                yield f"{name} is added once too often", value + array
                yield f"{name} is missing as a summand", value - array
                yield f"{name} is multiplied in once too often", value * array
                yield f"a factor {name} is missing", value / array
        if value.ndim:
            yield "every entry is 0", np.zeros_like(value)
        else:
            yield "0 came", np.zeros_like(value)


def _input_arrays(inputs: dict) -> Iterator[tuple[str, np.ndarray]]:
    for name, value in inputs.items():
        if isinstance(value, dict):
            yield from _input_arrays({f"{name}[{key!r}]": item for key, item in value.items()})
            continue
        array = as_numbers(value)
        if array is not None and array.dtype.kind in "fiu":
            yield name, array.astype(float)


def _cause_at_infinities(expected: np.ndarray, found: np.ndarray, tolerance: tuple[float, float]) -> str:
    """The text for a wrong value where an infinity or nan is right; factors say nothing there."""
    wrong = ~np.isfinite(expected) & ~entries_equal(expected, found, tolerance)
    if not np.any(wrong):
        return ""
    count, value = int(np.sum(wrong)), number_text(expected[wrong].flat[0])
    return f"{value} is expected in {count} of {expected.size} places, and another value came there"


def _constant_ratio(expected: np.ndarray, found: np.ndarray, inputs: dict) -> str:
    """The text for "all entries are off by one and the same factor", naming the factor where it is known."""
    if "c" in (expected.dtype.kind, found.dtype.kind):
        return ""
    e, f = expected.astype(float), found.astype(float)
    scale = np.max(np.abs(e))
    if scale == 0:
        return ""
    used = np.abs(e) > 1e-9 * scale
    if np.any(np.abs(f[~used]) > 1e-6 * max(np.max(np.abs(f)), 1e-300)):
        return ""
    ratios = f[used] / e[used]
    ratio = float(np.median(ratios))
    if ratio == 0 or np.max(np.abs(ratios - ratio)) > 1e-4 * abs(ratio):
        return ""
    sign = "the sign is flipped and " if ratio < 0 else ""
    size = abs(ratio)
    single = e.size == 1  # one number is always "a constant factor": only a known factor says something
    for text, factor in _known_factors(inputs):
        if abs(size - factor) <= 1e-4 * factor:
            if single and factor in (2.0, 0.5) and "axis" in text:
                continue
            return f"{sign}{text}"
    if single:
        return ""
    return f"{sign}every entry is {size:.4g} times the expected one: a constant factor is wrong"


def _known_factors(inputs: dict) -> Iterator[tuple[str, float]]:
    yield "every entry is twice the expected one: a factor 1/2 is missing", 2.0
    yield "every entry is half the expected one: a factor 1/2 too many, or a factor 2 is missing", 0.5
    seen: set[int] = {1, 2}
    for name, array in _input_arrays(inputs):
        for axis in reversed(range(array.ndim)):
            m = array.shape[axis]
            if m in seen:
                continue
            seen.add(m)
            label = f"m = {m}" if array.ndim == 2 and axis == 1 else f"{m}"
            place = f"the length of axis {axis} of {name}"
            yield f"the result is {m} times too large: the factor 1/m is missing ({label}, {place})", float(m)
            yield (
                f"the result is {m} times too small: a factor 1/m too many ({label}, {place})",
                1 / m,
            )
            yield (
                f"the result is {m}^2 times too large: 1/m is multiplied where it should divide",
                float(m) ** 2,
            )
            if m > 2:
                yield f"divided by {m - 1} instead of {m} ({place})", m / (m - 1)
                yield f"divided by {m} instead of {m - 1} ({place})", (m - 1) / m
            yield f"the factor is the root of {m} ({place})", float(np.sqrt(m))
            yield f"divided by the root of {m} once too often ({place})", float(1 / np.sqrt(m))
    for name, array in _input_arrays(inputs):
        if array.ndim == 0 and array not in (0, 1) and np.isfinite(array) and abs(array) not in (2, 0.5):
            number = abs(float(array))
            yield f"a factor {name} too many", number
            yield f"a factor {name} is missing", 1 / number
            if 0 < number < 1:
                yield f"a factor (1 - {name}) too many", 1 - number
                yield f"a factor (1 - {name}) is missing", 1 / (1 - number)


def _cause_of_shape(
    expected: np.ndarray, found: np.ndarray, inputs: dict, tolerance: tuple[float, float]
) -> str:
    e, f = shape_text(expected.shape), shape_text(found.shape)

    def same(candidate: np.ndarray) -> bool:
        return candidate.shape == expected.shape and bool(
            np.all(entries_equal(expected, candidate, tolerance))
        )

    numbers_right = " (the numbers are right)"
    if found.ndim == expected.ndim and found.ndim >= 2 and found.T.shape == expected.shape:
        return f"the result is transposed: {f} instead of {e}" + (numbers_right if same(found.T) else "")
    if found.size == expected.size:
        right = numbers_right if same(found.reshape(expected.shape)) else ""
        if found.ndim == 1 and expected.ndim == 2:
            return f"a rank-1 array {f} came instead of {e}: keepdims=True or a reshape is missing{right}"
        if expected.ndim == 0:
            return f"the number is still in an array of shape {f}: take it out, np.squeeze or float{right}"
        if found.ndim < expected.ndim:
            return f"axes of length 1 got lost, {f} instead of {e}: keepdims=True is missing{right}"
        if found.ndim > expected.ndim:
            return f"there are axes of length 1 too many, {f} instead of {e}{right}"
        return f"the shape is {f} instead of {e}{right}"
    if expected.ndim == 0:
        if found.size and any(
            abs(float(reduced) - float(expected)) <= 1e-4 * max(abs(float(expected)), 1e-12)
            for reduced in (np.sum(found.astype(float)), np.mean(found.astype(float)))
        ):
            return f"one value for each entry came, shape {f}; the sum or mean over them is missing"
        return f"one number is needed, an array of shape {f} came: a sum or a mean is missing"
    if found.ndim == 0:
        if expected.size and np.isclose(float(np.sum(expected.astype(float))), float(found), rtol=1e-4):
            return f"everything was summed to one number; give the axis (and keepdims=True) to get {e}"
        return f"one number came where shape {e} is needed; give the axis of the sum or mean"
    if found.ndim == 2 and found.shape[0] == found.shape[1] and found.shape[0] in expected.shape:
        return f"the shape is {f} instead of {e}: (n, 1) and (n,) were broadcast, or a column met a row"
    if found.ndim == expected.ndim:
        wrong = [axis for axis in range(found.ndim) if found.shape[axis] != expected.shape[axis]]
        if len(wrong) == 1:
            axis = wrong[0]
            return (
                f"axis {axis} is {found.shape[axis]} long instead of {expected.shape[axis]}: {f}, needed {e}"
            )
    return f"the shape is {f} instead of {e}"


def _pattern_of_differences(
    expected: np.ndarray, found: np.ndarray, inputs: dict, tolerance: tuple[float, float]
) -> str:
    if found.dtype.kind in "iub" and expected.dtype.kind == "f":
        if found.dtype.kind == "b":
            return "truth values came where numbers are needed"
        return "whole numbers came: is the result stored in an integer array?"
    if expected.size == 1:
        return ""
    if np.all(np.isin(expected, (0, 1))) and not np.all(np.isin(found, (0, 1))):
        return (
            "0 and 1 are the only answers here, other numbers came: is a comparison or a threshold missing?"
        )
    same = entries_equal(expected, found, tolerance)
    wrong = np.argwhere(~same)
    difference = found.astype(complex) - expected.astype(complex)
    if np.max(np.abs(difference - difference.flat[0])) <= 1e-5 * max(
        np.max(np.abs(expected.astype(complex))), 1e-12
    ):
        summand = number_text(float(difference.real.flat[0]))
        return f"every entry is off by the same {summand}: a constant summand is wrong"
    permuted = np.sort(found.reshape(-1)), np.sort(expected.reshape(-1))
    if np.all(entries_equal(permuted[1], permuted[0], tolerance)):
        return "the right numbers are in the wrong places: look at axes, order and reshape"
    first = shape_text(tuple(int(index) for index in wrong[0]))
    if len(wrong) == expected.size:
        return ""
    if len(wrong) * 2 <= expected.size:
        borders = _only_last(wrong, expected.shape)
        return f"{len(wrong)} of {expected.size} entries differ, the first at {first}" + (
            f"; {borders}" if borders else ""
        )
    return f"{expected.size - len(wrong)} of {expected.size} entries are right; the first wrong one: {first}"


def _only_last(wrong: np.ndarray, shape: tuple[int, ...]) -> str:
    for axis, length in enumerate(shape):
        places = set(wrong[:, axis].tolist())
        if length > 2 and places == {length - 1}:
            return f"all in the last place of axis {axis}: does the loop stop one too early?"
        if length > 2 and places == {0}:
            return f"all in the first place of axis {axis}: where does the loop start?"
    return ""
