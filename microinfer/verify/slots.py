"""One call on a library: buffers against a guard at one end of their slots, noise everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.calls.sandbox import FRAME, Return, Sandbox
from microinfer.errors import KernelError
from microinfer.verify.signature import Signature
from microinfer.verify.spec import Arrays, Buffer, Plan

_CYCLES, _CYCLES_A_BYTE = 3_000_000, 250
ENDS = ("end", "start")
_WORD = 4


@dataclass(frozen=True, eq=False)
class Placed:
    """A buffer in the sandbox: bytes [start, start + size) of its memory, slot included for distances."""

    buffer: Buffer
    slot: int
    start: int
    size: int


@dataclass(frozen=True, eq=False)
class Run:
    """One call: whether all is as expected, what came back, bytes of stack used.

    Memory before and after and where buffers lay are kept on request; otherwise they change with the next run.
    """

    good: bool
    returned: Return
    status: int | None
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    placed: tuple[Placed, ...]
    stack: int
    sandbox: Sandbox

    def content(self, path: str) -> NDArray[Any]:
        """A buffer's contents after the call."""
        place = next(p for p in self.placed if p.buffer.path == path)
        data = self.after[place.start : place.start + place.size]
        return data.copy().view(place.buffer.dtype).reshape(place.buffer.shape)


Prepared = Callable[[NDArray[np.bool_], tuple[Placed, ...]], None]
"""Told in front of a call which bytes of the memory hold something that the caller wrote."""


class Slots:
    """A sandbox with noise for each guard; `end` is where its slots end and its stack begins."""

    def __init__(self, sandbox: Sandbox, end: int) -> None:
        self.sandbox = sandbox
        self._memory = sandbox.memory
        self._end = end
        noise = np.random.Generator(np.random.PCG64(1)).integers(0, 256, sandbox.memory.size, np.uint8)
        self._noise = {"end": noise, "start": noise ^ np.uint8(0xFF)}
        self._before = np.empty_like(noise)
        # Bytes are written, and slots compared, in ways that cost a fraction of those of arrays of bytes.
        self._bytes = sandbox.memory.data
        self._now, self._then = (array[:end].view(np.uint64) for array in (self._memory, self._before))

    def run(
        self, signature: Signature, address: int, plan: Plan, arrays: Arrays, expected: Arrays, guard: str,
        keep: bool = False, prepared: Prepared | None = None, limit: int = 0,
    ) -> Run:  # fmt: skip
        """One call with buffers at that end of their slots, for `limit` cycles or as many as their size allows for."""
        memory, before, noise = self._memory, self._before, self._noise[guard]
        memory[:] = noise
        placed, addresses = self._place(plan.buffers, arrays, guard)
        values = {**plan.values, **addresses}
        block = signature.pack(values)
        at, block_address = self._spot(0, len(block), _WORD, guard)
        self._bytes[at : at + len(block)] = block
        words = signature.words(values, block_address, plan.absent)
        before[:] = memory
        if prepared is not None:
            prepared(self._known(placed, (at, len(block)), len(words)), placed)
        allowed = limit or _CYCLES + _CYCLES_A_BYTE * sum(place.size for place in placed)
        returned = self.sandbox.call(address, words, allowed)
        status = signature.result(returned.r0)
        good = returned.error is None and not returned.clobbered and plan.accepts(status)
        good = good and self._as_expected(placed, {} if plan.declines(status) else expected, len(words))
        kept = (before.copy(), memory.copy()) if keep else (before, memory)
        return Run(good, returned, status, *kept, placed, self._depth(noise), self.sandbox)

    def _depth(self, noise: NDArray[np.uint8]) -> int:
        """Bytes below SP at the call down to the deepest one written."""
        written = noise[self._end :] != self._memory[self._end :]
        deepest = int(written.argmax())
        return max(0, len(written) - FRAME - deepest) if written[deepest] else 0

    def _known(self, placed: Sequence[Placed], block: tuple[int, int], words: int) -> NDArray[np.bool_]:
        known = np.zeros(self._memory.size, np.bool_)
        known[block[0] : sum(block)] = True
        for place in placed:
            known[place.start : place.start + place.size] = place.buffer.role in ("in", "inout")
        frame = self._memory.size - FRAME
        known[frame : frame + _WORD * max(0, words - 4)] = True
        return known

    def _spot(self, slot: int, size: int, align: int, guard: str) -> tuple[int, int]:
        """Offset in memory and address of `size` bytes at one end of a slot.

        In front, bytes and halfwords whose number keeps them aligned at the other end are moved off the next word
        boundary, because nothing promises more than the alignment of an element.
        """
        length = self.sandbox.slot_size
        if guard == "start":
            moved = (size // _WORD + slot) * align % _WORD if size % _WORD == 0 else 0
            inside = moved if moved + size <= length else 0
        else:
            inside = (length - size) // align * align
        return slot * length + inside, self.sandbox.slots[slot].start + inside

    def _place(
        self, buffers: Sequence[Buffer], arrays: Arrays, guard: str
    ) -> tuple[tuple[Placed, ...], Mapping[str, int]]:
        placed, addresses = [], {}
        for slot, buffer in enumerate(buffers, 1):
            size = size_of(buffer)
            align = buffer.align or _itemsize(buffer.dtype)
            start, addresses[buffer.path] = self._spot(slot, size, align, guard)
            placed.append(Placed(buffer, slot, start, size))
            if buffer.role in ("in", "inout") and size:
                self._bytes[start : start + size] = arrays[buffer.path].tobytes()
        return tuple(placed), addresses

    def _as_expected(self, placed: Sequence[Placed], expected: Arrays, words: int) -> bool:
        """Whether slots hold what they held, but for written buffers, and the caller's frame too."""
        memory, wanted = self._memory, self._before[: self._end]
        held = []
        for place in placed:
            end = place.start + place.size
            if place.buffer.role == "scratch":
                wanted[place.start : end] = memory[place.start : end]
            elif place.buffer.path in expected and place.size:
                held.append((place.start, end, wanted[place.start : end].copy()))
                wanted[place.start : end] = np.frombuffer(expected[place.buffer.path].tobytes(), np.uint8)
        frame = self._memory.size - FRAME + _WORD * max(0, words - 4)
        same = bool((self._now == self._then).all() and (memory[frame:] == self._before[frame:]).all())
        for start, end, content in held:
            wanted[start:end] = content
        return same

    def ask(self, signature: Signature, address: int, values: Mapping[str, int]) -> int:
        """Call a size function."""
        block = signature.pack(values)
        at, block_address = self._spot(0, len(block), _WORD, "end")
        self._memory[at : at + len(block)] = np.frombuffer(block, np.uint8)
        returned = self.sandbox.call(address, signature.words(values, block_address), _CYCLES)
        if returned.error is not None:
            raise KernelError(f"{signature.function}: {returned.error}")
        return int(signature.result(returned.r0) or 0)


def size_of(buffer: Buffer) -> int:
    """Bytes of a buffer."""
    return _itemsize(buffer.dtype) * prod(buffer.shape)


@cache
def _itemsize(dtype: str) -> int:
    return np.dtype(dtype).itemsize
