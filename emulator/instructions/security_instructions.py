"""ARMv8-M security instructions: what Capstone 5 names but does not describe.

It lists neither what TT, BXNS, BLXNS, VLLDM and VLSTM read and write, nor that two of them are branches. Encodings:
Arm v8-M Architecture Reference Manual (DDI0553), part C2.
"""

from __future__ import annotations

from dataclasses import dataclass

_REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc")


@dataclass(frozen=True)
class SecurityInstruction:
    """Registers by the assembler's names; `base` is the address register of VLLDM and VLSTM, else None."""

    name: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    branches: bool = False
    base: str | None = None


def security_instruction(code: bytes) -> SecurityInstruction | None:
    """The instruction at the start of `code` (little endian), None if it is not one of these."""
    first = int.from_bytes(code[:2], "little")
    if first & 0xFF07 == 0x4704:
        return _branch("blxns" if first & 0x80 else "bxns", _REGISTERS[first >> 3 & 15])
    if len(code) < 4:
        return None
    return _wide(first, int.from_bytes(code[2:4], "little"))


def _branch(name: str, register: str) -> SecurityInstruction:
    written = frozenset({"pc", "lr"} if name == "blxns" else {"pc"})
    return SecurityInstruction(name, frozenset({register}), written, branches=True)


def _wide(first: int, second: int) -> SecurityInstruction | None:
    base = _REGISTERS[first & 15]
    if (first, second) == (0xE97F, 0xE97F):
        return SecurityInstruction("sg")
    if first & 0xFFF0 == 0xE840 and second & 0xF03F == 0xF000:
        name = ("tt", "ttt", "tta", "ttat")[second >> 6 & 3]
        return SecurityInstruction(name, frozenset({base}), frozenset({_REGISTERS[second >> 8 & 15]}))
    if first & 0xFFE0 == 0xEC20 and second & 0xFF7F == 0x0A00:
        return SecurityInstruction("vlldm" if first & 0x10 else "vlstm", frozenset({base}), base=base)
    return None
