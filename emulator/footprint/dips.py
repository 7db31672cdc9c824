"""How far the instructions of a block move SP, from their encoding alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.instructions.decode import Instruction

_IMMEDIATE = re.compile(r"#(-?(?:0x)?[0-9a-f]+)$")
_PRE_INDEXED = re.compile(r"\[sp, #(-?(?:0x)?[0-9a-f]+)\]!$")
_POST_INDEXED = re.compile(r"\[sp\], #(-?(?:0x)?[0-9a-f]+)$")
_STACKS = re.compile(r"^(msp|psp|control|msp_ns|psp_ns|control_ns)", re.IGNORECASE)


def dip(block: Iterable[Instruction]) -> int:
    """The lowest SP inside the block relative to its start, not above 0.

    What a register gives cannot be known: the block that follows sees it. A condition is taken to hold where SP goes
    down, and not where it goes up.
    """
    position = lowest = 0
    for instruction in block:
        move = movement(instruction)
        if move < 0 or not instruction.conditional:
            position += move
        lowest = min(lowest, position)
    return lowest


def movement(instruction: Instruction) -> int:
    """Bytes that SP goes up, 0 where it stays or goes where a register says."""
    name, operands = instruction.name, instruction.operands
    if "sp" not in instruction.writes:
        return 0
    if name in ("push", "vpush") or (name in ("stmdb", "vstmdb") and operands.startswith("sp!")):
        return -4 * instruction.transfers
    if name in ("pop", "vpop") or (name in ("ldm", "ldmia", "vldmia") and operands.startswith("sp!")):
        return 4 * instruction.transfers
    if name in ("add", "addw", "sub", "subw"):
        found = _IMMEDIATE.search(operands) if set(instruction.reads) <= {"sp"} else None
        amount = 0 if found is None else int(found[1], 0)
        return -amount if name.startswith("sub") else amount
    indexed = _PRE_INDEXED.search(operands) or _POST_INDEXED.search(operands)
    return 0 if indexed is None else int(indexed[1], 0)


def changes_stack(block: Iterable[Instruction]) -> bool:
    """Whether SP may be on another stack behind the block: MSR of a stack pointer or CONTROL, SP loaded from memory."""
    return any(
        (i.name == "msr" and _STACKS.match(i.operands))
        or (i.name.startswith("ldr") and i.operands.startswith(("sp,", "r13,")))
        for i in block
    )
