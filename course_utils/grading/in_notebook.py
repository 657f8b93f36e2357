"""The `%check` magic and the button: what a learner uses inside JupyterLab.

Both grade the saved file in a process of its own, so the learner's variables neither help nor disturb.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from course_utils.grading.answers import BadSubmission, cell_source, parse_notebook, read_bytes
from course_utils.grading.learner import LearnerReport
from course_utils.grading.show import html_table, text_table

USAGE = "%check, %check NAME [NAME ...] or %check NAME --notebook FILE.ipynb"


class Shown:
    """Something with a text and an HTML form; notebooks show the HTML."""

    def __init__(self, text: str, markup: str) -> None:
        self.text = text
        self.markup = markup

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.markup


def notebook_path(shell: object | None = None) -> Path | None:
    """The file behind the running notebook, or None where the front end does not tell.

    JupyterLab names it in the environment of the kernel, VS Code in a variable.
    """
    candidates = [os.environ.get("JPY_SESSION_NAME", "")]
    if shell is not None:
        candidates.append(str(getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__", "")))
    for candidate in candidates:
        if candidate.endswith(".ipynb") and Path(candidate).is_file():
            return Path(candidate)
    return None


def unsaved_answers(notebook: Path, executed: list[str]) -> list[str]:
    """Answers that were run in another version than the saved one.

    executed : sources of the cells run in this session, oldest first
    """
    try:
        content = parse_notebook(read_bytes(notebook))
    except BadSubmission:
        return []
    stale = []
    for cell in content["cells"]:
        source = cell_source(cell)
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        name = metadata.get("grade_id") if isinstance(metadata, dict) else None
        if source is None or not isinstance(name, str) or not name.isidentifier():
            continue
        pattern = re.compile(rf"^(def\s+{name}\s*\(|{name}\s*=[^=])", re.MULTILINE)
        latest = next((text for text in reversed(executed) if pattern.search(text)), None)
        if latest is not None and latest.strip() != source.strip():
            stale.append(name)
    return stale


def run_check(notebook: Path, only: list[str]) -> LearnerReport | str:
    """Check the saved notebook in a process of its own; a report, or one line on why there is none."""
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    command = [sys.executable, "-P", "-m", "course_utils.grading", "learner", str(notebook), *only]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    try:
        content = json.loads(done.stdout)
    except ValueError:
        words = done.stderr.strip().splitlines()
        return f"the check ended unexpectedly: {words[-1] if words else 'no message'}"
    if "error" in content:
        return str(content["error"])
    return LearnerReport.from_json(done.stdout)


def check_here(line: str, shell: object | None = None) -> Shown:
    """What `%check` does: parse its line, find the notebook, check it, and give the table."""
    words = line.split("#")[0].split()
    notebook: Path | None = None
    if "--notebook" in words:
        place = words.index("--notebook")
        if place + 1 >= len(words):
            return _message(f"Usage: {USAGE}")
        notebook = Path(words[place + 1].strip("'\""))
        words = words[:place] + words[place + 2 :]
    notebook = notebook or notebook_path(shell)
    if notebook is None:
        return _message(
            "This front end does not tell which file the notebook is (after renaming: restart the kernel). "
            f"Name it: {USAGE}"
        )
    report = run_check(notebook, words)
    if isinstance(report, str):
        return _message(f"Not checked: {report}")
    history = list(getattr(getattr(shell, "history_manager", None), "input_hist_raw", []) or [])
    stale = unsaved_answers(notebook, history)
    if stale:
        report.notices.insert(
            0, f"Not saved yet: {', '.join(stale)} ran in another version here. Press Ctrl+S and check again."
        )
    return Shown(text_table(report), html_table(report))


def _message(text: str) -> Shown:
    return Shown(text, f'<p role="status">{html.escape(text)}</p>')


def load_magic(shell) -> None:
    """Register `%check` with a running IPython."""

    def check(line: str) -> Shown:
        """Check the saved notebook: `%check` for all, `%check NAME` for one check."""
        return check_here(line, shell)

    shell.register_magic_function(check, magic_kind="line", magic_name="check")


def check_button(notebook: str | Path | None = None):
    """A button that checks the whole saved notebook and shows the table below itself.

    notebook : path of the file; needed only where the front end does not tell it
    """
    import ipywidgets
    from IPython import get_ipython

    button = ipywidgets.Button(
        description="Check this notebook",
        tooltip="Grades the saved file. Save first: Ctrl+S",
        icon="check",
        layout=ipywidgets.Layout(width="max-content"),
    )
    answer = ipywidgets.HTML()

    def check(_) -> None:
        button.disabled = True
        button.description = "Checking..."
        try:
            line = f"--notebook {notebook}" if notebook else ""
            answer.value = check_here(line, get_ipython()).markup
        finally:
            button.disabled = False
            button.description = "Check this notebook"

    button.on_click(check)
    return ipywidgets.VBox([button, answer])
