"""Cycles on the Cortex-M33 that depend on values: divides by their operands, instructions that an IT skips."""

from __future__ import annotations

import pytest

from emulator import Machine
from tests.support.assembler import assemble

CORE = "cortex-m33"


def cycles(body: str, first: int, second: int, tracer: str) -> int:
    """Cycles of `body` with r0 and r1 as given, without the return."""
    counts = []
    for text in (body, ""):
        machine = Machine.from_elf(assemble(f"mov.w r2, r2\n{text}\nmov.w r2, r2\nbx lr", CORE), CORE, tracer=tracer)
        counts.append(machine.call("f", first, second, returns="void").cycles)
    return counts[0] - counts[1]


@pytest.mark.parametrize(
    ("name", "dividend", "divisor", "expected"),
    [
        ("udiv", 0, 5, 2),
        ("udiv", 5, 0, 2),
        ("udiv", 3, 0x100, 2),
        ("udiv", 7, 5, 4),
        ("udiv", 0xFF, 0x01, 5),
        ("udiv", 0xFFFFFFFF, 1, 11),
        ("sdiv", 0xFFFFFFF9, 5, 4),
        ("sdiv", 0x7FFFFFFF, 1, 11),
    ],
)
def test_divides(name: str, dividend: int, divisor: int, expected: int, tracer: str) -> None:
    assert cycles(f"{name} r3, r0, r1", dividend, divisor, tracer) == expected


@pytest.mark.parametrize(
    ("body", "executed", "skipped"),
    [
        ("addseq.w r3, r1, #0x1fc0", 2, 1),
        ("moveq.w r3, #1", 1, 1),
        ("muleq r3, r1, r0\nmov.w r2, r3", 3, 2),
        ("ldreq r3, [sp, #-16]\nmov.w r2, r3", 3, 2),
        ("addeq.w r3, r1, r2, ror #23\nadd.w r2, r2, r3", 3, 2),
        ("ldmdbeq.w sp, {r2, r3, r12}", 3, 1),
    ],
)
def test_a_skipped_instruction_is_a_nop(body: str, executed: int, skipped: int, tracer: str) -> None:
    """Neither its own cycles nor the latency of its result."""
    text = f"cmp.w r0, #0\nit eq\n{body}"
    alone = cycles("cmp.w r0, #0\nit eq\nmoveq.w r3, #1", 0, 0, tracer) - 1
    assert cycles(text, 0, 0, tracer) - alone == executed
    assert cycles(text, 1, 0, tracer) - alone == skipped
