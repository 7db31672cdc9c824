"""What changed between two reports: as a table, as JSON (schema microinfer.diff version 1), as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from microinfer.verify.comparison import Change

SCHEMA = "microinfer.diff"
VERSION = 1


def render(changes: Sequence[Change]) -> str:
    """The changes as JSON."""
    rows = [asdict(change) for change in changes]
    document = {"schema": SCHEMA, "schema_version": VERSION, "worse": worse(changes), "changes": rows}
    return json.dumps(document, indent=2, allow_nan=False)


def worse(changes: Sequence[Change]) -> int:
    """How many the policy does not allow."""
    return sum(not change.allowed for change in changes)


def table(changes: Sequence[Change]) -> Table:
    """One row a change."""
    made = Table("metric")
    for name in ("old", "new", "change"):
        made.add_column(name, justify="right")
    made.add_column("")
    for change in changes:
        made.add_row(change.path.replace("[", "\\["), *_cells(change), "ok" if change.allowed else "[red]worse[/red]")
    return made


def summary(changes: Sequence[Change]) -> str:
    """The verdict in a line."""
    count = len(changes)
    differ = "1 metric differs" if count == 1 else f"{count} metrics differ"
    return f"{differ}, {worse(changes)} beyond what the policy allows"


def markdown(changes: Sequence[Change]) -> str:
    """For a pull request: the verdict, then a table."""
    if not changes:
        return f"**{summary(changes)}**"
    rows = ["| metric | old | new | change | |", "|---|--:|--:|--:|---|"]
    for change in changes:
        path = change.path.replace("|", "\\|")
        rows.append(f"| `{path}` | {' | '.join(_cells(change))} | {'ok' if change.allowed else '**worse**'} |")
    return f"**{summary(changes)}**\n\n" + "\n".join(rows)


def _cells(change: Change) -> tuple[str, str, str]:
    """Old, new, and the difference in percent where there is one."""
    old, new = (("-" if number is None else _number(number)) for number in (change.old, change.new))
    if change.old is None or change.new is None or not change.old:
        return old, new, "new" if change.old is None else "gone" if change.new is None else "-"
    return old, new, f"{100 * (change.new - change.old) / abs(change.old):+.1f} %"


def _number(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,.4g}"
