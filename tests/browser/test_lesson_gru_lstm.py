"""Lesson 5.2 in a real JupyterLab: both gate explorers follow the keyboard."""

LESSON = "5_sequence_models/02_gru_lstm.ipynb"
HAND = ".jp-OutputArea-output img[alt^='Step ']"
SENTENCE = ".jp-OutputArea-output img[alt^='After ']"


def test_gates_follow_the_keyboard(notebook, page, screenshot):
    notebook.open(LESSON)
    notebook.run_all()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(HAND).last.get_attribute("alt").endswith("It remembers.")

    slider = page.get_by_role("slider", name="Forget gate").last
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].pop()?.alt.includes('multiply to 0.843')",
        arg=HAND,
    )
    notebook.scroll_to_last(HAND)
    screenshot("lesson_5_2_gates")

    box = page.get_by_label("Sentence", exact=True).last
    box.fill("the happy girls near the house")
    box.press("Enter")
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].pop()?.alt.includes('says were')"
        " && [...document.querySelectorAll(selector)].pop()?.alt.includes('happy girls near')",
        arg=SENTENCE,
    )
    notebook.scroll_to_last(SENTENCE)
    screenshot("lesson_5_2_sentence")
