"""Measurements of `microinfer accuracy` as tables and JSON (schema microinfer.accuracy version 1)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.table import Table

from emulator.accuracy.comparison import Compared
from emulator.accuracy.recorded import Recorded
from emulator.accuracy.session import Attempt
from microinfer.report.accuracy import percent, summary_rows

SCHEMA = "microinfer.accuracy"
VERSION = 1


def summary(attempts: Sequence[Attempt]) -> Table:
    """Median and worst error by core and memory, of new counts or else of recorded ones."""
    table = Table(title="cycle counts against silicon", title_justify="left")
    for name in ("core", "memory", "what"):
        table.add_column(name)
    for name in ("rows", "median", "worst"):
        table.add_column(name, justify="right")
    table.add_column("worst at")
    for row in summary_rows(_compared(attempts)):
        table.add_row(*row)
    return table


def table(attempts: Sequence[Attempt]) -> Table:
    """One row a count that was measured."""
    made = Table(title="measured", title_justify="left")
    for name in ("core", "row"):
        made.add_column(name)
    for name in ("published", "ours", "error", "recorded"):
        made.add_column(name, justify="right")
    made.add_column("code")
    for attempt in attempts:
        if attempt.now is not None:
            m, now = attempt.measurement, attempt.now
            before = "-" if attempt.before is None else f"{attempt.before.cycles:,.10g}"
            code = "another build" if attempt.other_build else now.code
            numbers = (f"{m.cycles:,.10g}", f"{now.cycles:,.10g}", percent(Compared(m, now).error), before)
            made.add_row(m.core, m.key, *numbers, code)
    return made


def missing(attempts: Sequence[Attempt]) -> str:
    """Which rows were not measured and why, and how many were."""
    measured = [a for a in attempts if a.now is not None]
    changed = [a for a in measured if a.before is not None and a.now is not None and a.before.cycles != a.now.cycles]
    rows = [f"not measured: {a.measurement.key}: {a.why_not}" for a in attempts if a.now is None]
    count = f"{len(measured)} of {len(attempts)} rows measured, {len(changed)} differ from the recorded count"
    return "\n".join([*rows, count])


def json_text(attempts: Sequence[Attempt]) -> str:
    """All rows."""
    rows = [
        {
            "key": a.measurement.key,
            "core": a.measurement.core,
            "memory": a.measurement.memory,
            "published": a.measurement.cycles,
            "overhead": a.measurement.overhead,
            "recorded": None if a.before is None else a.before.cycles,
            "measured": None if a.now is None else a.now.cycles,
            "code": next((r.code for r in (a.now, a.before) if r is not None), None),
            "error": _error(a),
            "why_not": a.why_not or None,
        }
        for a in attempts
    ]
    return json.dumps({"schema": SCHEMA, "schema_version": VERSION, "rows": rows}, indent=2, allow_nan=False)


def _latest(attempt: Attempt) -> Recorded | None:
    return attempt.now or attempt.before


def _error(attempt: Attempt) -> float | None:
    latest = _latest(attempt)
    return None if latest is None else Compared(attempt.measurement, latest).error


def _compared(attempts: Sequence[Attempt]) -> list[Compared]:
    return [Compared(a.measurement, row) for a in attempts if (row := _latest(a)) is not None]
