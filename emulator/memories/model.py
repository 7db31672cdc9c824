"""Stalls of slow memories in plain Python: the same as `_memories.c`.

A memory is read one line (`read_bytes`) at a time through one port; a read that starts at cycle s delivers the word
that is wanted at s + wait, and the next starts at s + busy. Instructions and data share the port; nothing that has
begun is broken off (but see `data_first`), and a read ahead that has not begun gives way to data.

Instructions: a line that was read ahead, that a line buffer holds or that the cache has, costs nothing once it is
there. Any other is read when the core asks for it, and kept in the cache; of lines read ahead those are kept for which
the core had to wait (a miss, in ST's words). With prefetch the line behind is read next unless it is there: when the
core gets the first word of a line, or when it takes the last and so frees a buffer. Data: one read for each word
that the cache does not have. Unaligned reads, reads of the bank that the read beside them uses, and reads of another
bus than the one before take what the plan says. Writes cost nothing: buffers hide them.

Where the prefetch is "behind cache", code and data that the cache does not have come alike: from the line that was read
ahead, or else by a read; and then the line behind is read.

With `stream_bytes` a read ahead does not go on at multiples of so many bytes, and a miss ends one that has begun; code
passes a word a cycle, so that a line is asked for when the words before it have passed.

The core stalls from when it needs a line or word until it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.memories.cache import Cache
from emulator.memories.kind import CacheKind
from emulator.memories.layout import Layout
from emulator.memories.plan import HEAD, SLOT, shape_of

_QUEUE = 4096
PREFETCH = {"none": 0, "first word": 1, "last word": 2, "behind cache": 3}
"""Numbers of `MemoryKind.prefetch`."""
_AT_LAST_WORD, _BEHIND_CACHE = 2, 3


class _Memory:
    """State of one memory."""

    def __init__(self, row: Sequence[int], caches: Sequence[Cache]) -> None:
        self.wait, self.busy, self.shift, fetch, data, self.prefetch, self.buffers, *flags = row
        self.gives_way, self.bursts, self.stream = flags
        self.fetch_cache = caches[fetch] if fetch >= 0 else None
        self.data_cache = caches[data] if data >= 0 else None
        self._caches = self.fetch_cache, self.data_cache
        self.held: list[int] = []
        self.ahead: int | None = None
        self.ahead_ready = 0
        self._ahead_start = self._free = self._free_before = self._read_at = 0
        self.bus = 0

    def configure(self, wait: int, busy: int, prefetch: int, fetch_cached: int, data_cached: int) -> None:
        """See PythonMemories.configure."""
        self.wait, self.busy, self.prefetch = wait, busy, prefetch
        self.fetch_cache = self._caches[0] if fetch_cached else None
        self.data_cache = self._caches[1] if data_cached else None

    def occupy(self, when: int) -> int:
        """Start of a read that may begin at `when`."""
        start = max(when, self._free)
        self._free = start + self.busy
        return start

    def _yield_port(self, when: int, abandoned: int = 0) -> bool:
        """A read ahead that has not begun by `when`, or `abandoned` has not ended, gives up the port."""
        if self.ahead is None or (self.ahead_ready if abandoned else self._ahead_start) <= when:
            return False
        self._free = max(self._free_before, when)
        return True

    def _start_ahead(self, line: int, when: int) -> None:
        self.ahead, self._free_before = line, self._free
        self._ahead_start = self.occupy(when)
        self.ahead_ready = self._ahead_start + self.wait

    def words(self, address: int) -> int:
        """Words of a line from an address on."""
        size = 1 << self.shift
        return (size - (address & size - 1 & ~3)) // 4

    def hold(self, line: int) -> None:
        """Keep a line in the line buffers."""
        if self.buffers:
            self.held.append(line)
            del self.held[: -self.buffers]

    def fetch(self, line: int, request: int, done: int) -> int:
        """When a line of code asked for at `request` is there."""
        cache, ready = self.fetch_cache, request
        if self.prefetch == _BEHIND_CACHE:
            return self._through(cache, line << self.shift, request)
        if self.ahead == line:
            ready = max(self.ahead_ready, request)
            if cache and self.ahead_ready > request:
                cache.fill(line << self.shift)
            self.ahead = None
            self.hold(line)
        elif line not in self.held:
            if not cache or not cache.find(line << self.shift):
                if self._yield_port(request, self.stream):
                    self.ahead = None
                ready = self.occupy(request) + self.wait
                if cache:
                    cache.fill(line << self.shift)
            self.hold(line)
        self._read_ahead(line + 1, max(ready, done) if self.prefetch == _AT_LAST_WORD else ready)
        return ready

    def _through(self, cache: Cache | None, address: int, when: int) -> int:
        """When code or data is there that the cache does not have: of the line read ahead, or by a read."""
        if cache and cache.find(address):
            return when
        if cache:
            cache.fill(address)
        line = address >> self.shift
        if self.ahead == line:
            ready = max(self._ahead_start + self.busy - 1, when) + self.wait - self.busy + 1
        else:
            self._yield_port(when)
            ready = self.occupy(when) + self.wait
        self._start_ahead(line + 1, when)
        return ready

    def _read_ahead(self, line: int, ready: int) -> None:
        if not self.prefetch or self.ahead == line or line in self.held:
            return
        if self.stream and line % (1 << self.stream - self.shift) == 0:
            return
        if not (self.fetch_cache and self.fetch_cache.find(line << self.shift)):
            self._start_ahead(line, ready)

    def read(self, address: int, now: int) -> int:
        """When a word of data is there for a core that wants it at `now`."""
        cache = self.data_cache
        if self.prefetch == _BEHIND_CACHE:
            return self._through(cache, address, now)
        if cache and cache.find(address):
            return now
        if cache:
            cache.fill(address)
        postponed = self._yield_port(now, self.gives_way)
        ready = self.occupy(now) + (0 if self.bursts and now == self._read_at + 1 else self.wait)
        self._read_at = ready
        if postponed and self.ahead is not None:
            self._start_ahead(self.ahead, self._ahead_start)
        return ready


class PythonMemories:
    """See the module; the rows are those of `rows_of`."""

    def __init__(
        self, caches: Sequence[Sequence[int]], memories: Sequence[Sequence[int]], ranges: Sequence[Sequence[int]]
    ) -> None:
        made = [Cache(*row) for row in caches]
        self._memories = [_Memory(row, made) for row in memories]
        self._ranges = [(first, last, self._memories[number]) for first, last, number in ranges]
        self._queue: list[tuple[int, int]] = []
        self._expected = self._entered = self._lead = 0
        self.fetch_stalls = self.data_stalls = 0

    def configure(self, number: int, wait: int, busy: int, prefetch: int, fetch_cached: int, data_cached: int) -> None:
        """Other numbers for a memory from here on, and which of its caches are used."""
        self._memories[number].configure(wait, busy, prefetch, fetch_cached, data_cached)

    def access(self, write: bool, address: int, size: int) -> None:
        """Note a data access of the open block."""
        if not write and len(self._queue) < _QUEUE:
            self._queue.append((address, shape_of(address, size)))

    def begin(self) -> None:
        """Forget accesses of a block that is not going to be passed."""
        self._queue.clear()

    def passed(self, plan: bytes, address: int, size: int, now: int) -> tuple[int, int]:
        """Stalls for code and data of a block that began at `now`."""
        rows = np.frombuffer(plan, np.int16).tolist()
        lines, slots, number, lead, *offsets = rows
        code = self._memories[number] if number >= 0 else None
        given, self._queue = self._queue, []
        if address != self._expected:
            self._entered = max(now - self._lead, 0, code.bus) if code and code.stream else now
        self._expected, self._lead = address + size, lead
        line = access = fetch = data = 0
        while line < lines or access < len(given):
            slot = access * slots // len(given) if access < len(given) and slots else -1
            at = 3 * lines + SLOT * slot
            offset = offsets[at] if slot >= 0 else 0
            shifted = now + fetch + data
            if code and line < lines and (access == len(given) or offsets[3 * line + 1] <= offset):
                need = shifted + offsets[3 * line + 1]
                request = max(shifted + offsets[3 * line], self._entered)
                request = max(request, code.bus) if code.stream else min(request, need)
                ready = code.fetch((address >> code.shift) + line, request, shifted + offsets[3 * line + 2])
                code.bus = ready + code.words(0 if line else address)
                fetch += max(ready - need, 0)
                line += 1
            else:
                data += self._read(given[access][0], shifted + offset) - shifted - offset
                if slot >= 0:
                    data += _beside(given, access, offsets[at + 1] & 0xFFFF, offsets[at + 2])
                access += 1
        self.fetch_stalls += fetch
        self.data_stalls += data
        return fetch, data

    def _read(self, address: int, now: int) -> int:
        for first, last, memory in self._ranges:
            if first <= address <= last:
                return memory.read(address, now)
        return now

    def replay(self, stream: bytes, edges: bytes, plans: bytes, stalls: npt.NDArray[np.uint64]) -> None:
        """Pass a recorded stream; adds (code, data) stalls of each edge to `stalls`, of shape (edges, 2)."""
        words = iter(np.frombuffer(stream, np.uint32).tolist())
        rows = np.frombuffer(edges, np.uint32).reshape(-1, 4).tolist()
        offsets, now = np.frombuffer(plans, np.int16), 0
        for word in words:
            if word >> 31:
                self.access(bool(word >> 8 & 1), next(words), word & 0xFF)
                continue
            address, size, cycles, at = rows[word]
            length = HEAD + 3 * int(offsets[at]) + SLOT * int(offsets[at + 1])
            found = self.passed(offsets[at : at + length].tobytes(), address, size, now)
            stalls[word] += np.array(found, np.uint64)
            now += cycles + sum(found)


def _beside(given: Sequence[tuple[int, int]], access: int, unaligned: int, bank: int) -> int:
    """Cycles that an access takes because it is unaligned, or for the bank or the bus of the one before it."""
    address, shape = given[access]
    found = unaligned >> 4 * (shape - 1) & 15 if shape else 0
    if not access:
        return found
    differs = address ^ given[access - 1][0]
    if bank < 0:
        bus, to_code = -bank & 31, -bank >> 5
        return found + (0 if not differs >> bus else 1 if address >> bus else to_code)
    return found + int(bool(bank and not differs & bank))


def _shift(size: int) -> int:
    """The power of two that a size is, 0 for none."""
    return max(size.bit_length() - 1, 0)


def rows_of(layout: Layout) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Caches, memories and ranges as rows of ints, which both models take."""
    caches: list[list[int]] = []
    shared: dict[CacheKind, int] = {}
    memories, ranges = [], []
    for number, memory in enumerate(layout.memories):
        place = {"fetch": -1, "data": -1}
        for cache in memory.caches:
            known = shared.setdefault(replace(cache, source=""), len(caches)) if cache.shared else len(caches)
            for use in ("fetch", "data") if cache.serves == "both" else (cache.serves,):
                place[use] = known
            if known < len(caches):
                continue
            shifts = [cache.line_bytes.bit_length() - 1, cache.sector_bytes.bit_length() - 1]
            caches.append([*shifts, cache.sets, cache.ways, int(cache.replacement == "lru")])
        kind = memory.kind
        shift = _shift(kind.read_bytes)
        held = PREFETCH[kind.prefetch], kind.buffers, int(kind.data_first), int(kind.bursts), _shift(kind.stream_bytes)
        memories.append([memory.wait, memory.busy, shift, place["fetch"], place["data"], *held])
        ranges += [[first, last, number] for first, last in memory.ranges]
    return caches, memories, ranges


def make_memories(layout: Layout, native: bool) -> Any:
    """The model of a layout, in C or in Python."""
    if native:
        from emulator.tracing._tracer import Memories

        return Memories(*rows_of(layout))
    return PythonMemories(*rows_of(layout))
