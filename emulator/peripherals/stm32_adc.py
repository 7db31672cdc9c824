"""ADC of STM32L4, G0, H7, U5, as far as start-up code goes: ready and calibrated at once, every conversion is zero."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32u575xx.h: ADC_TypeDef, ADC_ISR_*, ADC_CR_*; behaviour: RM0456, recalled"
_READY, _SAMPLED, _CONVERTED, _ALL_CONVERTED, _CALIBRATED, _REGULATED = 1, 2, 4, 8, 1 << 11, 1 << 12
_ENABLE, _DISABLE, _START, _REGULATOR, _CALIBRATE = 1, 2, 4, 1 << 28, 1 << 31
_OVER_AT_ONCE = _DISABLE | _START | 8 | 16 | 32 | _CALIBRATE


class Stm32Adc(Peripheral):
    """Line: global."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("ISR", 0x00, source=_SOURCE),
        Register("IER", 0x04, source=_SOURCE),
        Register("CR", 0x08, source=_SOURCE),
        Register("SETTINGS", 0x0C, count=13, source=f"{_SOURCE}; CFGR1 to SQR4; reset values are not modelled"),
        Register("DR", 0x40, writable=0, source=_SOURCE),
        Register("REST", 0x44, count=47, source=f"{_SOURCE}; PWRR to OR; reset values are not modelled"),
        Register("COMMON", 0x300, count=4, source="stm32u575xx.h: ADC12_COMMON_BASE_NS is 0x308 above ADC1_BASE_NS"),
    )

    def _raise(self, flags: int) -> None:
        self.put("ISR", self.get("ISR") | flags)
        self.port.set_line("global", bool(self.get("ISR") & self.get("IER")))

    def write_isr(self, value: int) -> None:
        self.put("ISR", self.get("ISR") & ~value)
        self._raise(0)

    def write_ier(self, value: int) -> None:
        self.put("IER", value)
        self._raise(0)

    def write_cr(self, value: int) -> None:
        self.put("CR", value & ~_OVER_AT_ONCE & ~(_ENABLE if value & _DISABLE else 0))
        flags = _REGULATED if value & _REGULATOR else 0
        flags |= _READY if self.get("CR") & _ENABLE else 0
        flags |= _CALIBRATED if value & _CALIBRATE else 0
        flags |= _SAMPLED | _CONVERTED | _ALL_CONVERTED if value & _START and value & _ENABLE else 0
        self._raise(flags)
