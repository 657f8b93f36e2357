"""What a built lesson shows: its stored outputs as text."""

import nbformat

from course_utils.layout import find_course


def printed(lesson: str) -> str:
    """All text that a lesson's cells print or return. lesson : path below notebooks/, without .ipynb."""
    notebook = nbformat.read(find_course().notebooks / f"{lesson}.ipynb", as_version=4)
    parts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            parts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)
