"""RNG of nRF52. The numbers are the same in every run: xorshift from option `seed`."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "nrf52840.svd: RNG; nrf52840_bitfields.h: RNG_SHORTS_VALRDY_STOP 0; behaviour: Product Specification"


class NrfRng(Peripheral):
    """Line: global. A byte is ready as soon as the last event is cleared."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("TASKS", 0x000, count=2, source=_SOURCE),
        Register("VALRDY", 0x100, source=_SOURCE),
        Register("SHORTS", 0x200, source=_SOURCE),
        Register("INTENSET", 0x304, source=_SOURCE),
        Register("INTENCLR", 0x308, source=_SOURCE),
        Register("CONFIG", 0x504, source=_SOURCE),
        Register("VALUE", 0x508, writable=0, source=_SOURCE),
    )

    def reset(self) -> None:
        """Stopped, at the start of its sequence."""
        super().reset()
        self._running = False
        self._state = self.port.option("seed", 0x2545F491) or 1

    def _draw(self) -> None:
        self._state ^= self._state << 13 & 0xFFFFFFFF
        self._state ^= self._state >> 17
        self._state ^= self._state << 5 & 0xFFFFFFFF
        self.put("VALUE", self._state & 0xFF)
        self.put("VALRDY", 1)
        self._running = not self.get("SHORTS") & 1
        self._drive()

    def _drive(self) -> None:
        self.port.set_line("global", bool(self.get("VALRDY") and self.get("INTENSET") & 1))

    def write_tasks(self, index: int, value: int) -> None:
        if value & 1:
            self._running = index == 0
            if self._running:
                self._draw()

    def write_valrdy(self, value: int) -> None:
        self.put("VALRDY", value)
        self._drive()
        if not value and self._running:
            self._draw()

    def write_intenset(self, value: int) -> None:
        self.put("INTENSET", self.get("INTENSET") | value)
        self._drive()

    def write_intenclr(self, value: int) -> None:
        self.put("INTENSET", self.get("INTENSET") & ~value)
        self._drive()
