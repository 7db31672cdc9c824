"""Flash and RAM of a firmware by symbol, object file, section, and memory of a board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.boards.file import BoardFile
from emulator.footprint.linker_map import read_map
from emulator.footprint.objects import Objects, from_debug
from emulator.footprint.pieces import Piece, cut, in_ram
from emulator.program.elf import Section, read_elf


@dataclass(frozen=True)
class Share:
    """Bytes of flash and RAM under one name."""

    name: str
    flash: int
    ram: int


@dataclass(frozen=True)
class MemoryUse:
    """How much of a board's memory the firmware takes, in bytes."""

    name: str
    start: int
    size: int
    used: int


@dataclass(frozen=True)
class Footprint:
    """A firmware's memory. `memories` is empty where no board is known; what lies in none of them is `outside`."""

    pieces: tuple[Piece, ...]
    memories: tuple[MemoryUse, ...]
    outside: int

    @property
    def flash(self) -> int:
        """Bytes stored, initial values of data included."""
        return sum(piece.flash for piece in self.pieces)

    @property
    def ram(self) -> int:
        """Bytes of RAM that symbols and sections take; not what stack and heap grow to."""
        return sum(piece.ram for piece in self.pieces)

    def by(self, key: Callable[[Piece], str]) -> tuple[Share, ...]:
        """Shares by what `key` says of a piece, largest first."""
        sums: dict[str, list[int]] = {}
        for piece in self.pieces:
            row = sums.setdefault(key(piece), [0, 0])
            row[0] += piece.flash
            row[1] += piece.ram
        rows = (Share(name, flash, ram) for name, (flash, ram) in sums.items())
        return tuple(sorted(rows, key=lambda r: (-r.flash - r.ram, r.name)))

    def by_size(self) -> tuple[Piece, ...]:
        """Pieces, largest first."""
        return tuple(sorted(self.pieces, key=lambda p: (-p.flash - p.ram, p.address, p.symbol)))


def measure(
    source: str | Path | bytes, linker_map: str | Path | None = None, board: BoardFile | None = None
) -> Footprint:
    """The footprint of an ELF. Raises ElfError, and ImageError for a linker map that is none."""
    image = read_elf(source)
    objects = from_debug(source) if linker_map is None else Objects(read_map(linker_map))
    pieces = cut(image.sections, image.symbols, objects)
    if board is None:
        return Footprint(pieces, (), 0)
    memories, outside = _memories(image.sections, board)
    return Footprint(pieces, memories, outside)


def _memories(sections: Sequence[Section], board: BoardFile) -> tuple[tuple[MemoryUse, ...], int]:
    """Use of each memory, by bytes stored and bytes taken when running; second the bytes in no memory."""
    intervals = {
        start: start + section.size
        for section in sections
        for start in (section.load_address, section.address if in_ram(section) else None)
        if start is not None
    }
    rows = []
    outside = sum(end - start for start, end in intervals.items())
    for memory in board.memories:
        region = memory.region
        used = 0
        for place in (region.start, *memory.also_at):
            used += sum(max(0, min(end, place + region.size) - max(start, place)) for start, end in intervals.items())
        outside -= used
        rows.append(MemoryUse(region.name, region.start, region.size, used))
    return tuple(rows), outside
