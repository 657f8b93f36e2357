"""Processes that run the grading engine: one of its own, or a fork of one that has the libraries loaded.

Loading pytest and nbval takes longer than grading a small notebook. Where a class is graded, `EngineServer`
loads them once; each engine is then a fork of it, with nothing of any submission in it yet. It is asked over
an anonymous pair of sockets, which no other process can reach: whoever could ask it would run outside the
sandbox.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from course_utils.threads import ONE_BLAS_THREAD

LAST_WORDS = 600  # characters of an engine's error output that are kept
_PID = struct.Struct("=q")


class OwnProcess:
    """An engine in a process of its own, started now; it waits for `job_file`."""

    def __init__(self, job_file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "course_utils.grading", "engine", str(job_file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=job_file.parent,
            env=engine_environment(),
            start_new_session=os.name != "nt",
        )

    def wait(self, seconds: float) -> str:
        """Wait for its end, at most `seconds`; returns the end of its error output."""
        try:
            _, words = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"no end after {seconds:g} s"
        return _last_words(words)

    def kill(self) -> None:
        """End it where it still runs; the sandboxes end with it."""
        if self.process.poll() is None:
            if os.name == "nt":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


class ForkedProcess:
    """An engine that `EngineServer` forked. Same methods as `OwnProcess`.

    words : read end of a pipe that is its error output
    alive : read end of a pipe that it alone holds open: first its process number, then the end of file
    """

    def __init__(self, words: int, alive: int) -> None:
        self.words, self.alive = words, alive
        self.said = b""
        self.pid = 0
        self.ended = False

    def wait(self, seconds: float) -> str:
        """Wait for its end, at most `seconds`; returns the end of its error output."""
        if self.ended_within(seconds):
            return _last_words(self.said)
        self.kill()
        return f"no end after {seconds:g} s"

    def ended_within(self, seconds: float) -> bool:
        """Read both pipes until the process ends; False where it has not ended in time."""
        end = time.monotonic() + seconds
        reading = {self.words, self.alive}
        while not self.ended:
            ready, _, _ = select.select(reading, [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return False
            if self.words in ready:  # before the other pipe: its last words come before its end
                text = os.read(self.words, 65_536)
                self.said = (self.said + text)[-4096:]
                if not text:
                    reading.discard(self.words)
            if self.alive in ready:
                number = os.read(self.alive, _PID.size)
                if number:
                    self.pid = _PID.unpack(number)[0]
                else:
                    self.ended = True
        return True

    def kill(self) -> None:
        """End it where it still runs; the sandboxes end with it."""
        if self.alive < 0:
            return
        # A process that has just been asked for has no number yet.
        if not self.ended_within(0.0 if self.pid else 10.0) and self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.ended_within(10.0)
        os.close(self.words)
        os.close(self.alive)
        self.alive = -1


class EngineServer:
    """A process with pytest and nbval loaded, which forks an engine for each job (Linux).

    Use it in a `with` statement. It ends when the process that made it ends, kill -9 included, and its
    engines with it.
    """

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.lock = threading.Lock()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "course_utils.grading", "server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env=engine_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def __enter__(self) -> EngineServer:
        return self

    def __exit__(self, *_) -> None:
        self.control.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def start(self, job_file: Path) -> ForkedProcess:
        """Fork an engine, which waits for `job_file`. Raises OSError where the server has ended."""
        words, words_end = os.pipe()
        alive, alive_end = os.pipe()
        try:
            with self.lock:
                socket.send_fds(self.control, [os.fsencode(job_file)], [words_end, alive_end])
        except OSError:
            os.close(words)
            os.close(alive)
            raise
        finally:
            os.close(words_end)
            os.close(alive_end)
        return ForkedProcess(words, alive)


def start_engine(job_file: Path, server: EngineServer | None) -> OwnProcess | ForkedProcess:
    """An engine that waits for `job_file`: forked where there is a server that lives, else on its own."""
    if server is not None:
        with suppress(OSError):
            return server.start(job_file)
    return OwnProcess(job_file)


def serve(control_fd: int) -> int:
    """The server's process: fork an engine for each message on the socket, until its other end closes."""
    from course_utils.grading import engine  # here, since it loads what the forks are to find loaded

    control = socket.socket(fileno=control_fd)
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 65_536, 2)
        if not message:
            return 0
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                words, alive = descriptors
                code = _become_engine(engine.main, os.fsdecode(message), words, alive)
            finally:
                os._exit(code)
        for descriptor in descriptors:
            os.close(descriptor)


def _become_engine(run, job_file: str, words: int, alive: int) -> int:
    """In the fork: a session of its own, error output to `words`, and `alive` held open by it alone."""
    os.setsid()
    os.dup2(words, 2)
    os.close(words)
    os.set_inheritable(alive, False)
    os.write(alive, _PID.pack(os.getpid()))
    os.chdir(os.path.dirname(job_file))
    try:
        return run([job_file])
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def engine_environment() -> dict[str, str]:
    """The environment of an engine: the caller's, without what would steer pytest, Jupyter or matplotlib."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "JPY_", "COV_", "NBVAL"))
        and name not in ("PYTHONSTARTUP", "MPLBACKEND")
    }
    return environment | ONE_BLAS_THREAD | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def engine_server() -> EngineServer | None:
    """A server where the system can fork safely, else None."""
    return EngineServer() if sys.platform.startswith("linux") else None


def _last_words(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[-LAST_WORDS:]
