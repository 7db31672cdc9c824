"""How fast runs are counted with slow memories, and costed again from a recording. Run alone; ends with JSON.

The run is a fully connected layer of our kernels, weights and code in flash at 5 wait states with ST's caches.
Figures: MIPS of counting plainly and with memories; seconds to cost a recording of a million edges for another core,
plainly and with memories, and how many times longer running again takes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from emulator import Machine
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.recording.recost import RunCost, recost
from microinfer.device.build import default_library
from microinfer.device.library import KernelLibrary

INPUTS, OUTPUTS, EDGES, REPEATS = 512, 256, 1_000_000, 5


def prepare(slow: bool) -> tuple[Machine, Callable[[], object], Layout]:
    """A machine with the layer, a function that runs it, and the memories."""
    machine = KernelLibrary(default_library("cortex-m4"), "cortex-m4").machine
    rng = np.random.default_rng(0)
    flash = machine.add_region("weights", INPUTS * OUTPUTS + 4096, "r", near=0x08000000)
    weights = machine.alloc(rng.integers(-127, 128, INPUTS * OUTPUTS, dtype=np.int8), region=flash)
    data = machine.alloc(rng.integers(-128, 128, INPUTS, dtype=np.int8))
    output = machine.alloc(OUTPUTS)
    ranges = [(r.start, r.end - 1) for r in machine.memory if "w" not in r.permissions]
    layout = Layout((slow_memory("flash", "stm32l4_flash", ranges, 120_000_000, WhatIf()),))
    if slow:
        machine.slow_down(layout)
    structs = ((0, 0), (1, 0, 0, -128, 127), (1 << 30, -7))
    shapes = ((1, 1, 1, INPUTS), (INPUTS, 1, 1, OUTPUTS), (1, 1, 1, OUTPUTS))
    words = [np.array(row, np.int32) for row in (*structs, *shapes)]
    context, params, quant, in_dims, filter_dims, out_dims = (machine.alloc(row) for row in words)

    def run() -> object:
        return machine.call(
            "arm_fully_connected_s8",
            *(context, params, quant, in_dims, data, filter_dims, weights, in_dims, None, out_dims, output),
        )

    return machine, run, layout


def seconds(action: Callable[[], object]) -> float:
    """Best processor time of some runs."""
    best = float("inf")
    for _ in range(REPEATS):
        begin = time.process_time()
        action()
        best = min(best, time.process_time() - begin)
    return best


def main() -> None:
    """Measure and report."""
    figures: dict[str, float] = {}
    for name, slow in (("plain", False), ("memory", True)):
        machine, run, _ = prepare(slow)
        run()
        instructions = _instructions(machine, run)
        figures[f"{name}_mips"] = instructions / seconds(run) / 1e6
    machine, run, layout = prepare(True)
    machine.record()
    passes = 0
    while passes < EDGES:
        run()
        passes = sum(e.count for e in machine.edges)
    recording = machine.recording()
    again, run_again, _ = prepare(True)
    run_again()
    calls = passes / sum(e.count for e in again.edges)
    figures["edges"] = passes
    figures["run_again_s"] = seconds(run_again) * calls

    def cost(with_memory: bool) -> RunCost:
        return recost(recording, "cortex-m7", layout if with_memory else None)

    figures["recost_s"] = seconds(lambda: cost(False))
    figures["recost_memory_s"] = seconds(lambda: cost(True))
    figures["again_over_recost"] = figures["run_again_s"] / figures["recost_s"]
    figures["again_over_recost_memory"] = figures["run_again_s"] / figures["recost_memory_s"]
    for name, value in figures.items():
        print(f"{name:26} {value:12.3f}")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def _instructions(machine: Machine, run: Callable[[], object]) -> int:
    machine.clear_edges()
    run()
    return sum(e.count * e.instructions for e in machine.edges)


if __name__ == "__main__":
    main()
