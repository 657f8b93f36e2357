"""What grading a class must withstand: each attack is a real submission, graded in a real sandbox.

Three kinds. Wrong answers with a trick stay at 0. Right answers with a side attack keep their points. A
canary answers right only where the sandbox stops it, so full points prove that it was stopped.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from course_utils.grading.batch import grade_folder, remove_support

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes need Linux")

WALL_SECONDS = 25.0
SIGMOID = "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n"
WRONG = "def sigmoid(Z):\n    return Z\n"
# Wrong answers for all four functions, to be put behind a trick.
ALL_WRONG = {
    "sigmoid": WRONG,
    "cost": "def cost(A, Y):\n    return 0.0\n",
    "gradient": "def gradient(X, A, Y):\n    return None\n",
    "half_mean": "def half_mean(x):\n    return -1.0\n",
}

# Code that runs in the first answer's cell, before the function. With ALL_WRONG it must gain nothing; with
# the right answers it must cost nothing.
TRICKS = {
    "silenced traceback": """
        shell = get_ipython()
        shell.showtraceback = shell._showtraceback = lambda *a, **k: None
        shell.showsyntaxerror = lambda *a, **k: None
        """,
    "custom exception handler": """
        get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)
        import sys
        sys.excepthook = lambda *a: None
        """,
    "AST transformer": """
        import ast
        class Swallow(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
            def visit_Compare(self, node): return ast.Constant(True)
        get_ipython().ast_transformers.append(Swallow())
        """,
    "AST transformer that raises": """
        class Broken:
            def visit(self, node): raise RuntimeError("no")
        get_ipython().ast_transformers.append(Broken())
        """,
    "input transformer": """
        def swallow(lines):
            return [line.replace("assert", "pass #") for line in lines]
        get_ipython().input_transformers_post.append(swallow)
        """,
    "patched numpy.testing": """
        import numpy.testing
        for name in ("assert_allclose", "assert_array_equal", "assert_almost_equal", "assert_equal"):
            setattr(numpy.testing, name, lambda *a, **k: None)
        """,
    "patched numpy functions": """
        import numpy.random
        np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
        np.testing.assert_allclose = lambda *a, **k: None
        np.asarray = np.array = lambda value, *a, **k: value
        np.random.default_rng = lambda *a, **k: None
        """,
    "patched print and builtins": """
        import builtins
        builtins.print = lambda *a, **k: None
        builtins.all = builtins.any = lambda *a: True
        builtins.repr = lambda value: "passed"
        """,
    "patched isinstance": """
        import builtins
        builtins.isinstance = lambda *a: True
        """,
    "patched json": """
        import json as _json
        _json.JSONEncoder.default = lambda self, value: "passed"
        """,
    "forged display": """
        from IPython.display import publish_display_data
        for nonce in ("", "0" * 32):
            publish_display_data({"application/vnd.course.check+json": {"nonce": nonce, "results": []}})
        """,
    "forged kernel messages": """
        kernel = get_ipython().kernel
        parent = {"msg_id": "0", "msg_type": "execute_request", "session": "x"}
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
        data = {"application/vnd.course.check+json": {"nonce": "0" * 32, "results": [{"result": {}}] * 9}}
        for number in range(50):
            kernel.session.send(kernel.iopub_socket, "display_data", {"data": data, "metadata": {}},
                                parent=kernel.get_parent("shell"))
            kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
            kernel.session.send(kernel.iopub_socket, "execute_reply", content, parent=parent)
        """,
    "background thread": """
        import threading, time
        def spam():
            from IPython.display import publish_display_data
            while True:
                publish_display_data({"application/vnd.course.check+json": {"results": [True] * 9}})
                time.sleep(0.02)
        threading.Thread(target=spam, daemon=True).start()
        """,
    "atexit hook": """
        import atexit, os, time
        atexit.register(lambda: time.sleep(600))
        atexit.register(lambda: os.kill(os.getppid(), 9))
        """,
    "signal handlers": """
        import signal
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        """,
    "nbval comments": """
        # NBVAL_SKIP
        # NBVAL_IGNORE_OUTPUT
        # NBVAL_RAISES_EXCEPTION
            # PYTEST_VALIDATE_IGNORE_OUTPUT
        """,
}

# Answers that are right only where the sandbox stops what they try; they say it by `stopped`.
CANARIES = {
    "reads a secret file": """
        try:
            stopped = not open({secret!r}).read()
        except OSError:
            stopped = True
        """,
    "searches the disk for solutions": """
        import glob, os
        places = glob.glob({temporary!r} + "/*/*.json") + glob.glob({temporary!r} + "/*/*.ipynb")
        places = [place for place in places if not place.endswith("k.json")]  # the kernel's own connection
        places += [{source!r}, {reports!r}]
        def readable(path):
            try:
                return os.listdir(path) if os.path.isdir(path) else open(path).read(1)
            except OSError:
                return False
        stopped = not any(readable(path) for path in places)
        """,
    "reads other processes": """
        import os
        def foreign(number):
            try:
                return b"course_utils.grading" in open(f"/proc/{{number}}/cmdline", "rb").read()
            except OSError:
                return False
        try:
            stopped = not any(foreign(n) for n in os.listdir("/proc") if n.isdigit())
        except OSError:
            stopped = True
        """,
    "writes outside": """
        import os
        stopped = True
        for folder in ({outside!r}, "/usr", "/etc", "/var/tmp", {package!r}):
            try:
                with open(os.path.join(folder, "attack"), "w") as stream:
                    stream.write("x")
                stopped = False
            except OSError:
                pass
        """,
    "uses the network": """
        import socket
        stopped = True
        for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM)):
            try:
                with socket.socket(family, kind) as connection:
                    connection.settimeout(1)
                    connection.connect(("127.0.0.1", {port}))
                    connection.send(b"attack")
                    stopped = kind == socket.SOCK_DGRAM and {alone}
            except OSError:
                pass
        """,
    "signals the grader": """
        import os, signal
        stopped = True
        for number in (os.getppid(), {pid}):
            if number > 1:
                try:
                    os.kill(number, signal.SIGTERM)
                    stopped = stopped and {alone}
                except OSError:
                    pass
        """,
    "sees the environment": """
        import os
        stopped = "COURSE_TEST_SECRET" not in os.environ
        try:
            stopped = stopped and b"COURSE_TEST_SECRET" not in open("/proc/self/environ", "rb").read()
        except OSError:
            pass
        """,
    "imports the course's kernels": """
        try:
            import course_utils.kernels
            stopped = False
        except ImportError:
            stopped = True
        """,
    "becomes root": """
        import os
        stopped = os.getuid() != 0
        try:
            os.setuid(0)
            stopped = False
        except OSError:
            pass
        """,
}

# Attacks on the grader's time and memory: (code of `sigmoid`, points that the other answers keep).
BOMBS = {
    "sys.exit": "import sys\n    sys.exit(0)",
    "quit": "quit()\n    exit()",
    "os._exit": "import os\n    os._exit(0)",
    "fork and parent exit": "import os, time\n    if os.fork():\n        os._exit(0)\n    time.sleep(300)",
    "endless loop": "while True: pass",
    "endless loop without interrupts": (
        "import signal\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "memory": "blocks = []\n    while True: blocks.append(bytearray(50_000_000))",
    "processes": "import os\n    while True:\n        try: os.fork()\n        except OSError: pass",
    "disk": (
        "import os\n    block = bytes(8_000_000)\n    number = 0\n    while True:\n        number += 1\n"
        "        for place in (os.path.expanduser('~'), os.getcwd()):\n"
        "            with open(os.path.join(place, f'f{number}'), 'wb') as stream: stream.write(block)"
    ),
    "recursion": "return sigmoid(sigmoid(Z))",
    "segmentation fault": "import ctypes\n    ctypes.string_at(0)",
}
# These end the whole notebook at a limit, whatever else is in it.
ENDS_RUN = {
    "300 MB of output": "text = 'x' * 1_000_000\n    for _ in range(300): print(text)",
    "endless printing": "while True: print('x' * 200)",
}

OBJECTS = {
    "forged __eq__": "class Same:\n    def __eq__(self, other): return True\n    __ne__ = None\n",
    "forged __array__": (
        "class Same:\n    def __array__(self, *a, **k): raise SystemExit\n    shape = (3, 4)\n"
    ),
    "forged __repr__": "class Same:\n    def __repr__(self): return 'passed'\n    __str__ = __repr__\n",
    "forged ndarray": (
        "class Same(np.ndarray):\n    def __eq__(self, other): return True\n"
        "    def __new__(cls): return np.zeros((3, 4)).view(cls)\n    def __array_finalize__(self, o): pass\n"
    ),
    "forged float": "class Same(float):\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n",
    "forged class": "class Same:\n    @property\n    def __class__(self): return np.ndarray\n",
}


@dataclass
class Case:
    """One submission: the file's content, and what must come out."""

    name: str
    content: bytes
    score: float | None = None
    status: str = "graded"
    flag: str = ""
    file: str = ""
    at_least: float | None = None


