"""A firmware's flash and RAM as tables, and as JSON, schema microinfer.size version 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from emulator.footprint.measure import Footprint, Share
from emulator.footprint.pieces import Piece

SCHEMA = "microinfer.size"
VERSION = 1


def totals(footprint: Footprint) -> str:
    """Flash and RAM, then a line for each memory of the board that is used."""
    rows = [f"flash {footprint.flash:,} bytes, RAM {footprint.ram:,} bytes (without what stack and heap grow to)"]
    for memory in footprint.memories:
        if memory.used:
            share = 100 * memory.used / memory.size
            over = "" if memory.used <= memory.size else ", does not fit"
            rows.append(f"{memory.name}: {memory.used:,} of {memory.size:,} bytes, {share:.1f}%{over}")
    if footprint.outside:
        rows.append(f"{footprint.outside:,} bytes lie where the board has no memory")
    return "\n".join(rows)


def shares(title: str, rows: Sequence[Share], shown: int | None = None) -> Table:
    """Flash and RAM by name, the first `shown` of them."""
    table = Table(title=title, title_justify="left")
    table.add_column(title.rstrip("s"))
    for name in ("flash", "RAM"):
        table.add_column(name, justify="right")
    for row in rows[:shown]:
        table.add_row(row.name, f"{row.flash:,}", f"{row.ram:,}")
    rest = rows[shown:] if shown is not None else ()
    if rest:
        table.add_row(f"{len(rest)} more", f"{sum(r.flash for r in rest):,}", f"{sum(r.ram for r in rest):,}")
    return table


def symbols(pieces: Sequence[Piece], shown: int | None = None) -> Table:
    """The largest symbols with their object files and sections."""
    table = Table(title="symbols", title_justify="left")
    for name in ("symbol", "address"):
        table.add_column(name)
    for name in ("flash", "RAM"):
        table.add_column(name, justify="right")
    for name in ("section", "object"):
        table.add_column(name)
    for piece in pieces[:shown]:
        also = f" (+{len(piece.aliases)})" if piece.aliases else ""
        sizes = f"{piece.flash:,}", f"{piece.ram:,}"
        table.add_row(f"{piece.symbol}{also}", f"0x{piece.address:08x}", *sizes, piece.section, piece.object)
    rest = pieces[shown:] if shown is not None else ()
    if rest:
        table.add_row(f"{len(rest)} more", "", f"{sum(p.flash for p in rest):,}", f"{sum(p.ram for p in rest):,}")
    return table


def json_text(footprint: Footprint, firmware: str, board: str | None) -> str:
    """Everything: each symbol, and the sums by object file and section."""
    document = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "firmware": firmware,
        "board": board,
        "flash": footprint.flash,
        "ram": footprint.ram,
        "memories": [asdict(memory) for memory in footprint.memories],
        "outside": footprint.outside,
        "sections": [asdict(row) for row in footprint.by(lambda piece: piece.section)],
        "objects": [asdict(row) for row in footprint.by(lambda piece: piece.object)],
        "symbols": [asdict(piece) for piece in footprint.by_size()],
    }
    return json.dumps(document, indent=2, allow_nan=False)
