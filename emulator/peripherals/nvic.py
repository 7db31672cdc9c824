"""NVIC: enables, pending states, active states and priorities of interrupts."""

from __future__ import annotations

from typing import ClassVar

from emulator.exceptions.controller import Controller
from emulator.exceptions.numbers import FIRST_INTERRUPT
from emulator.peripherals.base import Peripheral, Register

_SOURCE = "ARMv7-M ARM (DDI0403E) B3.4"


class Nvic(Peripheral):
    """From ISER0 to the last IPR."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("ISER", 0x000, count=8, source=_SOURCE),
        Register("ICER", 0x080, count=8, source=_SOURCE),
        Register("ISPR", 0x100, count=8, source=_SOURCE),
        Register("ICPR", 0x180, count=8, source=_SOURCE),
        Register("IABR", 0x200, count=8, writable=0, source=_SOURCE),
        Register("IPR", 0x300, count=60, merge=True, source=_SOURCE),
    )

    @property
    def _controller(self) -> Controller:
        return self.port.system.unit.controller

    def _mask(self, index: int, value: int) -> int:
        """Exceptions that the bits of word `index` stand for, as far as they exist."""
        exist = (1 << self._controller.count) - 1
        return value << (FIRST_INTERRUPT + 32 * index) & exist

    @staticmethod
    def _bits(index: int, mask: int) -> int:
        return mask >> (FIRST_INTERRUPT + 32 * index) & 0xFFFFFFFF

    def read_iser(self, index: int) -> int:
        return self._bits(index, self._controller.enabled)

    def read_icer(self, index: int) -> int:
        return self._bits(index, self._controller.enabled)

    def read_ispr(self, index: int) -> int:
        return self._bits(index, self._controller.pending)

    def read_icpr(self, index: int) -> int:
        return self._bits(index, self._controller.pending)

    def read_iabr(self, index: int) -> int:
        return self._bits(index, self._controller.active)

    def read_ipr(self, index: int) -> int:
        first = FIRST_INTERRUPT + 4 * index
        return sum(p << 8 * n for n, p in enumerate(self._controller.priority[first : first + 4]))

    def write_iser(self, index: int, value: int) -> None:
        self._controller.set_enabled(self._mask(index, value), True)

    def write_icer(self, index: int, value: int) -> None:
        self._controller.set_enabled(self._mask(index, value), False)

    def write_ispr(self, index: int, value: int) -> None:
        self._controller.pend_all(self._mask(index, value))
        self._controller.changed = True

    def write_icpr(self, index: int, value: int) -> None:
        self._controller.unpend(self._mask(index, value))

    def write_ipr(self, index: int, value: int) -> None:
        for position in range(4):
            number = FIRST_INTERRUPT + 4 * index + position
            if number < self._controller.count:
                self._controller.set_priority(number, value >> 8 * position & 0xFF)
