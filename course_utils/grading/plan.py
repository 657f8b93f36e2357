"""What is run for one exercise and one seed, and the fresh notebook made of it and a learner's answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading import in_kernel
from course_utils.grading.exercise import Exercise, ExerciseError
from course_utils.grading.trusted import PreparedCheck, prepare
from course_utils.grading.values import MEDIA_TYPE

PLAN_FORMAT = 1
RUNNER = "_course_run_check"
NBVAL_MARKERS = frozenset(
    {
        "PYTEST_VALIDATE_IGNORE_OUTPUT",
        "NBVAL_IGNORE_OUTPUT",
        "NBVAL_CHECK_OUTPUT",
        "NBVAL_RAISES_EXCEPTION",
        "NBVAL_SKIP",
    }
)


@dataclass(frozen=True)
class Plan:
    """Set-up sources, starters and prepared checks of one exercise for one seed; no solution.

    order : pairs (kind, text): the source of a set-up cell, the `grade_id` of an answer, the id of a check
    """

    name: str
    title: str
    digest: str
    order: tuple[tuple[str, str], ...]
    starters: dict[str, str]
    checks: dict[str, PreparedCheck]

    @property
    def points(self) -> float:
        """Points of all checks together."""
        return sum(check.points for check in self.checks.values())

    @property
    def setup(self) -> list[str]:
        """Sources of the set-up cells."""
        return [text for kind, text in self.order if kind == "setup"]

    def to_json(self) -> str:
        """As JSON text; the same plan gives the same bytes."""
        content = {
            "format": PLAN_FORMAT,
            "name": self.name,
            "title": self.title,
            "digest": self.digest,
            "order": self.order,
            "starters": self.starters,
            "checks": {name: check.to_dict() for name, check in self.checks.items()},
        }
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> Plan:
        """Read what `to_json` wrote. Raises ExerciseError where it is something else."""
        try:
            content = json.loads(text)
            if content["format"] != PLAN_FORMAT:
                raise ExerciseError(
                    f"this file of checks has format {content['format']}, {PLAN_FORMAT} is needed"
                )
            order = tuple((kind, text) for kind, text in content["order"])
            return Plan(
                name=content["name"],
                title=content["title"],
                digest=content["digest"],
                order=order,
                starters=content["starters"],
                checks={
                    text: PreparedCheck.from_dict(content["checks"][text])
                    for kind, text in order
                    if kind == "check"
                },
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, ExerciseError):
                raise
            raise ExerciseError(f"this is no file of checks: {error}") from error


def make_plan(exercise: Exercise, seed: int, only: set[str] | None = None) -> Plan:
    """Draw the inputs of `exercise` for `seed` and compute the expected values with the author's solution.

    only : ids of checks; then the plan ends with the last of them and holds no other check
    """
    checks = {check.check_id: check for check in prepare(exercise, seed, only)}
    order = []
    for cell in exercise.cells:
        if cell.kind == "setup":
            order.append(("setup", cell.source))
        elif cell.kind == "answer" or (cell.kind == "check" and cell.key in checks):
            order.append((cell.kind, cell.key))
    plan = Plan(
        name=exercise.name,
        title=exercise.title,
        digest=exercise.digest,
        order=tuple(order),
        starters={name: answer.starter for name, answer in exercise.answers.items()},
        checks=checks,
    )
    return narrow(plan, only) if only else plan


def narrow(plan: Plan, only: set[str]) -> Plan:
    """The plan with the checks in `only`, up to the last of them."""
    order = [pair for pair in plan.order if pair[0] != "check" or pair[1] in only]
    while order and order[-1][0] != "check":
        order.pop()
    checks = {name: check for name, check in plan.checks.items() if name in only}
    return Plan(plan.name, plan.title, plan.digest, tuple(order), plan.starters, checks)


def fresh_notebook(plan: Plan, answers: dict[str, str], nonce: str) -> dict:
    """The notebook that is run: trusted set-up and checks, and of the learner's file the answers only.

    answers : source by `grade_id`; the starter stands where one is missing
    nonce   : marks the payloads of this run

    Check cells hold the inputs; their stored outputs, which no kernel sees, hold the expected values.
    """
    runner = Path(in_kernel.__file__).read_text(encoding="utf-8")
    prelude = f"{runner}\n\n{RUNNER} = make_run(get_ipython().display_pub.publish, {MEDIA_TYPE!r})\n"
    prelude += "del make_run, make_data_format, annotations\n"
    cells = [_code(prelude, {"role": "prelude"})]
    for kind, text in plan.order:
        if kind == "setup":
            cells.append(_code(text, {"role": "setup"}))
        elif kind == "answer":
            source = neutral(answers.get(text, plan.starters[text]))
            cells.append(_code(source, {"role": "answer", "grade_id": text}))
        else:
            cells.append(_check_cell(plan.checks[text], nonce))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def neutral(source: str) -> str:
    """An answer without the comments that steer nbval, and as text that can be written as UTF-8."""
    lines = []
    for line in source.encode("utf-8", "replace").decode("utf-8").splitlines():
        stripped = line.strip()
        is_marker = stripped.startswith("#") and stripped.lstrip("#").strip() in NBVAL_MARKERS
        lines.append(line[: len(line) - len(line.lstrip())] + "#" if is_marker else line)
    return "\n".join(lines)


def _check_cell(check: PreparedCheck, nonce: str) -> dict:
    arguments = json.dumps([nonce, check.target, check.call_source, list(check.cases)])
    source = f"{RUNNER}(*__import__('json').loads({arguments!r}), globals())"
    cell = _code(source, {"role": "check", "check": check.check_id, "seconds": check.seconds})
    cell["execution_count"] = 1  # nbval compares nothing in a cell without one
    payload = {"nonce": nonce, "expected": list(check.expected)}
    cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {MEDIA_TYPE: payload}}]
    return cell


def _code(source: str, course: dict) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "",
        "metadata": {"course": course},
        "outputs": [],
        "source": source,
    }
