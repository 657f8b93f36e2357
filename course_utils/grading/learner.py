"""A learner checks a notebook: what is saved is graded, on public inputs, and the answer is advice.

Also a process of its own, `python -m course_utils.grading learner NOTEBOOK [CHECK ...]`, which the magic and
the button in a notebook start: the checks then meet a fresh kernel, not the one with the learner's variables.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.grading.answers import (
    BadSubmission,
    Submission,
    borrowed_modules,
    extract,
    parse_notebook,
    read_bytes,
)
from course_utils.grading.diagnose import UNWRITTEN
from course_utils.grading.exercise import TOTAL_POINTS, load_exercise
from course_utils.grading.places import Place, PlaceError, place_of
from course_utils.grading.plan import Plan, make_plan, narrow
from course_utils.grading.trusted import PUBLIC_SEED, CheckResult


class CheckError(ValueError):
    """The notebook cannot be checked; the text says why and what to do."""


@dataclass
class LearnerReport:
    """What the learner is shown.

    results : one a check
    next_hint : by check id, the hint to open next, or ""
    saved_at : time of the file in seconds since 1970
    """

    name: str
    title: str
    notebook: str
    results: list[CheckResult]
    next_hint: dict[str, str]
    saved_at: float
    seconds: float
    notices: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Points reached in the checks that ran."""
        return round(sum(result.score for result in self.results), 2)

    @property
    def points(self) -> float:
        """Points of the checks that ran."""
        return sum(result.points for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(result.status == "passed" for result in self.results)

    def to_json(self) -> str:
        """As JSON text."""
        return json.dumps({**self.__dict__, "results": [result.to_dict() for result in self.results]})

    @staticmethod
    def from_json(text: str) -> LearnerReport:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        return LearnerReport(
            **{**content, "results": [CheckResult.from_dict(result) for result in content["results"]]}
        )


def check_notebook(notebook: Path, only: list[str] | None = None, *, record: bool = True) -> LearnerReport:
    """Grade the saved notebook on public inputs and keep the result for `course status`.

    notebook : path of the learner's file
    only     : ids of checks; default all
    record   : whether to keep the result

    Raises CheckError where the file is no exercise or cannot be read, naming what to do.
    """
    # Imported here: only a check that really runs needs it.
    from course_utils.grading.run import Engine, GraderError

    started = time.monotonic()
    notebook = Path(notebook)
    try:
        saved_at = notebook.stat().st_mtime
        content = parse_notebook(read_bytes(notebook.resolve()))
        metadata = content.get("metadata")
        course = metadata.get("course") if isinstance(metadata, dict) else None
        claimed = course.get("exercise") if isinstance(course, dict) else ""
        place = place_of(notebook, claimed if isinstance(claimed, str) else "")
    except FileNotFoundError as error:
        raise CheckError(f"there is no file {notebook}") from error
    except BadSubmission as error:
        raise CheckError(f"{notebook.name}: {error}") from error
    except PlaceError as error:
        raise CheckError(str(error)) from error
    with Engine() as engine:
        plan = load_plan(place, set(only or []))
        submission = extract(content, list(plan.starters))
        try:
            outcome = engine.run(plan, submission.sources, None, {})
        except GraderError as error:
            raise CheckError(f"the check could not run: {error}") from error
    results = [_with_place_of_names(result, submission) for result in outcome.results]
    notices = [f"note: {flag}" for flag in submission.flags]
    for grade_id, modules in borrowed_modules(submission.sources, plan.setup).items():
        notices.append(
            f"note: {grade_id} imports {', '.join(modules)}; a class is graded without it, write it yourself"
        )
    next_hint = {result.check_id: "" for result in results}
    if record:
        from course_utils.grading.progress import record_check

        attempts = {result.check_id: _attempt(result, plan, submission) for result in results}
        progress = record_check(place.name, float(TOTAL_POINTS), plan.digest, results, attempts)
        notices += progress.notices
        for result in results:
            level = progress.hint_level(place.name, result.check_id)
            next_hint[result.check_id] = hint_text(result, level)
    else:
        for result in results:
            next_hint[result.check_id] = hint_text(result, 1)
    return LearnerReport(
        name=place.name,
        title=plan.title,
        notebook=str(notebook),
        results=results,
        next_hint=next_hint,
        saved_at=saved_at,
        seconds=round(time.monotonic() - started, 2),
        notices=notices,
    )


def _attempt(result: CheckResult, plan: Plan, submission: Submission) -> str:
    """Hash of the answers that a check looks at; "" where one of them is not written yet."""
    names = plan.checks[result.check_id].of
    sources = [submission.sources.get(name) or "" for name in names]
    if result.cause_form == UNWRITTEN or sources[0].strip() == plan.starters[names[0]].strip():
        return ""
    return hashlib.sha256("\0".join(sources).encode("utf-8", "replace")).hexdigest()[:16]


def hint_text(result: CheckResult, level: int) -> str:
    """Which hint to open next after `level` different wrong answers."""
    if result.status == "passed" or not result.hints:
        return ""
    if result.cause_form == UNWRITTEN:
        return "write it; Hint 1 above helps to begin"
    if level > result.hints:
        return f"all {result.hints} hints are open; compare a small case by hand"
    return f"open Hint {max(1, level)} above"


def load_plan(place: Place, only: set[str]) -> Plan:
    """The public plan of an exercise, from its source or from the file of checks beside the notebook.

    Raises CheckError where `only` names a check that does not exist.
    """
    if place.source is not None:
        exercise = load_exercise(place.source)
        _known(only, list(exercise.checks))
        return make_plan(exercise, PUBLIC_SEED, only or None)
    plan = Plan.from_json(place.checks.read_text(encoding="utf-8"))
    _known(only, list(plan.checks))
    return narrow(plan, only) if only else plan


def _known(only: set[str], checks: list[str]) -> None:
    unknown = sorted(only - set(checks))
    if unknown:
        raise CheckError(f"there is no check {unknown[0]!r}; the checks here are: {', '.join(checks)}")


def _with_place_of_names(result: CheckResult, submission: Submission) -> CheckResult:
    """Say it where a name is undefined only because it lives in a cell that is not graded."""
    match = re.search(r"name '(\w+)' is not defined", result.found)
    if not match or match[1] not in submission.other_names:
        return result
    cause = f"`{match[1]}` is defined in another cell; only answer cells are graded, so move it into one"
    return CheckResult(**{**result.__dict__, "cause": cause})


def main(arguments: list[str]) -> int:
    """Command of the process: a notebook, then ids of checks; JSON on standard output."""
    try:
        report = check_notebook(Path(arguments[0]), arguments[1:])
    except (CheckError, ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}))
        return 2
    sys.stdout.write(report.to_json())
    return 0
