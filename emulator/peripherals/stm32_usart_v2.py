"""USART and LPUART of STM32L4, G0, H7, U5: flags in ISR, data in RDR and TDR. Sending takes no time."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "stm32l4r5xx.h, stm32g0b1xx.h: USART_TypeDef, USART_ISR_*, USART_CR1_*; ISR after reset: STM32G0B1.svd"
_RXNE, _TC, _TXE, _TEACK, _REACK = 1 << 5, 1 << 6, 1 << 7, 1 << 21, 1 << 22
_ENABLE, _RX, _TX = 1, 1 << 2, 1 << 3


class Stm32UsartV2(Peripheral):
    """Line: global."""

    size = 0x400
    registers: ClassVar[tuple[Register, ...]] = (
        Register("CR1", 0x00, source=_SOURCE),
        Register("CR2", 0x04, source=_SOURCE),
        Register("CR3", 0x08, source=_SOURCE),
        Register("BRR", 0x0C, source=_SOURCE),
        Register("GTPR", 0x10, source=_SOURCE),
        Register("RTOR", 0x14, source=_SOURCE),
        Register("RQR", 0x18, writable=0, source=_SOURCE),
        Register("ISR", 0x1C, reset=0xC0, writable=0, source=_SOURCE),
        Register("ICR", 0x20, source=_SOURCE),
        Register("RDR", 0x24, writable=0, source=_SOURCE),
        Register("TDR", 0x28, source=_SOURCE),
        Register("PRESC", 0x2C, source=_SOURCE),
    )

    def _status(self) -> int:
        control = self.get("CR1")
        on = bool(control & _ENABLE)
        status = _TXE | self.get("ISR") & _TC
        status |= (_TEACK if on and control & _TX else 0) | (_REACK if on and control & _RX else 0)
        return status | (_RXNE if on and control & _RX and self.port.console.waits() else 0)

    def input_came(self) -> None:
        self._drive()

    def _drive(self) -> None:
        """Interrupt enables in CR1 lie where their flags lie in ISR."""
        self.port.set_line("global", bool(self._status() & self.get("CR1") & (_RXNE | _TC | _TXE)))

    def read_isr(self) -> int:
        return self._status()

    def write_icr(self, value: int) -> None:
        self.put("ISR", self.get("ISR") & ~(value & _TC))
        self._drive()

    def read_rdr(self) -> int:
        data = self.port.console.read(1) if self._status() & _RXNE else b""
        self._drive()
        return data[0] if data else 0

    def write_tdr(self, value: int) -> None:
        if self.get("CR1") & _ENABLE and self.get("CR1") & _TX:
            self.port.transmit(bytes([value & 0xFF]))
            self.put("ISR", self.get("ISR") | _TC)
        self._drive()

    def write_cr1(self, value: int) -> None:
        self.put("CR1", value)
        self._drive()
