"""An annotated function as a table and as JSON, schema microinfer.annotate version 1."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from emulator.accuracy.interval import Interval
from emulator.profile.annotation import Annotation
from emulator.profile.breakdown import Hazard, Spent, Split
from emulator.program.dwarf import LineRow
from emulator.timing.charges import Cause
from microinfer.report import stalls
from microinfer.report.interval import row as interval_row
from microinfer.report.interval import with_interval

SCHEMA = "microinfer.annotate"
VERSION = 1
Source = Callable[[LineRow], str]


def listing(annotation: Annotation, where: str, source: Source) -> Table:
    """An instruction a row, in front of each run of one line's instructions that line; `source` gives its text."""
    causes = [cause for cause, _ in annotation.split.stalls]
    title = f"{annotation.function} on {annotation.core}, {where}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("runs", "cycles", "%", "issue", *map(stalls.heading, causes)):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("instruction")
    total, before = max(annotation.split.cycles, 1), ("", 0)
    for row, line in zip(annotation.rows, annotation.lines, strict=True):
        at = ("", 0) if line is None else (line.file, line.line)
        if line is not None and at != before:
            place = f"{line.file.rpartition('/')[2]}:{line.line}"
            table.add_row(*[""] * (5 + len(causes)), _one_line(f"{place}  {source(line)}".rstrip(), "cyan"))
        before = at
        numbers = _numbers(row, causes, total)
        table.add_row(*numbers, f"{row.instruction.address:x}", _one_line(annotation.text(row.instruction)))
    table.add_section()
    lost = dict(annotation.split.stalls)
    sums = (f"{lost[cause]:,}" for cause in causes)
    table.add_row("", f"{annotation.split.cycles:,}", "100", f"{annotation.split.issue:,}", *sums, "", "sum")
    return table


def _one_line(text: str, style: str = "") -> Text:
    """Cut where the table is too narrow."""
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _numbers(row: Spent, causes: Sequence[Cause], total: int) -> tuple[str, ...]:
    if not row.count and not row.cycles:
        return ("-", *[""] * (3 + len(causes)))
    lost = dict(row.stalls)
    stalled = (f"{lost[cause]:,}" if lost.get(cause) else "" for cause in causes)
    return f"{row.count:,}", f"{row.cycles:,}", f"{100 * row.cycles / total:.1f}", f"{row.issue:,}", *stalled


def by_line(annotation: Annotation, where: str, place: Callable[[int], str]) -> Table:
    """A source line a row, most cycles first."""
    rows = annotation.by_line(place)
    return stalls.table(f"{annotation.function} on {annotation.core}, {where}", rows, annotation.ideals, len(rows))


def summary(annotation: Annotation, top: int, place: Callable[[int], str], interval: Interval | None = None) -> str:
    """How much of the core's ideal was reached, and the worst hazards with their lines."""
    part = annotation.split
    calls = f"{annotation.calls:,} call{'' if annotation.calls == 1 else 's'}"
    share = f", {100 * part.cycles / max(annotation.total, 1):.1f} % of {annotation.total:,} in all"
    scope = f"{calls}{share}" if annotation.known else "each instruction once, from top to bottom"
    per = part.cycles / max(part.instructions, 1)
    cycles = with_interval(part.cycles, interval)
    rows = [f"{cycles}, {part.instructions:,} instructions, {per:.2f} each; {scope}"]
    reached = stalls.reached(part, annotation.ideals)
    if reached:
        rows.append(f"reached: {reached}")
    for number, hazard in enumerate(part.hazards[:top], 1):
        rows.append(f"{number}. {_hazard(hazard, annotation, place)}")
    return "\n".join(rows)


def _hazard(hazard: Hazard, annotation: Annotation, place: Callable[[int], str]) -> str:
    where = f"{place(hazard.by.address)}: {annotation.text(hazard.by)}"
    if hazard.waits is not None:
        there = place(hazard.waits.address)
        also = f"{there}: " if there != place(hazard.by.address) else ""
        where += f" -> {also}{annotation.text(hazard.waits)}"
    share = 100 * hazard.cycles / max(annotation.split.cycles, 1)
    cycles = f"{hazard.cycles:,} cycle{'' if hazard.cycles == 1 else 's'}"
    return f"{hazard.cause}, {cycles} ({share:.1f} %): {where}"


def json_text(
    annotation: Annotation, where: str, top: int, place: Callable[[int], str], interval: Interval | None = None
) -> str:
    """All of it as text; `interval` is that of the run, null where nothing ran."""
    part = annotation.split
    document = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "function": annotation.function,
        "core": annotation.core,
        "memory": where,
        "executed": annotation.known,
        "calls": annotation.calls,
        "total_cycles": annotation.total,
        "interval": None if interval is None else interval_row(interval, part.cycles),
        **stalls.document(part, annotation.ideals, top, place, annotation.text),
        "lines": [_line(line) for line in annotation.by_line(place)],
        "rows": [
            _row(row, annotation.text(row.instruction), line)
            for row, line in zip(annotation.rows, annotation.lines, strict=True)
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _line(line: Split) -> dict[str, Any]:
    lost = {str(cause): cycles for cause, cycles in line.stalls}
    return {"place": line.name, "cycles": line.cycles, "issue": line.issue, "stalls": lost}


def _row(row: Spent, text: str, line: LineRow | None) -> dict[str, Any]:
    return {
        "address": row.instruction.address,
        "text": text,
        "file": "" if line is None else line.file,
        "line": 0 if line is None else line.line,
        "executions": row.count,
        "cycles": row.cycles,
        "issue": row.issue,
        "stalls": {str(cause): cycles for cause, cycles in row.stalls},
    }
