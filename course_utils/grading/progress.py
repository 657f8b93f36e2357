"""The learner's progress: lessons opened, exercises passed, in one file that survives crashes.

The file is `progress.json` in the user's data folder, or in `COURSE_HOME` where that is set. It is replaced
in one step; the version before stays beside it as `progress.json.bak`. An unreadable file is moved aside,
never deleted, and the backup takes its place. Keys that this version does not know are kept. A file that a
newer version wrote is read and left as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.grading.files import write_atomic
from course_utils.grading.trusted import CheckResult

VERSION = 1
_KEPT_ATTEMPTS = 12


def progress_path() -> Path:
    """Where the progress file is."""
    home = os.environ.get("COURSE_HOME")
    if home:
        return Path(home).expanduser() / "progress.json"
    import platformdirs

    return Path(platformdirs.user_data_dir("course-utils", appauthor=False)) / "progress.json"


@dataclass
class Progress:
    """Contents of the progress file.

    content : the JSON data
    notices : what happened while reading, in words
    writable : False where a newer version wrote the file
    """

    content: dict
    notices: list[str] = field(default_factory=list)
    writable: bool = True

    def check(self, exercise: str, check_id: str) -> dict:
        """The entry of one check, or an empty one."""
        return self.content["exercises"].get(exercise, {}).get("checks", {}).get(check_id, {})

    def hint_level(self, exercise: str, check_id: str) -> int:
        """Number of different wrong answers that this check has seen since it last passed."""
        return len(self.check(exercise, check_id).get("wrong", []))

    def exercise_score(self, exercise: str) -> tuple[float, float]:
        """Points reached and points possible, as far as checked."""
        entry = self.content["exercises"].get(exercise, {})
        checks = entry.get("checks", {}).values()
        score = sum(_number(check.get("score")) for check in checks if isinstance(check, dict))
        return round(score, 2), _number(entry.get("points"))

    def passed(self, exercise: str) -> bool:
        """Whether every point of the exercise is reached."""
        score, points = self.exercise_score(exercise)
        return points > 0 and score >= points - 1e-9

    def opened(self, lesson: str) -> bool:
        """Whether the lesson was opened."""
        return lesson in self.content["lessons"]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def read_progress(path: Path | None = None) -> Progress:
    """Read the progress file; a missing one is an empty one, an unreadable one is moved aside."""
    path = path or progress_path()
    notices: list[str] = []
    for candidate in (path, _backup(path)):
        try:
            content = json.loads(candidate.read_text(encoding="utf-8"))
            version = content["version"]
            if not isinstance(version, int) or isinstance(version, bool):
                raise ValueError("no version")
        except FileNotFoundError:
            continue
        except (ValueError, TypeError, KeyError, OSError, RecursionError):
            aside = candidate.with_name(f"{candidate.name}.unreadable-{int(time.time())}")
            with contextlib.suppress(OSError):
                os.replace(candidate, aside)
                notices.append(f"{candidate.name} could not be read; it is kept as {aside.name}")
            continue
        for section in ("lessons", "exercises"):
            if not isinstance(content.get(section), dict):
                content[section] = {}
        content["exercises"] = {
            name: entry for name, entry in content["exercises"].items() if isinstance(entry, dict)
        }
        if candidate != path:
            notices.append("the version before the last is used")
        if version > VERSION:
            notices.append(
                "a newer version of the course wrote the progress file; it is read and not changed"
            )
        return Progress(content, notices, writable=version <= VERSION)
    return Progress({"version": VERSION, "lessons": {}, "exercises": {}}, notices)


def record_check(
    exercise: str,
    points: float,
    digest: str,
    results: list[CheckResult],
    attempts: str | Mapping[str, str],
    path: Path | None = None,
) -> Progress:
    """Note the results of a check run and return the progress after it.

    points      : points of the whole exercise
    digest      : version of the exercise; another one starts it anew
    attempts    : by check id, what tells one attempt from another, so that the same attempt opens no further
                  hint, or "" where there was none; one text for all checks will do
    """
    with _changing(path) as progress:
        entry = progress.content["exercises"].setdefault(exercise, {})
        if entry.get("digest") != digest or not isinstance(entry.get("checks"), dict):
            entry["checks"] = {}
        entry.update(points=points, digest=digest, when=_now())
        for result in results:
            check = entry["checks"].setdefault(result.check_id, {})
            check.update(score=result.score, points=result.points, when=_now())
            wrong = check.get("wrong") if isinstance(check.get("wrong"), list) else []
            if result.status == "passed":
                wrong = []
            else:
                attempt = attempts if isinstance(attempts, str) else attempts.get(result.check_id, "")
                if attempt and attempt not in wrong:
                    wrong = [*wrong, attempt][-_KEPT_ATTEMPTS:]
            check["wrong"] = wrong
    return progress


def record_lessons(lessons: dict[str, float], path: Path | None = None) -> Progress:
    """Note lessons as opened; `lessons` gives the time of opening in seconds since 1970 for each name."""
    progress = read_progress(path)
    if all(progress.opened(name) for name in lessons):
        return progress
    with _changing(path) as progress:
        for name, moment in lessons.items():
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
            progress.content["lessons"].setdefault(name, {"opened": stamp})
    return progress


@contextlib.contextmanager
def _changing(path: Path | None) -> Iterator[Progress]:
    path = path or progress_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_name(path.name + ".lock")):
        progress = read_progress(path)
        yield progress
        if not progress.writable:
            return
        if path.exists():
            write_atomic(_backup(path), path.read_bytes())
        text = json.dumps(progress.content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        write_atomic(path, text.encode())


@contextlib.contextmanager
def _locked(lock: Path, wait_seconds: float = 5.0, stale_seconds: float = 20.0) -> Iterator[None]:
    """One writer at a time; a lock that a killed process left behind is taken over."""
    end = time.monotonic() + wait_seconds
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > stale_seconds or time.monotonic() > end:
                    lock.unlink()
            time.sleep(0.02)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def _backup(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
