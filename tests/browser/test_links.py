"""A link from an exercise opens its lesson at the section, not at the top."""


def test_an_exercise_leads_to_the_section_of_its_lesson(notebook, page, screenshot):
    notebook.open("2_improving_networks/exercises/02_regularisation.ipynb")
    page.locator("a[href*='02_regularisation.ipynb']", has_text="section 5").first.click()
    heading = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) h2", has_text="Dropout, forward")
    heading.wait_for(state="attached")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) h2')].some(h => {
            const place = h.getBoundingClientRect();
            return h.textContent.includes('Dropout, forward')
                && place.top > 0 && place.bottom < window.innerHeight;
        })"""
    )
    screenshot("link_to_section")
