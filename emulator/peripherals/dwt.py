"""DWT: the cycle counter and the profiling counters. There are no comparators (CTRL says so).

The profiling counters fit together as the manual has it: instructions = CYCCNT - CPICNT - EXCCNT - SLEEPCNT - LSUCNT +
FOLDCNT. Cycles that loads, stores and folded instructions add or save are not told apart here: they are all in CPICNT,
LSUCNT and FOLDCNT stay zero.
"""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "ARMv7-M ARM (DDI0403E) C1.8"
_CYCCNTENA, _NO_TRACE = 1, 1 << 27
_EVENTS = 0x3F << 16


class Dwt(Peripheral):
    """Counters run from when CTRL and DEMCR.TRCENA enable them; without TRCENA registers keep what they hold."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CTRL", 0x00, source=_SOURCE),
        Register("CYCCNT", 0x04, source=_SOURCE),
        Register("COUNTER", 0x08, count=5, source=f"{_SOURCE}: CPICNT, EXCCNT, SLEEPCNT, LSUCNT, FOLDCNT"),
        Register("PCSR", 0x1C, writable=0, source=_SOURCE),
        Register("LAR", 0xFB0, source="CoreSight lock access, ARMv7-M ARM D1.1"),
        Register("LSR", 0xFB4, writable=0, source="CoreSight lock status, ARMv7-M ARM D1.1"),
    )

    def reset(self) -> None:
        """Stopped at zero."""
        super().reset()
        self._control = 0
        self._trace = False
        self._values = [0] * 6
        self.port.system.unit.settings.traced = self._traced

    def _traced(self, on: bool) -> None:
        """DEMCR.TRCENA has been written."""
        if on != self._trace:
            self._hold()
            self._trace = on
            self._release()

    def _sources(self) -> list[int]:
        """Where the five counters and CYCCNT would be if they had run from power-on."""
        unit, now = self.port.system.unit, self.port.clock.now()
        overhead, slept = unit.overhead, unit.slept
        return [now - self.port.clock.instructions() - overhead - slept, overhead, slept, 0, 0, now]

    def _running(self, index: int) -> bool:
        bit = _CYCCNTENA if index == 5 else 1 << (17 + index)
        return self._trace and bool(self._control & bit)

    def _hold(self) -> None:
        """Values as they are instead of as offsets."""
        sources = self._sources()
        self._values = [v + s * self._running(n) for n, (v, s) in enumerate(zip(self._values, sources, strict=True))]

    def _release(self) -> None:
        sources = self._sources()
        self._values = [v - s * self._running(n) for n, (v, s) in enumerate(zip(self._values, sources, strict=True))]

    def read_ctrl(self) -> int:
        return _NO_TRACE | self._control

    def write_ctrl(self, value: int) -> None:
        before = self._control
        self._hold()
        self._control = value & (_EVENTS | _CYCCNTENA)
        for index in range(5):
            if self._control & ~before & 1 << (17 + index):
                self._values[index] = 0
        self._release()

    def _count(self, index: int) -> int:
        return self._values[index] + self._sources()[index] * self._running(index)

    def read_cyccnt(self) -> int:
        return self._values[5] + (self.port.clock.now() if self._running(5) else 0) & 0xFFFFFFFF

    def write_cyccnt(self, value: int) -> None:
        if self._trace:
            self._values[5] = value - (self.port.clock.now() if self._running(5) else 0)

    def read_counter(self, index: int) -> int:
        return self._count(index) & 0xFF

    def write_counter(self, index: int, value: int) -> None:
        if self._trace:
            self._values[index] = (value & 0xFF) - self._sources()[index] * self._running(index)
