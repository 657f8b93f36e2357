"""Imports run one way, and notebooks use only names that exist."""

import ast
import importlib
from pathlib import Path

import pytest

from course_utils.building.dependencies import imported_modules
from course_utils.layout import find_course

COURSE = find_course()
PACKAGE = COURSE.root / "course_utils"
TOPICS = {"networks", "training", "vision", "language", "audio"}

# room: the rooms whose modules it may import, besides itself
ALLOWED = {
    "kernels": set(),
    "data": set(),
    "networks": {"kernels", "data", *TOPICS},
    "training": {"kernels", *TOPICS},
    "vision": {"kernels", *TOPICS},
    "language": {"kernels", *TOPICS},
    "audio": {"kernels", *TOPICS},
    "plots": {"kernels", "data", *TOPICS},
    "explorers": {"kernels", "data", "plots", *TOPICS},
    "grading": set(),
    "building": {"grading"},
}
SHARED = {"layout", "course_utils"}  # plain facts about the course's folder, open to all


def rooms_imported(path: Path) -> set[str]:
    names = imported_modules(path.read_text(encoding="utf-8"))
    return {name.split(".")[1] for name in names if "." in name}


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_it_may(room):
    wrong = []
    for path in sorted((PACKAGE / room).rglob("*.py")):
        known = {other for other in rooms_imported(path) if (PACKAGE / other).exists()}
        wrong += [f"{path.relative_to(COURSE.root)} imports {o}" for o in known - ALLOWED[room] - {room}]
    assert not wrong, "\n".join(wrong)


def test_every_room_has_a_rule():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == set(ALLOWED)


def test_kernels_import_numpy_only():
    allowed = {"numpy", "course_utils", "__future__", "collections", "typing", "dataclasses", "functools"}
    allowed |= {"math", "enum", "itertools", "warnings"}
    for path in (PACKAGE / "kernels").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            for name in names:
                assert name.split(".")[0] in allowed, f"{path.name} imports {name}"


def names_used(source: Path) -> list[tuple[str, str]]:
    """(module, name) pairs that a source imports from the course."""
    text = "\n".join(
        "" if line.lstrip().startswith(("%", "!")) else line
        for line in source.read_text(encoding="utf-8").splitlines()
    )
    return [
        (node.module, alias.name)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "course_utils"
        for alias in node.names
    ]


SOURCES = COURSE.lesson_sources() + COURSE.exercise_sources()


@pytest.mark.parametrize(
    "source", SOURCES, ids=lambda p: p.relative_to(COURSE.sources).with_suffix("").as_posix()
)
def test_every_name_used_in_a_notebook_exists(source):
    for module, name in names_used(source):
        assert hasattr(importlib.import_module(module), name), f"{module} has no {name}"


def test_names_used_finds_a_name_that_does_not_exist(tmp_path):
    source = tmp_path / "lesson.py"
    source.write_text("# %%\n%matplotlib inline\nfrom course_utils.layout import no_such_name\n")
    ((module, name),) = names_used(source)
    assert not hasattr(importlib.import_module(module), name)
