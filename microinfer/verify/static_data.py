"""Static data of a library: a call must leave it as it was, because cases share one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emulator import Machine
from emulator.program.elf import Image


@dataclass(frozen=True)
class StaticChange:
    """Bytes of static data that a call changed: how many, where the first is, the object that holds it."""

    count: int
    address: int
    name: str

    def __str__(self) -> str:
        where = f" ({self.name})" if self.name else ""
        return f"{self.count} bytes of the library's static data changed, the first at 0x{self.address:08x}{where}"


class StaticData:
    """Writeable segments of the image as they were when it was loaded."""

    def __init__(self, machine: Machine, image: Image) -> None:
        self._machine = machine
        self._objects = [s for s in image.symbols if s.kind == "object"]
        parts = ((s.address, s.size) for s in image.segments if "w" in s.permissions and s.size)
        self._parts = [(address, machine.read(address, size)) for address, size in parts]

    def restore(self) -> StaticChange | None:
        """What changed since the last call, set back; None for nothing."""
        found: StaticChange | None = None
        for address, content in self._parts:
            now = self._machine.read(address, len(content))
            if now == content:
                continue
            differs = np.frombuffer(now, np.uint8) != np.frombuffer(content, np.uint8)
            first = address + int(differs.argmax())
            found = found or StaticChange(int(differs.sum()), first, self._name(first))
            self._machine.write(address, content)
        return found

    def _name(self, address: int) -> str:
        return next((s.name for s in self._objects if s.address <= address < s.address + max(s.size, 1)), "")
