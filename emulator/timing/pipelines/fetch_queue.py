"""Instruction fetch into a queue of aligned lines, each of which takes some cycles from the request to the issue stage."""

from __future__ import annotations

from collections import deque

from emulator.instructions.decode import Instruction


class FetchQueue:
    """When instructions arrive.

    A line of `line_bytes` arrives a cycle behind the one before it, and `cycles` behind the moment at which one of the
    `queue` places was free for it: as many as the pipeline has stages from there to issue. Instructions leave the queue
    when the one in front of them issues, and wait in the decoder. Code that leans on every line needs the next one
    earlier if it lies across lines, and so runs dry. At the start, cycle `start`, the queue is full: code that is entered
    in line has been fetched already.
    """

    def __init__(self, line_bytes: int, queue: int, cycles: int, start: int = 0) -> None:
        self._bytes, self._cycles = line_bytes, cycles
        self._line: int | None = None
        self._before = start
        self._at = start - queue
        self._free = deque([self._at - cycles] * (queue - 1))
        self._held: deque[int] = deque()

    def jump(self, target: int, earliest: int) -> None:
        """The code goes on at `target`, whose line is fetched behind the last one, at `earliest` or later."""
        self._free.extend([self._before] * len(self._held))
        self._held.clear()
        self._next(target // self._bytes, earliest)

    def arrives(self, instruction: Instruction) -> int:
        """The cycle in which all of an instruction is there."""
        if self._line is None:
            self._line = instruction.address // self._bytes
            self._held.append(self._line)
        last = (instruction.end - 1) // self._bytes
        while self._line < last:
            self._next(self._line + 1, 0)
        return self._at

    def issued(self, cycle: int, instruction: Instruction) -> None:
        """An instruction was issued."""
        while self._held and self._held[0] < instruction.end // self._bytes:
            self._held.popleft()
            self._free.append(self._before)
        self._before = cycle

    def _next(self, line: int, earliest: int) -> None:
        """Fetch another line as soon as the queue has room."""
        self._at = max(self._at + 1, earliest, self._free.popleft() + self._cycles)
        self._held.append(line)
        self._line = line
