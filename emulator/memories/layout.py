"""Which memories of a board are slow, and by how much: the board's rows with what the user asks "what if" of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emulator.boards.file import BoardFile
from emulator.errors import TimingError
from emulator.memories.kind import CacheKind, MemoryKind, load_kind


@dataclass(frozen=True)
class WhatIf:
    """Departures from a board: wait states of its slow memories, clock in Hz, caches and prefetch off."""

    wait_states: int | None = None
    clock_hz: int | None = None
    caches: bool = True


@dataclass(frozen=True)
class SlowMemory:
    """A memory with the cycles that a read takes beyond the first, at (first, last address) of each range."""

    name: str
    kind: MemoryKind
    wait: int
    ranges: tuple[tuple[int, int], ...]

    @property
    def busy(self) -> int:
        """Cycles from the start of a read to the start of the next."""
        return self.kind.line_reads * (self.wait - self.kind.latency + 1) + self.kind.beats

    @property
    def caches(self) -> tuple[CacheKind, ...]:
        """What stands in front of it."""
        return self.kind.caches

    def holds(self, address: int) -> bool:
        """Whether the address lies in it."""
        return any(first <= address <= last for first, last in self.ranges)

    @property
    def costs(self) -> bool:
        """Whether reads can take longer than a cycle; a kind without wait states is one whose port is contended."""
        return self.wait > 0 or not self.kind.wait_states


@dataclass(frozen=True)
class Layout:
    """The slow memories that a program runs with; none when all are fast."""

    memories: tuple[SlowMemory, ...] = ()

    @property
    def data_ranges(self) -> tuple[tuple[int, int], ...]:
        """Ranges whose data reads cost something."""
        return tuple(r for m in self.memories for r in m.ranges)

    def at(self, address: int) -> int | None:
        """Number of the memory that holds an address."""
        return next((n for n, m in enumerate(self.memories) if m.holds(address)), None)


def board_layout(board: BoardFile, what_if: WhatIf | None = None) -> Layout:
    """The slow memories of a board. Raises TimingError for a kind or clock that is not known."""
    asked = what_if or WhatIf()
    clock = asked.clock_hz or board.clock_hz
    slow = []
    for memory in board.memories:
        if not memory.timing:
            continue
        starts = (memory.region.start, *memory.also_at)
        ranges = tuple((start, start + memory.region.size - 1) for start in starts)
        slow.append(slow_memory(memory.region.name, memory.timing, ranges, clock, asked, memory.wait_states))
    if asked.wait_states is not None and not slow:
        raise TimingError(f"board {board.name} has no memory with wait states")
    return Layout(tuple(memory for memory in slow if memory.costs))


def slow_memory(
    name: str,
    kind_name: str,
    ranges: Sequence[tuple[int, int]],
    clock_hz: int,
    what_if: WhatIf,
    wait_states: int | None = None,
) -> SlowMemory:
    """A memory of a kind at a place; `wait_states` are those the board's row fixes, if it does."""
    kind = load_kind(kind_name)
    wait = what_if.wait_states if kind.wait_states else 0
    if wait is None:
        fixed = wait_states is not None and what_if.clock_hz is None
        wait = wait_states if fixed and wait_states is not None else kind.wait(clock_hz)
    if not what_if.caches:
        kind = replace(kind, caches=(), buffers=min(kind.buffers, 1), prefetch="none")
    return SlowMemory(name, kind, wait + kind.latency, tuple(ranges))
