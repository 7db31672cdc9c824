"""Instructions whose cycles depend on the values in their registers: [[operands]] rows of a core file.

An execution belongs to a class, which is the same on every core; a row gives the cycles of each class.

* quotient (divides), 34 classes: dividend or divisor zero; dividend with fewer bits than the divisor; then as many
  bits, one more, and so on up to 31. Signed operands count by their absolute value. A quotient by a negative power of
  two counts a bit more, one of -2**31 by another negative number a bit less.
* halves (long multiplies), 36 classes: 6 by 6 shapes of the first and the second factor: zero, only the low half-word
  set, only the high one, both, then only the high one and both with bit 31 set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from emulator.errors import TimingError
from emulator.instructions.decode import Instruction

CLASSES = {"quotient": 34, "halves": 36}
SKIPPED = 39
"""The class of an execution that an IT skipped."""

_TOP = 1 << 31


@dataclass(frozen=True)
class OperandCycles:
    """One row: instructions by name, the kind of their classes, and cycles by class."""

    name: str
    instructions: tuple[str, ...]
    kind: str
    cycles: tuple[int, ...]
    source: str
    test: str = ""

    def __post_init__(self) -> None:
        if self.kind not in CLASSES:
            raise TimingError(f"operands {self.name}: unknown kind {self.kind}; there are: {', '.join(CLASSES)}")
        if len(self.cycles) != CLASSES[self.kind]:
            wanted = f"{self.kind} wants {CLASSES[self.kind]} numbers of cycles"
            raise TimingError(f"operands {self.name}: {wanted}, not {len(self.cycles)}")

    def applies(self, instruction: Instruction) -> bool:
        """Whether the row is about this instruction."""
        return any(fnmatchcase(instruction.name, pattern) for pattern in self.instructions)


def operand_registers(instruction: Instruction) -> tuple[str, str]:
    """The two registers that decide: dividend and divisor, or the factors."""
    first, second = instruction.registers[-2:]
    return first, second


def is_signed(instruction: Instruction) -> bool:
    """Whether the operands are taken as signed."""
    return instruction.name.startswith("s")


def quotient_class(signed: bool, dividend: int, divisor: int) -> int:
    """The class of a division of two 32-bit words."""
    if not dividend or not divisor:
        return 0
    shift = 0
    if signed:
        negative = divisor >= _TOP
        dividend, divisor = min(dividend, 2 * _TOP - dividend), min(divisor, 2 * _TOP - divisor)
        power = not divisor & (divisor - 1)
        shift = negative * ((power and dividend != _TOP) - (not power and dividend == _TOP))
    return max(1, 2 + dividend.bit_length() - divisor.bit_length() + shift)


def halves_class(first: int, second: int) -> int:
    """The class of a multiplication of two 32-bit words."""
    return 6 * _shape(first) + _shape(second)


def _shape(word: int) -> int:
    shape = bool(word & 0xFFFF) + 2 * bool(word >> 16)
    return shape + 2 * (word >= _TOP)


def class_of(kind: str, signed: bool, values: Sequence[int]) -> int:
    """The class of an execution with these two words."""
    first, second = values
    return quotient_class(signed, first, second) if kind == "quotient" else halves_class(first, second)
