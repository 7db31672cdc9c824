"""Cycles of short sequences on the in-order cores, against the numbers the core tables cite."""

from __future__ import annotations

import pytest

from emulator import Machine
from tests.support.assembler import assemble

V7M = ("cortex-m3", "cortex-m4")
V6M = ("cortex-m0", "cortex-m0plus")
ALL = (*V6M, *V7M)


def total(body: str, core: str) -> int:
    """Cycles of a whole call; r0 points to 256 bytes of memory, r1 is 0."""
    machine = Machine.from_elf(assemble(body, core), core)
    return machine.call("f", machine.alloc(256), 0, returns="void").cycles


def cycles(body: str, core: str = "cortex-m4") -> int:
    """Cycles of straight-line code without the return behind it."""
    return total(f"{body}\nbx lr", core) - total("bx lr", core)


@pytest.mark.parametrize("core", ALL)
@pytest.mark.parametrize("text", ["adds r2, r3", "lsls r2, r2, #3", "muls r2, r3", "cmp r2, r3", "nop", "uxtb r2, r3"])
def test_data_processing(text: str, core: str) -> None:
    assert cycles(f"{text}\n" * 3, core) == 3


@pytest.mark.parametrize("core", V7M)
@pytest.mark.parametrize("loads", [1, 2, 5])
def test_back_to_back_loads_share_the_address_phase(loads: int, core: str) -> None:
    assert cycles("ldr r1, [r0]\n" * loads, core) == loads + 1


@pytest.mark.parametrize("core", V6M)
@pytest.mark.parametrize("loads", [1, 2, 5])
def test_no_pairing_on_v6m(loads: int, core: str) -> None:
    assert cycles("ldr r1, [r0]\n" * loads, core) == 2 * loads
    assert cycles("adds r0, #4\nldr r1, [r0]", core) == 3


def test_a_load_whose_address_is_being_loaded_does_not_pair() -> None:
    assert cycles("str r0, [r0]\nnop\nldr r1, [r0]\nldr r2, [r1]") == 2 + 2 + 2
    assert cycles("str r0, [r0]\nnop\nldr r0, [r0]\nldr r2, [r0]") == 2 + 2 + 2


@pytest.mark.parametrize(
    ("text", "m3", "m4"),
    [
        ("ldr r1, [r0], #4", 2, 2),
        ("ldr r1, [r0], #4\nldr r2, [r0], #4", 4, 3),
        ("ldr r1, [r0, #4]!\nldr r2, [r0, #4]!\nldr r3, [r0, #4]!", 6, 4),
        ("ldr r1, [r0], #4\nldr r2, [r0]", 4, 3),
        ("ldr r1, [r0], #4\nldr r2, [r3]", 3, 3),
        ("ldr r2, [r3]\nldr r1, [r0], #4", 4, 3),
        ("ldr r2, [r3]\nstr r1, [r0], #4", 3, 2),
    ],
)
def test_an_updated_base_pairs_on_the_m4_alone(text: str, m3: int, m4: int) -> None:
    copy = "mov r3, r0\nnop\n"
    assert [cycles(copy + text, core) - cycles(copy, core) for core in V7M] == [m3, m4]


def test_a_store_of_the_loaded_value_pairs() -> None:
    assert cycles("ldr r1, [r0]\nstr r1, [r0, #4]") == 2


@pytest.mark.parametrize("core", V7M)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("str r1, [r0]", 1),
        ("strb r1, [r0, #3]", 1),
        ("str r1, [r0, r1]", 2),
        ("str r1, [r0]\nstr r1, [r0]", 2),
        ("str r1, [r0]\nnop", 2),
        ("str r1, [r0]\nldr r1, [r0]", 1 + 1 + 2),
        ("str r1, [r0]\nldm r0, {r1, r2}", 1 + 1 + 3),
        ("str r1, [r0, r1]\nldr r1, [r0]", 2 + 2),
        ("strd r1, r2, [r0]\nldr r1, [r0]", 3 + 2),
        ("ldr r1, [r0]\nstr r1, [r0]\nldr r1, [r0]\nstr r1, [r0]", 5),
    ],
)
def test_stores(text: str, expected: int, core: str) -> None:
    assert cycles(text, core) == expected


def test_nop_hides_behind_a_load() -> None:
    assert cycles("ldr r1, [r0]\nnop") == 2
    assert cycles("ldr r1, [r0]\nnop\nnop") == 3
    assert cycles("str r1, [r0, r1]\nnop") == 2
    assert cycles("str r1, [r0]\nnop") == 2


def test_address_hazard() -> None:
    assert cycles("adds r0, #4\nldr r1, [r0]") == 4
    assert cycles("adds r2, #4\nldr r1, [r0]") == 3
    assert cycles("movs r1, #4\nldr r2, [r0, r1]") == 4
    assert cycles("adds r0, #4\nmovs r2, #1\nldr r1, [r0]") == 4


def test_wide_loads_pair_wherever_they_lie() -> None:
    aligned = "ldr.w r1, [r0]\nldr.w r2, [r0]\n"
    assert cycles(aligned) == cycles(f"nop\n{aligned}") - 1 == 3


@pytest.mark.parametrize("core", V7M)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("push {r4}\npop {r4}", 4),
        ("push {r4-r7}\npop {r4-r7}", 10),
        ("ldmia r0, {r1-r3}", 4),
        ("ldr r1, [r0]\nldmia r0, {r1-r3}", 6),
        ("strd r2, r3, [r0]\nldrd r2, r3, [r0]", 6),
    ],
)
def test_multiple_transfers(text: str, expected: int, core: str) -> None:
    assert cycles(text, core) == expected


