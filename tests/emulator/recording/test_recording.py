"""A run in a file: costed again it costs what it cost; for another core what a run there costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Machine
from emulator.errors import EmulatorError, IllegalInstruction, RecordingError
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.recording.recording import load_recording
from emulator.recording.recost import recost
from tests.support.assembler import assemble

BODY = """movs r1, #50
1: ldr r2, 3f
ldrb r3, [r0]
adds r0, #1
muls r3, r2, r3
subs r1, #1
beq 2f
b 1b
2: bx lr
.balign 4
3: .word 7"""
LAYOUT = Layout((slow_memory("flash", "stm32f1_flash", [(0x8000, 0x8FFF)], 72_000_000, WhatIf()),))


def recorded(tracer: str, layout: Layout | None = None, core: str = "cortex-m3") -> tuple[Machine, int]:
    machine = Machine.from_elf(assemble(BODY, "cortex-m0"), core=core, tracer=tracer)
    if layout is not None:
        machine.slow_down(layout)
    machine.record()
    return machine, sum(machine.call("f", bytes(64)).cycles for _ in range(3))


def test_the_same_core_costs_the_same(tracer: str) -> None:
    machine, cycles = recorded(tracer, LAYOUT)
    cost = recost(machine.recording(), "cortex-m3", LAYOUT)
    assert cost.cycles == cycles
    assert cost.code_stalls == sum(s.code for s in machine.stalls) > 0
    assert cost.data_stalls == sum(s.data for s in machine.stalls) > 0
    assert [f.name for f in cost.functions] == ["f"]


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m0plus", "cortex-m4"])
@pytest.mark.parametrize("layout", [None, LAYOUT])
def test_another_core_costs_what_a_run_on_it_costs(core: str, layout: Layout | None, tracer: str) -> None:
    recording = recorded(tracer)[0].recording()
    assert recost(recording, core, layout).cycles == recorded(tracer, layout, core)[1]


def test_files_are_the_same_for_the_same_run_and_both_tracers(tmp_path: Path) -> None:
    for name in ("python", "auto", "again"):
        recorded("python" if name == "python" else "auto")[0].recording().save(tmp_path / name)
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(contents) == 1
    loaded = load_recording(tmp_path / "auto")
    assert recost(loaded, "cortex-m4") == recost(recorded("python")[0].recording(), "cortex-m4")
    assert len(loaded.elf) == 64


def test_a_core_that_lacks_an_instruction_is_refused() -> None:
    machine = Machine.from_elf(assemble("smlad r0, r0, r0, r0\nbx lr"), core="cortex-m4")
    machine.record()
    machine.call("f", 1)
    with pytest.raises(IllegalInstruction, match=r"f\+0x0 .*smlad.* does not exist on Cortex-M3"):
        recost(machine.recording(), "cortex-m3")


def test_files_that_are_none(tmp_path: Path) -> None:
    other = tmp_path / "x"
    other.write_bytes(b"no zip")
    with pytest.raises(RecordingError, match="x is no recording of a run"):
        load_recording(other)
    with pytest.raises(RecordingError, match="cannot read"):
        load_recording(tmp_path / "absent")


def test_without_order_slow_memories_cannot_be_charged(tracer: str) -> None:
    machine = Machine.from_elf(assemble(BODY, "cortex-m0"), core="cortex-m3", tracer=tracer)
    machine.record(limit=20)
    cycles = machine.call("f", bytes(64)).cycles
    recording = machine.recording()
    assert recost(recording, "cortex-m3").cycles == cycles
    with pytest.raises(RecordingError, match="holds counts only"):
        recost(recording, "cortex-m3", LAYOUT)


def test_recording_again_begins_anew(tracer: str) -> None:
    machine, cycles = recorded(tracer, LAYOUT)
    machine.record()
    again = sum(machine.call("f", bytes(64)).cycles for _ in range(3))
    assert abs(again - cycles) < 10, "what line buffers hold is all that differs"
    assert int(machine.recording().counts.sum()) == int(recorded(tracer)[0].recording().counts.sum())
    with pytest.raises(EmulatorError, match="timing already"):
        machine.slow_down(LAYOUT)


OPERANDS = """push {r4, lr}
movs r4, #1
1: udiv r2, r0, r4
umull r2, r3, r0, r4
cmp r4, #16
ittt lt
ldrlt r2, [sp]
ldrdlt r2, r3, [sp]
udivlt r2, r0, r4
lsls r4, r4, #4
subs r1, #1
bne 1b
pop {r4, pc}"""


def with_operands(tracer: str, core: str) -> tuple[Machine, int]:
    machine = Machine.from_elf(assemble(OPERANDS, "cortex-m3"), core=core, tracer=tracer)
    machine.record()
    return machine, sum(machine.call("f", 0x87654321, passes).cycles for passes in (3, 8))


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4", "cortex-m33", "cortex-m7"])
@pytest.mark.parametrize("origin", ["cortex-m3", "cortex-m4", "cortex-m33"])
def test_divides_and_skipped_instructions_cost_what_they_cost_on_that_core(origin: str, core: str, tracer: str) -> None:
    recording = with_operands(tracer, origin)[0].recording()
    assert recost(recording, core).cycles == with_operands(tracer, core)[1]


def test_cycles_are_those_of_edges_and_operands(tracer: str) -> None:
    machine, cycles = with_operands(tracer, "cortex-m3")
    edges = sum(e.cycles * e.count for e in machine.edges)
    assert edges + sum(machine.operand_cycles.values()) == cycles != edges
    machine.clear_edges()
    assert machine.operand_cycles == {}
