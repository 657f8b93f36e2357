"""Lesson 1.5's network builder in a real JupyterLab: keys change depth, picture and parameter count."""

LESSON = "1_neural_networks/05_deep_networks.ipynb"
PICTURE = ".jp-OutputArea-output img[alt*='parameters']"

BUILD_ONLY = """
from course_utils.data import load_small_digits
from course_utils.explorers import NetworkBuilderExplorer
digits = load_small_digits()
def columns(images): return images.reshape(len(images), -1).T.astype(float)
def odd(labels): return (labels % 2).reshape(1, -1).astype(float)
NetworkBuilderExplorer(columns(digits.X_train), odd(digits.Y_train), columns(digits.X_dev), odd(digits.Y_dev),
                       question="is the digit odd?").show()
"""


def test_builder_follows_the_keyboard(notebook, page, screenshot, lab):
    import nbformat

    # The lesson itself trains for a minute; its explorer alone is enough here.
    path = lab.folder / "1_neural_networks" / "builder_alone.ipynb"
    alone = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(BUILD_ONLY.strip())])
    alone.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(alone, path)
    notebook.open("1_neural_networks/builder_alone.ipynb")
    notebook.run_all()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    picture = page.locator(PICTURE).last
    picture.scroll_into_view_if_needed()
    assert "1,185 parameters" in picture.get_attribute("alt")
    screenshot("lesson_1_5_builder", full_page=True)
    page.get_by_role("slider", name="Hidden layers").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].pop()?.alt.includes('64–16–8–8–1')", arg=PICTURE
    )
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].pop()?.alt.includes('Epoch 100')", arg=PICTURE
    )
    page.mouse.wheel(0, 400)
    screenshot("lesson_1_5_builder_after_keys")


def test_lesson_opens_with_its_figures(notebook, page, screenshot):
    notebook.open(LESSON)
    assert page.get_by_text("Deep networks").count() > 0
    screenshot("lesson_1_5")
