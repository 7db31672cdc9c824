"""Bit-band aliases: each word of the alias stands for one bit of the first MiB of SRAM or of peripherals.

Reads give the bit, writes set it to bit 0 of the value by reading and writing the word that holds it. Where there is no
memory behind the alias, reads give zero and writes are lost; a core would take a BusFault.

Source: Cortex-M3 TRM (DDI0337) and Cortex-M4 TRM (DDI0439), bit-banding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from emulator.boards.memory import BoardMemory
from emulator.bus import Bus
from emulator.engine.engine import Engine
from emulator.peripherals.base import Peripheral
from emulator.peripherals.port import Port, System

SRAM, SRAM_ALIAS = 0x20000000, 0x22000000
PERIPHERALS, PERIPHERALS_ALIAS = 0x40000000, 0x42000000
ALIAS_SIZE = 0x02000000


class BitBand(Peripheral):
    """The alias of the MiB at `base`, whose words `read` and `write` move."""

    size: ClassVar[int] = ALIAS_SIZE

    def __init__(self, port: Port, base: int, read: Callable[[int], int], write: Callable[[int, int], None]) -> None:
        super().__init__(port)
        self._base, self._read_word, self._write_word = base, read, write

    def knows(self, offset: int) -> bool:
        """All of it."""
        return True

    def _place(self, offset: int) -> tuple[int, int]:
        """Word and bit."""
        bit = offset // 4
        return self._base + bit // 32 * 4, bit % 32

    def read(self, offset: int, size: int) -> int:
        """The bit; upper bytes of the alias word are zero."""
        word, bit = self._place(offset)
        return 0 if offset & 3 else self._read_word(word) >> bit & 1

    def write(self, offset: int, size: int, value: int) -> None:
        """Set the bit to the lowest of `value`."""
        if offset & 3:
            return
        word, bit = self._place(offset)
        self._write_word(word, self._read_word(word) & ~(1 << bit) | (value & 1) << bit)


def add_bit_bands(engine: Engine, memory: BoardMemory, bus: Bus, system: System) -> None:
    """Put both aliases into the address space of a core that has them."""
    port = Port("bit_band", system)
    engine.map_io(SRAM_ALIAS, ALIAS_SIZE, bus.read, bus.write)
    bus.add(SRAM_ALIAS, BitBand(port, SRAM, lambda a: memory.word(a) or 0, memory.write_word))
    read, write = bus.read, bus.write
    bus.add(PERIPHERALS_ALIAS, BitBand(port, PERIPHERALS, lambda a: read(a, 4), lambda a, v: write(a, 4, v)))
