"""Gathering submissions from a folder or from the zip of a learning management system. Nothing is run.

Moodle names folders `Ada Lovelace_123_assignsubmission_file_`, Canvas names files
`lovelaceada_LATE_123_456_name.ipynb`. Any other folder or file name is the student's name as it stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import unicodedata
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from course_utils.grading.answers import MAX_NOTEBOOK_BYTES, BadSubmission, read_bytes
from course_utils.grading.files import write_atomic

MAX_FILES = 20_000
MAX_TOTAL_BYTES = 4_000_000_000
MAX_FOLDER_DEPTH = 6


@dataclass(frozen=True)
class Found:
    """One file that came in: where it was, whose it seems to be, and why it cannot be read, if so."""

    name: str
    student: str
    problem: str = ""


def student_of(name: str) -> str:
    """The student that a path inside a submission folder or zip stands for."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    if not parts:
        return "unknown"
    for part in parts[:-1]:
        moodle = re.match(r"^(.*?)_\d+_assignsubmission_", part)
        if moodle:
            return moodle[1]
    canvas = re.match(r"^([^_]+?)_(?:LATE_)?\d+_\d+_", parts[-1])
    if canvas:
        return canvas[1]
    return parts[0] if len(parts) > 1 else PurePosixPath(parts[-1]).stem


def safe_name(text: str, unique: str) -> str:
    """A file name made of letters, digits and dashes: what is readable of `text`, then a hash of `unique`."""
    readable = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "-", readable).strip("-")[:40] or "submission"
    return f"{readable}-{hashlib.sha256(unique.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def notebooks_in(folder: Path) -> list[tuple[Path, Found]]:
    """Every notebook below `folder`, in order. Follows no link; reports what is no regular file."""
    found: list[tuple[Path, Found]] = []
    pending = [(Path(folder), 0)]
    while pending:
        place, depth = pending.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            if place != Path(folder):
                name = _relative(place, folder)
                found.append(
                    (place, Found(name, student_of(name + "/x"), f"cannot be read: {error.strerror}"))
                )
                continue
            raise
        for entry in entries:
            path = Path(entry.path)
            name = _relative(path, folder)
            if entry.is_dir(follow_symlinks=False):
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    continue
                if depth < MAX_FOLDER_DEPTH:
                    pending.append((path, depth + 1))
                continue
            if not entry.name.lower().endswith(".ipynb") or entry.name.startswith("._"):
                continue
            problem = ""
            if entry.is_symlink():
                problem = "a symbolic link, not a file"
            elif not entry.is_file(follow_symlinks=False):
                problem = "not a regular file"
            found.append((path, Found(name, student_of(name), problem)))
            if len(found) > MAX_FILES:
                raise ValueError(f"more than {MAX_FILES} notebooks in {folder}")
    return sorted(found, key=lambda pair: pair[1].name)


def _relative(path: Path, folder: Path) -> str:
    # Names of files may be bytes that are no text.
    return os.fsencode(os.path.relpath(path, folder)).decode("utf-8", "replace").replace(os.sep, "/")


def collect(source: Path, out: Path) -> list[Found]:
    """Copy the notebooks of a folder or a zip into `out/STUDENT-hash/notebook.ipynb`, under names of our own.

    source : a folder, or a zip file as an LMS gives it
    out    : folder to fill; also gets `collected.json` with where each file came from

    Returns one entry a notebook, with a problem where it could not be copied. Raises ValueError where the
    source is neither, or exceeds the limits as a whole.
    """
    source, out = Path(source), Path(out)
    if source.is_dir():
        found = [
            _copy(found, out, lambda path=path: read_bytes(path), path.name)
            for path, found in notebooks_in(source)
        ]
    elif zipfile.is_zipfile(source):
        found = _collect_zip(source, out)
    else:
        raise ValueError(f"{source} is neither a folder nor a zip file")
    record = {"source": source.name, "files": [asdict(entry) for entry in found]}
    write_atomic(out / "collected.json", (json.dumps(record, indent=1, ensure_ascii=True) + "\n").encode())
    return found


def _collect_zip(source: Path, out: Path) -> list[Found]:
    found = []
    total = 0
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if len(members) > MAX_FILES:
            raise ValueError(f"{source.name} holds {len(members)} entries; at most {MAX_FILES} are read")
        for member in members:
            name = member.filename
            base = PurePosixPath(name.replace("\\", "/")).name
            if member.is_dir() or not base.lower().endswith(".ipynb") or base.startswith("._"):
                continue
            entry = Found(name, student_of(name))
            mode = member.external_attr >> 16
            if mode and stat.S_ISLNK(mode):
                found.append(Found(name, entry.student, "a symbolic link, not a file"))
                continue

            def read(member: zipfile.ZipInfo = member) -> bytes:
                with archive.open(member) as stream:
                    content = stream.read(MAX_NOTEBOOK_BYTES + 1)
                if len(content) > MAX_NOTEBOOK_BYTES:
                    raise BadSubmission(f"too large: more than {MAX_NOTEBOOK_BYTES / 1e6:g} MB")
                return content

            copied = _copy(entry, out, read, base)
            total += min(member.file_size, MAX_NOTEBOOK_BYTES)
            if total > MAX_TOTAL_BYTES:
                raise ValueError(f"{source.name} unpacks to more than {MAX_TOTAL_BYTES / 1e9:g} GB")
            found.append(copied)
    return found


def _copy(entry: Found, out: Path, read, base: str) -> Found:
    if entry.problem:
        return entry
    try:
        content = read()
    except (BadSubmission, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        return Found(entry.name, entry.student, str(error)[:200] or "cannot be read")
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", PurePosixPath(base).stem).strip("-")[:60] or "notebook"
    write_atomic(out / safe_name(entry.student, entry.name) / f"{stem}.ipynb", content)
    return entry
