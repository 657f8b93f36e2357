"""Lesson 5.6 in a real JupyterLab: the beam follows the keyboard and the presets."""

LESSON = "5_sequence_models/06_seq2seq_beam_search.ipynb"
TREE = ".jp-OutputArea-output img[alt^='Beam ']"
WAIT = "([selector, text]) => [...document.querySelectorAll(selector)].pop()?.alt.includes(text)"


def test_beam_follows_the_keyboard(notebook, page, screenshot):
    page.set_default_timeout(180_000)  # the lesson trains a network before it draws
    notebook.open(LESSON)
    notebook.run_all(seconds=400)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert "live supposing thou art" in page.locator(TREE).last.get_attribute("alt")

    slider = page.get_by_role("slider", name="Beam width B").last
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(WAIT, arg=[TREE, "Beam 5 ends with “shall i ne'er know but live in doubt"])
    page.locator(TREE).last.evaluate("picture => picture.scrollIntoView({block: 'center'})")
    screenshot("lesson_5_6_beam_5")

    slider = page.get_by_role("slider", name="Normalisation α").last
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(WAIT, arg=[TREE, "Beam 5 ends with “shall i know ⏎”"])
    page.locator(TREE).last.evaluate("picture => picture.scrollIntoView({block: 'center'})")
    screenshot("lesson_5_6_alpha_0")
