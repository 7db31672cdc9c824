"""The first instruction that reads a byte nobody wrote: neither the caller nor the function before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emulator.calls.sandbox import FRAME
from emulator.errors import Place
from microinfer.verify.bench import Bench
from microinfer.verify.case import Case
from microinfer.verify.slots import Placed
from microinfer.verify.spec import Spec


@dataclass(frozen=True)
class UnwrittenRead:
    """Where the instruction is, its address, and which byte it read, in words."""

    place: str
    pc: int
    where: str

    def __str__(self) -> str:
        return f"the first read of a byte nobody wrote is at {self.place}, of {self.where}"


class _Watch:
    """Follows which bytes hold something; keeps the first read of one that does not."""

    def __init__(self) -> None:
        self.placed: tuple[Placed, ...] = ()
        self.first: tuple[int, int] | None = None
        self._known: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def prepare(self, known: NDArray[np.bool_], placed: tuple[Placed, ...]) -> None:
        self._known, self.placed = known, placed

    def access(self, is_write: bool, pc: int, offset: int, size: int) -> None:
        if is_write:
            self._known[offset : offset + size] = True
        elif self.first is None and not self._known[offset : offset + size].all():
            at = offset + int((~self._known[offset : offset + size]).argmax())
            self.first = (pc, at)


def first_unwritten_read(bench: Bench, spec: Spec, case: Case, guard: str = "end") -> UnwrittenRead | None:
    """Run a case once more, slowly, and say which instruction it is; None where there is none."""
    watch = _Watch()
    removers = []

    def prepared(known: NDArray[np.bool_], placed: tuple[Placed, ...]) -> None:
        watch.prepare(known, placed)
        removers.append(bench.sandbox_of(case).watch(watch.access))

    try:
        bench.run_once(spec, case, guard, prepared)
    finally:
        for remove in removers:
            remove()
    if watch.first is None:
        return None
    pc, offset = watch.first
    return UnwrittenRead(_place(bench, pc), pc, _where(bench, case, offset, watch.placed))


def _place(bench: Bench, pc: int) -> str:
    place: Place = bench.locate(pc)
    line = bench.lines.find(pc)
    return f"{place}, {line}" if line else str(place)


def _where(bench: Bench, case: Case, offset: int, placed: tuple[Placed, ...]) -> str:
    sandbox = bench.sandbox_of(case)
    end = len(sandbox.slots) * sandbox.slot_size
    if offset >= end:
        depth = sandbox.memory.size - FRAME - offset
        return f"the stack, {depth} bytes below its top at the call" if depth > 0 else "the caller's stack"
    slot = offset // sandbox.slot_size
    place = next((p for p in placed if p.slot == slot), None)
    if place is None:
        return "memory beside the parameters"
    at = offset - place.start
    name = place.buffer.path
    if 0 <= at < place.size:
        return f"{name}, byte {at}"
    return f"{-at} bytes in front of {name}" if at < 0 else f"{at - place.size} bytes past the end of {name}"
