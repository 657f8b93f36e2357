"""Grading a class: every notebook below a folder, on one secret seed, in a sandbox, resumable.

A result is one file, written in one step. A run that is killed and started again takes the results whose key
still fits, the hash of answers, exercise, version, seed and sandbox, and grades the rest.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import course_utils
from course_utils.grading.answers import BadSubmission, borrowed_modules, extract, parse_notebook, read_bytes
from course_utils.grading.collect import Found, notebooks_in, safe_name
from course_utils.grading.exercise import Exercise, ExerciseError, load_exercise
from course_utils.grading.files import write_atomic
from course_utils.grading.plan import Plan, make_plan
from course_utils.grading.processes import EngineServer, engine_server
from course_utils.grading.report import (
    FINAL,
    SubmissionReport,
    read_submission,
    write_class,
    write_submission,
)
from course_utils.grading.run import GraderError, run_answers
from course_utils.grading.sandbox import TIERS, Sandbox, make_support

GRADER_VERSION = 1


@dataclass(frozen=True)
class Task:
    """One submission to run; all a worker needs, also on another machine."""

    report: dict
    plan: str
    answers: dict[str, str]
    tier: str
    limits: dict


@dataclass
class BatchResult:
    """What a run did: all reports, and how many of them were graded now."""

    reports: list[SubmissionReport]
    graded_now: int
    seconds: float


class OutInUse(RuntimeError):
    """Another grader writes to the same folder."""


def load_exercises(places: list[Path]) -> dict[str, Exercise]:
    """Exercises by name from sources, manifests, or folders of either.

    Raises ExerciseError where there is none.
    """
    exercises: dict[str, Exercise] = {}
    for place in places:
        if place.is_dir():
            files = sorted([*place.glob("*/exercises/*.py"), *place.glob("**/*.json")])
            files = files or sorted(place.glob("*.py"))
        else:
            files = [place]
        for file in files:
            exercise = load_exercise(file)
            exercises[exercise.name] = exercise
    if not exercises:
        raise ExerciseError("no exercise found; name a source or a manifest with --exercise")
    return exercises


def which_exercise(claimed: str, file: str, exercises: dict[str, Exercise]) -> str:
    """The exercise of a notebook: the only one, the one it claims or its file name tells; else ""."""
    if len(exercises) == 1:
        return next(iter(exercises))
    if claimed in exercises:
        return claimed
    stem = Path(file).stem
    fitting = [name for name in exercises if name.rpartition("/")[2] in stem]
    return fitting[0] if len(fitting) == 1 else ""


def grade_folder(
    submissions: Path,
    out: Path,
    exercises: dict[str, Exercise],
    *,
    tier: str,
    seed: int | None = None,
    only: list[str] | None = None,
    regrade: bool = False,
    jobs: int = 2,
    limits: dict | None = None,
    backend: str = "threading",
    progress: Callable[[int, int], object] | None = None,
) -> BatchResult:
    """Grade every notebook below `submissions` and write the reports to `out`.

    exercises : by name, with solutions
    tier      : "A", "B" or "none", see `sandbox.choose_tier`
    seed      : of the inputs; default the seed of an earlier run in `out`, else a new secret one
    only      : patterns for student or file; others keep the reports they have
    regrade   : grade again what has a report
    jobs      : submissions at a time
    limits    : fields of `engine.Limits` that differ
    backend   : "threading", or a joblib backend such as "dask"
    progress  : called with (done, total) after each submission

    A bad submission gets a status and never ends the run. Raises OutInUse where another run writes to `out`,
    ExerciseError where a solution or a check fails, FileNotFoundError where there is no such folder.
    """
    started = time.monotonic()
    submissions, out = Path(submissions), Path(out)
    if not submissions.is_dir():
        raise FileNotFoundError(f"there is no folder {submissions}")
    out.mkdir(parents=True, exist_ok=True)
    with _only_grader(out):
        seed = _seed_of_run(out, seed)
        run = {
            "seed": str(seed),
            "tier": tier,
            "sandbox": TIERS[tier],
            "version": course_utils.__version__,
            "exercises": {name: exercise.digest for name, exercise in exercises.items()},
            "started": _now(),
        }
        write_atomic(out / "run.json", (json.dumps(run, indent=1, sort_keys=True) + "\n").encode())
        plans: dict[str, Plan] = {}
        reports: list[SubmissionReport] = []
        tasks: list[Task] = []
        for path, found in notebooks_in(submissions):
            report, answers = _read(path, found, exercises, tier, seed)
            if only and not _wanted(found, only):
                earlier = read_submission(out / "results" / f"{report.identity}.json")
                reports += [earlier] if earlier else []
                continue
            earlier = None if regrade else read_submission(out / "results" / f"{report.identity}.json")
            if earlier is not None and earlier.key == report.key and earlier.status in FINAL:
                reports.append(earlier)
                continue
            if answers is None:
                report.graded_at = _now()
                write_submission(report, out)
                reports.append(report)
                continue
            if report.exercise not in plans:
                plans[report.exercise] = make_plan(exercises[report.exercise], seed)
            tasks.append(
                Task(report.__dict__, plans[report.exercise].to_json(), answers, tier, dict(limits or {}))
            )
        if progress:
            progress(0, len(tasks))
        for done, report in enumerate(run_tasks(tasks, jobs, backend), start=1):
            write_submission(report, out)
            reports.append(report)
            if progress:
                progress(done, len(tasks))
        write_class(reports, out, run)
    return BatchResult(reports, len(tasks), time.monotonic() - started)


def _wanted(found: Found, only: list[str]) -> bool:
    return any(fnmatch.fnmatch(text, pattern) for text in (found.student, found.name) for pattern in only)


def run_tasks(tasks: list[Task], jobs: int, backend: str) -> Iterator[SubmissionReport]:
    """Run tasks on joblib's pool and give each report as soon as it is there.

    Threads are enough on one machine, since each submission runs in processes of its own.
    """
    import joblib

    if not tasks:
        return
    # Only threads can use the server: it is asked over a socket of this process.
    with contextlib.ExitStack() as stack:
        server = engine_server() if backend == "threading" else None
        if server is not None:
            stack.enter_context(server)
        stack.enter_context(joblib.parallel_config(backend=backend, n_jobs=jobs))
        pool = joblib.Parallel(return_as="generator_unordered", pre_dispatch="2*n_jobs", batch_size=1)
        yield from pool(joblib.delayed(grade_task)(task, server) for task in tasks)


def grade_task(task: Task, server: EngineServer | None = None) -> SubmissionReport:
    """Run one submission. Never raises: a failure of the grader becomes the status "error"."""
    report = SubmissionReport(**task.report)
    started = time.monotonic()
    try:
        plan = _parsed_plan(task.plan)
        sandbox = _sandbox(task.plan, task.tier)
        try:
            outcome = run_answers(plan, task.answers, sandbox, task.limits, server)
        except GraderError:  # once more: the machine may be busy
            outcome = run_answers(plan, task.answers, sandbox, task.limits, server)
        report.status = "graded"
        report.checks = list(outcome.results)
        report.stopped = outcome.stopped
    except Exception as error:
        report.status = "error"
        report.problem = f"{type(error).__name__}: {error}"[:300]
    report.seconds = round(time.monotonic() - started, 2)
    report.graded_at = _now()
    return report


@functools.lru_cache(maxsize=64)
def _parsed_plan(text: str) -> Plan:
    return Plan.from_json(text)


@functools.lru_cache(maxsize=64)
def _sandbox(plan_text: str, tier: str) -> Sandbox:
    """The sandbox for one exercise, with the modules of the course that its set-up imports."""
    if tier == "none":
        return Sandbox("none")
    folder = Path(tempfile.mkdtemp(prefix="course-grade-c-"))
    _support_folders.append(folder)
    support, shared = make_support(_parsed_plan(plan_text).setup, folder, tier)
    return Sandbox(tier, support, shared)


_support_folders: list[Path] = []


def remove_support() -> None:
    """Remove the copies of course modules that this process made."""
    while _support_folders:
        shutil.rmtree(_support_folders.pop(), ignore_errors=True)
    _sandbox.cache_clear()


def _read(
    path: Path, found: Found, exercises: dict[str, Exercise], tier: str, seed: int
) -> tuple[SubmissionReport, dict[str, str] | None]:
    """A report to fill and the answers to run, or None in their place where there is nothing to run."""
    identity = safe_name(found.student, found.name)
    report = SubmissionReport(
        identity=identity,
        student=found.student,
        file=found.name,
        exercise="",
        title="",
        status="unreadable",
        key="",
        tier=tier,
        seed=str(seed),
        version=course_utils.__version__,
        problem=found.problem,
    )
    try:
        if found.problem:
            raise BadSubmission(found.problem)
        notebook = parse_notebook(read_bytes(path))
        name = which_exercise(extract(notebook, []).exercise, found.name, exercises)
        if not name:
            report.status = "unknown exercise"
            report.problem = "the notebook belongs to none of the exercises that are graded"
            report.key = _key(report, "")
            return report, None
        exercise = exercises[name]
        submission = extract(notebook, list(exercise.answers))
    except (BadSubmission, RecursionError, MemoryError, ValueError, OSError) as error:
        report.problem = str(error)[:300]
        report.key = _key(report, report.problem)
        return report, None
    report.exercise, report.title = name, exercise.title
    report.flags = submission.flags
    for grade_id, modules in borrowed_modules(submission.sources, exercise.setup_sources()).items():
        report.flags.append(
            f"{grade_id}: imports {', '.join(modules)}, which is not there when a class is graded"
        )
    report.key = _key(report, exercise.digest, *sorted(f"{k}\0{v}" for k, v in submission.sources.items()))
    return report, submission.sources


def _key(report: SubmissionReport, *parts: str) -> str:
    text = "\0\0".join([str(GRADER_VERSION), report.version, report.seed, report.tier, *parts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _seed_of_run(out: Path, seed: int | None) -> int:
    if seed is not None:
        return seed
    try:
        return int(json.loads((out / "run.json").read_text(encoding="utf-8"))["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.randbits(63)


@contextlib.contextmanager
def _only_grader(out: Path) -> Iterator[None]:
    """Hold a lock on `out` that the system releases even after kill -9."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with open(out / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutInUse(
                f"another grader is writing to {out}; wait for it or choose another --out"
            ) from error
        yield


def remove_leftovers(older_than_seconds: float = 3600.0) -> int:
    """Remove run folders that a killed grader left in the temporary folder; returns how many."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob("course-grade-*"):
        try:
            mine = folder.is_dir() and not folder.is_symlink()
            if (
                mine
                and time.time() - folder.stat().st_mtime > older_than_seconds
                and os.access(folder, os.W_OK)
            ):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        except OSError:
            continue
    return removed


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
