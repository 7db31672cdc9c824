"""How often each instruction ran and what it cost: the counted edges, taken apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from emulator.instructions.decode import Instruction
from emulator.timing.cost import CostModel


@dataclass
class InstructionCost:
    """One instruction at its address. Its cycles are those of its block that are not there without it."""

    instruction: Instruction
    count: int = 0
    cycles: int = 0


def instruction_costs(
    edges: Iterable[tuple[int, int, int, int, int, int]],
    model: CostModel,
    stalls: Iterable[tuple[int, int, int, int, int]] = (),
) -> dict[int, InstructionCost]:
    """Costs by address; `edges` and `stalls` are a tracer's rows.

    The sums over all instructions are those over all edges and stalls. Time lost to reading code counts for the first
    instruction of a block, time lost to data for its loads and stores alike.
    """
    found: dict[int, InstructionCost] = {}
    shares: dict[tuple[int, int], list[int]] = {}
    for address, size, _, count, cycles, _ in edges:
        block = model.block(address, size)
        if (address, size) not in shares:
            shares[address, size] = _shares(block, model)
        inside = shares[address, size]
        for instruction, share in zip(block, (*inside, cycles - sum(inside)), strict=True):
            cost = found.get(instruction.address)
            if cost is None:
                cost = found[instruction.address] = InstructionCost(instruction)
            cost.count += count
            cost.cycles += count * share
    for address, size, _, code, data in stalls:
        block = model.block(address, size)
        found[address].cycles += code
        users = [i for i in block if i.is_load or i.is_store] or [block[0]]
        for position, user in enumerate(users):
            found[user.address].cycles += data // len(users) + (position < data % len(users))
    return found


def _shares(block: tuple[Instruction, ...], model: CostModel) -> list[int]:
    """Cycles of each instruction but the last, which depend on the edge no more."""
    start = block[0].address
    ends = [0, *(model.edge(start, i.address - start, i.address)[0] for i in block[1:])]
    return [after - before for before, after in pairwise(ends)]
