"""Time in core cycles, and what is due when."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from emulator.tracing.tracer import NO_LIMIT, Tracer


class Event:
    """Something due at a time; `cancel` makes it not happen."""

    __slots__ = ("action", "at")

    def __init__(self, at: int, action: Callable[[], None]) -> None:
        self.at = at
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Drop it."""
        self.action = None


class Clock:
    """The tracer's cycles as the time, and a queue of events; those of the same time happen in the order scheduled.

    `soonest` is no later than the next event. `inside` tells the cycles that the open block has taken so far while one
    of its accesses is served.
    """

    def __init__(self, tracer: Tracer, hz: int) -> None:
        self.hz = hz
        self.inside: Callable[[], int] | None = None
        self._tracer = tracer
        self._queue: list[tuple[int, int, Event]] = []
        self._scheduled = 0
        self.soonest = NO_LIMIT

    def now(self) -> int:
        """Cycles since power-on."""
        return self._tracer.cycles + (self.inside() if self.inside is not None else 0)

    def instructions(self) -> int:
        """Instructions since power-on, up to the block that is open."""
        return self._tracer.instructions

    def advance(self, cycles: int) -> None:
        """Let time pass without instructions."""
        self._tracer.cycles += cycles

    def schedule(self, at: int, action: Callable[[], None]) -> Event:
        """Call `action` at the first block boundary at or after `at`."""
        event = Event(at, action)
        heappush(self._queue, (at, self._scheduled, event))
        self._scheduled += 1
        if at < self._tracer.limit:
            self._tracer.limit = at
        if at < self.soonest:
            self.soonest = at
        return event

    def interrupt(self) -> None:
        """End the run at the next block boundary."""
        self._tracer.limit = 0

    def next_due(self) -> int:
        """Time of the next event, NO_LIMIT for none."""
        while self._queue and self._queue[0][2].action is None:
            heappop(self._queue)
        self.soonest = self._queue[0][0] if self._queue else NO_LIMIT
        return self.soonest

    def run_due(self) -> None:
        """Do what is due by now."""
        if self._tracer.cycles < self.soonest:
            return
        while self.next_due() <= self._tracer.cycles:
            event = heappop(self._queue)[2]
            if event.action is not None:
                event.action()

    def clear(self) -> None:
        """Drop all events."""
        self._queue.clear()
        self.soonest = NO_LIMIT
