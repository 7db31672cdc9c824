"""An image cut into pieces: every byte of every section belongs to one, which has a symbol and an object file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from emulator.footprint.objects import UNKNOWN, Objects
from emulator.program.elf import Section, Symbol

NO_SYMBOL = "(no symbol)"
_SRAM = range(0x20000000, 0x40000000)


@dataclass(frozen=True)
class Piece:
    """`size` bytes at `address`, of which `flash` are stored in the image and `ram` taken in RAM.

    aliases: further names of the symbol.
    """

    symbol: str
    aliases: tuple[str, ...]
    object: str
    section: str
    address: int
    size: int
    flash: int
    ram: int


def cut(sections: Sequence[Section], symbols: Sequence[Symbol], objects: Objects) -> tuple[Piece, ...]:
    """All pieces by section and address."""
    return tuple(piece for section in sections for piece in _section(section, symbols, objects))


def in_flash(section: Section) -> bool:
    """Whether its bytes are stored: an image that lies in SRAM by itself is loaded by a debugger."""
    return section.load_address is not None and section.load_address not in _SRAM


def in_ram(section: Section) -> bool:
    """Whether it takes RAM: zeroed, copied from elsewhere, writable, or in the architecture's SRAM area."""
    return section.load_address != section.address or section.writable or section.address in _SRAM


def _section(section: Section, symbols: Sequence[Symbol], objects: Objects) -> Iterator[Piece]:
    end = section.address + section.size
    position = section.address
    for start, stop, names in _occupied(section, symbols, objects):
        yield from _unnamed(section, position, start, objects)
        yield _piece(section, names, objects.at(start), start, stop)
        position = stop
    yield from _unnamed(section, position, end, objects)


def _occupied(
    section: Section, symbols: Sequence[Symbol], objects: Objects
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Symbols of a section that do not overlap, those of the same address as one.

    One without a size reaches to the next, or to the end of its object file's part.
    """
    end = section.address + section.size
    by_start: dict[int, list[Symbol]] = {}
    for symbol in symbols:
        if section.address <= symbol.address < end and not symbol.name.startswith("$"):
            by_start.setdefault(symbol.address, []).append(symbol)
    starts = [*sorted(by_start), end]
    position = section.address
    for start, following in pairwise(starts):
        same = sorted(by_start[start], key=lambda s: (-s.size, s.name))
        natural = start + same[0].size if same[0].size else min(following, objects.end(start) or end)
        low, high = max(start, position), min(natural, end)
        if low < high:
            yield low, high, tuple(s.name for s in same)
            position = high


def _unnamed(section: Section, start: int, end: int, objects: Objects) -> Iterator[Piece]:
    position = start
    for low, high, name in objects.inside(start, end):
        if low > position:
            yield _piece(section, (NO_SYMBOL,), UNKNOWN, position, low)
        if high > max(low, position):
            yield _piece(section, (NO_SYMBOL,), name, max(low, position), high)
            position = high
    if position < end:
        yield _piece(section, (NO_SYMBOL,), UNKNOWN, position, end)


def _piece(section: Section, names: tuple[str, ...], name: str, start: int, end: int) -> Piece:
    size = end - start
    flash, ram = size * in_flash(section), size * in_ram(section)
    return Piece(names[0], names[1:], name, section.name, start, size, flash, ram)
