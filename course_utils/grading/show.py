"""Tables for learners: as plain text for a terminal, as HTML for a notebook."""

from __future__ import annotations

import html
import re
import shutil
import textwrap
import time

from course_utils.grading.learner import LearnerReport
from course_utils.grading.trusted import CheckResult

WORDS = {"passed": "pass", "partly": "part", "failed": "fail", "not run": "not run"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text without control characters and terminal codes, safe to print."""
    return _CONTROL.sub("", text.replace("\t", " "))


def saved_text(report: LearnerReport, now: float | None = None) -> str:
    """Which state of the file was graded."""
    age = max(0, round((time.time() if now is None else now) - report.saved_at))
    clock = time.strftime("%H:%M:%S", time.localtime(report.saved_at))
    if age < 120:
        ago = f"{age} s ago"
    elif age < 7200:
        ago = f"{age // 60} min ago"
    else:
        ago = time.strftime("%Y-%m-%d", time.localtime(report.saved_at))
    return f"Graded: the file as saved at {clock} ({ago}). Later changes do not count; save and check again."


def text_table(report: LearnerReport, width: int | None = None) -> str:
    """The report for a terminal: a line a check; below a failing one what was expected, what came and why."""
    width = width or min(120, shutil.get_terminal_size((100, 24)).columns)
    name = max([len("check"), *(len(result.check_id) for result in report.results)])
    lines = [plain(f"{report.title}"), plain(saved_text(report)), ""]
    lines.append(f"{'':<8}{'check':<{name}}  {'points':>9}  {'cases':>7}")
    for result in report.results:
        points = f"{result.score:g} of {result.points:g}"
        cases = f"{result.passed}/{result.cases}"
        word = WORDS[result.status]
        lines.append(f"{word:<8}{result.check_id:<{name}}  {points:>9}  {cases:>7}  {plain(result.title)}")
        for label, text in _details(result, report.next_hint.get(result.check_id, "")):
            lines += textwrap.wrap(
                plain(text), width, initial_indent=f"{'':<8}{label:<14}", subsequent_indent=" " * 22
            )
    total = f"{report.score:g} of {report.points:g} points"
    lines += ["", f"{total}, advice and not a mark ({report.seconds:.1f} s)", *map(plain, report.notices)]
    return "\n".join(lines)


def _details(result: CheckResult, hint: str) -> list[tuple[str, str]]:
    rows = []
    if result.status != "passed":
        rows = [
            ("expected", result.expected),
            ("came", result.found),
            ("likely cause", result.cause),
            ("next", hint),
        ]
    rows += [("note", note) for note in result.notes]
    return [(label, text) for label, text in rows if text]


def html_table(report: LearnerReport) -> str:
    """The report for a notebook; every text is escaped.

    Below the line of a failing check its details have the whole width: in columns of their own they would
    break after every word on a page of usual width.
    """
    rows = []
    for result in report.results:
        word, points = WORDS[result.status], f"{result.score:g} of {result.points:g}"
        cells = [
            f'<td style="{_CELL}{_SHORT}"><b>{_safe(word)}</b></td>',
            f'<td style="{_CELL}"><code>{_safe(result.check_id)}</code> {_safe(result.title)}</td>',
            f'<td style="{_CELL}{_SHORT}">{points}</td>',
            f'<td style="{_CELL}{_SHORT}">{result.passed} of {result.cases}</td>',
        ]
        rows.append(f'<tr style="{_LINE}">{"".join(cells)}</tr>')
        details = _details(result, report.next_hint.get(result.check_id, ""))
        if details:
            lines = "".join(f"<div><i>{label}:</i> {_safe(text)}</div>" for label, text in details)
            rows.append(f'<tr style="{_PLAIN}"><td></td><td colspan="3" style="{_CELL}">{lines}</td></tr>')
    heads = ("", "Check", "Points", "Cases")
    head = "".join(f'<th scope="col" style="{_CELL}{_SHORT}">{text}</th>' for text in heads)
    notices = "".join(f"<p>{_safe(notice)}</p>" for notice in report.notices)
    return (
        f'<div role="status" style="line-height:1.4"><p>{_safe(saved_text(report))}</p>'
        f'<table style="border-collapse:collapse;width:100%;table-layout:auto"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
        f"<p><b>{report.score:g} of {report.points:g} points</b>, advice and not a mark "
        f"({report.seconds:.1f} s)</p>{notices}</div>"
    )


_CELL = "text-align:left;vertical-align:top;white-space:normal;overflow-wrap:anywhere;padding:3px 8px;"
_SHORT = "white-space:nowrap;overflow-wrap:normal;width:1%;"
_LINE = "background:none;border-top:1px solid var(--jp-border-color2,#ccc)"
_PLAIN = "background:none"


def _safe(text: str) -> str:
    return html.escape(plain(text))
