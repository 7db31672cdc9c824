"""What the cycles of a recorded run would go to on a core with slow memories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from emulator.memories.layout import Layout
from emulator.profile.breakdown import Spent, break_down
from emulator.profile.counted import Counted, EdgeKey, Met
from emulator.program.symbols import SymbolTable
from emulator.recording.met import stalls_met
from emulator.recording.parts import costed_stalls
from emulator.recording.plans import has_extension, make_plans
from emulator.recording.recording import Recording
from emulator.recording.replay import replay
from emulator.recording.sites import site_cycles
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel


def break_down_recording(
    recording: Recording,
    core: str,
    layout: Layout | None = None,
    settings: bool = False,
    wanted: Callable[[int], bool] | None = None,
    muls_cycles: int = 1,
) -> tuple[Spent, ...]:
    """All instructions that ran, by address; errors as of `recost`.

    In blocks at addresses that are `wanted` stalls of memories are those of the instructions that met them, elsewhere
    presumed, see `break_down`.
    """
    symbols = SymbolTable(recording.symbols)
    model = CostModel(load_core(core).multiplying_in(muls_cycles), recording.read, symbols.locate)
    keys: list[tuple[int, int, int]] = [(at, size, target) for at, size, target in recording.edges.tolist()]
    counts: list[int] = recording.costed.tolist()
    passes: list[int] = recording.counts.tolist()
    cycles = [model.edge(*key)[0] if count else 0 for key, count in zip(keys, passes, strict=True)]
    stalls: dict[EdgeKey, tuple[int, int]] = {}
    met: dict[EdgeKey, tuple[Met, ...]] = {}
    if layout is not None and layout.memories:
        plans = make_plans(recording, model, layout, np.array(cycles, np.uint64))
        lost = costed_stalls(replay(recording, layout, plans.edges, plans.plans, has_extension(), settings))
        stalls = {key: (code, data) for key, (code, data) in zip(keys, lost.tolist(), strict=True) if code or data}
        if wanted is not None:
            met = stalls_met(recording, model, layout, plans, lost, wanted, settings)
    operands: dict[int, int] = {}
    for address, extra in site_cycles(recording, model):
        operands[address] = operands.get(address, 0) + extra
    edges = {key: row for key, *row in zip(keys, counts, cycles, strict=True) if row[0]}
    passed = Counted({key: (count, each) for key, (count, each) in edges.items()}, stalls, operands, met)
    return break_down(passed, model, symbols.start_of, layout)
