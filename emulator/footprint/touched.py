"""Which bytes a program really reads and writes, by symbol.

Start-up code zeroes and copies all data; what it touches does not count where the firmware has a `main`: the maps begin
when that is entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.boards.file import BoardFile, Memory
from emulator.engine.engine import Engine
from emulator.footprint.pieces import Piece
from emulator.program.elf import Section
from emulator.tracing.accesses import READ, WRITTEN, Accesses

_Map = npt.NDArray[np.uint8]
_FRAME = 32


@dataclass(frozen=True)
class TouchedSymbol:
    """An object with its bytes read, written, and either of them; `object` is the object file, as for a Piece."""

    symbol: str
    object: str
    section: str
    address: int
    size: int
    read: int
    written: int
    touched: int


class _Memory:
    """Maps of one memory at each of its addresses; only where it holds sections is looked at."""

    def __init__(self, accesses: Accesses, memory: Memory, sections: Sequence[Section]) -> None:
        self._size = memory.region.size
        self._places = memory.region.start, *memory.also_at
        offsets = ((self._offset(s.address), s.size) for s in sections)
        self._parts = [slice(offset, offset + size) for offset, size in offsets if offset is not None]
        self._maps = [accesses.touched(place, self._size) for place in self._places] if self._parts else []
        self._kept = np.zeros(self._size if self._parts else 0, np.uint8)

    def _offset(self, address: int) -> int | None:
        return next((address - p for p in self._places if p <= address < p + self._size), None)

    def keep(self) -> None:
        """Move what was touched so far out of the way."""
        for part in self._parts:
            for each in self._maps:
                self._kept[part] |= each[part]
        self.clear()

    def clear(self) -> None:
        """Begin anew, but for what was kept."""
        for part in self._parts:
            for each in self._maps:
                each[part] = 0

    def bits(self, address: int, size: int) -> _Map | None:
        """What happened to some bytes; None where they do not lie here."""
        offset = self._offset(address)
        if offset is None or not self._maps:
            return None
        part = slice(offset, offset + size)
        found = self._kept[part].copy()
        for each in self._maps:
            found |= each[part]
        return found

    def write(self, address: int, size: int) -> None:
        """Bytes that the core writes by itself."""
        offset = self._offset(address)
        if offset is not None and self._maps:
            self._maps[0][offset : offset + size] |= WRITTEN


class Touched:
    """Maps over the memories that the image has sections in; the other addresses of a memory lead to the same bytes."""

    def __init__(self, engine: Engine, board: BoardFile, sections: Sequence[Section], native: bool) -> None:
        accesses = Accesses(engine, native)
        self._memories = [_Memory(accesses, memory, sections) for memory in board.memories]

    def keep(self) -> None:
        """Before a reset: what was touched so far counts, what start-up code touches next may not."""
        for memory in self._memories:
            memory.keep()

    def clear(self) -> None:
        """Begin anew."""
        for memory in self._memories:
            memory.clear()

    def stacked(self, frame: int) -> None:
        """The core writes a stack frame (an observer of the exception unit); FP registers are written lazily."""
        for memory in self._memories:
            memory.write(frame, _FRAME)

    def entered(self, number: int, handler: int) -> None:
        """See Observer."""

    def left(self, number: int) -> None:
        """See Observer."""

    def unstacked(self, frame: int, pc: int) -> None:
        """See Observer."""

    def rows(self, pieces: Sequence[Piece]) -> tuple[TouchedSymbol, ...]:
        """Objects by size, largest first."""
        found = []
        for piece in pieces:
            bits = self._bits(piece.address, piece.size)
            if bits is not None:
                counts = (int(np.count_nonzero(bits & mask)) for mask in (READ, WRITTEN, READ | WRITTEN))
                found.append(
                    TouchedSymbol(piece.symbol, piece.object, piece.section, piece.address, piece.size, *counts)
                )
        return tuple(sorted(found, key=lambda row: (-row.size, row.address)))

    def _bits(self, address: int, size: int) -> _Map | None:
        found = (memory.bits(address, size) for memory in self._memories)
        return next((bits for bits in found if bits is not None), None)
