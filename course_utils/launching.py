"""`course lab`: JupyterLab on the course's start page."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from course_utils.layout import Course
from course_utils.threads import ONE_BLAS_THREAD

START_PAGE = "00_start_here.ipynb"
DEFAULT_PORT = 8888

# JupyterLab asks a new user about news and looks for updates on the network; the course does neither.
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": False,
    },
    # Cells get their true height once. With the default a link to a section stops a page or two before it.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}


def port_is_free(port: int) -> bool:
    """True when a server can listen on this port of the local machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(wanted: int | None) -> int:
    """The port to serve on.

    wanted : a port asked for by the user, or None for the first free one from 8888 on
    Returns the port. Raises OSError with what to do when the wanted port, or every port
    tried, is taken.
    """
    if wanted is not None:
        if port_is_free(wanted):
            return wanted
        raise OSError(
            f"port {wanted} is taken by another program. "
            f"Close it, or choose another: make lab PORT={wanted + 1}"
        )
    for port in range(DEFAULT_PORT, DEFAULT_PORT + 50):
        if port_is_free(port):
            return port
    raise OSError(
        f"ports {DEFAULT_PORT} to {DEFAULT_PORT + 49} are all taken. Choose another: make lab PORT=9100"
    )


def write_settings(prefix: Path) -> None:
    """Write the course's defaults for JupyterLab into an environment's folder."""
    path = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(LAB_SETTINGS, indent=1) + "\n", encoding="utf-8")


def lab_command(course: Course, port: int, browser: bool) -> list[str]:
    """The command line that serves the course on a port, with or without opening a browser."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={course.notebooks}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--LabApp.collaborative=False",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container one is root, and JupyterLab would refuse to start.
        command.append("--ServerApp.allow_root=True")
    return command if browser else [*command, "--no-browser"]


def serve(course: Course, port: int | None = None, browser: bool = True) -> int:
    """Serve the course until it is stopped with Ctrl+C; returns the exit status."""
    try:
        chosen = free_port(port)
    except OSError as error:
        print(f"course lab: {error}", file=sys.stderr)
        return 1
    if port is None and chosen != DEFAULT_PORT:
        print(f"Port {DEFAULT_PORT} is taken by another program; using {chosen}.")
    if sys.prefix != sys.base_prefix:
        write_settings(Path(sys.prefix))
    print(f"Opening the course at http://localhost:{chosen}/lab  (stop with Ctrl+C)", flush=True)
    environment = {**ONE_BLAS_THREAD, **os.environ}
    command = lab_command(course, chosen, browser)
    try:
        return subprocess.run(command, cwd=course.root, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
