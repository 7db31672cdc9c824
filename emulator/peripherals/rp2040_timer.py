"""TIMER of the RP2040: 64 bits of microseconds of the board's clock, and four alarms."""

from __future__ import annotations

from typing import ClassVar

from emulator.clock import Event
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port

_SOURCE = "pico-sdk hardware/regs/timer.h; behaviour: RP2040 datasheet 4.6"
_WORD = 0xFFFFFFFF


class Rp2040Timer(Peripheral):
    """Lines: alarm0 to alarm3. It runs from reset, without the watchdog's tick."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("TIMEHW", 0x00, source=_SOURCE),
        Register("TIMELW", 0x04, source=_SOURCE),
        Register("TIMEHR", 0x08, writable=0, source=_SOURCE),
        Register("TIMELR", 0x0C, writable=0, source=_SOURCE),
        Register("ALARM", 0x10, count=4, source=_SOURCE),
        Register("ARMED", 0x20, source=_SOURCE),
        Register("TIMERAWH", 0x24, writable=0, source=_SOURCE),
        Register("TIMERAWL", 0x28, writable=0, source=_SOURCE),
        Register("DBGPAUSE", 0x2C, reset=7, source=_SOURCE),
        Register("PAUSE", 0x30, source=f"{_SOURCE}; without effect here"),
        Register("INTR", 0x34, source=_SOURCE),
        Register("INTE", 0x38, source=_SOURCE),
        Register("INTF", 0x3C, source=_SOURCE),
        Register("INTS", 0x40, writable=0, source=_SOURCE),
    )

    def __init__(self, port: Port) -> None:
        self._cycles = max(port.clock.hz // 1_000_000, 1)
        self._events: dict[int, Event] = {}
        super().__init__(port)

    def reset(self) -> None:
        """At zero, nothing armed."""
        super().reset()
        for event in self._events.values():
            event.cancel()
        self._events = {}
        self._offset = -(self.port.clock.now() // self._cycles)

    def _time(self) -> int:
        return (self.port.clock.now() // self._cycles + self._offset) & (1 << 64) - 1

    def read_timelr(self) -> int:
        now = self._time()
        self.put("TIMEHR", now >> 32)
        return now & _WORD

    def read_timerawh(self) -> int:
        return self._time() >> 32

    def read_timerawl(self) -> int:
        return self._time() & _WORD

    def write_timehw(self, value: int) -> None:
        self._offset += (value << 32 | self.get("TIMELW")) - self._time()

    def write_alarm(self, index: int, value: int) -> None:
        self.put("ALARM", value, index)
        self._disarm(1 << index)
        wait = (value - self._time()) & _WORD
        at = (self.port.clock.now() // self._cycles + wait) * self._cycles
        self._events[index] = self.port.clock.schedule(at, lambda: self._ring(index))
        self.put("ARMED", self.get("ARMED") | 1 << index)

    def _ring(self, index: int) -> None:
        self.put("ARMED", self.get("ARMED") & ~(1 << index))
        self.put("INTR", self.get("INTR") | 1 << index)
        self._drive()

    def _disarm(self, alarms: int) -> None:
        for index in range(4):
            if alarms >> index & 1 and index in self._events:
                self._events.pop(index).cancel()
        self.put("ARMED", self.get("ARMED") & ~alarms)

    def write_armed(self, value: int) -> None:
        self._disarm(value & 0xF)

    def read_ints(self) -> int:
        return (self.get("INTR") | self.get("INTF")) & self.get("INTE")

    def _drive(self) -> None:
        for index in range(4):
            self.port.set_line(f"alarm{index}", bool(self.read_ints() >> index & 1))

    def write_intr(self, value: int) -> None:
        self.put("INTR", self.get("INTR") & ~value)
        self._drive()

    def write_inte(self, value: int) -> None:
        self.put("INTE", value & 0xF)
        self._drive()

    def write_intf(self, value: int) -> None:
        self.put("INTF", value & 0xF)
        self._drive()
