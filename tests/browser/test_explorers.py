"""The explorers in a real JupyterLab: keyboard, mouse, latency, narrow pages, themes, accessibility."""

import os
import statistics
import time
from pathlib import Path

import nbformat
import pytest

from course_utils.layout import find_course

ARTIFACTS = find_course().root / ".artifacts"
KEYS = 14

# Calls as a lesson writes them, and the name of a slider to move.
EXPLORERS = {
    "learning_rate": (
        "LearningRateExplorer(ex.ravine_surface(), ex.saddle_surface())",
        "Learning rate α",
        "Good",
    ),
    "dropout": ("DropoutExplorer()", "Sample", "No dropout"),
    "anchor_boxes": ("AnchorBoxExplorer()", "its height", "Finer grid"),
    "beam_search": ("BeamSearchExplorer()", "Beam width B", "A wider beam"),
}

WATCH = """
() => {
  const image = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .explorer-picture');
  window.explorerImage = image && image.src;
}"""
CHANGED = """
() => {
  const image = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .explorer-picture');
  return image && image.complete && image.src !== window.explorerImage;
}"""


class Hand:
    """An explorer open in JupyterLab."""

    def __init__(self, page, notebook, lab, name: str) -> None:
        self.page, self.name = page, name
        code = f"import course_utils.explorers as ex\nex.{EXPLORERS[name][0]}.show()"
        cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_markdown_cell("The end.")]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        path = lab.folder / f"explorer_{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
        notebook.open(path.name)
        started = time.perf_counter()
        notebook.run_all()
        page.wait_for_selector(".explorer-picture")
        self.seconds_to_run = time.perf_counter() - started
        self.settle()

    def settle(self, milliseconds: int = 700) -> None:
        """Wait until no picture is on its way."""
        self.page.wait_for_timeout(milliseconds)

    def slider(self, name: str):
        """The handle of a slider, by its accessible name."""
        return self.page.get_by_role("slider", name=name, exact=True)

    def changed_by(self, act) -> float:
        """Do something; return the milliseconds until the picture has changed."""
        self.page.evaluate(WATCH)
        started = time.perf_counter()
        act()
        self.page.wait_for_function(CHANGED, polling=5, timeout=10_000)
        return 1000 * (time.perf_counter() - started)

    @property
    def alt(self) -> str:
        return self.page.locator(".explorer-picture").get_attribute("alt")

    def setting(self) -> str:
        return self.page.get_by_label("Setting").input_value()

    def clipped(self) -> list[str]:
        """Parts of the panel that reach over its edge, and texts that are cut."""
        return self.page.evaluate(
            """() => {
              const panel = document.querySelector('.explorer-panel');
              const edge = panel.getBoundingClientRect();
              const parts = 'button, select, input, .widget-readout, .widget-label, img';
              const over = [...panel.querySelectorAll(parts)]
                .filter(el => el.offsetParent && el.getBoundingClientRect().right > edge.right + 2);
              const cut = [...panel.querySelectorAll('.widget-label, .jupyter-button')]
                .filter(el => {
                  const text = document.createRange();
                  text.selectNodeContents(el);
                  return el.offsetParent && text.getBoundingClientRect().width > el.clientWidth + 1;
                });
              return [...over, ...cut].map(el => el.className + ': ' + el.textContent.slice(0, 40));
            }"""
        )


@pytest.fixture(params=list(EXPLORERS))
def hand(request, page, notebook, lab):
    return Hand(page, notebook, lab, request.param)


def choose_theme(page, name: str) -> None:
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Theme", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(f"JupyterLab {name}", exact=True).click()
    page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {name}']", state="attached")


