"""What a run used of its memory."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.footprint.chain import ChainLink
from emulator.footprint.touched import TouchedSymbol


@dataclass(frozen=True)
class StackUse:
    """High-water mark of one stack, in bytes.

    name: "MSP", or the function a task began in; where: the object that holds it ("stacks+0x400"), None for none;
    high: address behind it, low: the lowest it reached; size: what it may take, None where that is not known; chain:
    the calls at the peak, outermost first.
    """

    name: str
    where: str | None
    high: int
    low: int
    size: int | None
    chain: tuple[ChainLink, ...]

    @property
    def used(self) -> int:
        """Bytes used at the peak."""
        return self.high - self.low


@dataclass(frozen=True)
class HeapUse:
    """High-water marks of the heap, in bytes.

    allocated: as asked for by the program, in `blocks`; calls: allocations that succeeded; failed: those that did not;
    live: bytes never freed; start, taken: address of the heap and how far sbrk moved its end, None and 0 without one;
    chain: the calls when most was allocated.
    """

    allocated: int
    blocks: int
    calls: int
    failed: int
    live: int
    start: int | None
    taken: int
    chain: tuple[ChainLink, ...]


@dataclass(frozen=True)
class MemoryUse:
    """Stacks in the order they came into use; heap: None for firmware without an allocator; touched: data objects."""

    stacks: tuple[StackUse, ...]
    heap: HeapUse | None
    touched: tuple[TouchedSymbol, ...]
