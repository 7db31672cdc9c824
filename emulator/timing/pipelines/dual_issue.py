"""In-order pipeline that issues up to two instructions a cycle (Cortex-M33, Cortex-M7).

An instruction issues when its operands are ready, at the earliest in the cycle behind its predecessor or, where the
core's pairs allow it, in the same. If it waits, so does everything behind it. What may pair and when a result can be
used are tables of the core file (emulator/timing/issue_table.py). A result may come early: an instruction whose row has
an `early_result`, and whose operands are there in time for the early ALU, runs in that one.

Rules:

* fetch_bytes, fetch_queue: width of an instruction fetch and how many of them are kept ahead; see fetch.py. 0 bytes:
  code never keeps the pipeline waiting.
* target_pairs: whether the target of a taken branch may issue together with it, if it has been fetched.
* mispredicted: cycles lost at the end of a loop, where a backward conditional branch is not taken;
  mispredicted_known_flags: the same if the flags were set early_flags cycles before, or more. All other branches count
  as predicted.
* banks: number of word-wide memory banks for loads in pairs, 0 if they never collide. Banks are compared where both
  addresses have the same base; others count as different.

A block's cost is the time until the head of the target is through, less the time of the head by itself: that is how
latencies and half-filled pairs reach across the edge. The head is odd in line, so that the next block fills a pair that
is half empty, and even behind a taken branch, where it stays so. Instructions that an IT block skips cost as if they
ran.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise, zip_longest

from emulator.errors import TimingError
from emulator.instructions.decode import Instruction
from emulator.timing.charges import Charge, settle
from emulator.timing.core import Core
from emulator.timing.issue_table import load_issue_table
from emulator.timing.pipelines.charged_issue import ChargedIssue, across
from emulator.timing.pipelines.issue import TAKEN, Issue, Operation, Rules
from emulator.timing.roles import reads, writes


def make(core: Core) -> DualIssue:
    """The pipeline with the numbers of this core."""
    return DualIssue(core)


class DualIssue:
    """See `emulator.timing.pipelines.Pipeline`."""

    lookahead = 12

    def __init__(self, core: Core) -> None:
        self._core = core
        self._table = load_issue_table(core.name)
        given = {rule.name: rule.value for rule in core.rules}
        if given.keys() != (wanted := {f.name for f in fields(Rules)}):
            raise TimingError(f"core table {core.name}.toml: dual_issue wants the rules {', '.join(sorted(wanted))}")
        self._rules = Rules(**given)
        self._operations: dict[int, Operation] = {}
        self._heads: dict[tuple[int, ...], int] = {}

    def edge(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> int:
        """Cycles of `block` when the program goes on at `target`."""
        issue = Issue(self._table, self._rules)
        seen = self._block(issue, block, head, target)
        return self._through(issue, seen) - self._alone(seen)

    def charges(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> tuple[Charge, ...]:
        """What the cycles of `edge` went to."""
        together, alone = ChargedIssue(self._table, self._rules), ChargedIssue(self._table, self._rules)
        seen = self._block(together, block, head, target)
        cycles = self._through(together, seen) - self._through(alone, seen)
        return settle(tuple(across(together.charges, alone.charges)), cycles)

    def younger(self, block: tuple[Instruction, ...]) -> tuple[bool, ...]:
        """Which instructions issue together with the one in front of them, the block entered at its first."""
        issue, found = Issue(self._table, self._rules), []
        for instruction in block:
            issue.step(self._operation(instruction))
            found.append(issue.paired)
        return tuple(found)

    @property
    def pair_names(self) -> tuple[str, ...]:
        """The rows of the core's pairs."""
        return tuple(row.name for row in self._table.pairs)

    def pair_rows(self, block: tuple[Instruction, ...], target: int) -> tuple[str, ...]:
        """For each two neighbours of a block that goes on at `target` the row that speaks of them, "" for none."""
        groups = [self._operation(instruction).groups for instruction in block]
        if _taken(block[-1], target):
            groups[-1] |= TAKEN
        rows = (self._table.pair(older, younger) for older, younger in pairwise(groups))
        return tuple("" if row is None else row.name for row in rows)

    def _block(
        self, issue: Issue, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int
    ) -> tuple[Instruction, ...]:
        """Issue the block; gives what of the head is to be issued behind it."""
        for instruction in block[:-1]:
            issue.step(self._operation(instruction))
        last = block[-1]
        if _taken(last, target):
            issue.branch(self._operation(last), target)
        else:
            issue.step(self._operation(last))
            issue.mispredict(last)
            head = head[: self.lookahead - 1]
        return head

    def _through(self, issue: Issue, head: tuple[Instruction, ...]) -> int:
        for instruction, following in zip_longest(head, head[1:]):
            if following is None or following.address == instruction.end:
                issue.step(self._operation(instruction))
            else:
                issue.branch(self._operation(instruction), following.address)
                issue.forget_fetch()
        return issue.next

    def _alone(self, head: tuple[Instruction, ...]) -> int:
        """Cycles of a head by itself, worked out once: many blocks go on at the same."""
        key = tuple(map(id, head))
        if key not in self._heads:
            self._heads[key] = self._through(Issue(self._table, self._rules), head)
        return self._heads[key]

    def _operation(self, instruction: Instruction) -> Operation:
        """What the issue stage wants to know, made once. It keeps the instruction, so that the id stays its own."""
        key = id(instruction)
        if key not in self._operations:
            row = self._core.classify(instruction)
            own = {"any", "wide" if instruction.wide else "narrow", *(["sets flags"] if instruction.sets_flags else [])}
            groups = frozenset((*row.groups, *own))
            self._operations[key] = Operation(instruction, row, groups, reads(instruction), writes(instruction))
        return self._operations[key]


def _taken(last: Instruction, target: int) -> bool:
    return last.writes_pc and not (last.conditional and target == last.end)
