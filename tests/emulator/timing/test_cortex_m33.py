"""Cycles of short sequences on the Cortex-M33, against the measurements that its table cites."""

from __future__ import annotations

import pytest

from tests.support.straight_line import fenced, total

CORE = "cortex-m33"


def cycles(body: str) -> int:
    """Cycles of straight-line code."""
    return fenced(body, CORE)


@pytest.mark.parametrize("text", ["adds r2, r3", "lsls r2, r2, #3", "uxtb r2, r3", "bfi r2, r3, #1, #2", "movw r2, #1"])
def test_data_processing(text: str) -> None:
    assert cycles(f"{text}\n" * 4) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adds r2, r3\nnop", 1),
        ("ldr r2, [r0]\nnop", 1),
        ("adds r2, r3\nnop\nnop", 2),
        ("add.w r2, r2, r3\nnop", 2),
        ("adds r2, r3\nnop.w", 2),
    ],
)
def test_nop_pairs_as_the_younger(text: str, expected: int) -> None:
    assert cycles(text) == expected


def test_it_pairs() -> None:
    assert cycles("cmp r1, #0\nit eq\nmoveq r1, #1") == 2
    assert cycles("cmp.w r1, #0\nit eq\nmoveq r1, #1") == 3


@pytest.mark.parametrize("loads", [1, 2, 5])
def test_loads(loads: int) -> None:
    assert cycles("ldr r1, [r0]\n" * loads) == loads
    assert cycles("ldr r1, [r0], #4\n" * loads) == loads
    assert cycles("ldr r1, [r0]\nadds r1, #1\n" * loads) == 3 * loads
    assert cycles("ldr r1, [r0]\nmov r3, r3\nadds r1, #1\n" * loads) == 3 * loads
    assert cycles("str r0, [r0]\nldr r1, [r0]\nldr r2, [r1]") == 1 + 1 + 1 + 1


def test_a_load_feeds_stores_and_addends_without_waiting() -> None:
    assert cycles("ldr r1, [r0]\nstr r1, [r0, #4]") == 2
    assert cycles("ldr r1, [r0]\nmla r2, r3, r3, r1") == 2
    assert cycles("ldr r1, [r0]\nmla r2, r1, r3, r3") == 3
    assert cycles("ldr r1, [r0]\nuxtab r2, r1, r3") == 3


@pytest.mark.parametrize("text", ["str r1, [r0]", "strb r1, [r0, #3]", "str r1, [r0, r1]", "stl r1, [r0]"])
def test_stores(text: str) -> None:
    assert cycles(text) == 1


@pytest.mark.parametrize("count", [1, 4, 8])
def test_multiple_transfers(count: int) -> None:
    registers = f"{{r2-r{1 + count}}}" if count > 1 else "{r2}"
    assert cycles(f"push {registers}\npop {registers}") == 2 * count
    assert cycles(f"ldmia.w r0, {registers}" if count > 1 else "ldr.w r2, [r0]") == count
    assert cycles("strd r2, r3, [r0]\nldrd r2, r3, [r0]") == 4


def test_multiply_with_flags() -> None:
    assert cycles("muls r2, r3\nmovs r3, #1") == 3
    assert cycles("mul r4, r2, r3\nmovs r3, #1") == 2


def test_multiply_accumulate_chains() -> None:
    assert cycles("mla r2, r3, r3, r2\n" * 4) == 4
    assert cycles("smlal r2, r3, r1, r1\n" * 4) == 4
    assert cycles("mul r2, r3, r3\nmov r4, r2") == 3
    assert cycles("mla r2, r3, r3, r2\nstr r2, [r0]") == 2
    assert cycles("add.w r2, r3, r1, lsl #2\nmla r2, r3, r3, r2") == 2


def test_extend_and_add() -> None:
    assert cycles("uxtab r2, r2, r3\n" * 4) == 4
    assert cycles("uxtab r2, r3, r2\n" * 3) == 5
    assert cycles("mul r2, r3, r3\nsxtah r2, r2, r3") == 2


def test_shifted_operands() -> None:
    assert cycles("add.w r2, r3, r1, lsl #2\nmov r4, r3") == 2
    assert cycles("add.w r2, r3, r1, lsl #2\nmov r4, r2") == 3
    assert cycles("eor r2, r3, #0x1fc0\nmov r4, r2") == 3
    assert cycles("eor r2, r3, #0x1b1b1b1b\nmov r4, r2") == 2
    assert cycles("adds.w r2, r3, r1, lsl #2\nadc.w r4, r3, r3") == 3
    assert cycles("adds.w r2, r3, r1\nadc.w r4, r3, r3") == 2


