"""Where a firmware's time went, as tables."""

from __future__ import annotations

from rich.table import Table

from emulator.profile.mix import by_kind
from emulator.profile.tree import Profile

_MNEMONICS = 6


def _table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in left:
        table.add_column(name, no_wrap=name == left[0])
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def functions(profile: Profile, shown: int = 30) -> Table:
    """Functions by inclusive cycles, the first `shown` of them."""
    columns = ("calls", "cycles", "%", "with callees", "%", "instructions")
    table = _table("functions", ("function",), columns)
    total = max(profile.cycles, 1)
    rows = profile.functions()
    for row in rows[:shown]:
        own, inclusive = (f"{100 * part / total:.1f}" for part in (row.cycles, row.inclusive))
        table.add_row(
            row.name, f"{row.calls:,}", f"{row.cycles:,}", own, f"{row.inclusive:,}", inclusive, f"{row.instructions:,}"
        )
    if len(rows) > shown:
        table.add_row(f"{len(rows) - shown} more")
    elsewhere = profile.elsewhere
    table.add_row("(exception entry and return, sleep)", "", f"{elsewhere:,}", f"{100 * elsewhere / total:.1f}")
    return table


def lines(profile: Profile, shown: int = 30) -> Table:
    """Source lines by cycles, the first `shown` of them."""
    table = _table("source lines", ("line", "function"), ("executions", "instructions", "cycles", "%"))
    total = max(profile.cycles, 1)
    for row in profile.lines[:shown]:
        place = f"{row.file.rpartition('/')[2]}:{row.line}" if row.line else "(no debug information)"
        counts = f"{row.executions:,}", f"{row.instructions:,}", f"{row.cycles:,}"
        table.add_row(place, row.function, *counts, f"{100 * row.cycles / total:.1f}")
    rest = profile.lines[shown:]
    if rest:
        cycles = sum(row.cycles for row in rest)
        table.add_row(f"{len(rest)} more", "", "", "", f"{cycles:,}", f"{100 * cycles / total:.1f}")
    return table


def instructions(profile: Profile) -> Table:
    """The instruction mix by kind, with the most frequent mnemonics of each."""
    table = _table("instructions", ("kind", "most of them"), ("count", "%", "cycles"))
    total = max(sum(row.count for row in profile.mix), 1)
    for kind in by_kind(profile.mix):
        names = [f"{row.mnemonic} {row.count:,}" for row in profile.mix if row.kind == kind.kind]
        more = ", ..." if len(names) > _MNEMONICS else ""
        most = ", ".join(names[:_MNEMONICS]) + more
        table.add_row(kind.kind, most, f"{kind.count:,}", f"{100 * kind.count / total:.1f}", f"{kind.cycles:,}")
    return table


def exceptions(profile: Profile) -> Table:
    """Every exception that came: how often, how long it waited and took, in cycles."""
    columns = ("count", "latency max", "mean", "total", "without preemption", "longest", "depth")
    table = _table("exceptions", ("exception",), columns)
    for row in profile.exceptions:
        latency = f"{row.latency_max:,}", f"{row.latency_mean:,.0f}"
        times = f"{row.total:,}", f"{row.own:,}", f"{row.longest:,}"
        table.add_row(row.name, f"{row.count:,}", *latency, *times, str(row.depth_max))
    return table
