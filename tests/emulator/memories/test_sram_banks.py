"""Loads of the Cortex-M3 and M4 from SRAM: other buses than the last load's, and banks slower than the first."""

from __future__ import annotations

import struct

import pytest

from emulator.boards.board import Board
from tests.emulator.memories.test_stalls import PLAIN, stalls

ELSEWHERE = ((0xF000, 0xFFFF),)
READS = {"ram": "ldr {}, [r0]", "code": "ldr {}, [r3]"}
FLASH, PASSES = 0x08000000, 100


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("reads", "cycles"),
    [
        ("ram ram", 0),
        ("code code", 0),
        ("code ram", 1),
        ("ram code", 1),
        ("ram code ram", 2),
        ("code ram code ram", 3),
        ("code - ram", 0),
        ("ram - code", 0),
    ],
)
def test_loads_pair_on_one_bus_only(reads: str, cycles: int, core: str, tracer: str) -> None:
    registers = iter(("r1", "r2", "r5", "r4"))
    lines = [READS[r].format(next(registers)) if r in READS else "mov.w r12, r12" for r in reads.split()]
    body = "\n".join(["push {r4, r5}", "adr r3, 1f", *lines, "pop {r4, r5}", "bx lr", ".balign 4", "1: .word 0"])
    assert stalls(body, PLAIN, 1, tracer, ELSEWHERE, core=core) == (0, cycles)


def cycles_of_reading(board: str, address: int, tracer: str, reads: tuple[int, ...] = (0x680A,)) -> int:
    """Cycles of firmware that does these reads a hundred times, r1 being the address."""
    code = [0x2064, 0x4900, *reads, 0x3801, 0xD1FD - len(reads), 0xE7FE]
    code += [0xBF00] * (len(code) % 2)  # movs r0, #100; ldr r1, literal; reads; subs r0, #1; bne reads; b .
    code[1] += (len(code) - 2) // 2
    image = struct.pack(f"<2I{len(code)}HI", 0x20001000, FLASH + 9, *code, address)
    emulated = Board(board, tracer=tracer)
    emulated.load(image, FLASH)
    result = emulated.run(max_cycles=100_000)
    assert result.end == "idle"
    return result.cycles


@pytest.mark.parametrize("board", ["nucleo-l4r5zi", "nucleo-l4r5zi-single-bank"])
@pytest.mark.parametrize(("address", "more"), [(0x2002FFFC, 0), (0x20030000, 1), (0x20040000, 1), (0x2009FFFC, 1)])
def test_reads_of_sram2_and_sram3_take_a_cycle_more(board: str, address: int, more: int, tracer: str) -> None:
    """The first pass waits for its code as well."""
    found = cycles_of_reading(board, address, tracer) - cycles_of_reading(board, 0x20002000, tracer)
    assert more * (PASSES - 1) <= found <= more * PASSES


@pytest.mark.parametrize(
    ("reads", "more"),
    [
        ((0x680A,), 1),  # ldr r2, [r1]
        ((0x680A, 0x684B), 1),  # ldr r2, [r1]; ldr r3, [r1, #4]
        ((0x680A, 0x684B, 0x688C), 1),
        ((0xE9D1, 0x2300), 1),  # ldrd r2, r3, [r1]
        ((0x680A, 0x3401, 0x684B), 2),  # ldr r2, [r1]; adds r4, #1; ldr r3, [r1, #4]
        ((0x600A, 0x604B), 0),  # str r2, [r1]; str r3, [r1, #4]
    ],
)
@pytest.mark.parametrize(("board", "slow"), [("stm32f407-discovery", 0x2001C000), ("nucleo-l4r5zi", 0x20040000)])
def test_reads_right_behind_one_another_wait_once(
    board: str, slow: int, reads: tuple[int, ...], more: int, tracer: str
) -> None:
    found = cycles_of_reading(board, slow, tracer, reads) - cycles_of_reading(board, 0x20002000, tracer, reads)
    assert more * (PASSES - 1) <= found <= more * PASSES