def dedent(text: str) -> str:
    import textwrap

    return textwrap.dedent(text).strip("\n") + "\n"


def as_bytes(notebook: dict) -> bytes:
    return json.dumps(notebook).encode()


def answer_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if "grade_id" in cell["metadata"]]


def trick_cases(make_notebook) -> list[Case]:
    cases = []
    for name, code in TRICKS.items():
        code = dedent(code)
        wrong = {**ALL_WRONG, "sigmoid": code + WRONG}
        cases.append(Case(f"wrong, {name}", as_bytes(make_notebook(**wrong)), 0))
        if name != "patched isinstance":  # breaks the learner's own kernel
            cases.append(Case(f"right, {name}", as_bytes(make_notebook(sigmoid=code + SIGMOID)), 10))
    for name, code in OBJECTS.items():
        answers = {
            key: code + f"def {key}(*a, **k):\n    return Same()\n"
            for key in ("sigmoid", "cost", "gradient", "half_mean")
        }
        cases.append(Case(f"wrong, {name}", as_bytes(make_notebook(**answers)), 0))
    return cases


def notebook_cases(make_notebook) -> list[Case]:
    """Changes to the file around the answers."""
    cases = []
    forged = {"output_type": "stream", "name": "stdout", "text": "passed"}
    for kind, right, score in (("wrong", False, 0), ("right", True, 10)):
        base = make_notebook(right=right)

        edited = copy.deepcopy(base)
        for cell in edited["cells"]:
            if "check" in cell["metadata"]:
                cell["source"] = "print('passed')"
        cases.append(Case(f"{kind}, edited check cells", as_bytes(edited), score))

        for label, outputs, count in (("edited", [forged], 1), ("emptied", [], 1), ("null", None, None)):
            changed = copy.deepcopy(base)
            for cell in changed["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"], cell["execution_count"] = outputs, count
            cases.append(Case(f"{kind}, {label} stored outputs", as_bytes(changed), score))

        tagged = copy.deepcopy(base)
        for cell in tagged["cells"]:
            tags = ["nbval-skip", "raises-exception", "nbval-ignore-output", "nbval-raises-exception"]
            cell["metadata"]["tags"] = tags
        cases.append(Case(f"{kind}, nbval tags", as_bytes(tagged), score))

        stripped = copy.deepcopy(base)
        stripped["cells"] = answer_cells(stripped)
        cases.append(Case(f"{kind}, all other cells deleted", as_bytes(stripped), score))

        reordered = copy.deepcopy(base)
        reordered["cells"] = list(reversed(reordered["cells"]))
        cases.append(Case(f"{kind}, re-ordered cells", as_bytes(reordered), score))

        other = copy.deepcopy(base)
        other["metadata"]["kernelspec"] = {"name": "evil", "display_name": "evil", "language": "bash"}
        other["metadata"]["course"] = {"exercise": "../../etc/passwd"}
        cases.append(Case(f"{kind}, another kernelspec", as_bytes(other), score))

        changed = copy.deepcopy(base)
        changed["cells"].insert(
            0,
            {
                "cell_type": "code",
                "metadata": {"check": "sigmoid.values", "points": 99},
                "source": "import os; os._exit(0)",
                "outputs": [],
                "execution_count": None,
            },
        )
        changed["cells"].append(
            {
                "cell_type": "code",
                "metadata": {"grade_id": "extra"},
                "source": "import os; os._exit(0)",
                "outputs": [],
                "execution_count": None,
            }
        )
        cases.append(Case(f"{kind}, cells with marks of their own", as_bytes(changed), score))

    deleted = make_notebook()
    deleted["cells"] = [cell for cell in deleted["cells"] if cell["metadata"].get("grade_id") != "sigmoid"]
    cases.append(Case("deleted answer", as_bytes(deleted), 8, flag="sigmoid: the answer is missing"))

    doubled = make_notebook()
    first = next(cell for cell in answer_cells(doubled) if cell["metadata"]["grade_id"] == "sigmoid")
    doubled["cells"].append({**first, "source": WRONG})
    cases.append(Case("duplicated answer, the last one wrong", as_bytes(doubled), 8, flag="2 cells carry"))

    odd = make_notebook()
    odd["cells"] += [
        None,
        7,
        {"cell_type": "code"},
        {"cell_type": "code", "source": [1, 2], "metadata": []},
        {"cell_type": "code", "source": {"a": 1}, "metadata": {"grade_id": ["sigmoid"]}},
    ]
    odd["metadata"] = [1, 2]
    cases.append(Case("cells that are no cells", as_bytes(odd), 10))
    surrogate = make_notebook(sigmoid="# \ud800 \x00\n" + SIGMOID)
    cases.append(Case("lone surrogate and a zero byte", as_bytes(surrogate), at_least=8))
    markup = make_notebook(
        sigmoid="def sigmoid(Z):\n    raise ValueError('<script>alert(1)</script>\\x1b[2J')\n"
    )
    cases.append(Case("markup and terminal codes", as_bytes(markup), 8, file="=cmd()<img src=x>.ipynb"))
    return cases


