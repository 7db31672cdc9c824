"""What the cycles of an edge went to: charges of instructions, each with its issue cycles and its stalls by cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from emulator.instructions.decode import Instruction

_MULTIPLIES = re.compile(r"^(mul|ml[as]|sm[lmu]|um(ull|lal|aal)|[su]div)")


class Cause(StrEnum):
    """Why a cycle passed in which nothing new was issued.

    load-use, store: the data phase of a load or store that nothing hides, and waiting for what a load brings;
    address: a base or index that has just been computed; result: any other result that is not there yet; branch: the
    pipeline fills again; mispredict: a branch went the other way; multiply/divide, floating point: further cycles of
    such an instruction, and waiting for its result; fetch: the core's own fetch is behind; wait states, cache miss: of
    memories; other: further cycles of all other instructions.
    """

    LOAD_USE = "load-use"
    STORE = "store"
    ADDRESS = "address"
    RESULT = "result"
    BRANCH = "branch"
    MISPREDICT = "mispredict"
    MULTIPLY = "multiply/divide"
    FLOATING_POINT = "floating point"
    FETCH = "fetch"
    WAIT_STATES = "wait states"
    CACHE_MISS = "cache miss"
    OTHER = "other"


@dataclass(frozen=True)
class Stall:
    """Cycles lost; `by` is the instruction that causes it, `waits` the one it holds up where that is another."""

    cause: Cause
    cycles: int
    by: Instruction
    waits: Instruction | None = None


@dataclass(frozen=True)
class Charge:
    """Cycles counted for an instruction. Several charges may be for the same one."""

    instruction: Instruction
    issue: int
    stalls: tuple[Stall, ...] = ()

    @property
    def cycles(self) -> int:
        """All of them."""
        return self.issue + sum(stall.cycles for stall in self.stalls)


def own_cause(instruction: Instruction) -> Cause:
    """What the cycles of an instruction go to that it takes beyond those in which it issues."""
    if instruction.writes_pc:
        return Cause.BRANCH
    if instruction.is_load:
        return Cause.LOAD_USE
    if instruction.is_store:
        return Cause.STORE
    if _MULTIPLIES.match(instruction.name):
        return Cause.MULTIPLY
    return Cause.FLOATING_POINT if instruction.extension.startswith("fp") else Cause.OTHER


def wait_cause(producer: Instruction, register: str, role: str) -> Cause:
    """Why an instruction waits for a register of `producer` that it reads in a role (emulator/timing/roles.py)."""
    updated = producer.writeback and register in producer.address_registers[:1] and register not in producer.loaded
    own = own_cause(producer)
    if own in (Cause.LOAD_USE, Cause.MULTIPLY, Cause.FLOATING_POINT) and not updated:
        return own
    return Cause.ADDRESS if role == "address" else Cause.RESULT


def settle(charges: Sequence[Charge], cycles: int) -> tuple[Charge, ...]:
    """The same charges adding up to `cycles`, none below zero.

    What is missing is the fetch's and counts for the last instruction; what is too much is taken from the end.
    """
    excess = sum(charge.cycles for charge in charges) - cycles
    found = list(charges)
    for n in reversed(range(len(found))):
        if excess <= 0:
            break
        taken = min(excess, found[n].issue)
        found[n], excess = replace(found[n], issue=found[n].issue - taken), excess - taken
    for n in reversed(range(len(found))):
        if excess <= 0:
            break
        before = found[n].cycles
        found[n] = replace(found[n], stalls=tuple(_shortened(found[n].stalls, excess)))
        excess -= before - found[n].cycles
    if excess < 0:
        last = found[-1].instruction
        found.append(Charge(last, 0, (Stall(Cause.FETCH, -excess, last),)))
    return tuple(charge for charge in found if charge.cycles)


def _shortened(stalls: Iterable[Stall], cycles: int) -> Iterable[Stall]:
    for stall in stalls:
        taken = min(cycles, stall.cycles)
        cycles -= taken
        if stall.cycles > taken:
            yield replace(stall, cycles=stall.cycles - taken)
