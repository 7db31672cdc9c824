"""SysTick: a 24-bit timer that counts down to zero and pends its exception.

Its value is worked out from the time when somebody asks; only an enabled interrupt is an event.
"""

from __future__ import annotations

from typing import ClassVar

from emulator.clock import Event
from emulator.exceptions.numbers import SYSTICK
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port

_SOURCE = "ARMv7-M ARM (DDI0403E) B3.3"
_ENABLE, _TICKINT, _CORE_CLOCK, _COUNTFLAG = 1, 2, 4, 1 << 16


class SysTick(Peripheral):
    """Option `reference_divider`: core cycles for a tick of the reference clock, 0 where there is no such clock."""

    size = 0x10
    registers: ClassVar[tuple[Register, ...]] = (
        Register("CSR", 0x0, source=_SOURCE),
        Register("RVR", 0x4, writable=0xFFFFFF, source=_SOURCE),
        Register("CVR", 0x8, source=_SOURCE),
        Register("CALIB", 0xC, writable=0, source=_SOURCE),
    )

    def __init__(self, port: Port) -> None:
        self._event: Event | None = None
        self._divider = port.option("reference_divider", 0)
        super().__init__(port)

    def reset(self) -> None:
        """Stopped at zero."""
        super().reset()
        self._control = 0 if self._divider else _CORE_CLOCK
        self._counted = False
        self._stopped_at = 0
        self._zero: int | None = None
        if not self._divider:
            self.put("CALIB", 1 << 31)
        self._plan()

    @property
    def _tick(self) -> int:
        return 1 if self._control & _CORE_CLOCK else self._divider

    def _catch_up(self) -> int:
        """Count the zeros passed; gives the time."""
        now = self.port.clock.now()
        if self._zero is not None and self._zero <= now:
            period = (self.get("RVR") + 1) * self._tick
            self._zero += ((now - self._zero) // period + 1) * period
            self._counted = True
        return now

    def _value(self) -> int:
        now = self._catch_up()
        if self._zero is None:
            return self._stopped_at
        ticks = -((now - self._zero) // self._tick)
        return 0 if ticks > self.get("RVR") else ticks

    def _start(self, value: int) -> None:
        """Run from `value`; from 0 the next tick reloads."""
        reload = self.get("RVR")
        if not self._control & _ENABLE or (value == 0 and reload == 0):
            self._zero, self._stopped_at = None, value
        else:
            self._zero = self.port.clock.now() + (value or reload + 1) * self._tick
        self._plan()

    def _plan(self) -> None:
        if self._event is not None:
            self._event.cancel()
            self._event = None
        if self._zero is not None and self._control & _TICKINT:
            self._event = self.port.clock.schedule(self._zero, self._expire)

    def _expire(self) -> None:
        self._catch_up()
        if self.get("RVR") == 0:
            self._zero, self._stopped_at = None, 0
        self.port.system.unit.controller.pend(SYSTICK)
        self._plan()

    def read_csr(self) -> int:
        self._catch_up()
        flag = _COUNTFLAG if self._counted else 0
        self._counted = False
        return self._control | flag

    def write_csr(self, value: int) -> None:
        current = self._value()
        fixed = 0 if self._divider else _CORE_CLOCK
        self._control = value & 7 | fixed
        self._start(current)

    def write_rvr(self, value: int) -> None:
        self._catch_up()
        self.put("RVR", value & 0xFFFFFF)
        if self._zero is None:
            self._start(self._stopped_at)

    def read_cvr(self) -> int:
        return self._value()

    def write_cvr(self, value: int) -> None:
        self._catch_up()
        self._counted = False
        self._start(0)
