"""What an FPU beside an in-order, single-issue pipeline adds to the cycles of a block, by the core's rules.

* fp_result_use: cycles that an instruction waits for the result of the FP instruction right in front of it, if that is
  of group "late result". The addend of a multiply-accumulate is wanted a cycle later and waits for nothing.
* fp_overlap: 1 when integer code goes on under an instruction of group "overlaps"; the next FP instruction waits until
  it is through. If there is none in the block, it is taken to come right behind it.
* fp_unaligned_run: a cycle is lost after each so many single-cycle FP instructions in a row at address % 4 == 2; 0 for
  none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from emulator.instructions.decode import Instruction
from emulator.timing.charges import Cause, Charge, Stall
from emulator.timing.core import Core
from emulator.timing.roles import reads, writes

_LATE, _OVERLAPS = "late result", "overlaps"


@dataclass(frozen=True)
class FloatingPointRules:
    """The numbers."""

    fp_result_use: int
    fp_overlap: int
    fp_unaligned_run: int


class FloatingPoint:
    """Rules of one core."""

    def __init__(self, core: Core, rules: FloatingPointRules) -> None:
        self._core, self._rules = core, rules

    def extra(self, block: Sequence[Instruction], following: Instruction | None, cycles: Sequence[int]) -> int:
        """Cycles on top of `cycles`, those of each instruction; `following` comes right behind the block, if known."""
        if not any(i.extension == "fp" for i in block):
            return 0
        waits = sum(self._waits(a, b) for a, b in pairwise((*block, *([following] if following else []))))
        return waits + len(list(self._unaligned(block, cycles))) - sum(self.hidden(block, cycles))

    def charges(
        self, block: Sequence[Instruction], following: Instruction | None, cycles: Sequence[int]
    ) -> Iterator[Charge]:
        """What the cycles of `extra` go to, without those that `hidden` takes away."""
        for a, b in pairwise((*block, *([following] if following else []))):
            if waits := self._waits(a, b):
                yield Charge(b, 0, (Stall(Cause.FLOATING_POINT, waits, a, b),))
        for instruction in self._unaligned(block, cycles):
            yield Charge(instruction, 0, (Stall(Cause.FETCH, 1, instruction),))

    def _waits(self, instruction: Instruction, following: Instruction) -> int:
        if instruction.extension != "fp" or _LATE not in self._core.classify(instruction).groups:
            return 0
        results = writes(instruction)
        used = any(r in results and role != "fp accumulate" for r, role in reads(following))
        return self._rules.fp_result_use if used else 0

    def hidden(self, block: Sequence[Instruction], cycles: Sequence[int]) -> list[int]:
        """Cycles of each instruction under which integer code goes on."""
        hidden = [0] * len(block)
        for n, instruction in enumerate(block if self._rules.fp_overlap else ()):
            if instruction.extension == "fp" and _OVERLAPS in self._core.classify(instruction).groups:
                next_fp = next((m for m in range(n + 1, len(block)) if block[m].extension == "fp"), len(block))
                hidden[n] = min(cycles[n] - 1, sum(cycles[n + 1 : next_fp]))
        return hidden

    def _unaligned(self, block: Sequence[Instruction], cycles: Sequence[int]) -> Iterator[Instruction]:
        """Instructions behind which a cycle is lost."""
        run = 0
        for instruction, taken in zip(block, cycles, strict=True):
            moves = instruction.is_load or instruction.is_store
            odd = instruction.extension == "fp" and instruction.address % 4 == 2 and taken == 1 and not moves
            run = run + 1 if odd else 0
            if self._rules.fp_unaligned_run and run and run % self._rules.fp_unaligned_run == 0:
                yield instruction
