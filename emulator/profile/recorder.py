"""Keeps the call stacks of tasks and handlers apart while exceptions come and go."""

from __future__ import annotations

from collections.abc import Callable

from emulator.exceptions.controller import Controller
from emulator.profile.timeline import Timeline
from emulator.tracing.tracer import Tracer


class Recorder:
    """An observer of the exception unit.

    A call stack is kept with its stack frame: that frame is how a task comes back, and one that nobody stacked begins
    a task. `function(pc)` is the address of the function that holds a pc, `now()` the time in cycles.
    """

    def __init__(
        self, tracer: Tracer, function: Callable[[int], int], now: Callable[[], int], controller: Controller
    ) -> None:
        self.timeline = Timeline()
        self._tracer, self._function, self._now = tracer, function, now
        self._waiting: dict[int, bytes] = {}
        controller.pend_seen, controller.unpend_seen = self._pended, self.timeline.unpended
        tracer.start_calls()

    def start(self, pc: int) -> None:
        """Begin at the reset handler."""
        self._waiting.clear()
        self.timeline.clear_active()
        self._tracer.begin_calls(self._function(pc))

    def stacked(self, frame: int) -> None:
        """Code is interrupted."""
        self._waiting[frame] = self._tracer.save_calls()

    def entered(self, number: int, handler: int) -> None:
        """A handler begins, on a call stack of its own."""
        self.timeline.entered(number, self._tracer.cycles)
        self._tracer.begin_calls(self._function(handler))

    def left(self, number: int) -> None:
        """A handler is done."""
        self.timeline.left(number, self._tracer.cycles)

    def unstacked(self, frame: int, pc: int) -> None:
        """Interrupted code goes on, or a task begins."""
        saved = self._waiting.pop(frame, None)
        if saved is None:
            self._tracer.begin_calls(self._function(pc))
        else:
            self._tracer.restore_calls(saved)

    def _pended(self, mask: int) -> None:
        self.timeline.pended(mask, self._now())
