"""The `course` command: lab, build, check, grade, release, collect, status, bench."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

from course_utils.layout import Course, find_course


def _lab(arguments: argparse.Namespace) -> int:
    from course_utils.launching import serve

    return serve(find_course(), arguments.port, browser=not arguments.no_browser)


def _chosen_sources(names: list[str], course: Course) -> list[Path]:
    """Sources whose path contains one of the names; all when none is given."""
    sources = course.lesson_sources() + course.exercise_sources()
    if not names:
        return sources
    wanted = [name.removeprefix("sources/").removesuffix(".py") for name in names]
    chosen = [s for s in sources if any(w in s.relative_to(course.sources).as_posix() for w in wanted)]
    if not chosen:
        listed = "\n  ".join(s.relative_to(course.sources).as_posix() for s in sources)
        raise SystemExit(f"course build: no source matches {' '.join(names)}; there are\n  {listed}")
    return chosen


def _build(arguments: argparse.Namespace) -> int:
    from course_utils.building.build import build, check

    course = find_course()
    sources = _chosen_sources(arguments.names, course)
    if arguments.check:
        found = check(sources, course)
        print("\n".join(found) if found else f"{len(sources)} notebooks agree with their sources")
        return 1 if found else 0
    done = build(sources, course, force=arguments.force, jobs=arguments.jobs)
    counts = {what: sum(d.outcome == what for d in done) for what in ("built", "unchanged", "failed")}
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["failed"] else 0


def _bench(rest: list[str]) -> int:
    """Hand everything after `course bench` to benchmarks/run.py, options and --help included."""
    script = find_course().root / "benchmarks" / "run.py"
    return int(runpy.run_path(str(script))["main"](rest) or 0)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the `course` command with all its subcommands."""
    from course_utils.grading import commands as grading_commands

    parser = argparse.ArgumentParser(prog="course", description="Study, build, check and grade the course.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open the course in JupyterLab")
    lab.add_argument("--port", type=int, help="port to serve on (default: the first free one from 8888)")
    lab.add_argument("--no-browser", action="store_true", help="serve only; print the address")
    lab.set_defaults(run=_lab)

    build = commands.add_parser("build", help="build notebooks from sources, only what changed")
    build.add_argument("names", nargs="*", help="parts of source names, e.g. 02_logistic (default: all)")
    build.add_argument("--force", action="store_true", help="also notebooks that are current")
    build.add_argument(
        "--check", action="store_true", help="build nothing; fail where source and notebook differ"
    )
    build.add_argument("--jobs", type=int, default=2, help="notebooks at a time (default 2)")
    build.set_defaults(run=_build)

    bench = commands.add_parser("bench", help="time the kernels")
    bench.set_defaults(run=lambda _: _bench([]))

    grading_commands.add_subcommands(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the `course` command; returns its exit status."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv[:1] == ["bench"]:
            return _bench(argv[1:])
        arguments = make_parser().parse_args(argv)
        return int(arguments.run(arguments) or 0)
    except FileNotFoundError as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        sys.stderr.close()
        return 1


if __name__ == "__main__":
    sys.exit(main())
