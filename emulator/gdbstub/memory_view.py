"""Memory as a debugger sees it: reading a register of a peripheral changes nothing, writing does what code would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.errors import EngineError
from emulator.gdbstub.parts import Parts

_IO_STARTS = (0x40000000, 0xE0000000)
_IO_SIZE = 0x20000000


class MemoryView:
    """Reads and writes of one board. Both raise EngineError where there is nothing."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def is_io(self, address: int) -> bool:
        """Whether the address belongs to peripherals."""
        if self._parts.memory.find(address) is not None:
            return False
        inside = any(start <= address < start + _IO_SIZE for start in _IO_STARTS)
        return inside or self._parts.bus.owner(address) is not None

    def read(self, address: int, size: int) -> bytes:
        """Bytes; fewer than asked for where the memory ends."""
        found = bytearray()
        while len(found) < size:
            place = address + len(found)
            region = self._parts.memory.find(place)
            if region is not None:
                found += self._parts.memory.read(place, min(size - len(found), region.end - place))
            elif place < 1 << 32 and self.is_io(place):
                found += self._peek(place & ~3)[place & 3 :][: size - len(found)]
            elif found:
                break
            else:
                raise EngineError(f"no memory at 0x{place:08x}")
        return bytes(found)

    def write(self, address: int, data: bytes) -> None:
        """Set bytes; flash too."""
        memory = self._parts.memory
        if memory.find(address) is not None:
            memory.write(address, data)
            region = memory.find(address)
            if region is not None and "x" in region.permissions:
                self._parts.code_changed()
        elif self.is_io(address):
            self._poke(address, data)
        else:
            raise EngineError(f"no memory at 0x{address:08x}")

    def _peek(self, address: int) -> bytes:
        """The word of a register, with what reading it did undone."""
        owner = self._parts.bus.owner(address)
        if owner is None:
            return bytes(4)
        peripheral, offset = owner
        with _kept(peripheral, self._parts.unit.controller, self._parts.console):
            return peripheral.read(offset, 4).to_bytes(4, "little")

    def _poke(self, address: int, data: bytes) -> None:
        while data:
            size = 4 if len(data) >= 4 and not address & 3 else 2 if len(data) >= 2 and not address & 1 else 1
            if self._parts.bus.owner(address) is not None:
                self._parts.bus.write(address, size, int.from_bytes(data[:size], "little"))
            address, data = address + size, data[size:]


@contextmanager
def _kept(*owners: object) -> Iterator[None]:
    """Put the attributes of objects back to what they were, containers with their contents."""
    containers = (list, dict, set, bytearray)
    kept = [
        {name: value.copy() if isinstance(value, containers) else value for name, value in vars(owner).items()}
        for owner in owners
    ]
    original = [dict(vars(owner)) for owner in owners]
    try:
        yield
    finally:
        for owner, before, same in zip(owners, kept, original, strict=True):
            vars(owner).update(same)
            for name, value in before.items():
                if isinstance(value, containers):
                    _refill(same[name], value)


def _refill(container: Any, value: Any) -> None:
    if isinstance(container, (list, bytearray)):
        container[:] = value
    elif isinstance(container, (dict, set)):
        container.clear()
        container.update(value)
