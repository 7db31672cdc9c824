"""SIO of the RP2040 as core 0 sees it: pins, spinlocks and the divider. Core 1 never starts; no interpolators."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "pico-sdk hardware/regs/sio.h; behaviour: RP2040 datasheet 2.3.1"
_FIFO_READY, _DIVIDER_READY, _DIVIDER_DIRTY = 2, 1, 2


class Rp2040Sio(Peripheral):
    """No line. Each of the four pin registers stands with its set, clear and exclusive-or addresses."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("CPUID", 0x00, writable=0, source=_SOURCE),
        Register("GPIO_IN", 0x04, count=2, writable=0, source=f"{_SOURCE}; outputs as driven, inputs zero"),
        Register("PINS", 0x10, count=16, source=_SOURCE),
        Register("FIFO_ST", 0x50, source=_SOURCE),
        Register("FIFO_WR", 0x54, source=f"{_SOURCE}; nobody reads it"),
        Register("FIFO_RD", 0x58, writable=0, source=_SOURCE),
        Register("SPINLOCK_ST", 0x5C, writable=0, source=_SOURCE),
        Register("OPERANDS", 0x60, count=4, source=_SOURCE),
        Register("QUOTIENT", 0x70, source=_SOURCE),
        Register("REMAINDER", 0x74, source=_SOURCE),
        Register("DIV_CSR", 0x78, reset=_DIVIDER_READY, writable=0, source=_SOURCE),
        Register("SPINLOCK", 0x100, count=32, source=_SOURCE),
    )

    def read_gpio_in(self, index: int) -> int:
        return self.get("PINS", 8 * index) & self.get("PINS", 8 * index + 4)

    def read_pins(self, index: int) -> int:
        return self.get("PINS", index & ~3)

    def write_pins(self, index: int, value: int) -> None:
        held = self.get("PINS", index & ~3)
        self.put("PINS", (value, held | value, held & ~value, held ^ value)[index & 3], index & ~3)

    def read_fifo_st(self) -> int:
        return _FIFO_READY

    def read_spinlock_st(self) -> int:
        return sum(self.get("SPINLOCK", index) << index for index in range(32))

    def read_spinlock(self, index: int) -> int:
        if self.get("SPINLOCK", index):
            return 0
        self.put("SPINLOCK", 1, index)
        return 1 << index

    def write_spinlock(self, index: int, value: int) -> None:
        self.put("SPINLOCK", 0, index)

    def read_operands(self, index: int) -> int:
        return self.get("OPERANDS", index & 1)

    def write_operands(self, index: int, value: int) -> None:
        self.put("OPERANDS", value, index & 1)
        self._divide(signed=index > 1)

    def _divide(self, signed: bool) -> None:
        """At once; hardware takes eight cycles, which the ready bit would hide."""
        dividend, divisor = self.get("OPERANDS", 0), self.get("OPERANDS", 1)
        if signed:
            dividend, divisor = (v - (v >> 31 << 32) for v in (dividend, divisor))
        if divisor:
            quotient = abs(dividend) // abs(divisor) * (1 if (dividend < 0) == (divisor < 0) else -1)
        else:
            quotient = 1 if signed and dividend < 0 else -1
        self.put("QUOTIENT", quotient)
        self.put("REMAINDER", dividend - quotient * divisor)
        self.put("DIV_CSR", _DIVIDER_READY | _DIVIDER_DIRTY)

    def read_quotient(self) -> int:
        self.put("DIV_CSR", _DIVIDER_READY)
        return self.get("QUOTIENT")

    def write_quotient(self, value: int) -> None:
        self.put("QUOTIENT", value)
        self.put("DIV_CSR", _DIVIDER_READY | _DIVIDER_DIRTY)

    def write_remainder(self, value: int) -> None:
        self.put("REMAINDER", value)
        self.put("DIV_CSR", _DIVIDER_READY | _DIVIDER_DIRTY)
