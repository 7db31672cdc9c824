"""Firmware programs its flash: what it writes is what it pays from there on."""

from __future__ import annotations

import struct

import pytest

from emulator.boards.board import Board
from emulator.memories.kind import kind_names, load_kind
from emulator.memories.layout import WhatIf
from emulator.peripherals.catalog import find_peripheral

FLASH, PASSES = 0x08000000, 100
CODE = (
    0x4904,  # ldr r1, acr
    0x4805,  # ldr r0, value
    0x6008,  # str r0, [r1]
    0xF3BF, 0x8F6F,  # isb
    0x2064,  # movs r0, #100
    0x4B03,  # loop: ldr r3, value
    0x3801,  # subs r0, #1
    0xD1FC,  # bne loop
    0xE7FE,  # b .
)  # fmt: skip


def cycles(board: str, acr: int, value: int, tracer: str, what_if: WhatIf | None = None) -> int:
    image = struct.pack("<2I10H2I", 0x20001000, FLASH + 9, *CODE, acr, value)
    emulated = Board(board, tracer=tracer, what_if=what_if)
    emulated.load(image, FLASH)
    result = emulated.run(max_cycles=100_000)
    assert result.end == "idle"
    return result.cycles


def test_wait_states_and_caches_of_an_stm32f4(tracer: str) -> None:
    acr, cached, uncached, fast = 0x40023C00, 0x605, 0x5, 0x600
    wait = [cycles("stm32f407-discovery", acr, value, tracer) for value in (fast, cached, uncached)]
    assert wait[0] < wait[1] < wait[0] + PASSES
    assert wait[2] > wait[0] + PASSES * 5


def test_data_of_an_stm32g0(tracer: str) -> None:
    one, two = (cycles("nucleo-g0b1re", 0x40022000, value, tracer) for value in (0x701, 0x702))
    assert PASSES <= two - one <= 2 * PASSES


def test_what_the_user_asks_holds_against_the_firmware(tracer: str) -> None:
    asked = WhatIf(wait_states=5)
    assert cycles("nucleo-g0b1re", 0x40022000, 0x700, tracer, asked) > PASSES * 5 + cycles(
        "nucleo-g0b1re", 0x40022000, 0x700, tracer
    )


@pytest.mark.parametrize("name", [name for name in kind_names() if load_kind(name).controls])
def test_controls_name_peripherals_that_exist(name: str) -> None:
    for control in load_kind(name).controls:
        assert control.source
        assert find_peripheral(control.peripheral, ())
