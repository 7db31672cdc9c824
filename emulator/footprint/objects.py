"""Which object file an address belongs to: by the linker map where there is one, else by DWARF compile units."""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from emulator.footprint.linker_map import Placement
from emulator.program.dwarf import read_units

UNKNOWN = "(no debug information)"
_OVERLAPS = 8
"""Parts that begin before an address and may hold it: variables and units without a size lie in larger ones."""


class Objects:
    """Parts of an image by address, named shortly: by as many folders as tell them apart."""

    def __init__(self, parts: Iterable[Placement]) -> None:
        self._parts = tuple(parts)
        self._starts = [part.start for part in self._parts]
        self._names = short_names(part.object for part in self._parts)

    def at(self, address: int) -> str:
        """Name of the object file that holds an address."""
        part = self._part(address)
        return UNKNOWN if part is None else self._names[part.object]

    def end(self, address: int) -> int | None:
        """Where the input section that holds an address ends; None where only debug information is known."""
        part = self._part(address)
        return None if part is None or not part.section else part.end

    def _part(self, address: int) -> Placement | None:
        index = bisect_right(self._starts, address)
        nearest = reversed(self._parts[max(index - _OVERLAPS, 0) : index])
        return next((part for part in nearest if address < part.end), None)

    def inside(self, start: int, end: int) -> Sequence[tuple[int, int, str]]:
        """Parts of [start, end) by object, in order; what belongs to none is left out."""
        found = []
        for part in self._parts[max(bisect_right(self._starts, start) - 1, 0) :]:
            if part.start >= end:
                break
            low, high = max(part.start, start), min(part.end, end)
            if low < high:
                found.append((low, high, self._names[part.object]))
        return found


def from_debug(source: str | Path | bytes) -> Objects:
    """Compile units stand for object files."""
    return Objects(Placement(unit.start, unit.end, unit.name, "") for unit in read_units(source))


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Paths by the fewest last parts that tell them apart; archive members keep their archive."""
    names = {path: _parts(path) for path in paths}
    shown: dict[str, str] = {}
    for path, parts in names.items():
        depth = 1
        others = [other for key, other in names.items() if key != path]
        while depth < len(parts) and any(other[-depth:] == parts[-depth:] for other in others):
            depth += 1
        shown[path] = "/".join(parts[-depth:])
    return shown


def _parts(path: str) -> list[str]:
    return posixpath.normpath(path.replace("\\", "/")).split("/")