def bomb_cases(make_notebook) -> list[Case]:
    cases = []
    for name, code in BOMBS.items():
        answer = f"def sigmoid(Z):\n    {code}\n"
        cases.append(Case(f"bomb, {name}", as_bytes(make_notebook(sigmoid=answer)), at_least=0))
        wrong = {**ALL_WRONG, "sigmoid": answer}
        if name in ("os._exit", "fork and parent exit", "memory", "disk"):
            cases.append(Case(f"wrong, bomb, {name}", as_bytes(make_notebook(**wrong)), 0))
    for name, code in ENDS_RUN.items():
        answer = f"def sigmoid(Z):\n    {code}\n"
        cases.append(Case(f"flood, {name}", as_bytes(make_notebook(sigmoid=answer)), at_least=0))
    cases.append(
        Case(
            "os._exit in the answer's own cell",
            as_bytes(make_notebook(sigmoid="import os; os._exit(0)")),
            at_least=8,
        )
    )
    return cases


def broken_cases(make_notebook) -> list[Case]:
    good = as_bytes(make_notebook())
    old = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [], "metadata": {}}
    large = as_bytes({**make_notebook(), "metadata": {"x": ["y" * 1000] * 25_000}})
    return [
        Case("empty file", b"", status="unreadable"),
        Case("wrong encoding", good.replace(b"return", "rétürn".encode("latin-1")), status="unreadable"),
        Case("broken JSON", good[: len(good) // 2], status="unreadable"),
        Case("not a notebook", b"[1, 2, 3]", status="unreadable"),
        Case("old nbformat", json.dumps(old).encode(), status="unreadable"),
        Case("very deep JSON", b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", status="unreadable"),
        Case("very large JSON", large, status="unreadable"),
        Case("cells missing", json.dumps({"nbformat": 4, "metadata": {}}).encode(), status="unreadable"),
        Case("huge number", b'{"nbformat": 4, "cells": ' + b"9" * 100_000 + b"}", status="unreadable"),
        Case("UTF-8 with a mark", b"\xef\xbb\xbf" + good, 10),
        Case("name like an option", good, 10, file="--exercise=x.ipynb"),
        Case("name like a flag", good, 10, file="-rf.ipynb"),
        Case("name with a line feed", good, 10, file="a\nb.ipynb"),
    ]


def canary_cases(make_notebook, world: dict) -> list[Case]:
    cases = []
    for name, code in CANARIES.items():
        code = dedent(code).format(**world)
        answer = code + "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z)) if stopped else None\n"
        cases.append(Case(f"canary, {name}", as_bytes(make_notebook(sigmoid=answer)), 10))
    return cases


@pytest.fixture(scope="module")
def world(tmp_path_factory, neuron_source):
    """Things outside the sandbox that an attack could reach for, and a listener that counts who connects."""
    folder = tmp_path_factory.mktemp("world")
    folder.chmod(0o777)
    secret = folder / "secret.txt"
    secret.write_text("secret")
    secret.chmod(0o644)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    connections = []

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(1)
            connection.close()

    threading.Thread(target=accept, daemon=True).start()
    # A temporary folder of our own, so that what is left in it is ours. Paths of sockets must stay short.
    earlier, temporary = tempfile.tempdir, tempfile.mkdtemp(prefix="cg", dir="/tmp")
    os.chmod(temporary, 0o711)
    tempfile.tempdir = temporary
    yield {
        "temporary": temporary,
        "secret": str(secret),
        "source": str(neuron_source),
        "reports": str(folder / "reports"),
        "outside": str(folder),
        "package": str(Path(__file__).parents[2] / "course_utils"),
        "port": listener.getsockname()[1],
        "pid": os.getpid(),
        "connections": connections,
        "folder": folder,
    }
    listener.close()
    tempfile.tempdir = earlier
    shutil.rmtree(temporary, ignore_errors=True)


def write_cases(cases: list[Case], folder: Path) -> None:
    for number, case in enumerate(cases):
        place = folder / f"s{number:03d}"
        place.mkdir(parents=True)
        (place / (case.file or "work.ipynb")).write_bytes(case.content)


def companions(folder: Path, marker: Path) -> None:
    """Files beside a notebook that a careless grader would import or obey."""
    code = f"import pathlib\npathlib.Path({str(marker)!r}).write_text('ran')\n"
    for name in ("conftest.py", "numpy.py", "sitecustomize.py", "nbval.py", "json.py"):
        (folder / name).write_text(code)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --nbval-lax -p evil\n")
    startup = folder / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(code)


def run_attacks(tier, cases, neuron, world, tmp_path_factory, attack_table):
    submissions = tmp_path_factory.mktemp(f"submissions_{tier}")
    write_cases(cases, submissions)
    marker = world["folder"] / f"marker_{tier}"
    companions(submissions / "s000", marker)
    out = world["folder"] / "reports" / tier
    os.environ["COURSE_TEST_SECRET"] = "secret"
    started = time.monotonic()
    try:
        result = grade_folder(
            submissions, out, {neuron.name: neuron}, tier=tier, jobs=2, limits={"wall_seconds": WALL_SECONDS}
        )
    finally:
        os.environ.pop("COURSE_TEST_SECRET")
        remove_support()
    seconds = time.monotonic() - started
    by_folder = {report.file.split("/")[0]: report for report in result.reports}
    reports = {case.name: by_folder[f"s{number:03d}"] for number, case in enumerate(cases)}
    for case in cases:
        report = reports[case.name]
        points = f"{report.score:g} of {report.points:g}" if report.checks else report.status
        remark = report.problem or report.stopped or "; ".join(report.flags)
        attack_table.append(
            (tier, case.name, points, f"{report.seconds:5.1f} s", remark[:70].replace("\n", " "))
        )
    attack_table.append((tier, f"{len(cases)} submissions", "", f"{seconds:5.1f} s", ""))
    return reports, marker, out


def verify(case: Case, report) -> None:
    assert report.status == case.status, report.problem
    if case.status == "graded":
        shown = [(check.check_id, check.score, check.cause) for check in report.checks]
        if case.score is not None:
            assert report.score == case.score, shown
        if case.at_least is not None:
            assert report.score >= case.at_least, shown
        assert len(report.checks) == 4
        assert report.seconds < 2 * (WALL_SECONDS + 45)
    if case.flag:
        assert any(case.flag in flag for flag in report.flags), report.flags


def all_cases(make_notebook, world) -> list[Case]:
    cases = notebook_cases(make_notebook) + broken_cases(make_notebook) + trick_cases(make_notebook)
    return cases + canary_cases(make_notebook, {**world, "alone": True}) + bomb_cases(make_notebook)


def names_of_all() -> list[str]:
    def fake(right=True, **changes):
        cells = [{"cell_type": "code", "metadata": {"grade_id": "sigmoid"}, "source": ""}]
        return {"cells": cells, "metadata": {}}

    world = {
        "secret": "",
        "source": "",
        "reports": "",
        "outside": "",
        "package": "",
        "port": 0,
        "pid": 0,
        "temporary": "",
    }
    return [case.name for case in all_cases(fake, world)]


def in_tier_b(name: str) -> bool:
    """The second sandbox meets what depends on the sandbox."""
    return name.startswith(("canary", "bomb")) or name in (
        "wrong, forged kernel messages",
        "right, atexit hook",
    )


def chosen(cases: list[Case], request) -> list[Case]:
    """The cases of the tests that were selected, so that `-k canary` is quick."""
    names = {item.callspec.params.get("name") for item in request.session.items if hasattr(item, "callspec")}
    return [case for case in cases if case.name in names] or cases[:1]


@pytest.fixture(scope="module")
def graded_a(request, need_tier, make_notebook, neuron, world, tmp_path_factory, attack_table):
    need_tier("A")
    cases = chosen(all_cases(make_notebook, world), request)
    reports, marker, out = run_attacks("A", cases, neuron, world, tmp_path_factory, attack_table)
    return {case.name: case for case in cases}, reports, marker, out


@pytest.fixture(scope="module")
def graded_b(request, need_tier, make_notebook, neuron, world, tmp_path_factory, attack_table):
    need_tier("B")
    cases = canary_cases(make_notebook, {**world, "alone": False}) + bomb_cases(make_notebook)
    cases += [case for case in trick_cases(make_notebook) if in_tier_b(case.name)]
    cases = chosen([case for case in cases if in_tier_b(case.name)], request)
    reports, marker, out = run_attacks("B", cases, neuron, world, tmp_path_factory, attack_table)
    return {case.name: case for case in cases}, reports, marker, out


@pytest.mark.parametrize("name", names_of_all())
def test_attack_in_bubblewrap(name, graded_a):
    cases, reports, _, _ = graded_a
    verify(cases[name], reports[name])


@pytest.mark.parametrize("name", [name for name in names_of_all() if in_tier_b(name)])
def test_attack_in_landlock(name, graded_b):
    cases, reports, _, _ = graded_b
    verify(cases[name], reports[name])


@pytest.mark.parametrize("name", [f"bomb, {name}" for name in BOMBS])
def test_a_bomb_costs_its_own_check_only(name, graded_a):
    _, reports, _, _ = graded_a
    kept = {check.check_id: check.score for check in reports[name].checks}
    assert kept["sigmoid.values"] == 0
    if name not in ("bomb, processes", "bomb, disk"):
        assert sum(kept.values()) == 8, kept


def test_nothing_outside_changed(graded_a, world):
    _, _, marker, _ = graded_a
    assert not marker.exists(), "a file beside the notebook was run"
    assert sorted(path.name for path in world["folder"].iterdir()) == ["reports", "secret.txt"]
    assert not world["connections"], "an answer reached a port outside"
    assert not (Path(world["package"]) / "attack").exists()


def test_no_process_and_no_folder_is_left(graded_a, world):
    left = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                command = Path(f"/proc/{name}/cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if world["temporary"].encode() in command:
                left.append(command[:200])
    assert not left
    assert not list(Path(world["temporary"]).iterdir())


def test_reports_escape_what_learners_wrote(graded_a):
    _, _, _, out = graded_a
    texts = [path.read_text(encoding="utf-8") for path in (out / "feedback").glob("*.html")]
    texts += [
        (out / "index.html").read_text(encoding="utf-8"),
        (out / "grades.csv").read_text(encoding="utf-8"),
    ]
    for text in texts:
        assert "\x1b" not in text
    for text in texts[:-1]:
        assert "<script>" not in text
        assert "<img" not in text
    for line in texts[-1].splitlines():
        assert not line.startswith(("=", "+", "@"))
    import xml.etree.ElementTree as ElementTree

    suites = ElementTree.parse(out / "junit.xml").getroot()
    assert len(suites) == len(texts) - 2
