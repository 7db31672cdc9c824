"""WATCHDOG of the RP2040: scratch registers, tick, and resets by trigger or by time."""

from __future__ import annotations

from typing import ClassVar

from emulator.clock import Event
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port

_SOURCE = "pico-sdk hardware/regs/watchdog.h; behaviour: RP2040 datasheet 4.7, the count falls by two a microsecond"
_TRIGGER, _ENABLE, _TIME = 1 << 31, 1 << 30, 0xFFFFFF
_TICKS, _RUNNING = 1 << 9, 1 << 10


class Rp2040Watchdog(Peripheral):
    """No line. Scratch registers and the reason survive its resets."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CTRL", 0x00, reset=0x07000000, source=_SOURCE),
        Register("LOAD", 0x04, source=_SOURCE),
        Register("REASON", 0x08, writable=0, source=_SOURCE),
        Register("SCRATCH", 0x0C, count=8, source=_SOURCE),
        Register("TICK", 0x2C, reset=_TICKS, source=_SOURCE),
    )

    def __init__(self, port: Port) -> None:
        self._event: Event | None = None
        self._end = 0
        self.values: dict[int, int] = {}
        super().__init__(port)

    def reset(self) -> None:
        """Off; what survives stays."""
        kept = {offset: value for offset, value in self.values.items() if 0x08 <= offset < 0x2C}
        super().reset()
        self.values |= kept
        self._plan()

    def _cycles(self) -> int:
        return max(self.port.clock.hz // 2_000_000, 1)

    def _plan(self) -> None:
        if self._event is not None:
            self._event.cancel()
            self._event = None
        if self.get("CTRL") & _ENABLE and self.get("LOAD"):
            self._end = self.port.clock.now() + self.get("LOAD") * self._cycles()
            self._event = self.port.clock.schedule(self._end, lambda: self._bite(1))

    def _bite(self, reason: int) -> None:
        self.put("REASON", reason)
        self.port.system.request_reset()

    def read_ctrl(self) -> int:
        left = max(self._end - self.port.clock.now(), 0) // self._cycles() if self._event is not None else 0
        return self.get("CTRL") & ~_TIME | left & _TIME

    def write_ctrl(self, value: int) -> None:
        started = bool(value & _ENABLE) and not self.get("CTRL") & _ENABLE
        self.put("CTRL", value & ~_TRIGGER & ~_TIME)
        if value & _TRIGGER:
            self._bite(2)
        elif started or not value & _ENABLE:
            self._plan()

    def write_load(self, value: int) -> None:
        self.put("LOAD", value & _TIME)
        self._plan()

    def read_tick(self) -> int:
        return self.get("TICK") & ~_RUNNING | (_RUNNING if self.get("TICK") & _TICKS else 0)
