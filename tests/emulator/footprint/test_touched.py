"""Bytes really touched, by symbol."""

from __future__ import annotations

from emulator import Board
from emulator.footprint.touched import TouchedSymbol
from tests.support.firmware import build_text
from tests.support.gcc import needs_gcc


def touched_by(body: str, tracer: str) -> dict[str, TouchedSymbol]:
    board = Board("mps2-an386", tracer=tracer, memory=True)
    board.load(build_text(f'#include "firmware.h"\n{body}'))
    assert board.run(max_cycles=1_000_000).end == "exit"
    return {row.symbol: row for row in board.memory_use().touched}


def test_bytes_read_and_written(tracer: str) -> None:
    """Start-up code zeroes the arena and copies the table, which does not count."""
    found = touched_by(
        "static volatile uint8_t arena[4096]; volatile uint16_t table[8] = {1, 2};\n"
        "const volatile uint32_t key[4] = {7};\n"
        "int main(void) { for (int n = 0; n < 2912; n++) arena[n] = 1;\n"
        "  return arena[5] + arena[4000] + table[1] + key[2] == 0; }",
        tracer,
    )
    counts = {name: (row.size, row.touched, row.read, row.written) for name, row in found.items()}
    assert counts["arena"] == (4096, 2913, 2, 2912)
    assert counts["table"] == (16, 2, 2, 0)
    assert counts["key"] == (16, 4, 4, 0)
    assert (found["arena"].section, found["arena"].object) == (".bss", "main.c")


def test_conditional_accesses_count_when_they_happen(tracer: str) -> None:
    found = touched_by(
        "volatile uint32_t taken[4], skipped[4], after;\n"
        "int main(void) {\n"
        '  __asm volatile("movs r0, #1\\n cmp r0, #1\\n ldr r1, =taken\\n ldr r2, =skipped\\n ittee eq\\n"\n'
        '    "streq r0, [r1]\\n strdeq r0, r1, [r1, #8]\\n strne r0, [r2]\\n strne r0, [r2, #4]\\n"\n'
        '    "ldr r1, =after\\n str r0, [r1]\\n b 1f\\n .ltorg\\n 1:" ::: "r0", "r1", "r2", "memory");\n'
        "  return after - 1; }",
        tracer,
    )
    assert [found[name].written for name in ("taken", "skipped", "after")] == [12, 0, 4]
    assert found["after"].read == 4


def test_another_address_of_the_same_memory(tracer: str) -> None:
    found = touched_by(
        "uint8_t mirrored[64];\nint main(void) { *(volatile uint8_t *)((uint32_t)mirrored + 0x400000) = 1; return 0; }",
        tracer,
    )
    assert (found["mirrored"].touched, found["mirrored"].written) == (1, 1)


@needs_gcc
def test_stack_frames_count_as_written(tracer: str) -> None:
    found = touched_by(
        "uint32_t stack[64];\n"
        "void SVC_Handler(void) {}\n"
        "int main(void) {\n"
        '  __asm volatile("mov r4, sp\\n ldr r0, =stack+256\\n mov sp, r0\\n svc 0\\n mov sp, r4\\n"\n'
        '    "b 1f\\n .ltorg\\n 1:" ::: "r0", "r1", "r2", "r3", "r4", "memory");\n'
        "  return 0; }",
        tracer,
    )
    assert found["stack"].written == 32
