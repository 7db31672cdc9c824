"""The prefetch queue of Cortex-M3 and M4: groups of 32-bit instructions across words run it dry, others do not."""

from __future__ import annotations

import pytest

from emulator import Machine
from tests.support.assembler import assemble


def cycles(body: str, core: str) -> int:
    """Cycles of straight-line code at an aligned address, without the return behind it; r0 points to memory."""
    taken = []
    for text in (f"{body}\n", ""):
        machine = Machine.from_elf(assemble(f"{text}bx lr", core), core)
        taken.append(machine.call("f", machine.alloc(64), 0, returns="void").cycles)
    return taken[0] - taken[1]


ALU = "add.w r2, r2, #1\n"
LOAD = "ldmia.w r0, {r2, r3}\n"


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("odd", "even"),
    [
        (LOAD + 2 * ALU, 3 + 2),
        (LOAD + 3 * ALU, 3 + 3),
        (LOAD + 9 * ALU, 3 + 9),
        (LOAD + 4 * ALU + LOAD + 4 * ALU, 2 * (3 + 4)),
    ],
)
def test_a_group_behind_a_long_instruction_stalls_once(odd: str, even: int, core: str) -> None:
    groups = odd.count(LOAD) if odd.count(ALU) > 2 else 0
    assert cycles(odd, core) == even
    assert cycles(f"adds r3, #1\n{odd}", core) == 1 + even + groups


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
def test_single_cycle_instructions_across_words_do_not_stall(core: str) -> None:
    assert cycles("adds r3, #1\n" + 12 * ALU, core) == 13
    assert cycles("adds r3, #1\nstr.w r3, [r0]\n" + 12 * ALU, core) == 14


def test_a_core_without_the_queue_does_not_stall() -> None:
    assert cycles("adds r3, #1\n" + "ldr r2, [r0]\n" * 3 + "movs r2, #1\n" * 6, "cortex-m0") == 13
