"""The first run: the pinned lists, the conda file, the installer's messages, the port."""

import importlib.util
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from course_utils.launching import free_port, lab_command, port_is_free, write_settings
from course_utils.layout import find_course

COURSE = find_course()
ROOT = COURSE.root
yaml = pytest.importorskip("yaml", reason="pyyaml is not installed (extra test)")

spec = importlib.util.spec_from_file_location("install", ROOT / "tools" / "install.py")
install = importlib.util.module_from_spec(spec)
spec.loader.exec_module(install)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def pins(name: str) -> dict[str, str]:
    lines = [line.split(";")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in requirements}


def test_every_dependency_is_pinned():
    assert names(PROJECT["dependencies"]) <= pins("requirements.txt").keys()
    tested = pins("requirements.txt") | pins("requirements-test.txt")
    assert names(PROJECT["optional-dependencies"]["test"]) <= tested.keys()


def test_learners_do_not_install_what_only_tests_need():
    assert not {"hypothesis", "ruff", "scikit-learn", "torch", "playwright"} & pins("requirements.txt").keys()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_pinned_lists_have_no_addresses(name):
    for line in (ROOT / name).read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line), line


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text().split("[project.scripts]")[0]
    for line in re.findall(r'^    "[a-z].*$', text.split("dependencies = [")[1], re.MULTILINE):
        assert "#" in line, f"no reason beside {line.strip()}"


def test_conda_file_agrees():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert conda["name"] == "course"
    found = {}
    for line in conda["dependencies"]:
        match = re.fullmatch(r"([a-z-]+)(?: ?(=[\d.]+|>=[\d.]+,<[\d.]+))?", line)
        assert match, f"not a conda specification: {line}"
        found[CONDA_NAMES.get(match[1], match[1])] = match[2]
    assert found.pop("python") == PROJECT["requires-python"]
    assert "pip" in found
    found.pop("pip")
    assert found.keys() == names(PROJECT["dependencies"])
    for name, version in found.items():
        assert version == "=" + pins("requirements.txt")[name], name


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_another_python_is_refused_with_what_to_do(version):
    with pytest.raises(install.Stop, match=r"needs Python 3.11 to 3.13.*(?s:.*)make lab PYTHON="):
        install.check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_the_right_python_is_taken(version):
    install.check_python(version)


def test_a_full_disk_is_named(tmp_path):
    with pytest.raises(install.Stop, match=r"the disk has 10 MB free, the installation needs 1000 MB"):
        install.check_space(str(tmp_path), free=10 * 2**20)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Failed to establish a new connection: [Errno -3]", "on a network"),
        ("WARNING: Temporary failure in name resolution", "on a network"),
        ("error: command 'gcc' failed", "last lines were"),
    ],
)
def test_a_failed_installation_is_explained(log, words):
    assert words in install.reason_for(log)


def test_no_network_on_the_first_run_is_explained(tmp_path):
    """The real installer, with every package index out of reach."""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "install.py").write_text((ROOT / "tools" / "install.py").read_text())
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    unreachable |= {"PIP_CONFIG_FILE": "/dev/null", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, tmp_path / "tools" / "install.py"],
        env=unreachable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "1 of 3" in done.stdout
    assert "is this machine on a network?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_is_free(port)
        with pytest.raises(OSError, match=rf"port {port} is taken.*PORT={port + 1}"):
            free_port(port)
        assert free_port(None) != port


def test_the_lab_opens_on_the_start_page(tmp_path):
    command = lab_command(COURSE, 9123, browser=False)
    assert "--no-browser" in command
    assert any(part.endswith("00_start_here.ipynb") for part in command)
    write_settings(tmp_path)
    assert "fetchNews" in next(tmp_path.rglob("overrides.json")).read_text()


FORBIDDEN = re.compile(r"/root/|/work/|/tmp/\w|\bTODO\b|\bFIXME\b")
TEXT = {".py", ".md", ".toml", ".yml", ".txt", ".js", ".css", ".json", ".ipynb", ".cfg", ""}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_no_text_names_a_folder_of_some_machine():
    here = Path(__file__)
    for path in tracked_files():
        if path.suffix in TEXT and path != here and path.is_file():
            found = FORBIDDEN.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert not found, f"{path.relative_to(ROOT)} holds {found[0]!r}"
