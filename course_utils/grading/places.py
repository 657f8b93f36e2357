"""Where the course is: root, tracks and exercises; and what an argument on the command line means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

CHECKS_FOLDER = ".checks"


class PlaceError(ValueError):
    """The argument names nothing in the course."""


@dataclass(frozen=True)
class Place:
    """One exercise: the notebook, and the author's source or the public file of checks beside it."""

    name: str
    notebook: Path
    source: Path | None
    checks: Path | None


def course_root(start: Path | None = None) -> Path:
    """The folder that holds `notebooks/`: above `start` (default: here), else above the package.

    Raises PlaceError where there is none.
    """
    if os.environ.get("COURSE_ROOT"):
        return Path(os.environ["COURSE_ROOT"])
    start = Path(start or Path.cwd()).resolve()
    package = Path(__file__).resolve().parents[2]
    for folder in (start, *start.parents, package):
        if (folder / "notebooks").is_dir() and tracks(folder):
            return folder
    raise PlaceError(
        "no course found: run this inside the folder of the course, the one that holds notebooks/"
    )


def tracks(root: Path) -> list[str]:
    """Names of the tracks, in order."""
    folder = root / "notebooks"
    names = [entry.name for entry in folder.iterdir() if entry.is_dir() and re.match(r"\d+_", entry.name)]
    return sorted(names, key=_number)


def lessons(root: Path, track: str) -> list[Path]:
    """Lesson notebooks of a track, in order."""
    return sorted((root / "notebooks" / track).glob("*.ipynb"), key=lambda path: _number(path.name))


def exercise_notebooks(root: Path, track: str) -> list[Path]:
    """Exercise notebooks of a track, in order."""
    return sorted(
        (root / "notebooks" / track / "exercises").glob("*.ipynb"), key=lambda path: _number(path.name)
    )


def _number(name: str) -> tuple[int, str]:
    match = re.match(r"(\d+)", name)
    return (int(match[1]) if match else 10**6, name)


def place_of(notebook: Path, claimed: str = "") -> Place:
    """The exercise that a notebook belongs to, by its path, else by the name `claimed` in its metadata.

    Raises PlaceError where neither a source nor a file of checks is found.
    """
    notebook = Path(notebook).resolve()
    beside = notebook.parent / CHECKS_FOLDER / f"{notebook.stem}.json"
    names = []
    if notebook.parent.name == "exercises":
        names.append((f"{notebook.parent.parent.name}/{notebook.stem}", notebook.parents[2].parent))
    if re.fullmatch(r"[\w.\-]+/[\w.\-]+", claimed) and ".." not in claimed:
        for root in _possible_roots(notebook):
            names.append((claimed, root))
    for name, root in names:
        track, stem = name.split("/")
        source = root / "sources" / track / "exercises" / f"{stem}.py"
        checks = root / "notebooks" / track / "exercises" / CHECKS_FOLDER / f"{stem}.json"
        if source.is_file():
            return Place(name, notebook, source, None)
        if checks.is_file():
            return Place(name, notebook, None, checks)
    if beside.is_file():
        return Place(names[0][0] if names else notebook.stem, notebook, None, beside)
    raise PlaceError(f"{notebook.name} is no exercise of the course: there are no checks for it")


def _possible_roots(notebook: Path) -> list[Path]:
    roots = []
    for start in (notebook.parent, Path.cwd()):
        try:
            roots.append(course_root(start))
        except (PlaceError, OSError):
            continue
    return roots


def find_notebooks(what: str, root: Path | None = None) -> list[Path]:
    """Notebooks that an argument means: a file, "1.2", "02_logistic_regression", a track, or a folder.

    Raises PlaceError, listing the tracks, where it means none.
    """
    path = Path(what)
    if path.suffix == ".ipynb":
        if not path.is_file():
            raise PlaceError(f"there is no file {what}")
        return [path]
    root = root or course_root()
    names = tracks(root)
    dotted = re.fullmatch(r"(\d+)\.(\d+)", what)
    if dotted:
        found = [
            notebook
            for track in names
            if _number(track)[0] == int(dotted[1])
            for notebook in exercise_notebooks(root, track)
            if _number(notebook.name)[0] == int(dotted[2])
        ]
        if found:
            return found
        raise PlaceError(f"lesson {what} has no exercises here")
    for track in names:
        if what.strip("/") in (track, str(_number(track)[0])) or what.strip("/").endswith("/" + track):
            found = exercise_notebooks(root, track)
            if not found:
                raise PlaceError(f"{track} has no exercises yet")
            return found
    stem = what.strip("/").split("/")[-1]
    found = [
        notebook
        for track in names
        for notebook in exercise_notebooks(root, track)
        if notebook.stem == stem or notebook.stem.partition("_")[2] == stem
    ]
    if found:
        return found
    if path.is_dir() and list(path.glob("*.ipynb")):
        return sorted(path.glob("*.ipynb"))
    raise PlaceError(
        f"{what!r} is no notebook, exercise or track; give a path, a number such as 1.2, "
        f"or one of: {', '.join(names)}"
    )