@pytest.mark.parametrize(("core", "pop"), [("cortex-m0", 6), ("cortex-m0plus", 5), ("cortex-m3", 6), ("cortex-m4", 6)])
def test_pop_of_the_return_address(core: str, pop: int) -> None:
    assert total("push {r4, lr}\npop {r4, pc}", core) == 3 + pop


@pytest.mark.parametrize(
    ("core", "taken", "by_link", "indirect"),
    [("cortex-m0", 3, 3, 3), ("cortex-m0plus", 2, 2, 2), ("cortex-m3", 2, 2, 3), ("cortex-m4", 2, 2, 3)],
)
def test_branches(core: str, taken: int, by_link: int, indirect: int) -> None:
    assert total("bx lr", core) == total("mov pc, lr", core) == by_link
    assert total("mov r3, lr\nbx r3", core) == total("mov r3, lr\nmov pc, r3", core) == 1 + indirect
    assert cycles(".balign 4\nb 1f\nnop\n1: movs r1, #1", core) == taken + 1
    assert cycles("cmp r1, #0\nbeq 1f\nnop\nnop\n1: movs r1, #1", core) == 1 + taken + 1
    assert cycles("cmp r1, #0\nbne 1f\n1: movs r1, #1", core) == 3


@pytest.mark.parametrize("core", V7M)
def test_a_branch_to_lr_that_was_just_written(core: str) -> None:
    assert total("mov lr, lr\nbx lr", core) == 1 + 3
    assert total("mov lr, lr\nnop\nbx lr", core) == 1 + 1 + 2
    assert total("push {lr}\nldr lr, [sp], #4\nbx lr", core) == 2 + 2 + 3


@pytest.mark.parametrize("core", V7M)
def test_compare_and_branch(core: str) -> None:
    assert cycles("cbz r1, 1f\nnop\n1: movs r1, #1", core) == 4
    assert cycles("cbnz r1, 1f\nnop\n1: movs r1, #1", core) == 3


@pytest.mark.parametrize(("core", "call"), [("cortex-m0", 4), ("cortex-m0plus", 3), ("cortex-m3", 2), ("cortex-m4", 2)])
def test_calls(core: str, call: int) -> None:
    saved = "mov r3, lr\n"
    body = f"{saved}bl 1f\nbx r3\n.balign 4\n1: bx lr"
    assert total(body, core) == call + total("bx lr", core) + total(f"{saved}bx r3", core)


def test_branch_to_unaligned_wide_instruction() -> None:
    aligned = "b 1f\nnop\n1: movw r1, #1"
    assert cycles(aligned) == 3
    assert cycles(f"nop\n{aligned}") == 5
    back = "mov r3, lr\nbl 1f\nadd.w r1, r1, #1\nbx r3\n.balign 4\n1: bx lr"
    assert total(back, "cortex-m4") == 1 + 2 + (2 + 1) + 1 + 3


def test_table_branch() -> None:
    assert cycles("tbb [pc, r1]\n1: .byte (2f - 1b) / 2, 0\n2: movs r1, #1") == 7


def test_load_to_pc() -> None:
    assert total("push {lr}\nldr pc, [sp], #4", "cortex-m4") == 2 + 5


def test_it_costs_one() -> None:
    assert cycles("cmp.w r1, #0\nit eq\nmoveq r1, #1") == 3


@pytest.mark.parametrize("core", V7M)
def test_it_folds_behind_a_narrow_instruction(core: str) -> None:
    assert cycles("cmp r1, #0\nit eq\nmoveq r1, #1", core) == 2
    assert cycles("cmp r1, #0\nit ne\nmovne r1, #1", core) == 2


@pytest.mark.parametrize("front", ["ldr r2, [r0]", "str r1, [r0]", "mov sp, sp", "cbnz r1, 1f"])
@pytest.mark.parametrize("core", V7M)
def test_it_does_not_fold_behind_these(front: str, core: str) -> None:
    alone = cycles(f"{front}\n1:", core)
    assert cycles(f"{front}\nit eq\nmoveq r1, #1\n1:", core) == alone + 2


@pytest.mark.parametrize(
    ("text", "m3", "m4"),
    [
        ("mul r2, r3, r1", 1, 1),
        ("mla r2, r3, r1, r2", 2, 1),
        ("umull r2, r3, r1, r0", 3, 1),
        ("smlal r2, r3, r1, r0", 3, 1),
    ],
)
def test_multiplies(text: str, m3: int, m4: int) -> None:
    assert (cycles(text, "cortex-m3"), cycles(text, "cortex-m4")) == (m3, m4)


@pytest.mark.parametrize("text", ["smlad r2, r3, r1, r2", "sxtb16 r2, r3", "qadd r2, r3, r1", "pkhbt r2, r3, r1"])
def test_dsp_takes_one_cycle(text: str) -> None:
    assert cycles(text) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vadd.f32 s0, s1, s2", 1),
        ("vfma.f32 s0, s1, s2", 3),
        ("vdiv.f32 s0, s1, s2\nvmov s3, r1", 15),
        ("vldr s0, [r0]", 2),
        ("vldr d0, [r0]", 3),
        ("vpush {d8, d9}\nvpop {d8, d9}", 10),
    ],
)
def test_fpu(text: str, expected: int) -> None:
    assert cycles(text) == expected


def test_the_sum_over_edges_is_the_run() -> None:
    body = "movs r1, #9\n1: ldr r2, [r0]\nsubs r1, #1\nbne 1b\nbx lr"
    machine = Machine.from_elf(assemble(body))
    result = machine.call("f", machine.alloc(16), returns="void")
    assert result.cycles == sum(e.cycles * e.count for e in machine.edges) == 1 + 9 * 3 + 8 * 2 + 1 + 2
    assert result.instructions == sum(e.instructions * e.count for e in machine.edges) == 1 + 27 + 1
