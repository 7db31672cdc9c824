"""Which rows of a core's table a run leaned on, by the share of its cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from emulator.errors import EmulatorError
from emulator.program.symbols import SymbolTable
from emulator.timing.core import Core
from emulator.timing.cost import CostModel

_NEGLIGIBLE = 0.001

EdgeRow = tuple[int, int, int, int, int, int]


@dataclass(frozen=True)
class Coverage:
    """Cycles of a run on `core`: timing classes with the share of cycles spent in each, the largest first.

    These shares are of the cycles without `stalls`, the part of all cycles spent waiting for memory.
    """

    core: str
    classes: tuple[tuple[str, float], ...]
    stalls: float = 0.0


@dataclass(frozen=True)
class Counts:
    """What a tracer has counted: rows of edges, and cycles lost to slow memories."""

    edges: tuple[EdgeRow, ...]
    stalls: int

    def since(self, before: Counts) -> Counts:
        """What came after `before`."""
        seen = {row[:3]: row[3] for row in before.edges}
        rows = ((a, s, t, count - seen.get((a, s, t), 0), c, i) for a, s, t, count, c, i in self.edges)
        return Counts(tuple(row for row in rows if row[3] > 0), self.stalls - before.stalls)


def coverage(core: Core, edges: Iterable[EdgeRow], read: Callable[[int, int], bytes], stalls: int = 0) -> Coverage:
    """The shares of a run from a tracer's edges (address, size, target, count, cycles, instructions).

    An instruction's cycles reach from its start to that of the next. `stalls` are cycles on top of the edges'; `read`
    gives code bytes, fewer where memory ends. Code that is no longer there as it ran is left out, and so are the edges
    that took the least, together no more than a thousandth of the cycles.
    """
    model = CostModel(core, read, SymbolTable().locate)
    names: dict[tuple[int, int], tuple[str, ...]] = {}
    sums: dict[str, int] = {}
    for address, size, _, count, cycles, _ in _that_matter(edges):
        key = (address, size)
        try:
            if key not in names:
                names[key] = tuple(core.classify(i).name for i in model.block(*key))
            starts = model.starts(*key)
        except EmulatorError:
            continue
        for name, (start, end) in zip(names[key], pairwise((*starts, cycles)), strict=True):
            sums[name] = sums.get(name, 0) + count * (end - start)
    return from_sums(core.name, sums, stalls)


def _that_matter(edges: Iterable[EdgeRow]) -> Iterator[EdgeRow]:
    """Edges by falling cycles until all but a thousandth of the cycles are there."""
    ordered = sorted(edges, key=lambda row: (-row[3] * row[4], row))
    left = (1 - _NEGLIGIBLE) * sum(row[3] * row[4] for row in ordered)
    for row in ordered:
        if left <= 0:
            return
        yield row
        left -= row[3] * row[4]


def from_sums(core: str, sums: dict[str, int], stalls: int) -> Coverage:
    """Shares from cycles by class."""
    busy = sum(sums.values())
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    shares = tuple((name, cycles / busy) for name, cycles in ordered if cycles > 0 and busy > 0)
    return Coverage(core, shares, stalls / max(busy + stalls, 1))
