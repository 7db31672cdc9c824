"""Runs one function to its return: registers in, time and registers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.address_space import AddressSpace
from emulator.calls.aapcs import Frame
from emulator.engine.engine import register_ids
from emulator.engine.stop import Stop
from emulator.errors import CycleLimit, EmulatorError, MemoryMapError, StoppedError
from emulator.faults.reasons import explain
from emulator.memories.attach import attach_memories, planned_cost
from emulator.memories.layout import Layout
from emulator.program.elf import Image
from emulator.program.symbols import SymbolTable
from emulator.timing.core import Core
from emulator.timing.cost import CostModel
from emulator.tracing.operand_watch import OperandWatch
from emulator.tracing.reads import Reads
from emulator.tracing.tracer import CostFunction, attach

_SAVED = ("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11")
_SAVED_VFP = tuple(f"d{n}" for n in range(8, 16))
_PATTERN = 0x5AFE0000


@dataclass(frozen=True)
class Outcome:
    """r0, r1; s0, s1; and what the run took."""

    core: tuple[int, int]
    vfp: tuple[int, int]
    cycles: int
    instructions: int
    stack: int
    clobbered: tuple[str, ...]


class Caller:
    """Calls functions of one image on one engine, which is reused from call to call."""

    def __init__(self, core: Core, space: AddressSpace, image: Image, tracer: str | None) -> None:
        self.symbols = SymbolTable(image.symbols)
        self.float_abi = image.float_abi
        self._space = space
        self._engine = space.engine
        self._model = CostModel(core, space.code, self.symbols.locate)
        self._cost: CostFunction = self._model.edge
        self.tracer = attach(self._engine, self._cost_of, tracer)
        self.operands = OperandWatch(self._engine, self.tracer, self._model, space.code)
        self.reads = Reads(self._engine, self.tracer, self._model)
        self._arguments = register_ids(("r0", "r1", "r2", "r3"))
        self._vfp = register_ids([f"s{n}" for n in range(16)])
        self._sp, self._lr = register_ids(("sp", "lr"))
        self._saved_names = (*_SAVED, *(_SAVED_VFP if core.has_fpu else ()))
        self._saved = register_ids(self._saved_names)
        self._results = register_ids(("r0", "r1", *(("s0", "s1") if core.has_fpu else ("r0", "r1"))))
        self._patterns = {r: _PATTERN + 0x101 * n for n, r in enumerate(self._saved)}
        self._engine.set_registers(self._patterns)
        self._clean = self._engine.save_registers()

    def _cost_of(self, address: int, size: int, target: int) -> Any:
        return self._cost(address, size, target)

    def slow_down(self, layout: Layout) -> None:
        """Charge what these memories cost from now on; edges counted so far are dropped."""
        if self.tracer.memories is not None:
            raise EmulatorError("the memories have their timing already; load the image again to change it")
        self.tracer.forget()
        self._cost = planned_cost(self._model.edge, self._model, layout)
        attach_memories(self.tracer, self.reads, layout)

    def address_of(self, function: str | int) -> int:
        """Address without Thumb bit."""
        if isinstance(function, str):
            return self.symbols.find(function).address
        if self._space.memory.find(function & ~1) is None:
            raise MemoryMapError(f"cannot call 0x{function:08x}: no memory there")
        return function & ~1

    def call(self, address: int, frame: Frame, max_cycles: int) -> Outcome:
        """Run the function at `address`; after a StoppedError the machine is ready for the next call."""
        sp = self._enter(frame)
        try:
            spent = self.run(address, max_cycles)
            registers = self._engine.registers((*self._results, self._sp, *self._saved))
        except BaseException:
            self._recover()
            raise
        stack = self._space.stack.high_water(sp)
        r0, r1, s0, s1, end_sp = registers[:5]
        clobbered = self._clobbered(registers[5:], end_sp == sp)
        return Outcome((r0, r1), (s0, s1), *spent, stack, clobbered)

    def run(self, address: int, max_cycles: int) -> tuple[int, int]:
        """Run from `address` to an exit with registers as they are: cycles and instructions; raises StoppedError."""
        tracer = self.tracer
        cycles, instructions = tracer.cycles, tracer.instructions
        tracer.begin()
        tracer.limit = cycles + max_cycles
        stop = self._engine.run(address)
        last = tracer.block
        self._settle(stop)
        spent = tracer.cycles - cycles, tracer.instructions - instructions
        if stop.kind != "exit" or spent[0] > max_cycles:
            raise self._failure(stop, self._jump(last), max_cycles, *spent)
        return spent

    def _enter(self, frame: Frame) -> int:
        sp = self._space.stack.top - len(frame.stack)
        if sp < self._space.stack.region.start:
            raise EmulatorError(f"{len(frame.stack):,} bytes of stack arguments do not fit on the stack")
        if frame.stack:
            self._space.write(sp, frame.stack)
        values = dict(zip(self._arguments, frame.core, strict=False))
        values |= {self._vfp[number]: word for number, word in frame.vfp.items()}
        self._engine.set_registers({**values, self._sp: sp, self._lr: self._space.return_address | 1})
        return sp

    def _settle(self, stop: Stop) -> None:
        """Close the block that ran last, wherever the run ended."""
        inside = stop.kind in ("memory", "illegal", "breakpoint", "alignment")
        if inside:
            self.tracer.close_partly(stop.pc)
        else:
            self.tracer.close(stop.pc)
        error = self.tracer.take_error()
        if error is not None:
            raise error

    def _jump(self, block: tuple[int, int]) -> int:
        """Address of the last instruction of a block."""
        return self._model.block(*block)[-1].address if block[1] else block[0]

    def _failure(self, stop: Stop, origin: int, limit: int, cycles: int, instructions: int) -> StoppedError:
        if stop.kind in ("stopped", "exit"):
            return CycleLimit(self.symbols.locate(stop.pc), limit, cycles, instructions)
        error = explain(
            stop, origin, self._engine, self._space.memory, self._space.stack.region, self.symbols.locate
        )
        error.cycles, error.instructions = cycles, instructions
        return error

    def _recover(self) -> None:
        self._engine.restore_registers(self._clean)
        self._space.stack.high_water(self._space.stack.top)
        self.tracer.begin()

    def _clobbered(self, saved: tuple[int, ...], sp_kept: bool) -> tuple[str, ...]:
        expected = self._patterns.values()
        names = [n for n, value, wanted in zip(self._saved_names, saved, expected, strict=True) if value != wanted]
        if names:
            self._engine.set_registers(self._patterns)
        return tuple(names if sp_kept else [*names, "sp"])
