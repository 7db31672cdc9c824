"""Which instruction met a stall: the load whose word was waited for, the instruction whose line was fetched."""

from __future__ import annotations

import pytest

from emulator import Machine
from emulator.boards.file import load_board
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.memories.placement import flash_layout
from emulator.profile.breakdown import Spent, split
from emulator.recording.breakdown import break_down_recording
from emulator.recording.recording import Recording
from emulator.recording.recost import recost
from emulator.timing.charges import Cause
from tests.support.assembler import assemble

LOOP = """1: ldr r2, [r0]
ldr r3, 2f
ldr r2, [r0, #4]
adds r2, r2, r3
subs r1, #1
bne 1b
bx lr
.balign 4
2: .word 7"""
STRAIGHT = "\n".join(["adds r0, #1"] * 32 + ["bx lr"])
UNCACHED = WhatIf(caches=False)


def recorded(body: str, calls: int = 1, core: str = "cortex-m4") -> Recording:
    machine = Machine.from_elf(assemble(body, "cortex-m0"), core=core)
    machine.record()
    for _ in range(calls):
        machine.call("f", bytes(64), 20)
    return machine.recording()


def waits(rows: tuple[Spent, ...]) -> dict[int, int]:
    """Cycles that each instruction waited for memory, by offset."""
    memory = (Cause.WAIT_STATES, Cause.CACHE_MISS)
    sums = {row.instruction.address - 0x8000: sum(n for cause, n in row.stalls if cause in memory) for row in rows}
    return {offset: cycles for offset, cycles in sums.items() if cycles}


def flash(kind: str, wait: int, what_if: WhatIf = UNCACHED) -> Layout:
    clock = WhatIf(wait, None, what_if.caches)
    return Layout((slow_memory("flash", kind, [(0x8000, 0x8FFF)], 1_000_000, clock),))


def test_data_is_the_load_s_that_reads_flash() -> None:
    recording, layout = recorded(LOOP), flash("stm32f4_flash", 5)
    layout = Layout(layout.memories, code=-1)
    presumed = waits(break_down_recording(recording, "cortex-m4", layout))
    met = waits(break_down_recording(recording, "cortex-m4", layout, wanted=lambda at: True))
    assert presumed.keys() == {0, 2, 4} and sum(met.values()) == sum(presumed.values())
    assert met[2] >= 20 * 5 and met.get(0, 0) == 0 and met.get(4, 0) <= 20, "the last one changes the bus at most"


@pytest.mark.parametrize(("kind", "line"), [("stm32f4_flash", 16), ("stm32l4_flash", 8), ("stm32f1_flash", 8)])
def test_code_is_the_instruction_s_whose_line_was_fetched(kind: str, line: int) -> None:
    recording = recorded(STRAIGHT)
    met = waits(break_down_recording(recording, "cortex-m4", flash(kind, 4), wanted=lambda at: True))
    assert list(met) == list(range(0, 66, line))
    assert sum(met.values()) == recost(recording, "cortex-m4", flash(kind, 4)).code_stalls


BOARDS = ["stm32f407-discovery", "nucleo-l4r5zi", "nucleo-u575zi-q", "nucleo-g0b1re", "stm32f746g-discovery"]


@pytest.mark.parametrize("asked", [WhatIf(), UNCACHED, WhatIf(wait_states=2)])
@pytest.mark.parametrize("board", BOARDS)
def test_the_sum_is_what_the_run_lost(board: str, asked: WhatIf) -> None:
    file = load_board(board)
    recording = recorded(LOOP, calls=3, core=file.core)
    layout = flash_layout(file, recording.regions, asked)
    for wanted in (lambda at: True, lambda at: at < 0x8004):
        rows = break_down_recording(recording, file.core, layout, wanted=wanted)
        cost = recost(recording, file.core, layout)
        assert split(rows).cycles == cost.cycles
        assert sum(waits(rows).values()) == cost.code_stalls + cost.data_stalls > 0
