"""Costs a recording for a core and memories: each edge once, the rest is arithmetic, or one pass over the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.memories.layout import Layout
from emulator.program.symbols import SymbolTable
from emulator.recording.parts import PartCost, costed_stalls, elsewhere_on, part_costs
from emulator.recording.plans import has_extension, make_plans
from emulator.recording.recording import Recording
from emulator.recording.replay import replay
from emulator.recording.sites import site_cycles, site_extras
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel


@dataclass(frozen=True)
class FunctionCost:
    """Cycles spent in a function itself, of which `code_stalls` and `data_stalls` waiting for memory."""

    name: str
    cycles: int
    instructions: int
    code_stalls: int
    data_stalls: int


@dataclass(frozen=True)
class RunCost:
    """A run on a core: `functions` by falling cycles, `parts` in their order.

    `elsewhere`, part of the cycles: those that firmware spent outside of instructions, as they were when it ran; of
    these `asleep` in WFI and WFE.
    """

    core: str
    cycles: int
    instructions: int
    code_stalls: int
    data_stalls: int
    functions: tuple[FunctionCost, ...]
    parts: tuple[PartCost, ...] = ()
    elsewhere: int = 0
    asleep: int = 0


def recost(
    recording: Recording,
    core: str,
    layout: Layout | None = None,
    native: bool | None = None,
    settings: bool = False,
    muls_cycles: int = 1,
) -> RunCost:
    """The cost of the recorded run, or of its parts, on `core` with these slow memories, none by default.

    `settings`: whether what firmware set of its memory is followed, as on the board that it ran on; muls_cycles: as for
    Machine.

    Raises IllegalInstruction when the core lacks an instruction that ran, UnknownCore, and RecordingError when slow
    memories need an order of events that was not kept.
    """
    table = load_core(core).multiplying_in(muls_cycles)
    symbols = SymbolTable(recording.symbols)
    model = CostModel(table, recording.read, symbols.locate)
    ran = np.flatnonzero(recording.counts)
    costs = np.zeros((len(recording.edges), 2), np.uint64)
    rows: list[list[int]] = recording.edges.tolist()
    for n in ran.tolist():
        costs[n] = model.edge(*rows[n])
    totals = costs * recording.costed[:, None]
    stalls = np.zeros((len(recording.parts) + 1, len(rows), 2), np.uint64)
    if layout is not None and layout.memories:
        stalls = edge_stalls(recording, model, layout, costs[:, 0], native, settings)
    table_of = np.column_stack([totals, costed_stalls(stalls)]).astype(np.int64)
    if by_operands := site_cycles(recording, model):
        rows += [[address, 0, 0] for address, _ in by_operands]
        table_of = np.vstack([table_of, [[cycles, 0, 0, 0] for _, cycles in by_operands]])
    sums = table_of.sum(axis=0)
    elsewhere = elsewhere_on(recording, core)
    cycles = int(sums[0] + sums[2] + sums[3]) + elsewhere
    parts = part_costs(recording, costs, stalls, site_extras(recording, model))
    functions = _functions(rows, table_of, symbols)
    asleep = recording.elsewhere.asleep
    return RunCost(core, cycles, int(sums[1]), int(sums[2]), int(sums[3]), functions, parts, elsewhere, asleep)


def edge_stalls(
    recording: Recording,
    model: CostModel,
    layout: Layout,
    cycles: npt.NDArray[np.uint64],
    native: bool | None,
    settings: bool = False,
) -> npt.NDArray[np.uint64]:
    """Cycles lost to (code, data) by each edge in each part, see `replay`; `cycles`: of one pass without them."""
    made = make_plans(recording, model, layout, cycles)
    extension = has_extension() if native is None else native
    return replay(recording, layout, made.edges, made.plans, extension, settings)


def _functions(rows: list[list[int]], table: npt.NDArray[np.int64], symbols: SymbolTable) -> tuple[FunctionCost, ...]:
    sums: dict[str, npt.NDArray[np.int64]] = {}
    for (address, _, _), row in zip(rows, table, strict=True):
        function = symbols.function_at(address)
        name = f"0x{address:08x}" if function is None else function.name
        sums[name] = sums.get(name, np.zeros(4, np.int64)) + row
    found = [FunctionCost(n, int(s[0] + s[2] + s[3]), *(int(v) for v in s[1:])) for n, s in sums.items() if s[1]]
    return tuple(sorted(found, key=lambda f: (-f.cycles, f.name)))
