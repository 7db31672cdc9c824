"""Stalls for want of code at zero wait states: a prefetch queue of a few words in front of decode (Cortex-M3, M4).

The word that decode looks at counts as full as soon as a half-word of it is there; behind it lie the words that have
arrived and those that are under way, one asked for each cycle and there two cycles later. Another word is asked for
where there is room for it. Under an instruction of one cycle that is already so when the instruction now in decode will
leave the room; under loads and instructions of several cycles it is not. So a group of 32-bit instructions at address
% 4 == 2 behind one of several cycles runs dry once, while aligned code never does.

Source: the model that mimuw-distributed-systems-group/cmemu 78d79ad found by measurement on CC2650, with its store
buffer off; that a store of one cycle holds nothing up is our reading for cores whose buffer is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.instructions.decode import Instruction

_WORD = 2
_LATENCY = 2
_GROUP = 2


@dataclass(frozen=True)
class Unit:
    """What decode takes at once, an instruction or one with the IT folded onto it: half-words and cycles.

    `holds`: fetches under it wait for room that is there.
    """

    halfwords: int
    cycles: int
    holds: bool


def stalls(block: Sequence[Instruction], cycles: Sequence[int], words: int) -> int:
    """Cycles that a block entered by a branch loses behind its first instruction; `cycles`: of each instruction."""
    if not words or not _has_group(block):
        return 0
    return _Queue(words, block[0].address % 4 // 2).run(_units(block, cycles))


def _has_group(block: Sequence[Instruction]) -> bool:
    """Whether so many 32-bit instructions in a row lie across words that the queue may run dry."""
    run = 0
    for instruction in block:
        run = run + 1 if instruction.wide and instruction.address % 4 == 2 else 0
        if run > _GROUP:
            return True
    return False


def _units(block: Sequence[Instruction], cycles: Sequence[int]) -> list[Unit]:
    found: list[Unit] = []
    for instruction, taken in zip(block, cycles, strict=True):
        if instruction.name == "it" and found and found[-1].cycles == 0:
            found[-1] = Unit(found[-1].halfwords + 1, max(1, taken), found[-1].holds)
        else:
            found.append(Unit(instruction.size // 2, taken, instruction.is_load or taken > 1))
    return found


class _Queue:
    """Half-words at the head, behind it, and the cycles in which the words under way were asked for."""

    def __init__(self, words: int, skipped: int) -> None:
        self._room = words * _WORD
        self._head = self._behind = 0
        self._first = _WORD - skipped
        self._asked = [0]

    def run(self, units: Sequence[Unit]) -> int:
        """Cycles in which nothing could begin though the unit in front was through."""
        lost, now, begun = 0, 0, 0
        ready, free = False, 0
        while begun < len(units):
            now += 1
            arrived = self._arrive(now)
            taken = 0
            if ready and now >= free:
                lost += now - free if begun else 0
                free, taken, ready = now + units[begun].cycles, units[begun].halfwords, False
                begun += 1
            self._shift(taken, arrived)
            waiting = units[begun].halfwords if begun < len(units) else 0
            ready = ready or 0 < waiting <= self._head
            held = begun > 0 and units[begun - 1].holds and now < free
            self._ask(now, waiting if ready else 0, held)
        return lost

    def _arrive(self, now: int) -> int:
        if not self._asked or self._asked[0] > now - _LATENCY:
            return 0
        self._asked.pop(0)
        arrived, self._first = self._first, _WORD
        return arrived

    def _shift(self, taken: int, arrived: int) -> None:
        self._head -= taken
        self._behind += arrived
        moved = min(_WORD - self._head, self._behind)
        self._head += moved
        self._behind -= moved

    def _ask(self, now: int, leaving: int, held: bool) -> None:
        """Ask for a word if there is room, or will be when `leaving` half-words are gone from decode."""
        full = _WORD * (bool(self._head) + len(self._asked)) + self._behind
        if full > self._room - _WORD and not held:
            full -= _WORD if leaving == _WORD or (leaving and self._head == 1) else leaving or _WORD - self._head
        if full <= self._room - _WORD:
            self._asked.append(now)
