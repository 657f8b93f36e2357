"""Every control of every explorer in a lesson, in a real JupyterLab, by keyboard."""

import time

import pytest
from browser.controls import CUT, SHOWN, explorer_cells, open_explorers

from course_utils.layout import find_course

LESSONS = {
    "1_neural_networks/01_perceptron_to_neuron": 1,
    "1_neural_networks/02_logistic_regression": 1,
    "1_neural_networks/03_vectorization_numpy": 1,
    "1_neural_networks/04_shallow_networks": 1,
    "1_neural_networks/05_deep_networks": 1,
    "2_improving_networks/02_regularisation": 2,
    "2_improving_networks/04_optimisation_algorithms": 3,
    "3_ml_projects/02_human_level_and_diagnosis": 1,
    "4_convolutional_networks/02_convolutional_networks": 2,
    "4_convolutional_networks/05_object_detection": 2,
    "5_sequence_models/02_gru_lstm": 2,
    "5_sequence_models/06_seq2seq_beam_search": 1,
}  # and the number of their explorers


def test_no_lesson_with_an_explorer_is_left_out():
    folder = find_course().notebooks
    lessons = {
        str(path.relative_to(folder).with_suffix("")): len(explorer_cells(path))
        for path in folder.glob("[1-5]_*/[0-9][0-9]_*.ipynb")
    }
    assert {name: n for name, n in lessons.items() if n} == LESSONS


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_control_answers_the_keyboard(lesson, notebook, page, lab, screenshot):
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    cells = explorer_cells(find_course().notebooks / f"{lesson}.ipynb")
    panels = open_explorers(page, notebook, lab.folder, "controls_" + lesson.replace("/", "_"), cells)
    for panel in panels:
        started = time.monotonic()
        pressed = ", ".join(panel.press_everything())
        print(f"\n{panel.key}: {pressed} in {time.monotonic() - started:.0f} s")
        panel.locator.scroll_into_view_if_needed()
        screenshot(f"controls_{panel.key}")
    page.set_viewport_size({"width": 800, "height": 1200})
    page.wait_for_timeout(300)
    for panel in panels:
        assert panel.locator.evaluate(CUT) == [], panel.key
        panel.locator.scroll_into_view_if_needed()
        screenshot(f"controls_{panel.key}_800")
    outputs = [SHOWN + f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("stderr", "error")]
    assert page.locator(", ".join(outputs)).all_inner_texts() == []
    assert complaints == []
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(SHOWN + ".jp-Notebook .jp-Cell").count() == len(cells) + 1  # keys stayed inside
