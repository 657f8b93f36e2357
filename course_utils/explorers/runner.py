"""Runs the newest request of an explorer and drops the ones it overtook."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

SLICE_SECONDS = 0.04  # longest time between two looks at the controls while training
MARK_SECONDS = 0.3  # a computation longer than this shows a mark
PICTURE_SECONDS = 0.2  # time between two pictures of an unfinished training
GATHER_SECONDS = 0.004  # time in which further slider values overtake the first


def in_event_loop() -> bool:
    """Whether an asyncio loop runs in this thread, as it does inside a kernel."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Runner:
    """Drives a generator of results in short slices, so that controls stay alive.

    Inside a kernel the slices are callbacks of its asyncio loop: a slider that is dragged
    replaces the request, and the work for the old value is never finished. Without a
    running loop (a script, a test) the request runs to its end at once.
    """

    def __init__(
        self,
        start: Callable[[], Iterator[tuple[float, Any]]],
        show: Callable[[Any], None],
        mark: Callable[[float | None], None],
        fail: Callable[[Exception], None],
        stopped: Callable[[float], None],
    ) -> None:
        """start   : makes the generator for the newest state; it yields (share done, result)
        show    : draws a result
        mark    : shows that work goes on, given the share done; None takes the mark away
        fail    : tells an error of the computation
        stopped : tells that the work was cancelled, given the share done
        """
        self._start, self._show, self._mark = start, show, mark
        self._fail, self._stopped = fail, stopped
        self._lock = threading.RLock()
        self._mark_lock = threading.Lock()  # the timer must not wait for the computation
        self._work: Iterator[tuple[float, Any]] | None = None
        self._share = 0.0
        self._newest: Any = None
        self._began = self._drawn = 0.0
        self._scheduled = False
        self._cancelled = False
        self._marked = False
        self._timer: threading.Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether work is under way or waiting."""
        return self._work is not None or self._scheduled

    def request(self) -> None:
        """Compute and show the newest state, soon; earlier requests are dropped."""
        if not in_event_loop():
            self.run_now()
            return
        loop = asyncio.get_running_loop()
        with self._lock:
            self._end(keep_mark=True)
            if self._scheduled:
                return
            self._scheduled = True
            loop.call_later(GATHER_SECONDS, self._begin_on, loop)

    def run_now(self) -> None:
        """Compute and show the newest state before returning."""
        with self._lock:
            self._begin()
            while self._work is not None:
                self._advance(budget=float("inf"), halfway=False)

    def cancel(self) -> None:
        """Stop the work; the last result it gave stays in the picture."""
        self._cancelled = True

    def _begin(self) -> None:
        self._end(keep_mark=True)
        self._cancelled = False
        self._share, self._newest = 0.0, None
        self._began = self._drawn = time.monotonic()
        self._arm()
        try:
            self._work = iter(self._start())
        except Exception as error:
            self._end()
            self._fail(error)

    def _begin_on(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._scheduled = False
            self._begin()
            if self._work is not None:
                self._slice(loop, self._work)

    def _slice(self, loop: asyncio.AbstractEventLoop, work: Iterator[tuple[float, Any]]) -> None:
        with self._lock:
            if work is not self._work:  # overtaken by a newer request
                return
            self._advance(budget=SLICE_SECONDS, halfway=True)
            if self._work is not None:
                loop.call_later(0.002, self._slice, loop, work)

    def _advance(self, budget: float, halfway: bool) -> None:
        """Work for `budget` seconds; show unfinished results now and then if `halfway`."""
        until = time.monotonic() + budget
        while True:
            if self._cancelled:
                share, newest = self._share, self._newest
                self._end()
                if newest is not None:
                    self._show(newest)
                self._stopped(share)
                return
            try:
                self._share, self._newest = next(self._work)
            except StopIteration:
                newest = self._newest
                self._end()
                if newest is not None:
                    self._guarded_show(newest)
                return
            except Exception as error:
                self._end()
                self._fail(error)
                return
            now = time.monotonic()
            if self._marked:
                self._mark(self._share)
            if halfway and self._share < 1 and now - self._drawn > PICTURE_SECONDS:
                self._drawn = now
                self._guarded_show(self._newest)
            if now > until:
                return

    def _guarded_show(self, result: Any) -> None:
        try:
            self._show(result)
        except Exception as error:
            self._end()
            self._fail(error)

    def _arm(self) -> None:
        """Show the mark after a while even when one step of the work takes that long."""
        if not self._marked:
            self._timer = threading.Timer(MARK_SECONDS, self._mark_late)
            self._timer.daemon = True
            self._timer.start()

    def _mark_late(self) -> None:
        with self._mark_lock:
            if self._work is not None:
                self._marked = True
                self._mark(self._share)

    def _end(self, keep_mark: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._mark_lock:
            work, self._work = self._work, None
            if self._marked and not keep_mark:
                self._marked = False
                self._mark(None)
        if work is not None and hasattr(work, "close"):
            work.close()
