"""Lesson 4.5 in a real JupyterLab: it opens, and both of its explorers follow the keyboard."""

import nbformat

LESSON = "4_convolutional_networks/05_object_detection.ipynb"
PICTURE = ".jp-NotebookPanel:not(.lm-mod-hidden) .explorer-picture"


def open_cell(lab, notebook, name: str) -> None:
    code = f"from course_utils.explorers import {name}\n{name}().show()"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_markdown_cell("The end.")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.folder / f"{name}.ipynb")
    notebook.open(f"{name}.ipynb")
    notebook.run_all()


def wait_for_words(page, words: str) -> None:
    page.wait_for_function(f"document.querySelector('{PICTURE}')?.alt.includes('{words}')")


def test_lesson_opens_with_its_pictures(notebook, page, screenshot):
    notebook.open(LESSON)
    page.get_by_role("heading", name="4.5 · Object detection").wait_for()
    assert page.locator(".jp-Dialog").count() == 0
    screenshot("lesson_4_5")


def test_an_object_is_lost_with_one_anchor_and_found_with_two(lab, notebook, page, screenshot):
    open_cell(lab, notebook, "AnchorBoxExplorer")
    wait_for_words(page, "holds 3 of 3")
    page.get_by_role("slider", name="How many, k", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    wait_for_words(page, "holds 2 of 3")
    page.keyboard.press("ArrowRight")
    wait_for_words(page, "holds 3 of 3")
    page.get_by_role("button", name="Finer grid").click()
    wait_for_words(page, "Target 7 × 7 × 1 × 8 holds 3 of 3")
    screenshot("lesson_4_5_anchors")


def test_thresholds_on_real_detections(lab, notebook, page, screenshot):
    open_cell(lab, notebook, "DetectionExplorer")
    wait_for_words(page, "3 kept")
    page.get_by_role("button", name="No suppression").click()
    wait_for_words(page, "7 kept")
    page.get_by_role("slider", name="IoU threshold", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    wait_for_words(page, "5 kept")
    screenshot("lesson_4_5_thresholds")
