"""Pins: what sets and clears them, what they read as."""

from __future__ import annotations

from tests.support.peripheral import Bench


def test_stm32_pins_are_set_and_reset_in_one_write() -> None:
    port = Bench("stm32_gpio")
    port[0x18] = 0x00F0
    port[0x18] = 0x0010_0001
    assert port[0x14] == 0x00E1
    port[0x18] = 0x0001_0001
    assert port[0x14] == 0x00E1
    port[0x28] = 0x0061
    assert (port[0x14], port[0x18], port[0x28]) == (0x0080, 0, 0)


def test_stm32_outputs_read_as_driven_and_inputs_as_pulled() -> None:
    port = Bench("stm32_gpio")
    port[0x14] = 0b0011
    port[0x00] = 0b01
    port[0x0C] = 0b01 << 4
    assert port[0x10] == 0b0101


def test_nrf_pins_are_set_and_cleared() -> None:
    port = Bench("nrf_gpio")
    port[0x504] = 0b1000
    port[0x508] = 0b0110
    port[0x50C] = 0b0010
    assert [port[offset] for offset in (0x504, 0x508, 0x50C)] == [0b1100] * 3
    port[0x518] = 0b0101
    port[0x51C] = 0b0001
    assert (port[0x514], port[0x700], port[0x708]) == (0b0100, 2, 3)


def test_nrf_inputs_are_read_where_they_are_connected() -> None:
    port = Bench("nrf_gpio")
    port[0x508] = 0b0011
    port[0x700] = 0b01
    port[0x704] = 0b11
    port[0x708] = 3 << 2
    assert port[0x510] == 0b0101
    assert port[0x514] == 0b0011
