"""The two implementation-defined words at 0xE000E004: how many interrupts there are, and ACTLR."""

from __future__ import annotations

from typing import ClassVar

from emulator.exceptions.numbers import FIRST_INTERRUPT
from emulator.peripherals.base import Peripheral, Register


class AuxiliaryControl(Peripheral):
    """ICTR and ACTLR; what ACTLR holds changes nothing."""

    size = 0x10
    registers: ClassVar[tuple[Register, ...]] = (
        Register("ICTR", 0x4, writable=0, source="ARMv7-M ARM (DDI0403E) B3.4.3"),
        Register("ACTLR", 0x8, source="ARMv7-M ARM (DDI0403E) B3.2.27"),
    )

    def read_ictr(self) -> int:
        return (self.port.system.unit.controller.count - FIRST_INTERRUPT - 1) // 32
