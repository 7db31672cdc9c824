"""What the cycles of an in-order, single-issue pipeline went to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from emulator.instructions.decode import Instruction
from emulator.timing.charges import Cause, Charge, Stall, own_cause
from emulator.timing.pipelines.prefetch import stalls


@dataclass(frozen=True)
class Step:
    """An instruction with the one behind it: its `cycles`, of which `transfers` move words that take a cycle each.

    hazard: cycles that the next one's address keeps it waiting; refill: cycles of a taken branch for its target's sake.
    """

    instruction: Instruction
    following: Instruction | None
    cycles: int
    transfers: int
    hazard: int
    refill: int


def charge_steps(steps: Iterable[Step]) -> Iterator[Charge]:
    """Charges of a block. A cycle that an IT saves is its own."""
    folded = 0
    for step in steps:
        instruction = step.instruction
        least = max(1, step.transfers)
        own = step.cycles - step.hazard - step.refill - folded
        folded = 0
        if step.following is not None and step.following.name == "it" and own < least:
            folded, own = least - own, least
        issue = min(own, least)
        yield Charge(instruction, issue, tuple(_stalls(step, own - issue)))
        if step.hazard and step.following is not None:
            stall = Stall(Cause.ADDRESS, step.hazard, instruction, step.following)
            yield Charge(step.following, 0, (stall,))


def charge_prefetch(block: Sequence[Instruction], cycles: Sequence[int], words: int) -> Iterator[Charge]:
    """Charges of the instructions that a prefetch queue of so many words keeps waiting."""
    before, lost = 0, stalls(block, cycles, words)
    for n, instruction in enumerate(block, 1):
        if before == lost:
            return
        here = stalls(block[:n], cycles[:n], words)
        if here > before:
            yield Charge(instruction, 0, (Stall(Cause.FETCH, here - before, instruction),))
        before = here


def _stalls(step: Step, extra: int) -> Iterator[Stall]:
    instruction = step.instruction
    if extra > 0:
        cause = own_cause(instruction)
        held = step.following if cause in (Cause.LOAD_USE, Cause.STORE) else None
        yield Stall(cause, extra, instruction, held)
    if step.refill:
        yield Stall(Cause.BRANCH, step.refill, instruction, step.following)
