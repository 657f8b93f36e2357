"""`course build`: all notebooks, or some, only what changed, two at a time, with progress."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed
from tqdm import tqdm

from course_utils.building.convert import differences, read_notebook, read_source, write_notebook
from course_utils.building.dependencies import input_digest
from course_utils.building.execute import CellFailed, execute
from course_utils.building.outputs import UnwantedOutput, keep_clock_outputs, normalise
from course_utils.grading.exercise import load_exercise
from course_utils.grading.files import write_atomic
from course_utils.grading.release import starter_text
from course_utils.layout import Course


@dataclass(frozen=True)
class Built:
    """What became of one source: "built", "unchanged" or "failed", with seconds and the reason."""

    source: Path
    outcome: str
    seconds: float = 0.0
    reason: str = ""


def is_current(source: Path, course: Course) -> bool:
    """True when the notebook was built from this very source with the course's present code."""
    notebook = course.notebook_of(source)
    if differences(source, notebook):
        return False
    stored = read_notebook(notebook).metadata.get("course", {}).get("inputs")
    return stored == input_digest(source, course.root)


def build_lesson(source: Path, course: Course) -> float:
    """Execute one lesson and write its notebook.

    Returns the seconds its cells took. Raises CellFailed or UnwantedOutput; the notebook that
    was there stays as it is then.
    """
    target = course.notebook_of(source)
    notebook = read_source(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    seconds = execute(notebook, target.parent)
    normalise(notebook)
    keep_clock_outputs(notebook, read_notebook(target) if target.exists() else None)
    notebook.metadata["course"] = {"inputs": input_digest(source, course.root)}
    write_notebook(notebook, target)
    return seconds


def _build_one(source: Path, course: Course, force: bool) -> Built:
    try:
        if source.parent.name == "exercises":
            return _build_exercise(source, course)
        if not force and is_current(source, course):
            return Built(source, "unchanged")
        return Built(source, "built", build_lesson(source, course))
    except (CellFailed, UnwantedOutput) as error:
        return Built(source, "failed", reason=str(error))
    except Exception:
        return Built(source, "failed", reason=traceback.format_exc())


def _build_exercise(source: Path, course: Course) -> Built:
    starter = course.notebook_of(source)
    text = starter_text(load_exercise(source))
    if starter.exists() and starter.read_text(encoding="utf-8") == text:
        return Built(source, "unchanged")
    write_atomic(starter, text.encode())
    return Built(source, "built")


def build(sources: Iterable[Path], course: Course, *, force: bool = False, jobs: int = 2) -> list[Built]:
    """Build the notebooks of the given sources.

    force : also those that are current; jobs : notebooks at a time
    Returns one Built a source, in the order given; prints progress to stderr.
    """
    sources = list(sources)
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_build_one)(source, course, force) for source in sources
    )
    bar = tqdm(work, total=len(sources), desc="building", unit="notebook", file=sys.stderr)
    done = []
    for result in bar:
        name = result.source.relative_to(course.sources)
        if result.outcome == "built":
            bar.write(f"built      {name}  {result.seconds:.1f} s", file=sys.stderr)
        elif result.outcome == "failed":
            bar.write(f"FAILED     {name}\n{result.reason}", file=sys.stderr)
        done.append(result)
    return done


def check(sources: Iterable[Path], course: Course) -> list[str]:
    """What differs between sources and notebooks, one line a difference; empty when all agree."""
    found: list[str] = []
    for source in sources:
        if source.parent.name == "exercises":
            starter = course.notebook_of(source)
            if not starter.exists() or starter.read_text(encoding="utf-8") != starter_text(
                load_exercise(source)
            ):
                found.append(f"{starter.relative_to(course.root)}: is not the starter of its source")
        else:
            found += differences(source, course.notebook_of(source))
    known = {course.notebook_of(source) for source in course.lesson_sources() + course.exercise_sources()}
    for notebook in sorted(course.notebooks.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in notebook.parts and notebook not in known:
            found.append(f"{notebook.relative_to(course.root)}: has no source")
    return found
