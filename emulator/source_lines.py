"""Source file and line of an address, read from DWARF when first asked for."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from emulator.elf import read_lines


class SourceLines:
    """The line table of an ELF; empty for other files."""

    def __init__(self, source: str | Path | bytes) -> None:
        self._source = source
        self._rows: tuple[tuple[int, str, int], ...] | None = None
        self._starts: list[int] = []

    def find(self, pc: int) -> str | None:
        """ "file.c:12", None where the file does not say."""
        if self._rows is None:
            self._rows = read_lines(self._source)
            self._starts = [row[0] for row in self._rows]
        index = bisect_right(self._starts, pc) - 1
        if index < 0:
            return None
        _, name, line = self._rows[index]
        return f"{name}:{line}" if line else None
