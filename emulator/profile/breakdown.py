"""What the cycles of a run went to: issue and stalls by cause, of every instruction, function and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from emulator.errors import DecodeError, IllegalInstruction, TimingError
from emulator.instructions.decode import Instruction
from emulator.memories.layout import Layout
from emulator.profile.counted import Counted, Met
from emulator.timing.charges import Cause, Stall, own_cause
from emulator.timing.cost import CostModel
from emulator.timing.ideal import Ideal, work

_ORDER = {cause: n for n, cause in enumerate(Cause)}


@dataclass(frozen=True)
class Hazard:
    """Cycles lost for one cause, by one instruction to one that waits (None: to whatever comes next)."""

    cause: Cause
    by: Instruction
    waits: Instruction | None
    cycles: int


@dataclass(frozen=True)
class Spent:
    """An instruction that ran `count` times, with the cycles of all of them. `stalls`: by cause, in Cause's order."""

    instruction: Instruction
    count: int
    issue: int
    stalls: tuple[tuple[Cause, int], ...]
    hazards: tuple[Hazard, ...]

    @property
    def cycles(self) -> int:
        """All of them."""
        return self.issue + sum(cycles for _, cycles in self.stalls)


@dataclass(frozen=True)
class Split:
    """The sum over some instructions. `done`: work by kind (emulator/timing/ideal.py); hazards: worst first."""

    name: str
    instructions: int
    cycles: int
    issue: int
    stalls: tuple[tuple[Cause, int], ...]
    done: tuple[tuple[str, int], ...]
    hazards: tuple[Hazard, ...]

    def share(self, ideal: Ideal) -> float:
        """How much of an ideal was reached, 0 to 1; more where products were not added up."""
        return dict(self.done).get(ideal.name, 0) / (self.cycles * ideal.per_cycle) if self.cycles else 0.0


@dataclass
class _Account:
    """An instruction while edges are counted."""

    instruction: Instruction
    count: int = 0
    issue: int = 0
    stalls: dict[tuple[Cause, int, int], Stall] = field(default_factory=dict)
    cycles: dict[tuple[Cause, int, int], int] = field(default_factory=dict)

    def add(self, stall: Stall, cycles: int) -> None:
        key = stall.cause, stall.by.address, -1 if stall.waits is None else stall.waits.address
        self.stalls.setdefault(key, stall)
        self.cycles[key] = self.cycles.get(key, 0) + cycles

    def spare(self, cycles: int) -> int:
        """Count so many cycles less, issue last; gives how many of them there were."""
        left = cycles
        for key in reversed(self.cycles):
            part = min(left, self.cycles[key])
            self.cycles[key], left = self.cycles[key] - part, left - part
        part = min(left, self.issue)
        self.issue, left = self.issue - part, left - part
        return cycles - left

    def spent(self) -> Spent:
        found = (Hazard(s.cause, s.by, s.waits, self.cycles[k]) for k, s in self.stalls.items())
        hazards = tuple(hazard for hazard in found if hazard.cycles)
        return Spent(self.instruction, self.count, self.issue, _by_cause(hazards), hazards)


def break_down(
    counted: Counted, model: CostModel, function: Callable[[int], int], layout: Layout | None = None
) -> tuple[Spent, ...]:
    """All instructions that ran, by address; `layout` has the slow memories they ran with.

    The sums over a function are what the run charged for its blocks: what a block does to the instructions behind it
    counts for those where they belong to the same function (`function` gives a number for that of an address), and for
    the block's last elsewhere. Code that cannot be decoded is left out.
    """
    accounts: dict[int, _Account] = {}
    passed = [(key, row) for key, row in counted.edges.items() if _count(key, row[0], model, accounts)]
    for (address, size, target), (count, cycles) in passed:
        last = model.block(address, size)[-1]
        holder, rest = function(last.address), cycles
        for charge in model.charges(address, size, target):
            at = charge.instruction.address
            known = at in accounts and (address <= at < address + size or function(at) == holder)
            account = accounts[at if known else last.address]
            account.issue += count * charge.issue
            for stall in charge.stalls:
                account.add(stall, count * stall.cycles)
            rest -= charge.cycles
        if rest:
            accounts[last.address].add(Stall(Cause.OTHER, rest, last), count * rest)
    _add_memories(counted, model, layout or Layout(), accounts)
    _add_operands(counted.operands, accounts)
    return tuple(accounts[at].spent() for at in sorted(accounts))


