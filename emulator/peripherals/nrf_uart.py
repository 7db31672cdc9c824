"""UART and UARTE of nRF52: byte by byte over TXD and RXD, or buffers by EasyDMA. Sending takes no time."""

from __future__ import annotations

from typing import ClassVar

from emulator.peripherals.base import Peripheral, Register

_SOURCE = "nrf52840.svd: UART0, UARTE0; nrf52840_bitfields.h: UARTE_INTEN_*, ENABLE; behaviour: Product Specification"
_RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _RXSTARTED, _TXSTARTED = 2, 4, 7, 8, 19, 20
_UART, _UARTE = 4, 8


class NrfUart(Peripheral):
    """Line: global. Event n lies at 0x100 + 4 * n and bit n of INTEN enables its interrupt."""

    registers: ClassVar[tuple[Register, ...]] = (
        Register("TASKS", 0x000, count=12, source=_SOURCE),
        Register("EVENTS", 0x100, count=32, source=_SOURCE),
        Register("SHORTS", 0x200, source=_SOURCE),
        Register("INTEN", 0x300, source=_SOURCE),
        Register("INTENSET", 0x304, source=_SOURCE),
        Register("INTENCLR", 0x308, source=_SOURCE),
        Register("ERRORSRC", 0x480, source=_SOURCE),
        Register("ENABLE", 0x500, source=_SOURCE),
        Register("PSEL", 0x508, reset=0xFFFFFFFF, count=4, source=_SOURCE),
        Register("RXD", 0x518, writable=0, source=_SOURCE),
        Register("TXD", 0x51C, source=_SOURCE),
        Register("BAUDRATE", 0x524, reset=0x04000000, source=_SOURCE),
        Register("RXDMA", 0x534, count=3, source=_SOURCE),
        Register("TXDMA", 0x544, count=3, source=_SOURCE),
        Register("CONFIG", 0x56C, source=_SOURCE),
    )

    def reset(self) -> None:
        """Nothing started."""
        super().reset()
        self._receiving = False

    def _event(self, number: int) -> None:
        self.put("EVENTS", 1, number)
        self._drive()

    def _drive(self) -> None:
        enabled = self.get("INTEN")
        self.port.set_line("global", any(enabled >> n & 1 and self.get("EVENTS", n) for n in range(32)))

    def write_tasks(self, index: int, value: int) -> None:
        if not value & 1:
            return
        if index == 0:
            self._start_receiving()
        elif index == 1:
            self._receiving = False
        elif index == 2 and self.get("ENABLE") == _UARTE:
            self._send_buffer()

    def _start_receiving(self) -> None:
        self._receiving = True
        if self.get("ENABLE") == _UARTE:
            self._event(_RXSTARTED)
            self.put("RXDMA", 0, 2)
        self.input_came()

    def input_came(self) -> None:
        if not self._receiving or not self.port.console.waits():
            return
        if self.get("ENABLE") != _UARTE:
            self._event(_RXDRDY)
            return
        have, want = self.get("RXDMA", 2), self.get("RXDMA", 1) & 0xFFFF
        data = self.port.console.read(want - have)
        self.port.system.write_memory(self.get("RXDMA", 0) + have, data)
        self.put("RXDMA", have + len(data), 2)
        if data and have + len(data) == want:
            self._receiving = False
            self._event(_ENDRX)

    def _send_buffer(self) -> None:
        size = self.get("TXDMA", 1) & 0xFFFF
        self._event(_TXSTARTED)
        self.port.transmit(self.port.system.read_memory(self.get("TXDMA", 0), size))
        self.put("TXDMA", size, 2)
        self._event(_TXDRDY)
        self._event(_ENDTX)

    def write_events(self, index: int, value: int) -> None:
        self.put("EVENTS", value, index)
        self._drive()

    def write_inten(self, value: int) -> None:
        self.put("INTEN", value)
        self._drive()

    def read_intenset(self) -> int:
        return self.get("INTEN")

    def read_intenclr(self) -> int:
        return self.get("INTEN")

    def write_intenset(self, value: int) -> None:
        self.write_inten(self.get("INTEN") | value)

    def write_intenclr(self, value: int) -> None:
        self.write_inten(self.get("INTEN") & ~value)

    def read_rxd(self) -> int:
        data = self.port.console.read(1) if self._receiving else b""
        if self._receiving and self.port.console.waits():
            self._event(_RXDRDY)
        return data[0] if data else 0

    def write_txd(self, value: int) -> None:
        if self.get("ENABLE") == _UART:
            self.port.transmit(bytes([value & 0xFF]))
            self._event(_TXDRDY)
