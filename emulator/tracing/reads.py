"""The program's reads, for those who charge or record them; `Accesses` hooks every access, which takes far longer.

With the extension the addresses come from the registers as a block is entered (emulator/tracing/read_addresses.py);
only instructions whose address is not known then are hooked. Without it, or where the binding offers no way, every
access is hooked, and consumers are told the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from emulator.code_watch import CodeWatch
from emulator.engine.engine import Engine, register_ids
from emulator.errors import EmulatorError
from emulator.timing.cost import CostModel
from emulator.tracing.accesses import ALL, Accesses, Consumer
from emulator.tracing.looks import Looks
from emulator.tracing.pytracer import PythonTracer
from emulator.tracing.read_addresses import Read, block_reads
from emulator.tracing.tracer import Tracer

_REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr")
_NUMBERS = {name: n for n, name in enumerate(_REGISTERS)}
_TERMS = 3


class Reads:
    """Reads of one engine that `tracer` counts. `model` decodes blocks. Not to be asked while a run lasts."""

    def __init__(self, engine: Engine, tracer: Tracer, model: CostModel) -> None:
        self._engine, self._tracer, self._model = engine, tracer, model
        self._accesses = Accesses(engine, not isinstance(tracer, PythonTracer))
        self._function = None if isinstance(tracer, PythonTracer) else engine.batch_reader()
        self._started = False
        self._looks: Any = None

    @property
    def native(self) -> bool:
        """Whether consumers are C functions, for `add`, or Python ones, for `call`."""
        return self._accesses.native

    def call(self, consumer: Consumer, within: tuple[int, int] = ALL) -> None:
        """Call a Python function at each read from addresses from `within[0]` to `within[1]`."""
        self._accesses.call(lambda write, pc, at, size: None if write else consumer(write, pc, at, size), within)

    def add(self, consumer: tuple[int, int], within: tuple[int, int] = ALL) -> None:
        """Call a C consumer, as (function, pointer), for the reads of a block when it ends."""
        if self._function is None:
            self._accesses.add(consumer, within, writes=False)
            return
        if not self._started:
            self._start()
        self._tracer.listen(*consumer, *within)  # type: ignore[attr-defined]

    def _start(self) -> None:
        self._started = True
        tracer: Any = self._tracer
        tracer.start_reads(self.plan, self._function, register_ids(_REGISTERS))
        self._looks = Looks(self._engine, tracer)
        if self._engine.code_watch is None:
            self._engine.watch_code(lambda address, size: (), lambda address: False)
        watch: CodeWatch | None = self._engine.code_watch
        assert watch is not None
        watch.observers.append(self)
        watch.forget()

    def plan(self, address: int, size: int) -> bytes:
        """The reads of a block as the tracer wants them; none for code that cannot be decoded."""
        return packed(self._reads(address, size))

    def examine(self, address: int, size: int | None) -> Iterable[int]:
        """Instructions of a block that have to be looked at and are not yet."""
        late = {address + read.offset for read in self._reads(address, size) if read.late}
        return {place for place in late if not self._looks.holds(place)}

    def attach(self, place: int) -> None:
        """Look at an instruction from now on."""
        if not self._looks.holds(place):
            self._looks.widen(place)

    def forget(self) -> None:
        """What is looked at stays: it costs little, and other code there is found by its own block."""

    def _reads(self, address: int, size: int | None) -> list[Read]:
        try:
            return block_reads(self._model.block(address, size) if size else self._model.stretch(address))
        except EmulatorError:
            return []


def packed(reads: Iterable[Read]) -> bytes:
    """Words of 32 bits: see unpack() in emulator/tracing/_reads.c."""
    words = []
    for read in reads:
        terms = [number for name, factor in read.address.terms for number in (_NUMBERS[name], factor)]
        head = read.offset | read.size << 16 | int(read.late) << 24
        words += [head, read.address.constant, len(terms) // 2, *terms, *[0] * (2 * _TERMS - len(terms))]
    return np.array(words, np.uint32).tobytes()
