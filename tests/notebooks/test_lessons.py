"""Every lesson runs from top to bottom and gives the outputs that are stored in it.

One process a notebook: its cells share state, so they must not be spread over workers.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_utils.layout import find_course

COURSE = find_course()
LESSONS = [COURSE.notebook_of(source) for source in COURSE.lesson_sources()]
SANITISE = Path(__file__).with_name("sanitise.cfg")
CELL_TIMEOUT = 180  # seconds


def run_nbval(notebook: Path) -> subprocess.CompletedProcess:
    """Run one notebook under nbval in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", f"--nbval-sanitize-with={SANITISE}"]
        + [f"--nbval-cell-timeout={CELL_TIMEOUT}", "--nbval-current-env", "-p", "no:cacheprovider"]
        + ["-p", "no:xdist", "-c", "/dev/null", f"--rootdir={notebook.parent}", str(notebook)],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def ids(notebook):
    return notebook.relative_to(COURSE.notebooks).with_suffix("").as_posix()


@pytest.mark.parametrize("notebook", LESSONS, ids=ids)
def test_lesson_gives_its_stored_outputs(notebook, record_property):
    started = time.perf_counter()
    done = run_nbval(notebook)
    record_property("seconds", round(time.perf_counter() - started, 1))
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_wrong_sign_in_a_stored_output_is_found(tmp_path):
    """nbval compares exactly: change one sign in one stored output, and the run fails."""
    good = tmp_path / "good.ipynb"
    import nbformat

    from course_utils.building.execute import execute
    from course_utils.building.outputs import normalise

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import numpy as np\nnp.array([0.25, -1.5])")]
    )
    execute(notebook, tmp_path)
    normalise(notebook)
    nbformat.write(notebook, good)
    assert run_nbval(good).returncode == 0

    output = notebook.cells[0].outputs[0]
    output.data["text/plain"] = output.data["text/plain"].replace("-1.5", " 1.5")
    bad = tmp_path / "bad.ipynb"
    nbformat.write(notebook, bad)
    assert run_nbval(bad).returncode == 1


def test_a_wrong_sign_in_lesson_12_is_found(tmp_path):
    """The same on the real thing, cut to the cells up to the first signed number."""
    import nbformat

    lesson = COURSE.notebooks / "1_neural_networks" / "02_logistic_regression.ipynb"
    notebook = nbformat.read(lesson, as_version=4)
    signed = next(
        (index, output)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for output in cell.outputs
        if "mean feature of threes: -" in output.get("text", "")
    )
    index, output = signed
    notebook.cells = notebook.cells[: index + 1]
    output["text"] = output["text"].replace("threes: -", "threes: ")
    bad = tmp_path / "bad.ipynb"
    nbformat.write(notebook, bad)
    done = run_nbval(bad)
    assert done.returncode == 1
    assert "threes" in done.stdout
