"""What a check says to a mistaken answer: the likely cause that the learner reads."""

from functools import cache

from course_utils.grading.exercise import load_exercise
from course_utils.grading.release import answer_sources
from course_utils.grading.trusted import prepare, run_here
from course_utils.layout import find_course


@cache
def _prepared(exercise: str):
    loaded = load_exercise(find_course().sources / f"{exercise}.py")
    return loaded, prepare(loaded, 7)


def likely_cause(exercise: str, check_id: str, mistaken: str) -> str:
    """The likely cause that a check names when one answer is mistaken and all others are right.

    exercise : source below sources/, without .py   check_id : e.g. "penalty.values"
    mistaken : source of the answer's function
    """
    loaded, checks = _prepared(exercise)
    name = check_id.split(".")[0]
    answers = [(key, mistaken if key == name else text) for key, text in answer_sources(loaded, "solution")]
    chosen = [check for check in checks if check.check_id == check_id]
    (result,) = run_here(chosen, answers, loaded.setup_sources())
    assert result.status != "passed", f"{check_id} lets the mistake pass"
    return result.cause
