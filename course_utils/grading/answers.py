"""Reading a learner's notebook without running it: answers by `grade_id`, and what is odd about the file."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

MAX_NOTEBOOK_BYTES = 20_000_000
MAX_DEPTH = 40
MAX_CELLS = 2_000
MAX_ANSWER_CHARACTERS = 200_000


class BadSubmission(ValueError):
    """The file is no notebook that can be graded; the text says why."""


@dataclass
class Submission:
    """The answers of one notebook.

    sources : source by `grade_id`
    flags   : what was noticed, in words
    other_names : names that other code cells of the notebook define
    exercise : the name of the exercise that the notebook claims to be
    """

    sources: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    other_names: set[str] = field(default_factory=set)
    exercise: str = ""


def read_bytes(path: Path, limit: int = MAX_NOTEBOOK_BYTES) -> bytes:
    """The bytes of a regular file of limited size; follows no symbolic link and waits for no pipe.

    Raises BadSubmission otherwise.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if os.path.islink(path):
            raise BadSubmission("a symbolic link, not a file")
        handle = os.open(path, flags)
    except OSError as error:
        raise BadSubmission(f"cannot be read: {error.strerror or error}") from error
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise BadSubmission("not a regular file")
        if status.st_size > limit:
            raise BadSubmission(
                f"too large: {status.st_size / 1e6:.1f} MB, at most {limit / 1e6:g} MB are read"
            )
        return stream.read(limit + 1)


def parse_notebook(content: bytes) -> dict:
    """The notebook in `content`, as JSON data of nbformat 4 with its cells checked one by one.

    Raises BadSubmission, saying why, where it is none: empty, another encoding, broken, too deep, too old.
    """
    if not content.strip():
        raise BadSubmission("the file is empty")
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise BadSubmission("too large")
    _check_depth(content)
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadSubmission("the text is not UTF-8")
    try:
        notebook = json.loads(text, parse_constant=lambda name: None, parse_int=_integer)
    except RecursionError as error:
        raise BadSubmission("the JSON is nested too deep") from error
    except (ValueError, MemoryError) as error:
        raise BadSubmission(f"the file is no valid JSON: {error}"[:200]) from error
    if not isinstance(notebook, dict):
        raise BadSubmission("the file is no notebook")
    version = notebook.get("nbformat")
    if version != 4:
        raise BadSubmission(
            f"nbformat {str(version)[:20]}; open the notebook in JupyterLab and save it, format 4 is needed"
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise BadSubmission("the notebook has no list of cells")
    if len(cells) > MAX_CELLS:
        raise BadSubmission(f"{len(cells)} cells; at most {MAX_CELLS} are read")
    return notebook


def _integer(text: str) -> int:
    return int(text) if len(text) < 400 else 0


def _check_depth(content: bytes) -> None:
    """Bound the nesting before the JSON parser sees it; brackets inside strings count for nothing."""
    depth = 0
    in_text = False
    escaped_at = -1
    for match in re.finditer(rb'[\[\]{}"\\]', content):
        character = match.group()
        if in_text:
            if match.start() == escaped_at:
                continue
            if character == b"\\":
                escaped_at = match.start() + 1
            elif character == b'"':
                in_text = False
        elif character == b'"':
            in_text = True
        elif character in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadSubmission(f"the JSON is nested deeper than {MAX_DEPTH} levels")
        elif character in b"]}":
            depth -= 1


def cell_source(cell: object) -> str | None:
    """The source of a code cell as text, or None where the cell is no code cell."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        if not all(isinstance(line, str) for line in source):
            return None
        source = "".join(source)
    return source if isinstance(source, str) else None


def extract(notebook: dict, answer_ids: list[str]) -> Submission:
    """Take the answers named in `answer_ids` out of a parsed notebook.

    A duplicated answer counts in its last copy. Where no cell carries the mark, the last code cell that
    defines the name stands in. Both are flagged, and so is an answer that is missing.
    """
    found: dict[str, list[str]] = {}
    unmarked: list[str] = []
    for cell in notebook["cells"]:
        source = cell_source(cell)
        if source is None:
            continue
        metadata = cell.get("metadata")
        grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
        if isinstance(grade_id, str) and grade_id in answer_ids:
            found.setdefault(grade_id, []).append(source)
        elif not (isinstance(metadata, dict) and "check" in metadata):
            unmarked.append(source)
    submission = Submission(exercise=_exercise_name(notebook))
    for grade_id in answer_ids:
        sources = found.get(grade_id, [])
        if len(sources) > 1 and len(set(sources)) > 1:
            submission.flags.append(
                f"{grade_id}: {len(sources)} cells carry this answer, the last one counts"
            )
        if not sources:
            pattern = re.compile(rf"^(def\s+{grade_id}\s*\(|{grade_id}\s*=[^=])", re.MULTILINE)
            sources = [source for source in unmarked if pattern.search(source)]
            if sources:
                submission.flags.append(
                    f"{grade_id}: the answer cell is missing, another cell defines the name"
                )
        if not sources:
            submission.flags.append(f"{grade_id}: the answer is missing")
            continue
        source = sources[-1]
        if len(source) > MAX_ANSWER_CHARACTERS:
            submission.flags.append(
                f"{grade_id}: the answer is longer than {MAX_ANSWER_CHARACTERS} characters"
            )
            continue
        submission.sources[grade_id] = source
    for source in unmarked:
        submission.other_names |= defined_names(source)
    return submission


def _exercise_name(notebook: dict) -> str:
    metadata = notebook.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    name = course.get("exercise") if isinstance(course, dict) else None
    return name if isinstance(name, str) and len(name) < 200 else ""


def defined_names(source: str) -> set[str]:
    """Names that a cell defines at its top level, as far as its text tells."""
    found = re.findall(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=[^=]", source, re.MULTILINE)
    return {function or variable for function, variable in found}


def borrowed_modules(sources: dict[str, str], setup: list[str]) -> dict[str, list[str]]:
    """By `grade_id`, the modules of the course that an answer imports and the set-up does not.

    The exercises ask to write these functions; a class is graded without the modules.
    """
    allowed = {name for source in setup for name in _imports(source)}
    borrowed = {}
    for grade_id, source in sources.items():
        names = sorted(name for name in _imports(source) if name not in allowed)
        if names:
            borrowed[grade_id] = names
    return borrowed


def _imports(source: str) -> set[str]:
    try:
        tree = ast.parse(
            "\n".join("" if line.startswith(("%", "!")) else line for line in source.splitlines())
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name for name in names if name.split(".")[0] == "course_utils"}
