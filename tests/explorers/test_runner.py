"""Only the newest request is worked on; long work shows a mark and can be cancelled."""

from __future__ import annotations

import asyncio
import time

import pytest

from course_utils.explorers import NeuronExplorer
from course_utils.explorers import runner as runner_module
from course_utils.explorers.runner import Runner


class Log:
    """A runner over work of a given length that logs all it is told."""

    def __init__(self, steps: int = 1, seconds: float = 0.0) -> None:
        self.request_number = 0
        self.begun, self.shown, self.marks, self.failures, self.stops = [], [], [], [], []
        self.steps, self.seconds = steps, seconds
        self.runner = Runner(
            self.work, self.shown.append, self.marks.append, self.failures.append, self.stops.append
        )

    def work(self):
        number = self.request_number
        self.begun.append(number)
        for step in range(self.steps):
            time.sleep(self.seconds)
            yield (step + 1) / self.steps, (number, step)

    def ask(self) -> None:
        self.request_number += 1
        self.runner.request()


async def idle(log: Log) -> None:
    for _ in range(2000):
        if not log.runner.busy:
            return
        await asyncio.sleep(0.002)
    raise AssertionError("the runner never came to rest")


def test_without_a_loop_the_work_is_done_at_once():
    log = Log(steps=3)
    log.ask()
    assert log.shown == [(1, 2)]


def test_fifty_values_in_a_row_are_computed_once():
    log = Log()

    async def drag() -> None:
        for _ in range(50):
            log.ask()
        await idle(log)

    asyncio.run(drag())
    assert log.begun == [50]
    assert log.shown == [(50, 0)]


def test_a_new_value_overtakes_long_work():
    log = Log(steps=1000, seconds=0.002)

    async def drag() -> None:
        log.ask()
        await asyncio.sleep(0.1)
        log.steps = 2
        log.ask()
        await idle(log)

    asyncio.run(drag())
    assert log.begun == [1, 2]
    assert log.shown[-1] == (2, 1)
    assert (1, 999) not in log.shown


def test_the_loop_stays_alive_while_long_work_runs():
    log = Log(steps=200, seconds=0.002)
    gaps = []

    async def watch() -> None:
        log.ask()
        last = time.monotonic()
        while log.runner.busy:
            await asyncio.sleep(0)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    asyncio.run(watch())
    assert len(gaps) > 5  # the loop came round between the slices
    assert log.shown[-1] == (1, 199)


def test_cancel_keeps_the_last_result_and_says_how_far_it_came():
    log = Log(steps=500, seconds=0.002)

    async def press() -> None:
        log.ask()
        await asyncio.sleep(0.15)
        log.runner.cancel()
        await idle(log)

    asyncio.run(press())
    assert len(log.stops) == 1
    assert 0 < log.stops[0] < 1
    assert log.shown[-1][1] < 499
    assert not log.runner.busy


def test_long_work_shows_a_mark_and_takes_it_away(monkeypatch):
    monkeypatch.setattr(runner_module, "MARK_SECONDS", 0.05)
    log = Log(steps=1, seconds=0.3)  # one step blocks everything; the mark comes all the same
    log.ask()
    assert log.marks[0] == 0.0
    assert log.marks[-1] is None


def test_short_work_shows_no_mark():
    log = Log(steps=5)
    log.ask()
    assert log.marks == []


@pytest.mark.parametrize("in_loop", [False, True])
def test_an_error_is_told_and_the_next_request_works(in_loop):
    log = Log()
    good = log.work

    def bad():
        raise ValueError("no such thing")
        yield

    log.runner._start = bad

    async def twice() -> None:
        log.ask()
        await idle(log)
        log.runner._start = good
        log.ask()
        await idle(log)

    if in_loop:
        asyncio.run(twice())
    else:
        log.ask()
        log.runner._start = good
        log.ask()
    assert [str(failure) for failure in log.failures] == ["no such thing"]
    assert log.shown == [(2, 0)]


def test_an_explorer_that_hides_a_method_of_the_base_is_refused():
    class Careless(NeuronExplorer):
        def build_figure(self):
            self._image = None
            return super().build_figure()

    with pytest.raises(TypeError, match="_image"):
        Careless()
