"""Costs with marks, which tell the tracer where a run has to stop for the sake of exceptions."""

from __future__ import annotations

from collections.abc import Callable

from emulator.timing.cost import CostModel

_ATTENTION, _ALWAYS = 1, 2
_UNMASKING = {"cps", "cpsie", "cpsid", "msr"}


def marked_cost(model: CostModel) -> Callable[[int, int, int], tuple[int, int, int]]:
    """The model's cost of an edge, and a mark: 1 behind instructions that may unmask, 2 for a branch to itself."""

    def cost(address: int, size: int, target: int) -> tuple[int, int, int]:
        cycles, instructions = model.edge(address, size, target)
        last = model.block(address, size)[-1]
        if last.name in _UNMASKING:
            return cycles, instructions, _ATTENTION
        return cycles, instructions, _ALWAYS if last.address == address == target and last.name == "b" else 0

    return cost
