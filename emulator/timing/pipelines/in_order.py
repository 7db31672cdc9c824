"""In-order, single-issue pipeline whose loads have an address and a data phase (Cortex-M0 to M4).

An instruction costs what its class says. On top of that, by the core's rules:

* load_pairing: the data phase of a single load hides (that many cycles) behind a single load or store that does not
  need the loaded register for its address.
* unaligned_wide_load_pairs: 0 when a 32-bit load or store opcode at address % 4 == 2 does not pair with the load in
  front of it.
* nop_absorbed: cycles that a NOP saves right behind a load, or behind a store with register offset.
* address_hazard: cycles added to a load or store whose base or index was written by the data-processing instruction in
  front of it.
* it_folding: cycles that an IT saves right behind a 16-bit instruction.
* wide_target: cycles added to a taken direct branch to a 32-bit instruction at address % 4 == 2.

A conditional branch counts as taken unless the program goes on right behind it. Instructions that an IT block skips
cost as if they ran.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

from emulator.decode import Instruction
from emulator.errors import TimingError
from emulator.timing.charges import Charge, settle
from emulator.timing.core import Core
from emulator.timing.pipelines.in_order_charges import Step, charge_steps


@dataclass(frozen=True)
class _Rules:
    load_pairing: int
    unaligned_wide_load_pairs: int
    nop_absorbed: int
    address_hazard: int
    it_folding: int
    wide_target: int


def make(core: Core) -> InOrder:
    """The pipeline with the numbers of this core."""
    return InOrder(core)


class InOrder:
    """See `emulator.timing.pipelines.Pipeline`."""

    lookahead = 1

    def __init__(self, core: Core) -> None:
        self._core = core
        given = {rule.name: rule.value for rule in core.rules}
        if given.keys() != (wanted := {f.name for f in fields(_Rules)}):
            raise TimingError(f"core table {core.name}.toml: in_order wants the rules {', '.join(sorted(wanted))}")
        self._rules = _Rules(**given)

    def edge(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> int:
        """Cycles of `block` when the program goes on at `target`."""
        inside = sum(self._cost(a, b, b.address) for a, b in pairwise(block))
        return inside + self._cost(block[-1], head[0] if head else None, target)

    def charges(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> tuple[Charge, ...]:
        """What the cycles of `edge` went to."""
        behind = (*block[1:], head[0] if head else None)
        steps = [self._step(a, b, target if a is block[-1] else a.end) for a, b in zip(block, behind, strict=True)]
        return settle(tuple(charge_steps(steps)), self.edge(block, head, target))

    def _step(self, instruction: Instruction, following: Instruction | None, target: int) -> Step:
        cycles = self._cost(instruction, following, target)
        transfers = instruction.transfers * self._core.classify(instruction).per_transfer
        hazard = refill = 0
        if following is not None and following.address == target:
            taken = instruction.writes_pc and not (instruction.conditional and target == instruction.end)
            hazard = 0 if taken else self._hazard(instruction, following)
            refill = self._refill(instruction, following) if taken else 0
        return Step(instruction, following, cycles, transfers, hazard, refill)

    def _cost(self, instruction: Instruction, following: Instruction | None, target: int) -> int:
        row = self._core.classify(instruction)
        taken = instruction.writes_pc and not (instruction.conditional and target == instruction.end)
        cycles = row.taken if taken and row.taken is not None else row.cycles
        cycles += row.per_transfer * instruction.transfers
        if following is None:
            return cycles
        if taken:
            return cycles + self._refill(instruction, following)
        return cycles + self._hazard(instruction, following) - self._hidden(instruction, following)

    def _refill(self, branch: Instruction, following: Instruction) -> int:
        straddles = following.wide and following.address % 4 == 2
        return self._rules.wide_target if straddles and branch.target is not None else 0

    def _hazard(self, instruction: Instruction, following: Instruction) -> int:
        if instruction.is_load or instruction.is_store:
            return 0
        return self._rules.address_hazard if instruction.writes.intersection(following.address_registers) else 0

    def _hidden(self, instruction: Instruction, following: Instruction) -> int:
        if following.name == "it":
            return 0 if instruction.wide else self._rules.it_folding
        if following.name == "nop":
            delayed = _single(instruction) and (instruction.is_load or instruction.register_offset)
            return self._rules.nop_absorbed if delayed else 0
        if not (_single(instruction) and instruction.is_load and _single(following)):
            return 0
        if instruction.loaded.intersection(following.address_registers):
            return 0
        if not self._rules.unaligned_wide_load_pairs and following.wide and following.address % 4 == 2:
            return 0
        return self._rules.load_pairing


def _single(instruction: Instruction) -> bool:
    """Whether it moves one word, half-word or byte between memory and a core register."""
    return instruction.transfers == 1 and not instruction.is_multiple and instruction.extension != "fp"
