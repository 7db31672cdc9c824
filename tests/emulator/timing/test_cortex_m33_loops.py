"""Loops on the Cortex-M33 as jnk0le measured them on an RP2350: what a round takes, its end being three cycles."""

from __future__ import annotations

import pytest

from tests.support.straight_line import total

CORE = "cortex-m33"


def a_round(inside: str) -> int:
    """Cycles that one more round takes; a counter, a move and a branch that pairs behind it are three of them."""
    end = "subs.w r7, r7, #1\nmov r10, r10\nbne 1b"
    body = f"push {{r4-r11, lr}}\nmovs r7, #%d\n.balign 8\n1: {inside}\n{end}\npop {{r4-r11, pc}}"
    return (total(body % 12, CORE) - total(body % 8, CORE)) // 4


@pytest.mark.parametrize(
    ("inside", "cycles"),
    [
        ("mov r10, r10\n" * 17, 17),
        ("adds r2, r3\nnop\n" * 4, 4),
        ("nop\nadds r2, r3\n" * 4, 5),
        ("ldr r2, [r0]\nnop\n" * 4, 4),
        ("adds r2, r3\nldr r4, [r0]\n" * 4, 8),
        ("mov r2, r3\nmov r4, r5\n" * 4, 8),
        ("add.w r2, r2, r3\nnop.w\n" * 4, 8),
        ("ldr r2, [r0]\nmov r10, r10\nadds r2, r3\n" * 2, 6),
        ("ldr r2, [r0]\nadds r2, r3\n" * 2, 6),
        ("ldr r2, [r0]\nstr r2, [r0, #4]\n" * 2, 4),
        ("ldrd r2, r3, [r0]\nstrd r4, r5, [r0, #8]\n", 4),
        ("ldmia.w r0, {r2-r5}\nstmia.w r0, {r2-r6}\n", 9),
        ("ldrb r2, [r0, #3]\nmla r3, r4, r5, r2\n" * 2, 4),
        ("mul r2, r3, r4\nmla r2, r3, r4, r2\nadd.w r5, r2, #1\n", 4),
        ("add.w r2, r3, r4, ror #24\nuxtab r5, r2, r6\n" * 2, 4),
        ("add.w r2, r3, r4, ror #24\nuxtab r5, r6, r2\n" * 2, 6),
        ("eor r2, r3, #0x1fc0\neor r2, r2, #0x1b1b1b1b\n" * 2, 6),
        ("addw r2, r3, #0xff9\naddw r2, r2, #0xff9\n" * 2, 4),
        ("movs.w r2, #0x1fc0\nmov r10, r10\n" * 2, 4),
        ("bfi r2, r3, #4, #8\nbfi r2, r4, #12, #8\n" * 2, 4),
        ("qsub r2, r3, r4\nqsub r5, r2, r4\n", 3),
        ("cmp r2, r3\nit eq\nmoveq.w r4, #1\n" * 2, 4),
        ("cmp r2, r3\nbhi 2f\n2: mov r10, r10\n", 2),
    ],
)
def test_what_a_round_takes(inside: str, cycles: int) -> None:
    assert a_round(inside) == cycles + 3


@pytest.mark.parametrize(
    ("ends", "cycles"),
    [
        ("subs r7, #1\nbne 1b", 1 + 2),
        ("subs r7, #1\nadd r2, r3\nbne 1b", 1 + 1 + 1),
        ("subs r7, #1\nadd.w r2, r2, r3\nbne 1b", 1 + 1 + 2),
        ("subs r7, #1\nldmia r6!, {r0-r3}\nbne 1b", 1 + 4 + 1),
        ("subs r7, #1\nadd r2, r3\nbne.w 1b", 1 + 1 + 2),
    ],
)
def test_ends_of_loops(ends: str, cycles: int) -> None:
    """A taken branch takes two cycles, or one if it pairs behind a 16-bit instruction that sets no flags."""
    body = f"push {{r4-r11, lr}}\nmov r6, r0\nmovs r7, #%d\n.balign 8\n1: mov r10, r10\n{ends}\npop {{r4-r11, pc}}"
    assert (total(body % 12, CORE) - total(body % 8, CORE)) // 4 == 1 + cycles


@pytest.mark.parametrize(("third", "gain"), [("mov r10, r10\n", 2), ("mov.w r10, r10\n", 1)])
def test_a_link_register_that_is_loaded_early(third: str, gain: int) -> None:
    """POP of LR and BX LR against POP of PC: three instructions hide the load, a third that is narrow pairs with BX."""
    moves = f"mov r10, r10\nmov r10, r10\n{third}"
    late = total(f"push {{r4-r11, lr}}\n{moves}pop {{r4-r11, pc}}", CORE)
    early = total(f"push {{r4-r11, lr}}\npop {{r4-r11, lr}}\n{moves}bx lr", CORE)
    assert late - early == gain


@pytest.mark.parametrize(
    ("body", "cycles"),
    [
        ("vmul.f32 s0, s1, s2\nvmul.f32 s4, s5, s6\nvadd.f32 s3, s3, s0\nvadd.f32 s7, s7, s4\n" * 3, 12),
        ("vldr s0, [r0]\nvmul.f32 s1, s0, s2\nvldr s3, [r0, #4]\nvadd.f32 s4, s4, s1\n" * 3, 12),
        ("vfma.f32 s0, s1, s2\nmov r10, r10\nmov r10, r10\n" * 4, 12),
        ("vfma.f32 s0, s1, s2\n" * 4, 1 + 3 * 3),
    ],
)
def test_fpu(body: str, cycles: int) -> None:
    assert a_round(body) == cycles + 3


@pytest.mark.parametrize(
    ("body", "cycles"),
    [
        ("vmul.f32 s0, s1, s2\nvadd.f32 s3, s0, s4\nmov r10, r10\nmov r10, r10\nvstr s3, [r0]\n", 5),
        ("vmul.f32 s0, s1, s2\nvadd.f32 s3, s0, s4\nmov r10, r10\nvadd.f32 s5, s6, s6\n", 4),
        ("vmul.f32 s0, s1, s2\nvadd.f32 s3, s0, s4\nvadd.f32 s5, s6, s6\nmov r10, r10\n", 5),
        ("vadd.f32 s1, s4, s5\nvfma.f32 s0, s1, s2\n" + "mov r10, r10\n" * 3 + "vfma.f32 s0, s1, s2\n", 6),
        ("vadd.f32 s0, s4, s5\nvfma.f32 s0, s1, s2\n" + "mov r10, r10\n" * 3, 6),
        ("vmul.f32 s0, s1, s2\nvstr s0, [r0]\n" + "mov r10, r10\n" * 2, 5),
    ],
)
def test_an_fpu_instruction_issues_a_cycle_before_its_operand(body: str, cycles: int) -> None:
    """It waits in the FPU, and so do those behind it; stores and addends do not wait there."""
    assert a_round(body + "mov r10, r10\n" * 4) == cycles + 4 + 3
