"""The drawing of an encoder and a decoder: a box a step, every word, and one bridge."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_utils.plots.encoder_decoder import draw_encoder_decoder


def texts(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


@pytest.mark.parametrize(("source", "target"), [("a", "x"), ("a b c", "x y"), ("a b", "w x y z")])
def test_one_box_a_step_and_all_words(source, target):
    axes = Figure().subplots()
    source, target = source.split(), target.split()
    probabilities = [0.25] * len(target)
    draw_encoder_decoder(source, target, axes, probabilities=probabilities, bridge="eight numbers")
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == len(source) + len(target)
    shown = texts(axes)
    assert all(word in shown for word in (*source, "eight numbers", "encoder", "decoder"))
    assert all(f"{word}\n0.25" in shown for word in target)
    left, right = axes.get_xlim()
    assert left < 0 <= len(target) - 1 < right


def test_without_probabilities_the_words_stand_alone():
    axes = Figure().subplots()
    draw_encoder_decoder(["a"], ["x", "y"], axes)
    assert {"a", "x", "y"} <= set(texts(axes))


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="target 0"):
        draw_encoder_decoder(["a"], [], Figure().subplots())
    with pytest.raises(ValueError, match="needs 2"):
        draw_encoder_decoder(["a"], ["x", "y"], Figure().subplots(), probabilities=[1.0])
