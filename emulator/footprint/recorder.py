"""Follows stacks and heap of a run, and says what they used."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.errors import EmulatorError
from emulator.exceptions.frame import Frames
from emulator.footprint.chain import Chains
from emulator.footprint.dips import changes_stack, dip
from emulator.footprint.heap import Heap
from emulator.footprint.objects import Objects
from emulator.footprint.pieces import cut
from emulator.footprint.stack_watch import ALERTS, WATCHED, watch_stack
from emulator.footprint.stacks import Stack, Stacks
from emulator.footprint.switches import Save, saves
from emulator.footprint.touched import Touched
from emulator.footprint.usage import HeapUse, MemoryUse, StackUse
from emulator.program.elf import Section, Symbol
from emulator.program.symbols import SymbolTable
from emulator.timing.cost import CostModel
from emulator.tracing.tracer import Tracer

_NAMES = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr psp"


class MemoryRecorder:
    """Wires stacks and heap to the tracer's calls. `word(address)` reads memory; touched: None to leave that out."""

    def __init__(
        self,
        engine: Engine,
        tracer: Tracer,
        model: CostModel,
        frames: Frames,
        symbols: SymbolTable,
        word: Callable[[int], int | None],
        touched: Touched | None,
    ) -> None:
        self._touched = touched
        self._main = next((s.address for s in symbols.all if s.kind == "function" and s.name == "main"), None)
        self._tracer, self._model, self._symbols = tracer, model, symbols
        self._objects = sorted((s for s in symbols.all if s.kind == "object"), key=lambda s: s.address)
        self._data = {s.name for s in self._objects}
        self._registers = RegisterSet(engine, _NAMES)
        self._saves: dict[int, tuple[Save, ...]] = {}
        self.stacks = Stacks(tracer, frames, lambda names: RegisterSet(engine, names), word, self._same_object)
        native = not callable(tracer.callback)
        self._watch = watch_stack(engine, self._describe, self._seen, native)
        self.stacks.watch = self._watch
        self._heap = Heap(symbols, tracer, self._watch.flag)

    def start(self, pc: int) -> None:
        """Begin at the reset handler, SP being set."""
        self.stacks.start(pc)
        self._heap.restart()
        if self._touched is not None:
            self._touched.keep()

    def take_error(self) -> BaseException | None:
        """What went wrong while watching, once."""
        return self._watch.take_error()

    def _describe(self, address: int, size: int) -> tuple[int, int]:
        """See stack_watch.Describe; what is no code is the tracer's to complain about, if it comes to run."""
        try:
            block = self._model.block(address, size)
        except EmulatorError:
            return 0, 0
        found = saves(block)
        if found:
            self._saves[address] = found
        watched = bool(found) or address == self._main or self._heap.watches(address)
        flags = ALERTS * changes_stack(block) | WATCHED * watched
        return dip(block), flags

    def _seen(self, address: int, sp: int, lowest: int, alert: int, watched: int) -> bool:
        if self._tracer.stopped:
            return False
        if watched:
            if address == self._main and self._touched is not None:
                self._touched.clear()
            values = dict(zip(_NAMES.split(), self._registers.read(), strict=True))
            if self._heap.watches(address):
                self._heap.seen(address, [values[name] for name in ("r0", "r1", "r2", "sp", "lr")])
            for save in self._saves.get(address, ()):
                if not (save.with_fp and values["lr"] & 16):
                    self.stacks.saved_below(values.get(save.base, 0) + save.offset)
        self.stacks.seen(address, sp, lowest, bool(alert))
        return True

    def _same_object(self, a: int, b: int) -> bool:
        return self._object(a - 1) == self._object(b - 1)

    def _object(self, address: int) -> Symbol | None:
        return next((s for s in self._objects if s.address <= address < s.address + s.size), None)

    def report(
        self,
        name: Callable[[int], str],
        place: Callable[[int], str | None],
        sections: Sequence[Section],
        objects: Objects,
    ) -> MemoryUse:
        """So far. `name` and `place` give the function, and the file and line, of an address."""
        chains = Chains(self._tracer.calls(), name, place)
        used = [stack for stack in self.stacks.all if stack.high > stack.low]
        holders = [self._object(stack.low) for stack in used]
        rows = tuple(
            self._stack_use(stack, holder, holders.count(holder) == 1, name, chains, sections)
            for stack, holder in zip(used, holders, strict=True)
        )
        pieces = [p for p in cut(sections, self._symbols.all, objects) if p.symbol in self._data]
        touched = () if self._touched is None else self._touched.rows(pieces)
        return MemoryUse(rows, self._heap_use(chains), touched)

    def _stack_use(
        self,
        stack: Stack,
        holder: Symbol | None,
        alone: bool,
        name: Callable[[int], str],
        chains: Chains,
        sections: Sequence[Section],
    ) -> StackUse:
        where, high, size = None, stack.high, None
        if holder is not None and alone:
            where, high, size = holder.name, holder.address + holder.size, holder.size
        elif holder is not None:
            where = f"{holder.name}+0x{stack.low - holder.address:x}"
        elif stack.main:
            ends = (s.address + s.size for s in sections if s.address + s.size <= stack.low)
            below = max((end for end in ends if stack.high - end < 1 << 24), default=None)
            size = None if below is None else stack.high - below
        title = "MSP" if stack.main else name(stack.entry)
        return StackUse(title, where, high, stack.low, size, chains.spell(stack.peak))

    def _heap_use(self, chains: Chains) -> HeapUse | None:
        state = self._heap.state
        if not self._heap.present:
            return None
        return HeapUse(
            allocated=state.peak_bytes,
            blocks=state.peak_blocks,
            calls=state.calls,
            failed=state.failed,
            live=state.bytes,
            start=state.start,
            taken=state.end - state.start if state.start is not None else 0,
            chain=chains.spell([] if state.peak is None else [state.peak]),
        )
