"""What comes out of grading a class: JSON a submission, CSV, JUnit, HTML. Everything foreign is escaped.

The JSON files are the teacher's: they hold the values of the secret inputs. Feedback for students, the HTML
files and JUnit, names properties and causes and shows no value of an input or an expected result.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.grading.files import write_atomic
from course_utils.grading.show import WORDS, plain
from course_utils.grading.trusted import CheckResult

REPORT_FORMAT = 1
FINAL = ("graded", "unreadable")


@dataclass
class SubmissionReport:
    """The result of one submission.

    key    : hash of answers, exercise, version and seed; the same key is not graded twice
    status : "graded", "unreadable" (no notebook), "unknown exercise", or "error" (the grader failed)
    """

    identity: str
    student: str
    file: str
    exercise: str
    title: str
    status: str
    key: str
    tier: str
    seed: str
    version: str
    problem: str = ""
    flags: list[str] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    stopped: str = ""
    seconds: float = 0.0
    graded_at: str = ""

    @property
    def score(self) -> float:
        """Points reached."""
        return round(sum(check.score for check in self.checks), 2)

    @property
    def points(self) -> float:
        """Points possible."""
        return sum(check.points for check in self.checks)

    def to_json(self) -> str:
        """As JSON text, ASCII only."""
        content = {
            "format": REPORT_FORMAT,
            "score": self.score,
            "points": self.points,
            **self.__dict__,
            "checks": [check.to_dict() for check in self.checks],
        }
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @staticmethod
    def from_json(text: str) -> SubmissionReport:
        """Read what `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        content = json.loads(text)
        if content.pop("format") != REPORT_FORMAT:
            raise ValueError("a report of another format")
        content.pop("score")
        content.pop("points")
        content["checks"] = [CheckResult.from_dict(check) for check in content["checks"]]
        return SubmissionReport(**content)


def write_submission(report: SubmissionReport, out: Path) -> None:
    """Write feedback first, then the JSON that counts as "done"."""
    write_atomic(
        out / "feedback" / f"{report.identity}.html", feedback_html(report).encode("utf-8", "replace")
    )
    write_atomic(out / "results" / f"{report.identity}.json", report.to_json().encode())


def read_submission(path: Path) -> SubmissionReport | None:
    """A report that an earlier run left, or None where it cannot be read."""
    try:
        return SubmissionReport.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_class(reports: list[SubmissionReport], out: Path, run: dict) -> None:
    """Write `grades.csv`, `junit.xml` and `index.html` for all reports."""
    reports = sorted(reports, key=lambda report: (report.exercise, report.student, report.file))
    write_atomic(out / "grades.csv", class_csv(reports).encode("utf-8", "replace"))
    write_atomic(out / "junit.xml", class_junit(reports))
    write_atomic(out / "index.html", class_html(reports, run).encode("utf-8", "replace"))


def csv_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = plain(str(text)).replace("\n", " ")
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def class_csv(reports: list[SubmissionReport]) -> str:
    """One line a submission: student, file, exercise, status, points, then one column a check."""
    checks: list[str] = []
    for report in reports:
        checks += [name for name in (check.check_id for check in report.checks) if name not in checks]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    heads = ["student", "file", "exercise", "status", "score", "points", "sandbox", "remarks", *checks]
    writer.writerow([csv_cell(head) for head in heads])
    for report in reports:
        scores = {check.check_id: f"{check.score:g}" for check in report.checks}
        remarks = "; ".join([text for text in (report.problem, report.stopped) if text] + report.flags)
        row = [report.student, report.file, report.exercise, report.status]
        row += [f"{report.score:g}", f"{report.points:g}", report.tier, remarks]
        writer.writerow([csv_cell(cell) for cell in row] + [scores.get(name, "") for name in checks])
    return stream.getvalue()


def class_junit(reports: list[SubmissionReport]) -> bytes:
    """JUnit XML: a suite a submission, a case a check, named by its id."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        failures = sum(check.status != "passed" for check in report.checks)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(f"{report.student}: {report.exercise or report.file}"),
            tests=str(max(1, len(report.checks))),
            failures=str(failures),
            errors="0" if report.status == "graded" else "1",
            time=f"{report.seconds:.2f}",
        )
        for check in report.checks:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_xml(report.exercise), name=check.check_id
            )
            if check.status != "passed":
                message = f"{check.score:g} of {check.points:g} points: {check.cause_form or check.title}"
                ElementTree.SubElement(case, "failure", message=_xml(message))
        if report.status != "graded":
            case = ElementTree.SubElement(suite, "testcase", classname="submission", name="readable")
            ElementTree.SubElement(case, "error", message=_xml(report.problem or report.status))
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return re.sub(r"[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", plain(text))


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)


def _page(title: str, body: str) -> str:
    # The policy lets nothing run or load, should a text ever get past the escaping.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width"><title>{_text(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _text(text: object) -> str:
    return html.escape(plain(str(text)))


def feedback_html(report: SubmissionReport) -> str:
    """The page a student gets."""
    body = [f"<h1>{_text(report.title or report.exercise or 'Submission')}</h1>"]
    body.append(f"<p>{_text(report.student)}, {_text(report.file)}</p>")
    if report.status != "graded":
        body.append(f"<p><b>Not graded:</b> {_text(report.problem or report.status)}</p>")
    else:
        body.append(f"<p><b>{report.score:g} of {report.points:g} points</b></p>")
        if report.stopped:
            body.append(f"<p>The run ended early: {_text(report.stopped)}.</p>")
        heads = ("", "Check", "Points", "Expected", "Came", "Likely cause")
        body.append("<table><thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in heads))
        body.append("</tr></thead><tbody>")
        for check in report.checks:
            cells = [
                f"<b>{WORDS[check.status]}</b>",
                f"{_text(check.title)}<br><code>{_text(check.check_id)}</code>",
                f"{check.score:g} of {check.points:g}<br>{check.passed} of {check.cases} cases",
                _text(check.expected_form),
                _text(check.found_form),
                _text(check.cause_form),
            ]
            body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        body.append("</tbody></table>")
        body.append(
            "<p>The inputs of this run stay secret. <code>%check</code> in the notebook shows expected and "
            "found values on public inputs.</p>"
        )
    if report.flags:
        body.append(
            "<h2>Noticed</h2><ul>" + "".join(f"<li>{_text(flag)}</li>" for flag in report.flags) + "</ul>"
        )
    return _page(report.title or report.exercise or "Submission", "".join(body))


def class_html(reports: list[SubmissionReport], run: dict) -> str:
    """The teacher's overview with links to the feedback pages."""
    rows = []
    for report in reports:
        link = f'<a href="feedback/{report.identity}.html">{_text(report.student)}</a>'
        score = f"{report.score:g} of {report.points:g}" if report.checks else "none"
        cells = [link, _text(report.file), _text(report.exercise), _text(report.status), score]
        cells.append(_text("; ".join([t for t in (report.problem, report.stopped) if t] + report.flags)))
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heads = ("Student", "File", "Exercise", "Status", "Points", "Remarks")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    graded = [report for report in reports if report.status == "graded"]
    mean = sum(report.score for report in graded) / len(graded) if graded else 0.0
    return _page(
        "Grades",
        f"<h1>Grades</h1><p>{len(reports)} submissions, {len(graded)} graded, mean {mean:.2f} points. "
        f"Sandbox: {_text(run.get('sandbox', ''))}. Course {_text(run.get('version', ''))}.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
    )
