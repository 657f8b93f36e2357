"""The author's side of a check: inputs from a seed, expected values, and the verdict on what came back.

Everything here runs outside the learner's kernel. The author's code is executed; the learner's never is.
"""

from __future__ import annotations

import copy
import re
import zlib
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from course_utils.grading.diagnose import (
    NO_CAUSE,
    UNWRITTEN,
    Diagnosis,
    changed_in_place,
    diagnose,
    failure_text,
)
from course_utils.grading.exercise import Check, Exercise, ExerciseError, returned_names
from course_utils.grading.in_kernel import make_run
from course_utils.grading.values import MEDIA_TYPE, Failure, decode, encode, equal

PUBLIC_SEED = 1
MIN_CASES = 3
CHANGED = "changed"


@dataclass(frozen=True)
class PreparedCheck:
    """A check with the inputs and expected values of one seed, as data. Never sent to a kernel as a whole."""

    check_id: str
    points: float
    of: tuple[str, ...]
    target: str
    title: str
    tolerance: tuple[float, float]
    seconds: float
    inputs_unchanged: bool
    call_source: str
    explain_source: str
    hints: tuple[str, ...]
    cases: tuple[dict[str, Any], ...]
    expected: tuple[Any, ...]
    by_case: bool
    parts: tuple[str, ...] = ()

    def to_dict(self) -> dict:
        """As JSON data."""
        return asdict(self)

    @staticmethod
    def from_dict(content: dict) -> PreparedCheck:
        """From JSON data written by `to_dict`."""
        lists = ("of", "tolerance", "hints", "cases", "expected", "parts")
        return PreparedCheck(**{**content, **{name: tuple(content.get(name, ())) for name in lists}})


@dataclass(frozen=True)
class CheckResult:
    """The verdict on one check, and what the learner is told.

    expected, found, cause may hold values (public seed); the forms hold none (secret seed).
    """

    check_id: str
    title: str
    points: float
    score: float
    cases: int
    passed: int
    status: str  # "passed", "partly", "failed", "not run"
    expected: str = ""
    found: str = ""
    expected_form: str = ""
    found_form: str = ""
    cause: str = ""
    cause_form: str = ""
    hints: int = 0
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict:
        """As JSON data."""
        return asdict(self)

    @staticmethod
    def from_dict(content: dict) -> CheckResult:
        """From JSON data written by `to_dict`."""
        return CheckResult(**{**content, "notes": tuple(content.get("notes", ()))})


def without_magics(source: str) -> str:
    """The source with lines for IPython (`%...`, `!...`) left out, so that Python can run it."""
    return "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))


def run_sources(sources: list[str], label: str, names: dict | None = None) -> dict:
    """Execute trusted sources one after the other in one namespace and return it."""
    names = {"__name__": "__main__"} if names is None else names
    for position, source in enumerate(sources):
        exec(compile(without_magics(source), f"<{label} {position}>", "exec"), names)
    return names


def author_names(exercise: Exercise) -> dict:
    """The namespace after set-up and the author's solutions, in the order of the notebook."""
    names: dict = {"__name__": "__main__"}
    for cell in exercise.cells:
        if cell.kind == "setup":
            run_sources([cell.source], "set-up", names)
        elif cell.kind == "answer":
            run_sources([exercise.answers[cell.key].solution], f"solution {cell.key}", names)
    return names


def prepare(exercise: Exercise, seed: int, only: set[str] | None = None) -> list[PreparedCheck]:
    """Inputs and expected values of every check (or of `only` some) for one seed.

    Raises ExerciseError where a check's own code fails, has fewer than three cases, or cannot be shown as
    data.
    """
    names = author_names(exercise)
    return [
        _prepare_check(check, names, seed, _parts(check, exercise))
        for check in exercise.checks.values()
        if not only or check.check_id in only
    ]


def _parts(check: Check, exercise: Exercise) -> tuple[str, ...]:
    """Names of the returned values: the author's, or those of the solution where it is called as it is."""
    if check.parts or check.call_source or check.target not in exercise.answers:
        return check.parts
    return returned_names(exercise.answers[check.target].solution, check.target)


