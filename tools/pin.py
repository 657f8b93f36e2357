"""Write requirements.txt and requirements-test.txt from the versions in this environment.

Run in a fresh environment that holds what pyproject.toml names:
    python -m pip install -e .          then    python tools/pin.py requirements.txt
    python -m pip install -e .[test]    then    python tools/pin.py requirements-test.txt

Packages that only some Pythons or systems need carry their condition, so that one list serves all.
"""

import importlib.metadata
import re
import sys
from pathlib import Path

# Needed by some systems only; the others must not be asked for it.
CONDITIONS = {
    "appnope": 'sys_platform == "darwin"',
    "pexpect": 'sys_platform != "win32"',
    "ptyprocess": 'sys_platform != "win32"',
    "colorama": 'sys_platform == "win32"',
    "pywinpty": 'sys_platform == "win32"',
}
NOT_PINNED = {"pip", "setuptools", "wheel", "course-utils"}


def normal(name: str) -> str:
    """A package's name in its one canonical spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Name to version of everything installed here."""
    found = {normal(d.metadata["Name"]): d.version for d in importlib.metadata.distributions()}
    # A local label such as "+cpu" names a build, not a version that others can ask for.
    return {name: v.split("+")[0] for name, v in sorted(found.items()) if name not in NOT_PINNED}


def main() -> int:
    """Write the list named on the command line; the test list leaves out what the first has."""
    target = Path(__file__).resolve().parent.parent / sys.argv[1]
    chosen = pins()
    if target.name == "requirements-test.txt":
        base = target.with_name("requirements.txt").read_text()
        chosen = {name: version for name, version in chosen.items() if f"\n{name}==" not in "\n" + base}
    lines = [
        f"{name}=={version}" + (f" ; {CONDITIONS[name]}" if name in CONDITIONS else "")
        for name, version in chosen.items()
    ]
    target.write_text("# Written by tools/pin.py; the versions that are tested.\n" + "\n".join(lines) + "\n")
    print(f"{len(lines)} packages in {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
