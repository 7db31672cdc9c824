"""The RP2040's further addresses of a peripheral: a write there flips, sets or clears bits of the register."""

from __future__ import annotations

from emulator.peripherals.base import Peripheral

_WINDOW = 0x1000


class AtomicAliases(Peripheral):
    """A peripheral with aliases at 0x1000 (exclusive or), 0x2000 (set) and 0x3000 (clear): RP2040 datasheet 2.1.2."""

    size = 4 * _WINDOW

    def __init__(self, inner: Peripheral) -> None:
        self._inner = inner

    def reset(self) -> None:
        """The peripheral itself is reset elsewhere."""

    def knows(self, offset: int) -> bool:
        return self._inner.knows(offset % _WINDOW)

    def read(self, offset: int, size: int) -> int:
        return self._inner.read(offset % _WINDOW, size)

    def write(self, offset: int, size: int, value: int) -> None:
        how, offset = divmod(offset, _WINDOW)
        if how:
            held = self._inner.read(offset, size)
            value = (held ^ value, held | value, held & ~value)[how - 1]
        self._inner.write(offset, size, value)
