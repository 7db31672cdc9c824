"""A recording divided into parts, such as layers: each costs what it took, and what lies outside of them nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emulator import Machine
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.profile.breakdown import split
from emulator.recording.breakdown import break_down_recording
from emulator.recording.marks import MARK, PART, PASSED, SETTING, Mark, edge_words, within, without_marks
from emulator.recording.recording import load_recording
from emulator.recording.recost import recost
from tests.support.assembler import assemble

LOOP = """ldr r2, 2f
1: ldrb r3, [r0]
ldr r3, 2f
subs r1, #1
bne 1b
bx lr
.balign 4
2: .word 7"""
LAYOUT = Layout((slow_memory("flash", "stm32f4_flash", [(0x8000, 0x8FFF)], 168_000_000, WhatIf(caches=False)),))


def divided(tracer: str, layout: Layout | None = None) -> tuple[Machine, dict[str, int]]:
    """Three calls in parts, one of them under a name that was there; two calls outside."""
    machine = Machine.from_elf(assemble(LOOP, "cortex-m0"), core="cortex-m4", tracer=tracer)
    if layout is not None:
        machine.slow_down(layout)
    machine.record()
    taken: dict[str, int] = {}
    for name, passes in (("", 40), ("first", 10), ("second", 20), ("", 30), ("first", 10)):
        machine.part(name)
        cycles = machine.call("f", bytes(4), passes).cycles
        taken.setdefault(name, cycles)
    machine.part()
    return machine, taken


@pytest.mark.parametrize("layout", [None, LAYOUT])
def test_parts_cost_what_they_took(layout: Layout | None, tracer: str, tmp_path: Path) -> None:
    machine, taken = divided(tracer, layout)
    machine.recording().save(tmp_path / "x")
    recording = load_recording(tmp_path / "x")
    cost = recost(recording, "cortex-m4", layout)
    assert {part.name: part.cycles for part in cost.parts} == {name: n for name, n in taken.items() if name}
    assert cost.cycles == taken["first"] + taken["second"]
    assert cost.data_stalls == sum(part.data_stalls for part in cost.parts)
    assert split(break_down_recording(recording, "cortex-m4", layout)).cycles == cost.cycles


def test_a_recording_without_parts_is_costed_whole(tracer: str) -> None:
    machine, taken = divided(tracer)
    whole = sum(n for name, n in taken.items()) + taken["first"]
    machine.record()
    calls = [machine.call("f", bytes(4), passes).cycles for passes in (10, 20)]
    cost = recost(machine.recording(), "cortex-m4")
    assert cost.parts == () and cost.cycles == sum(calls) < whole


def test_without_order_parts_still_have_their_counts(tracer: str) -> None:
    machine = Machine.from_elf(assemble(LOOP, "cortex-m0"), core="cortex-m4", tracer=tracer)
    machine.record(limit=10)
    machine.part("only")
    cycles = machine.call("f", bytes(4), 100).cycles
    machine.part()
    machine.call("f", bytes(4), 100)
    assert recost(machine.recording(), "cortex-m4").cycles == cycles


READ = 0x80000004
STREAM = np.array(
    [1, READ, 0x8000, MARK + SETTING, 5, 2, MARK + PASSED, 9, MARK + PART, 1, READ, 0x20000000, 3], np.uint32
)


def test_a_mark_lies_in_front_of_the_accesses_of_its_block() -> None:
    words, marks = without_marks(STREAM)
    assert words.tolist() == [1, READ, 0x8000, 2, READ, 0x20000000, 3]
    assert marks == [Mark(1, SETTING, 5), Mark(4, PASSED, 9), Mark(4, PART, 1)]
    assert words[edge_words(words)].tolist() == [1, 2, 3]


def test_accesses_elsewhere_are_left_out() -> None:
    inside = within(STREAM, [(0x20000000, 0x2FFFFFFF)])
    assert inside.tolist() == [1, MARK + SETTING, 5, 2, MARK + PASSED, 9, MARK + PART, 1, READ, 0x20000000, 3]
