"""Timer of STM32 parts, as far as a basic timer goes: counts up, reloads, interrupts. Channels hold values only."""

from __future__ import annotations

from typing import ClassVar

from emulator.clock import Event
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port

_SOURCE = "stm32f407xx.h, stm32l4r5xx.h, stm32g0b1xx.h: TIM_TypeDef, CEN, UDIS, OPM, UIE, UIF, UG; behaviour: RM0090"
_ENABLE, _NO_UPDATE, _ONE_PULSE = 1, 2, 8


class Stm32Timer(Peripheral):
    """Line: update. It counts cycles of the clock that feeds it. Option `bits`: width, 16 or 32.

    A change of that clock shows from the next start on.
    """

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("CR1", 0x00, source=_SOURCE),
        Register("CR2", 0x04, source=_SOURCE),
        Register("SMCR", 0x08, source=_SOURCE),
        Register("DIER", 0x0C, source=_SOURCE),
        Register("SR", 0x10, source=_SOURCE),
        Register("EGR", 0x14, source=_SOURCE),
        Register("CCM", 0x18, count=3, source=_SOURCE),
        Register("CNT", 0x24, source=_SOURCE),
        Register("PSC", 0x28, writable=0xFFFF, source=_SOURCE),
        Register("ARR", 0x2C, reset=0xFFFF, source=_SOURCE),
        Register("REST", 0x30, count=16, source=_SOURCE),
    )

    def __init__(self, port: Port) -> None:
        self._event: Event | None = None
        self._mask = (1 << port.option("bits", 16)) - 1
        super().__init__(port)

    def reset(self) -> None:
        """Stopped at zero."""
        super().reset()
        self.put("ARR", self._mask)
        self._began, self._tick = 0, 1
        self._plan()

    def _running(self) -> bool:
        return bool(self.get("CR1") & _ENABLE)

    def _count(self) -> int:
        if not self._running():
            return self.get("CNT")
        return (self.port.clock.now() - self._began) // self._tick & self._mask

    def _start(self, count: int) -> None:
        self.put("CNT", count & self._mask)
        self._tick = (self.get("PSC") + 1) * self.port.divider()
        self._began = self.port.clock.now() - (count & self._mask) * self._tick
        self._plan()

    def _plan(self) -> None:
        if self._event is not None:
            self._event.cancel()
            self._event = None
        if self._running() and self.get("ARR"):
            left = max(self.get("ARR") + 1 - self.get("CNT"), 1)
            due = self._began + (self.get("CNT") + left) * self._tick
            self._event = self.port.clock.schedule(due, lambda: self._update(due))

    def _update(self, due: int) -> None:
        self._began = due
        self.put("CNT", 0)
        if self.get("CR1") & _ONE_PULSE:
            self.put("CR1", self.get("CR1") & ~_ENABLE)
        if not self.get("CR1") & _NO_UPDATE:
            self.put("SR", self.get("SR") | 1)
        self._drive()
        self._plan()

    def _drive(self) -> None:
        self.port.set_line("update", bool(self.get("SR") & self.get("DIER") & 1))

    def read_cnt(self) -> int:
        return self._count()

    def write_cnt(self, value: int) -> None:
        self._start(value)

    def write_cr1(self, value: int) -> None:
        current = self._count()
        self.put("CR1", value)
        self._start(current)

    def write_arr(self, value: int) -> None:
        current = self._count()
        self.put("ARR", value & self._mask)
        self._start(current)

    def write_psc(self, value: int) -> None:
        current = self._count()
        self.put("PSC", value & 0xFFFF)
        self._start(current)

    def write_egr(self, value: int) -> None:
        if value & 1:
            self._start(0)
            self.put("SR", self.get("SR") | 1)
            self._drive()

    def write_dier(self, value: int) -> None:
        self.put("DIER", value)
        self._drive()

    def write_sr(self, value: int) -> None:
        self.put("SR", self.get("SR") & value)
        self._drive()
