"""Grading a class: collecting, resuming, reports, refusals, and a cluster behind the pool."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from course_utils.grading.batch import OutInUse, _only_grader, grade_folder, remove_support, which_exercise
from course_utils.grading.collect import collect, notebooks_in, safe_name, student_of
from course_utils.grading.commands import run_grade
from course_utils.grading.plan import make_plan
from course_utils.grading.report import SubmissionReport, class_csv, class_junit, csv_cell, feedback_html
from course_utils.grading.run import run_answers
from course_utils.grading.sandbox import NoSandbox, Sandbox, choose_tier, make_support
from course_utils.grading.trusted import CheckResult

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes need Linux")
COMMAND = [sys.executable, "-m", "course_utils.cli"]


def fill(folder: Path, make_notebook, count: int) -> dict[str, float]:
    """Submissions of which every second one has one wrong answer; the points by student."""
    wanted = {}
    for number in range(count):
        changes = {"half_mean": "def half_mean(x):\n    return 7.0\n"} if number % 2 else {}
        changes["sigmoid"] = f"# {number}\ndef sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n"
        place = folder / f"student{number}"
        place.mkdir(parents=True)
        (place / "work.ipynb").write_text(json.dumps(make_notebook(**changes)), encoding="utf-8")
        wanted[f"student{number}"] = 8.0 if number % 2 else 10.0
    return wanted


def scores(out: Path) -> dict[str, float]:
    rows = csv.DictReader(io.StringIO((out / "grades.csv").read_text(encoding="utf-8")))
    return {row["student"]: float(row["score"]) for row in rows}


# -- collecting


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada Lovelace_123_assignsubmission_file_/work.ipynb", "Ada Lovelace"),
        ("lovelaceada_123_456_work.ipynb", "lovelaceada"),
        ("lovelaceada_LATE_123_456_02_work.ipynb", "lovelaceada"),
        ("ada/work.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        ("../../etc/passwd.ipynb", "etc"),
        ("/abs/x.ipynb", "abs"),
        ("..\\..\\win.ipynb", "win"),
        ("-rf.ipynb", "-rf"),
    ],
)
def test_students_are_read_off_names(name, student):
    assert student_of(name) == student


@pytest.mark.parametrize("text", ["../../x", "a/b", "-rf", "", "\x00\n", "é" * 300, "con", "a" * 5000])
def test_own_names_are_safe(text):
    name = safe_name(text, text)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert not name.startswith("-")
    assert len(name) < 60


def test_zip_is_unpacked_under_names_of_our_own(tmp_path, make_notebook):
    content = json.dumps(make_notebook())
    source, out = tmp_path / "moodle.zip", tmp_path / "in" / "out"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("Ada_1_assignsubmission_file_/work.ipynb", content)
        archive.writestr("../../../escaped.ipynb", content)
        archive.writestr("/absolute.ipynb", content)
        archive.writestr("Bob_2_assignsubmission_file_/notes.txt", "hello")
        archive.writestr("__MACOSX/._work.ipynb", "x")
        archive.writestr("bomb.ipynb", b"0" * 30_000_000, compress_type=zipfile.ZIP_DEFLATED)
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found = collect(source, out)
    assert {entry.student for entry in found if not entry.problem} == {"Ada", "escaped", "absolute"}
    problems = {entry.name: entry.problem for entry in found if entry.problem}
    assert "too large" in problems["bomb.ipynb"]
    assert "symbolic link" in problems["link.ipynb"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "moodle.zip"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["out"]
    assert len(list(out.glob("*/*.ipynb"))) == 3


@linux
def test_folder_with_links_and_pipes(tmp_path, make_notebook):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.ipynb").write_text(json.dumps(make_notebook()))
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.ipynb")
    found = {found.name: found.problem for _, found in notebooks_in(folder)}
    assert found["good.ipynb"] == ""
    assert "symbolic link" in found["link.ipynb"]
    assert "not a regular file" in found["pipe.ipynb"]
    assert len(found) == 3
    collected = collect(folder, tmp_path / "out")
    assert [entry.name for entry in collected if not entry.problem] == ["good.ipynb"]


# -- reports


def sample(**changes) -> SubmissionReport:
    check = CheckResult(
        "a.b", "<b>title</b>", 2, 0, 3, 0, "failed",
        "secret 0.123", "secret 0.456", "an array", "a number", "cause 0.789 <script>", "cause <script>",
    )  # fmt: skip
    values = {
        "identity": "x-1", "student": "=cmd()", "file": "<img src=x>\x1b[2J\u202e.ipynb", "exercise": "e",
        "title": "t", "status": "graded", "key": "k", "tier": "A", "seed": "1", "version": "0",
        "checks": [check],
    }  # fmt: skip
    return SubmissionReport(**{**values, **changes})


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_spreadsheet_formula(text):
    assert csv_cell(text)[0] not in "=+-@\t\r"


def test_everything_foreign_is_escaped_and_secret_values_stay_out():
    page = feedback_html(sample())
    assert "<script>" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    for value in ("0.123", "0.456", "0.789"):
        assert value not in page
        assert value not in class_junit([sample()]).decode()
    assert "'=cmd()" in class_csv([sample()])
    class_junit([sample(student="\x00\ufffe\ud800", problem="\x08")])
    assert SubmissionReport.from_json(sample().to_json()) == sample()


# -- which exercise, which modules


def test_which_exercise_a_notebook_belongs_to(neuron):
    two = {"t/01_a": neuron, "t/02_b": neuron}
    assert which_exercise("", "x.ipynb", {"neuron": neuron}) == "neuron"
    assert which_exercise("t/02_b", "x.ipynb", two) == "t/02_b"
    assert which_exercise("", "ada_02_b (1).ipynb", two) == "t/02_b"
    assert which_exercise("t/../x", "x.ipynb", two) == ""


def test_only_what_the_setup_imports_is_carried_into_the_sandbox(tmp_path):
    support, shared = make_support(["import numpy as np"], tmp_path, "A")
    assert support == ""
    assert shared == ()
    support, _ = make_support(["from course_utils.layout import TRACKS"], tmp_path, "A")
    copied = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py")}
    assert copied == {"course_utils/__init__.py", "course_utils/layout.py"}


# -- refusals


def test_without_a_sandbox_a_batch_is_refused(monkeypatch):
    monkeypatch.setattr("course_utils.grading.sandbox.try_tier", lambda tier: "not here")
    with pytest.raises(NoSandbox, match="tier A: not here; tier B: not here.*--unsafe"):
        choose_tier()
    assert choose_tier(unsafe=True) == "none"


def test_two_graders_do_not_share_a_folder(tmp_path):
    if sys.platform == "win32":
        pytest.skip("no lock on Windows")
    with _only_grader(tmp_path), pytest.raises(OutInUse), _only_grader(tmp_path):
        pass


def test_wrong_usage_is_said(tmp_path, neuron_source, capsys, need_tier):
    need_tier("A")
    from course_utils.cli import make_parser

    out = ["--out", str(tmp_path / "out"), "--exercise"]
    for arguments, words in (
        (["grade", str(tmp_path / "none"), *out, str(neuron_source)], "no folder"),
        (["grade", str(tmp_path), *out, str(tmp_path)], "no exercise found"),
    ):
        assert run_grade(make_parser().parse_args(arguments)) == 2
        assert words in capsys.readouterr().err


# -- batches


@linux
def test_only_and_regrade(tmp_path, make_notebook, neuron, need_tier):
    need_tier("A")
    wanted = fill(tmp_path / "in", make_notebook, 3)
    out, exercises = tmp_path / "out", {neuron.name: neuron}
    first = grade_folder(tmp_path / "in", out, exercises, tier="A")
    assert first.graded_now == 3
    assert scores(out) == wanted
    assert grade_folder(tmp_path / "in", out, exercises, tier="A").graded_now == 0
    one = grade_folder(tmp_path / "in", out, exercises, tier="A", only=["student1"], regrade=True)
    assert one.graded_now == 1
    assert scores(out) == wanted
    changed = json.dumps(make_notebook(sigmoid="def sigmoid(Z):\n    return Z\n"))
    (tmp_path / "in" / "student0" / "work.ipynb").write_text(changed)
    assert grade_folder(tmp_path / "in", out, exercises, tier="A").graded_now == 1
    assert scores(out) == {**wanted, "student0": 8.0}
    assert grade_folder(tmp_path / "in", out, exercises, tier="A", seed=99).graded_now == 3
    assert scores(out) == {**wanted, "student0": 8.0}
    remove_support()


@linux
def test_killed_in_mid_run_and_resumed(tmp_path, make_notebook, neuron_source, need_tier):
    need_tier("A")
    wanted = fill(tmp_path / "in", make_notebook, 8)
    out = tmp_path / "out"
    command = [*COMMAND, "grade", str(tmp_path / "in"), "--out", str(out), "--exercise", str(neuron_source)]
    kept: dict[str, bytes] = {}
    for until in (2, 5):
        process = subprocess.Popen(
            [*command, "--jobs", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 120
        while len(list(out.glob("results/*.json"))) < until and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        now = {path.name: path.read_bytes() for path in out.glob("results/*.json")}
        assert all(now[name] == content for name, content in kept.items())
        kept = now
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{8 - len(kept)} run now" in done.stdout
    final = {path.name: path.read_bytes() for path in out.glob("results/*.json")}
    assert len(final) == 8
    assert all(final[name] == content for name, content in kept.items())
    assert scores(out) == wanted


@linux
def test_a_setup_that_imports_the_course(tmp_path, need_tier, neuron_source):
    """What the set-up imports works inside the sandbox; other modules of the course stay away."""
    need_tier("A")
    from course_utils.grading.exercise import load_exercise

    text = neuron_source.read_text(encoding="utf-8")
    text = text.replace(
        "import numpy as np", "import numpy as np\n\nfrom course_utils.layout import TRACKS", 1
    )
    source = tmp_path / "with_course.py"
    source.write_text(text)
    exercise = load_exercise(source)
    answers = {
        "sigmoid": "def sigmoid(Z):\n    assert len(TRACKS) == 5\n    return 1 / (1 + np.exp(-Z))\n",
        "cost": "from course_utils.kernels.losses import binary_cross_entropy\n"
        "def cost(A, Y):\n    return binary_cross_entropy(A, Y)[0]\n",
    }
    cells = [
        {"cell_type": "code", "metadata": {"grade_id": name}, "source": answers.get(name, answer.solution)}
        for name, answer in exercise.answers.items()
    ]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    result = grade_folder(tmp_path / "in", tmp_path / "out", {exercise.name: exercise}, tier="A")
    remove_support()
    report = result.reports[0]
    assert {check.check_id: check.score for check in report.checks} == {
        "sigmoid.values": 2, "cost.values": 0, "gradient.values": 3, "half_mean.values": 2,
    }  # fmt: skip
    assert any("imports course_utils.kernels.losses" in flag for flag in report.flags)


@linux
def test_same_marks_on_a_dask_cluster(tmp_path, make_notebook, neuron, need_tier):
    distributed = pytest.importorskip("distributed")
    need_tier("A")
    wanted = fill(tmp_path / "in", make_notebook, 4)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        result = grade_folder(
            tmp_path / "in", tmp_path / "out", {neuron.name: neuron}, tier="A", backend="dask", jobs=2
        )
    assert result.graded_now == 4
    assert scores(tmp_path / "out") == wanted


class HidingSandbox(Sandbox):
    """As where the course is installed among other packages: one of them is hidden."""

    def config(self) -> dict:
        import tqdm

        return {**super().config(), "hidden": [str(Path(tqdm.__file__).parent)]}


@linux
@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_package_among_others_can_be_hidden(tier, neuron, need_tier):
    need_tier(tier)
    code = "try:\n    import tqdm.auto\n    there = True\nexcept Exception:\n    there = False\n"
    answers = {name: answer.solution for name, answer in neuron.answers.items()}
    answers["sigmoid"] = code + "def sigmoid(Z):\n    return None if there else 1 / (1 + np.exp(-Z))\n"
    outcome = run_answers(make_plan(neuron, 3), answers, HidingSandbox(tier))
    assert [result.status for result in outcome.results] == ["passed"] * 4


def test_sandbox_none_uses_a_plain_kernel(tmp_path):
    assert "ipykernel_launcher" in Sandbox("none").kernel_argv(tmp_path)
