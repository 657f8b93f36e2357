"""Where learners' code runs when a class is graded: tiers, and how good the one at hand is.

Tier A, bubblewrap: no network, its own processes, a read-only system, one folder to write, an unprivileged
user without capabilities, limits on processes, memory, files and CPU. Tier B, Landlock, seccomp and limits:
the same aims without namespaces. Tier "none": nothing; only on request, for answers one trusts.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_utils.grading import confine
from course_utils.grading.run import plain_kernel_argv, plain_kernel_env

TIERS = {
    "A": "bubblewrap: no network, own processes, read-only system, unprivileged user, limits",
    "B": "Landlock, seccomp and limits: no network, no files but its own, no signals to others",
    "none": "no sandbox: the answers ran with the rights of the person who graded",
}


class NoSandbox(RuntimeError):
    """Neither tier works here; the text says why."""


@dataclass(frozen=True)
class KernelLimits:
    """Limits of one kernel: bytes of memory, of a file and of the work folder; CPU seconds; processes."""

    memory: int = 3 * 2**30
    file: int = 64 * 2**20
    disk: int = 256 * 2**20
    cpu: int = 120
    processes: int = 96


@dataclass(frozen=True)
class Sandbox:
    """A way of starting kernels.

    support : folder with the modules of the course that the set-up imports, or ""
    shared  : pairs (folder here, folder inside) that may be read
    """

    tier: str
    support: str = ""
    shared: tuple[tuple[str, str], ...] = ()
    limits: KernelLimits = field(default_factory=KernelLimits)

    def kernel_argv(self, folder: Path) -> list[str]:
        """Command of a kernel whose run folder is `folder`."""
        if self.tier == "none":
            return plain_kernel_argv()
        return [*_launcher(), json.dumps(self.config()), "{connection_file}"]

    def kernel_env(self) -> dict[str, str]:
        """Additions to its environment; the sandboxes start from an empty one."""
        return plain_kernel_env() if self.tier == "none" else {}

    def config(self) -> dict:
        """What `confine.py` needs to know."""
        prefixes = _prefixes()
        processes = self.limits.processes + (0 if os.geteuid() == 0 else _own_threads())
        return {
            "tier": self.tier,
            "python": sys.executable,
            "bwrap": shutil.which("bwrap") or "",
            "prefixes": prefixes,
            "hidden": _hidden(prefixes),
            "course": _editable_place(),
            "closed_prefix": not all(_open_to_all(Path(prefix)) for prefix in prefixes),
            "support": self.support,
            "shared": list(self.shared),
            "limits": {**asdict(self.limits), "processes": processes},
        }


def _launcher() -> list[str]:
    return [sys.executable, "-I", "-S", os.path.abspath(confine.__file__)]


def _prefixes() -> list[str]:
    """Folders of the interpreter and its packages, outermost only."""
    folders = {os.path.realpath(sys.base_prefix), os.path.realpath(sys.prefix), os.path.abspath(sys.prefix)}
    folders |= {os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))}
    folders = {folder for folder in folders if folder not in ("/", "/usr")}
    return sorted(
        folder for folder in folders if not any(folder.startswith(other + "/") for other in folders)
    )


def _hidden(prefixes: list[str]) -> list[str]:
    """Places inside the readable folders that hold the course: its kernels are solutions."""
    package = Path(__file__).resolve().parents[1]
    places = [package]
    if (package.parent / "sources").is_dir():
        places.append(package.parent)
    inside = [
        str(place) for place in places if any(str(place).startswith(p + "/") for p in [*prefixes, "/usr"])
    ]
    return [place for place in inside if not any(place.startswith(other + "/") for other in inside)]


def _editable_place() -> str:
    """The folder on Python's path that holds the course alone, or "" where it lies among other packages."""
    folder = Path(__file__).resolve().parents[2]
    return "" if folder.name in ("site-packages", "dist-packages") else str(folder)


