"""Which bytes a program really reads and writes, by symbol.

Start-up code zeroes and copies all data; what it touches does not count where the firmware has a `main`: the maps begin
when that is entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.accesses import READ, WRITTEN, Accesses
from emulator.board_file import BoardFile
from emulator.elf import Section
from emulator.engine import Engine
from emulator.footprint.pieces import Piece

_Map = npt.NDArray[np.uint8]


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


class Touched:
    """Maps over the memories that the image has sections in; the other addresses of a memory lead to the same bytes."""

    def __init__(self, engine: Engine, board: BoardFile, sections: Sequence[Section], native: bool) -> None:
        accesses = Accesses(engine, native)
        self._maps: list[tuple[int, list[_Map]]] = []
        self._kept: list[_Map] = []
        for memory in board.memories:
            start, size = memory.region.start, memory.region.size
            places = start, *memory.also_at
            if any(place <= s.address < place + size for s in sections for place in places):
                self._maps.append((start, [accesses.touched(place, size) for place in places]))
                self._kept.append(np.zeros(size, np.uint8))
        self._places = [
            (place, memory.region.start, memory.region.size)
            for memory in board.memories
            for place in (memory.region.start, *memory.also_at)
        ]

    def keep(self) -> None:
        """Before a reset: what was touched so far counts, what start-up code touches next may not."""
        for (_, maps), kept in zip(self._maps, self._kept, strict=True):
            for part in maps:
                kept |= part
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        for _, maps in self._maps:
            for part in maps:
                part[:] = 0

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
        """The map of some bytes, by whatever address of their memory."""
        place = next(((p, start) for p, start, length in self._places if p <= address < p + length), None)
        if place is None:
            return None
        for (start, maps), kept in zip(self._maps, self._kept, strict=True):
            if start == place[1]:
                part = slice(address - place[0], address - place[0] + size)
                bits = kept[part].copy()
                for each in maps:
                    bits |= each[part]
                return bits
        return None
