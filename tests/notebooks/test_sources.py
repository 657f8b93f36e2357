"""Notebooks are what their sources say, and building twice gives the same file."""

import shutil
import textwrap

import nbformat
import pytest

from course_utils.building.build import build, build_lesson, check, is_current
from course_utils.building.convert import read_source
from course_utils.building.dependencies import imported_modules, input_digest
from course_utils.building.execute import CellFailed
from course_utils.building.outputs import UnwantedOutput
from course_utils.layout import Course, find_course

COURSE = find_course()


def test_every_notebook_agrees_with_its_source():
    found = check(COURSE.lesson_sources() + COURSE.exercise_sources(), COURSE)
    assert not found, "run `course build`:\n" + "\n".join(found)


@pytest.fixture
def small_course(tmp_path):
    """A course with one package module and a place for sources."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "sources" / "1_track").mkdir(parents=True)
    package = tmp_path / "course_utils"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "layout.py").write_text("TRACKS = 1\n")
    return Course(tmp_path)


def write_source(course, text, name="01_small.py"):
    source = course.sources / "1_track" / name
    source.write_text(textwrap.dedent(text).lstrip())
    return source


GOOD = """
    # %% [markdown]
    # # A lesson

    # %%
    import matplotlib.pyplot as plt
    print("one"); print("two")

    # %%
    figure, axis = plt.subplots()
    axis.plot([1, 2, 3]);

    # %% tags=["nbval-ignore-output"]
    from time import perf_counter
    print(perf_counter())
    """


def test_two_builds_give_identical_files(small_course):
    source = write_source(small_course, GOOD)
    target = small_course.notebook_of(source)
    build_lesson(source, small_course)
    first = target.read_bytes()
    build_lesson(source, small_course)
    assert target.read_bytes() == first
    notebook = nbformat.reads(first.decode(), as_version=4)
    assert [o.text for o in notebook.cells[1].outputs] == ["one\ntwo\n"]
    assert "image/png" in notebook.cells[2].outputs[-1].data
    assert not any("execution" in cell.metadata for cell in notebook.cells)


def test_a_clock_cell_keeps_its_output_until_its_text_changes(small_course):
    source = write_source(small_course, GOOD)
    target = small_course.notebook_of(source)
    build_lesson(source, small_course)
    kept = nbformat.read(target, 4).cells[3].outputs[0].text
    build_lesson(source, small_course)
    assert nbformat.read(target, 4).cells[3].outputs[0].text == kept
    source.write_text(source.read_text().replace("print(perf_counter())", "print(perf_counter() + 1)"))
    build_lesson(source, small_course)
    assert nbformat.read(target, 4).cells[3].outputs[0].text != kept


def outcomes_of_a_build(course):
    return [built.outcome for built in build(course.lesson_sources(), course, jobs=1)]


def test_only_what_changed_is_built(small_course):
    write_source(small_course, GOOD)
    two = write_source(small_course, "# %%\nfrom course_utils.layout import TRACKS\n", "02_other.py")
    assert [b.outcome for b in build(small_course.lesson_sources(), small_course, jobs=1)] == ["built"] * 2
    assert [b.outcome for b in build(small_course.lesson_sources(), small_course, jobs=1)] == [
        "unchanged"
    ] * 2
    (small_course.root / "course_utils" / "layout.py").write_text("TRACKS = 2\n")
    assert not is_current(two, small_course)
    assert outcomes_of_a_build(small_course) == ["unchanged", "built"]


def test_a_failing_cell_is_shown_with_its_source_and_keeps_the_old_notebook(small_course):
    source = write_source(small_course, GOOD)
    target = small_course.notebook_of(source)
    build_lesson(source, small_course)
    before = target.read_bytes()
    source.write_text(source.read_text() + "\n# %%\nweights = [1, 2]\nweights[7]\n")
    with pytest.raises(CellFailed, match=r"(?s)cell 5 failed.*weights\[7\].*IndexError"):
        build_lesson(source, small_course)
    assert target.read_bytes() == before


def test_a_warning_fails_the_build(small_course):
    source = write_source(small_course, "# %%\nimport warnings\nwarnings.warn('old')\n")
    with pytest.raises(UnwantedOutput, match="old"):
        build_lesson(source, small_course)


def test_a_notebook_edited_by_hand_is_found(small_course):
    source = write_source(small_course, GOOD)
    build_lesson(source, small_course)
    assert check([source], small_course) == []
    target = small_course.notebook_of(source)
    notebook = nbformat.read(target, 4)
    notebook.cells[0].source += " by hand"
    nbformat.write(notebook, target)
    assert any("cell 1 differs in its source" in line for line in check([source], small_course))
    shutil.copy(target, target.with_name("09_stray.ipynb"))
    assert any("has no source" in line for line in check([source], small_course))


def test_dependencies_follow_imports(small_course):
    code = "%matplotlib inline\nimport numpy\nfrom course_utils.layout import TRACKS\n"
    assert imported_modules(code) == {"course_utils.layout", "course_utils.layout.TRACKS"}
    source = write_source(small_course, "# %%\nfrom course_utils.layout import TRACKS\n")
    before = input_digest(source, small_course.root)
    (small_course.root / "course_utils" / "other.py").write_text("x = 1\n")
    assert input_digest(source, small_course.root) == before


def test_cell_ids_depend_on_text_alone(small_course):
    source = write_source(small_course, "# %%\nx = 1\n\n# %%\nx = 1\n\n# %%\ny = 2\n")
    ids = [cell.id for cell in read_source(source).cells]
    assert len(set(ids)) == 3
    assert ids == [cell.id for cell in read_source(source).cells]
