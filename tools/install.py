"""First run of `make lab` and `make test`: make the environment .venv and say what is happening.

Runs on the Python that the machine has, so it uses the standard library alone and says in
plain words what is missing.

    python tools/install.py          what the lessons need
    python tools/install.py --test   and what the tests need
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".venv")
LOG = os.path.join(ENVIRONMENT, "install.log")
OLDEST, NEWEST = (3, 11), (3, 13)
SPACE_NEEDED = 1000 * 2**20  # bytes; an environment takes about 450 MB, its downloads as much again

NO_NETWORK = re.compile(
    r"Temporary failure in name resolution|NewConnectionError|Failed to establish a new connection"
    r"|Network is unreachable|ConnectTimeout|getaddrinfo failed|ProxyError|Name or service not known"
    r"|NameResolutionError|Connection refused|Could not find a version that satisfies the requirement",
)
NO_SPACE = re.compile(r"No space left on device|Errno 28|not enough space", re.IGNORECASE)


class Stop(Exception):
    """The installation cannot go on; the message says why and what to do."""


def check_python(version):
    """Stop unless this Python is one that the course is tested with."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        raise Stop(
            "this is Python %d.%d, the course needs Python %d.%d to %d.%d.\n"
            "Install one of them, then say which: make lab PYTHON=python3.12"
            % (tuple(version[:2]) + OLDEST + NEWEST)
        )


def check_space(folder, free=None):
    """Stop when the disk has too little room for the environment."""
    free = shutil.disk_usage(folder).free if free is None else free
    if free < SPACE_NEEDED:
        raise Stop(
            "the disk has %d MB free, the installation needs %d MB.\n"
            "Make room, then run the same command again." % (free // 2**20, SPACE_NEEDED // 2**20)
        )


def reason_for(log):
    """What a failed installation's output says, in words for the user."""
    if NO_SPACE.search(log):
        return "the disk is full. Make room, then run the same command again."
    if NO_NETWORK.search(log):
        return (
            "the packages could not be downloaded: is this machine on a network?\n"
            "Only the first run needs one; later runs do not. Details: %s" % LOG
        )
    return "installing failed. The last lines were:\n%s\nDetails: %s" % (
        "\n".join(log.splitlines()[-8:]),
        LOG,
    )


def interpreter():
    """Path of the environment's Python."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(ENVIRONMENT, folder, name)


def requirement_files(with_tests):
    """The pinned lists to install."""
    names = ["requirements.txt"] + (["requirements-test.txt"] if with_tests else [])
    return [os.path.join(ROOT, name) for name in names]


def digest(files):
    """One digest over the lists and the project's own description."""
    total = hashlib.sha256()
    for path in files + [os.path.join(ROOT, "pyproject.toml")]:
        with open(path, "rb") as stream:
            total.update(stream.read())
    return total.hexdigest()


def pinned(files):
    """How many packages the lists name."""
    count = 0
    for path in files:
        with open(path) as stream:
            count += sum("==" in line and not line.startswith("#") for line in stream)
    return count


def show(done, total, what):
    """One line of progress, overwritten in a terminal."""
    width = 30
    filled = int(width * min(done, total) / max(total, 1))
    line = "  [%s%s] %3d of %d  %s" % ("#" * filled, "." * (width - filled), min(done, total), total, what)
    if sys.stdout.isatty():
        sys.stdout.write("\r" + line[:100].ljust(100))
    elif done % 20 == 0 or done == total:
        print(line)
    sys.stdout.flush()


def pip(arguments, total):
    """Run pip in the environment with progress; stop with a clear reason when it fails."""
    command = [interpreter(), "-m", "pip", "--disable-pip-version-check", "--no-input"] + arguments
    lines, done = [], 0
    environment = dict(os.environ, PYTHONUNBUFFERED="1", PIP_NO_COLOR="1")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        for line in process.stdout:
            lines.append(line)
            found = re.match(r"Collecting ([A-Za-z0-9_.-]+)", line)
            if found and total:
                done += 1
                show(done, total, found.group(1))
            elif line.startswith("Installing collected packages") and total:
                show(total, total, "unpacking")
    if total and sys.stdout.isatty():
        print()
    text = "".join(lines)
    try:
        with open(LOG, "a") as stream:
            stream.write(text)
    except OSError:
        pass  # a full disk is reported below by what pip said
    if process.returncode:
        raise Stop(reason_for(text))


def install(with_tests):
    """Make or complete the environment; does nothing where it is complete."""
    check_python(sys.version_info)
    files = requirement_files(with_tests)
    marker = os.path.join(ENVIRONMENT, "installed-test" if with_tests else "installed")
    wanted = digest(files)
    if os.path.exists(marker):
        with open(marker) as stream:
            if stream.read() == wanted:
                return
    check_space(ROOT)
    print("First run: setting up the course in .venv (a few minutes, once).")
    if not os.path.exists(interpreter()):
        print("1 of 3  making the environment", flush=True)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    print("2 of 3  downloading and installing packages", flush=True)
    lists = [part for path in files for part in ("-r", path)]
    pip(["install", *lists], pinned(files))
    print("3 of 3  installing the course's own package", flush=True)
    pip(["install", "--no-deps", "-e", ROOT], 0)
    with open(marker, "w") as stream:
        stream.write(wanted)
    print("Ready.", flush=True)


def main():
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Set up the course's environment.")
    parser.add_argument("--test", action="store_true", help="also what the tests need")
    arguments = parser.parse_args()
    try:
        install(arguments.test)
    except Stop as reason:
        sys.stderr.write("\nThe course could not be set up: %s\n" % reason)
        return 1
    except OSError as error:
        text = "the disk is full." if error.errno == 28 else str(error)
        sys.stderr.write("\nThe course could not be set up: %s\n" % text)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run the same command again to go on.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
