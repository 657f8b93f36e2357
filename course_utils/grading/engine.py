"""Running a graded notebook with nbval. The one file that touches nbval's and jupyter_client's internals.

Started as a process of its own, `python -m course_utils.grading engine JOB`, one for each notebook. This
process is trusted and holds the expected values; the kernel it starts is not and does not.

What nbval 0.11 leaves open is added here: a dead kernel is noticed at once, not at the cell's time limit; a
wall clock and a cap on output and on the size of a message; the reply's own status, since messages about an
error can be silenced by the code that runs; comparison of one private media type with tolerance; no skipping
and no expected failure; each check goes on after a time limit, and after a death in a fresh kernel.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbval.kernel
import nbval.plugin
import pytest
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from course_utils.grading.files import write_atomic
from course_utils.grading.plan import Plan
from course_utils.grading.trusted import CheckResult, judge, point_upstream
from course_utils.grading.values import MEDIA_TYPE

POLL_SECONDS = 0.2
MAX_RESTARTS = 8
KERNEL_ENDED = "the code ended the kernel"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Limits:
    """Limits of one run: seconds for all cells, bytes of output, bytes of a message, bytes of files."""

    wall_seconds: float = 60.0
    cell_seconds: float = 10.0
    output_bytes: int = 16_000_000
    message_bytes: int = 12_000_000
    folder_bytes: int = 300_000_000
    folder_files: int = 5_000


@dataclass(frozen=True)
class Job:
    """What one engine process does; written as JSON beside the notebook.

    kernel_argv : command of the kernel with "{connection_file}" in it
    folder      : run folder, holds connection file and sockets; the kernel may write here
    transport   : "ipc", or "tcp" where the system has no Unix sockets
    """

    notebook: str
    plan: str
    nonce: str
    folder: str
    result: str
    kernel_argv: list[str]
    kernel_env: dict[str, str]
    transport: str
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> str:
        """As JSON text."""
        return json.dumps({**self.__dict__, "limits": self.limits.__dict__})

    @staticmethod
    def from_json(text: str) -> Job:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        return Job(**{**content, "limits": Limits(**content["limits"])})


class StopRun(RuntimeError):
    """The run ends here: the kernel died or a limit was passed."""


class GradingPlugin:
    """The pytest plugin of one run: replaces parts of nbval for this process and gathers the verdicts."""

    def __init__(self, job: Job, plan: Plan) -> None:
        self.job = job
        self.plan = plan
        self.started = time.monotonic()
        self.results: dict[str, CheckResult] = {}
        self.answer_errors: dict[str, str] = {}
        self.reply_failed: set[str] = set()
        self.stopped = ""  # why nothing runs any more
        self.last_stop = ""  # why the kernel ended in the cell at hand
        self.output = 0
        self.restarts = 0
        self.slow: set[str] = set()  # names that did not end within a check's time
        self.kernel_ready = False
        self.folder = job.folder
        self.next_look = 0.0
        self._install()

    # -- limits ------------------------------------------------------------------------------------------

    def remaining(self) -> float:
        """Seconds left on the wall clock."""
        return self.job.limits.wall_seconds - (time.monotonic() - self.started)

    def end(self, kernel: nbval.kernel.RunningKernel, why: str, *, final: bool) -> StopRun:
        """Kill the kernel and return the exception to raise; `final` ends the whole run."""
        self.last_stop = why
        if final:
            self.stopped = why
        _kill(kernel)
        return StopRun(why)

    def watch(self, kernel: nbval.kernel.RunningKernel) -> None:
        """Raise StopRun where the wall clock or the run folder's limit is passed."""
        limits = self.job.limits
        if self.remaining() <= 0:
            raise self.end(kernel, f"the limit of {limits.wall_seconds:g} s for the notebook", final=True)
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + POLL_SECONDS
            size, files = _folder_size(Path(self.folder), limits.folder_files)
            if size > limits.folder_bytes or files > limits.folder_files:
                raise self.end(kernel, "the limit on files written", final=False)

    # -- nbval's parts -----------------------------------------------------------------------------------

    def _install(self) -> None:
        plugin, job = self, self.job
        get_message = nbval.kernel.RunningKernel.get_message
        run_cell = nbval.plugin.IPyNbCell.runtest
        compare = nbval.plugin.IPyNbCell.compare_outputs

        class Manager(KernelManager):
            def __init__(self, **options):
                super().__init__(**options)
                self.transport = job.transport
                self.connection_file = os.path.join(plugin.folder, "k.json")
                # A larger message ends the connection instead of filling this process's memory.
                self.context.setsockopt(zmq.MAXMSGSIZE, job.limits.message_bytes)
                self._kernel_spec = KernelSpec(
                    argv=job.kernel_argv, display_name="grading", language="python", env=dict(job.kernel_env)
                )

            def finish_shutdown(self, *arguments, **options):
                self.shutdown_wait_time = 0.2
                return super().finish_shutdown(*arguments, **options)

        def guarded_get_message(kernel, stream, timeout=None):
            end = time.monotonic() + (timeout if timeout is not None else 1e9)
            while True:
                plugin.watch(kernel)
                wait = max(0.0, min(POLL_SECONDS, end - time.monotonic(), plugin.remaining()))
                try:
                    message = get_message(kernel, stream, timeout=wait)
                except queue.Empty:
                    if not kernel.is_alive():
                        raise plugin.end(kernel, KERNEL_ENDED, final=False) from None
                    if time.monotonic() >= end:
                        raise
                    continue
                plugin.output += _size(message.get("content"))
                if plugin.output > job.limits.output_bytes:
                    megabytes = job.limits.output_bytes / 1e6
                    raise plugin.end(kernel, f"the limit of {megabytes:g} MB of output", final=False)
                if message["msg_type"] == "execute_reply" and message["content"].get("status") != "ok":
                    plugin.reply_failed.add(str(message["parent_header"].get("msg_id")))
                return message

        def guarded_run(item):
            plugin.run_cell(item, run_cell)

        def compare_private(item, test, ref, skip_compare=None):
            course = item.cell.metadata.get("course", {})
            if course.get("role") != "check":
                return compare(item, test, ref, skip_compare)
            item.comparison_traceback = ["the check's answer differs"]
            return plugin.compare(course["check"], test)

        nbval.kernel.KernelManager = Manager
        nbval.kernel.RunningKernel.get_message = guarded_get_message
        nbval.plugin.IPyNbCell.runtest = guarded_run
        nbval.plugin.IPyNbCell.setup = lambda item: None  # a cell after a time limit is no expected failure
        nbval.plugin.IPyNbCell.compare_outputs = compare_private

    def compare(self, check_id: str, outputs: list) -> bool:
        """Judge the payload that came with this run's nonce; a learner can show others, they do not count."""
        results = None
        for output in outputs:
            if output.get("output_type") != "display_data":
                continue
            payload = output.get("data", {}).get(MEDIA_TYPE)
            if isinstance(payload, dict) and payload.get("nonce") == self.job.nonce:
                results = payload.get("results")
        if not isinstance(results, list):
            return False
        check = self.plan.checks[check_id]
        self.results[check_id] = judge(
            check, results, setup=self.plan.setup, answer_errors=self.answer_errors
        )
        return self.results[check_id].status == "passed"

    def run_cell(self, item: nbval.plugin.IPyNbCell, original) -> None:
        """Run one cell under the limits, and note what became of it."""
        self.kernel_ready = True
        course = item.cell.metadata.get("course", {})
        role = course.get("role")
        if self.stopped:
            raise StopRun(self.stopped)
        kernel = item.parent.kernel
        if not kernel.is_alive():
            self.revive(item)
        # Marks in an answer steer nothing: only checks are compared, and nothing is skipped.
        item.options = {"check": role == "check", "skip": False, "check_exception": False}
        seconds = float(course.get("seconds", self.job.limits.cell_seconds))
        target = self.plan.checks[course["check"]].target if role == "check" else ""
        if target in self.slow:
            seconds /= 4  # it did not end in one check; the next need not wait as long
        item.config.option.nbval_cell_timeout = min(seconds, max(0.1, self.remaining()))
        if role == "check" and item.cell.execution_count is None:
            raise RuntimeError("a check cell has no stored output")
        self.last_stop = ""
        self.reply_failed.clear()
        began = time.monotonic()
        try:
            try:
                original(item)
            except StopRun:
                if self.last_stop != KERNEL_ENDED or course.get("check") in self.results:
                    raise
                # The cell before may have ended the kernel, quit() does so late: once more, on its own.
                self.revive(item)
                original(item)
        except Exception as error:
            if role == "answer":
                self.note_answer_error(course["grade_id"], item, error)
            raise
        finally:
            if target and time.monotonic() - began >= seconds:
                self.slow.add(target)
        if role in ("prelude", "setup", "answer") and self.reply_failed:
            if role == "answer":
                self.answer_errors.setdefault(course["grade_id"], "its cell ended with an error")
            raise StopRun("the cell ended with an error")

    def note_answer_error(self, grade_id: str, item: nbval.plugin.IPyNbCell, error: Exception) -> None:
        """Keep one line on why an answer's cell failed, for the checks that need the answer."""
        text = self.last_stop
        for output in item.test_outputs or []:
            if output.get("output_type") == "error":
                name, value = str(output.get("ename"))[:60], str(output.get("evalue"))[:300]
                trace = _ANSI.sub("", "\n".join(str(line) for line in output.get("traceback", [])[:20]))
                line = re.search(r"line (\d+)", trace)
                text = f"{name}: {value.splitlines()[0] if value else ''}"
                if line and "line" not in value:
                    text += f" (line {line[1]})"
        self.answer_errors[grade_id] = text or str(error)[:200]

    def revive(self, item: nbval.plugin.IPyNbCell) -> None:
        """Start a fresh kernel and run again what comes before a cell, without the checks.

        One deadly answer then costs its own checks only.
        """
        if self.restarts >= MAX_RESTARTS:
            raise StopRun("the code ended the kernel again and again")
        self.restarts += 1
        self.output = 0
        kill_descendants()
        # A folder of its own: the last one was in the hands of the learner's code.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = tempfile.mkdtemp(prefix="course-grade-k-", dir=os.path.dirname(self.folder))
        notebook = item.parent
        notebook.timed_out = False
        notebook.kernel = nbval.kernel.RunningKernel(
            "python3", cwd=str(notebook.path.parent), startup_timeout=30
        )
        deadly = self.deadly_answers()
        for cell in notebook.nb.cells:
            if cell is item.cell or cell.get("id") == item.cell.get("id"):
                return
            course = cell.metadata.get("course", {})
            if course.get("role") == "check" or course.get("grade_id") in deadly:
                continue
            message = notebook.kernel.execute_cell_input(cell.source, allow_stdin=False)
            try:
                notebook.kernel.await_reply(message, timeout=self.job.limits.cell_seconds)
            except queue.Empty:
                notebook.kernel.interrupt()

    def deadly_answers(self) -> set[str]:
        """Answers whose own cell ended the kernel; they are left out of a fresh one."""
        return {name for name, text in self.answer_errors.items() if "kernel" in text or "limit" in text}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Note for each check that has no verdict why it has none."""
        outcome = yield
        report = outcome.get_result()
        course = item.cell.metadata.get("course", {}) if isinstance(item, nbval.plugin.IPyNbCell) else {}
        if course.get("role") != "check" or report.when == "teardown" or course["check"] in self.results:
            return
        if report.when == "call" or report.outcome != "passed":
            why = self.stopped or self.last_stop or self.no_answer_reason(call)
            self.results[course["check"]] = judge(
                self.plan.checks[course["check"]], None, stopped=why, answer_errors=self.answer_errors
            )

    def no_answer_reason(self, call) -> str:
        """Words for a check that showed nothing."""
        if call.excinfo is not None and isinstance(call.excinfo.value, StopRun):
            return str(call.excinfo.value)
        return "the check showed no result; does the code change IPython or end the check?"


def _size(content: object) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(_size(key) + _size(value) for key, value in content.items())
    if isinstance(content, list):
        return sum(_size(value) for value in content)
    return 8


def _folder_size(folder: Path, most_files: int) -> tuple[int, int]:
    """Bytes and number of files below `folder`; symbolic links are not followed."""
    size = files = 0
    pending = [folder]
    while pending and files <= most_files:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    files += 1
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(Path(entry.path))
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return size, files


def _kill(kernel: nbval.kernel.RunningKernel) -> None:
    """End a kernel without asking it."""
    try:
        kernel.kc.stop_channels()
        kernel.km.shutdown_kernel(now=True)
    except Exception:
        kill_descendants()


def kill_descendants() -> None:
    """End everything this process has started, and what that has started (Linux)."""
    for _ in range(50):
        children = _descendants(os.getpid())
        if not children:
            return
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        for _ in children:
            try:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)
            except ChildProcessError:
                return


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for name in names:
        try:
            with open(f"/proc/{name}/stat", "rb") as stream:
                fields = stream.read().rpartition(b")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
    found, pending = [], [root]
    while pending:
        children = parents.get(pending.pop(), [])
        found += children
        pending += children
    return found


def _adopt_orphans() -> None:
    """Children of a dead kernel come to this process, so that it can end them (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    set_child_subreaper, set_parent_death_signal = 36, 1
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(set_child_subreaper, 1, 0, 0, 0)
    libc.prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def run(job: Job) -> dict:
    """Run the job's notebook in this process; return the outcome, also written to `job.result`."""
    _adopt_orphans()
    plan = Plan.from_json(Path(job.plan).read_text(encoding="utf-8"))
    plugin = GradingPlugin(job, plan)
    for name in [name for name in os.environ if name.startswith("PYTEST")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    folder = str(Path(job.notebook).parent)
    code = pytest.main(
        [
            "--nbval",
            *("-p", "nbval.plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-q"),
            *("--noconftest", "-c", os.devnull, "--rootdir", folder, "--color=no", "--tb=no"),
            *("--nbval-kernel-name", "python3", "--nbval-kernel-startup-timeout", "40"),
            job.notebook,
        ],
        plugins=[plugin],
    )
    checks = list(plan.checks.values())
    results = [plugin.results.get(c.check_id) or judge(c, None, stopped=plugin.stopped) for c in checks]
    outcome = {
        "kernel": plugin.kernel_ready,
        "stopped": plugin.stopped,
        "restarts": plugin.restarts,
        "answer_errors": plugin.answer_errors,
        "checks": [result.to_dict() for result in point_upstream(results, checks)],
        "seconds": round(time.monotonic() - plugin.started, 3),
        "exit": int(code),
    }
    write_atomic(Path(job.result), json.dumps(outcome).encode())
    kill_descendants()
    shutil.rmtree(plugin.folder, ignore_errors=True)
    return outcome


def main(arguments: list[str]) -> int:
    """Command of the engine process: the path of a job file, which may still have to be written."""
    job_file, parent = Path(arguments[0]), os.getppid()
    while not job_file.exists():
        if os.getppid() != parent or not job_file.parent.is_dir():
            return 3
        time.sleep(0.01)
    job = Job.from_json(job_file.read_text(encoding="utf-8"))
    try:
        outcome = run(job)
    finally:
        kill_descendants()
        shutil.rmtree(job.folder, ignore_errors=True)
    return 0 if outcome["kernel"] else 3