def split(rows: Iterable[Spent], name: str = "") -> Split:
    """The sum of some instructions."""
    some = tuple(rows)
    done: dict[str, int] = {}
    for row in some:
        for kind, amount in work(row.instruction):
            done[kind] = done.get(kind, 0) + amount * row.count
    hazards = sorted((h for row in some for h in row.hazards), key=lambda h: (-h.cycles, h.by.address))
    return Split(
        name=name,
        instructions=sum(row.count for row in some),
        cycles=sum(row.cycles for row in some),
        issue=sum(row.issue for row in some),
        stalls=_by_cause(hazards),
        done=tuple(done.items()),
        hazards=tuple(hazards),
    )


def total(splits: Iterable[Split], name: str = "") -> Split:
    """The sum of several."""
    some = tuple(splits)
    done: dict[str, int] = {}
    for kind, amount in (row for part in some for row in part.done):
        done[kind] = done.get(kind, 0) + amount
    hazards = sorted((h for part in some for h in part.hazards), key=lambda h: (-h.cycles, h.by.address))
    return Split(
        name=name,
        instructions=sum(part.instructions for part in some),
        cycles=sum(part.cycles for part in some),
        issue=sum(part.issue for part in some),
        stalls=_by_cause(hazards),
        done=tuple(done.items()),
        hazards=tuple(hazards),
    )


def split_by(rows: Iterable[Spent], name: Callable[[int], str]) -> tuple[Split, ...]:
    """Sums by what `name` gives for an address, a function or a line, most cycles first."""
    groups: dict[str, list[Spent]] = {}
    for row in rows:
        groups.setdefault(name(row.instruction.address), []).append(row)
    return tuple(sorted((split(some, key) for key, some in groups.items()), key=lambda s: (-s.cycles, s.name)))


def _count(key: tuple[int, int, int], count: int, model: CostModel, accounts: dict[int, _Account]) -> bool:
    """Count the block's instructions; whether there are any."""
    try:
        block = model.block(key[0], key[1])
    except (DecodeError, IllegalInstruction, TimingError):
        return False
    for instruction in block:
        accounts.setdefault(instruction.address, _Account(instruction)).count += count
    return True


def _add_memories(counted: Counted, model: CostModel, layout: Layout, accounts: dict[int, _Account]) -> None:
    """Stalls are of those who met them."""
    for key, (code, data) in counted.stalls.items():
        if key[0] not in accounts:
            continue
        for met in counted.met.get(key) or _presumed(model.block(*key[:2]), code, data):
            account = accounts[met.address]
            user = account.instruction
            account.add(Stall(_memory_cause(layout, met.address, "fetch"), met.code, user), met.code)
            account.add(Stall(_memory_cause(layout, None, "data"), met.data, user), met.data)


def _presumed(block: tuple[Instruction, ...], code: int, data: int) -> Iterator[Met]:
    """Time lost to reading code is the block's first instruction's, time lost to data that of its loads alike."""
    yield Met(block[0].address, code, 0)
    users = [i for i in block if i.is_load] or [i for i in block if i.is_store] or [block[0]]
    for position, user in enumerate(users):
        yield Met(user.address, 0, data // len(users) + (position < data % len(users)))


def _add_operands(operands: Mapping[int, int], accounts: dict[int, _Account]) -> None:
    """More cycles are the instruction's; fewer are also of those behind it, which an IT skips."""
    for address, cycles in operands.items():
        account = accounts.get(address)
        if account is not None and cycles > 0:
            instruction = account.instruction
            account.add(Stall(own_cause(instruction), cycles, instruction), cycles)
        left = -cycles
        while account is not None and left > 0:
            left -= account.spare(left)
            account = accounts.get(account.instruction.end)


def _memory_cause(layout: Layout, address: int | None, what: str) -> Cause:
    """Cache misses where a cache stands in front of the memory, of all memories where the address is not known."""
    number = None if address is None else layout.at(address)
    memories = layout.memories if number is None else layout.memories[number : number + 1]
    cached = bool(memories) and all(any(c.serves in (what, "both") for c in m.caches) for m in memories)
    return Cause.CACHE_MISS if cached else Cause.WAIT_STATES


def _by_cause(hazards: Iterable[Hazard]) -> tuple[tuple[Cause, int], ...]:
    sums: dict[Cause, int] = {}
    for hazard in hazards:
        sums[hazard.cause] = sums.get(hazard.cause, 0) + hazard.cycles
    return tuple(sorted(sums.items(), key=lambda row: _ORDER[row[0]]))
