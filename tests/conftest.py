"""What all tests share: the report on lessons' time and size at the end of a run."""

BUDGET = {"seconds": "60 s, with training 120 s", "kilobytes": "1500 kB"}


def pytest_terminal_summary(terminalreporter):
    """Print each lesson's run time and size, which the tests note as properties."""
    facts: dict[str, dict[str, object]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name in BUDGET:
                    lesson = report.nodeid.split("[")[-1].rstrip("]")
                    facts.setdefault(lesson, {})[name] = value
    if not facts:
        return
    terminalreporter.section("lessons: seconds under nbval, size (budget " + "; ".join(BUDGET.values()) + ")")
    for lesson, values in sorted(facts.items()):
        if "seconds" in values or "kilobytes" in values:
            seconds, size = values.get("seconds", "-"), values.get("kilobytes", "-")
            terminalreporter.write_line(f"{lesson:56} {seconds!s:>8} s {size!s:>8} kB")
