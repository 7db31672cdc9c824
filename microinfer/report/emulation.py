"""A run of firmware as a few lines, and as JSON, schema microinfer.emulate version 1."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.table import Table

from emulator.profile.tree import Profile
from emulator.run_result import RunResult

SCHEMA = "microinfer.emulate"
VERSION = 1
_ENDS = {
    "exit": "exit code {code}",
    "idle": "nothing left to do at {where}",
    "fault": "fault, ends at {where}",
    "max cycles": "cycle limit reached at {where}",
    "timeout": "timeout at {where}",
}


def summary(result: RunResult, clock_hz: int) -> str:
    """Why it ended, the last fault if that is why, warnings, time."""
    end = _ENDS[result.end].format(code=result.exit_code, where=result.where)
    rows = [f"warning: {warning}" for warning in result.warnings]
    if result.end == "fault":
        rows += [f"fault: {fault.text}" for fault in result.faults]
    elif result.end in ("max cycles", "timeout") and result.chain:
        end += f", called from {', from '.join(result.chain)}"
    rows.append(end)
    milliseconds = result.cycles / clock_hz * 1000
    rows.append(f"{result.cycles:,} cycles, {result.instructions:,} instructions, {milliseconds:.3f} ms")
    return "\n".join(rows)


def functions(profile: Profile, shown: int = 30) -> Table:
    """Functions by inclusive cycles, the first `shown` of them."""
    table = Table(title="functions", title_justify="left")
    table.add_column("function")
    for name in ("calls", "cycles", "%", "with callees", "%", "instructions"):
        table.add_column(name, justify="right")
    total = max(profile.cycles, 1)
    rows = profile.functions()
    for row in rows[:shown]:
        shares = (f"{100 * part / total:.1f}" for part in (row.cycles, row.inclusive))
        own, inclusive = shares
        table.add_row(
            row.name, f"{row.calls:,}", f"{row.cycles:,}", own, f"{row.inclusive:,}", inclusive, f"{row.instructions:,}"
        )
    if len(rows) > shown:
        table.add_row(f"{len(rows) - shown} more")
    elsewhere = profile.elsewhere
    table.add_row("(exception entry and return, sleep)", "", f"{elsewhere:,}", f"{100 * elsewhere / total:.1f}")
    return table


def json_text(result: RunResult, board: str, clock_hz: int) -> str:
    """The result as text; output is decoded as UTF-8 with replacement characters."""
    row = asdict(result)
    row["output"] = result.output.decode("utf-8", "replace")
    row["channels"] = {name: data.decode("utf-8", "replace") for name, data in result.channels.items()}
    row["faults"] = [asdict(fault) | {"text": fault.text} for fault in result.faults]
    milliseconds = result.cycles / clock_hz * 1000
    head = {"schema": SCHEMA, "schema_version": VERSION, "board": board, "clock_hz": clock_hz}
    return json.dumps(head | row | {"milliseconds": milliseconds}, indent=2, allow_nan=False)
