"""A profile as a rich table and a few lines of totals."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from emulator.accuracy.interval import Interval
from microinfer.device.result import LayerResult, ProfileResult
from microinfer.graph.model import describe_shape
from microinfer.report.interval import with_interval

_NUMBERS = ("MACs", "cycles", "instr", "cycles/MAC", "stack", "scratch")


def layers(result: ProfileResult) -> Table:
    """One row a layer; stack and scratch in bytes."""
    table = Table(title=f"{result.model} on {result.core} with {result.library}", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("operator")
    table.add_column("output")
    for name in _NUMBERS:
        table.add_column(name, justify="right")
    table.add_column("vs reference")
    for layer in result.layers:
        table.add_row(str(layer.index), layer.op, describe_shape(layer.shape), *_numbers(layer), _verdict(layer))
    return table


def _numbers(layer: LayerResult) -> tuple[str, ...]:
    macs = f"{layer.macs:,}" if layer.macs else "-"
    if layer.function is None:
        return macs, "-", "-", "-", "-", "-"
    ratio = "-" if layer.cycles_per_mac is None else f"{layer.cycles_per_mac:.2f}"
    return macs, f"{layer.cycles:,}", f"{layer.instructions:,}", ratio, f"{layer.stack:,}", f"{layer.scratch:,}"


def _verdict(layer: LayerResult) -> str:
    if layer.function is None:
        return "on host"
    if layer.exact:
        return "exact"
    return f"[red]{layer.stray or f'{layer.difference}'.split(';')[0]}[/red]"


def totals(
    result: ProfileResult,
    clock_mhz: float,
    noun: str = "input",
    interval: Interval | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Totals, then a line for each layer that failed, then the verdict.

    `noun` is what one sample is called, `interval` goes with the cycles, `notes` are lines behind the totals.
    """
    memory, cycles = result.memory, with_interval(result.cycles, interval)
    rows = [
        f"total: {cycles}, {result.cycles / clock_mhz / 1000:.3f} ms at {clock_mhz:g} MHz"
        + (f" (first of {len(result.inputs)} {noun}s)" if len(result.inputs) > 1 else ""),
        f"RAM: arena {memory.arena:,} B, stack {result.stack:,} B, library data {memory.data:,} B",
        f"flash: weights {memory.weights:,} B, library code and constants {memory.code:,} B",
        *(note.replace("[", "\\[") for note in notes),
        *_failures(result),
    ]
    verdict = "bit-exact" if result.exact else "NOT bit-exact"
    many = f"{len(result.inputs)} {noun}{'s' if len(result.inputs) > 1 else ''}"
    rows.append(f"{verdict}: {many}, {result.compared:,} bytes compared, {result.differing:,} differ")
    return "\n".join(rows)


def _failures(result: ProfileResult) -> list[str]:
    rows = []
    for layer in result.layers:
        for fact in filter(None, (layer.difference, layer.stray)):
            rows.append(f"layer {layer.index} ({layer.op}, {layer.function}): {fact}")
    return [row.replace("[", "\\[") for row in rows]
