"""Grade 300 generated submissions, killed twice with kill -9 and resumed, then again on another seed.

Run by hand: `python tests/grading/batch_300.py [--count 300] [--jobs 2]`. Prints the figures; ends with an
error where a mark is not the expected one, a finished result was lost or made twice, or the seeds disagree.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from course_utils.grading.exercise import load_exercise
from course_utils.grading.release import starter_text

SOURCE = Path(__file__).parent / "fixtures" / "neuron.py"

SIGMOIDS = [
    "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n",
    "def sigmoid(Z):\n    return np.exp(Z) / (np.exp(Z) + 1)\n",
    "def sigmoid(Z):\n    return 0.5 * (1 + np.tanh(Z / 2))\n",
    "def sigmoid(Z):\n    return (1 / (1 + np.exp(-np.asarray(Z, dtype=np.float32)))).astype(np.float32)\n",
    "import math\ndef sigmoid(Z):\n    Z = np.asarray(Z)\n"
    "    return np.array([1 / (1 + math.exp(-z)) for z in Z.reshape(-1)]).reshape(Z.shape).tolist()\n",
]
GRADIENTS = [
    "def gradient(X, A, Y):\n    dZ = A - Y\n    return X @ dZ.T / X.shape[1], float(dZ.mean())\n",
    "def gradient(X, A, Y):\n    m = X.shape[1]\n"
    "    return [np.einsum('im,jm->ij', X, A - Y) / m, np.einsum('im->', A - Y) / m]\n",
    "def gradient(X, A, Y):\n    n, m = X.shape\n    dw, db = np.zeros((n, 1)), 0.0\n    for i in range(m):\n"
    "        for j in range(n):\n            dw[j, 0] += X[j, i] * (A[0, i] - Y[0, i]) / m\n"
    "        db += (A[0, i] - Y[0, i]) / m\n    return dw, db\n",
]
MISTAKES = [
    ({"sigmoid": "def sigmoid(Z):\n    return 1 / 1 + np.exp(-Z)\n"}, 8),
    (
        {"cost": "def cost(A, Y):\n    return np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))\n"},
        7,
    ),
    ({"gradient": "def gradient(X, A, Y):\n    return X @ (A - Y).T, np.sum(A - Y)\n"}, 7),
    (
        {"gradient": "def gradient(X, A, Y):\n    return X @ (A - Y)[0] / X.shape[1], (A - Y).mean()\n"},
        7,
    ),
    ({"half_mean": "def half_mean(x):\n    return np.mean(x) ** 2 / 2\n"}, 8),
]
HOSTILE = [
    ("def sigmoid(Z):\n    import os\n    os._exit(0)\n", 8),
    ("def sigmoid(Z):\n    while True: pass\n", 8),
    ("def sigmoid(Z):\n    raise SystemExit\n", 8),
    ("import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None\n" + SIGMOIDS[0], 10),
    ("get_ipython().showtraceback = lambda *a, **k: None\ndef sigmoid(Z):\n    return Z\n", 8),
    ("def sigmoid(Z):\n    return open('/etc/shadow').read()\n", 8),
]
BROKEN = [b"", b"{", b"[]", b'{"nbformat": 3}', b"\xff\xfe\x00", b'{"cells": ' + b"[" * 5000]


def generate(folder: Path, count: int) -> dict[str, float | str]:
    """Write `count` submissions; returns the expected points, or "unreadable", by student."""
    exercise = load_exercise(SOURCE)
    solutions = {name: answer.solution for name, answer in exercise.answers.items()}
    wanted: dict[str, float | str] = {}
    for number in range(count):
        kind = number % 20
        student = f"student{number:03d}"
        notebook = json.loads(starter_text(exercise))
        if kind < 8:
            answers = {
                **solutions,
                "sigmoid": SIGMOIDS[number % len(SIGMOIDS)],
                "gradient": GRADIENTS[number % len(GRADIENTS)],
            }
            wanted[student] = 10
        elif kind < 13:
            change, points = MISTAKES[number % len(MISTAKES)]
            answers = {**solutions, **change}
            wanted[student] = points
        elif kind < 17:
            answers = {}
            wanted[student] = 0
        elif kind < 19:
            code, points = HOSTILE[(number // 20 * 2 + kind) % len(HOSTILE)]
            answers = {**solutions, "sigmoid": code}
            wanted[student] = points
        else:
            wanted[student] = "unreadable"
        place = folder / student
        place.mkdir(parents=True)
        if wanted[student] == "unreadable":
            (place / "work.ipynb").write_bytes(BROKEN[number // 20 % len(BROKEN)])
            continue
        for cell in notebook["cells"]:
            name = cell["metadata"].get("grade_id")
            if name in answers:
                cell["source"] = f"# {student}\n{answers[name]}"
        (place / "work.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return wanted


def command(submissions: Path, out: Path, jobs: int, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "course_utils.cli", "grade", str(submissions), "--out", str(out)),
        *("--exercise", str(SOURCE), "--jobs", str(jobs), *more),
    ]


def results(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "results").glob("*.json"))}


def marks(out: Path) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for content in results(out).values():
        report = json.loads(content)
        found[report["student"]] = report["score"] if report["status"] == "graded" else report["status"]
    return found


def run_killed(arguments: list[str], out: Path, until: int) -> tuple[float, dict[str, bytes]]:
    """Start a run, kill it with SIGKILL when `until` results exist; returns seconds and the results then."""
    started = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list((out / "results").glob("*.json"))) < until:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return time.monotonic() - started, results(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        submissions, out, other = (Path(folder) / name for name in ("submissions", "reports", "other_seed"))
        wanted = generate(submissions, options.count)
        print(f"{len(wanted)} submissions, expected: {dict(Counter(map(str, wanted.values())))}")

        kept: dict[str, bytes] = {}
        total = 0.0
        for part in (1, 2):
            seconds, now = run_killed(command(submissions, out, options.jobs), out, options.count * part // 3)
            total += seconds
            assert all(now.get(name) == content for name, content in kept.items()), "a result changed"
            kept = now
            print(f"killed after {seconds:.0f} s with {len(now)} results on disk", flush=True)
        started = time.monotonic()
        subprocess.run(command(submissions, out, options.jobs), check=True)
        total += time.monotonic() - started
        final = results(out)
        assert all(final.get(name) == content for name, content in kept.items()), "a result was made twice"
        wrong = {name: (wanted[name], mark) for name, mark in marks(out).items() if wanted[name] != mark}
        assert len(final) == options.count, f"{len(final)} results"
        assert not wrong, wrong
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"first seed: {total:.0f} s in three parts, all {len(final)} marks as expected, nothing twice")

        started = time.monotonic()
        subprocess.run(command(submissions, other, options.jobs, "--seed", "12345"), check=True)
        print(f"second seed: {time.monotonic() - started:.0f} s in one run")
        assert marks(out) == marks(other), "the seeds give different marks"
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = cpu.ru_utime + cpu.ru_stime - after.ru_utime - after.ru_stime
        print(
            f"the same marks on both seeds; second run: {used:.0f} s of CPU, {used / options.count:.2f} each"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
