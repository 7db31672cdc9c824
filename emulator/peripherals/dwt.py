"""DWT: the cycle counter. Comparators and the other counters do not exist (CTRL says so)."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "ARMv7-M ARM (DDI0403E) C1.8"
_CYCCNTENA, _NO_PROFILE_COUNTERS, _NO_TRACE = 1, 1 << 24, 1 << 27


class Dwt(Peripheral):
    """CYCCNT follows the modelled cycles from the moment that CTRL enables it. DEMCR.TRCENA is not asked for."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CTRL", 0x00, source=_SOURCE),
        Register("CYCCNT", 0x04, source=_SOURCE),
        Register("COUNTERS", 0x08, count=5, writable=0, source=_SOURCE),
        Register("PCSR", 0x1C, writable=0, source=_SOURCE),
        Register("LAR", 0xFB0, source="CoreSight lock access, ARMv7-M ARM D1.1"),
        Register("LSR", 0xFB4, writable=0, source="CoreSight lock status, ARMv7-M ARM D1.1"),
    )

    def reset(self) -> None:
        """Stopped at zero."""
        super().reset()
        self._enabled = False
        self._value = 0

    def read_ctrl(self) -> int:
        return _NO_PROFILE_COUNTERS | _NO_TRACE | int(self._enabled)

    def write_ctrl(self, value: int) -> None:
        if self._enabled != bool(value & _CYCCNTENA):
            now = self.port.clock.now()
            self._value += now if self._enabled else -now
            self._enabled = not self._enabled

    def read_cyccnt(self) -> int:
        return self._value + (self.port.clock.now() if self._enabled else 0) & 0xFFFFFFFF

    def write_cyccnt(self, value: int) -> None:
        self._value = value - (self.port.clock.now() if self._enabled else 0)
