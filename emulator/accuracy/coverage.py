"""Which rows and rules of a core's table a run leaned on, by the share of its cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from emulator.accuracy.rule_shares import EdgeRow, rule_shares
from emulator.errors import EmulatorError
from emulator.program.symbols import SymbolTable
from emulator.timing.core import Core
from emulator.timing.cost import CostModel

_NEGLIGIBLE = 0.001
_NEGLIGIBLE_FOR_RULES = 0.01


@dataclass(frozen=True)
class Coverage:
    """Cycles of a run on `core`: timing classes with the share of cycles spent in each, the largest first.

    These shares are of the cycles without `stalls`, the part of all cycles spent waiting for memory. `rules` are those
    that it met, of the ones looked for, with their shares (emulator/accuracy/rule_shares.py).
    """

    core: str
    classes: tuple[tuple[str, float], ...]
    stalls: float = 0.0
    rules: tuple[tuple[str, float], ...] = ()


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


def coverage(
    core: Core,
    edges: Iterable[EdgeRow],
    read: Callable[[int, int], bytes],
    stalls: int = 0,
    rules: Iterable[str] = (),
) -> Coverage:
    """The shares of a run from a tracer's edges (address, size, target, count, cycles, instructions).

    An instruction's cycles reach from its start to that of the next. `stalls` are cycles on top of the edges'; `read`
    gives code bytes, fewer where memory ends; `rules` are those to look for. Code that is no longer there as it ran is
    left out, and so are the edges that took the least: together a thousandth of the cycles, for rules a hundredth.
    """
    model = CostModel(core, read, SymbolTable().locate)
    listed = list(edges)
    names: dict[tuple[int, int], tuple[str, ...]] = {}
    sums: dict[str, int] = {}
    for address, size, _, count, cycles, _ in _that_matter(listed, _NEGLIGIBLE):
        key = (address, size)
        try:
            if key not in names:
                names[key] = tuple(core.classify(i).name for i in model.block(*key))
            starts = model.starts(*key)
        except EmulatorError:
            continue
        for name, (start, end) in zip(names[key], pairwise((*starts, cycles)), strict=True):
            sums[name] = sums.get(name, 0) + count * (end - start)
    met = rule_shares(model, _that_matter(listed, _NEGLIGIBLE_FOR_RULES), rules)
    return replace(_from_sums(core.name, sums, stalls), rules=met)


def _that_matter(edges: Iterable[EdgeRow], negligible: float) -> Iterator[EdgeRow]:
    """Edges by falling cycles until all but a negligible part of the cycles is there."""
    ordered = sorted(edges, key=lambda row: (-row[3] * row[4], row))
    left = (1 - negligible) * sum(row[3] * row[4] for row in ordered)
    for row in ordered:
        if left <= 0:
            return
        yield row
        left -= row[3] * row[4]


def _from_sums(core: str, sums: dict[str, int], stalls: int) -> Coverage:
    """Shares from cycles by class."""
    busy = sum(sums.values())
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    shares = tuple((name, cycles / busy) for name, cycles in ordered if cycles > 0 and busy > 0)
    return Coverage(core, shares, stalls / max(busy + stalls, 1))
