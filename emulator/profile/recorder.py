"""Keeps the call stacks of tasks and handlers apart while exceptions come and go."""

from __future__ import annotations

from collections.abc import Callable

from emulator.exceptions.numbers import exception_name
from emulator.profile.tree import ExceptionEvent
from emulator.tracer import Tracer

MAX_EVENTS = 200_000


class Recorder:
    """An observer of the exception unit.

    A call stack is kept with its stack frame: that frame is how a task comes back, and one that nobody stacked begins
    a task. The timeline ends at MAX_EVENTS.
    """

    def __init__(self, tracer: Tracer, function: Callable[[int], int]) -> None:
        self.timeline: list[ExceptionEvent] = []
        self._tracer, self._function = tracer, function
        self._waiting: dict[int, bytes] = {}
        tracer.start_calls()

    def start(self, pc: int) -> None:
        """Begin at the reset handler."""
        self._waiting.clear()
        self._tracer.begin_calls(self._function(pc))

    def stacked(self, frame: int) -> None:
        """Code is interrupted."""
        self._waiting[frame] = self._tracer.save_calls()

    def entered(self, number: int, handler: int) -> None:
        """A handler begins, on a call stack of its own."""
        self._note(number, True)
        self._tracer.begin_calls(self._function(handler))

    def left(self, number: int) -> None:
        """A handler is done."""
        self._note(number, False)

    def unstacked(self, frame: int, pc: int) -> None:
        """Interrupted code goes on, or a task begins."""
        saved = self._waiting.pop(frame, None)
        if saved is None:
            self._tracer.begin_calls(self._function(pc))
        else:
            self._tracer.restore_calls(saved)

    def _note(self, number: int, entered: bool) -> None:
        if len(self.timeline) < MAX_EVENTS:
            self.timeline.append(ExceptionEvent(self._tracer.cycles, exception_name(number), entered))
