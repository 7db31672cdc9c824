"""Arm's PL011 UART, on the RP2040. Sending takes no time, FIFOs are as deep as they need to be."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "PrimeCell UART PL011 TRM (DDI0183), 3.2 and 3.3; pico-sdk hardware/regs/uart.h"
_ENABLE, _TX, _RX = 1, 1 << 8, 1 << 9
_RX_EMPTY, _TX_EMPTY = 1 << 4, 1 << 7
_RX_INTERRUPT, _TX_INTERRUPT, _TIMEOUT_INTERRUPT = 1 << 4, 1 << 5, 1 << 6
_ID = (0x11, 0x10, 0x34, 0x00, 0x0D, 0xF0, 0x05, 0xB1)


class Pl011Uart(Peripheral):
    """Line: global."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("DR", 0x00, source=_SOURCE),
        Register("RSR", 0x04, writable=0, source=_SOURCE),
        Register("FR", 0x18, writable=0, source=_SOURCE),
        Register("ILPR", 0x20, source=_SOURCE),
        Register("IBRD", 0x24, source=_SOURCE),
        Register("FBRD", 0x28, source=_SOURCE),
        Register("LCR_H", 0x2C, source=_SOURCE),
        Register("CR", 0x30, reset=0x300, source=_SOURCE),
        Register("IFLS", 0x34, reset=0x12, source=_SOURCE),
        Register("IMSC", 0x38, source=_SOURCE),
        Register("RIS", 0x3C, writable=0, source=_SOURCE),
        Register("MIS", 0x40, writable=0, source=_SOURCE),
        Register("ICR", 0x44, source=_SOURCE),
        Register("DMACR", 0x48, source=_SOURCE),
        Register("ID", 0xFE0, count=8, writable=0, source=_SOURCE),
    )

    def reset(self) -> None:
        """Nothing sent."""
        super().reset()
        self._sent = False
        for index, value in enumerate(_ID):
            self.put("ID", value, index)

    def _receives(self) -> bool:
        control = self.get("CR")
        return bool(control & _ENABLE and control & _RX) and self.port.console.waits()

    def read_ris(self) -> int:
        received = _RX_INTERRUPT | _TIMEOUT_INTERRUPT if self._receives() else 0
        return received | (_TX_INTERRUPT if self._sent else 0)

    def read_mis(self) -> int:
        return self.read_ris() & self.get("IMSC")

    def input_came(self) -> None:
        self._drive()

    def _drive(self) -> None:
        self.port.set_line("global", bool(self.read_mis()))

    def read_fr(self) -> int:
        return _TX_EMPTY | (0 if self._receives() else _RX_EMPTY)

    def read_dr(self) -> int:
        data = self.port.console.read(1) if self._receives() else b""
        self._drive()
        return data[0] if data else 0

    def write_dr(self, value: int) -> None:
        if self.get("CR") & _ENABLE and self.get("CR") & _TX:
            self.port.transmit(bytes([value & 0xFF]))
            self._sent = True
        self._drive()

    def write_cr(self, value: int) -> None:
        self.put("CR", value)
        self._drive()

    def write_imsc(self, value: int) -> None:
        self.put("IMSC", value & 0x7FF)
        self._drive()

    def write_icr(self, value: int) -> None:
        self._sent = self._sent and not value & _TX_INTERRUPT
        self._drive()
