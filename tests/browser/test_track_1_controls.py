"""Every control of every explorer of track 1, in a real JupyterLab, by keyboard.

Each lesson's own explorer cell is run, with the statements before it that it needs and no others, so that
nothing else is trained. Then every slider goes to both ends, every list through its options, every button is
pressed, and every text field gets a text, an impossible one, and its own back.
"""

import ast
import re
import time
from functools import partial

import nbformat
import pytest

from course_utils.layout import find_course

COURSE = find_course()
LESSONS = sorted((COURSE.notebooks / "1_neural_networks").glob("0[1-9]_*.ipynb"))
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden) "
PICTURE = SHOWN + ".explorer-picture"
PANEL = SHOWN + ".explorer-panel"
# A training shows its mark after 300 ms; what stands still for longer, without a mark, is done.
POLL_MILLISECONDS, LONGEST_SECONDS = 60, 20

STATE = """
([panel, picture]) => {
  const box = document.querySelector(panel), image = document.querySelector(picture);
  const text = (query) => [...box.querySelectorAll(query)].map(el => el.textContent).join(' ');
  const sum = (data) => {
    let total = data.length;
    for (let i = 0; i < data.length; i += 7) total = (31 * total + data.charCodeAt(i)) % 1000000007;
    return total;
  };
  return {
    setting: box.querySelector('.explorer-setting input').value,
    busy: text('.explorer-busy'),
    reading: text('.explorer-reading, .explorer-warning'),
    problem: text('.explorer-problem'),
    alt: image.alt,
    picture: image.complete ? sum(image.src) : 0,
  };
}"""

# Waits in the page, where looking costs least.
SETTLED = (
    """
async ([panel, picture, since, poll, longest]) => {
  const look = """
    + STATE
    + """;
  const end = performance.now() + longest;
  let before = '', still = 0;
  for (;;) {
    const now = look([panel, picture]), text = JSON.stringify(now), late = performance.now() > end;
    still = text === before && !now.busy ? still + 1 : 0;
    const unchanged = since && now.setting === since.setting;  // or not yet changed
    const seen = since && (now.picture !== since.picture || now.reading !== since.reading);
    const enough = now.setting.includes('epochs') || unchanged ? 6 : 2;
    if (still >= enough && (late || !since || unchanged || seen)) return now;
    if (late) return null;
    before = text;
    await new Promise(done => setTimeout(done, poll));
  }
}"""
)

# Parts of the panel that reach over its edge, and labels that are cut.
CLIPPED = """
(selector) => {
  const panel = document.querySelector(selector), edge = panel.getBoundingClientRect();
  const over = [...panel.querySelectorAll('button, select, input, .widget-readout, .widget-label')]
    .filter(el => el.offsetParent && el.getBoundingClientRect().right > edge.right + 2);
  const cut = [...panel.querySelectorAll('.widget-label, .jupyter-button')].filter(el => {
    const text = document.createRange();
    text.selectNodeContents(el);
    return el.offsetParent && text.getBoundingClientRect().width > el.clientWidth + 1;
  });
  return [...over, ...cut].map(el => el.className + ': ' + el.textContent.slice(0, 40));
}"""


def needed_statements(sources: list[str], last: str) -> str:
    """The statements of `sources` that `last` needs, directly or not, and then `last` itself."""

    def names(node: ast.AST, kind: type) -> set[str]:
        found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}
        if kind is ast.Store:
            for part in ast.walk(node):
                if isinstance(part, ast.FunctionDef | ast.ClassDef):
                    found.add(part.name)
                elif isinstance(part, ast.Import | ast.ImportFrom):
                    found |= {alias.asname or alias.name.split(".")[0] for alias in part.names}
        return found

    wanted = names(ast.parse(last), ast.Load)
    kept: list[str] = []
    for source in reversed(sources):
        for statement in reversed(ast.parse(source).body):
            given = names(statement, ast.Store)
            if isinstance(statement, ast.FunctionDef):
                given = {statement.name}
            if given & wanted:
                wanted |= names(statement, ast.Load)
                kept.append(ast.get_source_segment(source, statement))
    return "\n".join([*reversed(kept), last])


