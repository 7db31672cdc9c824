"""When exceptions came and went, how long they waited and took."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.exceptions.numbers import exception_name

MAX_EVENTS = 200_000


@dataclass(frozen=True)
class ExceptionEvent:
    """An exception entered or left at a time in cycles.

    depth: handlers active with it, 1 where it interrupts thread mode; latency: cycles from pending to the handler's
    first instruction, 0 when it is left.
    """

    cycles: int
    number: int
    name: str
    entered: bool
    depth: int
    latency: int = 0


@dataclass(frozen=True)
class ExceptionCost:
    """All runs of one exception, in cycles.

    latency_max, latency_mean: from pending to the handler's first instruction; total: from there to its return, with
    whatever preempted it; own: without that; longest: the longest run, with whatever preempted it.
    """

    number: int
    name: str
    count: int
    latency_max: int
    latency_mean: float
    total: int
    own: int
    longest: int
    depth_max: int


class _Sums:
    """Adds up runs of one exception."""

    def __init__(self) -> None:
        self.count = self.waited = self.waited_max = self.total = self.own = self.longest = self.depth = 0


class Timeline:
    """Collects events and sums; the events end at MAX_EVENTS, the sums do not."""

    def __init__(self) -> None:
        self.events: list[ExceptionEvent] = []
        self._sums: dict[int, _Sums] = {}
        self._pended: dict[int, int] = {}
        self._active: list[list[int]] = []

    def clear_active(self) -> None:
        """As after reset: nothing runs, nothing pends."""
        self._active.clear()
        self._pended.clear()

    def pended(self, mask: int, cycles: int) -> None:
        """Exceptions became pending; those that pend already go on waiting."""
        while mask:
            number = mask.bit_length() - 1
            self._pended.setdefault(number, cycles)
            mask ^= 1 << number

    def unpended(self, mask: int) -> None:
        """They pend no more."""
        while mask:
            number = mask.bit_length() - 1
            self._pended.pop(number, None)
            mask ^= 1 << number

    def entered(self, number: int, cycles: int) -> None:
        """Its handler begins."""
        latency = cycles - self._pended.pop(number, cycles)
        self._active.append([number, cycles, 0])
        sums = self._sums.setdefault(number, _Sums())
        sums.count += 1
        sums.waited += latency
        sums.waited_max = max(sums.waited_max, latency)
        sums.depth = max(sums.depth, len(self._active))
        self._note(ExceptionEvent(cycles, number, exception_name(number), True, len(self._active), latency))

    def left(self, number: int, cycles: int) -> None:
        """Its handler is done."""
        index = next((n for n in reversed(range(len(self._active))) if self._active[n][0] == number), None)
        if index is None:
            return
        self._note(ExceptionEvent(cycles, number, exception_name(number), False, index + 1))
        _, begun, inside = self._active.pop(index)
        sums, took = self._sums[number], cycles - begun
        sums.total += took
        sums.own += took - inside
        sums.longest = max(sums.longest, took)
        if index:
            self._active[index - 1][2] += took

    def costs(self) -> tuple[ExceptionCost, ...]:
        """Every exception that came, by number."""
        return tuple(
            ExceptionCost(
                number=number,
                name=exception_name(number),
                count=s.count,
                latency_max=s.waited_max,
                latency_mean=s.waited / s.count,
                total=s.total,
                own=s.own,
                longest=s.longest,
                depth_max=s.depth,
            )
            for number, s in sorted(self._sums.items())
        )

    def _note(self, event: ExceptionEvent) -> None:
        if len(self.events) < MAX_EVENTS:
            self.events.append(event)
