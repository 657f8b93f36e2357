"""Shared by the grading tests: the small exercise, notebooks made of it, and the table of attacks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from course_utils.grading.__main__ import skip_slow_import

skip_slow_import()

from course_utils.grading.exercise import Exercise, load_exercise  # noqa: E402
from course_utils.grading.release import starter_text  # noqa: E402
from course_utils.grading.sandbox import try_tier  # noqa: E402

FIXTURES = Path(__file__).parent / "fixtures"
ATTACK_TABLE: list[tuple[str, str, str, str, str]] = []


@pytest.fixture(scope="session")
def neuron_source() -> Path:
    return FIXTURES / "neuron.py"


@pytest.fixture(scope="session")
def neuron(neuron_source) -> Exercise:
    return load_exercise(neuron_source)


@pytest.fixture(scope="session")
def make_notebook(neuron) -> Callable[..., dict]:
    """A submission as a dict: the solutions, with the answers in `changes` put in their place."""

    def make(right: bool = True, **changes: str) -> dict:
        notebook = json.loads(starter_text(neuron))
        for cell in notebook["cells"]:
            name = cell["metadata"].get("grade_id")
            if name and right:
                cell["source"] = neuron.answers[name].solution
            if name in changes:
                cell["source"] = changes[name]
        return notebook

    return make


@pytest.fixture(scope="session")
def tiers() -> dict[str, str]:
    """By tier, why it does not work here; "" where it does."""
    return {tier: try_tier(tier) for tier in ("A", "B")}


@pytest.fixture(scope="session")
def need_tier(tiers):
    def need(tier: str) -> None:
        if tiers[tier] and os.environ.get("CI") and tier == "A":
            pytest.fail(f"sandbox {tier} must work here: {tiers[tier]}")
        if tiers[tier]:
            pytest.skip(f"sandbox {tier} does not work here: {tiers[tier]}")

    return need


def pytest_terminal_summary(terminalreporter):
    """Print the attacks with their verdicts."""
    if not ATTACK_TABLE:
        return
    terminalreporter.section("attacks on the grader")
    widths = [max(len(row[column]) for row in ATTACK_TABLE) for column in range(5)]
    for row in ATTACK_TABLE:
        terminalreporter.write_line(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        )


@pytest.fixture(scope="session")
def attack_table():
    """Rows (tier, attack, points, seconds, remark) printed after the tests."""
    return ATTACK_TABLE
