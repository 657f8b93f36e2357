"""Engines forked by a server give what engines of their own give, and end with the one who asked for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_utils.grading.exercise import load_exercise
from course_utils.grading.plan import make_plan
from course_utils.grading.processes import EngineServer, OwnProcess, start_engine
from course_utils.grading.run import Engine, GraderError, run_answers

SOURCE = Path(__file__).parent / "fixtures" / "neuron.py"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="engines are forked on Linux only"
)


@pytest.fixture(scope="module")
def server():
    with EngineServer() as running:
        yield running


@pytest.fixture(scope="module")
def plan_and_answers():
    exercise = load_exercise(SOURCE)
    return make_plan(exercise, 5), {name: answer.solution for name, answer in exercise.answers.items()}


def _verdicts(outcome):
    return [(result.check_id, result.status, result.points) for result in outcome.results]


def test_a_forked_engine_gives_what_one_of_its_own_gives(server, plan_and_answers):
    plan, answers = plan_and_answers
    wrong = {**answers, "sigmoid": "def sigmoid(Z):\n    return Z\n"}
    forked = run_answers(plan, wrong, server=server)
    assert _verdicts(forked) == _verdicts(run_answers(plan, wrong))
    assert {status for _, status, _ in _verdicts(forked)} > {"passed"}
    # The next fork knows nothing of the last one.
    assert {status for _, status, _ in _verdicts(run_answers(plan, answers, server=server))} == {"passed"}


def test_words_of_a_failing_engine_are_kept(server, tmp_path):
    job_file = tmp_path / "job.json"
    job_file.write_text("{")
    process = server.start(job_file)
    assert "JSONDecodeError" in process.wait(30)
    process.kill()


def test_a_waiting_engine_is_killed_by_whom_it_serves(server):
    with Engine(server) as engine:
        process, base = engine.process, engine.base
        assert process.wait(0.01).startswith("no end after")
    assert process.pid
    assert not base.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_without_the_server_an_engine_starts_on_its_own(tmp_path, plan_and_answers):
    plan, answers = plan_and_answers
    with EngineServer() as server:
        server.process.kill()
        server.process.wait()
        process = start_engine(tmp_path / "job.json", server)
        assert isinstance(process, OwnProcess)
        process.kill()
        outcome = run_answers(plan, answers, server=server)
    assert {result.status for result in outcome.results} == {"passed"}


def test_a_server_that_dies_in_mid_run_is_a_failure_of_the_grader(plan_and_answers):
    plan, answers = plan_and_answers
    slow = {**answers, "sigmoid": "import time\ntime.sleep(8)\n"}
    with EngineServer() as server, Engine(server) as engine:
        engine.process.ended_within(0.5)
        server.process.kill()
        with pytest.raises(GraderError, match="ended without a result"):
            engine.run(plan, slow, None, {})


def test_kill_9_of_the_grader_ends_server_and_engines(tmp_path):
    script = """
import json, sys, time
from pathlib import Path
from course_utils.grading.processes import EngineServer
server = EngineServer()
engine = server.start(Path(sys.argv[1]) / "job.json")
while not engine.pid:
    engine.ended_within(0.1)
print(json.dumps([server.process.pid, engine.pid]), flush=True)
time.sleep(60)
"""
    grader = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    pids = json.loads(grader.stdout.readline())
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    end = time.monotonic() + 10
    while any(_runs(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
