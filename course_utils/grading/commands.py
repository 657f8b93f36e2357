"""The grading subcommands of `course`: check, status, grade, release, collect."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from course_utils.grading.__main__ import skip_slow_import

EXIT_FAILED = 1
EXIT_USAGE = 2


def add_subcommands(commands) -> None:
    """Add the subcommands to the `course` parser; each sets `run`."""
    check = commands.add_parser("check", help="check your exercises: what is right, and what to look at")
    add_check_arguments(check)
    check.set_defaults(run=run_check)
    status = commands.add_parser("status", help="show lessons opened and exercises passed")
    add_status_arguments(status)
    status.set_defaults(run=run_status)
    grade = commands.add_parser("grade", help="grade the submissions of a class in a sandbox")
    add_grade_arguments(grade)
    grade.set_defaults(run=run_grade)
    release = commands.add_parser(
        "release", help="write what students get: starters and checks, no solutions"
    )
    add_release_arguments(release)
    release.set_defaults(run=run_release)
    collect = commands.add_parser("collect", help="gather submissions from a folder or an LMS zip")
    add_collect_arguments(collect)
    collect.set_defaults(run=run_collect)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `course check`."""
    parser.add_argument("what", help="a notebook, an exercise such as 1.2, or a track such as 1")
    parser.add_argument(
        "--only", action="append", default=[], metavar="CHECK", help="run this check only; repeatable"
    )


def run_check(arguments: argparse.Namespace) -> int:
    """`course check`: 0 where every check passes, 1 where one fails, 2 where nothing could be checked."""
    skip_slow_import()
    from course_utils.grading.learner import CheckError, check_notebook
    from course_utils.grading.places import PlaceError, find_notebooks
    from course_utils.grading.show import text_table

    try:
        notebooks = find_notebooks(arguments.what)
    except PlaceError as error:
        print(f"course check: {error}", file=sys.stderr)
        return EXIT_USAGE
    worst = 0
    for position, notebook in enumerate(notebooks):
        if position:
            print()
        try:
            report = check_notebook(notebook, arguments.only)
        except (CheckError, ValueError) as error:
            print(f"course check: {error}", file=sys.stderr)
            worst = max(worst, EXIT_USAGE)
            continue
        print(text_table(report), flush=True)
        worst = max(worst, 0 if report.passed else EXIT_FAILED)
    return worst


def add_status_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `course status`."""
    parser.add_argument("track", nargs="?", type=int, help="number of a track: list its lessons")


def run_status(arguments: argparse.Namespace) -> int:
    """`course status`."""
    from course_utils.grading.places import PlaceError, course_root
    from course_utils.grading.status import status_text

    try:
        print(status_text(course_root(), arguments.track))
    except PlaceError as error:
        print(f"course status: {error}", file=sys.stderr)
        return EXIT_USAGE
    return 0


def add_grade_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `course grade`."""
    parser.add_argument("submissions", type=Path, help="folder with notebooks, one or more a student")
    parser.add_argument("--out", type=Path, required=True, help="folder for the reports; run again to go on")
    parser.add_argument(
        "--exercise",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="source or manifest, or a folder of them; repeatable (default: all exercises of the course)",
    )
    parser.add_argument(
        "--seed", type=int, help="seed of the inputs (default: a new secret one for each --out)"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="students or files to grade, e.g. 'ada*'",
    )
    parser.add_argument("--regrade", action="store_true", help="grade again what has a report")
    parser.add_argument(
        "--jobs", type=_jobs, default=0, help="submissions at a time (default: number of cores)"
    )
    parser.add_argument("--tier", choices=["A", "B"], default="", help="insist on this sandbox")
    parser.add_argument(
        "--unsafe", action="store_true", help="where no sandbox works, run the answers with your own rights"
    )
    parser.add_argument("--wall", type=float, default=60.0, metavar="SECONDS", help="limit for one notebook")
    parser.add_argument("--cluster", metavar="ADDRESS", help="address of a Dask scheduler to grade on")


def _jobs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError("a number from 1 to 256")
    return number


