"""RNG of STM32 parts. The numbers are the same in every run: xorshift from option `seed`."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32f407xx.h, stm32l4r5xx.h: RNG_TypeDef, RNG_CR_RNGEN 2, RNG_CR_IE 3, RNG_SR_DRDY 0; behaviour: RM0090"


class Stm32Rng(Peripheral):
    """Line: global."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("CR", 0x0, source=_SOURCE),
        Register("SR", 0x4, writable=0, source=_SOURCE),
        Register("DR", 0x8, writable=0, source=_SOURCE),
    )

    def reset(self) -> None:
        """Off, at the start of its sequence."""
        super().reset()
        self._state = self.port.option("seed", 0x2545F491) or 1

    def _on(self) -> bool:
        return bool(self.get("CR") & 4)

    def write_cr(self, value: int) -> None:
        self.put("CR", value)
        self.port.set_line("global", self._on() and bool(value & 8))

    def read_sr(self) -> int:
        return int(self._on())

    def read_dr(self) -> int:
        if not self._on():
            return 0
        self._state ^= self._state << 13 & 0xFFFFFFFF
        self._state ^= self._state >> 17
        self._state ^= self._state << 5 & 0xFFFFFFFF
        return self._state
