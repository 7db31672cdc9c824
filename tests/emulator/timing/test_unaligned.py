"""Cycles of unaligned loads, when they are asked for."""

from __future__ import annotations

import gc

import pytest

from emulator import Machine
from emulator.errors import TimingError
from emulator.tracing.split_reads import SplitCounts
from tests.support.assembler import assemble


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("load", "offset", "more"),
    [
        ("ldr", 0, 0),
        ("ldr", 1, 2),
        ("ldr", 2, 1),
        ("ldr", 3, 2),
        ("ldrh", 2, 0),
        ("ldrh", 1, 1),
        ("ldrsh", 3, 1),
        ("ldrb", 3, 0),
        ("str", 1, 0),
    ],
)
def test_unaligned_loads_take_a_cycle_for_each_further_read(
    load: str, offset: int, more: int, core: str, tracer: str
) -> None:
    elf = assemble(f"{load} r1, [r0]\nbx lr", core)
    plain, charged = (Machine.from_elf(elf, core, tracer=tracer) for _ in range(2))
    split = charged.charge_unaligned()
    cycles = [m.call("f", m.alloc(64).address + offset, returns="void").cycles for m in (plain, charged)]
    assert cycles[1] - cycles[0] == more
    assert split.counts == SplitCounts(int(more == 1), int(more == 2))


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m33"])
def test_a_core_without_numbers_refuses(core: str) -> None:
    machine = Machine.from_elf(assemble("bx lr", "cortex-m0"), core)
    with pytest.raises(TimingError, match="no cycles for unaligned loads"):
        machine.charge_unaligned()


def test_what_charges_them_need_not_be_kept(tracer: str) -> None:
    machine = Machine.from_elf(assemble("ldr r1, [r0, #2]\nbx lr"), "cortex-m4", tracer=tracer)
    address = machine.alloc(16)
    plain = machine.call("f", address, returns="void").cycles
    machine.charge_unaligned()
    gc.collect()
    assert machine.call("f", address, returns="void").cycles == plain + 1
