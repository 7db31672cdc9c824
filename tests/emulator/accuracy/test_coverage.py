"""Shares of cycles by row of the core's table."""

from __future__ import annotations

import pytest

from emulator import Machine
from emulator.accuracy.coverage import coverage
from emulator.accuracy.run_coverage import machine_coverage, recording_coverage
from emulator.timing.core import load_core
from tests.support.assembler import assemble

LOOP = "1: ldr r2, [r0]\nldr r3, [r0, #4]\nsubs r1, #1\nbne 1b\nbx lr"


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3", "cortex-m4"])
def test_shares_of_a_loop_add_up(core: str, tracer: str) -> None:
    machine = Machine.from_elf(assemble(LOOP, core), core, tracer=tracer)
    machine.call("f", machine.alloc(16), 1000, returns="void")
    found = machine_coverage(machine)
    assert sum(share for _, share in found.classes) == pytest.approx(1)
    assert found.classes[0][0].startswith("load")
    assert found.stalls == 0


def test_back_to_back_loads_share_what_they_take_together() -> None:
    machine = Machine.from_elf(assemble(LOOP))
    machine.call("f", machine.alloc(16), 1000, returns="void")
    shares = dict(machine_coverage(machine).classes)
    assert shares["load"] == pytest.approx(3 / 6, abs=0.01)
    assert shares["one cycle"] == pytest.approx(1 / 6, abs=0.01)


def test_a_recording_is_covered_for_other_cores() -> None:
    machine = Machine.from_elf(assemble(LOOP, "cortex-m0"), "cortex-m0")
    machine.record()
    machine.call("f", machine.alloc(16), 1000, returns="void")
    recording = machine.recording()
    assert recording_coverage(recording, "cortex-m0").classes == machine_coverage(machine).classes
    other = recording_coverage(recording, "cortex-m7", stalls=1000)
    assert other.core == "cortex-m7" and 0 < other.stalls < 0.5


def test_a_trace_of_the_cycles_is_left_out() -> None:
    machine = Machine.from_elf(assemble("b 2f\n1: subs r1, #1\nbne 1b\nbx lr\n2: dsb\nb 1b"))
    machine.call("f", 0, 100_000, returns="void")
    assert "barrier" not in dict(machine_coverage(machine).classes)


def test_code_that_is_gone_is_left_out() -> None:
    gone = [(0x8000, 4, 0x8004, 10, 4, 2)]
    assert coverage(load_core("cortex-m4"), gone, lambda address, size: b"").classes == ()