def _open_to_all(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def _own_threads() -> int:
    """Threads that this user runs already: the limit on processes counts them."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == os.getuid():
                    count += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue
    return count


def try_tier(tier: str) -> str:
    """Try a tier out on this machine; "" where it holds, else why it does not."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    if tier == "A" and not shutil.which("bwrap"):
        return "bubblewrap (bwrap) is not installed"
    folder = Path(tempfile.mkdtemp(prefix="course-grade-p-"))
    secret_folder = Path(tempfile.mkdtemp(prefix="course-grade-s-"))
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        secret = secret_folder / "secret"
        secret.write_text("secret")
        secret.chmod(0o644)
        secret_folder.chmod(0o755)
        config = Sandbox(tier).config()
        config["probe"] = {"port": listener.getsockname()[1], "secret": str(secret)}
        done = subprocess.run(
            [*_launcher(), json.dumps(config), str(folder / "k.json")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        words = (done.stderr.strip().splitlines() or ["no message"])[-1]
        if done.returncode:
            return f"it does not start: {words}"
        findings = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        return f"it does not start: {error}"
    finally:
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(secret_folder, ignore_errors=True)
    for what, wanted in (("network", "closed"), ("files", "closed"), ("numpy", "there"), ("kernel", "there")):
        if findings.get(what) != wanted:
            return f"{what}: {findings.get(what)} inside {findings.get('error', '')}".strip()
    return ""


def choose_tier(wanted: str = "", unsafe: bool = False) -> str:
    """The best tier that works here.

    wanted : "A", "B" or "" for the best
    unsafe : allow grading without any sandbox

    Raises NoSandbox, with the reason for each tier, where none works and `unsafe` is not set.
    """
    reasons = []
    for tier in [wanted] if wanted else ["A", "B"]:
        reason = try_tier(tier)
        if not reason:
            return tier
        reasons.append(f"tier {tier}: {reason}")
    if unsafe:
        return "none"
    raise NoSandbox(
        f"no sandbox for the learners' code ({'; '.join(reasons)}). Install bubblewrap, or pass --unsafe to "
        "run the answers with your own rights."
    )


def make_support(setup: list[str], folder: Path, tier: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Copy the course's modules that the set-up imports into `folder`, and nothing else of the course.

    What the set-up imports is all an answer can import: the kernels stay out unless the set-up uses them.
    Returns the folder ("" where the set-up needs nothing) and the folders to share for reading.
    """
    package = Path(__file__).resolve().parents[1]
    files = _needed_files(setup, package)
    if not files:
        return "", ()
    for file in files:
        target = folder / "course_utils" / file.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    (folder / "notebooks").mkdir(exist_ok=True)
    assets = package.parent / "assets"
    shared: tuple[tuple[str, str], ...] = ()
    if any("data" in file.relative_to(package).parts for file in files) and assets.is_dir():
        shared = ((str(assets), f"{confine.COURSE}/assets"),)
        if tier == "A":
            (folder / "assets").mkdir(exist_ok=True)
        else:
            os.symlink(assets, folder / "assets")
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    return str(folder), shared


def _needed_files(setup: list[str], package: Path) -> set[Path]:
    found: set[Path] = set()
    pending = [module for source in setup for module in _modules(source, "")]
    while pending:
        parts = pending.pop().split(".")
        if parts[0] != "course_utils":
            continue
        for length in range(1, len(parts) + 1):
            base = package.joinpath(*parts[1:length])
            for file in (base / "__init__.py", base.with_suffix(".py")):
                if file.is_file() and file not in found and (length > 1 or file.name == "__init__.py"):
                    found.add(file)
                    name = ".".join(["course_utils", *file.relative_to(package).with_suffix("").parts])
                    pending += _modules(file.read_text(encoding="utf-8"), name)
    return found


def _modules(source: str, inside: str) -> set[str]:
    """Modules that a source imports; `from a import b` gives a and a.b, for b may be a module."""
    try:
        text = "\n".join("" if line.startswith(("%", "!")) else line for line in source.splitlines())
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                # `inside` ends with the module's own name, so one level up is its folder
                above = inside.split(".")[: -node.level]
                base = ".".join([*above, base]) if base else ".".join(above)
            names.add(base)
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "course_utils"}
