"""What emulator/code_watch.py and emulator/page_view.py rely on in Unicorn 2.1.4."""

from __future__ import annotations

from typing import Any

import pytest
import unicorn
from unicorn import arm_const as arm

from tests.emulator.engine.test_unicorn_canaries import CODE, DATA, EXIT, blocks, cpu, interrupts, run


def test_a_new_block_is_announced_before_it_runs_but_for_the_first() -> None:
    uc = cpu("movs r0, #1\nb 1f\n1: movs r0, #2\nb 2f\n2: movs r0, #3\nbx lr")
    seen: list[int] = []

    def on_edge(uc: Any, current: Any, previous: Any, data: Any) -> None:
        seen.append(current.pc)
        if current.pc == CODE + 4:
            uc.emu_stop()

    uc.hook_add(unicorn.UC_HOOK_EDGE_GENERATED, on_edge)
    entered = blocks(uc)
    run(uc)
    assert (seen, [a for a, _ in entered]) == ([CODE + 4], [CODE])
    assert (uc.reg_read(arm.UC_ARM_REG_PC), uc.reg_read(arm.UC_ARM_REG_R0)) == (CODE + 4, 1)


@pytest.mark.parametrize(("guard", "stopped_at"), [("nop", CODE + 6), ("it eq", EXIT)])
def test_a_stop_in_an_instruction_hook_is_not_heard_inside_it(guard: str, stopped_at: int) -> None:
    condition = "eq" if guard.startswith("it") else ""
    uc = cpu(f"movs r0, #0\ncmp r0, #0\n{guard}\nadd{condition} r4, #1\nbx lr")
    uc.hook_add(unicorn.UC_HOOK_CODE, lambda uc, *_: uc.emu_stop(), None, CODE + 6, CODE + 6)
    run(uc)
    assert uc.reg_read(arm.UC_ARM_REG_PC) == stopped_at


def test_the_virtual_tlb_asks_once_a_page_and_refuses_precisely() -> None:
    uc = cpu("ldr r1, =0x20000404\nldr r0, [r1]\nldr r0, [r1]\nstr r0, [r1]\nbx lr\n.ltorg")
    seen: list[tuple[int, int]] = []

    def on_fill(uc: Any, address: int, access: int, entry: Any, data: Any) -> bool:
        seen.append((address & ~0x3FF, access))
        entry.paddr = address & ~0x3FF
        entry.perms = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        return access != unicorn.UC_MEM_WRITE

    uc.hook_add(unicorn.UC_HOOK_TLB_FILL, on_fill)
    uc.ctl_set_tlb_mode(unicorn.UC_TLB_VIRTUAL)
    assert run(uc) == unicorn.UC_ERR_EXCEPTION
    assert seen.count((DATA + 0x400, unicorn.UC_MEM_READ)) == 1
    assert (DATA + 0x400, unicorn.UC_MEM_WRITE) in seen
    assert uc.reg_read(arm.UC_ARM_REG_PC) == CODE + 6


def test_registers_can_be_protected_like_memory() -> None:
    uc = cpu("ldr r1, =0xE000E000\nldr r0, [r1]\nbx lr\n.ltorg")
    uc.mmio_map(0xE0000000, 0x100000, lambda *_: 5, None, lambda *_: None, None)
    uc.mem_protect(0xE0000000, 0x100000, unicorn.UC_PROT_NONE)
    assert run(uc) == unicorn.UC_ERR_READ_PROT
    uc.mem_protect(0xE0000000, 0x100000, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE)
    assert run(uc) == 0


def test_the_m33_has_its_own_numbers() -> None:
    m33 = arm.UC_CPU_ARM_CORTEX_M33
    leaves = cpu("movs r0, #6\nmvns r0, r0\nbx r0", model=m33)
    seen = interrupts(leaves)
    run(leaves)
    assert seen == [(8, 0xFFFFFFF8)]
    limit = cpu("ldr r0, =0x20000800\n.hword 0xf380, 0x880a\npush {r0}\nbx lr\n.ltorg", model=m33)
    seen = interrupts(limit)
    run(limit)
    assert seen == [(19, CODE + 6)]
