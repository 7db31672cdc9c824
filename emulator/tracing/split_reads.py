"""Cycles of unaligned loads, which the core splits into two or three reads; [unaligned] in a core file has them.

The address of every load has to be looked at, which slows down code that loads much, and a good deal more without
the extension; so this is done only when asked for, and without it an unaligned load costs as an aligned one,
unless slow memories are charged. Unaligned stores wait in the store buffer and cost nothing.
Recordings do not keep them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.errors import TimingError
from emulator.timing.core import Core
from emulator.tracing.pytracer import PythonTracer
from emulator.tracing.reads import Reads
from emulator.tracing.tracer import Tracer


@dataclass(frozen=True)
class SplitCounts:
    """Loads that were split in two and in three reads."""

    in_two: int
    in_three: int


class SplitReads:
    """Charges them to `tracer` from now on. Raises TimingError for a core without numbers."""

    def __init__(self, reads: Reads, tracer: Tracer, core: Core) -> None:
        if core.unaligned is None:
            raise TimingError(f"{core.name} has no cycles for unaligned loads: nothing is published, or they fault")
        self._cycles = core.unaligned
        self._counts = [0, 0]
        self._native: Any = None
        self._tracer: Any = tracer
        if isinstance(tracer, PythonTracer):
            reads.call(self._take)
        else:
            from emulator.tracing import _tracer

            pending = tracer.pending_address  # type: ignore[attr-defined]
            self._native = _tracer.SplitReads(pending, *self._cycles)
            reads.add(self._native.consumer)

    @property
    def counts(self) -> SplitCounts:
        """How many there were."""
        if self._native is not None:
            return SplitCounts(self._native.split_in_two, self._native.split_in_three)
        return SplitCounts(*self._counts)

    def _take(self, is_write: bool, pc: int, address: int, size: int) -> None:
        if is_write or size > 4 or not address & (size - 1):
            return
        parts = int(size == 4 and bool(address & 1))
        self._counts[parts] += 1
        self._tracer.pending += self._cycles[parts]
