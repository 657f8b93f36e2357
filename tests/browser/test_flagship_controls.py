"""Every control of the explorers of lessons 2.2, 2.4, 3.2, 4.2 and 5.2, in a real JupyterLab, by keyboard."""

import time

import pytest
from browser.controls import SHOWN, explorer_cells, open_explorers

from course_utils.layout import find_course

LESSONS = {
    "2_improving_networks/02_regularisation": 2,
    "2_improving_networks/04_optimisation_algorithms": 3,
    "3_ml_projects/02_human_level_and_diagnosis": 1,
    "4_convolutional_networks/02_convolutional_networks": 2,
    "5_sequence_models/02_gru_lstm": 2,
}  # and the number of their explorers
LIGHT = {  # short trainings of small networks, for the sliders
    "weight-decay": 'weight-decay {"epochs":100,"units":4}',
    "dropout": 'dropout {"epochs":100,"units":6}',
}
IDLE = {"optimiser-race": ("Decay rate",)}  # without a decay it has no meaning


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_control_answers_the_keyboard(lesson, notebook, page, lab, screenshot):
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    cells = explorer_cells(find_course().notebooks / f"{lesson}.ipynb")
    assert len(cells) == LESSONS[lesson]
    panels = open_explorers(page, notebook, lab.folder, "controls_" + lesson.replace("/", "_"), cells)
    for panel in panels:
        started = time.monotonic()
        pressed = ", ".join(panel.press_everything(LIGHT.get(panel.key, ""), IDLE.get(panel.key, ())))
        print(f"\n{panel.key}: {pressed} in {time.monotonic() - started:.0f} s")
        panel.locator.scroll_into_view_if_needed()
        screenshot(f"controls_{panel.key}")
    errors = page.locator(SHOWN + "[data-mime-type='application/vnd.jupyter.stderr']")
    assert errors.count() == 0, errors.first.inner_text()
    assert complaints == []
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(SHOWN + ".jp-Notebook .jp-Cell").count() == len(cells) + 1  # keys stayed inside
