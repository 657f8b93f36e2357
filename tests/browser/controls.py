"""Every control of an explorer, pressed by hand: what the tests of the lessons' explorers share."""

from __future__ import annotations

import ast
import re
import symtable
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat

SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden) "
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
POLL_MILLISECONDS, LONGEST_SECONDS = 40, 60
ANSWER_SECONDS = 0.5  # a setting that has not changed after this time does not change
UNSEEN_SECONDS = 0.2
STILL_SECONDS = 0.1
REST_SECONDS = 0.8  # words may arrive before the picture; after this time both are there
STILL_TRAINING_SECONDS = 0.4  # a training shows its mark after 0.3 seconds

STATE = """
(panel) => {
  const text = (query) => [...panel.querySelectorAll(query)].map(el => el.textContent).join(' ');
  let image = null;
  const own = panel.closest('.jp-OutputArea-child');
  for (let next = own.nextElementSibling; next && !image; next = next.nextElementSibling) {
    image = next.querySelector('.jp-RenderedImage img');
  }
  const data = image ? image.src : '';
  let sum = data.length;
  for (let i = 0; i < data.length; i += 7) sum = (31 * sum + data.charCodeAt(i)) % 1000000007;
  return {
    setting: panel.querySelector('.explorer-setting input').value,
    busy: text('.explorer-busy'),
    words: text('.explorer-reading, .explorer-warning'),
    note: text('.explorer-note'),
    problem: text('.explorer-problem'),
    alt: image ? image.alt : '',
    picture: sum,
  };
}"""

# Parts that reach over the panel's edge, labels that are cut, and lists too narrow for an option.
CUT = """
(panel) => {
  const edge = panel.getBoundingClientRect();
  const over = [...panel.querySelectorAll('button, select, input, .widget-readout, .widget-label')]
    .filter(el => el.offsetParent && el.getBoundingClientRect().right > edge.right + 2);
  const cut = [...panel.querySelectorAll('.widget-label, .jupyter-button')].filter(el => {
    const text = document.createRange();
    text.selectNodeContents(el);
    return el.offsetParent && text.getBoundingClientRect().width > el.clientWidth + 1;
  });
  const pen = document.createElement('canvas').getContext('2d');
  const narrow = [...panel.querySelectorAll('select')].filter(el => {
    pen.font = getComputedStyle(el).font;
    const arrow = 16;
    return [...el.options].some(o => pen.measureText(o.label).width > el.clientWidth - arrow);
  });
  return [...over, ...cut, ...narrow].map(el => `${el.className}: ${el.textContent.slice(0, 60)}`);
}"""


def _names(source: str) -> tuple[set[str], set[str]]:
    """Names that a statement gives to the notebook, and names of the notebook that it uses."""
    top = symtable.symtable(source, "statement", "exec")
    given = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    tables, used = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {
            s.get_name() for s in table.get_symbols() if s.is_referenced() and (table is top or s.is_global())
        }
    return given, used


def explorer_cells(lesson: Path) -> list[str]:
    """For each explorer of a lesson: its cell, after the statements that give the names it needs.

    A training that only changes what a name holds is left out: explorers of trained networks then show
    untrained ones.
    """
    sources = [cell.source for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
    cells = []
    for position, source in enumerate(sources):
        if "Explorer(" not in source or ".show()" not in source:
            continue
        statements = [
            ast.get_source_segment(before, statement)
            for before in sources[:position]
            for statement in ast.parse(before).body
        ]
        _, wanted = _names(source)
        kept = [source]
        for statement in reversed(statements):
            given, used = _names(statement)
            if given & wanted:
                wanted = (wanted - given) | used
                kept.append(statement)
        cells.append("\n".join(reversed(kept)))
    return cells


def open_explorers(page, notebook, folder: Path, name: str, cells: list[str]) -> list[Panel]:
    """Run the cells as one notebook in the open JupyterLab, each under names of its own."""
    shown = [nbformat.v4.new_code_cell(cell) for cell in cells]
    end = nbformat.v4.new_markdown_cell("The end.")
    path = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[*shown, end], metadata=KERNEL), path)
    notebook.open(path.name)
    notebook.run_all()
    panels = page.locator(SHOWN + ".explorer-panel")
    panels.nth(len(cells) - 1).wait_for(state="attached")
    assert panels.count() == len(cells)
    return [Panel(page, panels.nth(i)) for i in range(len(cells))]


