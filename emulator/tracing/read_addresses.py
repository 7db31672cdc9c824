"""Which addresses a block of code reads, as sums of registers.

Most addresses follow from the registers with which the block is entered: a pointer plus what the block has added to it
since. The others depend on what the block loads or computes on the way, or on a condition; such a read is `late`, its
sum holds in front of its instruction only, and only if that runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulator.instructions.decode import Instruction

_MOST_TERMS = 3
_MASK = 0xFFFFFFFF
_REGISTER = re.compile(r"r\d+|sp|lr")
_VALUE = re.compile(rf"({_REGISTER.pattern})|#(-?(?:0x)?[0-9a-f]+)")
_POST_INDEX = re.compile(r"\], #(-?(?:0x)?[0-9a-f]+)$")
_SHIFT = re.compile(r"lsl #(?:0x)?([0-9a-f]+)\]?$")
_OTHER_SHIFT = re.compile(r"(lsr|asr|ror|rrx)")
_TABLE = re.compile(r"\[(\w+), (\w+)")
_DOWNWARD = re.compile(r"db$|^v?push$")
_ONLY_READS = re.compile(r"^(str|stm|stl|push|vstr|vstm|vpush|cmp|cmn|tst|teq|cb|b$|it|nop|pld|vcmp|tb)")
_WIDTHS = {"b": 1, "h": 2}


@dataclass(frozen=True)
class Sum:
    """`constant` plus each register times its factor, modulo 2^32."""

    constant: int = 0
    terms: tuple[tuple[str, int], ...] = ()

    def plus(self, other: Sum, times: int = 1) -> Sum:
        """The sum with a multiple of another."""
        factors = dict(self.terms)
        for register, factor in other.terms:
            factors[register] = factors.get(register, 0) + factor * times
        terms = tuple((register, factor & _MASK) for register, factor in factors.items() if factor & _MASK)
        return Sum((self.constant + other.constant * times) & _MASK, terms)


@dataclass(frozen=True)
class Read:
    """`size` bytes by the instruction `offset` bytes into the block; a multiple load reads word by word."""

    offset: int
    size: int
    address: Sum
    late: bool


class _Values:
    """What the block's registers hold in terms of those it was entered with; what is not known is None."""

    def __init__(self) -> None:
        self._known: dict[str, Sum | None] = {}

    def of(self, register: str) -> Sum | None:
        return self._known.get(register, Sum(0, ((register, 1),)))

    def set(self, register: str, value: Sum | None) -> None:
        self._known[register] = value if value is not None and len(value.terms) <= _MOST_TERMS else None

    def put_in(self, address: Sum) -> Sum | None:
        found: Sum | None = Sum(address.constant)
        for register, factor in address.terms:
            value = self.of(register)
            found = None if found is None or value is None else found.plus(value, factor)
        return found if found is not None and len(found.terms) <= _MOST_TERMS else None


def block_reads(block: Sequence[Instruction]) -> list[Read]:
    """All reads of a block, in the order in which the engine makes them."""
    values, found = _Values(), []
    for instruction in block:
        wanted = list(_reads(instruction))
        for size, address in wanted:
            known = None if instruction.conditional else values.put_in(address)
            offset = instruction.address - block[0].address
            found.append(Read(offset, size, address if known is None else known, known is None))
        _follow(instruction, values)
    return found


def _reads(instruction: Instruction) -> Iterable[tuple[int, Sum]]:
    """Size and address of each read, in registers as they are in front of the instruction."""
    table = _TABLE.search(instruction.operands) if instruction.name in ("tbb", "tbh") else None
    if table is not None:
        size = 1 if instruction.name == "tbb" else 2
        base = Sum(instruction.address + 4) if table[1] == "pc" else _register(table[1])
        yield size, base.plus(_register(table[2]), size)
    elif instruction.is_load and instruction.address_registers:
        address = _address(instruction)
        size, count = _parts(instruction)
        for n in range(count):
            yield size, address.plus(Sum(n * size))


def _register(name: str) -> Sum:
    return Sum(0, ((name, 1),))


def _address(instruction: Instruction) -> Sum:
    """The lowest address that a load reads."""
    name, *index = instruction.address_registers
    base = Sum((instruction.address + 4) & ~3) if name == "pc" else _register(name)
    if instruction.is_multiple:
        return base.plus(Sum(4 * instruction.transfers), -1) if _DOWNWARD.search(instruction.name) else base
    address = base.plus(Sum(instruction.offset & _MASK))
    if index:
        shift = _SHIFT.search(instruction.operands)
        address = address.plus(_register(index[0]), 1 << (int(shift[1], 16) if shift else 0))
    return address


