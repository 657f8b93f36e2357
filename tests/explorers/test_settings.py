"""State strings and undo."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.explorers.settings import History, decode_state, encode_state


@dataclasses.dataclass(frozen=True)
class Example:
    rate: float = 0.5
    steps: int = 3
    name: str = "a"
    on: bool = False
    boxes: tuple = ()


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, st.integers(-(2**53), 2**53), st.text(), st.booleans(), st.lists(st.tuples(finite, finite)))
def test_every_state_comes_back_from_its_text(rate, steps, name, on, boxes):
    state = Example(rate, steps, name, on, tuple(boxes))
    assert decode_state("example", encode_state("example", state), Example()) == state


def test_missing_fields_keep_the_default():
    assert decode_state("example", 'example {"steps":9}', Example(rate=2.0)) == Example(rate=2.0, steps=9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("other {}", "begins with 'other'"),
        ('example {"steps":3', "copied whole"),
        ('example {"name":"Hal', "Unterminated string at character"),
        ("example [1]", "needs"),
        ('example {"stepz":3}', "'stepz'"),
        ('example {"steps":2.5}', "whole number"),
        ('example {"steps":true}', "whole number"),
        ('example {"rate":"fast"}', "must be a number"),
        ('example {"rate":NaN}', "must be a number"),
        ('example {"on":1}', "true or false"),
        ('example {"name":1}', "a text"),
        ('example {"boxes":[[1,Infinity]]}', "not finite"),
        ('example {"boxes":3}', "a list"),
    ],
)
def test_a_bad_setting_is_refused_with_its_reason(text, said):
    with pytest.raises(ValueError, match="(?i)") as caught:
        decode_state("example", text, Example())
    assert said in str(caught.value)


def test_text_is_one_short_line_of_json():
    text = encode_state("example", Example())
    assert "\n" not in text
    assert json.loads(text.split(" ", 1)[1])["steps"] == 3
    assert "A − B" in encode_state("example", Example(name="A − B"))  # readable, no \\u2212


def test_undo_and_redo_walk_the_same_states():
    history: History[int] = History(merge_seconds=0)
    for before in range(5):
        history.record(before, f"control {before}")
    now, seen = 5, []
    while (before := history.undo(now)) is not None:
        seen.append(before)
        now = before
    assert seen == [4, 3, 2, 1, 0]
    assert not history.can_undo
    forward = []
    while (after := history.redo(now)) is not None:
        forward.append(after)
        now = after
    assert forward == [1, 2, 3, 4, 5]


def test_a_drag_is_one_step_and_a_pause_begins_another():
    time = [0.0]
    history: History[int] = History(merge_seconds=0.8, clock=lambda: time[0])
    for before in range(10):
        time[0] += 0.05
        history.record(before, "slider")
    assert history.undo(10) == 0
    history.record(0, "slider")
    time[0] += 5
    history.record(7, "slider")
    assert history.undo(8) == 7


def test_a_new_change_forgets_what_was_undone():
    history: History[int] = History(merge_seconds=0)
    history.record(0, "a")
    assert history.undo(1) == 0
    history.record(0, "b")
    assert not history.can_redo
