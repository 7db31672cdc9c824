"""What each register that an instruction reads is for: cores want some operands earlier or later than others.

address: base or index; store: data to be stored; shifted: passes a shifter in front of the ALU; beside: the other
operand of such an instruction; bitfield: the source of an extraction or reversal; multiply, accumulate: of multiplies
and multiply-accumulates; extend accumulate: the addend of UXTAB and the like; target: of a branch; operand: any other.
Floating point: fp operand, fp multiply (of VMUL), fp factor and fp accumulate (of multiply-accumulates), fp store, fp
move (to a core register or another one), core to fp. Flags count as registers: "flags", "ge" (of SEL) and "fpscr";
their role is flags. Doubles count as the two singles they consist of.
"""

from __future__ import annotations

import re
from functools import cache

from emulator.instructions.decode import Instruction

Reads = tuple[tuple[str, str], ...]

_LONG = re.compile(r"^([su]mlal|umaal|smlsl|smlald|smlsld)")
_ACCUMULATES = re.compile(r"^(ml[as]|sml[as]|smml[as]|usada8)")
_MULTIPLIES = re.compile(r"^(mul|[su]mull|smul|smmul|smu[as]d|usad8)")
_EXTEND_ADD = re.compile(r"^[su]xta(b|h|b16)$")
_BITFIELD = re.compile(r"^([su]bfx|rbit|rev|rev16|revsh)$")
_EARLY_ALL = re.compile(r"^(pkhtb|qd(add|sub)|[us]sat|rrx)$")
_SETS_GE = re.compile(r"^[su](add8|add16|sub8|sub16|asx|sax)$")
_WITH_CARRY = ("adc", "sbc", "rrx")
_FP_ACCUMULATES = re.compile(r"^(vf?n?ml[as]|vfn?m[as])$")
_CORE = re.compile(r"^(r\d+|sp|lr|pc)$")


@cache
def reads(instruction: Instruction) -> Reads:
    """Registers read, each with its role; a register with two roles is there twice."""
    found = _floating_point(instruction) if instruction.name.startswith("v") else _integer(instruction)
    return tuple(dict.fromkeys((*_singles(found), *_flags_read(instruction))))


@cache
def writes(instruction: Instruction) -> tuple[str, ...]:
    """Registers written, in the order of the operands where that matters: those of a multiple load."""
    listed = [r for r in instruction.registers if r in instruction.loaded] if instruction.is_load else []
    ordered = dict.fromkeys((*listed, *sorted(instruction.writes - set(listed))))
    found = [name for register in ordered for name in _parts(register)]
    if instruction.sets_flags or instruction.operands.startswith("apsr_nzcv"):
        found.append("flags")
    if _SETS_GE.match(instruction.name):
        found.append("ge")
    if instruction.name.startswith("vcmp"):
        found.append("fpscr")
    return tuple(found)


def _parts(register: str) -> tuple[str, ...]:
    if register.startswith("d") and register[1:].isdigit():
        number = 2 * int(register[1:])
        return f"s{number}", f"s{number + 1}"
    return (register,)


def _singles(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, role) for register, role in found for name in _parts(register)]


def _flags_read(instruction: Instruction) -> list[tuple[str, str]]:
    name = instruction.name
    if name == "sel":
        return [("ge", "flags")]
    if name == "vmrs":
        return [("fpscr", "flags")]
    by_condition = instruction.conditional and not instruction.writes_pc
    return [("flags", "flags")] if by_condition or name in _WITH_CARRY or name.startswith("vsel") else []


def _memory(instruction: Instruction, data: str) -> list[tuple[str, str]]:
    addresses = instruction.address_registers
    stored = instruction.reads - set(addresses) | (instruction.reads & set(instruction.registers[:1]))
    if not instruction.is_store:
        stored = frozenset()
    elif instruction.is_multiple:
        stored = frozenset(instruction.registers) - set(addresses)
    return [*((r, "address") for r in addresses if r != "pc"), *((r, data) for r in sorted(stored))]


def _integer(instruction: Instruction) -> list[tuple[str, str]]:
    name, listed = instruction.name, instruction.registers
    if instruction.is_load or instruction.is_store:
        return _memory(instruction, "store")
    if instruction.writes_pc or name in ("tbb", "tbh"):
        role = "address" if name in ("tbb", "tbh") else "operand" if name in ("cbz", "cbnz") else "target"
        return [(r, role) for r in sorted(instruction.reads) if r != "pc"]
    if _LONG.match(name):
        return [*((r, "accumulate") for r in listed[:2]), *((r, "multiply") for r in listed[2:])]
    if _ACCUMULATES.match(name):
        return [*((r, "multiply") for r in listed[1:3]), *((r, "accumulate") for r in listed[3:])]
    if _MULTIPLIES.match(name):
        return [(r, "multiply") for r in sorted(instruction.reads)]
    return _data_processing(instruction)


def _data_processing(instruction: Instruction) -> list[tuple[str, str]]:
    name, listed = instruction.name, instruction.registers
    everything = sorted(instruction.reads)
    if _EXTEND_ADD.match(name):
        return [(listed[1], "extend accumulate"), (listed[2], "shifted")]
    if name in ("pkhbt", "bfi"):
        early = listed[-1]
        return [*((r, "operand") for r in everything if r != early), (early, "shifted")]
    if _BITFIELD.match(name):
        return [(r, "bitfield") for r in everything]
    if _EARLY_ALL.match(name):
        return [(r, "shifted") for r in everything]
    shifted = instruction.operand2.shifted
    if shifted is None:
        return [(r, "operand") for r in everything]
    beside = [r for r in everything if r != shifted or listed.count(r) > 1 + (r in instruction.writes)]
    return [*((r, "beside") for r in beside), (shifted, "shifted")]


def _floating_point(instruction: Instruction) -> list[tuple[str, str]]:
    name, listed = instruction.name, instruction.registers
    if instruction.is_load or instruction.is_store:
        return _memory(instruction, "fp store")
    if _FP_ACCUMULATES.match(name):
        return [(listed[0], "fp accumulate"), *((r, "fp factor") for r in listed[1:])]
    if name == "vmov":
        return [(r, "core to fp" if _CORE.match(r) else "fp move") for r in sorted(instruction.reads)]
    role = "fp multiply" if name in ("vmul", "vnmul") else "fp operand"
    return [(r, role) for r in sorted(instruction.reads) if r != "fpscr"]
