"""Which of two versions is faster: pairs of rows that compute the same thing on the same core and board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from emulator.accuracy.comparison import Compared

MARGIN = 0.02
"""Versions whose published counts are closer than this part of the smaller one make no pair."""


@dataclass(frozen=True)
class Pair:
    """Two rows of one task, `fast` the one with the smaller published count."""

    fast: Compared
    slow: Compared

    @property
    def published(self) -> float:
        """How much longer the slow one takes on silicon, as a part of the fast one's cycles."""
        return self.slow.measurement.cycles / self.fast.measurement.cycles - 1

    @property
    def ours(self) -> float:
        """The same of our counts, with the overheads that the published ones include."""
        return self.slow.with_overhead / self.fast.with_overhead - 1

    @property
    def right(self) -> bool:
        """Whether our counts say the same; equal counts do not."""
        return self.ours > 0


def pairs(rows: Iterable[Compared], margin: float = MARGIN) -> list[Pair]:
    """All pairs of rows of one core, board and task that silicon tells apart by more than the margin.

    Two routines make a pair with the same memory and wait states, one routine with itself under others; firmware makes
    pairs as it was shipped.
    """
    found: dict[tuple[str, str, str], list[Compared]] = {}
    for row in rows:
        m = row.measurement
        found.setdefault((m.core, m.board, m.task), []).append(row)
    both = (
        sorted(two, key=_published) for same in found.values() for two in combinations(same, 2) if _differ_in_one(*two)
    )
    return [pair for pair in (Pair(*two) for two in both) if pair.published > margin]


def _differ_in_one(one: Compared, other: Compared) -> bool:
    a, b = one.measurement, other.measurement
    same_memory = (a.memory, a.data_memory, a.wait_states) == (b.memory, b.data_memory, b.wait_states)
    return one.whole_program or same_memory or (a.routine, a.run) == (b.routine, b.run)


def _published(row: Compared) -> float:
    return row.measurement.cycles
