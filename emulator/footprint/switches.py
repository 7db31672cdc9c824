"""What an RTOS saves on a task's stack when it switches: stores through a register that holds PSP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.instructions.decode import Instruction

_IMMEDIATE = re.compile(r"#(-?(?:0x)?[0-9a-f]+)$")
_DESCENDING = ("stmdb", "vstmdb")
_ASCENDING = ("stm", "stmia", "vstmia")


@dataclass(frozen=True)
class Save:
    """Stores down to `base` + `offset`, both of the block's start; base: "psp" or a register.

    with_fp: only where the frame holds FP registers (EXC_RETURN bit 4 clear).
    """

    base: str
    offset: int
    with_fp: bool


def saves(block: Iterable[Instruction]) -> tuple[Save, ...]:
    """All stores of several registers downwards, or behind a subtraction, through something other than SP.

    A register that the block sets to something else first cannot be known, and gives none.
    """
    known: dict[str, tuple[str, int]] = {}
    fp_bytes: dict[str, int] = {}
    found: list[Save] = []
    lost: set[str] = set()
    for instruction in block:
        operands = [part.strip(" !{}") for part in instruction.operands.split(",")]
        register = operands[0]
        if instruction.name == "mrs" and operands[-1] == "psp":
            known[register] = "psp", 0
            lost.discard(register)
        elif instruction.name == "sub" and (amount := _IMMEDIATE.search(instruction.operands)):
            source = operands[1] if len(operands) > 2 else register
            base, offset = known.get(source, (source, 0))
            known[register] = base, offset - int(amount[1], 0)
            if source in lost:
                lost.add(register)
        elif instruction.is_store and instruction.is_multiple and register != "sp" and register not in lost:
            base, offset = known.get(register, (register, 0))
            if instruction.name in _DESCENDING:
                offset -= 4 * instruction.transfers
            if instruction.name in _DESCENDING or (instruction.name in _ASCENDING and offset < 0):
                found.append(Save(base, offset, instruction.conditional))
                if instruction.conditional:
                    fp_bytes[base] = 4 * instruction.transfers
                elif base in fp_bytes:
                    found.append(Save(base, offset + fp_bytes[base], False))
                    found[-2] = Save(base, offset, True)
                known[register] = base, offset
        else:
            lost |= instruction.writes
    return tuple(found)
