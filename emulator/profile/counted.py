"""What has been counted of a run at some time: passes through edges, and the cycles on top of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emulator.tracing.operand_watch import SiteCounts
from emulator.tracing.tracer import Tracer

EdgeKey = tuple[int, int, int]


@dataclass(frozen=True)
class Met:
    """Cycles that the instruction at an address waited for code and for data."""

    address: int
    code: int
    data: int


@dataclass(frozen=True)
class Counted:
    """edges: (passes, cycles of one) by block, size and next block; stalls: cycles lost to (code, data) by the same;
    operands: cycles that values of operands and skipped instructions took on top, by instruction; may be negative.
    met: for edges of which that is known, the instructions that met their stalls."""

    edges: Mapping[EdgeKey, tuple[int, int]] = field(default_factory=dict)
    stalls: Mapping[EdgeKey, tuple[int, int]] = field(default_factory=dict)
    operands: Mapping[int, int] = field(default_factory=dict)
    met: Mapping[EdgeKey, tuple[Met, ...]] = field(default_factory=dict)

    def since(self, before: Counted) -> Counted:
        """What came on top of an earlier state."""
        edges = {k: (n - before.edges.get(k, (0, 0))[0], cycles) for k, (n, cycles) in self.edges.items()}
        stalls = {}
        for key, (code, data) in self.stalls.items():
            old = before.stalls.get(key, (0, 0))
            stalls[key] = code - old[0], data - old[1]
        operands = {at: cycles - before.operands.get(at, 0) for at, cycles in self.operands.items()}
        return Counted(
            {key: row for key, row in edges.items() if row[0]},
            {key: row for key, row in stalls.items() if any(row)},
            {at: cycles for at, cycles in operands.items() if cycles},
        )

    @property
    def cycles(self) -> int:
        """All of them."""
        passes = sum(count * cycles for count, cycles in self.edges.values())
        return passes + sum(map(sum, self.stalls.values())) + sum(self.operands.values())


def counted(tracer: Tracer, sites: Iterable[SiteCounts]) -> Counted:
    """What a tracer and the watched operands have counted so far."""
    operands: dict[int, int] = {}
    for row in sites:
        operands[row.site.address] = operands.get(row.site.address, 0) + row.cycles
    return Counted(
        {(at, size, target): (count, cycles) for at, size, target, count, cycles, _ in tracer.edges() if count},
        {(at, size, target): (code, data) for at, size, target, code, data in tracer.stalls()},
        operands,
    )
