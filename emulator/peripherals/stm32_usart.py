"""USART of STM32F1, F2, F4: status and data in SR and DR. Sending takes no time."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32f407xx.h: USART_TypeDef, USART_SR_* and USART_CR1_*; SR after reset and behaviour: RM0090, recalled"
_RXNE, _TC, _TXE = 1 << 5, 1 << 6, 1 << 7
_ENABLE, _TX, _RX = 1 << 13, 1 << 3, 1 << 2


class Stm32Usart(Peripheral):
    """Line: global."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("SR", 0x00, reset=0xC0, source=_SOURCE),
        Register("DR", 0x04, source=_SOURCE),
        Register("BRR", 0x08, source=_SOURCE),
        Register("CR1", 0x0C, source=_SOURCE),
        Register("CR2", 0x10, source=_SOURCE),
        Register("CR3", 0x14, source=_SOURCE),
        Register("GTPR", 0x18, source=_SOURCE),
    )

    def _status(self) -> int:
        control = self.get("CR1")
        receives = control & _ENABLE and control & _RX and self.port.console.waits()
        return _TXE | self.get("SR") & _TC | (_RXNE if receives else 0)

    def input_came(self) -> None:
        self._drive()

    def _drive(self) -> None:
        """Interrupt enables in CR1 lie where their flags lie in SR."""
        self.port.set_line("global", bool(self._status() & self.get("CR1") & (_RXNE | _TC | _TXE)))

    def read_sr(self) -> int:
        return self._status()

    def write_sr(self, value: int) -> None:
        self.put("SR", self.get("SR") & value)
        self._drive()

    def read_dr(self) -> int:
        data = self.port.console.read(1) if self._status() & _RXNE else b""
        self._drive()
        return data[0] if data else 0

    def write_dr(self, value: int) -> None:
        if self.get("CR1") & _ENABLE and self.get("CR1") & _TX:
            self.port.transmit(bytes([value & 0xFF]))
            self.put("SR", self.get("SR") | _TC)
        self._drive()

    def write_cr1(self, value: int) -> None:
        self.put("CR1", value)
        self._drive()
