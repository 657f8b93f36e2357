"""What a learner uses: `course check`, the magic, the button, `course status`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_utils.grading.answers import BadSubmission, extract, parse_notebook
from course_utils.grading.in_notebook import check_here, notebook_path, unsaved_answers
from course_utils.grading.learner import CheckError, check_notebook
from course_utils.grading.places import PlaceError, find_notebooks
from course_utils.grading.progress import read_progress, record_check, record_lessons
from course_utils.grading.release import starter_text
from course_utils.grading.show import html_table, text_table
from course_utils.grading.status import status_text
from course_utils.grading.trusted import CheckResult


@pytest.fixture
def course(tmp_path, neuron_source, monkeypatch):
    """A small course with one exercise, and a home for progress."""
    root = tmp_path / "course"
    for folder in ("sources", "notebooks"):
        (root / folder / "1_neural_networks" / "exercises").mkdir(parents=True)
    source = root / "sources" / "1_neural_networks" / "exercises" / "02_neuron.py"
    source.write_bytes(neuron_source.read_bytes())
    (root / "notebooks" / "1_neural_networks" / "02_neuron.ipynb").write_text("{}")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(root)
    return root


def save(course: Path, notebook: dict) -> Path:
    path = course / "notebooks" / "1_neural_networks" / "exercises" / "02_neuron.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


HALF_RIGHT = {
    "sigmoid": "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n",
    "cost": "def cost(A, Y):\n    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))\n",
    "gradient": "def gradient(X, A, Y):\n    return helper(X, A, Y)\n",
    "half_mean": "def half_mean(x)\n    return 1\n",
}


def test_check_tells_right_from_wrong_and_keeps_the_result(course, make_notebook):
    notebook = make_notebook(right=False, **HALF_RIGHT)
    notebook["cells"].append(
        {"cell_type": "code", "metadata": {}, "source": "def helper(*a):\n    return 1\n"}
    )
    report = check_notebook(save(course, notebook))
    by_id = {result.check_id: result for result in report.results}
    assert {name: result.status for name, result in by_id.items()} == {
        "sigmoid.values": "passed",
        "cost.values": "failed",
        "gradient.values": "failed",
        "half_mean.values": "failed",
    }
    assert "1/m is missing" in by_id["cost.values"].cause
    assert "`helper` is defined in another cell" in by_id["gradient.values"].cause
    assert "SyntaxError" in by_id["half_mean.values"].cause
    assert report.next_hint["cost.values"] == "open Hint 1 above"
    assert report.score == 2
    text, markup = text_table(report), html_table(report)
    for shown in (text, markup):
        assert "Graded: the file as saved at" in shown
        assert "cost.values" in shown
        assert "1/m is missing" in shown
    progress = read_progress()
    assert progress.exercise_score("1_neural_networks/02_neuron") == (2, 10)
    assert not progress.passed("1_neural_networks/02_neuron")
    # The same attempt opens no further hint; another wrong one does.
    again = check_notebook(Path(report.notebook), ["cost.values"])
    assert [result.check_id for result in again.results] == ["cost.values"]
    assert again.next_hint["cost.values"] == "open Hint 1 above"
    other = make_notebook(right=False, cost="def cost(A, Y):\n    return 0.0\n")
    third = check_notebook(save(course, other), ["cost.values"])
    assert third.next_hint["cost.values"] == "open Hint 2 above"
    done = check_notebook(save(course, make_notebook()))
    assert done.passed
    assert read_progress().passed("1_neural_networks/02_neuron")
    assert "1 of 1" in status_text(course, 1)


def test_hints_open_by_attempts_at_their_own_answer_only(course, make_notebook):
    name = "1_neural_networks/02_neuron"
    for number in range(3):  # cost stays unwritten while the others are tried
        wrong = f"def sigmoid(Z):\n    return {number}.5\n"
        report = check_notebook(save(course, make_notebook(right=False, sigmoid=wrong)))
        assert report.next_hint["cost.values"] == "write it; Hint 1 above helps to begin"
    progress = read_progress()
    assert progress.hint_level(name, "cost.values") == 0
    assert progress.hint_level(name, "sigmoid.values") == 3
    broken = make_notebook(right=False, cost="def cost(A, Y):\n    return 0\n")
    assert check_notebook(save(course, broken)).next_hint["cost.values"] == "open Hint 1 above"


def test_points_have_two_digits_at_most(tmp_path):
    path = tmp_path / "progress.json"
    thirds = [CheckResult(name, name, 1.0, 0.67, 3, 2, "partly") for name in "abc"]
    assert str(record_check("a/b", 10, "d", thirds, "h", path).exercise_score("a/b")[0]) == "2.01"


def test_answers_written_in_other_ways_keep_their_points(course, make_notebook):
    loops = (
        "import math\ndef sigmoid(Z):\n    if np.ndim(Z) == 0:\n        return 1 / (1 + math.exp(-Z))\n"
        "    return [sigmoid(row) for row in Z]\n"
    )
    single = (
        "def cost(A, Y):\n    A = A.astype(np.float32); Y = Y.astype(np.float32)\n"
        "    return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))\n"
    )
    einsum = (
        "def gradient(X, A, Y):\n    m = X.shape[1]\n"
        "    return [np.einsum('im,jm->ij', X, A - Y) / m, np.einsum('im->', A - Y) / m]\n"
    )
    report = check_notebook(save(course, make_notebook(sigmoid=loops, cost=single, gradient=einsum)))
    assert report.passed, text_table(report)


def test_class_release_checks_without_sources(course, neuron, make_notebook):
    from course_utils.grading.plan import make_plan

    path = save(course, make_notebook())
    checks = path.parent / ".checks" / "02_neuron.json"
    checks.parent.mkdir()
    checks.write_text(make_plan(neuron, 1).to_json())
    (course / "sources" / "1_neural_networks" / "exercises" / "02_neuron.py").unlink()
    report = check_notebook(path, ["sigmoid.values", "half_mean.values"])
    assert [result.status for result in report.results] == ["passed", "passed"]


def test_what_cannot_be_checked_is_said(course, make_notebook, tmp_path):
    with pytest.raises(CheckError, match="there is no file"):
        check_notebook(course / "nothing.ipynb")
    path = save(course, make_notebook())
    with pytest.raises(CheckError, match=r"the checks here are: sigmoid\.values"):
        check_notebook(path, ["no.such"])
    path.write_text("{")
    with pytest.raises(CheckError, match="no valid JSON"):
        check_notebook(path)
    other = tmp_path / "other.ipynb"
    other.write_text(json.dumps({"nbformat": 4, "cells": [], "metadata": {}}))
    with pytest.raises(CheckError, match="no exercise of the course"):
        check_notebook(other)


def test_command_line(course, make_notebook):
    save(course, make_notebook(sigmoid="def sigmoid(Z):\n    return -1 / (1 + np.exp(-Z))\n"))
    command = [sys.executable, "-m", "course_utils.cli", "check", "1.2"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"course check took {time.monotonic() - started:.2f} s")
    assert done.returncode == 1
    assert "the sign is flipped" in done.stdout
    assert "8 of 10 points" in done.stdout
    done = subprocess.run([*command[:-1], "9.9"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "9.9" in done.stderr


@pytest.mark.parametrize(
    "what", ["1.2", "1", "1_neural_networks", "02_neuron", "neuron", "1_neural_networks/02_neuron"]
)
def test_names_of_exercises(course, make_notebook, what):
    path = save(course, make_notebook())
    assert [found.resolve() for found in find_notebooks(what)] == [path]


@pytest.mark.parametrize("what", ["2.1", "7", "no_such", "x.ipynb", "../etc"])
def test_names_of_nothing(course, make_notebook, what):
    save(course, make_notebook())
    with pytest.raises(PlaceError):
        find_notebooks(what)


class Shell:
    def __init__(self, *sources: str) -> None:
        self.user_ns = {}
        self.history_manager = type("History", (), {"input_hist_raw": list(sources)})()


def test_magic_grades_the_saved_file_and_says_what_is_not_saved(course, make_notebook, monkeypatch):
    path = save(course, make_notebook())
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    newer = "def sigmoid(Z):\n    return 0\n"
    shown = check_here("sigmoid.values", Shell("x = 1", newer))
    assert "Not saved yet: sigmoid" in shown.text
    assert "pass    sigmoid.values" in shown.text
    assert "<table" in shown.markup
    assert "no.such" in check_here("no.such", Shell()).text


def test_magic_without_a_path_says_how_to_name_it(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert notebook_path() is None
    assert "--notebook FILE.ipynb" in check_here("", Shell()).text


def test_unsaved_answers_compare_the_last_run(course, make_notebook, neuron):
    path = save(course, make_notebook())
    saved = neuron.answers["sigmoid"].solution
    assert unsaved_answers(path, ["def sigmoid(Z):\n    return 0", saved]) == []
    assert unsaved_answers(path, [saved, "def sigmoid(Z):\n    return 0"]) == ["sigmoid"]


def test_starter_runs_in_a_real_kernel_with_magic_and_button(course, neuron):
    from nbclient import NotebookClient
    from nbformat import reads

    notebook = reads(starter_text(neuron), as_version=4)
    path = save(course, json.loads(starter_text(neuron)))
    for cell in notebook.cells:
        if cell.metadata.get("check") not in (None, "sigmoid.values"):
            cell.source = ""
    os.environ["JPY_SESSION_NAME"] = str(path)
    try:
        NotebookClient(notebook, timeout=120).execute()
    finally:
        del os.environ["JPY_SESSION_NAME"]
    check = next(cell for cell in notebook.cells if cell.metadata.get("check") == "sigmoid.values")
    assert "not written yet" in check.outputs[0].data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[-1].outputs[0].data


# -- progress


def result(check_id: str, status: str) -> CheckResult:
    return CheckResult(check_id, check_id, 5.0, 5.0 if status == "passed" else 0.0, 3, 0, status, hints=3)


def test_progress_survives_an_unreadable_file(tmp_path):
    path = tmp_path / "progress.json"
    record_check("a/b", 10, "d", [result("x", "passed")], "h1", path)
    record_check("a/b", 10, "d", [result("y", "passed")], "h2", path)
    assert read_progress(path).passed("a/b")
    path.write_text('{"version": 1, "exer')
    progress = read_progress(path)
    assert progress.exercise_score("a/b") == (5, 10)
    assert any("could not be read" in notice for notice in progress.notices)
    assert len(list(tmp_path.glob("progress.json.unreadable-*"))) == 1
    record_check("a/b", 10, "d", [result("y", "passed")], "h2", path)
    assert read_progress(path).passed("a/b")


def test_progress_keeps_unknown_keys_and_leaves_newer_files_alone(tmp_path):
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({"version": 1, "exercises": {}, "lessons": {}, "badges": [1]}))
    record_lessons({"a/1": 0.0}, path)
    assert json.loads(path.read_text())["badges"] == [1]
    newer = json.dumps({"version": 99, "exercises": {}, "lessons": {"a/2": {}}})
    path.write_text(newer)
    assert "a newer version" in record_lessons({"a/3": 0.0}, path).notices[0]
    assert path.read_text() == newer


@pytest.mark.parametrize(
    "content", ["[]", "null", '{"version": true}', '{"version": 1, "exercises": [1]}', "\x00"]
)
def test_progress_reads_anything(tmp_path, content):
    path = tmp_path / "progress.json"
    path.write_text(content)
    record_check("a/b", 10, "d", [result("x", "failed")], "h", path)
    assert read_progress(path).hint_level("a/b", "x") == 1


def test_another_version_of_an_exercise_starts_anew(tmp_path):
    path = tmp_path / "progress.json"
    record_check("a/b", 5, "one", [result("x", "passed")], "h", path)
    assert read_progress(path).passed("a/b")
    record_check("a/b", 5, "two", [result("z", "failed")], "h", path)
    assert not read_progress(path).passed("a/b")


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    import joblib

    path = tmp_path / "progress.json"
    with joblib.parallel_config(backend="threading", n_jobs=8):
        joblib.Parallel()(
            joblib.delayed(record_check)(f"a/{n}", 5, "d", [result("x", "passed")], "h", path)
            for n in range(24)
        )
    progress = read_progress(path)
    assert all(progress.passed(f"a/{n}") for n in range(24))


def test_a_lock_of_a_killed_process_is_taken_over(tmp_path):
    path = tmp_path / "progress.json"
    lock = tmp_path / "progress.json.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    record_lessons({"a/1": 0.0}, path)
    assert read_progress(path).opened("a/1")


def test_status_counts_lessons_that_jupyterlab_opened(course):
    checkpoints = course / "notebooks" / "1_neural_networks" / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "02_neuron-checkpoint.ipynb").write_text("{}")
    text = status_text(course, 1)
    assert "1 of 5" in text
    assert len([line for line in text.splitlines() if line[:1].isdigit()]) == 5
    (checkpoints / "02_neuron-checkpoint.ipynb").unlink()
    assert "1 of 5" in status_text(course)  # once opened stays opened


# -- reading files


def test_answers_are_found_by_name_where_the_mark_is_gone(make_notebook):
    notebook = make_notebook()
    for cell in notebook["cells"]:
        if cell["metadata"].get("grade_id") == "cost":
            cell["metadata"] = {}
    submission = extract(parse_notebook(json.dumps(notebook).encode()), ["sigmoid", "cost"])
    assert "np.log" in submission.sources["cost"]
    assert any("another cell defines the name" in flag for flag in submission.flags)


@pytest.mark.parametrize(
    "content", [b"", b" ", b"nul", b'{"nbformat": 4, "cells": {}}', b'{"a": "' + b"\\" * 9]
)
def test_what_is_no_notebook_is_refused(content):
    with pytest.raises(BadSubmission):
        parse_notebook(content)


def test_brackets_in_text_do_not_count_as_depth(make_notebook):
    notebook = make_notebook(sigmoid="def sigmoid(Z):\n    return '" + "[{" * 500 + '\\"' + "'\n")
    assert parse_notebook(json.dumps(notebook).encode())["cells"]
