"""Peripherals behind the single-cycle I/O port of a Cortex-M0+."""

from __future__ import annotations

import struct

import pytest

from emulator.boards.board import Board
from emulator.memories.layout import WhatIf

FLASH, PASSES = 0x08000000, 100
GPIOA_IDR, RAM, RCC = 0x50000010, 0x20000000, 0x40021000
CODE = (
    0x2064,  # movs r0, #100
    0x4A02,  # ldr r2, [pc, #8]
    0x6811,  # loop: ldr r1, [r2]
    0x3801,  # subs r0, #1
    0xD1FC,  # bne loop
    0xE7FE,  # b .
)


def cycles(address: int, tracer: str) -> int:
    board = Board("nucleo-g0b1re", tracer=tracer, what_if=WhatIf(wait_states=0))
    board.load(struct.pack("<2I6HI", 0x20001000, FLASH + 9, *CODE, address), FLASH)
    result = board.run(max_cycles=100_000)
    assert result.end == "idle"
    return result.cycles


@pytest.mark.parametrize("elsewhere", [RAM, RCC])
def test_the_io_port_takes_a_cycle_less(elsewhere: int, tracer: str) -> None:
    assert cycles(elsewhere, tracer) - cycles(GPIOA_IDR, tracer) == PASSES
