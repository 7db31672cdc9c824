"""How far a campaign is with one function: rounds of cases, each knowing what the one before reached, then defects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from microinfer.verify.coverage import Blocks
from microinfer.verify.defect import Defect
from microinfer.verify.mutation import Kept
from microinfer.verify.result import FunctionResult
from microinfer.verify.source import Entry, Round, Source
from microinfer.verify.task import Answer, CasesTask, DefectTask, Edge, Failure, Stretch, Task

_STRETCH = 250
_FIRST, _SHARES = 4, 8


class FunctionRun:
    """One function's part of a campaign: what to run next, and what came of it.

    Saved cases and half of the others are the first round; four more rounds share the rest. Stretches are put together
    by number, not by when they came, so the result is the same for any order of answers.
    """

    def __init__(self, function: str, seed: int, cases: int, corpus: tuple[Entry, ...] = ()) -> None:
        self.function = function
        self.kept: list[Kept] = []
        self.source = Source(function, seed, corpus, (Round(-len(corpus), ()),))
        self._bounds = sorted({-len(corpus), *(cases * share // _SHARES for share in range(_FIRST, _SHARES + 1))})
        self._round = 0
        self._waiting = 0
        self._skipped = ""
        self._seen: set[Edge] = set()
        self._stretches: list[Stretch] = []
        self._merged = 0
        self._searches: list[DefectTask] | None = None
        self._defects: dict[int, tuple[Defect, ...]] = {}

    @property
    def steps(self) -> int:
        """Number of stretches of cases."""
        return sum(len(_split(start, stop)) for start, stop in pairwise(self._bounds))

    def begin(self) -> Sequence[Task]:
        """The tasks of the round that is next; none behind the last one."""
        if self._round + 1 >= len(self._bounds):
            return ()
        start, stop = self._bounds[self._round : self._round + 2]
        if self._round:
            self.source = self.source.next_round(start, self.kept)
        tasks = [CasesTask(self.source, first, end) for first, end in _split(start, stop)]
        self._round, self._waiting = self._round + 1, len(tasks)
        return tasks

    def accept(self, task: Task, answer: Answer) -> Sequence[Task]:
        """Take the answer to a task; the tasks that follow from it."""
        if isinstance(answer, tuple):
            self._defects[id(task)] = answer
            return ()
        self._waiting -= 1
        if isinstance(answer, str):
            self._skipped = self._skipped or answer
        else:
            self._stretches.append(answer)
        if self._waiting:
            return ()
        self._merge()
        return (() if self._skipped else self.begin()) or self._search()

    def _merge(self) -> None:
        """End a round: keep its cases that took edges which none before them took."""
        self._stretches.sort(key=lambda stretch: stretch.start)
        for stretch in self._stretches[self._merged :]:
            for one in stretch.reached:
                if one.edges - self._seen:
                    self.kept.append(Kept(one.number, one.tape))
                    self._seen |= one.edges
        self._merged = len(self._stretches)

    def _search(self) -> Sequence[DefectTask]:
        """One task for each kind of failure, the most frequent first."""
        if self._searches is None:
            groups: dict[tuple[str, ...], list[Failure]] = {}
            self._stretches.sort(key=lambda stretch: stretch.start)
            for failure in (one for stretch in self._stretches for one in stretch.failures):
                groups.setdefault(failure.findings[0].key, []).append(failure)
            ran = tuple((stretch.start, stretch.stop) for stretch in self._stretches)
            failing = frozenset(one.number for group in groups.values() for one in group)
            ordered = sorted(groups.values(), key=len, reverse=True)
            self._searches = [DefectTask(self.source, tuple(group), ran, failing) for group in ordered]
        return self._searches

    @property
    def blocks(self) -> Blocks:
        """Blocks that ran, as (address, bytes)."""
        reached = (one for stretch in self._stretches for one in stretch.reached)
        return frozenset(edge[:2] for one in reached for edge in one.edges)

    def result(self) -> FunctionResult:
        """What came of it so far; defects that nobody has looked into are told as their first case shows them."""
        searches = self._search()
        defects = [one for task in searches for one in self._defects.get(id(task)) or task.unshrunk()]
        cases = sum(stretch.stop - stretch.start for stretch in self._stretches)
        deepest = max(self._stretches, key=lambda stretch: stretch.stack, default=None)
        depth = (deepest.stack, deepest.deepest) if deepest else (0, 0)
        failing = len(searches[0].failing) if searches else 0
        complete = not self._waiting and self._round + 1 == len(self._bounds) and len(self._defects) == len(searches)
        return FunctionResult(
            self.function, cases, failing, *depth, len(self.kept), tuple(defects), self._skipped, complete
        )


def _split(start: int, stop: int) -> Sequence[tuple[int, int]]:
    return [(first, min(first + _STRETCH, stop)) for first in range(start, stop, _STRETCH)]
