"""Peripherals that are a table only: registers that hold values, and bits that follow others.

    title = "STM32F4 RCC"
    [[register]]
    name = "CR"
    offset = 0x0
    reset = 0x83
    follows = [[1, 0], [17, 16]]
    source = "stm32f407xx.h: RCC_TypeDef.CR"

    [[divider]]
    name = "apb1_timers"
    factors = [{ register = "CFGR", shift = 10, divisors = [1, 1, 1, 1, 1, 2, 4, 8] }]

Bit 1 reads as bit 0, bit 17 as bit 16: an oscillator is ready as soon as it is on; `[1, 0, "CR3"]` would make bit 1
follow bit 0 of CR3. `always` are bits that always read as one, `writable` those that a write changes, `cleared` those
that a write of one clears (and no write sets).
A divider is a clock that others may be fed by: the core's cycles over all factors, each what the field of that register
chooses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

from emulator.errors import BoardError
from emulator.peripherals.base import Peripheral, Register
from emulator.peripherals.port import Port


@dataclass(frozen=True)
class Row:
    """A register with what a table can say about it."""

    register: Register
    follows: tuple[tuple[int, int, str], ...]
    always: int
    cleared: int


@dataclass(frozen=True)
class Factor:
    """What a field chooses; as many divisors as the field has values."""

    register: str
    shift: int
    divisors: tuple[int, ...]


@dataclass(frozen=True)
class Divider:
    """A clock derived from the core's."""

    name: str
    factors: tuple[Factor, ...]


class TablePeripheral(Peripheral):
    """A peripheral made from a table."""

    def __init__(self, port: Port, rows: tuple[Row, ...], dividers: tuple[Divider, ...] = ()) -> None:
        for divider in dividers:
            port.system.dividers[divider.name] = partial(self._divided_by, divider.factors)
        self._rows = {row.register.offset + 4 * n: row for row in rows for n in range(row.register.count)}
        super().__init__(port, tuple(row.register for row in rows))

    def _divided_by(self, factors: tuple[Factor, ...]) -> int:
        fields = ((f, self.get(f.register) >> f.shift & len(f.divisors) - 1) for f in factors)
        return prod(factor.divisors[value] for factor, value in fields)

    def read(self, offset: int, size: int) -> int:
        """The value held, with the bits that follow others."""
        row = self._rows[offset & ~3]
        value = self.values[offset & ~3] | row.always
        for bit, leader, register in row.follows:
            leading = self.get(register) if register else value
            value = value & ~(1 << bit) | (leading >> leader & 1) << bit
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
        dividers = tuple(_divider(row, {r.register.name for r in rows}) for row in table.get("divider", ()))
    except KeyError as error:
        raise BoardError(f"peripheral {kind}.toml: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise BoardError(f"peripheral {kind}.toml: {error}") from error
    size = int(table.get("size", 0x400))

    class Made(TablePeripheral):
        pass

    Made.size = size
    return lambda port: Made(port, rows, dividers)


def _row(row: dict[str, Any]) -> Row:
    names = ("name", "offset", "reset", "writable", "count", "source")
    register = Register(**{name: row[name] for name in names if name in row})
    follows = tuple((int(bit), int(leader), str(*other)) for bit, leader, *other in row.get("follows", ()))
    return Row(register, follows, row.get("always", 0), row.get("cleared", 0))


def _divider(row: dict[str, Any], registers: set[str]) -> Divider:
    factors = tuple(Factor(f["register"], f["shift"], tuple(f["divisors"])) for f in row["factors"])
    for factor in factors:
        if factor.register not in registers:
            raise ValueError(f"divider {row['name']}: no register {factor.register}")
        if len(factor.divisors) & len(factor.divisors) - 1:
            raise ValueError(f"divider {row['name']}: want as many divisors as the field has values, a power of two")
    return Divider(row["name"], factors)
