"""Where a firmware's memory went in a run: stacks, heap, touched bytes, as tables and a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from emulator.footprint.chain import ChainLink
from emulator.footprint.usage import HeapUse, MemoryUse


def stacks(use: MemoryUse) -> Table:
    """High-water mark of each stack in bytes, with the calls at its peak."""
    table = Table(title="stacks", title_justify="left")
    for name in ("stack", "in"):
        table.add_column(name, no_wrap=True)
    for name in ("used", "of", "%"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("at the peak", overflow="fold")
    for row in use.stacks:
        size = "" if row.size is None else f"{row.size:,}"
        share = "" if not row.size else f"{100 * row.used / row.size:.1f}"
        table.add_row(row.name, row.where or "", f"{row.used:,}", size, share, chain(row.chain))
    return table


def chain(links: Sequence[ChainLink]) -> str:
    """ "main (main.c:3) > down x20 (main.c:1)", exceptions in angle brackets."""
    return " > ".join(_word(link) for link in links)


def _word(link: ChainLink) -> str:
    if link.exception:
        return f"<{link.function}>"
    times = "" if link.times == 1 else f" x{link.times}"
    return f"{link.function}{times}" + (f" ({link.place})" if link.place else "")


def heap(use: HeapUse) -> str:
    """One line, and a second one for the calls at the peak."""
    parts = []
    if use.start is not None:
        parts.append(f"{use.taken:,} bytes taken with sbrk from 0x{use.start:08x}")
    if use.calls or use.failed:
        parts.append(f"{use.allocated:,} bytes allocated at most in {use.blocks:,} blocks")
        parts.append(f"{use.calls:,} allocations, {use.failed:,} failed, {use.live:,} bytes never freed")
    text = f"heap: {'; '.join(parts) or 'not used'}"
    return text + (f"\n  most at {chain(use.chain)}" if use.chain else "")


def touched(use: MemoryUse, shown: int = 30) -> Table:
    """Data objects with the bytes that the program really read and wrote, largest first."""
    table = Table(title="touched bytes", title_justify="left")
    table.add_column("object", no_wrap=True)
    for name in ("bytes", "touched", "%", "read", "written"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("section", "object file"):
        table.add_column(name, no_wrap=True)
    for row in use.touched[:shown]:
        counts = f"{row.size:,}", f"{row.touched:,}", f"{100 * row.touched / row.size:.1f}"
        table.add_row(row.symbol, *counts, f"{row.read:,}", f"{row.written:,}", row.section, row.object)
    if len(use.touched) > shown:
        rest = use.touched[shown:]
        size, bytes_touched = sum(row.size for row in rest), sum(row.touched for row in rest)
        table.add_row(f"{len(rest)} more", f"{size:,}", f"{bytes_touched:,}", f"{100 * bytes_touched / size:.1f}")
    return table
