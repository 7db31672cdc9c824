"""What registers are for, instruction by instruction."""

from __future__ import annotations

import pytest

from emulator.timing.roles import reads, writes
from tests.emulator.instructions.test_decode import decode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("add.w r2, r3, r4", "r3 operand, r4 operand"),
        ("add.w r2, r3, r4, lsl #2", "r3 beside, r4 shifted"),
        ("add.w r2, r4, r4, lsl #2", "r4 beside, r4 shifted"),
        ("add.w r4, r3, r4, lsl #2", "r3 beside, r4 shifted"),
        ("mvn.w r4, r4, lsl #2", "r4 shifted"),
        ("adc.w r2, r3, r4", "r3 operand, r4 operand, flags flags"),
        ("ldr r2, [r3, r4, lsl #2]", "r3 address, r4 address"),
        ("str r3, [r3, #4]", "r3 address, r3 store"),
        ("strd r2, r4, [r3]", "r3 address, r2 store, r4 store"),
        ("stmia r3!, {r4, r5}", "r3 address, r4 store, r5 store"),
        ("push {r4, lr}", "sp address, lr store, r4 store"),
        ("mla r2, r3, r4, r5", "r3 multiply, r4 multiply, r5 accumulate"),
        ("smlal r2, r3, r4, r5", "r2 accumulate, r3 accumulate, r4 multiply, r5 multiply"),
        ("smull r2, r3, r4, r5", "r4 multiply, r5 multiply"),
        ("uxtab r2, r3, r4", "r3 extend accumulate, r4 shifted"),
        ("pkhbt r2, r3, r4, lsl #4", "r3 operand, r4 shifted"),
        ("pkhtb r2, r3, r4, asr #4", "r3 shifted, r4 shifted"),
        ("bfi r2, r3, #1, #2", "r2 operand, r3 shifted"),
        ("ubfx r2, r3, #1, #2", "r3 bitfield"),
        ("sel r2, r3, r4", "r3 operand, r4 operand, ge flags"),
        ("it eq\nmoveq r2, r3", "r3 operand, flags flags"),
        ("cbz r3, 1f\nnop\n1:", "r3 operand"),
        ("bx r3", "r3 target"),
        ("beq f", ""),
        ("vadd.f32 s0, s1, s2", "s1 fp operand, s2 fp operand"),
        ("vmul.f32 s0, s1, s2", "s1 fp multiply, s2 fp multiply"),
        ("vfma.f32 s0, s1, s2", "s0 fp accumulate, s1 fp factor, s2 fp factor"),
        ("vstr d1, [r3]", "r3 address, s2 fp store, s3 fp store"),
        ("vmov r2, s0", "s0 fp move"),
        ("vmov d0, r2, r3", "r2 core to fp, r3 core to fp"),
        ("vmrs apsr_nzcv, fpscr", "fpscr flags"),
    ],
)
def test_reads(text: str, expected: str) -> None:
    instruction = next(i for i in decode(text) if i.name not in ("it", "nop"))
    found = [f"{register} {role}" for register, role in reads(instruction)]
    assert sorted(found) == sorted(e.strip() for e in expected.split(",") if e)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adds r2, r3, r4", "r2 flags"),
        ("uadd8 r2, r3, r4", "r2 ge"),
        ("ldmia r3!, {r4, r2}", "r2 r4 r3"),
        ("ldrd r5, r4, [r3]", "r5 r4"),
        ("vldr d1, [r3]", "s2 s3"),
        ("vcmp.f32 s0, s1", "fpscr"),
        ("vmrs apsr_nzcv, fpscr", "flags"),
    ],
)
def test_writes(text: str, expected: str) -> None:
    assert writes(decode(text)[-1]) == tuple(expected.split())
