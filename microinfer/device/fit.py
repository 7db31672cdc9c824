"""Whether a model with its kernels fits a board's flash and RAM, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.boards.file import BoardFile, Memory
from emulator.memories.layout import Place
from microinfer.device.result import Memory as Needs


@dataclass(frozen=True)
class Room:
    """Bytes used of a memory's bytes; `memory` is the board's name of it, of neighbours that are used as one: all."""

    memory: str
    used: int
    size: int

    @property
    def free(self) -> int:
        """What is left; negative is what is missing."""
        return self.size - self.used


@dataclass(frozen=True)
class Fit:
    """Flash holds weights, code and initial data; RAM the arena, variables and stack. Nothing else is counted."""

    flash: Room
    ram: Room

    @property
    def fits(self) -> bool:
        return self.flash.free >= 0 and self.ram.free >= 0


def fit(needs: Needs, stack: int, board: BoardFile, code_in: Place = "FLASH") -> Fit:
    """What the model needs against the board's flash and its largest RAM without a gap.

    Code that is run from RAM is in both: flash keeps what is copied.
    """
    flash = _flash(board)
    name, size = _largest_ram(m for m in board.memories if m is not flash)
    return Fit(
        Room(flash.region.name, needs.weights + needs.code, flash.region.size),
        Room(name, needs.arena + needs.data + stack + (needs.code if code_in == "RAM" else 0), size),
    )


def _flash(board: BoardFile) -> Memory:
    """The memory that keeps the program: with wait states and not writable, else not writable, else the boot memory."""
    constant = [m for m in board.memories if "w" not in m.region.permissions and not m.contents]
    slow = [m for m in constant if m.timing]
    boot = [m for m in board.memories if m.region.start <= board.vectors < m.region.end]
    return next(iter((*slow, *constant, *boot, *board.memories)))


def _largest_ram(memories: Iterable[Memory]) -> tuple[str, int]:
    """Name and size of the largest writable range; neighbours count as one."""
    found: list[tuple[str, int, int]] = []
    for memory in sorted((m for m in memories if "w" in m.region.permissions), key=lambda m: m.region.start):
        region = memory.region
        if found and found[-1][2] == region.start:
            name, start, _ = found.pop()
            found.append((f"{name} and {region.name}", start, region.end))
        else:
            found.append((region.name, region.start, region.end))
    name, start, end = max(found, key=lambda row: row[2] - row[1], default=("no RAM", 0, 0))
    return name, end - start
