"""Running one learner's answers through the checks of a plan, in a kernel of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.files import write_atomic
from course_utils.grading.plan import Plan, fresh_notebook
from course_utils.grading.processes import EngineServer, start_engine
from course_utils.grading.trusted import CheckResult, judge
from course_utils.threads import ONE_BLAS_THREAD

GRACE_SECONDS = 45.0  # start of pytest and kernel, and the end of both


class GraderError(RuntimeError):
    """The grader itself failed; the answers have not been judged."""


@dataclass(frozen=True)
class Outcome:
    """Verdicts of one run.

    results : one a check, in the plan's order
    stopped : why the run ended early, or ""
    answer_errors : by `grade_id`, why the cell of an answer failed
    """

    results: tuple[CheckResult, ...]
    stopped: str
    answer_errors: dict[str, str]
    seconds: float


class Engine:
    """A grading process with its folders. It loads its libraries while the caller prepares the job.

    Use it in a `with` statement: leaving it ends the process and removes the folders.

    server : forks the process where there is one, see `processes.EngineServer`
    """

    def __init__(self, server: EngineServer | None = None) -> None:
        # Sockets live in these folders; the path of a Unix socket is limited to about a hundred characters.
        self.base = Path(tempfile.mkdtemp(prefix="course-grade-", dir=_short_folder()))
        self.kernel_folder = Path(tempfile.mkdtemp(prefix="course-grade-k-", dir=_short_folder()))
        self.process = start_engine(self.job_file, server)

    @property
    def job_file(self) -> Path:
        """The file that the process waits for."""
        return self.base / "job.json"

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.rmtree(self.kernel_folder, ignore_errors=True)

    def run(self, plan: Plan, answers: dict[str, str], sandbox, limits: dict) -> Outcome:
        """Hand the job over and wait for its outcome. Raises GraderError where there is none."""
        nonce = secrets.token_hex(16)
        notebook, result = self.base / "graded.ipynb", self.base / "result.json"
        (self.base / "plan.json").write_text(plan.to_json(), encoding="utf-8")
        notebook.write_text(json.dumps(fresh_notebook(plan, answers, nonce)), encoding="utf-8")
        job = {
            "notebook": str(notebook),
            "plan": str(self.base / "plan.json"),
            "nonce": nonce,
            "folder": str(self.kernel_folder),
            "result": str(result),
            "kernel_argv": sandbox.kernel_argv(self.kernel_folder) if sandbox else plain_kernel_argv(),
            "kernel_env": sandbox.kernel_env() if sandbox else plain_kernel_env(),
            "transport": "tcp" if os.name == "nt" else "ipc",
            "limits": limits,
        }
        write_atomic(self.job_file, json.dumps(job).encode())
        error = self.process.wait(float(limits.get("wall_seconds", 60.0)) + GRACE_SECONDS)
        if not result.exists():
            raise GraderError(f"the grading process ended without a result{': ' + error if error else ''}")
        content = json.loads(result.read_text(encoding="utf-8"))
        if not content["kernel"]:
            raise GraderError(f"no kernel could be started{': ' + error if error else ''}")
        results = [CheckResult.from_dict(entry) for entry in content["checks"]]
        return Outcome(tuple(results), content["stopped"], content["answer_errors"], content["seconds"])


def run_answers(
    plan: Plan,
    answers: dict[str, str],
    sandbox=None,
    limits: dict | None = None,
    server: EngineServer | None = None,
) -> Outcome:
    """Run `answers` (source by `grade_id`) against the checks of `plan`.

    sandbox : an object with `kernel_argv(folder)` and `kernel_env()`, or None for the learner's own machine
    limits  : fields of `engine.Limits` that differ from the defaults
    server  : forks the grading process, sooner than a new one starts; None for a new one

    Raises GraderError where no kernel could be started.
    """
    with Engine(server) as engine:
        return engine.run(plan, answers, sandbox, limits or {})


def _short_folder() -> str | None:
    folder = tempfile.gettempdir()
    return "/tmp" if len(folder) > 40 and os.path.isdir("/tmp") else folder


def plain_kernel_argv() -> list[str]:
    """The kernel on the learner's own machine: no sandbox, no start-up files of IPython."""
    return [
        *(sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"),
        *("--HistoryManager.enabled=False", "--InteractiveShellApp.exec_PYTHONSTARTUP=False"),
    ]


def plain_kernel_env() -> dict[str, str]:
    """Environment of that kernel: one thread of BLAS, and figures drawn without a window."""
    return {**ONE_BLAS_THREAD, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}


def not_run(plan: Plan, why: str) -> tuple[CheckResult, ...]:
    """Results where nothing ran."""
    return tuple(judge(check, None, stopped=why) for check in plan.checks.values())
