"""Cycles of short FP sequences on the Cortex-M4."""

from __future__ import annotations

import pytest

from emulator import Machine
from tests.support.assembler import assemble


def total(body: str) -> int:
    """Cycles of a whole call; r0 points to 256 bytes of memory."""
    machine = Machine.from_elf(assemble(body, "cortex-m4"), "cortex-m4")
    return machine.call("f", machine.alloc(256), 0, returns="void").cycles


def cycles(body: str) -> int:
    """Cycles of straight-line code without the return behind it."""
    return total(f"{body}\nbx lr") - total("bx lr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vadd.f32 s0, s1, s2\nvadd.f32 s3, s4, s5", 2),
        ("vadd.f32 s0, s1, s2\nvadd.f32 s3, s0, s5", 3),
        ("vmul.f32 s0, s1, s2\nvstr s0, [r0]", 4),
        ("vadd.f32 s0, s1, s2\nvmov r1, s0", 3),
        ("vcvt.f32.s32 s0, s0\nvmul.f32 s0, s0, s1", 3),
        ("vadd.f32 s0, s1, s2\nadds r1, #1\nvadd.f32 s3, s0, s5", 3),
        ("vfma.f32 s0, s1, s2\nvfma.f32 s0, s3, s4", 6),
        ("vfma.f32 s0, s1, s2\nvfma.f32 s3, s0, s4", 7),
        ("vmov s0, r1\nvadd.f32 s1, s0, s2", 2),
        ("vldr s0, [r0]\nvadd.f32 s1, s0, s2", 3),
    ],
)
def test_a_result_used_at_once_waits(text: str, expected: int) -> None:
    assert cycles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vdiv.f32 s0, s1, s2\nvadd.f32 s3, s4, s5", 15),
        ("vdiv.f32 s0, s1, s2\nadds r1, #1\nadds r1, #1\nvadd.f32 s3, s4, s5", 15),
        ("vsqrt.f32 s0, s1\n" + "adds r1, #1\n" * 20 + "vadd.f32 s3, s4, s5", 22),
        ("vdiv.f32 s0, s1, s2\n" + "adds r1, #1\n" * 20, 21 - 3 + 3),
    ],
)
def test_integer_code_goes_on_under_a_divide(text: str, expected: int) -> None:
    assert cycles(text) == expected


@pytest.mark.parametrize(("count", "aligned", "odd"), [(2, 2, 2), (3, 3, 4), (5, 5, 6), (6, 6, 8)])
def test_runs_at_odd_halfwords_lose_a_cycle_in_three(count: int, aligned: int, odd: int) -> None:
    run = "\n".join(f"vadd.f32 s{n}, s10, s11" for n in range(count))
    assert cycles(run) == aligned
    assert cycles(f"nop\n{run}") == odd + 1


def test_moves() -> None:
    assert cycles("vmov s0, r1") == cycles("vmov r1, s0") == cycles("vcmp.f32 s0, s1") == 1
    assert cycles("vmov s0, s1, r1, r2") == cycles("vmov r1, r2, d0") == 2