def test_keyboard_mouse_and_latency(hand, page, screenshot):
    _, slider, preset = EXPLORERS[hand.name]
    handle = hand.slider(slider)
    words, text = hand.alt, handle.get_attribute("aria-valuetext")
    assert words
    assert text
    # drawing the sliders must not count as a change
    assert page.get_by_role("button", name="Undo", exact=True).is_disabled()

    handle.focus()
    page.keyboard.press("Home")  # from the least value there is room for all keys
    hand.settle()
    times = []
    for i in range(KEYS):
        key = "ArrowRight" if i < 7 or hand.name != "beam_search" else "ArrowLeft"
        times.append(hand.changed_by(lambda key=key: page.keyboard.press(key)))
    hand.settle()
    assert handle.get_attribute("aria-valuetext") != text
    assert hand.alt != words

    by_mouse = hand.changed_by(lambda: page.get_by_role("button", name=preset, exact=True).click())
    hand.settle()
    before_undo = hand.setting()
    hand.changed_by(lambda: page.get_by_role("button", name="Undo", exact=True).click())
    hand.settle()
    assert hand.setting() != before_undo
    hand.changed_by(lambda: page.get_by_role("button", name="Redo", exact=True).click())
    hand.settle()
    assert hand.setting() == before_undo

    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 5, steps=15)
    hand.settle()  # or the value may come back to the picture on show before the next one is drawn
    hand.changed_by(lambda: page.mouse.move(box["x"] + 25, box["y"] + 5, steps=10))
    page.mouse.up()
    hand.settle()
    shown = float(handle.get_attribute("aria-valuetext").replace("−", "-").replace(",", ""))
    field = page.get_by_label("Setting").input_value()
    assert f"{shown:g}" in field or f"{shown}" in field, (shown, field)

    median = statistics.median(times)
    print(
        f"\n{hand.name:14} cell run and first picture {hand.seconds_to_run:5.2f} s | key to picture, ms: "
        f"median {median:.0f}, least {min(times):.0f}, greatest {max(times):.0f} of {KEYS} | "
        f"preset {by_mouse:.0f} ms"
    )
    page.locator(".explorer-panel").scroll_into_view_if_needed()
    screenshot(f"explorer_{hand.name}_1280_light")


def test_setting_line_is_copied_and_pasted_back(hand, page):
    first = hand.setting()
    *_, preset = EXPLORERS[hand.name]
    page.get_by_role("button", name=preset, exact=True).click()
    hand.settle()
    changed = hand.setting()
    assert changed != first
    line = page.get_by_label("Setting")
    line.fill(first)
    hand.changed_by(lambda: line.press("Enter"))
    hand.settle()
    assert hand.setting() == first
    line.fill("nonsense {")
    line.press("Enter")
    page.get_by_role("alert").get_by_text("Not possible").wait_for()
    assert "nonsense" in page.get_by_role("alert").inner_text()


def test_nothing_is_clipped_light_and_dark_wide_and_narrow(hand, page, screenshot):
    for theme in ("dark", "light"):  # the theme stays chosen: leave the light one to the next test
        choose_theme(page, theme.capitalize())
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 1400})
            hand.settle(500)
            assert hand.clipped() == [], (theme, width)
            page.locator(".explorer-panel").scroll_into_view_if_needed()
            screenshot(f"explorer_{hand.name}_{width}_{theme}_whole")
    # with the file browser folded away, as a narrow page is used
    page.keyboard.press("Control+b")
    hand.settle(500)
    screenshot(f"explorer_{hand.name}_800_light_folded")


def test_pictures_still_follow_after_the_page_is_loaded_again(page, notebook, lab):
    hand = Hand(page, notebook, lab, "learning_rate")
    page.keyboard.press("Control+s")
    hand.settle()
    page.reload()
    page.wait_for_selector(".explorer-picture")
    hand.settle(1500)
    handle = hand.slider("Learning rate α")
    handle.focus()
    hand.changed_by(lambda: page.keyboard.press("ArrowRight"))


def test_a_dragged_slider_queues_no_stale_work(page, notebook, lab):
    hand = Hand(page, notebook, lab, "dropout")
    handle = hand.slider("Units in each layer")  # each value is a new training
    handle.focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "() => document.querySelector('.explorer-picture').alt.includes('of 4 and')", timeout=8_000
    )
    hand.settle()
    assert '"units":4,' in hand.setting()


