"""ITM: what firmware writes to stimulus port 0 goes to the console."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "ARMv7-M ARM (DDI0403E) C1.7"
_PORTS = 32


class Itm(Peripheral):
    """Enabled as TCR and TER say; other ports than 0 are listened to by nobody."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("STIM", 0x000, count=_PORTS, source=_SOURCE),
        Register("TER", 0xE00, source=_SOURCE),
        Register("TPR", 0xE40, source=_SOURCE),
        Register("TCR", 0xE80, source=_SOURCE),
        Register("LAR", 0xFB0, source="CoreSight lock access, ARMv7-M ARM D1.1"),
        Register("LSR", 0xFB4, writable=0, source="CoreSight lock status, ARMv7-M ARM D1.1"),
    )

    def read_stim(self, index: int) -> int:
        return int(self._listens(index))

    def _listens(self, index: int) -> bool:
        return bool(self.get("TCR") & 1 and self.get("TER") >> index & 1)

    def write(self, offset: int, size: int, value: int) -> None:
        """Stimulus ports send as many bytes as are written."""
        if offset >= 4 * _PORTS:
            super().write(offset, size, value)
        elif offset < 4 and self._listens(0):
            self.port.transmit(value.to_bytes(4, "little")[:size])
