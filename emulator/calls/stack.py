"""A painted stack: how deep a call went shows in the paint that is gone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from emulator.memory import Region

PAINT = 0xA5


class PaintedStack:
    """The stack region, painted except for what the current call wrote.

    A word that the callee sets to the paint's own value, or reserves and never writes, does not count.
    """

    def __init__(self, region: Region, read: Callable[[int, int], bytes], write: Callable[[int, bytes], None]) -> None:
        self.region = region
        self._read = read
        self._write = write
        write(region.start, bytes([PAINT]) * region.size)

    @property
    def top(self) -> int:
        """Address behind the stack, multiple of 8."""
        return self.region.end

    def high_water(self, sp: int) -> int:
        """Bytes used below `sp`; what is not paint, up to the top, is painted again."""
        content = self._read(self.region.start, self.region.size)
        lowest = self._lowest_changed(content)
        if lowest == self.region.size:
            return 0
        self._write(self.region.start + lowest, bytes([PAINT]) * (self.region.size - lowest))
        return max(sp - self.region.start - lowest, 0)

    @staticmethod
    def _lowest_changed(content: bytes) -> int:
        words = np.frombuffer(content, np.uint64)
        changed = words != np.uint64(int.from_bytes(bytes([PAINT]) * 8, "little"))
        first = int(changed.argmax())
        if not changed[first]:
            return len(content)
        word = content[8 * first : 8 * first + 8]
        return 8 * first + next(i for i, byte in enumerate(word) if byte != PAINT)