def explorer_cells(lesson) -> list[str]:
    """One runnable source for each explorer that a lesson shows."""
    sources = [cell.source for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
    return [
        needed_statements(sources[:position], source)
        for position, source in enumerate(sources)
        if "Explorer(" in source and "show()" in source
    ]


CELLS = {f"{lesson.stem}-{n}": cell for lesson in LESSONS for n, cell in enumerate(explorer_cells(lesson), 1)}


def test_every_lesson_of_the_track_has_an_explorer():
    assert len(LESSONS) == 5
    assert {name.rsplit("-", 1)[0] for name in CELLS} == {lesson.stem for lesson in LESSONS}


class Hand:
    """An explorer open in JupyterLab, and what keys do to it."""

    def __init__(self, page, notebook, lab, name: str) -> None:
        self.page, self.name, self.pressed = page, name, 0
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        cells = [nbformat.v4.new_code_cell(CELLS[name]), nbformat.v4.new_markdown_cell("The end.")]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        path = lab.folder / f"controls_{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
        notebook.open(path.name)
        notebook.run_all()
        page.wait_for_selector(PICTURE)
        self.panel = page.locator(PANEL)
        self.first = self.settled()

    def state(self) -> dict:
        """What panel and picture show now."""
        return self.page.evaluate(STATE, [PANEL, PICTURE])

    def settled(self, since: dict | None = None) -> dict:
        """What they show when nothing moves any more; a setting other than `since` must be seen as well."""
        now = self.page.evaluate(SETTLED, [PANEL, PICTURE, since, POLL_MILLISECONDS, 1000 * LONGEST_SECONDS])
        assert now, f"{self.name}: still at work after {LONGEST_SECONDS} s: {self.state()}"
        return now

    @staticmethod
    def seen(before: dict, after: dict) -> bool:
        """Whether picture or words differ."""
        return any(after[part] != before[part] for part in ("picture", "reading"))

    def after(self, act, what: str, finish: bool = True) -> dict:
        """Do something, wait until all is quiet, and look whether it can be seen.

        finish : False does not wait for the end of a training, only for its first picture
        """
        before = self.state()
        act()
        self.pressed += 1
        now = self.settled(before) if finish else self.first_sign(before)
        self.changed(what, before, now)
        return now

    def first_sign(self, since: dict) -> dict:
        """What they show as soon as another setting is seen; all at rest where the setting stays."""
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            now = self.state()
            if now["setting"] != since["setting"] and self.seen(since, now):
                return now
            if now["setting"] == since["setting"] and time.monotonic() > end - LONGEST_SECONDS + 0.5:
                return self.settled(since)
            self.page.wait_for_timeout(POLL_MILLISECONDS)
        return self.settled(since)

    def changed(self, what: str, before: dict, after: dict) -> None:
        """A setting that changed must be seen, in picture or words; nothing may fail or be clipped."""
        assert after["problem"] == "", (what, after["problem"])
        assert self.page.evaluate(CLIPPED, PANEL) == [], what
        if after["setting"] != before["setting"]:
            assert self.seen(before, after), f"{what}: nothing to see of it"
            assert after["alt"], what

    def type_in(self, field, text: str) -> dict:
        """Type a text into a field, press Enter, and wait until all is quiet."""
        before = self.settled()
        field.fill(text)
        field.press("Enter")
        self.pressed += 1
        return self.settled(before)

    def refused(self, field, text: str) -> str:
        """Type what cannot be; the picture must stay. Returns the words of the alert."""
        before = self.settled()
        field.fill(text)
        field.press("Enter")
        self.pressed += 1
        self.panel.get_by_role("alert").first.wait_for()
        after = self.settled()
        assert (after["picture"], after["alt"]) == (before["picture"], before["alt"]), text
        return after["problem"]


@pytest.fixture(params=list(CELLS))
def hand(request, page, notebook, lab):
    hand = Hand(page, notebook, lab, request.param)
    yield hand
    outputs = [SHOWN + f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("stderr", "error")]
    assert page.locator(", ".join(outputs)).all_inner_texts() == []
    assert hand.complaints == []
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(SHOWN + ".jp-Notebook .jp-Cell").count() == 2  # keys stayed with the explorer


def test_every_control_follows_the_keyboard(hand, page, screenshot):
    started = time.monotonic()
    line = hand.panel.get_by_label("Setting", exact=True)
    # Short trainings do: here the controls count, not what is learned.
    base = hand.type_in(line, re.sub(r'"epochs":\d+', '"epochs":10', hand.first["setting"]))
    sliders = hand.panel.get_by_role("slider").all()
    for slider in sliders:
        name = slider.get_attribute("aria-label")
        assert name, "a slider without a name"
        if slider.evaluate("el => el.closest('[disabled]') !== null"):
            continue
        slider.focus()
        ends = {}
        for key in ("End", "Home"):
            after = hand.after(partial(page.keyboard.press, key), f"{name}, {key}")
            ends[key] = (after["setting"], slider.get_attribute("aria-valuetext"))
        assert ends["End"][0] != ends["Home"][0], f"{name}: both ends are one setting"
        assert ends["End"][1] != ends["Home"][1], f"{name}: both ends read the same"
        hand.type_in(line, base["setting"])

    lists = hand.panel.locator("select").all()
    for options in lists:
        seen = set()
        for option in options.locator("option").all_inner_texts():
            choose = partial(options.select_option, label=option)
            seen.add(hand.after(choose, option)["setting"])
        assert len(seen) == options.locator("option").count()

    presets = hand.panel.locator(".explorer-preset").all()
    assert presets
    for preset in presets:
        hand.after(partial(preset.press, "Enter"), preset.inner_text(), finish=False)
        assert hand.panel.locator(".explorer-note").count() == 1  # why it looks so
    last = hand.settled()
    undo, redo, reset = (
        hand.panel.get_by_role("button", name=n, exact=True) for n in ("Undo", "Redo", "Reset")
    )
    assert hand.after(partial(undo.press, "Enter"), "Undo", finish=False)["setting"] != last["setting"]
    assert hand.after(partial(redo.press, "Enter"), "Redo")["setting"] == last["setting"]
    hand.panel.scroll_into_view_if_needed()
    screenshot(f"controls_{hand.name}_last_preset")
    assert hand.after(partial(reset.press, "Enter"), "Reset")["setting"] == hand.first["setting"]

    back = hand.type_in(line, last["setting"])
    assert (back["setting"], back["reading"], back["alt"]) == (last["setting"], last["reading"], last["alt"])
    assert hand.type_in(line, base["setting"])["alt"] == base["alt"]
    key = base["setting"].split(" ")[0]
    for nonsense in ("nonsense {", key, f'{key} {{"no_such_field":1}}'):
        assert "Not possible" in hand.refused(line, nonsense)
    assert hand.type_in(line, base["setting"])["problem"] == ""
    for field in hand.panel.locator(".explorer-grid input[type=text]").all():
        own = field.input_value()
        assert "no shape" in hand.refused(field, "no shape")
        assert hand.type_in(field, own)["problem"] == ""

    page.set_viewport_size({"width": 800, "height": 1200})
    page.wait_for_timeout(300)
    assert page.evaluate(CLIPPED, PANEL) == []
    hand.panel.scroll_into_view_if_needed()
    screenshot(f"controls_{hand.name}_800")
    print(
        f"\n{hand.name}: {len(sliders)} sliders, {len(lists)} lists, {len(presets)} presets, "
        f"{hand.pressed} presses in {time.monotonic() - started:.0f} s"
    )
