"""Runs a routine as its publication did, and counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from emulator.accuracy.elf_files import code_hash
from emulator.accuracy.publication import Call, Measurement
from emulator.accuracy.recorded import Recorded, rounded
from emulator.accuracy.rule_shares import rules_in_effect
from emulator.accuracy.run_coverage import machine_coverage
from emulator.machine import CallResult, Machine
from emulator.memories.layout import Layout, WhatIf, slow_memory

COMMAND = "microinfer accuracy --elf DIR --record"
WARM_CALLS = 4
"""Calls before the one that counts where memory has wait states: publications time loops, and caches remember."""


def measure(measurement: Measurement, call: Call, elf: Path) -> Recorded:
    """Our count for a routine in this ELF. Raises EmulatorError when it does not run."""
    machine = Machine(measurement.core)
    image = machine.load(elf)
    if measurement.slow_memory:
        machine.slow_down(_layout(machine, measurement))
    elif machine.core.unaligned is not None:
        machine.charge_unaligned()
    arguments = _arguments(machine, call)
    result = _run(machine, call, arguments)
    for _ in range(WARM_CALLS if measurement.slow_memory else 0):
        machine.clear_edges()
        result = _run(machine, call, arguments)
    stalls = sum(s.code + s.data for s in machine.stalls)
    shares = machine_coverage(machine, rules_in_effect(machine.core))
    return Recorded(
        key=measurement.key,
        cycles=round(result.cycles / call.per, 4),
        instructions=round(result.instructions / call.per, 4),
        stalls=round(stalls / call.per, 4),
        code=code_hash(image),
        command=COMMAND,
        classes=rounded(shares.classes),
        rules=rounded(shares.rules),
    )


def _run(machine: Machine, call: Call, arguments: list[Any]) -> CallResult:
    return machine.call(call.function, *arguments, returns="void")


def _arguments(machine: Machine, call: Call) -> list[Any]:
    """Buffers that stay where they are from call to call, the same in every run."""
    noise = np.random.default_rng(1)
    found: list[Any] = []
    for argument in call.arguments:
        if isinstance(argument, int):
            found.append(argument)
            continue
        word, _, size = argument.partition(" ")
        count = np.arange(int(size), dtype=np.uint8)
        random = noise.integers(0, 256, int(size), dtype=np.uint8)
        made = {"random": random, "count": count, "zeros": 0 * count, "ones": 0 * count + 0xFF}
        found.append(machine.alloc(made[word], align=16))
    return found


def _layout(machine: Machine, measurement: Measurement) -> Layout:
    """Slow memory under everything that is not written, and under what is, where the row names them."""
    places: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for region in machine.memory:
        places["w" in region.permissions].append((region.start, region.end - 1))
    asked = WhatIf(wait_states=measurement.wait_states)
    flash = slow_memory("flash", measurement.memory, places[0], 1, asked) if measurement.memory else None
    sram = slow_memory("sram", measurement.data_memory, places[1], 1, WhatIf()) if measurement.data_memory else None
    return Layout(tuple(memory for memory in (flash, sram) if memory is not None))
