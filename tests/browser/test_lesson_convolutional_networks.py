"""Explorers of lesson 4.2 in a real JupyterLab: windows move by key, digits are drawn by hand and by key."""

import statistics
import time

import nbformat
import pytest

CELLS = {
    "animator": "from course_utils.explorers import ConvAnimatorExplorer\nConvAnimatorExplorer().show()",
    "maps": """
import numpy as np
from course_utils.explorers import FeatureMapExplorer
from course_utils.kernels.activations import softmax
from course_utils.kernels.conv import conv2d_forward

rng = np.random.default_rng(0)
W = rng.standard_normal((5, 5, 1, 6)).astype(np.float32)
dense = (rng.standard_normal((10, 4704)) / 200).astype(np.float32)


def activations(picture):
    Z, _ = conv2d_forward(picture.reshape(1, 28, 28, 1), W, np.zeros((1, 1, 1, 6), np.float32), pad=2)
    A = np.maximum(Z, 0)
    return {"conv 1": A[0]}, softmax(dense @ A.reshape(-1, 1))[:, 0]


explorer = FeatureMapExplorer(activations, {"conv 1": (5, 1, 2)}, rng.uniform(0, 1, (10, 28, 28)))
explorer.show()
""",
}


@pytest.fixture
def open_cell(lab, notebook):
    """Open a new notebook with one cell and run it."""

    def open_it(name: str) -> None:
        content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELLS[name].strip())])
        content.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(content, lab.folder / f"explorer_{name}.ipynb")
        notebook.open(f"explorer_{name}.ipynb")
        notebook.run_all()

    return open_it


def wait_for_change(page, selector: str, attribute: str, before: str) -> None:
    page.wait_for_function(
        "([selector, name, before]) => document.querySelector(selector)?.getAttribute(name) !== before",
        arg=[selector, attribute, before],
        polling=5,
    )


def test_keys_move_the_window_and_play_runs(open_cell, page, screenshot):
    open_cell("animator")
    picture = page.locator("img[alt^='Window']").first
    picture.wait_for()
    screenshot("conv_animator")
    slider = page.get_by_role("slider", name="Window").first
    slider.focus()
    times = []
    for _ in range(4):
        before, words = picture.get_attribute("src"), picture.get_attribute("alt")
        started = time.perf_counter()
        page.keyboard.press("ArrowRight")
        wait_for_change(page, "img[alt^='Window']", "src", before)
        times.append(1000 * (time.perf_counter() - started))
        wait_for_change(page, "img[alt^='Window']", "alt", words)
    assert "Window 9 of 9" in picture.get_attribute("alt")
    print(f"\nconvolution window, key to picture: median {statistics.median(times):.0f} ms (goal 150 ms)")

    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector(\"img[alt^='Window 1 of']\")")
    page.locator(".jupyter-widgets.widget-play button").first.click()
    page.wait_for_function("() => document.querySelector(\"img[alt^='Window 3 of']\")")
    page.get_by_role("button", name="Overlapping max pooling").click()
    page.wait_for_function("() => document.querySelector(\"img[alt*='largest of']\")")
    screenshot("conv_animator_pooling")


def test_a_digit_is_drawn_with_mouse_and_keyboard(open_cell, page, screenshot):
    open_cell("maps")
    picture = page.locator("img[alt*='the network says']").first
    picture.wait_for()
    field = page.locator(".digit-pad canvas")
    field.scroll_into_view_if_needed()
    screenshot("feature_maps")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.wait_for_function("() => document.querySelector(\"img[alt*='picture is empty']\")")
    box = field.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 40, steps=8)
    page.mouse.move(box["x"] + 90, box["y"] + 190, steps=8)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector(\"img[alt^='Your drawing']\")")
    assert "1 strokes" in field.get_attribute("aria-label")

    field.focus()
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert "2 strokes, pen up" in field.get_attribute("aria-label")
    two_strokes = "document.querySelector('.explorer-setting input').value.includes(']],[[')"
    page.wait_for_function(f"() => {two_strokes}")
    screenshot("feature_maps_drawn")
    page.keyboard.press("Backspace")
    page.wait_for_function(f"() => !{two_strokes}")
    assert "1 strokes" in field.get_attribute("aria-label")
