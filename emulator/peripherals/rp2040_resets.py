"""RESETS of the RP2040: what is let out of reset is ready at once. Peripherals work whether in reset or not."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "pico-sdk hardware/regs/resets.h"
_ALL = 0x1FFFFFF


class Rp2040Resets(Peripheral):
    """No line."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("RESET", 0x0, reset=_ALL, writable=_ALL, source=_SOURCE),
        Register("WDSEL", 0x4, writable=_ALL, source=_SOURCE),
        Register("RESET_DONE", 0x8, writable=0, source=_SOURCE),
    )

    def read_reset_done(self) -> int:
        return ~self.get("RESET") & _ALL
