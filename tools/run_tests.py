"""`make test`: format, style, and every test that needs no browser, two at a time.

python tools/run_tests.py                  for a user
python tools/run_tests.py --only-browser   the tests in a real JupyterLab
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from course_utils.threads import ONE_BLAS_THREAD

ROOT = Path(__file__).resolve().parent.parent
ATTACKS = "tests/grading/test_attacks.py"
PARALLEL = ["-n", "2", "--dist", "worksteal"]


def step(title: str, command: list[str], environment: dict[str, str]) -> int:
    """Run one part of the tests, saying what it is and how long it took; returns its exit status."""
    print(f"\n=== {title}", flush=True)
    started = time.perf_counter()
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    outcome = "passed" if status == 0 else "FAILED"
    print(f"=== {title}: {outcome} in {time.perf_counter() - started:.0f} s", flush=True)
    return status


def main() -> int:
    """Run all parts, also after one has failed; returns 0 when all passed."""
    parser = argparse.ArgumentParser(description="Run the course's tests.")
    parser.add_argument("--only-browser", action="store_true", help="the browser tests, nothing else")
    parser.add_argument("rest", nargs="*", help="further arguments for pytest")
    arguments = parser.parse_args()
    environment = {**os.environ, **ONE_BLAS_THREAD}
    python = sys.executable
    pytest = [python, "-m", "pytest", *arguments.rest]
    parts = [
        ("format", [python, "-m", "ruff", "format", "--check", "."]),
        ("style", [python, "-m", "ruff", "check", "."]),
        # The attacks go before the rest, alone: they use both processors themselves, and measure limits.
        ("attacks on the grader", [*pytest, "-p", "no:xdist", "-q", ATTACKS]),
        ("tests", [*pytest, "-m", "not browser", f"--ignore={ATTACKS}", *PARALLEL, "--durations", "15"]),
    ]
    if arguments.only_browser:
        parts = [("browser tests", [*pytest, "-m", "browser", "-p", "no:xdist", "-s", "tests/browser"])]
    failed = [title for title, command in parts if step(title, command, environment)]
    if failed and arguments.only_browser:
        # A busy machine may draw a page later than a test waits. A fault of the course fails twice.
        again = [*pytest, "-m", "browser", "-p", "no:xdist", "-s", "tests/browser", "--last-failed"]
        failed = [title for title in failed if step(f"{title}: what failed, once more", again, environment)]
    if not arguments.only_browser:
        print("\nNot run: the browser tests (tests/browser). They need chromium; .ci/run runs them.")
    print("FAILED: " + ", ".join(failed) if failed else "All parts passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
