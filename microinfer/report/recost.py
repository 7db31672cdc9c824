"""The cost of one run on several cores, as tables and JSON (schema microinfer.recost version 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from emulator.recording.recost import RunCost

SCHEMA = "microinfer.recost"
VERSION = 1
_SHOWN = 12


def cores(costs: Sequence[RunCost], clock_hz: int, where: str) -> Table:
    """One row a core."""
    table = Table(title=f"one run, {where}, {clock_hz / 1e6:g} MHz", title_justify="left")
    table.add_column("core")
    for name in ("cycles", "ms", "instr", "cycles/instr", "waits: code", "data", "vs first"):
        table.add_column(name, justify="right")
    for cost in costs:
        each = cost.cycles / cost.instructions if cost.instructions else 0.0
        table.add_row(
            cost.core,
            f"{cost.cycles:,}",
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
    for row in cost.functions[:_SHOWN]:
        share = f"{100 * row.cycles / max(cost.cycles, 1):.1f} %"
        stalls = f"{row.code_stalls:,}", f"{row.data_stalls:,}"
        table.add_row(row.name, f"{row.cycles:,}", share, f"{row.instructions:,}", *stalls)
    return table


def document(costs: Sequence[RunCost], clock_hz: int, where: str, elf: str) -> dict[str, Any]:
    """All of it for JSON."""
    return {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "elf_sha256": elf,
        "memory": where,
        "clock_hz": clock_hz,
        "cores": [asdict(cost) for cost in costs],
    }
