"""Cycles of short sequences on the Cortex-M7, against the measurements that its table cites."""

from __future__ import annotations

import pytest

from tests.support.straight_line import fenced, total

CORE = "cortex-m7"


def cycles(body: str) -> int:
    """Cycles of straight-line code."""
    return fenced(body, CORE)


@pytest.mark.parametrize(
    "text", ["eor.w r2, r2, r3", "and r2, r2, #1", "mvn.w r2, r3", "cmp.w r2, r3", "nop.w", "it eq\nnopeq.w"]
)
def test_data_processing(text: str) -> None:
    independent = f"{text}\n{text.replace('r2', 'r4')}\n"
    assert cycles(independent * 4) == 4 * (1 + text.count("\n"))


def test_a_chain_of_late_results_takes_a_cycle_each() -> None:
    assert cycles("eor.w r2, r2, r3\n" * 6) == 6


def test_early_alu() -> None:
    assert cycles("add.w r2, r2, #4\neor.w r3, r3, r2") == 1
    assert cycles("eor.w r2, r2, r4\neor.w r3, r3, r2") == 2
    assert cycles("movw r2, #1\nmovt r2, #2") == 1
    assert cycles("lsl.w r2, r3, #4\norr.w r4, r2, r5") == 1
    assert cycles("eor.w r4, r4, r5\nadd.w r2, r3, #4\neor.w r6, r6, r2") == 2
    assert cycles("eor.w r4, r4, r5\nlsl.w r2, r1, #4\nldr.w r6, [r0, r2]") == 2
    assert cycles("add.w r0, r0, #4\nnop.w\nldr.w r6, [r0]") == 2
    assert cycles("and r1, r1, #4\nnop.w\nldr.w r6, [r0, r1]") == 3


def test_flags_reach_no_one_in_the_same_cycle() -> None:
    assert cycles("adds.w r2, r2, #4\nadc.w r3, r3, r4") == 2


