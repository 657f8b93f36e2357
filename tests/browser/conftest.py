"""A real JupyterLab on a copy of the course, and a real browser.

These tests must not be skipped where the continuous integration runs: there, a missing
browser is an error.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from course_utils.launching import lab_command, write_settings
from course_utils.layout import Course, find_course

ARTIFACTS = find_course().root / ".artifacts"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


def missing(what: str):
    if os.environ.get("CI"):
        pytest.fail(f"{what}; the browser tests must run here")
    pytest.skip(what)


@pytest.fixture(scope="session")
def playwright_browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("no chromium on this machine")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed (extra test-browser)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A running JupyterLab: its address, the folder it serves, and its token."""

    def __init__(self, url: str, folder: Path):
        self.url, self.folder = url, folder

    def address(self, notebook: str) -> str:
        """The address that opens a notebook, given relative to notebooks/."""
        return f"{self.url}/lab/tree/{notebook}?reset"


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of notebooks/, started as `make lab` starts it, with a home of its own."""
    folder = tmp_path_factory.mktemp("course")
    home = tmp_path_factory.mktemp("home")
    course = find_course()
    shutil.copytree(
        course.notebooks, folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    for name in ("sources", "course_utils", "assets"):
        (folder / name).symlink_to(course.root / name)
    if sys.prefix != sys.base_prefix:
        write_settings(Path(sys.prefix))
    port = unused_port()
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "jupyter")}
    environment |= {"COURSE_HOME": str(home / "course"), "OPENBLAS_NUM_THREADS": "1"}
    command = [*lab_command(Course(folder), port, browser=False), "--IdentityProvider.token="]
    log = (folder / "lab.log").open("w")
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, folder / "lab.log")
        yield Lab(url, folder / "notebooks")
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab stopped:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=2) as answer:
                json.load(answer)
                return
        except (urllib.error.URLError, OSError, ValueError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within {seconds} s:\n{log.read_text()[-3000:]}")


@pytest.fixture
def page(playwright_browser):
    """A page of 1280 by 900 pixels."""
    context = playwright_browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.fixture
def screenshot(page):
    """Save a screenshot under .artifacts/; returns its path."""

    def take(name: str, **options) -> Path:
        path = ARTIFACTS / "screenshots" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, **options)
        return path

    return take


class Notebook:
    """A notebook open in JupyterLab, and what a hand does with it."""

    def __init__(self, page, lab: Lab):
        self.page, self.lab = page, lab

    def open(self, path: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        self.page.goto(self.lab.address(path))
        self.page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=60_000)
        # The sign in the notebook says idle before a kernel is there; the status bar does not.
        self.page.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')", timeout=60_000)
        self.wait_idle()

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait until the kernel has nothing left to do."""
        self.page.wait_for_function(
            """() => {
                const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
                const sign = panel && panel.querySelector('.jp-Notebook-ExecutionIndicator');
                return sign && sign.getAttribute('data-status') === 'idle';
            }""",
            timeout=1000 * seconds,
        )

    def run_all(self, seconds: float = 180) -> None:
        """Run all cells from the menu, and wait until every one has run."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        self.page.wait_for_timeout(500)
        self.page.wait_for_function(
            """() => {
                const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
                const prompts = [...panel.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
                const sign = panel.querySelector('.jp-Notebook-ExecutionIndicator');
                return sign.getAttribute('data-status') === 'idle'
                    && !prompts.some(p => p.textContent.includes('*'));
            }""",
            timeout=1000 * seconds,
        )

    def scroll_to_last(self, selector: str) -> None:
        """Bring the last match into view, in one step: a live picture may be replaced between two."""
        self.page.evaluate("query => [...document.querySelectorAll(query)].pop().scrollIntoView()", selector)


@pytest.fixture
def notebook(page, lab):
    """The notebook room: open, run all, wait."""
    return Notebook(page, lab)
