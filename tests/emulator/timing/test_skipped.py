"""Cycles of instructions that an IT skips, with both tracers."""

from __future__ import annotations

import pytest

from emulator import Machine
from tests.support.assembler import assemble


def cycles(body: str, flag: int, core: str, tracer: str) -> int:
    """Cycles of `body` behind `cmp.w r1, #0` with r1 as given, without both and the return; r0 is a buffer."""
    taken = []
    for text in (f"cmp.w r1, #0\n{body}\n", "cmp.w r1, #0\n"):
        machine = Machine.from_elf(assemble(f"{text}bx lr", core), core, tracer=tracer)
        taken.append(machine.call("f", machine.alloc(64), flag, returns="void").cycles)
    return taken[0] - taken[1]


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("body", "executed", "skipped"),
    [
        ("it eq\nmoveq r2, #1", 2, 2),
        ("it eq\nldreq r2, [r0]", 3, 2),
        ("it eq\nldmiaeq r0, {r2, r3, r12}", 5, 2),
        ("it eq\nudiveq r2, r1, r0", 3, 2),
        ("itt eq\nldreq r2, [r0]\nldreq r3, [r0]", 4, 3),
        ("ite eq\nldreq r2, [r0]\nmovne r3, #1", 3, 3),
        ("ite ne\nldrdne r2, r3, [r0]\nstrdeq r2, r3, [r0]", 5, 5),
        ("ldr r3, [r0]\nit eq\nmoveq r2, #1", 4, 4),
        ("it eq\npopeq {r2, r3, r4, pc}", 0, 2),
    ],
)
def test_a_skipped_instruction_takes_a_cycle(body: str, executed: int, skipped: int, core: str, tracer: str) -> None:
    assert cycles(body, 1, core, tracer) == skipped
    if executed:
        assert cycles(body, 0, core, tracer) == executed


def test_a_skipped_instruction_behind_a_load_hides_as_a_nop_does(tracer: str) -> None:
    body = "itt ne\nldrne r2, [r0]\nldrne r3, [r0]"
    assert cycles(body, 1, "cortex-m4", tracer) == 1 + 3
    mixed = "ite ne\nldrne r2, [r0]\nldrdeq r2, r3, [r0]"
    assert cycles(mixed, 1, "cortex-m4", tracer) == 1 + 2


def test_conditions_are_those_of_the_flags_at_the_it(tracer: str) -> None:
    body = "movs r2, #0\n1: cmp r2, #4\nit lt\nldrdlt r3, r12, [r0]\nadds r2, #1\ncmp r2, #8\nbne 1b\nbx lr"
    machine = Machine.from_elf(assemble(body, "cortex-m4"), "cortex-m4", tracer=tracer)
    result = machine.call("f", machine.alloc(64), returns="void")
    assert result.cycles == 1 + 4 * (1 + 3) + 4 * (1 + 1) + 8 * 2 + 7 * 2 + 1 + 2
