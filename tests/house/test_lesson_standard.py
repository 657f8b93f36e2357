"""What every lesson must have: words for each figure, an end, a size within its budget."""

import re

import nbformat
import pytest

from course_utils.layout import find_course

COURSE = find_course()
SOURCES = COURSE.lesson_sources()
LESSONS = [s for s in SOURCES if re.match(r"(?!00_)\d\d_", s.name) and s.parent != COURSE.sources]
LARGEST = 1_500_000  # bytes


def notebook_of(source):
    return nbformat.read(COURSE.notebook_of(source), as_version=4)


def ids(source):
    return source.relative_to(COURSE.sources).with_suffix("").as_posix()


def figures_without_words(notebook) -> list[str]:
    """First lines of cells whose picture has neither alternative text nor a caption below it."""
    missing = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            described = "alt" in output.get("metadata", {}).get("image/png", {})
            # A caption may come after one further cell that prints the figure's numbers.
            below = [c for c in notebook.cells[index + 1 : index + 3] if c.cell_type == "markdown"]
            captioned = any(c.source.lstrip().startswith("*In words:*") for c in below)
            if not described and not captioned:
                missing.append(cell.source.splitlines()[0])
    return missing


@pytest.mark.parametrize("source", SOURCES, ids=ids)
def test_every_figure_is_told_in_words(source):
    assert figures_without_words(notebook_of(source)) == []


def test_a_figure_without_words_is_found():
    picture = nbformat.v4.new_output("display_data", {"image/png": "AAAA"})
    cells = [
        nbformat.v4.new_code_cell("draw()", outputs=[picture]),
        nbformat.v4.new_markdown_cell("Next topic."),
    ]
    assert figures_without_words(nbformat.v4.new_notebook(cells=cells)) == ["draw()"]
    cells[1].source = "*In words:* a line."
    assert figures_without_words(nbformat.v4.new_notebook(cells=cells)) == []


@pytest.mark.parametrize("source", SOURCES, ids=ids)
def test_size_within_budget(source, record_property):
    size = COURSE.notebook_of(source).stat().st_size
    record_property("kilobytes", size // 1000)
    assert size < LARGEST


@pytest.mark.parametrize("source", SOURCES, ids=ids)
def test_stored_outputs_show_no_warning_and_no_error(source):
    for cell in notebook_of(source).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


@pytest.mark.parametrize("source", LESSONS, ids=ids)
def test_anatomy(source):
    text = "\n".join(cell.source for cell in notebook_of(source).cells if cell.cell_type == "markdown")
    for part in (
        r"^# \d\.\d · ",
        r"\*\*After this you can\*\*",
        r"\*\*Time\*\*",
        r"\*\*Builds on\*\*",
        r"\*\*Next\*\*",
        r"\*Predict before you run:\*",
        r"Common mistakes",
        r"What you should remember",
        r"### Ask yourself",
        r"\*\*References\.\*\*",
        r"\]\(exercises/\d\d_\w+\.ipynb\)",
    ):
        assert re.search(part, text, re.MULTILINE), f"{source.name} has no part that matches {part}"


@pytest.mark.parametrize("source", SOURCES + COURSE.exercise_sources(), ids=ids)
def test_links_between_notebooks_lead_somewhere(source):
    notebook = COURSE.notebook_of(source)
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+\.ipynb)[^)]*\)", cell.source):
                assert (notebook.parent / target).exists(), f"{notebook.name} links to {target}"


@pytest.mark.parametrize("source", SOURCES + COURSE.exercise_sources(), ids=ids)
def test_links_to_a_section_lead_to_a_cell(source):
    """JupyterLab scrolls to a cell by its id; the id of a text is made from its first heading."""
    notebook = COURSE.notebook_of(source)
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target, section in re.findall(r"\]\(([^)#\s]*\.ipynb)#([^)\s]*)\)", cell.source):
                cells = nbformat.read(notebook.parent / target, as_version=4).cells
                places = {f"cell-id={cell.id}" for cell in cells}
                assert section in places, f"{notebook.name} links to {target}#{section}, which is not there"


@pytest.mark.parametrize("source", SOURCES, ids=ids)
def test_no_cell_hides_its_value_behind_a_semicolon(source):
    """nbval keeps no history, in which IPython looks for the semicolon: end a figure with plt.show()."""
    for cell in notebook_of(source).cells:
        assert cell.cell_type != "code" or not cell.source.rstrip().endswith(";"), cell.source
