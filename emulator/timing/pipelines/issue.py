"""The issue stage of an in-order pipeline that pairs instructions: what issues when, and when results are ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from emulator.instructions.decode import Instruction
from emulator.timing.core import TimingClass
from emulator.timing.issue_table import IssueTable, Result
from emulator.timing.pipelines.fetch import Fetch
from emulator.timing.roles import Reads

_BASE_UPDATE = "address update"
_EARLY_AS_YOUNGER, _SHIFTER = "early as younger", "shifter"
TAKEN = frozenset({"taken"})


@dataclass(frozen=True)
class Rules:
    """See emulator/timing/pipelines/dual_issue.py."""

    fetch_bytes: int
    fetch_queue: int
    target_pairs: int
    mispredicted: int
    mispredicted_known_flags: int
    early_flags: int
    banks: int


@dataclass(frozen=True)
class Operation:
    """An instruction as the issue stage sees it."""

    instruction: Instruction
    row: TimingClass
    groups: frozenset[str]
    reads: Reads
    writes: tuple[str, ...]

    def cycles(self, taken: bool) -> int:
        """Issue cycles; of a taken branch, until its target can issue."""
        row = self.row
        fixed = row.taken if taken and row.taken is not None else row.cycles
        moved = -(-self.instruction.transfers * row.per_transfer // row.transfers_per_cycle)
        return max(1, fixed + moved)


class Issue:
    """Issues one operation after the other. `next` is the first cycle that is free."""

    def __init__(self, table: IssueTable, rules: Rules) -> None:
        self.next = 0
        self._table, self._rules = table, rules
        self._older: Operation | None = None
        self._ready: dict[str, tuple[int, Result]] = {}
        self._held: dict[tuple[str, bool], int] = {}
        self._fetch = Fetch(rules.fetch_bytes, rules.fetch_queue)
        self._flags_at = -rules.early_flags

    @property
    def paired(self) -> bool:
        """Whether the last operation issued together with the one in front of it."""
        return self._older is None

    def step(self, operation: Operation) -> None:
        """Issue an operation behind which the program goes on in line."""
        self._issue(operation, taken=False)

    def branch(self, operation: Operation, target: int) -> None:
        """Issue a taken branch."""
        self._issue(replace(operation, groups=operation.groups | TAKEN), taken=True)
        if not self._rules.target_pairs:
            self._older = None
        self._fetch.jump(target, 0 if self._rules.target_pairs else self.next)

    def forget_fetch(self) -> None:
        """From here on, code is there as if it had been entered in line."""
        self._fetch = Fetch(self._rules.fetch_bytes, self._rules.fetch_queue, self.next)

    def mispredict(self, last: Instruction) -> None:
        """Charge the end of a loop, if that is what `last`, a branch not taken, is."""
        rules = self._rules
        backward = last.conditional and last.target is not None and last.target <= last.address
        if not backward or not rules.mispredicted:
            return
        known = self.next - 1 - self._flags_at >= rules.early_flags
        self.next += rules.mispredicted_known_flags if known else rules.mispredicted
        self._older = None
        self._fetch.jump(last.end, self.next)

    def _issue(self, operation: Operation, taken: bool) -> None:
        younger = self._joins(operation)
        first = self.next - 1 if younger else max(self.next, self._earliest(operation, younger=False))
        self._record(operation, first, younger)
        self._fetch.issued(first)
        self.next = first + operation.cycles(taken)
        self._older = None if younger else operation

    def _joins(self, operation: Operation) -> bool:
        """Whether it issues together with the operation in front of it."""
        older = self._older
        if older is None or not self._table.may_pair(older.groups, operation.groups):
            return False
        return self._earliest(operation, younger=True) < self.next and not self._collide(older, operation)

    def _earliest(self, operation: Operation, younger: bool) -> int:
        """The first cycle in which its operands, its unit and its code are there."""
        waits = [there - early for there, early in self._operands(operation)]
        waits += [until for (group, only), until in self._held.items() if group in operation.groups and younger >= only]
        return max(self._fetch.arrives(operation.instruction), *waits, 0)

    def _operands(self, operation: Operation) -> Iterator[tuple[int, int]]:
        """When each operand is there, and by how much earlier the operation may issue."""
        row = self._table.ahead(operation.groups)
        for register, role in operation.reads:
            if register in self._ready:
                at, result = self._ready[register]
                yield at + result.latency(role), row.before(result, role) if row else 0

    def _wait_in_unit(self, operation: Operation, first: int) -> int:
        """Cycles that it waits for an operand once it has issued; its unit is taken as long."""
        row = self._table.ahead(operation.groups)
        if row is None:
            return 0
        waits = max((there - first for there, early in self._operands(operation) if early), default=0)
        for group in row.keeps if waits > 0 else ():
            key, until = (group, False), first + operation.row.cycles + waits
            self._held[key] = max(until, self._held.get(key, 0))
        return max(waits, 0)

    def _collide(self, older: Operation, younger: Operation) -> bool:
        """Whether two loads want the same bank, as far as that can be seen."""
        a, b = older.instruction, younger.instruction
        if not (self._rules.banks and a.is_load and b.is_load):
            return False
        if len(a.address_registers) != 1 or a.address_registers != b.address_registers:
            return False
        return (a.offset // 4 - b.offset // 4) % self._rules.banks == 0

    def _record(self, operation: Operation, first: int, younger: bool) -> None:
        """Note when its results can be used and what it holds up."""
        result = self._result(operation, first, younger)
        first += self._wait_in_unit(operation, first)
        instruction, per_cycle = operation.instruction, operation.row.transfers_per_cycle
        for position, register in enumerate(operation.writes):
            later = position // per_cycle if operation.row.per_transfer else operation.row.cycles - 1
            self._ready[register] = first + max(0, later), result
        if instruction.writeback and instruction.address_registers:
            self._ready[instruction.address_registers[0]] = first, self._table.results[_BASE_UPDATE]
        if "sets flags" in operation.groups:
            self._flags_at = first
        for hold in self._table.holds:
            if operation.groups & {*hold.after}:
                for group in hold.groups:
                    key, until = (group, hold.younger_only), first + operation.row.cycles + hold.cycles
                    self._held[key] = max(until, self._held.get(key, 0))

    def _result(self, operation: Operation, first: int, younger: bool) -> Result:
        row, results = operation.row, self._table.results
        if not row.early_result:
            return results[row.result]
        shifter_free = self._older is None or _SHIFTER not in self._older.groups
        slot = not younger or (_EARLY_AS_YOUNGER in operation.groups and shifter_free)
        ready = (self._ready[r] for r, _ in operation.reads if r in self._ready)
        in_time = all(at + result.latency("early") <= first for at, result in ready)
        return results[row.early_result if slot and in_time else row.result]
