"""An exercise as its author writes it: parsing, the starter, the solution.

The source is a jupytext percent script with four kinds of cells.

* Markdown: statement and hints, `<details><summary>Hint 1</summary>...</details>`.
* Set-up: a code cell without `grade_id` and without `check`. Grading always takes it from the source.
* Answer, `# %% grade_id="sigmoid"`: defines the name `sigmoid`. The lines between `# BEGIN SOLUTION` and
  `# END SOLUTION` are the author's. In the starter they become one line that raises `NotImplementedError`
  with the text after `# BEGIN SOLUTION:`. A bug hunt shows wrong code instead: `# BEGIN STARTER` to
  `# END STARTER`, right after the solution region, each line commented with `# `.
* Check, `# %% check="sigmoid.values" points=1 of="sigmoid"`: defines

  - `cases(rng)`: a list of at least three dicts of keyword arguments (arrays, numbers, strings, lists,
    dicts of these). It runs after the set-up and the solutions, so it may call them;
  - `call(f, case)`, optional: how the learner's object `f` is used; default `f(**case)`, or `f` itself
    where `f` is no function. It runs in the learner's kernel and sees the set-up's names and the learner's.
    A function that needs a generator gets it here: `np.random.default_rng(case["seed"])`;
  - `explain(case, expected, found)`, optional: the likely cause as text, or None. It never runs in the
    learner's kernel. `found` is plain data; it may have any type and shape;
  - `explain_error(case, error)`, optional: the same where the call raised; `error` is one line with the type
    of the exception, its message and the line of code. The text must not repeat it: it may hold inputs;
  - `title`, optional: what the check looks at, a few words;
  - `parts`, optional: names of the values where several are returned, as `("dw", "db")`. Where it is missing
    they are read off the last `return` of `call`, or of the solution, if that returns plain names;
  - `tolerance = (relative, absolute)`, optional; relative to the largest entry of the expected array;
  - `target`, optional: the name that is checked, where it is not the first name in `of`;
  - `seconds`, optional: the time limit of the whole check;
  - `inputs_unchanged = True`, optional: a case also fails where the function changes its arguments.

`of` may list several answers, `of="cost,sigmoid"`: the first is checked, the others are used by it.
Points are whole numbers or halves and add up to 10 in a notebook. A check gives its points in proportion to
the cases that pass; where fewer than three of the expected answers differ, all cases must pass.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORMAT = 1
TOTAL_POINTS = 10
DEFAULT_TOLERANCE = (1e-5, 1e-8)
DEFAULT_SECONDS = 8.0
DEFAULT_TODO = "write your code here"

_BEGIN_SOLUTION = re.compile(r"^(?P<indent>\s*)# BEGIN SOLUTION(?::\s*(?P<todo>.*?))?\s*$")
_END_SOLUTION = re.compile(r"^\s*# END SOLUTION\s*$")
_BEGIN_STARTER = re.compile(r"^\s*# BEGIN STARTER\s*$")
_END_STARTER = re.compile(r"^\s*# END STARTER\s*$")
_HINT = re.compile(
    r"<details>\s*<summary>\s*(Hint\s*\d+)[^<]*</summary>(.*?)</details>", re.DOTALL | re.IGNORECASE
)
_CHECK_ID = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$")


class ExerciseError(ValueError):
    """The author's source breaks a rule of the format."""


@dataclass(frozen=True)
class Cell:
    """One cell. `kind` is "markdown", "setup", "answer" or "check"; `key` names the last two."""

    kind: str
    source: str
    key: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer cell: what the learner is given, and what the author wrote."""

    grade_id: str
    starter: str
    solution: str
    todo: str


@dataclass(frozen=True)
class Check:
    """One check: its identity, and the author's source split by where it may run."""

    check_id: str
    points: float
    of: tuple[str, ...]
    target: str
    title: str
    tolerance: tuple[float, float]
    seconds: float
    inputs_unchanged: bool
    source: str  # the whole cell; runs in the trusted process only
    call_source: str  # `call` and the helpers it names; runs in the learner's kernel
    explain_source: str  # `explain`, `explain_error`, and the helpers they name; runs in the trusted process
    hints: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # names of the returned values


