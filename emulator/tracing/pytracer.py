"""The tracer in plain Python: the same numbers as `_tracer.c`, some fifty times slower."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from emulator.tracing.call_tree import CallTree
from emulator.tracing.tracer import NO_LIMIT, CostFunction

_MARKS = 0x100


class PythonTracer:
    """See `emulator.tracing.tracer.Tracer`."""

    user_data = 0

    def __init__(self, cost: CostFunction) -> None:
        self.cycles = 0
        self.instructions = 0
        self.limit = NO_LIMIT
        self.pending = self._added = 0
        self.attention = False
        self.stopped = False
        self._cost = cost
        self._table: dict[tuple[int, int, int], list[int]] = {}
        self._address = 0
        self._size = 0
        self._error: BaseException | None = None
        self._mark = 0
        self._last = (0, 0, 0)
        self._tree: CallTree | None = None
        self.memories: Any = None
        self._stream: list[int] | None = None
        self._limit = self._ended = 0
        self._plans: dict[tuple[int, int, int], bytes] = {}
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._stalls: dict[tuple[int, int, int], list[int]] = {}

    @property
    def callback(self) -> Callable[[int, int], bool]:
        """The function to call at each block; its result says "stop in front of this block"."""
        return self._enter

    @property
    def block(self) -> tuple[int, int]:
        """Address and size of the block entered last."""
        return self._address, self._size

    def _enter(self, address: int, size: int) -> bool:
        if self.stopped and address == self._address:
            self.stopped = False
            self._size = size
            return False
        self._mark = 0
        if self._size:
            self._count(self._address, self._size, address)
        self._address, self._size = address, size
        due = self.cycles >= self.limit or self._mark == 2 or (self.attention and self._mark == 1)
        self.stopped = due or self._error is not None
        return self.stopped

    def _count(self, address: int, size: int, target: int) -> None:
        key = (address, size, target)
        entry = self._table.get(key)
        if entry is None:
            try:
                cost = self._cost(address, size, target)
            except BaseException as error:
                self._error = self._error or error
                return
            self._plans[key] = cost[5] if len(cost) > 5 else b""
            entry = self._table[key] = [0, *cost[:5]]
            self._numbers[key] = len(self._numbers) + 1
        added, self.pending = self.pending, 0
        spent = entry[1] + added + self._stalled(key)
        self._added += added
        if self._stream is not None and len(self._stream) < self._limit:
            self._stream.append(self._numbers[key])
            self._ended = len(self._stream)
        entry[0] += 1
        self.cycles += spent
        self.instructions += entry[2]
        self._mark = entry[3] if len(entry) > 3 else 0
        self._last = key
        if self._tree is not None:
            self._tree.count(spent, entry[2])
            if len(entry) > 4 and entry[4]:
                self._tree.follow(entry[4], address + size, target, entry[5])

    def _stalled(self, key: tuple[int, int, int]) -> int:
        """Cycles that memories add to the edge."""
        plan = self._plans[key]
        if self.memories is None or not plan:
            return 0
        fetch, data = self.memories.passed(plan, key[0], key[1], self.cycles - self._added)
        if fetch or data:
            sums = self._stalls.setdefault(key, [0, 0])
            sums[0] += fetch
            sums[1] += data
        return int(fetch + data)

    def begin(self) -> None:
        """Forget the open block."""
        self._size = self.pending = 0
        self.stopped = False
        if self.memories is not None:
            self.memories.begin()
        if self._stream is not None and len(self._stream) + 2 <= self._limit:
            del self._stream[self._ended :]

    def close(self, target: int) -> None:
        """End the open block with an edge to `target`."""
        if self._size and not self.stopped:
            self._count(self._address, self._size, target)
        self.begin()

    def close_partly(self, pc: int) -> None:
        """End the open block in front of `pc`."""
        if self._address < pc < self._address + self._size and not self.stopped:
            self._count(self._address, pc - self._address, pc)
        self.begin()

    def skip(self, time: int) -> None:
        """Repeat the last edge until `time`, if it leads back to where it began."""
        address, _, target = self._last
        if address != target or time <= self.cycles or self._last not in self._table:
            return
        _, cycles, instructions, *_ = entry = self._table[self._last]
        if cycles:
            passes = -((self.cycles - time) // cycles)
            entry[0] += passes
            self.cycles += passes * cycles
            self.instructions += passes * instructions
            if self._tree is not None:
                self._tree.count(passes * cycles, passes * instructions)

    def start_calls(self) -> None:
        """Keep a tree of calls from now on."""
        self._tree = CallTree()

    def save_calls(self) -> bytes:
        """The call stack."""
        return b"" if self._tree is None else self._tree.save()

    def restore_calls(self, saved: bytes) -> None:
        """Go on with a saved call stack."""
        if self._tree is not None:
            self._tree.restore(saved)

    def begin_calls(self, function: int) -> None:
        """Begin an empty call stack."""
        if self._tree is not None:
            self._tree.begin(function)

    def calls(self) -> list[tuple[int, int, int, int, int]]:
        """The tree."""
        return [] if self._tree is None else self._tree.rows()

    def edges(self) -> list[tuple[int, int, int, int, int, int]]:
        """Rows of Edge."""
        return [(*key, e[0], e[1], e[2]) for key, e in self._table.items() if e[0]]

    def stalls(self) -> list[tuple[int, int, int, int, int]]:
        """Cycles lost to slow memories, by edge."""
        return [(*key, *self._stalls[key]) for key in self._table if key in self._stalls]  # type: ignore[misc]

    def start_recording(self, limit: int) -> None:
        """Keep the order of edges from now on."""
        self._stream, self._limit, self._ended = [], limit, 0

    def record_access(self, is_write: bool, pc: int, address: int, size: int) -> None:
        """Put a data access into the recording; a consumer for emulator.tracing.reads.

        What is larger than any access is a mark (emulator/recording/marks.py) and goes in front of the open block's.
        """
        if self._stream is None or len(self._stream) + 2 > self._limit:
            return
        words = [0x80000000 | (0x100 if is_write else 0) | size, address]
        if size < _MARKS:
            self._stream += words
        else:
            self._stream[self._ended : self._ended] = words
            self._ended += 2

    def take_recording(self) -> tuple[bytes, list[tuple[int, int, int, int]], bool]:
        """The stream, all edges, whether it is whole."""
        stream = self._stream or []
        edges = [(*key, entry[0]) for key, entry in self._table.items()]
        whole = self._stream is not None and len(stream) + 2 <= self._limit
        return np.array(stream, np.uint32).tobytes(), edges, whole

    def clear_counts(self) -> None:
        """Set all counts to zero."""
        self._stalls.clear()
        for entry in self._table.values():
            entry[0] = 0

    def forget(self) -> None:
        """Drop all edges."""
        self._table.clear()
        self._plans.clear()
        self._numbers.clear()
        self._stalls.clear()
        self.begin()

    def take_error(self) -> BaseException | None:
        """The exception of the cost function, once."""
        error, self._error = self._error, None
        return error
