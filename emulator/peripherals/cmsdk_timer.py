"""Timer of Arm's Cortex-M System Design Kit: counts down, reloads, interrupts."""

from __future__ import annotations

from typing import ClassVar

from emulator.clock import Event
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port

_SOURCE = "Cortex-M System Design Kit TRM (DDI0479), 4.2"
_ENABLE, _INTERRUPT = 1, 8


class CmsdkTimer(Peripheral):
    """Line: update. It counts the core clock; external enable and external clock are not connected."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CTRL", 0x0, writable=0xF, source=_SOURCE),
        Register("VALUE", 0x4, source=_SOURCE),
        Register("RELOAD", 0x8, source=_SOURCE),
        Register("INTSTATUS", 0xC, source=_SOURCE),
    )

    def __init__(self, port: Port) -> None:
        self._event: Event | None = None
        super().__init__(port)

    def reset(self) -> None:
        """Stopped at zero."""
        super().reset()
        self._zero: int | None = None
        self._plan()

    def _plan(self) -> None:
        if self._event is not None:
            self._event.cancel()
            self._event = None
        if self._zero is not None:
            self._event = self.port.clock.schedule(self._zero, self._expire)

    def _expire(self) -> None:
        assert self._zero is not None
        if self.get("CTRL") & _INTERRUPT:
            self.put("INTSTATUS", 1)
            self.port.set_line("update", True)
        reload = self.get("RELOAD")
        self.put("VALUE", 0)
        self._zero = self._zero + reload + 1 if reload else None
        self._plan()

    def _start(self, value: int) -> None:
        self.put("VALUE", value)
        running = self.get("CTRL") & _ENABLE and (value or self.get("RELOAD"))
        self._zero = self.port.clock.now() + (value or self.get("RELOAD") + 1) if running else None
        self._plan()

    def read_value(self) -> int:
        if self._zero is None:
            return self.get("VALUE")
        return max(self._zero - self.port.clock.now(), 0) & 0xFFFFFFFF

    def write_value(self, value: int) -> None:
        self._start(value)

    def write_ctrl(self, value: int) -> None:
        current = self.read_value()
        self.put("CTRL", value & 0xF)
        self._start(current)

    def write_reload(self, value: int) -> None:
        self.put("RELOAD", value)
        self._start(value)

    def write_intstatus(self, value: int) -> None:
        if value & 1:
            self.put("INTSTATUS", 0)
            self.port.set_line("update", False)
