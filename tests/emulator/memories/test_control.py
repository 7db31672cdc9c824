"""Firmware programs its flash: what it writes is what it pays from there on."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from emulator import Machine
from emulator.boards.board import Board
from emulator.memories.kind import kind_names, load_kind
from emulator.memories.layout import Layout, SlowMemory, WhatIf
from emulator.peripherals.catalog import find_peripheral
from tests.support.assembler import assemble

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


def test_code_in_ram_leaves_constants_in_flash(tracer: str) -> None:
    slow, acr = WhatIf(wait_states=5, caches=False), 0x40022000
    flash, ram = (cycles("nucleo-g0b1re", acr, 0, tracer, replace(slow, code_in=place)) for place in ("FLASH", "RAM"))
    fast = cycles("nucleo-g0b1re", acr, 0, tracer, WhatIf(wait_states=0))
    assert fast + PASSES * 5 <= ram < flash


def test_code_and_data_share_a_port_where_the_board_says_so() -> None:
    memory = SlowMemory("ram", load_kind("single_port_sram"), 0, ((0x10000000, 0x3FFFFFFF),))
    apart, beside = (cycles_of_loads(Layout((memory,), code)) for code in (-1, 0))
    assert beside > apart


LOADS = """1: add.w r3, r1, r1
ldr.w r2, [r0]
ldr.w r2, [r0]
add.w r3, r3, r3
subs r1, #1
bne 1b
bx lr"""


def cycles_of_loads(layout: Layout) -> int:
    machine = Machine.from_elf(assemble(LOADS), core="cortex-m4")
    machine.slow_down(layout)
    return machine.call("f", machine.alloc(16), 50).cycles


@pytest.mark.parametrize("name", [name for name in kind_names() if load_kind(name).controls])
def test_controls_name_peripherals_that_exist(name: str) -> None:
    for control in load_kind(name).controls:
        assert control.source
        assert find_peripheral(control.peripheral, ())
