"""A Cortex-M0+ in front of flash: how far it fetches ahead, and when a load that follows others reads flash."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from emulator import Machine
from emulator.boards.board import Board
from emulator.boards.file import load_board
from emulator.memories.attach import MEMORY, listened
from emulator.memories.kind import MemoryKind, load_kind
from emulator.memories.layout import Layout, SlowMemory, WhatIf, board_layout
from emulator.program.elf import read_elf
from emulator.recording.places import keeps_settings, recording_layout
from emulator.recording.recost import recost
from tests.support.assembler import assemble

BOARD, FLASH, PASSES = "nucleo-g0b1re", 0x08000000, 100
CODE = (0x8000, 0x8FFF)
PLAIN = MemoryKind("plain", "", 8, 1, "none", 0, (), (), "")
NOPS = ".rept 16\nnop\n.endr\nbx lr"
SRAM, CONSTANT, NOP = "ldr r1, [r2]", "ldr r1, [r3]", "nop"


def code_stalls(kind: MemoryKind, wait: int, core: str, tracer: str) -> int:
    """Cycles lost by 16 nops and a return, 34 bytes from the start of a line."""
    machine = Machine.from_elf(assemble(NOPS, "cortex-m0plus"), core=core, tracer=tracer)
    machine.slow_down(Layout((SlowMemory("m", kind, wait, (CODE,)),)))
    machine.call("f")
    return sum(stall.code for stall in machine.stalls)


@pytest.mark.parametrize(("core", "hidden"), [("cortex-m0", 2), ("cortex-m0plus", 3)])
@pytest.mark.parametrize("wait", [1, 2, 3, 5])
def test_a_line_is_asked_for_ahead(core: str, hidden: int, wait: int, tracer: str) -> None:
    """Five lines: the first costs its wait states, of each other so many are hidden as half-words lie in front."""
    assert code_stalls(PLAIN, wait, core, tracer) == wait + 4 * max(wait - hidden, 0)


@pytest.mark.parametrize(("wait", "code"), [(1, 1), (2, 2), (3, 3), (4, 4 + 4 * 1), (5, 5 + 4 * 2)])
def test_g0_flash_reads_ahead_a_line_while_one_executes(wait: int, code: int, tracer: str) -> None:
    """A line of four nops lasts four cycles, and reading one takes wait + 1."""
    kind = replace(load_kind("stm32g0_flash"), caches=())
    assert code_stalls(kind, wait, "cortex-m0plus", tracer) == code


@pytest.mark.parametrize(("nops", "lost"), [(2, 0), (6, 0), (10, 2), (14, 2), (22, 2)])
def test_a_loop_longer_than_the_g0_keeps_loses_its_first_line(nops: int, lost: int, tracer: str) -> None:
    """Two lines are cached and one is held. Read ahead when the last word is taken, a line is late for the core's
    fetch, if not for its execution: it is kept, and drives out the line where the loop begins.
    """
    few, many = (
        Machine.from_elf(
            assemble(f"movs r3, #{n}\n.balign 8\n1: {'nop;' * nops} subs r3, #1\nbne 1b\nbx lr", "cortex-m0plus"),
            core="cortex-m0plus",
            tracer=tracer,
        )
        for n in (20, 40)
    )
    found = []
    for machine in (few, many):
        machine.slow_down(Layout((SlowMemory("m", load_kind("stm32g0_flash"), 2, (CODE,)),)))
        machine.call("f")
        found.append(sum(stall.code for stall in machine.stalls))
    assert found[1] - found[0] == 20 * lost


def image(loop: list[str]) -> bytes:
    """A hundred passes of a loop that begins in the middle of a line; r2 is an address in SRAM, r3 one in flash."""
    body = "\n".join(["movs r0, #100", "ldr r2, 8f", "ldr r3, 9f", "nop", "1:", *loop, "subs r0, #1", "bne 1b", "b ."])
    elf = assemble(f"{body}\n.balign 4\n8: .word 0x20000000\n9: .word {FLASH + 0x80}\n.space 0x100", "cortex-m0plus")
    return struct.pack("<2I", 0x20001000, FLASH + 9) + read_elf(elf).segments[0].data


def run(loop: list[str], tracer: str | None, record: bool = False, what_if: WhatIf | None = None) -> tuple[Board, int]:
    board = Board(BOARD, tracer=tracer, record=record, what_if=what_if)
    board.load(image(loop), FLASH)
    result = board.run(max_cycles=100_000)
    assert result.end == "idle"
    return board, result.cycles


ORDERS = [
    ([SRAM, CONSTANT], 2),
    ([SRAM, *[NOP] * 6, CONSTANT], 2),
    ([CONSTANT, *[NOP] * 6, SRAM], 5),
    ([SRAM, NOP, NOP, NOP, CONSTANT, NOP, NOP, NOP], 4),
    ([CONSTANT, NOP, NOP, NOP, SRAM, NOP, NOP, NOP], 2),
]
"""Loops with a load of SRAM and one of flash, and the cycles that a pass loses."""


@pytest.mark.parametrize(("loop", "lost"), ORDERS)
def test_flash_is_read_when_the_load_that_reads_it_comes(loop: list[str], lost: int, tracer: str) -> None:
    """Two cycles are those of the read; others are of a line that it keeps waiting."""
    slow, fast = run(loop, tracer)[1], run(loop, tracer, what_if=WhatIf(wait_states=0))[1]
    assert (slow - fast) // PASSES == lost


@pytest.mark.parametrize(("loop", "lost"), ORDERS)
def test_the_board_and_its_recording_agree(loop: list[str], lost: int, tracer: str) -> None:
    board, cycles = run(loop, tracer, record=True)
    assert run(loop, tracer)[1] == cycles
    recording, file = board.recording(), load_board(BOARD)
    layout = recording_layout(recording, file, None)
    assert recost(recording, file.core, layout, settings=keeps_settings(recording, file, None)).cycles == cycles


def test_fast_memory_is_listened_to_beside_slow() -> None:
    assert listened(board_layout(load_board(BOARD))) == [MEMORY]
    far = Layout((SlowMemory("m", PLAIN, 1, ((0x60000000, 0x60000FFF),)),))
    assert listened(far) == [MEMORY, (0x60000000, 0x60000FFF)]
