"""Passes a recorded stream through the model of slow memories: time that passed, and what firmware set, included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.memories.attach import listened
from emulator.memories.control import Setting
from emulator.memories.layout import Layout
from emulator.memories.model import make_memories
from emulator.recording.marks import PART, PASSED, SETTING, Mark, Words, edge_words, within, without_marks
from emulator.recording.pieces import Cuts
from emulator.recording.recording import Recording

_IDLE = np.array([0, 0, -1, 0], np.int16).tobytes()
_CHUNK = 1 << 31
Stalls = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Stretch:
    """A piece of a stream, and the mark behind it, None for the last."""

    words: Words
    mark: Mark | None


def replay(
    recording: Recording,
    layout: Layout,
    edges: Words,
    plans: bytes,
    native: bool,
    settings: bool = False,
    cuts: Cuts | None = None,
) -> Stalls:
    """Cycles lost to (code, data) by each edge, shape (parts + 1, edges, 2), the first for what belongs to no part.

    edges: uint32 (n + 1, 4), address, size, cycles and place of the plan in `plans` of each, row 0 unused; settings:
    whether what firmware set of its memory is followed; cuts: pieces to pass in place of some edges.
    """
    table, stream = _Table(edges, plans), recording.stream
    if recording.board:
        stream = within(stream, listened(layout))
    words, marks = without_marks(stream)
    if cuts is not None:
        words, marks = cuts.apply(words, marks)
    player = _Player(recording, layout, native)
    found = np.zeros((len(recording.parts) + 1, len(edges), 2), np.uint64)
    part = 0
    for stretch in list(_stretches(table, words, marks)):
        found[part] += player.pass_by(table, stretch.words)[: len(edges)]
        if stretch.mark is None:
            continue
        if stretch.mark.kind == PART:
            part = stretch.mark.value if recording.parts else 0
        elif settings:
            player.follow(stretch.mark.value)
    return found[:, 1:]


class _Table:
    """The edges, and made up ones in which nothing but time passes."""

    def __init__(self, edges: Words, plans: bytes) -> None:
        self.plans = plans + _IDLE
        self._idle = len(plans) // 2
        self._edges = edges
        self._more: dict[tuple[int, int], int] = {}

    def end(self, number: int) -> int:
        """Where the block of an edge ends."""
        return int(self._edges[number, 0]) + int(self._edges[number, 1])

    def wait(self, behind: int, cycles: int) -> int:
        """Number of an edge that takes so many cycles behind the address `behind`."""
        return self._more.setdefault((behind, cycles), len(self._edges) + len(self._more))

    def rows(self) -> Words:
        """All rows, those made up included."""
        more = [(end & 0xFFFFFFFF, 0, cycles, self._idle) for end, cycles in self._more]
        return np.vstack([self._edges, np.array(more, np.uint32).reshape(-1, 4)])


def _stretches(table: _Table, words: Words, marks: list[Mark]) -> Iterator[Stretch]:
    """Pieces between marks of parts and settings, with time that passed as edges."""
    pieces: list[Words] = []
    begin = last = 0
    for mark in marks:
        if mark.position > begin:
            pieces.append(words[begin : mark.position])
            last = table.end(int(words[mark.position - 1]))
        begin = mark.position
        if mark.kind == PASSED:
            pieces.append(np.array([table.wait(last, mark.value)], np.uint32))
        elif mark.kind in (PART, SETTING):
            yield Stretch(np.concatenate([*pieces, np.zeros(0, np.uint32)]), mark)
            pieces = []
    yield Stretch(np.concatenate([*pieces, words[begin:]]), None)


class _Player:
    """The memories, and the time since the stream's beginning."""

    def __init__(self, recording: Recording, layout: Layout, native: bool) -> None:
        self._memories: Any = make_memories(layout, native)
        self._settings = [(Setting(self._memories, n, memory), memory) for n, memory in enumerate(layout.memories)]
        self._recording = recording
        self._elapsed = self._end = 0

    def follow(self, number: int) -> None:
        """Firmware wrote a register."""
        kind, register, value = self._recording.settings[number]
        for setting, memory in self._settings:
            for control in memory.kind.controls:
                if (control.peripheral, control.register) == (kind, register):
                    setting.follow(control, value)

    def pass_by(self, table: _Table, words: Words) -> Stalls:
        """Stalls of each row of the table; the model's clock begins at zero for each stretch, so time is made up."""
        chunks, rest = divmod(self._elapsed, _CHUNK)
        lead = [table.wait(self._end, _CHUNK)] * chunks + ([table.wait(self._end, rest)] if rest else [])
        rows = table.rows()
        stalls = np.zeros((len(rows), 2), np.uint64)
        stream = np.concatenate([np.array(lead, np.uint32), words])
        self._memories.replay(stream.tobytes(), rows.tobytes(), table.plans, stalls)
        passed = words[edge_words(words)]
        if len(passed):
            self._elapsed += int(rows[passed, 2].sum(dtype=np.uint64)) + int(stalls.sum())
            self._end = int(rows[passed[-1], :2].sum())
        return stalls
