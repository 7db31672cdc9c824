"""CLOCK and POWER of nRF52: oscillators run as soon as they are started."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "nrf52840.svd: CLOCK, POWER; nrf52840_bitfields.h: CLOCK_*STAT_STATE 16; behaviour: Product Specification"
_STARTED = {0: 0, 2: 1, 4: 3}


class NrfClock(Peripheral):
    """Line: global. Tasks 0 and 2 start the high and the low frequency clock, 4 calibrates."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("TASKS", 0x000, count=32, source=_SOURCE),
        Register("EVENTS", 0x100, count=32, source=_SOURCE),
        Register("INTENSET", 0x304, source=_SOURCE),
        Register("INTENCLR", 0x308, source=_SOURCE),
        Register("RESETREAS", 0x400, source=_SOURCE),
        Register("HFCLKRUN", 0x408, writable=0, source=_SOURCE),
        Register("HFCLKSTAT", 0x40C, writable=0, source=_SOURCE),
        Register("LFCLKRUN", 0x414, writable=0, source=_SOURCE),
        Register("LFCLKSTAT", 0x418, writable=0, source=_SOURCE),
        Register("LFCLKSRCCOPY", 0x41C, writable=0, source=_SOURCE),
        Register("USBREGSTATUS", 0x438, writable=0, source=_SOURCE),
        Register("POFCON", 0x510, source=_SOURCE),
        Register("GPREGRET", 0x51C, count=2, source=_SOURCE),
        Register("LFCLKSRC", 0x518, source=_SOURCE),
        Register("DCDCEN", 0x578, source=_SOURCE),
        Register("DCDCEN0", 0x580, source=_SOURCE),
        Register("MAINREGSTATUS", 0x640, writable=0, source=_SOURCE),
    )

    def write_tasks(self, index: int, value: int) -> None:
        if not value & 1:
            return
        if index in (0, 1):
            self.put("HFCLKSTAT", 0x10001 if index == 0 else 0)
            self.put("HFCLKRUN", int(index == 0))
        elif index in (2, 3):
            self.put("LFCLKSTAT", 0x10000 | self.get("LFCLKSRC") & 3 if index == 2 else 0)
            self.put("LFCLKRUN", int(index == 2))
        if index in _STARTED:
            self.put("EVENTS", 1, _STARTED[index])
        self._drive()

    def _drive(self) -> None:
        enabled = self.get("INTENSET")
        self.port.set_line("global", any(enabled >> n & 1 and self.get("EVENTS", n) for n in range(32)))

    def write_events(self, index: int, value: int) -> None:
        self.put("EVENTS", value, index)
        self._drive()

    def write_intenset(self, value: int) -> None:
        self.put("INTENSET", self.get("INTENSET") | value)
        self._drive()

    def write_intenclr(self, value: int) -> None:
        self.put("INTENSET", self.get("INTENSET") & ~value)
        self._drive()

    def read_intenclr(self) -> int:
        return self.get("INTENSET")
