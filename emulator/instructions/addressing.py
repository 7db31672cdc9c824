"""Which bytes a load or store is about to access, from the registers as they are in front of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from emulator.instructions.decode import Instruction

_SHIFT = re.compile(r"lsl #(\d)")
_DOWNWARD = re.compile(r"db$|^v?push$")
_WIDTHS = {"b": 1, "h": 2}


def accessed(instruction: Instruction, values: Mapping[str, int]) -> tuple[int, int]:
    """Lowest address and number of bytes; `values` has the core registers by name. (0, 0) for other instructions."""
    if not instruction.address_registers:
        return 0, 0
    size = 4 * instruction.transfers if instruction.transfers > 1 else _width(instruction)
    name, *index = instruction.address_registers
    base = values.get(name, (instruction.address + 4) & ~3)
    if instruction.is_multiple:
        size = 4 * instruction.transfers
        return (base - size if _DOWNWARD.search(instruction.name) else base) & 0xFFFFFFFF, size
    updated_later = instruction.writeback and not instruction.operands.endswith("!")
    address = base if updated_later else base + instruction.offset
    if index:
        shift = _SHIFT.search(instruction.operands)
        address += values.get(index[0], 0) << (int(shift[1]) if shift else 0)
    return address & 0xFFFFFFFF, size


def _width(instruction: Instruction) -> int:
    name = instruction.name
    if name.startswith("v"):
        return 4
    return _WIDTHS.get(name.removesuffix("t")[-1], 4)