def _prepare_check(check: Check, author: dict, seed: int, parts: tuple[str, ...]) -> PreparedCheck:
    where = f'check "{check.check_id}"'
    names = run_sources([check.source], f"check {check.check_id}", dict(author))
    rng = np.random.default_rng([seed, zlib.crc32(check.check_id.encode())])
    try:
        cases = names["cases"](rng)
    except Exception as error:
        raise ExerciseError(f"{where}: cases(rng) failed with {type(error).__name__}: {error}") from error
    if (
        not isinstance(cases, list)
        or len(cases) < MIN_CASES
        or not all(isinstance(case, dict) for case in cases)
    ):
        raise ExerciseError(f"{where}: cases(rng) must return a list of at least {MIN_CASES} dicts")
    if check.target not in author:
        raise ExerciseError(f"{where}: no set-up or solution defines {check.target!r}")
    encoded_cases, expected = [], []
    for number, case in enumerate(cases, start=1):
        encoded = {str(key): encode(value) for key, value in case.items()}
        if any(_has_unknown(value) for value in encoded.values()):
            raise ExerciseError(
                f"{where}: case {number} holds something other than numbers, arrays, strings, lists"
            )
        f = author[check.target]
        arguments = copy.deepcopy(case)
        try:
            if "call" in names:
                value = names["call"](f, arguments)
            else:
                value = f(**arguments) if callable(f) else f
        except Exception as error:
            message = f"{where}: the solution fails in case {number} with {type(error).__name__}: {error}"
            raise ExerciseError(message) from error
        data = encode(value)
        if _has_unknown(data):
            raise ExerciseError(
                f"{where}: the solution returns {type(value).__name__}, which is no plain data"
            )
        encoded_cases.append(encoded)
        expected.append(data)
    return PreparedCheck(
        check_id=check.check_id,
        points=check.points,
        of=check.of,
        target=check.target,
        title=check.title,
        tolerance=check.tolerance,
        seconds=check.seconds,
        inputs_unchanged=check.inputs_unchanged,
        call_source=check.call_source,
        explain_source=check.explain_source,
        hints=check.hints,
        cases=tuple(encoded_cases),
        expected=tuple(expected),
        by_case=_distinct([decode(data) for data in expected], check.tolerance) >= MIN_CASES,
        parts=parts,
    )


def _has_unknown(data: object) -> bool:
    if isinstance(data, dict):
        return data.get("kind") == "other" or any(_has_unknown(item) for item in data.values())
    return isinstance(data, list) and any(_has_unknown(item) for item in data)


def _distinct(values: list, tolerance: tuple[float, float]) -> int:
    different: list = []
    for value in values:
        if not any(equal(other, value, tolerance) for other in different):
            different.append(value)
    return len(different)


def judge(
    check: PreparedCheck,
    results: list | None,
    *,
    stopped: str = "",
    setup: list[str] | None = None,
    answer_errors: dict[str, str] | None = None,
) -> CheckResult:
    """The verdict on a check.

    results : what the kernel showed, one entry a case; it is not trusted. None where nothing came
    stopped : why nothing came, in words
    setup   : sources of the set-up cells; `explain` uses their names
    answer_errors : by `grade_id`, why the cell of an answer failed
    """
    total = len(check.cases)
    broken = [f"{name}: {answer_errors[name]}" for name in check.of if name in (answer_errors or {})]
    if results is None:
        stopped = f"the answer's cell did not run, {broken[0]}" if broken else stopped
        return CheckResult(
            check.check_id, check.title, check.points, 0.0, total, 0, "not run",
            cause=stopped or "the check did not run",
            cause_form="the answer's cell did not run" if broken else stopped or "the check did not run",
            hints=len(check.hints),
        )  # fmt: skip
    results = results if isinstance(results, list) else []
    failing: list[tuple[int, object, Diagnosis]] = []
    notes: list[str] = []
    passed = 0
    for number in range(total):
        entry = results[number] if number < len(results) else None
        expected, inputs = decode(check.expected[number]), _decode_inputs(check.cases[number])
        if not isinstance(entry, dict):
            found: object = Failure("TimeLimit") if results else Failure("NoResult", "no result came")
            changed: tuple[str, ...] = ()
            warned: tuple[str, ...] = ()
        else:
            found = decode(entry.get("result"))
            changed = tuple(name for name in _texts(entry.get("changed")) if name in check.cases[number])
            warned = _texts(entry.get("warned"))
        fine = equal(expected, found, check.tolerance)
        if fine and not (changed and check.inputs_unchanged):
            passed += 1
            if changed:
                _add(notes, f"the input {', '.join(changed)} is changed in place")
            continue
        if fine:
            expected_text = f"unchanged input {', '.join(changed)}"
            text = f"the result is right, but {changed_in_place(changed, inputs)}"
            failing.append((number, found, Diagnosis(expected_text, CHANGED, expected_text, CHANGED, text)))
            continue
        diagnosis = diagnose(
            expected,
            found,
            inputs=inputs,
            changed=changed,
            warned=warned,
            tolerance=check.tolerance,
            parts=check.parts,
        )
        failing.append((number, found, diagnosis))
    if not failing:
        return CheckResult(
            check.check_id,
            check.title,
            check.points,
            check.points,
            total,
            passed,
            "passed",
            notes=tuple(notes),
        )
    diagnosis, cause, cause_form = _most_telling(check, failing, setup or [])
    if broken and any(isinstance(found, Failure) and found.missing for _, found, _ in failing):
        cause, cause_form = f"the answer's cell did not run, {broken[0]}", "the answer's cell did not run"
    score = round(check.points * passed / total, 2) if check.by_case else 0.0
    return CheckResult(
        check_id=check.check_id,
        title=check.title,
        points=check.points,
        score=score,
        cases=total,
        passed=passed,
        status="partly" if score else "failed",
        expected=diagnosis.expected,
        found=diagnosis.found,
        expected_form=diagnosis.expected_form,
        found_form=diagnosis.found_form,
        cause=cause,
        cause_form=cause_form,
        hints=len(check.hints),
        notes=tuple(notes),
    )


