"""An explorer in a real kernel, as a lesson runs it: outputs that compare equal, and live updates."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

SHOW = """
from course_utils.explorers import LearningRateExplorer, ravine_surface
explorer = LearningRateExplorer(ravine_surface())
explorer.show()
"""
DRAG = """
import asyncio
computed = []
compute = explorer.compute
explorer.compute = lambda state: computed.append(state.steps) or compute(state)
before = explorer.picture
for steps in range(50, 100):
    explorer.controls["steps"].value = steps
await asyncio.sleep(0.5)
print(computed, explorer.picture != before, explorer.result[0].steps)
"""


@pytest.fixture(scope="module")
def outputs():
    cells = [nbformat.v4.new_code_cell(code) for code in (SHOW, DRAG, "explorer")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_controls_and_picture_are_stored_and_nothing_else(outputs):
    controls, picture = outputs[0]
    assert controls.data["text/plain"] == "<Learning rate on a cost surface: controls>"
    assert "application/vnd.jupyter.widget-view+json" in controls.data
    assert picture.data["text/plain"] == "<IPython.core.display.Image object>"
    assert "steps" in picture.metadata["image/png"]["alt"]


def test_fifty_slider_values_in_a_row_are_drawn_once_and_update_the_picture(outputs):
    assert outputs[1][0].text == "[99] True 99\n"
    assert outputs[0][1].data["image/png"] == outputs[2][1].data["image/png"]


def test_an_explorer_at_the_end_of_a_cell_shows_itself(outputs):
    assert [output.output_type for output in outputs[2]] == ["display_data", "display_data"]
