"""The issue stage of a pipeline that pairs instructions, keeping account of what its cycles went to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from emulator.instructions.decode import Instruction
from emulator.timing.charges import Cause, Charge, Stall, own_cause, wait_cause
from emulator.timing.issue_table import IssueTable
from emulator.timing.pipelines.issue import Issue, Operation, Rules


class ChargedIssue(Issue):
    """Issues as Issue does; `charges` has one for each operation. The younger of a pair takes no issue cycle."""

    def __init__(self, table: IssueTable, rules: Rules) -> None:
        super().__init__(table, rules)
        self.charges: list[Charge] = []
        self._writers: dict[str, Instruction] = {}
        self._holders: dict[str, Instruction] = {}

    def mispredict(self, last: Instruction) -> None:
        """As Issue does."""
        before = self.next
        super().mispredict(last)
        if self.next > before:
            charge = self.charges[-1]
            stall = Stall(Cause.MISPREDICT, self.next - before, last)
            self.charges[-1] = replace(charge, stalls=(*charge.stalls, stall))

    def _issue(self, operation: Operation, taken: bool) -> None:
        instruction, before = operation.instruction, self.next
        limits = list(self._limits(operation))
        super()._issue(operation, taken)
        cycles = operation.cycles(taken)
        first = self.next - cycles
        stalls = []
        if first > before:
            _, cause, by = max(limits, key=lambda limit: limit[0])
            stalls.append(Stall(cause, first - before, by, None if by is instruction else instruction))
        least = max(1, -(-instruction.transfers * operation.row.per_transfer // operation.row.transfers_per_cycle))
        if cycles > least:
            stalls.append(Stall(own_cause(instruction), cycles - least, instruction))
        self.charges.append(Charge(instruction, least - max(before - first, 0), tuple(stalls)))
        self._note(operation)

    def _limits(self, operation: Operation) -> Iterator[tuple[int, Cause, Instruction]]:
        """What keeps it from issuing earlier: until when, why, because of which instruction."""
        instruction = operation.instruction
        for register, role in operation.reads:
            if register in self._ready:
                at, result = self._ready[register]
                writer = self._writers[register]
                yield at + result.latency(role), wait_cause(writer, register, role), writer
        for (group, younger_only), until in self._held.items():
            if group in operation.groups and not younger_only:
                holder = self._holders[group]
                yield until, own_cause(holder), holder
        yield self._fetch.arrives(instruction), Cause.FETCH, instruction

    def _note(self, operation: Operation) -> None:
        instruction = operation.instruction
        for register in (*operation.writes, *(instruction.address_registers[:1] if instruction.writeback else ())):
            self._writers[register] = instruction
        for hold in self._table.holds:
            if operation.groups & {*hold.after}:
                self._holders |= dict.fromkeys(hold.groups, instruction)


def across(together: Sequence[Charge], alone: Sequence[Charge]) -> Iterator[Charge]:
    """Charges of a block that was issued with its target's head, without those of the head by itself."""
    size = len(together) - len(alone)
    yield from together[:size]
    for both, single in zip(together[size:], alone, strict=True):
        known = {stall.cause: stall.cycles for stall in single.stalls}
        more = [replace(stall, cycles=stall.cycles - known.get(stall.cause, 0)) for stall in both.stalls]
        stalls = tuple(stall for stall in more if stall.cycles > 0)
        issue = max(0, both.issue - single.issue)
        if issue or stalls:
            yield Charge(both.instruction, issue, stalls)
