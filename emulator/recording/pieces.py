"""Blocks cut in pieces, an instruction with what follows it and waits for nothing, to see which of them meets a stall.

A piece has the lines of code that its first instruction needs and its reads. Passed one after the other the pieces ask
the same of the memories as the block does, at the same times; what a read costs for the one in front of it is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from emulator.instructions.decode import Instruction
from emulator.memories.layout import Layout
from emulator.memories.plan import HEAD, SLOT
from emulator.recording.marks import Mark, Words, edge_words
from emulator.timing.cost import CostModel

_LINE = 3
_ACCESS = np.uint32(1 << 31)


@dataclass(frozen=True)
class Piece:
    """`first` meets the stalls, of data if it is a load; slots: of the block's plan; follows: whether its reads may
    cost more for the one in front of them; row: address, size, cycles."""

    first: Instruction
    slots: int
    follows: bool
    row: tuple[int, int, int]
    plan: bytes


def cut_block(model: CostModel, address: int, size: int, cycles: int, plan: bytes, layout: Layout) -> list[Piece]:
    """The pieces of a block with its plan (emulator/memories/plan.py), in order; `cycles`: of one pass."""
    block, starts = model.block(address, size), model.starts(address, size)
    numbers = np.frombuffer(plan, np.int16).tolist()
    lines, slots, memory, lead = numbers[:HEAD]
    line_rows = [numbers[HEAD + _LINE * n :][:_LINE] for n in range(lines)]
    slot_rows = [numbers[HEAD + _LINE * lines + SLOT * n :][:SLOT] for n in range(slots)]
    line_of = _line_owners(block, layout) if memory >= 0 else []
    slot_of = [n for n, i in enumerate(block) if i.is_load for _ in range(max(i.transfers, 1))]
    begins = sorted({0, *(n for n, _ in line_of), *slot_of})
    places = list(accumulate([address, *(_place(line_of, n) for n in begins[1:])], max))
    times = list(accumulate([0, *(min(starts[n], cycles) for n in begins[1:])], max))
    found = []
    for k, begin in enumerate(begins):
        end = begins[k + 1] if k + 1 < len(begins) else len(block)
        place, time = places[k], times[k]
        after = (places[k + 1], times[k + 1]) if k + 1 < len(begins) else (address + size, cycles)
        own_lines = [row for row, (n, _) in zip(line_rows, line_of, strict=True) if begin <= n < end]
        own_slots = [row for row, n in zip(slot_rows, slot_of, strict=True) if begin <= n < end]
        moved = [number - time for row in own_lines for number in row]
        moved += [number for when, unaligned, _ in own_slots for number in (when - time, unaligned, 0)]
        last = k + 1 == len(begins)
        head = (len(own_lines), len(own_slots), memory if own_lines else -1, lead if last else 0)
        found.append(
            Piece(
                block[begin],
                len(own_slots),
                any(beside for *_, beside in own_slots),
                (place, after[0] - place, after[1] - time),
                np.array([*head, *moved], np.int16).tobytes(),
            )
        )
    return found


def _line_owners(block: tuple[Instruction, ...], layout: Layout) -> list[tuple[int, int]]:
    """(number of the first instruction with a byte in it, address) of each line that the block lies in."""
    number = layout.at(block[0].address)
    assert number is not None
    size = layout.memories[number].kind.read_bytes
    lines = range(block[0].address // size * size, block[-1].end, size)
    return [(next(n for n, i in enumerate(block) if i.end > line), line) for line in lines]


def _place(line_of: list[tuple[int, int]], begin: int) -> int:
    """Where a piece lies as far as lines go: in its first one, else anywhere behind the piece before."""
    return next((line for n, line in line_of if n == begin), 0)


@dataclass(frozen=True)
class Cuts:
    """Which edges are cut: `first` row of the pieces of each edge, itself for one that is whole, their number in
    `count`; reads of an edge: `slots` in number, in pieces `slot_pieces[slot_base:]`."""

    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]
    slot_base: npt.NDArray[np.int64]
    slot_pieces: npt.NDArray[np.int64]

    def apply(self, words: Words, marks: list[Mark]) -> tuple[Words, list[Mark]]:
        """A stream without marks, with pieces in place of the edges that are cut; marks go along."""
        at = np.flatnonzero(edge_words(words))
        edges = words[at].astype(np.int64)
        heads = np.flatnonzero(words >= _ACCESS)
        of = np.searchsorted(at, heads)
        heads, of = heads[of < len(at)], of[of < len(at)]
        given = np.bincount(of, minlength=len(at))
        before = np.concatenate([[0], np.cumsum(given)])
        edge = edges[of]
        slots = self.slots[edge]
        slot = (np.arange(len(of)) - before[of]) * slots // np.maximum(given[of], 1)
        piece_of = np.where(slots > 0, self.slot_pieces[self.slot_base[edge] + slot], 0)
        counts = self.count[edges]
        owner = np.repeat(np.arange(len(at)), counts)
        piece = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        width = 2 * int(self.count.max(initial=1))
        key = np.concatenate([of * width + 2 * piece_of, owner * width + 2 * piece + 1])
        order = np.argsort(key, kind="stable")
        value = np.concatenate([words[heads].astype(np.int64), self.first[edges[owner]] + piece])[order]
        is_access = order < len(heads)
        places = np.concatenate([[0], np.cumsum(np.where(is_access, 2, 1))])
        found = np.zeros(int(places[-1]), np.uint32)
        found[places[:-1]] = value
        found[places[:-1][is_access] + 1] = words[heads[order[is_access]] + 1]
        starts = places[np.searchsorted(key[order], np.arange(len(at) + 1) * width)]
        behind = np.searchsorted(at, [mark.position for mark in marks])
        return found, [Mark(int(starts[n]), m.kind, m.value) for n, m in zip(behind, marks, strict=True)]


def make_cuts(count: int, pieces: dict[int, list[Piece]]) -> Cuts:
    """For `count` rows of edges, some of them with pieces, whose rows follow in the order of the dict."""
    first, counts = np.arange(count, dtype=np.int64), np.ones(count, np.int64)
    slots, base = np.zeros(count, np.int64), np.zeros(count, np.int64)
    flat: list[int] = [0]
    row = count
    for number, some in pieces.items():
        first[number], counts[number] = row, len(some)
        row += len(some)
        slots[number], base[number] = sum(piece.slots for piece in some), len(flat)
        flat += [k for k, piece in enumerate(some) for _ in range(piece.slots)]
    return Cuts(first, counts, slots, base, np.array(flat, np.int64))
