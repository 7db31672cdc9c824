"""The cost of one run on several cores, as tables and JSON (schema microinfer.recost version 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from emulator.accuracy.interval import Interval
from emulator.recording.recost import RunCost
from microinfer.report.interval import row

SCHEMA = "microinfer.recost"
VERSION = 1
_SHOWN = 12


def cores(costs: Sequence[RunCost], clock_hz: int, where: str, intervals: Sequence[Interval] = ()) -> Table:
    """One row a core; `intervals` of their cycles, one each."""
    table = Table(title=f"one run, {where}, {clock_hz / 1e6:g} MHz", title_justify="left")
    table.add_column("core")
    silicon = ("silicon",) if intervals else ()
    for name in ("cycles", *silicon, "ms", "instr", "cycles/instr", "waits: code", "data", "vs first"):
        table.add_column(name, justify="right")
    for n, cost in enumerate(costs):
        each = cost.cycles / cost.instructions if cost.instructions else 0.0
        table.add_row(
            cost.core,
            f"{cost.cycles:,}",
            *((str(intervals[n]),) if intervals else ()),
            f"{cost.cycles / clock_hz * 1000:.3f}",
            f"{cost.instructions:,}",
            f"{each:.2f}",
            f"{cost.code_stalls:,}",
            f"{cost.data_stalls:,}",
            f"{cost.cycles / max(costs[0].cycles, 1):.3f}",
        )
    return table


def functions(cost: RunCost) -> Table:
    """Where the time went on one core."""
    table = Table(title=f"functions on {cost.core}", title_justify="left")
    table.add_column("function")
    for name in ("cycles", "share", "instr", "waits: code", "data"):
        table.add_column(name, justify="right")
    for function in cost.functions[:_SHOWN]:
        share = f"{100 * function.cycles / max(cost.cycles, 1):.1f} %"
        stalls = f"{function.code_stalls:,}", f"{function.data_stalls:,}"
        table.add_row(function.name, f"{function.cycles:,}", share, f"{function.instructions:,}", *stalls)
    return table


def document(
    costs: Sequence[RunCost], clock_hz: int, where: str, elf: str, intervals: Sequence[Interval] = ()
) -> dict[str, Any]:
    """All of it for JSON; `intervals` of the cores' cycles, one each."""
    rows = [asdict(cost) for cost in costs]
    for cost, interval, fields in zip(costs, intervals, rows, strict=False):
        fields["interval"] = row(interval, cost.cycles)
    return {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "elf_sha256": elf,
        "memory": where,
        "clock_hz": clock_hz,
        "cores": rows,
    }
