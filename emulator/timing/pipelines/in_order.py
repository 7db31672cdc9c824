"""In-order, single-issue pipeline whose loads have an address and a data phase (Cortex-M0 to M4).

An instruction costs what its class says. On top of that, by the core's rules:

* load_pairing: the data phase of a single load hides (that many cycles) behind a single load or store that does not
  need the loaded register for its address.
* unaligned_wide_load_pairs: 0 when a 32-bit load or store opcode at address % 4 == 2 does not pair with the load in
  front of it.
* base_update_pairs: 0 when a load or store that updates its base does not pair with the load in front of it, nor a load
  that does with what uses this base behind it.
* load_after_store: cycles added to a store without register offset right in front of a load.
* late_link: cycles added to a branch to LR when the instruction in front of it writes LR.
* nop_absorbed: cycles that a NOP saves right behind a load, or behind a store with register offset.
* address_hazard: cycles added to a load or store whose base or index was written by the data-processing instruction in
  front of it.
* it_folding: cycles that an IT saves right behind a 16-bit instruction that is no load, store, branch or CPS and does
  not write SP.
* wide_target: cycles added to a taken branch to a 32-bit instruction at address % 4 == 2.
* prefetch_words: length of the prefetch queue; 0 when code is always there. See emulator/timing/pipelines/prefetch.py.
* fp_result_use, fp_overlap, fp_unaligned_run: see emulator/timing/pipelines/floating_point.py.

A conditional branch counts as taken unless the program goes on right behind it; a load of PC that an IT skipped takes
one cycle. Other instructions that an IT skips cost as if they ran: emulator/timing/sites.py knows the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise

from emulator.errors import TimingError
from emulator.instructions.decode import Instruction
from emulator.timing.charges import Charge, settle
from emulator.timing.core import Core
from emulator.timing.pipelines.floating_point import FloatingPoint, FloatingPointRules
from emulator.timing.pipelines.in_order_charges import Step, charge_prefetch, charge_steps
from emulator.timing.pipelines.prefetch import stalls


@dataclass(frozen=True)
class _Rules(FloatingPointRules):
    load_pairing: int
    unaligned_wide_load_pairs: int
    base_update_pairs: int
    load_after_store: int
    late_link: int
    nop_absorbed: int
    address_hazard: int
    it_folding: int
    wide_target: int
    prefetch_words: int


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
        self._fpu = FloatingPoint(core, self._rules)

    def edge(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> int:
        """Cycles of `block` when the program goes on at `target`."""
        following = head[0] if head else None
        cycles = [self._cost(a, b, b.address) for a, b in pairwise(block)]
        cycles.append(self._cost(block[-1], following, target))
        extra = self._fpu.extra(block, following if target == block[-1].end else None, cycles)
        return sum(cycles) + extra + stalls(block, cycles, self._rules.prefetch_words)

    def charges(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> tuple[Charge, ...]:
        """What the cycles of `edge` went to."""
        behind = (*block[1:], head[0] if head else None)
        steps = [self._step(a, b, target if a is block[-1] else a.end) for a, b in zip(block, behind, strict=True)]
        cycles, following = [step.cycles for step in steps], behind[-1] if target == block[-1].end else None
        floating = self._fpu.charges(block, following, cycles)
        hidden = self._fpu.hidden(block, cycles)
        steps = [replace(step, cycles=step.cycles - less) for step, less in zip(steps, hidden, strict=True)]
        prefetch = charge_prefetch(block, cycles, self._rules.prefetch_words)
        return settle((*charge_steps(steps), *floating, *prefetch), self.edge(block, head, target))

    def _step(self, instruction: Instruction, following: Instruction | None, target: int) -> Step:
        cycles = self._cost(instruction, following, target)
        transfers = instruction.transfers * self._core.classify(instruction).per_transfer
        hazard = refill = 0
        if following is not None and following.address == target:
            taken = instruction.writes_pc and not (instruction.conditional and target == instruction.end)
            hazard = 0 if taken else self._hazard(instruction, following)
            refill = self._refill(following) if taken else 0
        return Step(instruction, following, cycles, transfers, hazard, refill)

    def _cost(self, instruction: Instruction, following: Instruction | None, target: int) -> int:
        row = self._core.classify(instruction)
        taken = instruction.writes_pc and not (instruction.conditional and target == instruction.end)
        if instruction.writes_pc and instruction.is_load and not taken:
            return 1
        cycles = row.taken if taken and row.taken is not None else row.cycles
        cycles += row.per_transfer * instruction.transfers
        if following is None:
            return cycles
        if taken:
            return cycles + self._refill(following)
        waits = self._hazard(instruction, following) + self._drain(instruction, following)
        return cycles + waits - self._hidden(instruction, following)

    def _refill(self, target: Instruction) -> int:
        return self._rules.wide_target if target.wide and target.address % 4 == 2 else 0

    def _hazard(self, instruction: Instruction, following: Instruction) -> int:
        if _returns(following) and "lr" in instruction.writes:
            return self._rules.late_link
        if instruction.is_load or instruction.is_store:
            return 0
        return self._rules.address_hazard if instruction.writes.intersection(following.address_registers) else 0

    def _drain(self, instruction: Instruction, following: Instruction) -> int:
        buffered = instruction.is_store and _single(instruction) and not instruction.register_offset
        return self._rules.load_after_store if buffered and following.is_load else 0

    def _hidden(self, instruction: Instruction, following: Instruction) -> int:
        if following.name == "it":
            return self._rules.it_folding if _folds(instruction) else 0
        if following.name == "nop":
            delayed = _single(instruction) and (instruction.is_load or instruction.register_offset)
            return self._rules.nop_absorbed if delayed else 0
        if not (_single(instruction) and instruction.is_load and _single(following)):
            return 0
        if instruction.loaded.intersection(following.address_registers):
            return 0
        if not self._rules.base_update_pairs and _update_collides(instruction, following):
            return 0
        if not self._rules.unaligned_wide_load_pairs and following.wide and following.address % 4 == 2:
            return 0
        return self._rules.load_pairing


def _update_collides(load: Instruction, following: Instruction) -> bool:
    """Whether the new base of one of the two keeps them apart."""
    updated = load.address_registers[:1] if load.writeback else ()
    return following.writeback or bool({*updated} & {*following.address_registers})


def _returns(instruction: Instruction) -> bool:
    """Whether it branches to LR."""
    return instruction.writes_pc and not instruction.is_load and instruction.operands.endswith("lr")


def _folds(instruction: Instruction) -> bool:
    """Whether an IT behind it takes no time of its own."""
    busy = instruction.is_load or instruction.is_store or instruction.writes_pc
    return not (busy or instruction.wide or instruction.name.startswith("cps") or "sp" in instruction.writes)


def _single(instruction: Instruction) -> bool:
    """Whether it moves one word, half-word or byte between memory and a core register."""
    return instruction.transfers == 1 and not instruction.is_multiple and instruction.extension != "fp"
