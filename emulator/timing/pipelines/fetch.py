"""Instruction fetch ahead of the issue stage: lines of so many bytes, one a cycle, into a queue of so many lines."""

from __future__ import annotations

from collections import deque

from emulator.instructions.decode import Instruction


class Fetch:
    """When instructions arrive. Lines of 0 bytes mean that code is always there.

    A line is fetched a cycle behind the one before it, but not before the line that it takes the place of in the queue
    has been issued. Lines are aligned behind a jump. At the start they are counted from the first instruction, a whole
    line of which is there in cycle `start`: code that is entered in line has been fetched already.
    """

    def __init__(self, line_bytes: int, queue: int, start: int = 0) -> None:
        self._bytes = line_bytes
        self._origin = 0
        self._line: int | None = None
        self._at = start
        self._issued: deque[int] = deque(maxlen=queue)
        self._last = start

    def jump(self, target: int, earliest: int) -> None:
        """The code goes on at `target`, whose line is fetched behind the last one, at `earliest` or later."""
        if self._bytes:
            self._next(earliest)
            self._origin, self._line = 0, target // self._bytes

    def arrives(self, instruction: Instruction) -> int:
        """The cycle in which all of an instruction is there."""
        if not self._bytes:
            return 0
        if self._line is None:
            self._origin, self._line = instruction.address, 0
        line = (instruction.end - 1 - self._origin) // self._bytes
        while self._line < line:
            self._next(0)
            self._line += 1
        return self._at

    def issued(self, cycle: int) -> None:
        """An instruction was issued."""
        self._last = cycle

    def _next(self, earliest: int) -> None:
        """Fetch another line as soon as the queue has room."""
        full = len(self._issued) == self._issued.maxlen
        self._at = max(self._at + 1, earliest, self._issued[0] + 1 if full else 0)
        self._issued.append(self._last)