def point_upstream(results: list[CheckResult], checks: list[PreparedCheck]) -> list[CheckResult]:
    """Say it where an answer fails that uses another one whose own check fails: that one comes first."""
    failing = {
        check.target
        for check, result in zip(checks, results, strict=True)
        if result.status in ("failed", "partly")
    }
    told = []
    for check, result in zip(checks, results, strict=True):
        blamed = [name for name in check.of[1:] if name in failing and name != check.target]
        if result.status == "passed" or not blamed or UNWRITTEN in result.cause:
            told.append(result)
            continue
        text = f"{check.target} uses {' and '.join(blamed)}, whose own check fails: it may come from there"
        here = "" if NO_CAUSE in result.cause else f". Here: {result.cause}"
        told.append(replace(result, cause=f"{text}{here}", cause_form=text))
    return told


def _add(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item[:200] for item in value[:10] if isinstance(item, str))


def _decode_inputs(case: dict) -> dict:
    return {name: decode(value) for name, value in case.items()}


def _most_telling(
    check: PreparedCheck, failing: list[tuple[int, object, Diagnosis]], setup: list[str]
) -> tuple[Diagnosis, str, str]:
    """The failing case to show: one the author explains, else one with the most frequent likely cause."""
    functions: dict = {}
    if check.explain_source:
        try:
            functions = run_sources([*setup, check.explain_source], "explain")
        except Exception:
            functions = {}
    for number, found, diagnosis in failing:
        # Where the result is right, there is nothing for `explain` to explain.
        text = _explained(functions, check, number, found) if diagnosis.found != CHANGED else ""
        if text:
            text = f"{text}; also, {diagnosis.in_place}" if diagnosis.in_place else text
            return diagnosis, text, text
    kinds = Counter(
        re.sub(r"\d+", "#", diagnosis.cause) for _, _, diagnosis in failing if diagnosis.cause != NO_CAUSE
    )
    if kinds:
        wanted = kinds.most_common(1)[0][0]
        for _, _, diagnosis in failing:
            if re.sub(r"\d+", "#", diagnosis.cause) == wanted:
                return diagnosis, diagnosis.cause, diagnosis.cause_form
    first = failing[0][2]
    return first, first.cause, first.cause_form


def _explained(functions: dict, check: PreparedCheck, number: int, found: object) -> str:
    """What the author's explanation says about one failing case; "" where it says nothing."""
    failed = isinstance(found, Failure)
    explain = functions.get("explain_error" if failed else "explain")
    if explain is None or (failed and (found.unwritten or found.missing or found.type_name == "TimeLimit")):
        return ""
    case = _decode_inputs(check.cases[number])
    try:
        if failed:
            text = explain(case, failure_text(found))
        else:
            text = explain(case, decode(check.expected[number]), found)
    except Exception:
        # The explanation meets any wrong value; where it cannot cope, the general one stands.
        return ""
    return text.strip()[:1000] if isinstance(text, str) else ""


def explanation_problems(check: PreparedCheck, setup: list[str]) -> list[str]:
    """What goes wrong when the author's explanation meets right answers and a plain error.

    A learner's wrong value may surprise an explanation, and then the general cause is shown instead; one
    that fails on right values, too, would never be heard.

    check : with its cases and expected values
    setup : sources of the set-up cells, all that an explanation may use
    """
    if not check.explain_source:
        return []
    try:
        functions = run_sources([*setup, check.explain_source], "explain")
    except Exception as error:
        return [f"the explanation does not run: {type(error).__name__}: {error}"]
    problems = set()
    for case, expected in zip(check.cases, check.expected, strict=True):
        calls = {"explain": (decode(expected), decode(expected)), "explain_error": ("ValueError: wrong",)}
        for name, values in calls.items():
            if name not in functions:
                continue
            try:
                functions[name](_decode_inputs(case), *values)
            except Exception as error:
                problems.add(f"{name} fails on a right answer: {type(error).__name__}: {error}")
    return sorted(problems)


def run_here(
    checks: list[PreparedCheck], sources: list[tuple[str, str]], setup: list[str]
) -> list[CheckResult]:
    """Run trusted answers (starter or solution) through the checks in this process, without a kernel.

    sources : pairs (name of the cell, source), set-up and answers in order
    """
    names: dict = {"__name__": "__main__"}
    stopped: dict[str, str] = {}
    for label, source in sources:
        try:
            exec(compile(without_magics(source), f"<answer {label}>", "exec"), names)
        except Exception as error:
            stopped[label] = f"{type(error).__name__}: {error}"
    verdicts = []
    for check in checks:
        shown: list[dict] = []
        run = make_run(shown.append, MEDIA_TYPE)
        run("", check.target, check.call_source, [dict(case) for case in check.cases], names)
        verdicts.append(judge(check, shown[0][MEDIA_TYPE]["results"], setup=setup))
    return point_upstream(verdicts, checks)
