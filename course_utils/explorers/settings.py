"""Settings of an explorer: text form that can be copied and pasted back, and undo."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

State = TypeVar("State")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A named setting worth looking at.

    name        : label of its button
    explanation : what to see, and why it happens
    changes     : the fields that differ from the explorer's first state; or a function from
                  the present state to the fields that change in it
    goes_wrong  : True when the setting shows a failure
    """

    name: str
    explanation: str
    changes: dict[str, Any] | Callable[[Any], dict[str, Any]]
    goes_wrong: bool = False


def encode_state(key: str, state: Any) -> str:
    """Write a state as one line of text: the explorer's key, a space, and compact JSON.

    key   : name of the explorer, e.g. "learning-rate"
    state : dataclass whose fields are numbers, texts, booleans or (nested) tuples of them
    Returns e.g. 'learning-rate {"learning_rate":0.1,"steps":50}'.
    """
    fields = json.dumps(dataclasses.asdict(state), separators=(",", ":"), ensure_ascii=False)
    return f"{key} {fields}"


def decode_state(key: str, text: str, default: State) -> State:
    """Read a state that `encode_state` wrote.

    key     : name of the explorer the text must belong to
    text    : the pasted line; fields it leaves out keep the value they have in `default`
    default : a state of the right class
    Returns the state.
    Raises ValueError that says what is wrong with the text.
    """
    text = text.strip()
    if not text:
        raise ValueError("the setting is empty; paste a line that begins with " + repr(key))
    name, _, body = text.partition(" ")
    if name != key:
        raise ValueError(
            f"this setting begins with {name[:30]!r}; a setting of this explorer begins with {key!r}"
        )
    try:
        fields = json.loads(body)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"the setting cannot be read: {error.msg.removesuffix(' starting at')} at character "
            f"{error.pos + len(name) + 2}; "
            "was it copied whole?"
        ) from None
    if not isinstance(fields, dict):
        raise ValueError('after the name the setting needs {"name":value,...}')
    known = {field.name: getattr(default, field.name) for field in dataclasses.fields(default)}
    for field, value in fields.items():
        if field not in known:
            raise ValueError(f"the setting names {field!r}; known are {', '.join(known)}")
        fields[field] = _like(field, value, known[field])
    return dataclasses.replace(default, **fields)


def _like(field: str, value: Any, example: Any) -> Any:
    """Convert a JSON value to the kind of `example`; ValueError when it is another kind."""
    kind = type(example)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind is tuple and isinstance(value, list):
        return _tuples(field, value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float and number and math.isfinite(value):
        return float(value)
    if kind is int and number and math.isfinite(value) and value == int(value):
        return int(value)
    words = {bool: "true or false", str: "a text", tuple: "a list", float: "a number", int: "a whole number"}
    raise ValueError(f"{field} is {json.dumps(value)[:40]}; it must be {words[kind]}")


def _tuples(field: str, value: Any) -> Any:
    """Turn nested lists into tuples; numbers must be finite."""
    if isinstance(value, list):
        return tuple(_tuples(field, item) for item in value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{field} holds a number that is not finite")
    return value


class History(Generic[State]):
    """Past and undone states, oldest first.

    Changes of one control within `merge_seconds` count as one step, so that undoing a drag
    of a slider takes one press and not fifty.
    """

    def __init__(
        self,
        merge_seconds: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
        limit: int = 200,
    ) -> None:
        self._past: list[State] = []
        self._future: list[State] = []
        self._merge_seconds = merge_seconds
        self._clock = clock
        self._limit = limit
        self._last: tuple[str, float] | None = None

    def record(self, before: State, control: str) -> None:
        """Remember the state before a change made through the named control."""
        now = self._clock()
        merged = (
            self._last is not None
            and self._last[0] == control
            and now - self._last[1] < self._merge_seconds
            and bool(self._past)
        )
        self._last = (control, now)
        self._future.clear()
        if not merged:
            self._past.append(before)
            del self._past[: -self._limit]

    def undo(self, now: State) -> State | None:
        """Return the state before the last step, or None when there is none."""
        if not self._past:
            return None
        self._last = None
        self._future.append(now)
        return self._past.pop()

    def redo(self, now: State) -> State | None:
        """Return the state that was undone last, or None when there is none."""
        if not self._future:
            return None
        self._last = None
        self._past.append(now)
        return self._future.pop()

    @property
    def can_undo(self) -> bool:
        """Whether `undo` has a state to return."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether `redo` has a state to return."""
        return bool(self._future)
