"""When a block wants which line of code and when it reads data, in cycles from its start.

A plan is a flat array of int16: number of lines, number of reads, number of the memory that holds the code (-1: a fast
one), cycles by which the core asks for what lies behind the block before it can begin there, then for each line (asked
for, needed, last word taken), then for each word read (when it is read, cycles it takes more if unaligned, bits of the
address that tell banks apart if it may collide with the read before it; or, negative, where buses differ and what that
takes, if it comes right behind that read). A line is needed when the first instruction that has a byte in it begins;
the core asks for a word earlier, when the instruction begins that lies `ahead.bytes` in front, and takes it a cycle
later. What its queue holds it asks for on the way into the block. A core that sees branches early asks for the target
of a direct one while it executes what lies in front of the branch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emulator.instructions.decode import Instruction
from emulator.memories.data_path import ALIGNED, DataPath
from emulator.memories.fetch import Ahead
from emulator.memories.layout import Layout

_WORD = 4
_AT_ONCE = -8
HEAD = 4
"""Numbers in front of the lines."""
SLOT = 3
"""Numbers for each read."""


def shape_of(address: int, size: int) -> int:
    """How a read is unaligned: 0 not at all; word at half-word 1, at odd byte 2; half-word in a word 3, across 4."""
    if size == 4 and address & 3:
        return 1 + (address & 1)
    return 3 + (address >> 1 & 1) if size == 2 and address & 1 else 0


def make_plan(
    block: Sequence[Instruction],
    starts: Sequence[int],
    layout: Layout,
    ahead: Ahead,
    path: DataPath = ALIGNED,
    younger: Sequence[bool] = (),
) -> bytes:
    """The plan of a block whose instructions begin at `starts` cycles, the `younger` ones beside the one before."""
    number = layout.at(block[0].address)
    lines: list[int] = []
    if number is not None:
        size = layout.memories[number].kind.read_bytes
        first, end = block[0].address // size * size, block[-1].end
        for line in range(first, end, size):
            asked = _asked(block, starts, line, ahead)
            last = min(line + size, end) - _WORD
            taken = max(asked, _asked(block, starts, last, ahead)) + 1
            lines += [asked, _needed(block, starts, line), taken]
    reads: list[int] = []
    for n, instruction in enumerate(block):
        if instruction.is_load:
            second = n > 0 and len(younger) > n and younger[n]
            bank = path.bank if second and block[n - 1].is_load else 0
            if path.bus and n and _adjacent(block, starts, n):
                bank = -(path.bus | path.to_code << 5)
            for word in range(max(instruction.transfers, 1)):
                reads += [starts[n] + word, path.younger if second else path.older, bank]
    head = (len(lines) // 3, len(reads) // SLOT, -1 if number is None else number, _lead(block, starts, ahead))
    return np.array([*head, *lines, *reads], np.int16).tobytes()


def _adjacent(block: Sequence[Instruction], starts: Sequence[int], n: int) -> bool:
    """Whether the address of a load goes out right behind the last one of the load in front of it."""
    before = block[n - 1]
    return before.is_load and starts[n] - starts[n - 1] == max(before.transfers, 1)


def _asked(block: Sequence[Instruction], starts: Sequence[int], word: int, ahead: Ahead) -> int:
    """When the core asks for a word; in front of the block one word takes one cycle."""
    behind = word - block[0].address
    if behind < ahead.queue:
        return _AT_ONCE
    if behind < ahead.bytes:
        return (behind - ahead.bytes) // _WORD
    return _needed(block, starts, word - ahead.bytes)


def _lead(block: Sequence[Instruction], starts: Sequence[int], ahead: Ahead) -> int:
    """Cycles by which the instruction in front of a direct branch is longer than one, if the core looks that far."""
    last = block[-1]
    if not ahead.queue or len(block) < 2 or last.target is None or last.registers:
        return 0
    return starts[-1] - starts[-2] - 1


def _needed(block: Sequence[Instruction], starts: Sequence[int], address: int) -> int:
    return next(start for i, start in zip(block, starts, strict=True) if i.end > address)
