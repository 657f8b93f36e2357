"""The explorers of lessons 2.4 and 3.2 in a real JupyterLab: they appear and follow the keyboard."""

import nbformat
import pytest
from browser.controls import explorer_cells, open_explorers

from course_utils.layout import find_course

CELLS = {
    "moving_average": (
        "from course_utils.data import load_temperatures\n"
        "from course_utils.explorers import MovingAverageExplorer\n"
        "temperatures = load_temperatures()\n"
        "MovingAverageExplorer(temperatures.highest, temperatures.dates).show()",
        "β",
        "averages about",
    ),
    "error_budget": (
        "from course_utils.explorers import ErrorBudgetExplorer\nErrorBudgetExplorer().show()",
        "Dev, %",
        "Errors in per cent",
    ),
}


@pytest.mark.parametrize("name", CELLS)
def test_the_slider_moves_picture_and_words(name, lab, notebook, page, screenshot):
    source, slider_name, words = CELLS[name]
    cell = nbformat.v4.new_code_cell(source)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), lab.folder / f"{name}.ipynb")
    notebook.open(f"{name}.ipynb")
    notebook.run_all()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    picture = page.locator(f".jp-OutputArea-output img[alt*='{words}']").last
    picture.wait_for()
    before, words_before = picture.get_attribute("src"), picture.get_attribute("alt")
    page.get_by_role("slider", name=slider_name, exact=True).last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([words, src]) => [...document.querySelectorAll(`img[alt*='${words}']`)].pop()?.src !== src",
        arg=[words, before],
    )
    page.wait_for_timeout(300)
    assert picture.get_attribute("alt") != words_before
    right_edge = picture.evaluate("element => element.getBoundingClientRect().right")
    assert right_edge <= 1280
    screenshot(f"explorer_{name}")


def test_presets_say_the_same_where_the_lesson_starts_with_measured_errors(lab, notebook, page):
    (cell,) = explorer_cells(find_course().notebooks / "3_ml_projects/02_human_level_and_diagnosis.ipynb")
    (panel,) = open_explorers(page, notebook, lab.folder, "measured_budget", [cell])
    assert "data mismatch comes first" in panel.first["words"]
    for preset, words in (
        ("7.5 / 8 / 10", "variance comes first (2.0 points)"),
        ("Tuned on dev", "over-fitting to dev comes first (4.0 points)"),
        ("Past people", "Training error is below human level"),
    ):
        assert (
            words in panel.after(preset, lambda preset=preset: panel.button(preset).press("Enter"))["words"]
        )