def test_shifted_constant_with_flags() -> None:
    assert cycles("eors r2, r3, #0x1fc0\nmov r4, r3") == 3
    assert cycles("eor r2, r3, #0x1fc0\nmov r4, r3") == 2
    assert cycles("adds.w r2, r3, r1, lsl #2\nmov r4, r3") == 2


@pytest.mark.parametrize("text", ["qsub r2, r3, r1", "uadd8 r2, r3, r1", "pkhbt r2, r3, r1", "smlsd r2, r3, r1, r1"])
def test_dsp(text: str) -> None:
    assert cycles(f"{text}\nmov r4, r3") == 2
    assert cycles(f"{text}\nmov r4, r2") == 3
    assert cycles(f"{text}\nstr r2, [r0]") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".balign 4\nb 1f\nnop\n1: mov r3, r3", 2 + 1),
        ("cmp r1, #0\n.balign 4\nbeq 1f\nnop\nnop\n1: mov r3, r3", 1 + 2 + 1),
        ("cmp r1, #0\nmov r3, r3\nmov r3, r3\nbeq 1f\nmov r3, r3\n1: mov r3, r3", 1 + 1 + 2 + 1),
        ("cmp r1, #0\nbne 1f\nmov r3, r3\n1: mov r3, r3", 1 + 0 + 2),
        ("cmp.w r1, #0\nbne 1f\nmov r3, r3\n1: mov r3, r3", 1 + 1 + 2),
        ("cbz r1, 1f\nnop\n1: mov r3, r3", 2 + 1),
    ],
)
def test_branches(text: str, expected: int) -> None:
    assert cycles(text) == expected


def test_a_loop_of_k_cycles() -> None:
    body = "movs r1, #9\n.balign 4\n1: mov r3, r3\nsubs r1, #1\nmov r3, r3\nbne 1b\nbx lr"
    nine = total(body, CORE)
    assert total(body.replace("#9", "#10"), CORE) - nine == 1 + 1 + 2


def test_branch_to_unaligned_wide_instruction() -> None:
    assert cycles(".balign 4\nb 1f\nnop\n1: mov.w r3, r3") == 2 + 1
    assert cycles(".balign 4\nb.w 1f\nnop\n1: mov.w r3, r3") == 2 + 1 + 1


def test_calls() -> None:
    body = "mov r3, lr\nbl 1f\nmov lr, r3\nbx lr\n.balign 4\n1: mov.w r2, r2\nbx lr"
    assert total(body, CORE) == 1 + 2 + 1 + 2 + 1 + 2 - 1 + 0 + 1


def test_return() -> None:
    plain = total("push {r4, lr}\npop {r4, pc}", CORE)
    assert plain == 2 + 2 + 3


@pytest.mark.parametrize("text", ["vadd.f32", "vmul.f32", "vsub.f32"])
def test_fpu_arithmetic(text: str) -> None:
    assert cycles(f"{text} s0, s1, s2\n{text} s3, s1, s2\n") == 2
    assert cycles(f"{text} s0, s1, s2\n{text} s3, s0, s2\n{text} s4, s1, s2\n") == 4


def test_fpu_multiply_accumulate() -> None:
    first = "vfma.f32 s0, s1, s2\n"
    assert cycles(f"{first}mov r3, r3\nmov r3, r3") == 3
    assert cycles(f"{first}vfma.f32 s0, s3, s4") == 3 + 1
    assert cycles(f"{first}vfma.f32 s3, s1, s2") == 3 + 1
    assert cycles(f"{first}vfma.f32 s3, s0, s2\nvmov.f32 s5, s6") == 4 + 1 + 2 + 1
    assert cycles(f"{first}vldr s5, [r0]") == 3 + 1


def test_fpu_divide() -> None:
    assert cycles("vdiv.f32 s0, s1, s2\nmov r3, r3") == 2
    assert cycles("vdiv.f32 s0, s1, s2\nvadd.f32 s3, s1, s2") == 15


def test_fpu_memory() -> None:
    assert cycles("vldr s0, [r0]\nvadd.f32 s1, s0, s0") == 2
    assert cycles("vldr d0, [r0]\nvstr d0, [r0, #8]") == 4
    assert cycles("vpush {d8, d9}\nvpop {d8, d9}") == 8


def test_fpu_moves() -> None:
    assert cycles("vmov r2, r3, d0\nmov r4, r2") == 3
    assert cycles("vmov d0, r2, r3\nvadd.f32 s2, s0, s0") == 3
    assert cycles("vmov r2, s0\nmov r4, r2") == 3
    assert cycles("vmov s0, r2\nvadd.f32 s2, s0, s0") == 2
