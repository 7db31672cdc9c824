"""GPIO port of nRF52. An output with its input connected reads as driven; other inputs read as their pull-up says."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "nrf52840.h, nrf52840.svd: P0"
_BEHAVIOUR = "nrf52840_bitfields.h: GPIO_PIN_CNF_DIR, INPUT, PULL; behaviour: Product Specification, recalled"
_OUTPUT, _NO_INPUT, _PULL_UP = 1, 2, 3 << 2


class NrfGpio(Peripheral):
    """No line: interrupts of pins come through GPIOTE."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("OUT", 0x504, source=_SOURCE),
        Register("OUTSET", 0x508, source=_SOURCE),
        Register("OUTCLR", 0x50C, source=_SOURCE),
        Register("IN", 0x510, writable=0, source=_SOURCE),
        Register("DIR", 0x514, source=_SOURCE),
        Register("DIRSET", 0x518, source=_SOURCE),
        Register("DIRCLR", 0x51C, source=_SOURCE),
        Register("LATCH", 0x520, source=_SOURCE),
        Register("DETECTMODE", 0x524, source=_SOURCE),
        Register("PIN_CNF", 0x700, reset=_NO_INPUT, count=32, source=f"{_SOURCE}; {_BEHAVIOUR}"),
    )

    def read_in(self) -> int:
        levels = 0
        for pin in range(32):
            setting = self.get("PIN_CNF", pin)
            if setting & _NO_INPUT:
                continue
            high = self.get("OUT") >> pin & 1 if setting & _OUTPUT else int(setting & _PULL_UP == _PULL_UP)
            levels |= high << pin
        return levels

    def read_outset(self) -> int:
        return self.get("OUT")

    def read_outclr(self) -> int:
        return self.get("OUT")

    def write_outset(self, value: int) -> None:
        self.put("OUT", self.get("OUT") | value)

    def write_outclr(self, value: int) -> None:
        self.put("OUT", self.get("OUT") & ~value)

    def read_dirset(self) -> int:
        return self.get("DIR")

    def read_dirclr(self) -> int:
        return self.get("DIR")

    def write_dir(self, value: int) -> None:
        self.put("DIR", value)
        for pin in range(32):
            self.put("PIN_CNF", self.get("PIN_CNF", pin) & ~_OUTPUT | value >> pin & 1, pin)

    def write_dirset(self, value: int) -> None:
        self.write_dir(self.get("DIR") | value)

    def write_dirclr(self, value: int) -> None:
        self.write_dir(self.get("DIR") & ~value)

    def write_pin_cnf(self, index: int, value: int) -> None:
        self.put("PIN_CNF", value, index)
        self.put("DIR", self.get("DIR") & ~(1 << index) | (value & 1) << index)
