"""What emulator/tracing/reads.py and emulator/engine/instruction_hooks.py rely on in Unicorn 2.1.4."""

from __future__ import annotations

from typing import Any

import pytest
import unicorn
from unicorn import arm_const as arm

from tests.emulator.engine.test_unicorn_canaries import CODE, DATA, cpu, run


def test_a_block_hook_sees_the_registers_the_block_is_entered_with() -> None:
    uc = cpu("movs r1, #5\nb 1f\n1: adds r1, #1\ncmp r1, #8\nbne 1b\nbx lr")
    seen: list[int] = []
    uc.hook_add(unicorn.UC_HOOK_BLOCK, lambda uc, *_: seen.append(uc.reg_read(arm.UC_ARM_REG_R1)))
    run(uc)
    assert seen[1:] == [5, 6, 7, 8]


def test_an_instruction_hook_sees_what_the_instructions_in_front_of_it_have_computed() -> None:
    uc = cpu("movs r1, #5\nlsls r1, r1, #2\nadds r1, #1\nbx lr")
    seen: list[int] = []
    hook = lambda uc, *_: seen.append(uc.reg_read(arm.UC_ARM_REG_R1))  # noqa: E731
    uc.hook_add(unicorn.UC_HOOK_CODE, hook, None, CODE + 4, CODE + 4)
    run(uc)
    assert seen == [20]


@pytest.mark.parametrize(("value", "called"), [(0, [CODE + 6]), (1, [CODE + 8])])
def test_an_instruction_that_an_it_skips_does_not_call_its_hook_and_nothing_leaks(
    value: int, called: list[int]
) -> None:
    uc = cpu(f"movs r0, #{value}\ncmp r0, #0\nite eq\nmoveq r1, #1\nmovne r1, #2\nadds r2, #1\nadds r2, #1\nbx lr")
    seen: list[int] = []
    uc.reg_write(arm.UC_ARM_REG_R2, 0)
    uc.hook_add(unicorn.UC_HOOK_CODE, lambda uc, pc, *_: seen.append(pc), None, CODE + 6, CODE + 9)
    run(uc)
    assert seen == called
    assert (uc.reg_read(arm.UC_ARM_REG_R1), uc.reg_read(arm.UC_ARM_REG_R2)) == (1 + value, 2)


def test_reads_are_told_word_by_word_and_across_pages_whole() -> None:
    uc = cpu("ldr r1, =0x20000ffe\nldr r0, [r1]\nbic r1, #3\nldrd r2, r3, [r1, #-8]\nldmdb r1, {r2, r3}\nbx lr\n.ltorg")
    uc.mem_map(DATA + 0x1000, 0x1000)
    seen: list[tuple[int, int]] = []

    def on_read(uc: Any, access: int, address: int, size: int, value: int, data: Any) -> None:
        seen.append((address, size))

    uc.hook_add(unicorn.UC_HOOK_MEM_READ, on_read, None, DATA, DATA + 0x1FFF)
    run(uc)
    assert seen == [(DATA + at, 4) for at in (0xFFE, 0xFF4, 0xFF8, 0xFF4, 0xFF8)]
