"""What a peripheral is: registers with behaviour, and what it may ask of the board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from emulator.peripherals.port import Port

_WIDTHS = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF}


@dataclass(frozen=True)
class Register:
    """One 32-bit register, or `count` of them in a row.

    `writable` masks the bits that a write changes; `merge` makes writes of bytes and half-words keep the rest of what
    reads give. `source` names the header and symbol, or the manual.
    """

    name: str
    offset: int
    reset: int = 0
    writable: int = 0xFFFFFFFF
    count: int = 1
    merge: bool = False
    source: str = ""


class Peripheral:
    """Base of all peripherals.

    `registers` is the table. A register `DATA` without further ado is memory; methods `read_data(self)` and
    `write_data(self, value)` give it behaviour, with `index` as first argument where `count` is above 1.
    """

    size: ClassVar[int] = 0x1000
    registers: ClassVar[tuple[Register, ...]] = ()

    def __init__(self, port: Port, registers: tuple[Register, ...] = ()) -> None:
        self.port = port
        self._table = registers or self.registers
        self._at: dict[int, tuple[Register, int]] = {}
        for register in self._table:
            for index in range(register.count):
                self._at[register.offset + 4 * index] = register, index
        self.values: dict[int, int] = {}
        self._offsets = {register.name: register.offset for register in self._table}
        port.console.input_came.append(self.input_came)
        self.reset()

    def reset(self) -> None:
        """Registers as after power-on."""
        self.values = {offset: register.reset for offset, (register, _) in self._at.items()}

    def input_came(self) -> None:
        """There is new console input: the place for those that receive it."""

    def get(self, name: str, index: int = 0) -> int:
        """What a register holds."""
        return self.values[self._offsets[name] + 4 * index]

    def place(self, name: str) -> int:
        """Offset of a register."""
        return self._offsets[name]

    def put(self, name: str, value: int, index: int = 0) -> None:
        """Set what a register holds, whatever a write could change."""
        self.values[self._offsets[name] + 4 * index] = value & 0xFFFFFFFF

    def knows(self, offset: int) -> bool:
        """Whether there is a register for the byte at `offset`."""
        return offset & ~3 in self._at

    def read(self, offset: int, size: int) -> int:
        """Value of 1, 2 or 4 bytes."""
        return self._word(offset & ~3) >> 8 * (offset & 3) & _WIDTHS[size]

    def _word(self, offset: int) -> int:
        register, index = self._at[offset]
        reader: Callable[..., int] | None = getattr(self, f"read_{register.name.lower()}", None)
        if reader is None:
            return self.values[offset]
        return reader(index) if register.count > 1 else reader()

    def write(self, offset: int, size: int, value: int) -> None:
        """Set 1, 2 or 4 bytes."""
        place = offset & ~3
        register, index = self._at[place]
        if size != 4:
            shift, mask = 8 * (offset & 3), _WIDTHS[size]
            rest = self._word(place) if register.merge else self.values[place]
            value = rest & ~(mask << shift) | (value & mask) << shift
        writer: Callable[..., None] | None = getattr(self, f"write_{register.name.lower()}", None)
        if writer is None:
            self.values[place] = self.values[place] & ~register.writable | value & register.writable
        elif register.count > 1:
            writer(index, value)
        else:
            writer(value)
