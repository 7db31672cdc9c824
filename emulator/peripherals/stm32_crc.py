"""CRC unit of STM32 parts: polynomial, start value and bit order as set, a result after every write."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32l4r5xx.h, stm32u575xx.h: CRC_TypeDef, CRC_CR_*; resets: STM32H743.svd; behaviour: RM0432, recalled"
_WIDTHS = (32, 16, 8, 7)
_ENTRY_UNITS = (1, 8, 16, 32)


class Stm32Crc(Peripheral):
    """No line. F4 parts have DR, IDR and the reset bit only, with the polynomial and start value after reset."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("DR", 0x00, reset=0xFFFFFFFF, source=_SOURCE),
        Register("IDR", 0x04, source=_SOURCE),
        Register("CR", 0x08, writable=0xF8, source=_SOURCE),
        Register("INIT", 0x10, reset=0xFFFFFFFF, source=_SOURCE),
        Register("POL", 0x14, reset=0x04C11DB7, source=_SOURCE),
    )

    def write(self, offset: int, size: int, value: int) -> None:
        """The data register takes as many bits as the access has; all else is written in words."""
        if offset & ~3 == 0:
            self._take(value, 8 * size)
        else:
            super().write(offset, size, value)

    def _width(self) -> int:
        return _WIDTHS[self.get("CR") >> 3 & 3]

    def _take(self, value: int, bits: int) -> None:
        value &= (1 << bits) - 1
        unit = _ENTRY_UNITS[self.get("CR") >> 5 & 3]
        if unit > 1:
            value = _reversed_units(value, bits, min(unit, bits))
        width = self._width()
        top, mask, state, polynomial = 1 << width - 1, (1 << width) - 1, self.get("DR"), self.get("POL")
        for bit in range(bits - 1, -1, -1):
            out = bool(state & top) != bool(value >> bit & 1)
            state = (state << 1 & mask) ^ (polynomial & mask if out else 0)
        self.put("DR", state)

    def read_dr(self) -> int:
        state, width = self.get("DR"), self._width()
        return _reversed_units(state, width, width) if self.get("CR") & 0x80 else state

    def write_cr(self, value: int) -> None:
        self.put("CR", value & 0xF8)
        if value & 1:
            self.put("DR", self.get("INIT") & (1 << self._width()) - 1)

    def write_init(self, value: int) -> None:
        self.put("INIT", value)
        self.put("DR", value & (1 << self._width()) - 1)


def _reversed_units(value: int, bits: int, unit: int) -> int:
    """Bits in reversed order in each unit of so many bits, units in place."""
    result = 0
    for low in range(0, bits, unit):
        part = value >> low & (1 << unit) - 1
        result |= int(f"{part:0{unit}b}"[::-1], 2) << low
    return result
