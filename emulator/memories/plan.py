"""When a block wants which line of code and when it reads data, in cycles from its start.

A plan is a flat array of int16: number of lines, number of reads, number of the memory that holds the code (-1: a fast
one), then for each line (asked for, needed, last word taken), then for each word read when it is read. A line is
needed when the first instruction that has a byte in it begins; the core asks for a word earlier, when the instruction
begins that lies `fetch_ahead` bytes in front, and takes it a cycle later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emulator.decode import Instruction
from emulator.memories.layout import Layout

_WORD = 4


def make_plan(block: Sequence[Instruction], starts: Sequence[int], layout: Layout, fetch_ahead: int) -> bytes:
    """The plan of a block whose instructions begin at `starts` cycles."""
    number = layout.at(block[0].address)
    lines: list[int] = []
    if number is not None:
        size = layout.memories[number].kind.read_bytes
        first, end = block[0].address // size * size, block[-1].end
        for line in range(first, end, size):
            asked = _asked(block, starts, line - fetch_ahead)
            last = min(line + size, end) - _WORD - fetch_ahead
            taken = max(asked, _asked(block, starts, last)) + 1
            lines += [asked, _needed(block, starts, line), taken]
    reads = [starts[n] + word for n, i in enumerate(block) if i.is_load for word in range(max(i.transfers, 1))]
    head = (len(lines) // 3, len(reads), -1 if number is None else number)
    return np.array([*head, *lines, *reads], np.int16).tobytes()


def _asked(block: Sequence[Instruction], starts: Sequence[int], address: int) -> int:
    """When the instruction at `address` begins; in front of the block one word takes one cycle."""
    if address < block[0].address:
        return (address - block[0].address) // _WORD
    return _needed(block, starts, address)


def _needed(block: Sequence[Instruction], starts: Sequence[int], address: int) -> int:
    return next(start for i, start in zip(block, starts, strict=True) if i.end > address)
