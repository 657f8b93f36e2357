"""What a check runs inside the learner's kernel: read the inputs, call the function, show the result as data.

The text of this file is the first cell of every graded notebook, so it imports nothing of the course and
keeps its own references to what it uses: an answer that replaces `print` or a NumPy function by accident
does not break the check. Nothing here knows an expected value, and nothing here decides a mark.
"""

from __future__ import annotations


def make_data_format():
    """Return `encode(value)` and `decode(data)`: values as JSON data and back.

    Arrays keep their shape and the name of their dtype. `decode` accepts anything and raises ValueError
    for what `encode` cannot have written.
    """
    import base64
    import math

    import numpy

    array_type, generic, as_array, from_buffer = numpy.ndarray, numpy.generic, numpy.asarray, numpy.frombuffer
    contiguous, dtype_of = numpy.ascontiguousarray, numpy.dtype
    storage = {"f": "<f8", "i": "<i8", "u": "<u8", "b": "|b1", "c": "<c16"}
    to_text, to_bytes = base64.b64encode, base64.b64decode
    is_finite = math.isfinite
    max_entries, max_depth, max_text = 250_000, 12, 20_000
    is_a, size_of, kind_of = isinstance, len, type
    listing, tupling, mapping, text_type, true_type, integer, real, complex_type = (
        list,
        tuple,
        dict,
        str,
        bool,
        int,
        float,
        complex,
    )

    def encode_real(value):
        return value if is_finite(value) else text_type(value)

    def encode(value, depth=0):
        name = kind_of(value).__name__[:60]
        if depth > max_depth:
            return {"kind": "other", "type": name, "why": "nested too deep"}
        if value is None:
            return {"kind": "none"}
        if is_a(value, true_type):
            return {"kind": "number", "type": "bool", "value": value}
        if is_a(value, generic) and value.dtype.kind in "fiub":
            item = value.item()
            if is_a(item, real) and not is_a(item, integer):
                item = encode_real(item)
            return {"kind": "number", "type": value.dtype.name, "value": item}
        if is_a(value, integer):
            if value.bit_length() > 512:
                return {"kind": "other", "type": name, "why": "too large"}
            return {"kind": "number", "type": "int", "value": value}
        if is_a(value, real):
            return {"kind": "number", "type": "float", "value": encode_real(value)}
        if is_a(value, complex_type):
            return encode(as_array(value), depth)
        if is_a(value, text_type):
            return {"kind": "text", "value": value[:max_text]}
        if is_a(value, array_type):
            value = as_array(value)
            if value.dtype.kind in storage:
                if value.size > max_entries:
                    return {"kind": "other", "type": "array", "why": "too large"}
                data = contiguous(value, dtype=storage[value.dtype.kind]).tobytes()
                return {
                    "kind": "array",
                    "dtype": value.dtype.name,
                    "shape": listing(value.shape),
                    "data": to_text(data).decode("ascii"),
                }
            return encode(value.tolist(), depth + 1)
        if is_a(value, listing | tupling):
            if size_of(value) > max_entries:
                return {"kind": "other", "type": name, "why": "too large"}
            kind = "list" if is_a(value, listing) else "tuple"
            return {"kind": kind, "items": [encode(item, depth + 1) for item in value]}
        if is_a(value, mapping):
            if size_of(value) > 10_000:
                return {"kind": "other", "type": name, "why": "too large"}
            pairs = [[encode(key, depth + 1), encode(item, depth + 1)] for key, item in value.items()]
            return {"kind": "dict", "items": pairs}
        if is_a(value, set | frozenset):
            items = [encode(item, depth + 1) for item in value]
            return {"kind": "set", "items": sorted(items, key=repr)}
        return {"kind": "other", "type": name}

    def decode_real(value):
        if is_a(value, text_type):
            if value not in ("nan", "inf", "-inf"):
                raise ValueError("not a number")
            return real(value)
        if is_a(value, true_type) or not is_a(value, integer | real):
            raise ValueError("not a number")
        return value

    def decode(data, depth=0):
        if depth > max_depth + 2 or not is_a(data, mapping):
            raise ValueError("not data of a check")
        kind = data.get("kind")
        if kind == "none":
            return None
        if kind == "number":
            name, value = data.get("type"), data.get("value")
            if name == "bool":
                return value is True
            value = decode_real(value)
            if name in ("int", "float"):
                return real(value) if name == "float" else value
            if name not in number_types:
                raise ValueError("unknown type of number")
            return number_types[name](value)
        if kind == "text":
            if not is_a(data.get("value"), text_type):
                raise ValueError("not a text")
            return data["value"][:max_text]
        if kind == "array":
            shape, name = data.get("shape"), data.get("dtype")
            if not is_a(shape, listing) or size_of(shape) > 16 or not is_a(name, text_type):
                raise ValueError("not an array")
            count = 1
            for length in shape:
                if is_a(length, true_type) or not is_a(length, integer) or length < 0:
                    raise ValueError("not an array")
                count *= length
            if count > max_entries or name not in array_types:
                raise ValueError("not an array")
            dtype = dtype_of(name)
            raw = to_bytes(data.get("data", ""), validate=True)
            stored = from_buffer(raw, dtype=storage[dtype.kind])
            if stored.size != count:
                raise ValueError("not an array")
            return stored.reshape(shape).astype(dtype)
        if kind in ("list", "tuple", "set"):
            items = data.get("items")
            if not is_a(items, listing) or size_of(items) > max_entries:
                raise ValueError("not a list")
            items = [decode(item, depth + 1) for item in items]
            return tupling(items) if kind == "tuple" else items
        if kind == "dict":
            items = data.get("items")
            if not is_a(items, listing) or size_of(items) > 10_000:
                raise ValueError("not a dict")
            found = {}
            for pair in items:
                if not is_a(pair, listing) or size_of(pair) != 2:
                    raise ValueError("not a dict")
                key = decode(pair[0], depth + 1)
                found[key if is_a(key, text_type | integer | real | tupling | None) else repr(key)] = decode(
                    pair[1], depth + 1
                )
            return found
        raise ValueError("not data of a check")

    array_types = {
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64", "complex64", "complex128",
    }  # fmt: skip
    number_types = {name: dtype_of(name).type for name in array_types if not name.startswith("complex")}
    number_types["longdouble"] = number_types["float128"] = real
    return encode, decode


