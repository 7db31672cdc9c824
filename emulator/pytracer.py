"""The tracer in plain Python: the same numbers as `_tracer.c`, some fifty times slower."""

from __future__ import annotations

from collections.abc import Callable

from emulator.call_tree import CallTree
from emulator.tracer import NO_LIMIT, CostFunction


class PythonTracer:
    """See `emulator.tracer.Tracer`."""

    user_data = 0

    def __init__(self, cost: CostFunction) -> None:
        self.cycles = 0
        self.instructions = 0
        self.limit = NO_LIMIT
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
                cycles, instructions, *mark = self._cost(address, size, target)
            except BaseException as error:
                self._error = self._error or error
                return
            entry = self._table[key] = [0, cycles, instructions, *mark]
        entry[0] += 1
        self.cycles += entry[1]
        self.instructions += entry[2]
        self._mark = entry[3] if len(entry) > 3 else 0
        self._last = key
        if self._tree is not None:
            self._tree.count(entry[1], entry[2])
            if len(entry) > 4 and entry[4]:
                self._tree.follow(entry[4], address + size, target, entry[5])

    def begin(self) -> None:
        """Forget the open block."""
        self._size = 0
        self.stopped = False

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

    def clear_counts(self) -> None:
        """Set all counts to zero."""
        for entry in self._table.values():
            entry[0] = 0

    def forget(self) -> None:
        """Drop all edges."""
        self._table.clear()
        self.begin()

    def take_error(self) -> BaseException | None:
        """The exception of the cost function, once."""
        error, self._error = self._error, None
        return error