def test_long_training_shows_a_mark_and_can_be_cancelled(page, notebook, lab):
    hand = Hand(page, notebook, lab, "dropout")
    line = page.get_by_label("Setting")
    line.fill('dropout {"keep_prob_1":0.5,"keep_prob_2":0.45,"units":24,"epochs":1000}')
    line.press("Enter")
    page.get_by_text("Computing …").wait_for(timeout=5_000)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Cancelled after").wait_for(timeout=5_000)
    hand.settle()
    assert page.get_by_text("Computing …").count() == 0
    assert "Epoch 1000" not in hand.alt


def test_boxes_are_drawn_by_mouse_and_by_keyboard(page, notebook, lab, screenshot):
    hand = Hand(page, notebook, lab, "anchor_boxes")
    page.set_viewport_size({"width": 1280, "height": 1400})
    stage = page.get_by_role("application")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()

    def point(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def draw():
        page.mouse.move(*point(0.02, 0.05))
        page.mouse.down()
        page.mouse.move(*point(0.1, 0.3), steps=8)
        page.mouse.up()

    hand.changed_by(draw)
    hand.settle()
    assert "Object 4 of 4" in hand.alt
    assert "cell (0, 0)" in hand.alt
    tag = page.locator(".box-pad-chosen .box-pad-tag").inner_text()
    assert tag.startswith("4 thing → anchor")

    stage.focus()
    hand.changed_by(lambda: page.keyboard.press("Shift+ArrowRight"))
    hand.settle()
    for _ in range(70):
        page.keyboard.press("ArrowRight")
    hand.settle()
    assert "cell (0, 2)" in hand.alt
    hand.changed_by(lambda: page.keyboard.press("Delete"))
    hand.settle()
    assert "of 3" in hand.alt
    hand.changed_by(lambda: page.keyboard.press("n"))
    hand.settle()
    assert "Object 4 of 4" in hand.alt
    assert page.locator(".jp-Notebook .jp-Cell").count() == 2  # keys stay with the photograph
    page.mouse.move(*point(0.5, 0.5))  # into the new box, and drag it away
    page.mouse.down()
    page.mouse.move(*point(0.15, 0.85), steps=8)
    page.mouse.up()
    hand.settle()
    assert "cell (2, 0)" in hand.alt
    screenshot("explorer_anchor_boxes_drawn")
    times = []
    stage.focus()
    for i in range(KEYS):
        times.append(hand.changed_by(lambda i=i: page.keyboard.press("ArrowLeft" if i % 2 else "ArrowRight")))
    print(f"\nanchor_boxes   box moved by a key, to picture, ms: median {statistics.median(times):.0f}")


def axe_core() -> Path | None:
    """axe-core's script: AXE_CORE_JS names it, or it lies in node_modules."""
    named = os.environ.get("AXE_CORE_JS")
    candidates = [Path(named)] if named else []
    candidates.append(find_course().root / "node_modules" / "axe-core" / "axe.min.js")
    return next((path for path in candidates if path.is_file()), None)


# Findings inside JupyterLab's own elements that a notebook cannot change.
NOT_OURS: dict[str, str] = {}


def test_axe_finds_nothing_of_ours(hand, page):
    script = axe_core()
    if script is None:
        pytest.skip("axe-core is not installed: set AXE_CORE_JS or run npm install axe-core")
    page.evaluate(script.read_text())
    found = page.evaluate(
        """async () => {
          const mark = (el) => el && el.classList.add('axe-ours');
          mark(document.querySelector('.explorer-panel'));
          mark(document.querySelector('.explorer-picture').parentElement);
          const result = await axe.run({ include: [['.axe-ours']] });
          return result.violations.map(v => [v.id, v.impact, v.nodes.map(n => n.html.slice(0, 120))]);
        }"""
    )
    print(f"\n{hand.name}: axe-core findings: {len(found)}")
    for rule, impact, nodes in found:
        print(f"  {rule} ({impact}), {len(nodes)} places: {nodes[0]}")
    assert [rule for rule, *_ in found if rule not in NOT_OURS] == []
