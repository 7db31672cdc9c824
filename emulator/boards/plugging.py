"""Peripherals made and put at their addresses: those of the core, those of the board's file, bit-band aliases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emulator.bit_band import add_bit_bands
from emulator.boards.core_parts import CoreParts
from emulator.boards.file import BoardFile
from emulator.peripherals.atomic_aliases import AtomicAliases
from emulator.peripherals.base import Peripheral
from emulator.peripherals.catalog import find_peripheral
from emulator.peripherals.port import Port, System


def plug_peripherals(
    parts: CoreParts, board: BoardFile, system: System, folders: Sequence[Path]
) -> dict[str, Peripheral]:
    """All of them by name; a row of the board with the name of a core's own peripheral replaces that."""
    rows = {row.name: row for row in board.peripherals}
    made: dict[str, Peripheral] = {}
    for kind, base in system.profile.private:
        if kind not in rows:
            made[kind] = find_peripheral(kind, folders)(Port(kind, system))
            parts.bus.add(base, made[kind])
    for row in rows.values():
        port = Port(row.name, system, dict(row.interrupts), dict(row.options), row.clock)
        made[row.name] = find_peripheral(row.kind, folders)(port)
        registers = AtomicAliases(made[row.name]) if row.atomic_aliases else made[row.name]
        for base in (row.base, *row.also_at):
            parts.bus.add(base, registers)
    if system.profile.bit_band and board.bit_band:
        add_bit_bands(parts.engine, parts.memory, parts.bus, system)
    return made
