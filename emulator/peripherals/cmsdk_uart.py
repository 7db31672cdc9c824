"""UART of Arm's Cortex-M System Design Kit, on MPS2 boards. Sending takes no time."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "Cortex-M System Design Kit TRM (DDI0479), 4.3"
_TX_ENABLE, _RX_ENABLE, _TX_INTERRUPT, _RX_INTERRUPT = 1, 2, 4, 8
_RX_FULL = 2
_PART = (0x04, 0, 0, 0, 0x21, 0xB8, 0x1B, 0x00, 0x0D, 0xF0, 0x05, 0xB1)


class CmsdkUart(Peripheral):
    """Lines: tx, rx."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("DATA", 0x00, source=_SOURCE),
        Register("STATE", 0x04, source=_SOURCE),
        Register("CTRL", 0x08, writable=0x7F, source=_SOURCE),
        Register("INTSTATUS", 0x0C, source=_SOURCE),
        Register("BAUDDIV", 0x10, writable=0xFFFFF, source=_SOURCE),
        Register("ID", 0xFD0, count=12, writable=0, source=_SOURCE),
    )

    def reset(self) -> None:
        """Nothing sent, nothing received."""
        super().reset()
        for index, value in enumerate(_PART):
            self.put("ID", value, index)

    def _receives(self) -> bool:
        return bool(self.get("CTRL") & _RX_ENABLE) and self.port.console.waits()

    def input_came(self) -> None:
        self._drive()

    def _drive(self) -> None:
        """Interrupt status becomes lines."""
        control = self.get("CTRL")
        status = self.get("INTSTATUS") & ~2
        if self._receives() and control & _RX_INTERRUPT:
            status |= 2
        self.put("INTSTATUS", status)
        self.port.set_line("tx", bool(status & 1))
        self.port.set_line("rx", bool(status & 2))

    def read_data(self) -> int:
        data = self.port.console.read(1) if self._receives() else b""
        self._drive()
        return data[0] if data else 0

    def write_data(self, value: int) -> None:
        if not self.get("CTRL") & _TX_ENABLE:
            return
        self.port.transmit(bytes([value & 0xFF]))
        if self.get("CTRL") & _TX_INTERRUPT:
            self.put("INTSTATUS", self.get("INTSTATUS") | 1)
        self._drive()

    def read_state(self) -> int:
        return _RX_FULL if self._receives() else 0

    def write_state(self, value: int) -> None:
        """Clears overruns, which never happen."""

    def write_ctrl(self, value: int) -> None:
        self.put("CTRL", value & 0x7F)
        self._drive()

    def write_intstatus(self, value: int) -> None:
        self.put("INTSTATUS", self.get("INTSTATUS") & ~value)
        self._drive()
