"""UARTs: what goes out, what comes in, which flag and line says so."""

from __future__ import annotations

import pytest

from tests.support.peripheral import Bench


def test_cmsdk_uart() -> None:
    uart = Bench("cmsdk_uart", "tx", "rx", source=b"hi")
    uart[0x00] = ord("?")
    assert uart.console.output == b""
    uart[0x08] = 1 | 2 | 4 | 8
    assert uart.pending(1)
    assert [uart[0x04], chr(uart[0x00]), chr(uart[0x00]), uart[0x04]] == [2, "h", "i", 0]
    uart[0x00] = ord("x")
    assert (uart.console.output, uart.pending(0), uart[0x0C]) == (b"x", True, 1)
    uart[0x0C] = 1
    assert uart[0x0C] == 0


@pytest.mark.parametrize(
    ("kind", "control", "enable", "status", "data_in", "data_out"),
    [("stm32_usart", 0x0C, 1 << 13, 0x00, 0x04, 0x04), ("stm32_usart_v2", 0x00, 1, 0x1C, 0x24, 0x28)],
)
def test_stm32_usarts(kind: str, control: int, enable: int, status: int, data_in: int, data_out: int) -> None:
    uart = Bench(kind, "global", source=b"ok")
    assert uart[status] & 0xE0 == 0xC0
    uart[control] = enable | 4 | 8
    assert uart[status] & 0xE0 == 0xE0
    assert not uart.pending()
    uart[control] = enable | 4 | 8 | 1 << 5
    assert uart.pending()
    assert bytes([uart[data_in], uart[data_in]]) == b"ok"
    assert uart[status] & 0x20 == 0
    uart[data_out] = ord("!")
    assert uart.console.output == b"!"


def test_nrf_uart_sends_bytes_and_buffers() -> None:
    uart = Bench("nrf_uart", "global", source=b"in")
    uart[0x500] = 4
    uart[0x008] = 1
    uart[0x51C] = ord("a")
    assert (uart.console.output, uart[0x11C]) == (b"a", 1)
    uart[0x500] = 8
    uart.memory[16:21] = b"hello"
    uart[0x544], uart[0x548], uart[0x304] = 16, 5, 1 << 8
    uart[0x008] = 1
    assert (uart.console.output, uart[0x120], uart[0x54C], uart.pending()) == (b"ahello", 1, 5, True)
    uart[0x534], uart[0x538] = 32, 2
    uart[0x000] = 1
    assert (bytes(uart.memory[32:34]), uart[0x110]) == (b"in", 1)


def test_itm_port_0_when_enabled() -> None:
    itm = Bench("itm")
    itm[0x00] = ord("x")
    assert (itm.console.output, itm[0x00]) == (b"", 0)
    itm[0xE00], itm[0xE80] = 1, 1
    assert itm[0x00] == 1
    itm.peripheral.write(0, 1, ord("y"))
    itm[0x00] = int.from_bytes(b"four", "little")
    itm[0x04] = ord("z")
    assert itm.console.output == b"yfour"
