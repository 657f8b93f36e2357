"""Every exercise is proved: the starter fails each check with a message, the solution passes each."""

import pytest

from course_utils.grading.exercise import load_exercise
from course_utils.grading.release import prove_exercise
from course_utils.layout import find_course

COURSE = find_course()


def ids(source):
    return source.relative_to(COURSE.sources).with_suffix("").as_posix()


@pytest.mark.parametrize("source", COURSE.exercise_sources(), ids=ids)
def test_exercise_is_proved(source):
    proof = prove_exercise(source)
    print(proof.table())
    assert proof.ok, proof.table()


@pytest.mark.parametrize("source", COURSE.exercise_sources(), ids=ids)
def test_exercise_has_ten_points_hints_and_its_lesson(source):
    exercise = load_exercise(source)
    assert sum(check.points for check in exercise.checks.values()) == 10
    assert 4 <= source.read_text(encoding="utf-8").count("\n# ## Exercise ") <= 8
    assert all(len(check.hints) == 3 for check in exercise.checks.values())
    lesson = source.parent.parent / source.name
    assert lesson.exists(), f"{source.name} belongs to no lesson"
