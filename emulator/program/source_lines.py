"""Source file and line of an address, read from DWARF when first asked for."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from emulator.program.dwarf import LineRow, read_lines


class SourceLines:
    """The line table of an ELF; empty for other files."""

    def __init__(self, source: str | Path | bytes) -> None:
        self.source = source
        self._rows: tuple[LineRow, ...] | None = None
        self._starts: list[int] = []

    def find(self, pc: int) -> str | None:
        """ "file.c:12", None where the file does not say."""
        row = self.at(pc)
        return None if row is None else f"{row.file.rpartition('/')[2]}:{row.line}"

    def at(self, pc: int) -> LineRow | None:
        """The row that holds `pc`, with the path of its file."""
        if self._rows is None:
            self._rows = read_lines(self.source)
            self._starts = [row.address for row in self._rows]
        index = bisect_right(self._starts, pc) - 1
        return self._rows[index] if index >= 0 and self._rows[index].line else None
