"""Coverage of a recorded run on any core, and of the calls that a machine made.

Rules are looked for only where asked: that costs the run once more for each.
"""

from __future__ import annotations

from collections.abc import Iterable

from emulator.accuracy.coverage import Coverage, coverage
from emulator.accuracy.interval import Interval, interval, untried_rules
from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.program.symbols import SymbolTable
from emulator.recording.recording import Recording
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel


def machine_coverage(machine: Machine, rules: Iterable[str] = ()) -> Coverage:
    """What the calls since the machine was loaded leaned on."""

    def read(address: int, size: int) -> bytes:
        region = machine.memory.find(address)
        return b"" if region is None else machine.read(address, min(size, region.end - address))

    stalls = sum(stall.code + stall.data for stall in machine.stalls)
    return coverage(machine.core, machine.edge_rows, read, stalls, rules)


def machine_interval(machine: Machine, memories: Iterable[str] = ()) -> Interval:
    """The interval of the calls since the machine was loaded, `memories` being the kinds of slow memory it has."""
    return interval(machine_coverage(machine, untried_rules(machine.core)), memories)


def recording_coverage(recording: Recording, core: str, stalls: int = 0, rules: Iterable[str] = ()) -> Coverage:
    """What a recorded run leans on when it is costed for `core`, with so many cycles lost to memory."""
    table = load_core(core)
    model = CostModel(table, recording.read, SymbolTable(recording.symbols).locate)
    edges = []
    for (address, size, target), count in zip(recording.edges.tolist(), recording.costed.tolist(), strict=True):
        if not count:
            continue
        try:
            cycles, instructions = model.edge(address, size, target)
        except EmulatorError:
            continue
        edges.append((address, size, target, count, cycles, instructions))
    return coverage(table, edges, recording.read, stalls, rules)
