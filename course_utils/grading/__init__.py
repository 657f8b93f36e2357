"""Releasing, checking and grading exercises.

In a notebook: `%load_ext course_utils.grading` gives `%check`, and `check_button()` a button.
"""

from __future__ import annotations


def load_ipython_extension(shell) -> None:
    """Called by `%load_ext course_utils.grading`."""
    from course_utils.grading.in_notebook import load_magic

    load_magic(shell)


def check_button(notebook=None):
    """A button that checks the saved notebook; see `course_utils.grading.in_notebook.check_button`."""
    from course_utils.grading.in_notebook import check_button as make_button

    return make_button(notebook)
