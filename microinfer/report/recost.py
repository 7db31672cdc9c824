"""The cost of one run on several cores, as tables and JSON (schema microinfer.recost version 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from emulator.accuracy.interval import Interval
from emulator.recording.recording import Recording
from emulator.recording.recost import RunCost
from microinfer.device.board import DeviceBoard
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


def layers(costs: Sequence[RunCost], intervals: Sequence[Interval] = ()) -> Table:
    """Cycles of each layer, a column a core; for one core also what it waited for. `intervals` are those of the run."""
    alone = len(costs) == 1
    sure = [f" {interval}" for interval in intervals] or [""] * len(costs)
    table = Table(title=f"layers, silicon{sure[0]} as the run" if alone and sure[0] else "layers", title_justify="left")
    table.add_column("layer")
    cores = [f"{cost.core}{text}" for cost, text in zip(costs, sure, strict=True)]
    for name in ("cycles", "share", "instr", "waits: code", "data") if alone else cores:
        table.add_column(name, justify="right")
    for parts in zip(*(cost.parts for cost in costs), strict=True):
        first, share = parts[0], f"{100 * parts[0].cycles / max(costs[0].cycles, 1):.1f} %"
        counts = [f"{n:,}" for n in (first.instructions, first.code_stalls, first.data_stalls)]
        cells = [f"{first.cycles:,}", share, *counts] if alone else [f"{part.cycles:,}" for part in parts]
        table.add_row(first.name, *cells)
    return table


def notes(recording: Recording, cost: RunCost, board: DeviceBoard | None) -> tuple[str, ...]:
    """What a reader has to know of recorded firmware; nothing of functions called one by one."""
    if not recording.board:
        return ()
    name = recording.board
    rows = [f"recorded on {name}: the path is that of the run there, polls and interrupts included"]
    if cost.elsewhere:
        rows.append(f"{cost.elsewhere:,} cycles in exception entry and return and asleep, as in the run")
    if board is None:
        rows.append(f"memory without wait states; --board {name} is what it ran on")
    elif board.keeps_settings(recording):
        last = {register: value for _, register, value in recording.settings}
        rows.append(f"flash as the firmware set it: {', '.join(f'{r} 0x{v:x}' for r, v in last.items())} in the end")
    elif recording.settings:
        rows.append(f"flash set by the board's defaults or as asked for, not as the firmware set that of {name}")
    return tuple(rows)


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
    costs: Sequence[RunCost],
    clock_hz: int,
    where: str,
    elf: str,
    intervals: Sequence[Interval] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """All of it for JSON; `intervals` of the cores' cycles, one each."""
    rows = [asdict(cost) for cost in costs]
    for fields in rows:
        fields["layers"] = fields.pop("parts")
    for cost, interval, fields in zip(costs, intervals, rows, strict=False):
        fields["interval"] = row(interval, cost.cycles)
    return {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "elf_sha256": elf,
        "memory": where,
        "clock_hz": clock_hz,
        "notes": list(notes),
        "cores": rows,
    }
