"""The cost of function calls on one or more cores, as a table and for JSON (schema microinfer.call version 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from emulator.timing.ideal import Ideal
from microinfer.device.function_call import CallCost
from microinfer.report import stalls
from microinfer.report.interval import row

SCHEMA = "microinfer.call"
VERSION = 1


def table(costs: Sequence[CallCost], where: str, clock_hz: int) -> Table:
    """A row a core and function; on each core functions are compared with its first."""
    found = Table(title=f"{where}, {clock_hz / 1e6:g} MHz", title_justify="left")
    found.add_column("core")
    found.add_column("function")
    firsts = {cost.core: cost.cycles for cost in reversed(costs)}
    several = ("vs first",) if len(firsts) < len(costs) else ()
    for name in ("cycles", "silicon", "us", "instr", "waiting", "stack", "r0", *several):
        found.add_column(name, justify="right")
    for cost in costs:
        found.add_row(
            cost.core,
            cost.function,
            f"{cost.cycles:,}",
            str(cost.interval),
            f"{cost.cycles / clock_hz * 1e6:.2f}",
            f"{cost.instructions:,}",
            f"{cost.waiting:,}",
            f"{cost.stack:,}",
            f"{cost.value & 0xFFFFFFFF:#x}",
            *(f"{cost.cycles / max(firsts[cost.core], 1):.3f}" for _ in several),
        )
    return found


def clobbered_line(cost: CallCost) -> tuple[str, ...]:
    """A line on registers that the procedure call standard wants kept; none when they were."""
    lost = ", ".join(cost.clobbered)
    return (f"{cost.function} on {cost.core} changed {lost}, which a function has to keep (AAPCS)",) if lost else ()


def document(
    costs: Sequence[CallCost], where: str, clock_hz: int, elf: str, ideals: Mapping[str, Sequence[Ideal]]
) -> dict[str, Any]:
    """All of it for JSON; `elf` is the file's SHA-256, `ideals` are those of each core."""
    return {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "elf_sha256": elf,
        "memory": where,
        "clock_hz": clock_hz,
        "calls": [_call(cost, ideals[cost.core]) for cost in costs],
    }


def _call(cost: CallCost, ideals: Sequence[Ideal]) -> dict[str, Any]:
    return {
        "function": cost.function,
        "core": cost.core,
        "value": cost.value,
        "stack": cost.stack,
        "waiting": cost.waiting,
        "interval": row(cost.interval, cost.cycles),
        "clobbered": list(cost.clobbered),
        **stalls.document(cost.spent, ideals),
        "cycles": cost.cycles,
        "instructions": cost.instructions,
    }
