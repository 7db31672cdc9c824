"""Peripherals that are a table only: registers that hold values, and bits that follow others.

    title = "STM32F4 RCC"
    [[register]]
    name = "CR"
    offset = 0x0
    reset = 0x83
    follows = [[1, 0], [17, 16]]
    source = "stm32f407xx.h: RCC_TypeDef.CR"

Bit 1 reads as bit 0, bit 17 as bit 16: an oscillator is ready as soon as it is on. `always` are bits that always read
as one, `writable` those that a write changes, `cleared` those that a write of one clears (and no write sets).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.errors import BoardError
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port


@dataclass(frozen=True)
class Row:
    """A register with what a table can say about it."""

    register: Register
    follows: tuple[tuple[int, int], ...]
    always: int
    cleared: int


class TablePeripheral(Peripheral):
    """A peripheral made from a table."""

    def __init__(self, port: Port, rows: tuple[Row, ...]) -> None:
        self._rows = {row.register.offset + 4 * n: row for row in rows for n in range(row.register.count)}
        super().__init__(port, tuple(row.register for row in rows))

    def read(self, offset: int, size: int) -> int:
        """The value held, with the bits that follow others."""
        row = self._rows[offset & ~3]
        value = self.values[offset & ~3] | row.always
        for bit, leader in row.follows:
            value = value & ~(1 << bit) | (value >> leader & 1) << bit
        return value >> 8 * (offset & 3) & ((1 << 8 * size) - 1)

    def write(self, offset: int, size: int, value: int) -> None:
        """Sets writable bits; clears those that ones clear."""
        row, held = self._rows[offset & ~3], self.values[offset & ~3]
        super().write(offset, size, value)
        if row.cleared:
            ones = value << 8 * (offset & 3) & row.cleared
            self.values[offset & ~3] = self.values[offset & ~3] & ~row.cleared | held & row.cleared & ~ones


def from_toml(kind: str, text: str) -> Callable[[Port], Peripheral]:
    """A maker from a TOML text. Raises BoardError."""
    try:
        table = tomllib.loads(text)
        rows = tuple(_row(row) for row in table["register"])
    except KeyError as error:
        raise BoardError(f"peripheral {kind}.toml: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise BoardError(f"peripheral {kind}.toml: {error}") from error
    size = int(table.get("size", 0x400))

    class Made(TablePeripheral):
        pass

    Made.size = size
    return lambda port: Made(port, rows)


def _row(row: dict[str, Any]) -> Row:
    names = ("name", "offset", "reset", "writable", "count", "source")
    register = Register(**{name: row[name] for name in names if name in row})
    follows = tuple((int(bit), int(leader)) for bit, leader in row.get("follows", ()))
    return Row(register, follows, row.get("always", 0), row.get("cleared", 0))
