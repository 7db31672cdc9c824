"""The slow memory of a board under code and constants that lie elsewhere: kernels called one by one, recordings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from emulator.boards.file import BoardFile
from emulator.errors import TimingError
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.memory import Region

Place = Literal["FLASH", "RAM"]


def flash_layout(
    board: BoardFile, regions: Iterable[Region], what_if: WhatIf | None = None, code_in: Place = "FLASH"
) -> Layout:
    """A layout with all regions that cannot be written in the board's flash; the code in RAM if asked.

    RAM costs nothing. Raises TimingError when --wait-states are asked of a board whose memories are all fast.
    """
    asked = what_if or WhatIf()
    flash = next((m for m in board.memories if m.timing), None)
    if flash is None:
        if asked.wait_states is not None:
            raise TimingError(f"board {board.name} has no memory with wait states")
        return Layout()
    constant = (r for r in regions if "w" not in r.permissions)
    ranges = [(r.start, r.end - 1) for r in constant if code_in == "FLASH" or "x" not in r.permissions]
    clock = asked.clock_hz or board.clock_hz
    memory = slow_memory(flash.region.name, flash.timing, ranges, clock, asked, flash.wait_states)
    return Layout((memory,) if memory.costs else ())
