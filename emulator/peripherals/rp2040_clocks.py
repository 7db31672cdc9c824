"""CLOCKS of the RP2040: a clock is switched at once. The core runs at the board's clock whatever is chosen."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "pico-sdk hardware/regs/clocks.h: CTRL, DIV and SELECTED of ten clocks, FC0_*, WAKE_EN*, ENABLED*, INT*"
_CLOCKS, _REFERENCE, _SYSTEM = 10, 4, 5
_DONE = 1 << 4


class Rp2040Clocks(Peripheral):
    """Index 3 * n of CLOCKS is CTRL of clock n, then come DIV and SELECTED. The frequency counter is always done."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CLOCKS", 0x00, count=3 * _CLOCKS, source=_SOURCE),
        Register("RESUS", 0x78, count=2, source=_SOURCE),
        Register("FC0", 0x80, count=6, source=_SOURCE),
        Register("FC0_STATUS", 0x98, reset=_DONE, writable=0, source=_SOURCE),
        Register("REST", 0x9C, count=11, source=_SOURCE),
    )

    def reset(self) -> None:
        """Dividers of one."""
        super().reset()
        for clock in range(_CLOCKS):
            self.put("CLOCKS", 0x100, 3 * clock + 1)

    def read_clocks(self, index: int) -> int:
        clock, part = divmod(index, 3)
        if part < 2:
            return self.get("CLOCKS", index)
        field = {_REFERENCE: 3, _SYSTEM: 1}.get(clock, 0)
        return 1 << (self.get("CLOCKS", 3 * clock) & field)
