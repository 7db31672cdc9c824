"""Firmware on a board pays for the board's flash, whatever counts it."""

from __future__ import annotations

import struct

import pytest

from emulator.boards.board import Board
from emulator.memories.layout import WhatIf

FLASH, PASSES = 0x08000000, 100
CODE = (
    0x2064,  # movs r0, #100
    0x4901,  # loop: ldr r1, [pc, #4]
    0x3801,  # subs r0, #1
    0xD1FC,  # bne loop
    0xE7FE,  # b .
    0x0000,
    0x0007,  # the literal
    0x0000,
)
IMAGE = struct.pack("<2I8H", 0x20001000, FLASH + 9, *CODE)


def cycles(board: str, tracer: str, **asked: int | bool) -> int:
    emulated = Board(board, tracer=tracer, what_if=WhatIf(**asked))  # type: ignore[arg-type]
    emulated.load(IMAGE, FLASH)
    result = emulated.run(max_cycles=100_000)
    assert result.end == "idle"
    return result.cycles


def test_a_loop_in_the_caches_of_an_stm32f4(tracer: str) -> None:
    fast = cycles("stm32f407-discovery", tracer, wait_states=0)
    assert fast < cycles("stm32f407-discovery", tracer) <= fast + 4 * (5 + 1)
    assert cycles("stm32f407-discovery", tracer, caches=False) >= fast + PASSES * 5
    assert cycles("stm32f407-discovery", tracer, clock_hz=30_000_000) == fast


def test_data_is_not_cached_on_an_stm32g0(tracer: str) -> None:
    fast = cycles("nucleo-g0b1re", tracer, wait_states=0)
    assert fast + PASSES * 2 <= cycles("nucleo-g0b1re", tracer) <= fast + PASSES * (2 + 3)


@pytest.mark.parametrize("board", ["nucleo-l4r5zi", "nucleo-u575zi-q", "stm32f746g-discovery", "nrf52840-dk"])
def test_both_tracers_agree(board: str) -> None:
    base = 0 if board.startswith("nrf") else FLASH
    image = struct.pack("<2I", 0x20001000, base + 9) + IMAGE[8:]
    found = set()
    for tracer in ("python", "auto"):
        emulated = Board(board, tracer=tracer)
        emulated.load(image, base)
        found.add(emulated.run(max_cycles=100_000).cycles)
    assert len(found) == 1
