"""GPIO port of STM32 parts. An output reads back as driven, an input as its pull-up says; nothing else is connected."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32f407xx.h, stm32l4r5xx.h, stm32g0b1xx.h: GPIO_TypeDef"
_RESETS = f"{_SOURCE}; reset values differ by part and port and are not modelled"
_OUTPUT, _PULL_UP = 1, 1


class Stm32Gpio(Peripheral):
    """No line: interrupts of pins come through EXTI."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("MODER", 0x00, source=_RESETS),
        Register("OTYPER", 0x04, source=_SOURCE),
        Register("OSPEEDR", 0x08, source=_RESETS),
        Register("PUPDR", 0x0C, source=_RESETS),
        Register("IDR", 0x10, writable=0, source=f"{_SOURCE}; levels of inputs are ours"),
        Register("ODR", 0x14, writable=0xFFFF, source=_SOURCE),
        Register("BSRR", 0x18, source=f"{_SOURCE}; GPIO_BSRR_BS0 0, GPIO_BSRR_BR0 16; set wins: RM0090, recalled"),
        Register("LCKR", 0x1C, source=f"{_SOURCE}; nothing is ever locked"),
        Register("AFR", 0x20, count=2, source=_SOURCE),
        Register("BRR", 0x28, source="stm32l4r5xx.h, stm32g0b1xx.h: GPIO_TypeDef.BRR, absent on F4"),
        Register("REST", 0x2C, count=2, source="stm32l476xx.h: ASCR; stm32u575xx.h: HSLVR, SECCFGR; absent elsewhere"),
    )

    def read_idr(self) -> int:
        levels = 0
        for pin in range(16):
            if self.get("MODER") >> 2 * pin & 3 == _OUTPUT:
                high = self.get("ODR") >> pin & 1
            else:
                high = int(self.get("PUPDR") >> 2 * pin & 3 == _PULL_UP)
            levels |= high << pin
        return levels

    def read_bsrr(self) -> int:
        return 0

    def write_bsrr(self, value: int) -> None:
        self.put("ODR", self.get("ODR") & ~(value >> 16) | value & 0xFFFF)

    def read_brr(self) -> int:
        return 0

    def write_brr(self, value: int) -> None:
        self.put("ODR", self.get("ODR") & ~(value & 0xFFFF))
