"""Which rows of a core's table a run leaned on, by the share of its cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulator.errors import EmulatorError
from emulator.profile.instructions import InstructionCost, instruction_costs
from emulator.symbols import SymbolTable
from emulator.timing.core import Core
from emulator.timing.cost import CostModel


@dataclass(frozen=True)
class Coverage:
    """Cycles of a run on `core`: `classes` by name with the share of cycles spent in each, the largest first.

    `stalls` is the share spent waiting for memory, on top of which shares of classes count.
    """

    core: str
    classes: tuple[tuple[str, float], ...]
    stalls: float = 0.0


def coverage(core: Core, costs: Iterable[InstructionCost], stalls: int = 0) -> Coverage:
    """The shares of a run whose instructions cost so much; `stalls` are cycles on top of theirs."""
    sums: dict[str, int] = {}
    for cost in costs:
        name = core.classify(cost.instruction).name
        sums[name] = sums.get(name, 0) + cost.cycles
    busy = sum(sums.values())
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    shares = tuple((name, cycles / max(busy, 1)) for name, cycles in ordered if cycles)
    return Coverage(core.name, shares, stalls / max(busy + stalls, 1))


def coverage_of_edges(
    core: Core,
    edges: Iterable[tuple[int, int, int, int, int, int]],
    read: Callable[[int, int], bytes],
    stalls: int = 0,
) -> Coverage:
    """The shares of a run from a tracer's edges (address, size, target, count, cycles, instructions).

    `read` gives code bytes, fewer where memory ends. Code that is no longer there as it ran is left out.
    """
    model = CostModel(core, read, SymbolTable(()).locate)
    costs: list[InstructionCost] = []
    for edge in edges:
        try:
            costs += instruction_costs((edge,), model).values()
        except EmulatorError:
            continue
    return coverage(core, costs, stalls)
