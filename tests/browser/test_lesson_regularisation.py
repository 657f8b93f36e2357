"""Lesson 2.2 in a real JupyterLab: it opens, and the slider of the penalty follows the keyboard."""

import nbformat

LESSON = "2_improving_networks/02_regularisation.ipynb"
PICTURE = ".jp-NotebookPanel:not(.lm-mod-hidden) .explorer-picture"


def test_lesson_opens_with_its_pictures(notebook, page, screenshot):
    notebook.open(LESSON)
    page.get_by_role("heading", name="2.2 · Regularisation").wait_for()
    assert page.locator(".jp-Dialog").count() == 0
    screenshot("lesson_2_2")


def test_the_strength_of_weight_decay(notebook, lab, page, screenshot):
    code = "from course_utils.explorers import WeightDecayExplorer\nWeightDecayExplorer().show()"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_markdown_cell("The end.")]
    path = lab.folder / "weight_decay.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    notebook.open(path.name)
    notebook.run_all()
    page.wait_for_selector(PICTURE)
    before = page.locator(PICTURE).get_attribute("alt")
    assert "λ = 0.316," in before
    page.get_by_role("slider", name="Strength λ", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"!document.querySelector('{PICTURE}').alt.includes('λ = 0.316,')")
    page.get_by_role("button", name="Far too much").click()
    page.wait_for_function(f"document.querySelector('{PICTURE}').alt.includes('The penalty has won')")
    screenshot("weight_decay_far_too_much")
    page.get_by_role("button", name="A little L1").click()
    page.wait_for_function(f"document.querySelector('{PICTURE}').alt.includes('L1, λ = 0.316, epoch 1000')")
    screenshot("weight_decay_l1")