def make_run(publish, media_type):
    """Return `run(...)`, which carries out one check; `publish(bundle)` shows a MIME bundle."""
    import traceback
    import warnings

    encode, decode = make_data_format()
    compile_code, execute = compile, exec
    extract, record = traceback.extract_tb, warnings.catch_warnings
    simple_filter = warnings.simplefilter
    is_a, text_type, mapping, can_call = isinstance, str, dict, callable
    base, interrupt, unwritten = BaseException, KeyboardInterrupt, NotImplementedError
    size = len

    def describe(error):
        frames = extract(error.__traceback__)
        # The last line inside a cell is where the learner can look; frames of libraries say little to them.
        own = [
            frame for frame in frames if "ipykernel" in frame.filename or frame.filename.startswith("<answer")
        ]
        frame = own[-1] if own else None
        try:
            message = text_type(error)[:2000]
        except base:
            message = ""
        return {
            "kind": "error",
            "type": type(error).__name__[:60],
            "message": message,
            "line": frame.lineno if frame else None,
            "code": (frame.line or "")[:200] if frame else "",
            "unwritten": is_a(error, unwritten),
        }

    def one_case(target, call_source, inputs, names):
        case = {key: decode(value) for key, value in inputs.items()}
        if target not in names:
            return {
                "result": {"kind": "error", "type": "NameError", "message": "", "line": None, "missing": True}
            }
        f = names[target]
        caught = []
        try:
            with record(record=True) as caught:
                simple_filter("always")
                if call_source:
                    local = mapping(names)
                    execute(compile_code(call_source, "<check>", "exec"), local)
                    value = local["call"](f, case)
                elif can_call(f):
                    value = f(**case)
                else:
                    value = f
            result = encode(value)
        except interrupt:
            raise
        except base as error:
            result = describe(error)
        changed = [key for key, value in inputs.items() if key not in case or encode(case[key]) != value]
        warned = []
        for warning in caught:
            text = text_type(warning.message)[:200]
            if text not in warned and size(warned) < 3:
                warned.append(text)
        return {"result": result, "changed": changed, "warned": warned}

    def run(nonce, target, call_source, cases, names):
        results = []
        try:
            for inputs in cases:
                results.append(one_case(target, call_source, inputs, names))
        except interrupt:
            results.append({"result": {"kind": "error", "type": "TimeLimit", "message": "", "line": None}})
        publish({media_type: {"nonce": nonce, "results": results}, "text/plain": "check"})

    return run
