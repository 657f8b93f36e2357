"""From an author's source to what learners open: the starter notebook, the manifest, and the proof.

Two places keep what checks need.

* In the repository the sources are there, so `course check` reads `sources/<track>/exercises/NN_topic.py`
  and computes the expected values with the author's solution on the public seed.
* In a class release (`course release --out FOLDER`) there are no solutions. Beside each starter lies
  `.checks/NN_topic.json` with, for the public seed only, the inputs and the expected values of each check
  and its explanations. Marks never come from it: a class is graded on a secret seed from the manifest, which
  stays with the teacher.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.diagnose import NO_CAUSE
from course_utils.grading.exercise import Exercise, ExerciseError, load_exercise
from course_utils.grading.files import write_atomic
from course_utils.grading.plan import make_plan
from course_utils.grading.trusted import PUBLIC_SEED, CheckResult, explanation_problems, prepare, run_here

LOAD_MAGIC = "%load_ext course_utils.grading"
CLOSING_TEXT = (
    "## Check the whole notebook\n\n"
    "Save first (Ctrl+S): the check reads the file. It tells what each check expected and what came, "
    "and which hint to open next."
)
CLOSING_CODE = "from course_utils.grading import check_button\n\ncheck_button()"


def build_exercise(source: Path, notebook: Path, manifest: Path) -> None:
    """Write the starter notebook and the manifest of one exercise; the same source gives the same bytes.

    source   : `sources/<track>/exercises/NN_topic.py`
    notebook : the starter to write, `notebooks/<track>/exercises/NN_topic.ipynb`
    manifest : the private file with checks and solutions, for grading a class

    Nothing is executed. Raises ExerciseError, naming file and cell, where the source breaks the format.
    """
    exercise = load_exercise(source)
    write_atomic(notebook, starter_text(exercise).encode())
    write_atomic(manifest, exercise.to_json().encode())


def starter_text(exercise: Exercise) -> str:
    """The starter notebook as JSON text (nbformat 4.5)."""
    cells = []
    seen: dict[str, int] = {}
    magic_loaded = False
    for cell in exercise.cells:
        if cell.kind == "markdown":
            cells.append(_markdown(cell.source, seen))
        elif cell.kind == "setup":
            text = cell.source
            if not magic_loaded:
                text = f"{text}\n\n{LOAD_MAGIC}"
                magic_loaded = True
            cells.append(_code(text, _unique(f"setup-{_digest(cell.source)}", seen), {"deletable": False}))
        elif cell.kind == "answer":
            metadata = {"deletable": False, "grade_id": cell.key}
            cells.append(
                _code(exercise.answers[cell.key].starter, _unique(f"answer-{cell.key}", seen), metadata)
            )
        else:
            check = exercise.checks[cell.key]
            metadata = {
                "check": check.check_id,
                "deletable": False,
                "editable": False,
                "points": check.points,
            }
            identity = _unique("check-" + check.check_id.replace(".", "-"), seen)
            cells.append(_code(f"%check {check.check_id}", identity, metadata))
    cells.append(_markdown(CLOSING_TEXT, seen))
    cells.append(_code(CLOSING_CODE, _unique("check-all", seen), {"deletable": False}))
    notebook = {
        "cells": cells,
        "metadata": {
            "course": {"exercise": exercise.name, "points": exercise.points},
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _markdown(source: str, seen: dict[str, int]) -> dict:
    identity = _unique(f"text-{_digest(source)}", seen)
    return {
        "cell_type": "markdown",
        "id": identity,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }


def _code(source: str, identity: str, metadata: dict) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": metadata,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _unique(identity: str, seen: dict[str, int]) -> str:
    identity = identity[:58]
    seen[identity] = seen.get(identity, 0) + 1
    return identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"


@dataclass(frozen=True)
class Proof:
    """What running the starter and the solution through all checks showed.

    starter, solution : one result a check
    problems : what breaks the rule "the starter fails each check with a message, the solution passes each"
    """

    name: str
    starter: tuple[CheckResult, ...]
    solution: tuple[CheckResult, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the exercise may be released."""
        return not self.problems

    def table(self) -> str:
        """One line a check: points and what the starter is told."""
        lines = [f"{self.name}: {'proved' if self.ok else 'NOT proved'}"]
        for start, end in zip(self.starter, self.solution, strict=True):
            lines.append(
                f"  {start.check_id:<28} {start.points:g} points  starter {start.score:g}, "
                f"solution {end.score:g}  | {start.cause or start.found}"
            )
        return "\n".join([*lines, *(f"  problem: {problem}" for problem in self.problems)])