def _parts(instruction: Instruction) -> tuple[int, int]:
    """Size of a read and how many there are: doubles are read at once, pairs and lists of words one by one."""
    doubles = instruction.name.startswith("v") and instruction.registers[-1].startswith("d")
    if doubles:
        return 8, instruction.transfers // 2
    if instruction.transfers > 1 or instruction.is_multiple or instruction.name.startswith("v"):
        return 4, instruction.transfers
    return _WIDTHS.get(instruction.name.removesuffix("t")[-1], 4), 1


def _follow(instruction: Instruction, values: _Values) -> None:
    """What registers hold behind the instruction."""
    base, moved = _updated(instruction)
    after = values.of(base) if base else None
    result = _result(instruction, values)
    for register in _written(instruction):
        values.set(register, None)
    if instruction.conditional:
        if base:
            values.set(base, None)
        return
    if base and after is not None and moved is not None:
        values.set(base, after.plus(moved))
    if result is not None:
        values.set(instruction.registers[0], result)


def _written(instruction: Instruction) -> set[str]:
    """Registers that may change; the first operands too, in case the decoder does not list one."""
    if instruction.is_multiple or _ONLY_READS.match(instruction.name):
        return set(instruction.writes)
    return set(instruction.writes) | set(instruction.registers[: 2 if _pair(instruction) else 1])


def _pair(instruction: Instruction) -> bool:
    return instruction.name == "ldrd" or "mlal" in instruction.name or "mull" in instruction.name


def _updated(instruction: Instruction) -> tuple[str, Sum | None]:
    """The base that a load or store writes back, and what is added to it; None where that is not known."""
    if not (instruction.writeback and instruction.address_registers):
        return "", None
    base = instruction.address_registers[0]
    if instruction.is_multiple:
        step = 4 * instruction.transfers
        return base, Sum((-step if _DOWNWARD.search(instruction.name) else step) & _MASK)
    if instruction.operands.endswith("!"):
        return base, Sum(instruction.offset & _MASK)
    post = _POST_INDEX.search(instruction.operands)
    return base, Sum(int(post[1], 0) & _MASK) if post else None


def _result(instruction: Instruction, values: _Values) -> Sum | None:
    """What an instruction puts into its first register, None where that is no sum of registers."""
    if instruction.name not in ("add", "sub", "mov", "movt", "lsl", "adr") or instruction.conditional:
        return None
    if _OTHER_SHIFT.search(instruction.operands) or not instruction.registers or "pc" in instruction.registers:
        return None
    target, *rest = instruction.operands.split(", ")
    if instruction.name == "adr":
        return Sum(((instruction.address + 4) & ~3) + int(rest[0][1:], 0))
    parts = rest[:-1] if len(rest) > 1 and rest[-1].startswith("lsl") else rest
    operands = [_operand(part, values) for part in parts]
    if target not in instruction.registers[:1] or None in operands:
        return None
    known = [operand for operand in operands if operand is not None]
    if instruction.name == "lsl":
        return _shifted(known)
    if instruction.name == "mov":
        return known[0] if len(rest) == 1 else None
    if instruction.name == "movt":
        return _topped(values.of(target), known[0].constant)
    return _added(instruction, known, len(rest) > len(parts), values.of(target))


def _operand(text: str, values: _Values) -> Sum | None:
    found = _VALUE.fullmatch(text)
    if found is None:
        return None
    return values.of(found[1]) if found[1] else Sum(int(found[2], 0) & _MASK)


def _shifted(operands: Sequence[Sum]) -> Sum | None:
    """LSL by a constant of another register; what shifts a register in place has one operand and is not followed."""
    if len(operands) != 2 or operands[1].terms or operands[1].constant > 31:
        return None
    return Sum().plus(operands[0], 1 << operands[1].constant)


def _topped(before: Sum | None, half: int) -> Sum | None:
    """MOVT replaces the upper half; only that of a constant can be told."""
    return Sum(before.constant & 0xFFFF | half << 16) if before is not None and not before.terms else None


def _added(instruction: Instruction, operands: Sequence[Sum], shifted: bool, before: Sum | None) -> Sum | None:
    first, second = operands if len(operands) == 2 else (before, operands[0])
    if first is None:
        return None
    shift = _SHIFT.search(instruction.operands) if shifted else None
    times = 1 << (int(shift[1], 0) if shift else 0)
    return first.plus(second, -times if instruction.name == "sub" else times)
