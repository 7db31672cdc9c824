"""What Unicorn 2.1.4 does and emulator/engine/engine.py relies on. A failure here means: read engine.py again."""

from __future__ import annotations

from typing import Any

import pytest
import unicorn
from unicorn import arm_const as arm

from emulator.program.elf import read_elf
from tests.support.assembler import assemble

CODE, DATA, EXIT = 0x8000, 0x20000000, 0x30000


def cpu(
    body: str, *, mode: int = unicorn.UC_MODE_THUMB, model: int = arm.UC_CPU_ARM_CORTEX_M4, leave: int = EXIT
) -> Any:
    """Unicorn with `body` at CODE and memory at DATA; LR leads to `leave`."""
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM, mode)
    uc.ctl_set_cpu_model(model)
    uc.mem_map(CODE, 0x2000, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
    uc.mem_map(DATA, 0x1000, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE)
    uc.ctl_exits_enabled(True)
    uc.ctl_set_exits([leave])
    uc.reg_write(arm.UC_ARM_REG_LR, leave | 1)
    uc.reg_write(arm.UC_ARM_REG_SP, DATA + 0x800)
    for segment in read_elf(assemble(body)).segments:
        uc.mem_write(segment.address, segment.data)
    return uc


def run(uc: Any) -> int:
    """Run from CODE; the error number, 0 for none."""
    try:
        uc.emu_start(CODE | 1, 0xFFFFFFFF)
    except unicorn.UcError as error:
        return int(error.errno)
    return 0


def interrupts(uc: Any) -> list[tuple[int, int]]:
    """Fills with (number, pc) of interrupts; each stops the run."""
    seen: list[tuple[int, int]] = []

    def hook(uc: Any, number: int, data: Any) -> None:
        seen.append((number, uc.reg_read(arm.UC_ARM_REG_PC)))
        uc.emu_stop()

    uc.hook_add(unicorn.UC_HOOK_INTR, hook)
    return seen


def test_version() -> None:
    assert unicorn.__version__ == "2.1.4"


def test_mclass_mode_ignores_the_model() -> None:
    body = "sdiv r0, r1, r1\nbx lr"
    honoured = run(cpu(body, model=arm.UC_CPU_ARM_CORTEX_M0))
    ignored = run(cpu(body, mode=unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS, model=arm.UC_CPU_ARM_CORTEX_M0))
    assert (honoured, ignored) == (unicorn.UC_ERR_INSN_INVALID, 0)


def test_thumb_mode_is_m_profile_all_the_same() -> None:
    assert run(cpu("mrs r0, primask\nmrs r0, msp\nbx lr")) == 0


@pytest.mark.parametrize(
    ("body", "model"),
    [("smlad r0, r1, r1, r0\nbx lr", arm.UC_CPU_ARM_CORTEX_M3), ("cbz r0, 1f\n1: bx lr", arm.UC_CPU_ARM_CORTEX_M0)],
)
def test_models_execute_more_than_the_cores(body: str, model: int) -> None:
    assert run(cpu(body, model=model)) == 0


@pytest.mark.parametrize(
    "body",
    [
        "movs r1, #0\nudiv r0, r0, r1\nbx lr",
        "ldr r1, =0x20000002\nldrd r2, r3, [r1]\nbx lr\n.ltorg",
        "vadd.f32 s0, s0, s0\nbx lr",
    ],
)
def test_what_a_real_core_may_trap_passes(body: str) -> None:
    assert run(cpu(body)) == 0


def it_block(hooked: bool) -> int:
    """Every addition behind the IT block has to happen: 7."""
    uc = cpu(
        "ldr r1, =0x20000000\nmovs r0, #0\ncmp r0, #0\nitt eq\nldreq r2, [r1]\naddeq r3, #1\n"
        "cmp r0, #1\nb 1f\n1: adds r0, #1\nadds r0, #2\nadds r0, #4\nbx lr\n.ltorg"
    )
    if hooked:
        uc.hook_add(unicorn.UC_HOOK_MEM_READ, lambda *_: None)
    run(uc)
    return int(uc.reg_read(arm.UC_ARM_REG_R0))


def test_a_memory_hook_inside_it_leaks_itstate() -> None:
    assert it_block(hooked=False) == 7
    assert it_block(hooked=True) == 4


def test_a_bkpt_stays_and_an_svc_passes() -> None:
    for body, expected in (("nop\nbkpt #1", (7, CODE + 2)), ("nop\nsvc #1", (2, CODE + 4))):
        uc = cpu(body)
        seen = interrupts(uc)
        assert run(uc) == 0
        assert seen == [expected]


def test_wfi_returns_past_it() -> None:
    uc = cpu("wfi\nmovs r0, #7\nbx lr")
    assert run(uc) == 0
    assert uc.reg_read(arm.UC_ARM_REG_PC) == CODE + 2


@pytest.mark.parametrize("hint", ["wfe", "yield"])
def test_wfe_and_yield_look_like_invalid_instructions(hint: str) -> None:
    uc = cpu(f"{hint}\nbx lr")
    assert run(uc) == unicorn.UC_ERR_INSN_INVALID
    assert uc.reg_read(arm.UC_ARM_REG_PC) == CODE + 2


def blocks(uc: Any, stop_at: int = -1) -> list[tuple[int, int]]:
    """Fills with (address, size) of blocks; stops in the hook of number `stop_at`."""
    seen: list[tuple[int, int]] = []

    def hook(uc: Any, address: int, size: int, data: Any) -> None:
        seen.append((address, size))
        if len(seen) - 1 == stop_at:
            uc.emu_stop()

    uc.hook_add(unicorn.UC_HOOK_BLOCK, hook)
    return seen


def test_block_sizes_and_no_hook_at_the_exit() -> None:
    uc = cpu("movs r0, #2\n1: subs r0, #1\nbne 1b\nbx lr")
    seen = blocks(uc)
    run(uc)
    assert seen == [(CODE, 6), (CODE + 2, 4), (CODE + 6, 2)]
    assert uc.reg_read(arm.UC_ARM_REG_PC) == EXIT


def test_blocks_end_at_pages_and_after_system_instructions() -> None:
    uc = cpu("nop\ncpsid i\nnop\nb.w 1f\n.org 0xffc\n1: nop\nnop\nnop\nbx lr")
    seen = blocks(uc)
    run(uc)
    assert [(a - CODE, s) for a, s in seen] == [(0, 4), (4, 6), (0xFFC, 4), (0x1000, 4)]


def test_stopping_in_a_block_hook_stops_in_front_of_the_block() -> None:
    uc = cpu("movs r0, #3\n1: subs r0, #1\nbne 1b\nbx lr")
    seen = blocks(uc, stop_at=1)
    run(uc)
    assert (uc.reg_read(arm.UC_ARM_REG_PC), uc.reg_read(arm.UC_ARM_REG_R0)) == (CODE + 2, 2)
    uc.emu_start(CODE + 2 | 1, 0xFFFFFFFF)
    assert seen[1] == seen[2]
    assert uc.reg_read(arm.UC_ARM_REG_PC) == EXIT


def test_an_exit_in_execute_never_space_is_not_seen() -> None:
    uc = cpu("bx lr", leave=0xE0000000)
    seen = interrupts(uc)
    run(uc)
    assert seen == [(3, 0xE0000000)]


def test_fetches_elsewhere_are_errors() -> None:
    assert run(cpu("movs r0, #1\nbx r0")) == unicorn.UC_ERR_FETCH_UNMAPPED
    assert run(cpu("mov r0, sp\norr r0, #1\nbx r0")) == unicorn.UC_ERR_FETCH_PROT


def test_m0_unaligned_access() -> None:
    uc = cpu("ldr r0, =0x20000001\nldr r0, [r0]\nbx lr\n.ltorg", model=arm.UC_CPU_ARM_CORTEX_M0)
    seen = interrupts(uc)
    run(uc)
    assert seen == [(4, CODE + 2)]


def test_a_fault_names_the_instruction_and_the_address() -> None:
    uc = cpu("nop\nmovs r0, #8\nldr r0, [r0]\nbx lr")
    seen: list[tuple[int, int, int]] = []

    def hook(uc: Any, access: int, address: int, size: int, value: int, data: Any) -> bool:
        seen.append((access, address, size))
        return False

    uc.hook_add(unicorn.UC_HOOK_MEM_INVALID, hook)
    assert run(uc) == unicorn.UC_ERR_READ_UNMAPPED
    assert seen == [(unicorn.UC_MEM_READ_UNMAPPED, 8, 4)]
    assert uc.reg_read(arm.UC_ARM_REG_PC) == CODE + 4


def test_the_private_names_for_native_callbacks_exist() -> None:
    from unicorn.unicorn_py3.unicorn import uclib

    assert uclib.uc_hook_add
    assert uclib.uc_emu_stop
    assert hasattr(cpu("bx lr"), "_uch")


@pytest.mark.parametrize("body", ["bx r0", "push {r0}\npop {pc}"])
def test_exc_return_looks_like_any_jump_there(body: str) -> None:
    code = f"movs r0, #6\nmvns r0, r0\n{body}"
    uc = cpu(code)
    uc.reg_write(arm.UC_ARM_REG_XPSR, 0x0100000B)
    seen = interrupts(uc)
    assert run(uc) == 0
    assert seen == [(3, 0xFFFFFFF8)]
    m0 = cpu(code, model=arm.UC_CPU_ARM_CORTEX_M0)
    assert run(m0) == unicorn.UC_ERR_FETCH_UNMAPPED
    assert m0.reg_read(arm.UC_ARM_REG_PC) == 0xFFFFFFF8


def test_xpsr_sets_the_mode_and_the_stack_pointer() -> None:
    uc = cpu("ldr r0, =0x20000400\nmsr psp, r0\nmovs r0, #2\nmsr control, r0\nisb\nbx lr\n.ltorg")
    run(uc)
    assert uc.reg_read(arm.UC_ARM_REG_SP) == DATA + 0x400
    uc.reg_write(arm.UC_ARM_REG_XPSR, 0x0100000E)
    assert (uc.reg_read(arm.UC_ARM_REG_SP), uc.reg_read(arm.UC_ARM_REG_IPSR)) == (DATA + 0x800, 14)
    uc.reg_write(arm.UC_ARM_REG_CONTROL, 0)
    uc.reg_write(arm.UC_ARM_REG_XPSR, 0x01000000)
    assert uc.reg_read(arm.UC_ARM_REG_SP) == DATA + 0x400


def test_unprivileged_code_hides_masks_and_stack_pointers() -> None:
    uc = cpu("cpsid i\nmovs r0, #1\nmsr control, r0\nbx lr")
    run(uc)
    hidden = [uc.reg_read(r) for r in (arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_MSP)]
    uc.reg_write(arm.UC_ARM_REG_XPSR, 0x01000002)
    seen = [uc.reg_read(r) for r in (arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_MSP)]
    assert (hidden, seen) == ([0, 0], [1, DATA + 0x800])


def test_itstate_travels_in_xpsr() -> None:
    uc = cpu("movs r0, #0\ncmp r0, #0\nb.w 1f\n.org 0xffa\n1: ittt eq\norreq r0, #1\norreq r0, #2\norreq r0, #4\nbx lr")
    blocks(uc, stop_at=2)
    run(uc)
    state = uc.reg_read(arm.UC_ARM_REG_XPSR)
    assert state & 0x0600FC00 == 0x00000400
    uc.reg_write(arm.UC_ARM_REG_XPSR, 0x01000000)
    uc.reg_write(arm.UC_ARM_REG_XPSR, state)
    assert uc.reg_read(arm.UC_ARM_REG_XPSR) == state


def test_the_first_fp_instruction_sets_fpca() -> None:
    uc = cpu("mrs r0, control\nvadd.f32 s0, s0, s0\nmrs r1, control\nbx lr")
    run(uc)
    assert (uc.reg_read(arm.UC_ARM_REG_R0), uc.reg_read(arm.UC_ARM_REG_R1)) == (0, 4)


def test_io_callbacks_see_registers_but_not_pc_and_leave_itstate_alone() -> None:
    uc = cpu(
        "ldr r1, =0x40000000\nmovs r0, #0\ncmp r0, #0\nittt eq\nldreq r2, [r1, #8]\naddeq r3, #1\nstreq r3, [r1]\n"
        "cmp r0, #1\nb 1f\n1: adds r0, #1\nadds r0, #2\nbx lr\n.ltorg"
    )
    seen: list[tuple[int, int, int]] = []

    def read(uc: Any, offset: int, size: int, data: Any) -> int:
        seen.append((offset, uc.reg_read(arm.UC_ARM_REG_R1), uc.reg_read(arm.UC_ARM_REG_PC)))
        return 5

    uc.mmio_map(0x40000000, 0x1000, read, None, lambda *_: None, None)
    run(uc)
    assert seen == [(8, 0x40000000, CODE)]
    assert [uc.reg_read(r) for r in (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)] == [3, 5, 1]