@dataclass(frozen=True)
class Exercise:
    """An exercise notebook: its cells in order, answers by `grade_id`, checks by id."""

    name: str  # "1_neural_networks/02_logistic_regression"
    title: str
    cells: tuple[Cell, ...]
    answers: dict[str, Answer]
    checks: dict[str, Check]
    digest: str = field(default="", compare=False)

    @property
    def points(self) -> float:
        """Points of all checks together."""
        return sum(check.points for check in self.checks.values())

    def setup_sources(self) -> list[str]:
        """Sources of the set-up cells, in order."""
        return [cell.source for cell in self.cells if cell.kind == "setup"]

    def to_json(self) -> str:
        """The manifest: everything grading needs, the solutions included. Same bytes for the same source."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> Exercise:
        """Read a manifest written by `to_json`.

        Raises ExerciseError where the text is no manifest of this format.
        """
        try:
            content = json.loads(text)
        except ValueError as error:
            raise ExerciseError(f"this is no manifest: {error}") from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ExerciseError(f"this is no manifest of format {FORMAT}; build the exercises again")
        checks = {
            name: Check(
                **{
                    **check,
                    "of": tuple(check["of"]),
                    "tolerance": tuple(check["tolerance"]),
                    "hints": tuple(check["hints"]),
                    "parts": tuple(check.get("parts", ())),
                }
            )
            for name, check in content["checks"].items()
        }
        order = [cell["key"] for cell in content["cells"] if cell["kind"] == "check"]
        answer_order = [cell["key"] for cell in content["cells"] if cell["kind"] == "answer"]
        return Exercise(
            name=content["name"],
            title=content["title"],
            cells=tuple(Cell(**cell) for cell in content["cells"]),
            answers={name: Answer(**content["answers"][name]) for name in answer_order},
            checks={name: checks[name] for name in order},
            digest=content["digest"],
        )


def exercise_name(source: Path) -> str:
    """`sources/<track>/exercises/NN_topic.py` is called `<track>/NN_topic`; other files by their stem."""
    source = Path(source)
    if source.parent.name == "exercises":
        return f"{source.parent.parent.name}/{source.stem}"
    return source.stem


def load_exercise(source: Path) -> Exercise:
    """Read an exercise source or a manifest (`.json`).

    Raises ExerciseError, naming file and cell, where the source breaks the format.
    """
    source = Path(source)
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".json":
        return Exercise.from_json(text)
    try:
        return parse_exercise(text, exercise_name(source))
    except ExerciseError as error:
        raise ExerciseError(f"{source.name}: {error}") from error


def parse_exercise(text: str, name: str) -> Exercise:
    """Parse the text of an exercise source; `name` is what the exercise is called."""
    cells: list[Cell] = []
    answers: dict[str, Answer] = {}
    checks: dict[str, Check] = {}
    hints: list[str] = []
    for kind, metadata, source in _percent_cells(text):
        if kind == "markdown":
            cells.append(Cell("markdown", source))
            if re.search(r"^#{1,3}\s", source, re.MULTILINE):
                hints = []
            hints = hints + [body.strip() for _, body in _HINT.findall(source)]
            continue
        if not source.strip():
            continue
        if "grade_id" in metadata:
            answer = _parse_answer(str(metadata["grade_id"]), source)
            if answer.grade_id in answers:
                raise ExerciseError(f'two answer cells have grade_id="{answer.grade_id}"')
            answers[answer.grade_id] = answer
            cells.append(Cell("answer", source, answer.grade_id))
        elif "check" in metadata:
            check = _parse_check(metadata, source, tuple(hints))
            if check.check_id in checks:
                raise ExerciseError(f'two check cells have check="{check.check_id}"')
            unknown = [answer for answer in check.of if answer not in answers]
            if unknown:
                raise ExerciseError(
                    f'check "{check.check_id}" has of="{",".join(check.of)}", '
                    f"but no answer cell above it has grade_id {unknown[0]!r}"
                )
            checks[check.check_id] = check
            cells.append(Cell("check", source, check.check_id))
        else:
            cells.append(Cell("setup", source))
    exercise = Exercise(
        name=name,
        title=_title(cells, name),
        cells=tuple(cells),
        answers=answers,
        checks=checks,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
    _validate(exercise)
    return exercise


def _percent_cells(text: str) -> list[tuple[str, dict, str]]:
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    return [(cell.cell_type, dict(cell.metadata), cell.source) for cell in notebook.cells]


def _title(cells: list[Cell], name: str) -> str:
    for cell in cells:
        if cell.kind == "markdown":
            heading = re.search(r"^#\s+(.+)$", cell.source, re.MULTILINE)
            if heading:
                return heading.group(1).strip()
    return name


def _validate(exercise: Exercise) -> None:
    if not exercise.checks:
        raise ExerciseError("there is no check cell")
    if not any(cell.kind == "setup" for cell in exercise.cells):
        raise ExerciseError("there is no set-up cell; put the imports into a code cell without grade_id")
    if exercise.points != TOTAL_POINTS:
        raise ExerciseError(f"points must add up to {TOTAL_POINTS}, these add up to {exercise.points:g}")
    used = {answer for check in exercise.checks.values() for answer in check.of}
    unused = [answer for answer in exercise.answers if answer not in used]
    if unused:
        raise ExerciseError(f"no check looks at the answer {unused[0]!r}")


def _parse_answer(grade_id: str, source: str) -> Answer:
    if not grade_id.isidentifier():
        raise ExerciseError(f'grade_id="{grade_id}" must be the Python name that the cell defines')
    starter: list[str] = []
    solution: list[str] = []
    todos: list[str] = []
    lines = source.splitlines()
    position = 0
    while position < len(lines):
        begin = _BEGIN_SOLUTION.match(lines[position])
        if not begin:
            if _BEGIN_STARTER.match(lines[position]) or _END_STARTER.match(lines[position]):
                raise ExerciseError(f'answer "{grade_id}": a STARTER region must follow a SOLUTION region')
            starter.append(lines[position])
            solution.append(lines[position])
            position += 1
            continue
        end = _find(_END_SOLUTION, lines, position + 1, f'answer "{grade_id}": no "# END SOLUTION"')
        solution += lines[position + 1 : end]
        todo = begin["todo"] or DEFAULT_TODO
        position = end + 1
        following = position
        while following < len(lines) and not lines[following].strip():
            following += 1
        if following < len(lines) and _BEGIN_STARTER.match(lines[following]):
            stop = _find(_END_STARTER, lines, following + 1, f'answer "{grade_id}": no "# END STARTER"')
            starter += [_uncomment(line, grade_id) for line in lines[following + 1 : stop]]
            position = stop + 1
        else:
            starter.append(
                f"{begin['indent']}raise NotImplementedError({json.dumps(todo, ensure_ascii=False)})"
            )
        todos.append(todo)
    if not todos:
        raise ExerciseError(f'answer "{grade_id}" has no "# BEGIN SOLUTION" ... "# END SOLUTION" region')
    answer = Answer(grade_id, "\n".join(starter), "\n".join(solution), todos[0])
    for which, code in (("starter", answer.starter), ("solution", answer.solution)):
        try:
            compile(code, f"<{which} of {grade_id}>", "exec")
        except SyntaxError as error:
            raise ExerciseError(f'the {which} of answer "{grade_id}" is no valid Python: {error}') from error
    return answer


def _find(pattern: re.Pattern, lines: list[str], start: int, message: str) -> int:
    for position in range(start, len(lines)):
        if pattern.match(lines[position]):
            return position
    raise ExerciseError(message)


def _uncomment(line: str, grade_id: str) -> str:
    match = re.match(r"^(\s*)#( (.*))?$", line)
    if match:
        return (match[1] + match[3]) if match[3] else ""
    if not line.strip():
        return ""
    raise ExerciseError(f'answer "{grade_id}": each line between STARTER marks starts with "# ": {line!r}')


def _parse_check(metadata: dict, source: str, hints: tuple[str, ...]) -> Check:
    check_id = str(metadata["check"])
    where = f'check "{check_id}"'
    if not _CHECK_ID.match(check_id):
        raise ExerciseError(f"{where}: use letters, digits, dot, dash and underscore only")
    points = metadata.get("points")
    if (
        isinstance(points, bool)
        or not isinstance(points, int | float)
        or points <= 0
        or points * 2 != int(points * 2)
    ):
        raise ExerciseError(
            f"{where}: points= must be a positive number, a whole or a half; it is {points!r}"
        )
    of = tuple(part.strip() for part in str(metadata.get("of", "")).split(",") if part.strip())
    if not of:
        raise ExerciseError(f'{where}: of="..." must name the answer it looks at')
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ExerciseError(f"{where}: {error}") from error
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if "cases" not in functions:
        raise ExerciseError(f"{where}: the cell must define cases(rng)")
    for name, arguments in (
        ("cases", ["rng"]),
        ("call", ["f", "case"]),
        ("explain", ["case", "expected", "found"]),
        ("explain_error", ["case", "error"]),
    ):
        if name in functions and [argument.arg for argument in functions[name].args.args] != arguments:
            raise ExerciseError(f"{where}: the signature is {name}({', '.join(arguments)})")
    constants = _constants(tree, where)
    tolerance = constants.get("tolerance", DEFAULT_TOLERANCE)
    if len(tolerance) != 2 or any(number < 0 for number in tolerance):
        raise ExerciseError(f"{where}: tolerance = (relative, absolute), it is {tolerance!r}")
    return Check(
        check_id=check_id,
        points=float(points),
        of=of,
        target=str(constants.get("target", of[0])),
        title=str(constants.get("title", check_id)),
        tolerance=(float(tolerance[0]), float(tolerance[1])),
        seconds=float(constants.get("seconds", DEFAULT_SECONDS)),
        inputs_unchanged=bool(constants.get("inputs_unchanged", False)),
        source=source,
        call_source=_with_helpers(("call",), tree, source),
        explain_source=_with_helpers(("explain", "explain_error"), tree, source),
        hints=hints,
        parts=tuple(constants.get("parts", ())) or _returned_names(functions.get("call")),
    )


def _constants(tree: ast.Module, where: str) -> dict:
    names = {"title", "tolerance", "target", "seconds", "inputs_unchanged", "parts"}
    found = {}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in names
        ):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError as error:
                raise ExerciseError(f"{where}: {node.targets[0].id} must be a plain value") from error
    return found


def _with_helpers(names: tuple[str, ...], tree: ast.Module, source: str) -> str:
    """Source of the functions `names` and of everything of the same cell that they name; empty if absent."""
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign):
            defined.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined.update({alias.asname or alias.name.split(".")[0]: node for alias in node.names})
    wanted: set[str] = set()
    pending = [name for name in names if name in defined]
    while pending:
        current = pending.pop()
        if current in wanted or current not in defined:
            continue
        wanted.add(current)
        pending += [node.id for node in ast.walk(defined[current]) if isinstance(node, ast.Name)]
    nodes = {id(defined[item]): defined[item] for item in wanted}
    ordered = sorted(nodes.values(), key=lambda node: node.lineno)
    return "\n".join(ast.get_source_segment(source, node) or "" for node in ordered)


def returned_names(source: str, function: str) -> tuple[str, ...]:
    """Names of the values that `function` returns, read off its last `return`; empty where they have none.

    source : code that defines the function, e.g. an answer's solution
    """
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return _returned_names(node)
    return ()


def _returned_names(function: ast.FunctionDef | None) -> tuple[str, ...]:
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)] if function else []
    if not returns or not isinstance(returns[-1].value, ast.Tuple):
        return ()
    names = []
    for value in returns[-1].value.elts:
        if isinstance(value, ast.Name):
            names.append(value.id)
        elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
            names.append(str(value.slice.value))
    return tuple(names) if len(names) == len(returns[-1].value.elts) > 1 else ()
