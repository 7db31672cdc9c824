"""How much a run leaned on the rules of its core and on the rows that say what may issue together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from emulator.errors import EmulatorError
from emulator.program.symbols import SymbolTable
from emulator.timing.core import Core
from emulator.timing.cost import CostModel

EdgeRow: TypeAlias = tuple[int, int, int, int, int, int]


def rules_in_effect(core: Core) -> tuple[str, ...]:
    """Rules whose value says something, and the rows that say what may issue together, each by its name."""
    rules = tuple(rule.name for rule in core.rules if rule.value != rule.without)
    return (*rules, *CostModel(core, lambda address, size: b"", SymbolTable().locate).pair_names)


def rule_shares(model: CostModel, edges: Iterable[EdgeRow], wanted: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Shares of the cycles of these edges, the largest first, for those of the wanted rules that it met.

    A rule's share is by how much the cycles would differ without it. That of a row of pairs is the part of the
    instructions of which it said whether they issue together with the one in front of them.
    """
    names = set(wanted)
    if not names:
        return ()
    known = [row for row in edges if _cycles(model, row) is not None]
    cycles = [_cycles(model, row) or 0 for row in known]
    total = sum(row[3] * took for row, took in zip(known, cycles, strict=True)) or 1
    shares = _pairs(model, known)
    for rule in (rule.name for rule in model.core.rules if rule.name in names):
        other = model.without(rule)
        moved = (row[3] * ((_cycles(other, row) or 0) - took) for row, took in zip(known, cycles, strict=True))
        shares[rule] = abs(sum(moved)) / total
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, share) for name, share in ordered if name in names and share)


def _cycles(model: CostModel, row: EdgeRow) -> int | None:
    try:
        return model.edge(*row[:3])[0]
    except EmulatorError:
        return None


def _pairs(model: CostModel, known: Sequence[EdgeRow]) -> dict[str, float]:
    found: dict[str, int] = {}
    for row in known:
        for name in model.pair_rows(*row[:3]):
            found[name] = found.get(name, 0) + row[3]
    instructions = sum(row[3] * row[5] for row in known) or 1
    return {name: count / instructions for name, count in found.items()}
