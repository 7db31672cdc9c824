"""Costs by source line, the instruction mix, and exceptions: exact, and adding up to the whole run."""

from __future__ import annotations

import pytest

from emulator import Board
from emulator.boards.run_result import RunResult
from emulator.profile.mix import by_kind
from emulator.profile.tree import Profile
from tests.support.firmware import build, build_text
from tests.support.gcc import needs_gcc


def run(elf: bytes, tracer: str | None = None, board: str = "mps2-an386") -> tuple[Profile, RunResult]:
    board_of = Board(board, tracer=tracer, profile=True)
    board_of.load(elf)
    result = board_of.run(max_cycles=20_000_000)
    return board_of.profile(), result


@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions", "floats"])
def test_lines_and_instructions_add_up(program: str, tracer: str) -> None:
    profile, result = run(build(program), tracer)
    assert sum(row.instructions for row in profile.lines) == result.instructions
    assert sum(row.count for row in profile.mix) == result.instructions
    spent = sum(node.cycles for node in profile.nodes)
    assert sum(row.cycles for row in profile.lines) == sum(row.cycles for row in profile.mix) == spent


def test_lines_of_functions_add_up_to_the_function(tracer: str) -> None:
    profile, _ = run(build("nesting"), tracer)
    for function in profile.functions():
        rows = [row for row in profile.lines if row.function == function.name]
        assert sum(row.cycles for row in rows) == function.cycles, function
        assert sum(row.instructions for row in rows) == function.instructions, function


@needs_gcc
def test_executions_of_lines(tracer: str) -> None:
    text = (
        '#include "firmware.h"\n'
        "volatile uint32_t sum, odd;\n"
        "int main(void) {\n"
        "  for (uint32_t n = 0; n < 100; n++) {\n"
        "    sum += n;\n"
        "    if (n & 1)\n"
        "      odd++;\n"
        "  }\n"
        "  return sum != 4950;\n"
        "}\n"
    )
    profile, result = run(build_text(text, name="loop.c"), tracer)
    assert result.exit_code == 0
    lines = {row.line: row for row in profile.lines if row.function == "main"}
    assert {row.file.rpartition("/")[2] for row in lines.values()} == {"loop.c"}
    assert (lines[5].executions, lines[7].executions, lines[9].executions) == (100, 50, 1)
    assert lines[7].instructions % 50 == 0
    assert lines[7].cycles >= 50 * 3


def test_instruction_mix(tracer: str) -> None:
    text = (
        '#include "firmware.h"\n'
        "uint32_t word;\n"
        "int main(void) {\n"
        '  __asm volatile("movs r0, #6\\n movs r1, #7\\n mul r2, r0, r1\\n smlad r3, r0, r1, r2\\n"\n'
        '    "umull r4, r5, r0, r1\\n sdiv r6, r1, r0\\n vmov s0, r0\\n vadd.f32 s0, s0, s0\\n"\n'
        '    "ldr r7, =word\\n vstr s0, [r7]\\n ldrd r8, r9, [r7]\\n qadd r0, r0, r1\\n mrs r0, primask\\n"\n'
        '    "b 1f\\n .ltorg\\n 1:" ::: "r0","r1","r2","r3","r4","r5","r6","r7","r8","r9","memory");\n'
        "  return 0; }\n"
    )
    profile, _ = run(build_text(text), tracer)
    found = {row.mnemonic: (row.kind, row.count) for row in profile.mix}
    for name, kind in (
        ("mul", "multiply"),
        ("umull", "multiply"),
        ("sdiv", "divide"),
        ("smlad", "DSP"),
        ("qadd", "DSP"),
        ("vadd", "FP"),
        ("vstr", "store"),
        ("ldrd", "load"),
        ("mrs", "system"),
    ):
        assert found[name] == (kind, 1), name
    assert found["b"][0] == found["bl"][0] == "branch"
    assert found["sub" if "sub" in found else "add"][0] == "ALU"
    kinds = by_kind(profile.mix)
    assert sum(row.count for row in kinds) == sum(row.count for row in profile.mix)
    assert len({row.kind for row in kinds}) == len(kinds)


def test_exceptions_wait_and_take_time(tracer: str) -> None:
    """IRQ4 is pended by code that has the interrupts off for a known time; IRQ3 preempts it."""
    text = (
        '#include "firmware.h"\n'
        "void IRQ3_Handler(void) {}\n"
        "void IRQ4_Handler(void) { NVIC_ISPR = 1 << 3; BARRIER(); }\n"
        "int main(void) {\n"
        "  NVIC_IPR[3] = 0x20; NVIC_IPR[4] = 0x40; NVIC_ISER = 3 << 3;\n"
        "  NVIC_ISPR = 1 << 4; BARRIER();\n"
        '  __asm volatile("cpsid i"); NVIC_ISPR = 1 << 4;\n'
        '  __asm volatile(".rept 200\\n nop\\n .endr\\n cpsie i\\n isb"); return 0; }\n'
    )
    profile, _ = run(build_text(text), tracer)
    third, fourth = profile.exceptions
    assert (third.name, third.number, third.count, third.depth_max) == ("IRQ3", 19, 2, 2)
    assert (fourth.name, fourth.number, fourth.count, fourth.depth_max) == ("IRQ4", 20, 2, 1)
    assert 200 < fourth.latency_max < 230
    assert 12 <= third.latency_max < 30
    assert fourth.total - fourth.own == third.total
    assert [(event.name, event.entered, event.depth) for event in profile.timeline[:4]] == [
        ("IRQ4", True, 1),
        ("IRQ3", True, 2),
        ("IRQ3", False, 2),
        ("IRQ4", False, 1),
    ]
    assert max(event.latency for event in profile.timeline) == fourth.latency_max


def test_unpended_time_does_not_count(tracer: str) -> None:
    text = (
        '#include "firmware.h"\n'
        "void IRQ3_Handler(void) {}\n"
        "int main(void) { NVIC_ISPR = 8; NVIC_ICPR = 8;\n"
        '  __asm volatile(".rept 200\\n nop\\n .endr"); NVIC_ISER = 8; NVIC_ISPR = 8; BARRIER(); return 0; }\n'
    )
    profile, _ = run(build_text(text), tracer)
    (third,) = profile.exceptions
    assert third.latency_max < 30
