"""The flexible second operand of data processing, and which of its registers pass the shifter, from the encoding.

Pipelines care: a constant may come ready from the decoder or out of the shifter, and a shifted register is wanted
earlier than the other. Encodings: ARMv7-M Architecture Reference Manual (DDI0403), A5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["", "constant", "constant pattern", "shifted constant", "register", "shifted register"]

_REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc")
_PACK = 0x6


@dataclass(frozen=True)
class Operand2:
    """`kind` is "" where there is no such operand; `shifted` is the register that an inline shift takes.

    "constant pattern" is an 8-bit constant repeated (0x00XY00XY and the like), "shifted constant" one rotated into
    place. MOV of a shifted register is the instruction LSL, LSR, ASR or ROR and not one of these.
    """

    kind: Kind
    shifted: str | None = None


NONE = Operand2("")


def operand2(code: bytes) -> Operand2:
    """The second operand of the 32-bit data processing instruction `code`; of any other, NONE."""
    if len(code) < 4:
        return NONE
    first, second = int.from_bytes(code[:2], "little"), int.from_bytes(code[2:4], "little")
    if first & 0xFE00 == 0xEA00:
        return _register(first, second)
    if first & 0xF800 == 0xF000 and not second & 0x8000:
        return Operand2("constant") if first & 0x200 else _modified_constant(first, second)
    return NONE


def _register(first: int, second: int) -> Operand2:
    operation = first >> 5 & 15
    if operation == _PACK:
        return NONE
    amount, kind = second >> 10 & 0x1C | second >> 6 & 3, second >> 4 & 3
    is_move = operation == 2 and first & 15 == 15
    if is_move or not (amount or kind):
        return Operand2("register")
    return Operand2("shifted register", _REGISTERS[second & 15])


def _modified_constant(first: int, second: int) -> Operand2:
    """The five bits i:imm3:a choose: 0000x an 8-bit constant, 0001x to 0011x a pattern, the rest a rotation."""
    choice = first >> 7 & 8 | second >> 12 & 7
    if choice == 0:
        return Operand2("constant")
    return Operand2("constant pattern" if choice < 4 else "shifted constant")
