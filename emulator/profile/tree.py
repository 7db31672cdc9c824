"""The tree of calls with names, and what it says of each function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.profile.lines import CallSite, LineCost
from emulator.profile.mix import MixRow
from emulator.profile.timeline import ExceptionCost, ExceptionEvent


@dataclass(frozen=True)
class CallNode:
    """A function as called along one path; `parent` is an index into the profile's nodes, None for a root.

    cycles and instructions are its own, without callees.
    """

    function: str
    parent: int | None
    calls: int
    cycles: int
    instructions: int


@dataclass(frozen=True)
class FunctionCost:
    """What a function cost: by itself, and with its callees (recursion counted once).

    Handlers are roots of their own: they do not count for what they interrupt.
    """

    name: str
    calls: int
    cycles: int
    inclusive: int
    instructions: int


@dataclass(frozen=True)
class Profile:
    """A run's calls. `cycles` is all the time there was; what no function had went to exception entry and sleep.

    lines, mix: what each source line and each mnemonic cost; timeline: exceptions as they came and went, up to
    MAX_EVENTS; exceptions: sums over all of them; sites: the lines of direct calls.
    """

    nodes: tuple[CallNode, ...]
    cycles: int
    clock_hz: int
    timeline: tuple[ExceptionEvent, ...] = ()
    exceptions: tuple[ExceptionCost, ...] = ()
    lines: tuple[LineCost, ...] = ()
    mix: tuple[MixRow, ...] = ()
    sites: tuple[CallSite, ...] = ()

    @property
    def elsewhere(self) -> int:
        """Cycles of exception entry and return, and of sleep."""
        return self.cycles - sum(node.cycles for node in self.nodes)

    def path(self, index: int) -> tuple[str, ...]:
        """Names from the root to a node."""
        names: list[str] = []
        at: int | None = index
        while at is not None:
            names.append(self.nodes[at].function)
            at = self.nodes[at].parent
        return tuple(reversed(names))

    def inclusive(self) -> list[int]:
        """Cycles of each node with everything below it."""
        totals = [node.cycles for node in self.nodes]
        for index in reversed(range(len(self.nodes))):
            parent = self.nodes[index].parent
            if parent is not None:
                totals[parent] += totals[index]
        return totals

    def functions(self) -> tuple[FunctionCost, ...]:
        """Each function once, most inclusive cycles first."""
        totals = self.inclusive()
        found: dict[str, list[int]] = {}
        for index, node in enumerate(self.nodes):
            row = found.setdefault(node.function, [0, 0, 0, 0])
            row[0] += node.calls
            row[1] += node.cycles
            row[3] += node.instructions
            if node.function not in self.path(index)[:-1]:
                row[2] += totals[index]
        rows = (FunctionCost(name, *row) for name, row in found.items())
        return tuple(sorted(rows, key=lambda f: (-f.inclusive, f.name)))


def call_nodes(rows: list[tuple[int, int, int, int, int]], name: Callable[[int], str]) -> tuple[CallNode, ...]:
    """The tree from a tracer's `calls`; row n is node n + 1 there, and node 0 the root."""
    return tuple(
        CallNode(name(function), parent - 1 if parent else None, calls, own, instructions)
        for parent, function, calls, own, instructions in rows
    )
