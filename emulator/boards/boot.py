"""Where firmware starts on a board, and what memory it leaves free."""

from __future__ import annotations

from emulator.boards.file import BoardFile
from emulator.boards.memory import BoardMemory
from emulator.errors import BoardError
from emulator.program.elf import Image


def vector_table(board: BoardFile, memory: BoardMemory, image: Image) -> int:
    """Where the board boots from, or the start of the image if nothing bootable lies there. Raises BoardError."""
    starts = sorted(s.load_address for s in image.segments if s.data)
    for start in (board.vectors, *starts):
        stack, entry = memory.word(start), memory.word(start + 4)
        if stack and entry and entry & 1 and memory.find(stack - 4, 4) and memory.find(entry & ~1, 2):
            return start
    listed = ", ".join(f"0x{start:08x}" for start in (board.vectors, *starts))
    raise BoardError(f"no vector table at {listed}: want a stack pointer into memory and a reset handler")


def heap(board: BoardFile, image: Image) -> tuple[int, int, int, int]:
    """Base and limit of heap and stack for SYS_HEAPINFO: what the image leaves free of the RAM that has its data.

    Linkers mark code as writable that has tables of constructors next to it; data is what is not code.
    """
    writable = [s for s in image.segments if "w" in s.permissions]
    data = [s for s in writable if "x" not in s.permissions] or writable
    for memory in board.memories:
        region = memory.region
        ends = [s.address + s.size for s in data if region.holds(s.address) and "w" in region.permissions]
        if ends and region.start:
            base = -(-max(ends) // 8) * 8
            return base, region.end, region.end, base
    return 0, 0, 0, 0
