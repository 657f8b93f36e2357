"""Processes that grading starts: `python -m course_utils.grading` with `engine`, `server` or `learner`."""

from __future__ import annotations

import sys


def skip_slow_import() -> None:
    """Let nbformat start a second sooner.

    jsonschema, which nbformat imports, compiles a grammar for internationalised addresses at import, for a
    format that no notebook uses. jsonschema goes on without that package.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def main(arguments: list[str]) -> int:
    """Run the engine, the server that forks engines, or the learner's check."""
    skip_slow_import()
    if arguments[0] == "engine":
        from course_utils.grading.engine import main as run
    elif arguments[0] == "server":
        from course_utils.grading.processes import serve

        return serve(int(arguments[1]))
    else:
        from course_utils.grading.learner import main as run
    return run(arguments[1:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
