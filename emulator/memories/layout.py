"""Which memories of a board are slow, and by how much: the board's rows with what the user asks "what if" of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from emulator.boards.file import BoardFile
from emulator.errors import TimingError
from emulator.memories.kind import CacheKind, MemoryKind, load_kind

Place = Literal["FLASH", "RAM"]


@dataclass(frozen=True)
class WhatIf:
    """Departures from a board: wait states of its slow memories, clock in Hz, caches and prefetch off.

    code_in: where the board's firmware is read from, its constants and literal pools stay where they are.
    """

    wait_states: int | None = None
    clock_hz: int | None = None
    caches: bool = True
    code_in: Place = "FLASH"


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
    """The slow memories that a program runs with; none when all are fast.

    `code`: number of the memory that all code is read from, wherever it lies, -1 for a fast one.
    """

    memories: tuple[SlowMemory, ...] = ()
    code: int | None = None

    @property
    def data_ranges(self) -> tuple[tuple[int, int], ...]:
        """Ranges whose data reads cost something."""
        return tuple(r for m in self.memories for r in m.ranges)

    def at(self, address: int) -> int | None:
        """Number of the memory that code at an address is read from."""
        if self.code is not None:
            return None if self.code < 0 else self.code
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
    memories = tuple(memory for memory in slow if memory.costs)
    if asked.code_in == "FLASH":
        return Layout(memories)
    shared = shared_ram(board, clock, asked)
    return Layout((*memories, shared), len(memories)) if shared else Layout(memories, -1)


def shared_ram(
    board: BoardFile, clock_hz: int, asked: WhatIf, more: Sequence[tuple[int, int]] = ()
) -> SlowMemory | None:
    """The RAM in which code and data get into each other's way, if the board says so; `more`: what else lies in it."""
    ram = next((memory for memory in board.memories if memory.code_timing), None)
    if ram is None:
        return None
    own = (ram.region.start, ram.region.start + ram.region.size - 1)
    return slow_memory(ram.region.name, ram.code_timing, [*more] or [own], clock_hz, asked)


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
