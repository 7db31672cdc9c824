"""What each source line cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulator.profile.instructions import InstructionCost
from emulator.program.source_lines import SourceLines


@dataclass(frozen=True)
class LineCost:
    """A line of a file (a path as the compiler saw it) as compiled into one function.

    executions: passes through the one of its instructions that ran most; file "" and line 0: no debug information.
    """

    function: str
    file: str
    line: int
    executions: int
    instructions: int
    cycles: int


@dataclass(frozen=True)
class CallSite:
    """Where a function calls another: the line with the most such calls."""

    caller: str
    callee: str
    file: str
    line: int


def call_sites(
    costs: Iterable[InstructionCost], lines: SourceLines, name: Callable[[int], str]
) -> tuple[CallSite, ...]:
    """Sites of direct calls, by caller and callee."""
    found: dict[tuple[str, str], tuple[int, InstructionCost]] = {}
    for cost in costs:
        instruction = cost.instruction
        if instruction.is_call and instruction.target is not None:
            key = name(instruction.address), name(instruction.target & ~1)
            if key not in found or found[key][0] < cost.count:
                found[key] = cost.count, cost
    rows = ((key, lines.at(cost.instruction.address)) for key, (_, cost) in sorted(found.items(), key=lambda r: r[0]))
    return tuple(CallSite(*key, row.file, row.line) for key, row in rows if row is not None)


def line_costs(
    costs: Iterable[InstructionCost], lines: SourceLines, name: Callable[[int], str]
) -> tuple[LineCost, ...]:
    """All lines that ran, most cycles first; `name` gives the function of an address."""
    sums: dict[tuple[str, str, int], list[int]] = {}
    for cost in costs:
        address = cost.instruction.address
        row = lines.at(address)
        key = (name(address), "", 0) if row is None else (name(address), row.file, row.line)
        entry = sums.setdefault(key, [0, 0, 0])
        entry[0] = max(entry[0], cost.count)
        entry[1] += cost.count
        entry[2] += cost.cycles
    rows = (LineCost(*key, *entry) for key, entry in sums.items())
    return tuple(sorted(rows, key=lambda r: (-r.cycles, r.file, r.line, r.function)))
