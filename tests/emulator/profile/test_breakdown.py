"""What the cycles of a run went to: functions add up to their profile, with slow memories and without."""

from __future__ import annotations

from collections import Counter

import pytest

from emulator import Board, Machine
from emulator.boards.file import load_board
from emulator.instructions.decode import Decoder
from emulator.memories.layout import WhatIf
from emulator.memories.placement import flash_layout
from emulator.profile.breakdown import split, split_by
from emulator.recording.breakdown import break_down_recording
from emulator.recording.recost import recost
from emulator.timing.core import core_names
from emulator.timing.ideal import load_ideals, work
from tests.support.assembler import assemble
from tests.support.firmware import MACHINES, build

LOOP = "movs r2, #200\n1: ldr r3, [r0]\nadds r0, #4\nands r0, r0, #0xfffffffb\nmuls r3, r2\nsubs r2, #1\nbne 1b\nbx lr"


def run(program: str, core: str, tracer: str | None = None) -> Board:
    board = Board(MACHINES[core], tracer=tracer, profile=True)
    board.load(build(program, core))
    board.run(max_cycles=2_000_000)
    return board


@pytest.mark.parametrize("core", sorted(MACHINES))
@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions"])
def test_functions_add_up_to_the_profile(program: str, core: str) -> None:
    board = run(program, core)
    expected = {row.name: (row.cycles, row.instructions) for row in board.profile().functions() if row.instructions}
    names = split_by(board.breakdown(), lambda at: getattr(board.symbols.function_at(at), "name", "?"))
    assert {row.name: (row.cycles, row.instructions) for row in names if row.instructions} == expected


def test_both_tracers_give_the_same(tracer: str) -> None:
    board = run("nesting", "cortex-m4", tracer)
    assert board.breakdown() == run("nesting", "cortex-m4", "python").breakdown()


def test_slow_memories_are_wait_states_or_cache_misses() -> None:
    found: dict[bool, Counter[str]] = {}
    for caches in (True, False):
        machine = Machine.from_elf(assemble(LOOP, "cortex-m4"), "cortex-m4")
        asked = WhatIf(caches=caches)
        machine.slow_down(flash_layout(load_board("stm32f407-discovery"), machine.memory, asked))
        cycles = machine.call("f", machine.alloc(256), returns="void").cycles
        whole = split(machine.breakdown())
        assert whole.cycles == cycles
        found[caches] = Counter({str(cause): n for cause, n in whole.stalls})
    assert found[True]["cache miss"] and not found[True]["wait states"]
    assert found[False]["wait states"] > found[True]["cache miss"] and not found[False]["cache miss"]


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4", "cortex-m7"])
def test_a_recording_is_split_as_it_is_costed(core: str) -> None:
    machine = Machine.from_elf(assemble(LOOP, "cortex-m3"), "cortex-m3")
    machine.record()
    machine.call("f", machine.alloc(256), returns="void")
    recording = machine.recording()
    layout = flash_layout(load_board("stm32f407-discovery"), recording.regions)
    cost, whole = recost(recording, core, layout), split(break_down_recording(recording, core, layout))
    assert (whole.cycles, whole.instructions) == (cost.cycles, cost.instructions)
    stalled = dict(whole.stalls)
    assert cost.code_stalls + cost.data_stalls == sum(n for cause, n in stalled.items() if cause == "cache miss")


def test_a_part_of_a_run() -> None:
    machine = Machine.from_elf(assemble(LOOP, "cortex-m4"), "cortex-m4")
    buffer = machine.alloc(256)
    machine.call("f", buffer, returns="void")
    before = machine.counted()
    cycles = machine.call("f", buffer, returns="void").cycles
    part = machine.counted().since(before)
    assert part.cycles == cycles == split(machine.breakdown(part)).cycles
    assert split(machine.breakdown()).cycles == 2 * cycles


@pytest.mark.parametrize("core", core_names())
def test_ideals_have_sources(core: str) -> None:
    rows = load_ideals(core)
    assert {"loads", "MACs"} <= {row.name for row in rows}
    assert all(row.source.strip() and row.per_cycle > 0 for row in rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ldr r0, [r1]", {"loads": 1}),
        ("ldrd r0, r2, [r1]", {"loads": 2}),
        ("ldmia r0!, {r1, r2, r3}", {"loads": 3}),
        ("str r0, [r1]", {}),
        ("mla r0, r1, r2, r3", {"MACs": 1}),
        ("smlabt r0, r1, r2, r3", {"MACs": 1}),
        ("smull r0, r1, r2, r3", {"MACs": 1}),
        ("smlad r0, r1, r2, r3", {"MACs": 2}),
        ("smlaldx r0, r1, r2, r3", {"MACs": 2}),
        ("vfma.f32 s0, s1, s2", {"FP MACs": 1}),
        ("sdiv r0, r1, r2", {}),
        ("add r0, r1, r2", {}),
    ],
)
def test_work(text: str, expected: dict[str, int]) -> None:
    machine = Machine.from_elf(assemble(text, "cortex-m4"), "cortex-m4")
    instruction = Decoder().first(machine.read(0x8000, 4), 0x8000)
    assert instruction is not None and dict(work(instruction)) == expected
