"""The slow memory of a board under code and constants that lie elsewhere: kernels called one by one, recordings."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.boards.file import BoardFile
from emulator.errors import TimingError
from emulator.memories.layout import Layout, Place, WhatIf, shared_ram, slow_memory
from emulator.memory import Region


def flash_layout(
    board: BoardFile,
    regions: Iterable[Region],
    what_if: WhatIf | None = None,
    code_in: Place = "FLASH",
    constants_stay: bool = False,
) -> Layout:
    """A layout with all regions that cannot be written in the board's flash; the code in RAM if asked.

    `constants_stay`: code that is read from RAM leaves what else is in its region, and its literal pools, in flash. RAM
    costs nothing, unless the board says that code and data in it get into each other's way. Raises TimingError when
    --wait-states are asked of a board whose memories are all fast.
    """
    asked = what_if or WhatIf()
    flash = next((m for m in board.memories if m.timing), None)
    if flash is None:
        if asked.wait_states is not None:
            raise TimingError(f"board {board.name} has no memory with wait states")
        return Layout()
    some, stay = tuple(regions), code_in == "FLASH" or constants_stay
    in_flash = [r for r in some if "w" not in r.permissions and (stay or "x" not in r.permissions)]
    clock = asked.clock_hz or board.clock_hz
    memory = slow_memory(flash.region.name, flash.timing, _ranges(in_flash), clock, asked, flash.wait_states)
    memories = (memory,) if memory.costs else ()
    elsewhere = _ranges(r for r in some if r not in in_flash)
    shared = shared_ram(board, clock, asked, elsewhere) if code_in == "RAM" and elsewhere else None
    ram = -1 if shared is None else len(memories)
    return Layout(memories if shared is None else (*memories, shared), ram if code_in == "RAM" else None)


def _ranges(regions: Iterable[Region]) -> list[tuple[int, int]]:
    return [(r.start, r.end - 1) for r in regions]
