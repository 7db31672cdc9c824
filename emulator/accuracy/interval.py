"""The interval of a cycle count: what published counts say of the core and memory, and what they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from statistics import median

from emulator.accuracy.comparison import Compared, Group, compare, groups
from emulator.accuracy.coverage import Coverage
from emulator.accuracy.publication import measurements
from emulator.accuracy.recorded import Recorded, Shares, recorded
from emulator.accuracy.rule_shares import rules_in_effect
from emulator.timing.core import Core

FLOOR = 0.005
"""No interval is narrower than this to either side: counts that agree say little of code that is not theirs."""

DOUBT = 0.5
"""What may be wrong with cycles from rows or memories that no measurement has tried, to either side."""

COVERING_SHARE = 0.01
"""A measurement tries a row when it spends at least this part of its cycles there, and a rule when its cycles would
differ by that without it; a row of pairs when it speaks of that part of the instructions."""


@dataclass(frozen=True)
class Interval:
    """Silicon is expected to take cycles x (1 + low) to cycles x (1 + high); `why` says where that comes from.

    `untried`: rows and rules of the core's table that the run leaned on and no measurement tried, with their shares.
    """

    low: float
    high: float
    why: str
    untried: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        return f"{100 * self.low:+.1f} % .. {100 * self.high:+.1f} %"

    def around(self, cycles: float) -> tuple[float, float]:
        """The least and the most that silicon is expected to take."""
        return cycles * (1 + self.low), cycles * (1 + self.high)


def interval(run: Coverage, memories: Iterable[str] = (), rows: tuple[Compared, ...] | None = None) -> Interval:
    """The interval of a run's cycles, of which `memories` are the kinds of slow memory it had.

    Worst errors of the core without wait states, and of each memory with that core; of whole programs on the core with
    other memories the median, as compilers write other code than people. Rows, rules and memories that no measurement
    tried widen it by half their share of the cycles.
    """
    compared = _compared() if rows is None else rows
    kinds = sorted(set(memories))
    wanted = {(run.core, ""), *((run.core, kind) for kind in kinds)}
    found = [g for g in groups(compared) if (g.core, g.memory) in wanted]
    whole = groups(row for row in compared if row.whole_program and row.measurement.core == run.core)
    others = [group for group in whole if (group.core, group.memory) not in wanted]
    tried = {name for name, _ in (*tried_classes(run.core, compared), *tried_rules(run.core, compared))}
    leaned = (*run.classes, *run.rules)
    untried = tuple((name, share * (1 - run.stalls)) for name, share in leaned if name not in tried)
    blind = [kind for kind in kinds if (run.core, kind) not in {(g.core, g.memory) for g in found}]
    widening = DOUBT * (sum(share for _, share in untried) + (run.stalls if blind else 0.0))
    errors = [error for group in found for error in group.errors] + [median(group.errors) for group in others]
    offsets = [1 / (1 + error) - 1 for error in errors] or [-DOUBT, DOUBT]
    low, high = min(*offsets, -FLOOR, 0.0) - widening, max(*offsets, FLOOR) + widening
    return Interval(max(low, -1.0), high, _why(run, found, others, blind, untried), untried)


def tried_classes(core: str, rows: Iterable[Compared] | None = None) -> list[tuple[str, list[str]]]:
    """Rows of the core's table that measurements have tried, each with the keys of these measurements."""
    return _tried(core, rows, lambda ours: ours.classes)


def tried_rules(core: str, rows: Iterable[Compared] | None = None) -> list[tuple[str, list[str]]]:
    """The same of the core's rules and of its rows of pairs."""
    return _tried(core, rows, lambda ours: ours.rules)


def untried_rules(core: Core) -> tuple[str, ...]:
    """Rules and rows of pairs of a core that say something and that no measurement has tried."""
    tried = {name for name, _ in tried_rules(core.name)}
    return tuple(name for name in rules_in_effect(core) if name not in tried)


def _tried(
    core: str, rows: Iterable[Compared] | None, shares: Callable[[Recorded], Shares]
) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for row in _compared() if rows is None else rows:
        if row.measurement.core == core:
            for name, share in shares(row.recorded):
                if share >= COVERING_SHARE:
                    found.setdefault(name, []).append(row.measurement.key)
    return sorted(found.items())


@cache
def _compared() -> tuple[Compared, ...]:
    return tuple(compare(measurements(), recorded()))


def _why(
    run: Coverage,
    found: list[Group],
    others: list[Group],
    blind: list[str],
    untried: tuple[tuple[str, float], ...],
) -> str:
    parts = [f"worst of {len(g.rows)} published counts on {g.core}{_with(g.memory)}" for g in found]
    parts += [f"median of {len(g.rows)} programs on {g.core}{_with(g.memory)}" for g in others]
    if not parts:
        parts.append(f"no published count was tried on {run.core}")
    waits = f"was not measured with {run.core}, {_percent(run.stalls)} of the cycles wait for it"
    parts += [f"{kind} {waits}" for kind in blind]
    if untried:
        share = _percent(sum(part for _, part in untried))
        parts.append(f"{share} of the cycles in rows and rules never tried: {', '.join(name for name, _ in untried)}")
    return "; ".join(parts)


def _with(memory: str) -> str:
    return f" with {memory}" if memory else ""


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
