"""The exercise format, the starter, the manifest and the proof run."""

from __future__ import annotations

import json

import nbformat
import pytest

from course_utils.grading.exercise import ExerciseError, load_exercise, parse_exercise
from course_utils.grading.release import (
    build_exercise,
    prove_exercise,
    readme_for_students,
    release_class,
)
from course_utils.layout import find_course

SETUP = "# %%\nimport numpy as np\n\n"
ANSWER = """# %% grade_id="double"
def double(x):
    # BEGIN SOLUTION: return twice x
    return 2 * x
    # END SOLUTION

"""
CHECK = """# %% check="double.values" points=10 of="double"
def cases(rng):
    return [{"x": rng.normal(size=3)} for _ in range(3)]
"""


def test_starter_is_a_valid_notebook_without_solutions(neuron_source, tmp_path):
    build_exercise(neuron_source, tmp_path / "a.ipynb", tmp_path / "a.json")
    notebook = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    nbformat.validate(notebook)
    text = (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    assert "np.exp(-Z)" not in text
    assert "BEGIN" not in text
    assert "def cases" not in text
    sources = {
        cell.metadata.get("grade_id"): cell.source for cell in notebook.cells if cell.cell_type == "code"
    }
    todo = 'raise NotImplementedError("return a number between 0 and 1 for every entry of Z")'
    assert sources["sigmoid"].endswith("    " + todo)
    assert sources["half_mean"] == "def half_mean(x):\n    total = np.mean(x) ** 2\n    return total / 2"
    assert "%load_ext course_utils.grading" in text
    checks = [cell.source for cell in notebook.cells if "check" in cell.metadata]
    assert checks == [
        "%check sigmoid.values",
        "%check cost.values",
        "%check gradient.values",
        "%check half_mean.values",
    ]


def test_building_twice_gives_the_same_bytes(neuron_source, tmp_path):
    for name in ("a", "b"):
        build_exercise(neuron_source, tmp_path / f"{name}.ipynb", tmp_path / f"{name}.json")
    assert (tmp_path / "a.ipynb").read_bytes() == (tmp_path / "b.ipynb").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_starter_and_solution_differ_in_answers_only(neuron):
    for answer in neuron.answers.values():
        common = answer.starter.splitlines()[0]
        assert answer.solution.splitlines()[0] == common
        assert answer.starter != answer.solution


def test_manifest_reads_back(neuron_source, neuron, tmp_path):
    build_exercise(neuron_source, tmp_path / "a.ipynb", tmp_path / "a.json")
    assert load_exercise(tmp_path / "a.json") == neuron


def test_proof_of_the_fixture(neuron_source):
    proof = prove_exercise(neuron_source)
    assert proof.ok, proof.table()
    assert all(result.score == 0 and result.cause for result in proof.starter)
    assert all(result.status == "passed" for result in proof.solution)


def test_proof_finds_a_starter_that_passes_and_a_solution_that_fails(tmp_path):
    starter_right = ANSWER.replace(
        "    # END SOLUTION\n",
        "    # END SOLUTION\n    # BEGIN STARTER\n    # return x + x\n    # END STARTER\n",
    )
    source = tmp_path / "easy.py"
    source.write_text(SETUP + starter_right + CHECK)
    proof = prove_exercise(source)
    assert any("starter gets 10 of 10" in problem for problem in proof.problems)
    solution_wrong = ANSWER.replace("return 2 * x", "return np.random.default_rng().normal()")
    source.write_text(SETUP + solution_wrong + CHECK)
    assert any("solution fails" in problem for problem in prove_exercise(source).problems)


@pytest.mark.parametrize(
    ("parameters", "body", "problem"),
    [
        ("case, expected, found", "return double(case['x'])", "explain fails"),  # the name of an answer
        ("case, expected, found", "return no_name if np.any(found != expected) else None", None),
        ("case, error", "return case['y']", "explain_error fails"),
        ("case, expected, found=double(1.0)", "return None", "does not run"),
    ],
)
def test_proof_finds_explanations_that_nobody_would_hear(parameters, body, problem, tmp_path):
    name = "explain_error" if "error" in parameters else "explain"
    explanation = f"def {name}({parameters}):\n    {body}\n"
    source = tmp_path / "mute.py"
    source.write_text(SETUP + ANSWER + CHECK + explanation)
    found = [
        text for text in prove_exercise(source).problems if "expla" in text and "write explain" not in text
    ]
    assert bool(found) == bool(problem)
    assert all(problem in text for text in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SETUP + ANSWER, "no check cell"),
        (ANSWER + CHECK, "no set-up cell"),
        (SETUP + ANSWER + CHECK.replace("points=10", "points=9"), "add up to 10"),
        (SETUP + ANSWER + CHECK.replace('of="double"', 'of="triple"'), "no answer cell above"),
        (SETUP + ANSWER + ANSWER + CHECK, "two answer cells"),
        (SETUP + ANSWER.replace("# END SOLUTION", "#"), "END SOLUTION"),
        (SETUP + ANSWER.replace("return 2 * x", "return 2 *"), "no valid Python"),
        (SETUP + ANSWER + CHECK.replace("def cases(rng)", "def inputs(rng)"), "must define cases"),
        (SETUP + ANSWER + CHECK.replace("cases(rng)", "cases(random)"), "the signature is cases"),
        (SETUP + ANSWER.replace('"double"', '"1double"') + CHECK, "Python name"),
        (SETUP + ANSWER + CHECK + "tolerance = (1,)\n", "tolerance"),
        (SETUP + ANSWER.replace("# BEGIN", "#").replace("# END", "#") + CHECK, 'no "# BEGIN SOLUTION"'),
    ],
)  # fmt: skip
def test_mistakes_of_authors_are_named(text, message):
    with pytest.raises(ExerciseError, match=message):
        parse_exercise(text, "test")


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("[{'x': 1.0}, {'x': 2.0}]", "at least 3"),
        ("[{'x': object()}] * 3", "something other"),
        ("[{'y': 1.0}] * 3", "solution fails"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_checks_that_cannot_run_are_named(cases, message, tmp_path):
    source = tmp_path / "bad.py"
    body = f'# %% check="double.values" points=10 of="double"\ndef cases(rng):\n    return {cases}\n'
    source.write_text(SETUP + ANSWER + body)
    with pytest.raises(ExerciseError, match=message):
        prove_exercise(source)


def test_readme_of_a_class_speaks_of_what_students_get():
    course = find_course()
    text = readme_for_students((course.root / "README.md").read_text(encoding="utf-8"))
    assert "make lab" in text
    assert "course check" in text
    assert "MIT licence" in text
    for missing in ("make test", "sources/", "tests/", "benchmarks/", "course grade", "## Teach", "## Write"):
        assert missing not in text, missing


def test_class_release_holds_no_solution(neuron_source, tmp_path):
    root, out = tmp_path / "course", tmp_path / "class"
    exercises = root / "sources" / "1_neural_networks" / "exercises"
    exercises.mkdir(parents=True)
    (exercises / "01_neuron.py").write_bytes(neuron_source.read_bytes())
    (root / "notebooks" / "1_neural_networks" / "exercises").mkdir(parents=True)
    (root / "notebooks" / "1_neural_networks" / "01_neuron.ipynb").write_text("{}")
    # The teacher's own attempt lies where the starter is; it must not be handed out.
    (root / "notebooks" / "1_neural_networks" / "exercises" / "01_neuron.ipynb").write_text("np.exp(-Z)")
    (root / "README.md").write_text("readme")
    (root / "tests").mkdir()
    (root / ".git").mkdir()
    assert release_class(root, out) == ["1_neural_networks/01_neuron"]
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert files == [
        "README.md",
        "notebooks/1_neural_networks/01_neuron.ipynb",
        "notebooks/1_neural_networks/exercises/.checks/01_neuron.json",
        "notebooks/1_neural_networks/exercises/01_neuron.ipynb",
    ]
    for path in out.rglob("*"):
        if path.is_file():
            assert "np.exp(-Z)" not in path.read_text(encoding="utf-8")
    checks = json.loads((out / files[2]).read_text(encoding="utf-8"))
    assert set(checks["checks"]) == {"sigmoid.values", "cost.values", "gradient.values", "half_mean.values"}
    with pytest.raises(FileExistsError):
        release_class(root, out)