def prove_exercise(source: Path, seeds: tuple[int, ...] = (PUBLIC_SEED, 2, 3)) -> Proof:
    """Show that the starter fails each check with a message and that the solution passes each.

    source : an exercise source or a manifest
    seeds  : the checks are drawn anew for each; a solution that passes by luck is found out

    Runs the author's code in this process. Raises ExerciseError where a check's own code fails.
    """
    exercise = load_exercise(source)
    setup = exercise.setup_sources()
    problems: list[str] = []
    shown: list[tuple[list[CheckResult], list[CheckResult]]] = []
    for seed in seeds:
        checks = prepare(exercise, seed)
        for check in checks:
            problems += [
                f"{check.check_id}, seed {seed}: {text}" for text in explanation_problems(check, setup)
            ]
        starter = run_here(checks, answer_sources(exercise, "starter"), setup)
        solution = run_here(checks, answer_sources(exercise, "solution"), setup)
        shown.append((starter, solution))
        for result in starter:
            where = f"{result.check_id}, seed {seed}"
            if result.score > 0:
                problems.append(f"{where}: the starter gets {result.score:g} of {result.points:g} points")
            if not result.cause or NO_CAUSE in result.cause:
                problems.append(f"{where}: the starter fails without a likely cause; write explain()")
        for result in solution:
            if result.status != "passed":
                problems.append(
                    f"{result.check_id}, seed {seed}: the solution fails: {result.cause or result.found}"
                )
    return Proof(exercise.name, tuple(shown[0][0]), tuple(shown[0][1]), tuple(problems))


def answer_sources(exercise: Exercise, which: str) -> list[tuple[str, str]]:
    """Set-up and answer cells in order as (label, source); `which` is "starter" or "solution"."""
    pairs = []
    for cell in exercise.cells:
        if cell.kind == "setup":
            pairs.append(("set-up", cell.source))
        elif cell.kind == "answer":
            pairs.append((cell.key, getattr(exercise.answers[cell.key], which)))
    return pairs


# What a class does not get: solutions, the tests that contain them, and what belongs to one machine.
KEPT_BACK = {"sources", "tests", "benchmarks", "notebooks", "build", "dist"}


def release_class(root: Path, out: Path) -> list[str]:
    """Fill `out` with the course as students get it: lessons, starters, public checks; no solutions.

    root : the author's copy of the course
    out  : a new or empty folder

    Returns the names of the exercises. Raises FileExistsError where `out` holds something, and ExerciseError
    where an exercise does not prove, so that nothing half-ready is handed out.
    """
    root, out = Path(root), Path(out)
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; name a new folder")
    sources = sorted((root / "sources").glob("*/exercises/*.py"))
    exercises = []
    for source in sources:
        proof = prove_exercise(source, seeds=(PUBLIC_SEED,))
        if not proof.ok:
            raise ExerciseError(proof.table())
        exercises.append(load_exercise(source))
    out.mkdir(parents=True, exist_ok=True)
    for entry in sorted(root.iterdir()):
        if entry.name.startswith(".") or entry.name in KEPT_BACK or entry.resolve() == out.resolve():
            continue
        if entry.is_dir():
            shutil.copytree(entry, out / entry.name, ignore=_no_leftovers)
        elif entry.name == "README.md":
            write_atomic(out / entry.name, readme_for_students(entry.read_text(encoding="utf-8")).encode())
        elif entry.is_file():
            shutil.copyfile(entry, out / entry.name)
    for lesson in sorted((root / "notebooks").rglob("*.ipynb")):
        inside = lesson.relative_to(root / "notebooks")
        if "exercises" in inside.parts or any(part.startswith(".") for part in inside.parts):
            continue
        write_atomic(out / "notebooks" / inside, lesson.read_bytes())
    for exercise in exercises:
        track, stem = exercise.name.split("/")
        folder = out / "notebooks" / track / "exercises"
        write_atomic(folder / f"{stem}.ipynb", starter_text(exercise).encode())
        write_atomic(folder / ".checks" / f"{stem}.json", make_plan(exercise, PUBLIC_SEED).to_json().encode())
    return [exercise.name for exercise in exercises]


def readme_for_students(text: str) -> str:
    """The README without what students do not get: tests, and how to teach and to write the course."""
    opening, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = [section for section in sections if section.startswith(("## Start\n", "## Study\n"))]
    licence = text.rstrip().rpartition("\n\n")[2]
    return re.sub(r"^make test .*\n", "", "".join([opening, *kept]), flags=re.MULTILINE) + licence + "\n"


def _no_leftovers(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(".") or name in ("__pycache__", "node_modules")}
