"""`course status`: the tracks, lessons opened and exercises passed."""

from __future__ import annotations

from pathlib import Path

from course_utils.grading.places import exercise_notebooks, lessons
from course_utils.grading.progress import Progress, progress_path, read_progress, record_lessons
from course_utils.grading.show import plain
from course_utils.layout import TRACKS


def opened_lessons(root: Path) -> dict[str, float]:
    """Lessons that JupyterLab has opened, with the time: it keeps a checkpoint of each file that it opens."""
    found = {}
    for track in TRACKS:
        for lesson in lessons(root, track.folder):
            checkpoint = lesson.parent / ".ipynb_checkpoints" / f"{lesson.stem}-checkpoint.ipynb"
            if checkpoint.is_file():
                found[f"{track.folder}/{lesson.stem}"] = checkpoint.stat().st_mtime
    return found


def status_text(root: Path, track_number: int | None = None) -> str:
    """The table of the five tracks; with `track_number` also every lesson of that track."""
    opened = opened_lessons(root)
    progress = record_lessons(opened) if opened else read_progress()
    lines = [f"{'track':<42}{'lessons opened':>16}{'exercises passed':>18}{'points':>12}"]
    for track in TRACKS:
        notebooks = exercise_notebooks(root, track.folder)
        names = [f"{track.folder}/{notebook.stem}" for notebook in notebooks]
        here = [f"{track.folder}/{lesson.stem}" for lesson in lessons(root, track.folder)]
        seen = sum(progress.opened(name) for name in here)
        passed = sum(progress.passed(name) for name in names)
        score = sum(progress.exercise_score(name)[0] for name in names)
        lines.append(
            f"{track.number}  {track.title:<39}{f'{seen} of {len(track.lessons)}':>16}"
            f"{f'{passed} of {len(names)}':>18}{f'{score:g} of {10 * len(names)}':>12}"
        )
        if track_number == track.number:
            lines += _lesson_lines(progress, track, root)
    lines += ["", f"Kept in {progress_path()}", *progress.notices]
    return "\n".join(map(plain, lines))


def _lesson_lines(progress: Progress, track, root: Path) -> list[str]:
    lines = []
    by_number = {lesson.name[:2]: lesson for lesson in lessons(root, track.folder)}
    for number, title in enumerate(track.lessons, start=1):
        lesson = by_number.get(f"{number:02d}")
        if lesson is None:
            lines.append(f"   {track.number}.{number} {title:<48}not here")
            continue
        name = f"{track.folder}/{lesson.stem}"
        seen = "opened" if progress.opened(name) else "not opened"
        score, points = progress.exercise_score(name)
        exercise = f"exercises {score:g} of {points:g}" if points else "exercises not checked"
        lines.append(f"   {track.number}.{number} {title:<48}{seen:<12}{exercise}")
    return lines