class Panel:
    """One explorer of an open notebook, and a hand that presses its controls."""

    def __init__(self, page, locator) -> None:
        self.page, self.locator, self.presses = page, locator, 0
        locator.scroll_into_view_if_needed()
        trains = locator.get_by_role("slider", name="Epochs", exact=True).count()
        self.still = STILL_TRAINING_SECONDS if trains else STILL_SECONDS
        self.first = self.settled()
        self.key = self.first["setting"].split(" ")[0]

    def state(self) -> dict:
        """What panel and picture show now."""
        return self.locator.evaluate(STATE)

    def settled(self, still: float = 0) -> dict:
        """What they show when no work is under way, and nothing has moved for `still` seconds or longer."""
        end, before, since = time.monotonic() + LONGEST_SECONDS, None, time.monotonic()
        while time.monotonic() < end:
            now = self.state()
            if now != before or now["busy"]:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > max(self.still, still):
                return now
            self.page.wait_for_timeout(POLL_MILLISECONDS)
        raise AssertionError(f"{self.key}: still at work after {LONGEST_SECONDS} s: {before}")

    def after(self, what: str, act, unseen: bool = False) -> dict:
        """Act, wait for the answer, and look that nothing failed, is cut, or changed unseen.

        unseen : whether a new setting may change nothing that is seen
        """
        before = self.state()
        act()
        self.presses += 1
        started = time.monotonic()
        while True:
            now, waited = self.state(), time.monotonic() - started
            changed = now["setting"] != before["setting"] and not unseen
            seen = (now["picture"], now["words"]) != (before["picture"], before["words"])
            patience = UNSEEN_SECONDS if unseen else ANSWER_SECONDS
            if (changed and seen) or now["problem"] or (not changed and waited > patience):
                break
            assert waited < LONGEST_SECONDS, f"{self.key}, {what}: nothing to see of it"
            self.page.wait_for_timeout(POLL_MILLISECONDS)
        now = self.settled()
        assert now["problem"] == "", (self.key, what, now["problem"])
        assert self.locator.evaluate(CUT) == [], (self.key, what)
        assert now["alt"], (self.key, what)
        return now

    def shows_again(self, before: dict) -> None:
        """Picture and words are those of before; a late drawing of the same may still come first."""
        end = time.monotonic() + LONGEST_SECONDS
        while (now := self.settled())["picture"] != before["picture"]:
            assert time.monotonic() < end, (self.key, before, now)
        assert now["alt"] == before["alt"], self.key

    def type_setting(self, text: str) -> None:
        """Put a line into the field of settings."""
        line = self.locator.get_by_label("Setting", exact=True)
        line.fill(text)
        line.press("Enter")

    def button(self, name: str):
        """A button by its words."""
        return self.locator.get_by_role("button", name=name, exact=True)

    def press_sliders(self) -> int:
        """Take each slider to both ends, with a short training: the controls count, not what is learned."""
        light = re.sub(r'"epochs":\d+', '"epochs":50', self.first["setting"])
        same = light == self.first["setting"]
        start = self.first if same else self.after("light", lambda: self.type_setting(light))
        sliders = self.locator.get_by_role("slider").all()
        for slider in sliders:
            name = slider.get_attribute("aria-label")
            assert name, f"{self.key}: a slider without a name"
            if slider.evaluate("el => el.closest('[disabled]') !== null"):
                continue  # it means nothing in this setting, and says so
            slider.focus()
            ends = []
            for key in ("End", "Home"):
                press = partial(self.page.keyboard.press, key)
                now = self.after(f"{name}, {key}", press)
                ends.append((now["setting"], slider.get_attribute("aria-valuetext")))
            assert ends[0][0] != ends[1][0], f"{self.key}, {name}: both ends are one setting"
            assert ends[0][1] != ends[1][1], f"{self.key}, {name}: both ends read the same"
            self.after("back", partial(self.type_setting, start["setting"]))
        self.reset_if_changed()
        return len(sliders)

    def press_lists(self) -> int:
        """Choose every option of every list."""
        lists = self.locator.locator("select").all()
        for options in lists:
            labels = options.locator("option").all_inner_texts()
            first = options.evaluate("list => list.selectedIndex")
            settings = set()
            for k in [*range(first + 1, len(labels)), *range(first + 1)]:  # the first one comes last
                now = self.after(labels[k], partial(options.select_option, index=k))
                settings.add(now["setting"])
            assert len(settings) == len(labels), self.key
            self.reset_if_changed()
        return len(lists)

    def press_boxes(self) -> int:
        """Tick every box and untick it."""
        boxes = self.locator.locator("input[type=checkbox]").all()
        for box in boxes:
            box.focus()
            now = [self.after("box", lambda: self.page.keyboard.press("Space")) for _ in range(2)]
            assert now[0]["setting"] != now[1]["setting"] == self.first["setting"], self.key
        return len(boxes)

    def press_texts(self) -> int:
        """Type nonsense into every field for text, which refuses it, and its own text back."""
        fields = self.locator.locator(".explorer-grid .widget-text input").all()
        for field in fields:
            own, before = field.input_value(), self.settled(REST_SECONDS)
            field.fill("xyzzy plugh")
            field.press("Enter")
            self.presses += 1
            self.locator.get_by_role("alert").get_by_text("Not possible").wait_for()
            assert "xyzzy" in self.state()["problem"], self.key  # says what was typed
            self.shows_again(before)
            field.fill(own)
            self.after("own text", partial(field.press, "Enter"), unseen=True)
        return len(fields)

    def press_presets(self) -> int:
        """Press every preset; each explains itself. Then undo and redo."""
        presets = self.locator.locator(".explorer-preset").all()
        settings = []
        for preset in presets:
            now = self.after(preset.inner_text(), lambda preset=preset: preset.press("Enter"))
            settings.append(now["setting"])
            assert now["note"] or now["setting"] == self.first["setting"], (self.key, preset.inner_text())
        last = settings[-1]
        assert self.after("Undo", lambda: self.button("Undo").press("Enter"))["setting"] != last
        assert self.after("Redo", lambda: self.button("Redo").press("Enter"))["setting"] == last
        return len(presets)

    def paste(self) -> None:
        """Paste a setting back; lines that are none are refused and change nothing."""
        self.after("paste", partial(self.type_setting, self.first["setting"]))
        back = self.settled(REST_SECONDS)
        assert (back["setting"], back["words"]) == (self.first["setting"], self.first["words"]), self.key
        for wrong in (
            "nonsense {",
            self.key,
            f'{self.key} {{"no_such_field":1}}',
            self.first["setting"][:-4],
        ):
            self.type_setting(wrong)
            self.presses += 1
            self.locator.get_by_role("alert").get_by_text("Not possible").wait_for()
            self.shows_again(back)
        self.after("right again", partial(self.type_setting, self.first["setting"]), unseen=True)

    def reset_if_changed(self) -> None:
        """Back to the first setting where a choice took other fields along."""
        if self.state()["setting"] != self.first["setting"]:
            self.reset()

    def reset(self) -> None:
        """Back to the first setting."""
        now = self.after("Reset", lambda: self.button("Reset").press("Enter"))
        assert now["setting"] == self.first["setting"], self.key

    def press_everything(self) -> Iterator[str]:
        """All of the above; yields what was pressed, in words."""
        yield f"{self.press_sliders()} sliders"
        yield f"{self.press_lists()} lists"
        yield f"{self.press_boxes()} boxes"
        yield f"{self.press_texts()} texts"
        yield f"{self.press_presets()} presets"
        self.paste()
        yield f"{self.presses} presses"
