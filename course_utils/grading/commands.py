"""The grading subcommands of `course`: check, status, grade, release, collect."""

from __future__ import annotations

import argparse
import sys

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
