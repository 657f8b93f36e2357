"""What a lesson's outputs depend on: its source and the modules of the course that it imports."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

PACKAGE = "course_utils"


def imported_modules(code: str, package: str = PACKAGE) -> set[str]:
    """Dotted names under `package` that a piece of Python imports.

    `from course_utils.plots import use_style` gives both the module and the name under it,
    since either may be a module. IPython magics are passed over.
    """
    lines = [("" if line.lstrip().startswith(("%", "!")) else line) for line in code.splitlines()]
    names: set[str] = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name == package or name.startswith(package + ".")}


def module_files(names: set[str], root: Path) -> set[Path]:
    """Files of the named modules and of everything they import, directly or not.

    names : dotted names; those that are not modules are passed over
    root  : folder that holds the package
    """
    found: set[Path] = set()
    waiting = list(names)
    while waiting:
        parts = waiting.pop().split(".")
        for length in range(1, len(parts) + 1):
            stem = root.joinpath(*parts[:length])
            for path in (stem.with_suffix(".py"), stem / "__init__.py"):
                if path.is_file() and path not in found:
                    found.add(path)
                    waiting += imported_modules(path.read_text(encoding="utf-8"))
    return found


def input_digest(source: Path, root: Path) -> str:
    """One digest of everything in the repository that a lesson's outputs depend on.

    source : the lesson's source; root : the course's folder
    Returns 16 hexadecimal digits over the source, each imported module of the course and, for a page
    that lists the lessons, their names.
    """
    code = source.read_text(encoding="utf-8")
    files = module_files(imported_modules(code), root)
    digest = hashlib.sha256(code.encode())
    if "find_course" in code:  # a map or an index: it lists the lessons that exist
        digest.update("\n".join(sorted(p.name for p in (root / "sources").rglob("*.py"))).encode())
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