@pytest.mark.parametrize("loads", [2, 4, 6])
def test_loads(loads: int) -> None:
    even, odd = "ldr.w r2, [r0]\n", "ldr.w r3, [r0, #4]\n"
    assert cycles((even + odd) * (loads // 2)) == loads // 2
    assert cycles(even * loads) == loads
    assert cycles(f"{even}eor.w r4, r4, r5\neor.w r4, r4, r2") == 2
    assert cycles(f"{even}nop.w\neor.w r4, r4, r2, lsl #2") == 3
    assert cycles(f"{even}nop.w\neor.w r4, r2, r5, lsl #2") == 3
    assert cycles(f"{even}nop.w\nmul r4, r2, r5") == 3
    assert cycles("str r0, [r0]\nldr r4, [r0]\nldr r5, [r4]") == 3
    assert cycles(f"{even}mla r4, r5, r5, r2") == 1
    assert cycles("ldr.w r2, [r0], #4\nnop.w\nldr.w r3, [r0], #4") == 2


@pytest.mark.parametrize("load", ["ldrb.w", "ldrh.w", "ldrsb.w"])
def test_narrow_loads(load: str) -> None:
    assert cycles(f"{load} r2, [r0]\nnop.w\neor.w r4, r4, r2") == 3
    assert cycles(f"{load} r2, [r0]\nnop.w\neor.w r4, r4, r2, lsl #2") == 4
    assert cycles(f"{load} r2, [r0]\nnop.w\nmla r4, r5, r5, r2") == 2


def test_stores() -> None:
    assert cycles("str.w r2, [r0]\n" * 4) == 4
    assert cycles("str.w r2, [r0]\nldr.w r3, [r0, #4]\n" * 4) == 4
    assert cycles("eor.w r2, r2, r3\nstr.w r2, [r0]") == 1
    assert cycles("ldrb.w r2, [r0]\nstrb.w r2, [r0, #1]") == 1


@pytest.mark.parametrize("count", [2, 3, 8])
def test_multiple_transfers(count: int) -> None:
    registers = f"{{r2-r{1 + count}}}"
    half = (count + 1) // 2
    assert cycles(f"push {registers}\npop {registers}") == 2 * half
    assert cycles(f"nop.w\nldmia.w r0, {registers}\nnop.w") == 1 + half + 1
    assert cycles("strd r2, r3, [r0]\nldrd r2, r3, [r0]") == 2


def test_multiplies() -> None:
    assert cycles("mul r2, r3, r3\nmul r4, r3, r3") == 2
    assert cycles("mul r2, r3, r3\nstr.w r5, [r0]") == 2
    assert cycles("mul r2, r3, r3\neor.w r4, r4, r5") == 1
    assert cycles("mla r2, r3, r3, r2\n" * 4) == 4
    assert cycles("mul r2, r3, r3\nnop.w\neor.w r4, r4, r2") == 3
    assert cycles("mul r2, r3, r3\nnop.w\neor.w r4, r4, r2, lsl #1") == 4
    assert cycles("eor.w r2, r2, r3\nmla r4, r5, r5, r2") == 1


@pytest.mark.parametrize(("text", "latency"), [("uadd8", 1), ("sel", 1), ("qadd", 2), ("qdadd", 2), ("usad8", 2)])
def test_dsp(text: str, latency: int) -> None:
    assert cycles(f"{text} r2, r3, r4\n{text} r5, r3, r4") == 2
    assert cycles(f"{text} r2, r3, r4\nnop.w") == 1
    assert cycles(f"nop.w\n{text} r2, r3, r4\nnop.w") == 2
    assert cycles(f"{text} r2, r3, r4\nnop.w\neor.w r5, r5, r2") == 1 + latency


def test_bitfields() -> None:
    assert cycles("ubfx r2, r3, #1, #2\nubfx r4, r3, #1, #2") == 2
    assert cycles("nop.w\nrev.w r2, r3\nnop.w") == 2
    assert cycles("rev.w r2, r3\neor.w r4, r4, r2") == 1
    assert cycles("rev.w r2, r3\nnop.w\nrev.w r4, r2") == 3
    assert cycles("eor.w r2, r2, r3\nnop.w\nubfx r4, r2, #1, #2") == 3
    assert cycles("eor.w r2, r2, r3\nnop.w\nbfi r4, r2, #1, #2") == 3
    assert cycles("eor.w r4, r4, r3\nnop.w\nbfi r4, r2, #1, #2") == 2
    assert cycles("ubfx r2, r3, #1, #2\neor.w r4, r4, r5, lsl #2") == 2


def test_extends_pair_with_shifted_operands() -> None:
    assert cycles("uxtb.w r2, r3\neor.w r4, r4, r5, lsl #2") == 1
    assert cycles("uxtab r2, r3, r3\neor.w r4, r4, r5, lsl #2") == 2


@pytest.mark.parametrize(
    ("older", "younger", "pairs"),
    [
        ("eor.w r2, r3, r4, lsl #2", "eor.w r5, r3, r4, lsl #2", False),
        ("eor.w r2, r3, r4, lsl #2", "eor r5, r3, #0x1fc0", False),
        ("eor r2, r3, #0x1fc0", "eor.w r5, r3, r4, lsl #2", False),
        ("eor.w r2, r3, r4, lsl #2", "eor r5, r3, #0x1b1b1b1b", True),
        ("eor.w r2, r3, r4, lsl #2", "lsl.w r5, r3, #2", True),
        ("lsl.w r5, r3, #2", "eor.w r2, r3, r4, lsl #2", False),
        ("lsl.w r5, r3, #2", "lsl.w r2, r3, r4", True),
    ],
)
def test_shifted_operands(older: str, younger: str, pairs: bool) -> None:
    assert cycles(f"{older}\n{younger}") == (1 if pairs else 2)


def test_divide() -> None:
    assert cycles("movs r2, #3\nnop\nudiv r3, r0, r2\nnop") == 1 + 7 + 1


def test_predicted_branches() -> None:
    assert cycles("nop.w\nb.w 1f\nnop\nnop\n.balign 8\n1: nop.w\nnop.w") == 2
    assert cycles("cmp r1, #0\nbne.w 1f\nnop.w\nnop.w\n1: nop.w\nnop.w") == 3
    assert cycles("cmp r1, #0\nnop.w\nbne.w 1f\nnop.w\n1: nop.w\nnop.w") == 3


def loop(inside: str) -> int:
    """Cycles that one more round of a loop takes; its head is aligned to 8 bytes."""
    body = f"movs r1, #%d\n.balign 8\n1: {inside}\nbne 1b\nbx lr"
    return (total(body % 12, CORE) - total(body % 8, CORE)) // 4


def test_loops() -> None:
    assert loop("subs.w r1, r1, #1") == 1
    assert loop("nop.w\nnop.w\nsubs.w r1, r1, #1") == 2
    assert loop("nop.w\nnop.w\nnop.w\nsubs.w r1, r1, #1") == 3


def test_branch_target_pairs_if_fetched() -> None:
    wide, narrow = "eor.w r2, r2, r3\neor.w r4, r4, r3\n", "eors r2, r3\neors r4, r3\n"
    after = "b.n 1f\n.balign 8\n1: nop.w\nnop.w\n"
    assert total(f".balign 8\n{narrow * 2}{after}bx lr", CORE) < total(f".balign 8\n{wide * 2}{after}bx lr", CORE)


def test_branch_target_alignment() -> None:
    body = "movs r1, #%d\n.balign 8\n%s1: nop.w\nnop.w\nsubs.w r1, r1, #1\nbne.w 1b\nbx lr"
    aligned, odd = (total(body % (12, pad), CORE) - total(body % (8, pad), CORE) for pad in ("", "nop.w\n"))
    assert (aligned, odd) == (4 * 2, 4 * 3)


@pytest.mark.parametrize(("between", "penalty"), [("", 8), ("nop.w\nnop.w\n" * 3, 3)])
def test_loop_ends_are_mispredicted(between: str, penalty: int) -> None:
    rounds = f"1: nop.w\nsubs.w r1, r1, #1\n{between}nop.w\nbne.w 1b"
    straight = rounds.replace("bne.w 1b", "nop.w")
    body = "movs r1, #1\nnop\n.balign 8\n{}\nnop.w\nnop.w"
    assert cycles(body.format(rounds)) - cycles(body.format(straight)) == penalty


def test_calls() -> None:
    body = "mov r3, lr\nbl 1f\nmov lr, r3\nbx lr\n.balign 8\n1: bx lr"
    assert total(body, CORE) <= 6


def test_table_branch() -> None:
    assert cycles("nop.w\ntbb [pc, r1]\n1: .byte (2f - 1b) / 2, 0\n2: nop.w") == 1 + 2 + 1


def test_fpu_arithmetic() -> None:
    assert cycles("vadd.f32 s0, s1, s2\nvmul.f32 s3, s1, s2\n") == 2
    assert cycles("vadd.f32 s0, s1, s2\neor.w r2, r2, r3") == 1
    assert cycles("vadd.f32 s0, s1, s2\nvmul.f32 s3, s0, s2\n") == 3 + 1
    assert cycles("vadd.f32 s0, s1, s2\nvstr s0, [r0]") == 2


def test_fpu_multiply_accumulate() -> None:
    assert cycles("vfma.f32 s0, s1, s2\nvfma.f32 s3, s1, s2\nvfma.f32 s4, s1, s2\nvfma.f32 s0, s1, s2") == 4
    assert cycles("vfma.f32 s0, s1, s2\nvmul.f32 s3, s0, s2") == 5 + 1
    assert cycles("vmla.f32 s0, s1, s2\nvmul.f32 s3, s0, s2") == 6 + 1
    assert cycles("vfma.f32 s0, s1, s2\nvadd.f32 s3, s1, s2") == 4 + 1
    assert cycles("vfma.f32 s0, s1, s2\nvldr s3, [r0]") == 2
    assert cycles("nop.w\nvldr s3, [r0]\nvfma.f32 s0, s1, s2") == 2
    assert cycles("vldr s3, [r0]\nvfma.f32 s0, s1, s2") == 2
    assert cycles("vldr s3, [r0]\nvmul.f32 s0, s1, s2") == 1


def test_fpu_divide() -> None:
    assert cycles("vdiv.f32 s0, s1, s2\neor.w r2, r2, r3\neor.w r4, r4, r3") == 16 + 1
    assert cycles("vsqrt.f32 s0, s1") == 14


def test_fpu_double() -> None:
    assert cycles("vmul.f64 d0, d1, d2\nvmul.f64 d3, d1, d2") == 10
    assert cycles("vdiv.f64 d0, d1, d2") == 30
    assert cycles("vadd.f64 d0, d1, d2") == 2
    assert cycles("vfma.f64 d0, d1, d2") == 7


def test_fpu_memory() -> None:
    assert cycles("vldr s0, [r0]\nldr.w r2, [r0, #4]") == 1
    assert cycles("vldr d0, [r0]\nnop.w") == 2
    assert cycles("vpush {d8, d9}\nvpop {d8, d9}") == 4
    assert cycles("vldr s0, [r0]\nnop.w\nvfma.f32 s0, s1, s2") == 3 + 1


def test_fpu_moves() -> None:
    assert cycles("vmov s0, r2\nnop.w\nvadd.f32 s3, s0, s1") == 3 + 1
    assert cycles("vmov r2, s0\nnop.w\neor.w r4, r4, r2") == 2
    assert cycles("vmov r2, r3, d0\nnop.w") == 2
    assert cycles("vmov.f32 s0, #1.0\nvmov.f32 s1, #1.0") == 2
    assert cycles("vadd.f32 s0, s1, s2\nvmov r2, s0") == 3 + 1
