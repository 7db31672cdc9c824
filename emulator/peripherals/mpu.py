"""MPU: regions that say what code may do where. See emulator.exceptions.mpu for what they mean."""

from __future__ import annotations

from typing import ClassVar

from emulator.exceptions.mpu import Mpu as State
from emulator.peripherals.base import Peripheral, Register

_V7, _V8 = "ARMv7-M ARM (DDI0403E) B3.5", "ARMv8-M ARM (DDI0553) D1.2"
_VALID = 1 << 4


class Mpu(Peripheral):
    """TYPE, CTRL, RNR, RBAR with RASR or RLAR, and their aliases. The attributes of ARMv8-M (MAIR) do nothing."""

    size = 0x70
    registers: ClassVar[tuple[Register, ...]] = (
        Register("TYPE", 0x00, writable=0, source=_V7),
        Register("CTRL", 0x04, source=_V7),
        Register("RNR", 0x08, source=_V7),
        Register("REGION", 0x0C, count=8, source=f"{_V7}; {_V8}: RBAR, RASR or RLAR, three aliases each"),
        Register("MAIR", 0x30, count=2, source=_V8),
    )

    @property
    def _state(self) -> State:
        return self.port.system.unit.mpu

    def _changed(self) -> None:
        self._state.changed = True
        self.port.clock.interrupt()

    def read_type(self) -> int:
        return self._state.count << 8

    def read_ctrl(self) -> int:
        return self._state.control

    def write_ctrl(self, value: int) -> None:
        self._state.control = value & 7
        self._changed()

    def write_rnr(self, value: int) -> None:
        self.put("RNR", value & 0xFF)

    def _number(self, index: int) -> int:
        """The region that a word of REGION is about: on ARMv8-M the aliases are those beside the selected one."""
        selected = self.get("RNR")
        return (selected & ~3 | index // 2) if self._state.ranges and index > 1 else selected

    def read_region(self, index: int) -> int:
        number = self._number(index)
        if number >= self._state.count:
            return 0
        if index & 1:
            return self._state.attributes[number]
        return self._state.base[number] | (0 if self._state.ranges else number & 15)

    def write_region(self, index: int, value: int) -> None:
        if not index & 1 and not self._state.ranges:
            if value & _VALID:
                self.put("RNR", value & 15)
            value &= ~0x1F
        number = self._number(index)
        if number < self._state.count:
            (self._state.attributes if index & 1 else self._state.base)[number] = value
            self._changed()
