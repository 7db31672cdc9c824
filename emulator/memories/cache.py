"""A cache of lines with valid sectors, in plain Python."""

from __future__ import annotations


class Cache:
    """Lines with valid sectors; see CacheKind."""

    def __init__(self, line_shift: int, sector_shift: int, sets: int, ways: int, lru: int) -> None:
        self._line_shift, self._sector_shift, self._ways, self._lru = line_shift, sector_shift, ways, lru
        self._sets: list[list[tuple[int, int]]] = [[] for _ in range(sets)]

    def _place(self, address: int) -> tuple[int, int, list[tuple[int, int]]]:
        line = address >> self._line_shift
        sector = 1 << ((address & ((1 << self._line_shift) - 1)) >> self._sector_shift)
        return line, sector, self._sets[line % len(self._sets)]

    def find(self, address: int) -> bool:
        """Whether the sector is there; the line becomes the one used last."""
        line, sector, lines = self._place(address)
        for n, (tag, valid) in enumerate(lines):
            if tag == line and valid & sector:
                if self._lru:
                    lines.append(lines.pop(n))
                return True
        return False

    def fill(self, address: int) -> None:
        """Put the sector in, if need be for the oldest line."""
        line, sector, lines = self._place(address)
        for n, (tag, valid) in enumerate(lines):
            if tag == line:
                lines[n] = (tag, valid | sector)
                if self._lru:
                    lines.append(lines.pop(n))
                return
        if len(lines) == self._ways:
            lines.pop(0)
        lines.append((line, sector))