def run_grade(arguments: argparse.Namespace) -> int:
    """`course grade`: 0 where every file got its status, 1 where the grader failed, 2 on wrong usage."""
    skip_slow_import()
    import os

    from course_utils.grading.batch import (
        OutInUse,
        grade_folder,
        load_exercises,
        remove_leftovers,
        remove_support,
    )
    from course_utils.grading.exercise import ExerciseError
    from course_utils.grading.places import PlaceError, course_root
    from course_utils.grading.sandbox import TIERS, NoSandbox, choose_tier
    from course_utils.grading.show import plain

    backend, client = "threading", None
    try:
        exercises = load_exercises(arguments.exercise or [course_root() / "sources"])
        tier = choose_tier(arguments.tier, arguments.unsafe)
        if arguments.cluster:
            from distributed import Client

            backend, client = "dask", Client(arguments.cluster)
        print(f"Sandbox {tier}: {TIERS[tier]}", file=sys.stderr)
        remove_leftovers()
        result = grade_folder(
            arguments.submissions,
            arguments.out,
            exercises,
            tier=tier,
            seed=arguments.seed,
            only=arguments.only,
            regrade=arguments.regrade,
            jobs=arguments.jobs or (os.cpu_count() or 2),
            limits={"wall_seconds": arguments.wall},
            backend=backend,
            progress=_progress_bar(),
        )
    except (ExerciseError, PlaceError, NoSandbox, OutInUse, FileNotFoundError, ImportError) as error:
        print(f"course grade: {error}", file=sys.stderr)
        return EXIT_USAGE
    finally:
        remove_support()
        if client is not None:
            client.close()
    counts: dict[str, int] = {}
    for report in result.reports:
        counts[report.status] = counts.get(report.status, 0) + 1
    summary = (
        ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no notebook found"
    )
    print(
        f"{len(result.reports)} submissions: {summary}; {result.graded_now} run now, {result.seconds:.0f} s"
    )
    for report in result.reports:
        if report.status == "error":
            print(plain(f"  {report.file}: {report.problem}"))
    print(f"Reports in {arguments.out}: grades.csv, index.html, junit.xml, feedback/, results/")
    return EXIT_FAILED if counts.get("error") else 0


def _progress_bar():
    """A function (done, total) that draws progress with the time left."""
    from tqdm import tqdm

    bars: list[tqdm] = []

    def show(done: int, total: int) -> None:
        if not bars:
            every = 0.1 if sys.stderr.isatty() else 10.0
            bars.append(
                tqdm(total=total, unit="notebook", desc="grading", mininterval=every, file=sys.stderr)
            )
        bars[0].update(done - bars[0].n)
        if done >= total:
            bars[0].close()

    return show


def add_release_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `course release`."""
    parser.add_argument("--out", type=Path, required=True, help="new folder for what students get")
    parser.add_argument("--manifests", type=Path, help="also write the private manifests into this folder")


def run_release(arguments: argparse.Namespace) -> int:
    """`course release`: 0 where everything is written."""
    skip_slow_import()
    from course_utils.grading.exercise import ExerciseError, load_exercise
    from course_utils.grading.files import write_atomic
    from course_utils.grading.places import PlaceError, course_root
    from course_utils.grading.release import release_class

    try:
        root = course_root()
        names = release_class(root, arguments.out)
        if arguments.manifests:
            for name in names:
                track, stem = name.split("/")
                exercise = load_exercise(root / "sources" / track / "exercises" / f"{stem}.py")
                write_atomic(arguments.manifests / track / f"{stem}.json", exercise.to_json().encode())
    except (ExerciseError, PlaceError, FileExistsError) as error:
        print(f"course release: {error}", file=sys.stderr)
        return EXIT_USAGE
    print(f"{len(names)} exercises released to {arguments.out}, without solutions")
    return 0


def add_collect_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `course collect`."""
    parser.add_argument("source", type=Path, help="a folder, or the zip that the LMS gives")
    parser.add_argument("--out", type=Path, required=True, help="folder for the submissions")


def run_collect(arguments: argparse.Namespace) -> int:
    """`course collect`: 0 where something was collected, 1 where a file could not be read."""
    from course_utils.grading.collect import collect
    from course_utils.grading.show import plain

    try:
        found = collect(arguments.source, arguments.out)
    except (ValueError, OSError) as error:
        print(f"course collect: {error}", file=sys.stderr)
        return EXIT_USAGE
    bad = [entry for entry in found if entry.problem]
    print(f"{len(found) - len(bad)} notebooks collected into {arguments.out}")
    for entry in bad:
        print(plain(f"  not taken: {entry.name}: {entry.problem}"))
    return EXIT_FAILED if bad else 0
