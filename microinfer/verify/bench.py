"""Runs cases on a library, twice each: buffers against a guard at their end, then at their start, other noise around.

One sandbox serves all cases of a size, so nothing is mapped or allocated per case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator import Machine
from emulator.elf import Image
from emulator.sandbox import FRAME, Return, Sandbox
from microinfer.errors import KernelError
from microinfer.verify.case import Case
from microinfer.verify.signature import Signature, cmsis_signature
from microinfer.verify.spec import Arrays, Buffer, Plan, ScratchQuery, Spec

_PAGE = 4096
_STACK = 16 << 10
_MAX_CYCLES = 3_000_000
_ENDS = ("end", "start")
_MOST_SCRATCH = 1 << 20


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


@dataclass(frozen=True, eq=False)
class Clean:
    """A case without defect: cycles of a run, bytes of stack of the deeper one."""

    cycles: int
    stack: int


@dataclass(frozen=True, eq=False)
class Suspect:
    """A case with something wrong: its runs, to be judged, and what was expected."""

    case: Case
    plan: Plan
    expected: Arrays
    runs: tuple[Run, ...]


class Bench:
    """A library in the emulator."""

    def __init__(self, elf: str | Path, core: str) -> None:
        self.path = Path(elf)
        self.core = core
        self.machine = Machine(core)
        self.image: Image = self.machine.load(self.path)
        self.functions = {s.name: s.address for s in self.image.symbols if s.kind == "function"}
        self._sandboxes: dict[tuple[int, int], _Slots] = {}

    def has(self, function: str) -> bool:
        """Whether the library has the function."""
        return function in self.functions

    def require(self, function: str) -> None:
        """Raise KernelError unless the library has the function."""
        if not self.has(function):
            names = sorted(n for n in self.functions if n.startswith("arm_"))
            raise KernelError(f"{self.path.name} has no {function}; it has {', '.join(names[:6]) or 'no arm_*'}")

    def run(self, spec: Spec, case: Case, expected: Arrays) -> Clean | Suspect:
        """Run a case at both guards and compare everything with what is expected."""
        plan = self.sized(case.plan)
        slots = self._slots(len(plan.buffers) + 1, max((_bytes(b) for b in plan.buffers), default=0))
        address = self.functions[spec.function]
        deepest = cycles = 0
        for guard in _ENDS:
            run = slots.run(spec.signature, address, plan, case.arrays, expected, guard)
            if not run.good:
                break
            deepest, cycles = max(deepest, run.stack), run.returned.cycles
        else:
            return Clean(cycles, deepest)
        runs = (slots.run(spec.signature, address, plan, case.arrays, expected, guard, keep=True) for guard in _ENDS)
        return Suspect(case, plan, expected, tuple(runs))

    def sized(self, plan: Plan) -> Plan:
        """The plan with scratch as large as the library asks for."""
        if not plan.scratch and not plan.dropped:
            return plan
        buffers, values = [b for b in plan.buffers if b.path not in plan.dropped], dict(plan.values)
        for query in plan.scratch:
            size = self.scratch_size(query)
            values[query.size_path] = size
            if size and query.path not in plan.dropped:
                buffers.append(Buffer(query.path, "uint8", (size,), "scratch", 4))
        return replace(plan, values=values, buffers=tuple(buffers), scratch=(), dropped=frozenset())

    def scratch_size(self, query: ScratchQuery) -> int:
        """What the library's size function answers; KernelError when it has none."""
        if query.function not in self.functions:
            raise KernelError(f"{self.path.name} lacks {query.function}, which says how much scratch to give")
        slots = self._slots(2, 0)
        size = slots.ask(cmsis_signature(query.function), self.functions[query.function], query.values)
        if not 0 <= size < _MOST_SCRATCH:
            raise KernelError(f"{query.function} asks for {size} bytes of scratch")
        return size

    def _slots(self, count: int, largest: int) -> _Slots:
        size = _PAGE
        while size < largest:
            size *= 2
        key = (-(-count // 4) * 4, size)
        if key not in self._sandboxes:
            self._sandboxes[key] = _Slots(self.machine.sandbox(*key, _STACK), key[0] * size)
        return self._sandboxes[key]


class _Slots:
    """A sandbox with noise for each guard."""

    def __init__(self, sandbox: Sandbox, end: int) -> None:
        self.sandbox = sandbox
        self._memory = sandbox.memory
        self._end = end
        noise = np.random.Generator(np.random.PCG64(1)).integers(0, 256, sandbox.memory.size, np.uint8)
        self._noise = {"end": noise, "start": noise ^ np.uint8(0xFF)}
        self._before = np.empty_like(noise)

    def run(
        self, signature: Signature, address: int, plan: Plan, arrays: Arrays, expected: Arrays, guard: str,
        keep: bool = False,
    ) -> Run:  # fmt: skip
        """One call with buffers at that end of their slots."""
        memory, before, noise = self._memory, self._before, self._noise[guard]
        memory[:] = noise
        placed, addresses = self._place(plan.buffers, arrays, guard)
        block = signature.pack({**plan.values, **addresses})
        at, block_address = self._spot(0, len(block), 4, guard)
        memory[at : at + len(block)] = np.frombuffer(block, np.uint8)
        words = signature.words({**plan.values, **addresses}, block_address, plan.absent)
        before[:] = memory
        returned = self.sandbox.call(address, words, _MAX_CYCLES)
        status = signature.result(returned.r0)
        good = returned.error is None and not returned.clobbered and plan.status in (None, status)
        good = good and self._as_expected(placed, expected, len(words))
        stack_noise = noise[self._end :] != memory[self._end :]
        deepest = int(stack_noise.argmax())
        depth = max(0, len(stack_noise) - FRAME - deepest) if stack_noise[deepest] else 0
        kept = (before.copy(), memory.copy()) if keep else (before, memory)
        return Run(good, returned, status, *kept, placed, depth, self.sandbox)

    def _spot(self, slot: int, size: int, align: int, guard: str) -> tuple[int, int]:
        """Offset in memory and address of `size` bytes at one end of a slot."""
        length = self.sandbox.slot_size
        inside = 0 if guard == "start" else (length - size) // align * align
        return slot * length + inside, self.sandbox.slots[slot].start + inside

    def _place(
        self, buffers: Sequence[Buffer], arrays: Arrays, guard: str
    ) -> tuple[tuple[Placed, ...], Mapping[str, int]]:
        placed, addresses = [], {}
        for slot, buffer in enumerate(buffers, 1):
            kind = np.dtype(buffer.dtype)
            size = _bytes(buffer)
            start, addresses[buffer.path] = self._spot(slot, size, buffer.align or kind.itemsize, guard)
            placed.append(Placed(buffer, slot, start, size))
            if buffer.role in ("in", "inout") and size:
                self._memory[start : start + size] = np.frombuffer(arrays[buffer.path].tobytes(), np.uint8)
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
        frame = self._memory.size - FRAME + 4 * max(0, words - 4)
        same = bool((memory[: self._end] == wanted).all() and (memory[frame:] == self._before[frame:]).all())
        for start, end, content in held:
            wanted[start:end] = content
        return same

    def ask(self, signature: Signature, address: int, values: Mapping[str, int]) -> int:
        """Call a size function."""
        block = signature.pack(values)
        at, block_address = self._spot(0, len(block), 4, "end")
        self._memory[at : at + len(block)] = np.frombuffer(block, np.uint8)
        returned = self.sandbox.call(address, signature.words(values, block_address), _MAX_CYCLES)
        if returned.error is not None:
            raise KernelError(f"{signature.function}: {returned.error}")
        return int(signature.result(returned.r0) or 0)


def _bytes(buffer: Buffer) -> int:
    size = np.dtype(buffer.dtype).itemsize
    for length in buffer.shape:
        size *= length
    return size
