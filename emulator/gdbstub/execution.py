"""Runs code between processor and engine so that stopping anywhere changes neither cycles nor the order of events.

The tracer counts whole blocks, and interrupts come between blocks. So a stop inside a block leaves the block open; what
remains of it is executed one instruction at a time behind the tracer's back, and the next block closes it.
"""

from __future__ import annotations

from collections.abc import Iterable

from emulator.engine.single_step import single_step
from emulator.engine.stop import Stop
from emulator.exceptions.numbers import HARD_FAULT
from emulator.exceptions.status import classify
from emulator.gdbstub.halt import FAULT_STOPS, TRAP, Halt, fault_signal
from emulator.gdbstub.it_blocks import guards, width
from emulator.gdbstub.parts import Parts
from emulator.probe import Watch

_SEMIHOSTING = b"\xab\xbe"
_EXC_RETURN = 0xFF000000
CATCHES = ("none", "hard", "all")


class Execution:
    """The `execute` of a processor. `breakpoints` and `watches` count from the next `prepare` on.

    `catches` says which faults stop the core in front of them: all, those that become a HardFault, or none. `halted`
    says why the last run ended, None when it was not for the debugger's sake.
    """

    def __init__(self, parts: Parts) -> None:
        self.breakpoints: set[int] = set()
        self.watches: set[Watch] = set()
        self.catches = "hard"
        self.halted: Halt | None = None
        self._parts = parts
        self._probe = parts.engine.make_probe()
        self._inside = False
        self._pending: Stop | None = None
        self._at_breakpoint: int | None = None
        self._fresh = self._stepping = self._touched = False
        self._origin = self._next = 0
        self._wanted: set[int] = set()
        parts.processor.execute = self._execute

    def remove(self) -> None:
        """Leave the processor to itself."""
        self._probe.stop_at(())
        self._probe.watch(())
        self.breakpoints, self.watches, self.catches = set(), set(), "none"

    def forget(self) -> None:
        """PC was set: nothing is under way."""
        if self._inside:
            self._parts.tracer.close_partly(self._parts.processor.pc)
        self._parts.tracer.begin()
        self._inside, self._pending, self._at_breakpoint = False, None, None
        self._parts.processor.midway = False

    @property
    def spent(self) -> int:
        """Cycles of the open block up to PC."""
        address, size = self._parts.tracer.block
        pc = self._parts.processor.pc
        if not (self._inside and address < pc < address + size):
            return 0
        return self._parts.model.edge(address, pc - address, pc)[0]

    def prepare(self, stepping: bool) -> bool:
        """Before the processor runs; False when the step is done, past a BKPT."""
        processor = self._parts.processor
        self.halted, self._stepping, self._fresh = None, stepping, True
        if self._at_breakpoint == processor.pc:
            self._at_breakpoint = None
            self._parts.tracer.close_partly(processor.pc)
            processor.pc += 2
            self._fresh = False
            if stepping:
                return False
        self._origin = processor.pc
        self._probe.watch(self.watches)
        self._wanted = self.breakpoints | set(self._heads(self.breakpoints))
        processor.midway = self._inside or self._pending is not None
        return True

    def _heads(self, addresses: Iterable[int]) -> Iterable[int]:
        for address in addresses:
            region = self._parts.memory.find(address)
            if region is not None:
                size = min(18, address - region.start)
                yield from (address - back for back in guards(self._parts.memory.read(address - size, size)))

    def _execute(self, pc: int) -> Stop:
        if self._pending is not None:
            stop, self._pending, self._fresh = self._pending, None, False
            return stop
        self._next = pc
        if self._inside:
            done = self._finish_block()
            if done is not None:
                return done
        return self._run()

    def _finish_block(self) -> Stop | None:
        """Execute what remains of the open block; None when it is done and the next begins at `_next`."""
        with self._parts.engine.block_hooks.silenced():
            while self._inside:
                if not self._fresh and (self._stepping or self._next in self.breakpoints):
                    return self._halt(self._next, Halt(TRAP, detail=self._detail(self._next)))
                done = self._one(self._next)
                if done is not None:
                    return done
        return None

    def _one(self, pc: int) -> Stop | None:
        parts = self._parts
        address, size = parts.tracer.block
        behind = pc + width(parts.memory.code(pc, 4))
        self._probe.arm(False, not (self._fresh and self._touched))
        stop = single_step(parts.engine, pc, behind)
        if self._probe.touched is not None:
            return self._undo()
        self._fresh = self._touched = False
        if stop.kind != "stopped":
            return self._judge(stop)
        self._next = stop.pc
        self._inside = stop.pc == behind < address + size
        return None

    def _run(self) -> Stop:
        while True:
            pc = self._next
            self._probe.stop_at(self._wanted | {pc} if self._stepping else self._wanted)
            self._probe.arm(True, True)
            stop = self._parts.engine.run(pc)
            if self._probe.touched is not None:
                return self._undo()
            at = self._probe.reached
            if at is None:
                return self._judge(stop)
            self._inside, self._next = True, at
            untouched = self._fresh and at == self._origin
            if not untouched and (self._stepping or at in self.breakpoints):
                return self._halt(at, Halt(TRAP, detail=self._detail(at)))
            self._fresh = True
            done = self._finish_block()
            if done is not None:
                return done

    def _detail(self, pc: int) -> str:
        return "breakpoint" if pc in self.breakpoints else ""

    def _undo(self) -> Stop:
        """Go back to the instruction whose access is watched."""
        touch, engine = self._probe.touched, self._parts.engine
        assert touch is not None
        engine.restore_registers(touch.registers)
        if touch.before:
            engine.write(touch.address, touch.before)
        address, size = self._parts.tracer.block
        pc = engine.pc
        self._inside, self._touched = address <= pc < address + size, True
        kind = {(True, True): "awatch", (True, False): "rwatch"}.get((touch.watch.reads, touch.watch.writes), "watch")
        return self._halt(pc, Halt(TRAP, touch.watch, max(touch.address, touch.watch.start), detail=kind))

    def _halt(self, pc: int, halt: Halt) -> Stop:
        self.halted = halt
        return Stop("halted", pc)

    def _judge(self, stop: Stop) -> Stop:
        """Hand on how the engine ended a run, unless it is a fault or BKPT that the user wants to see first."""
        self._inside = False
        if stop.kind == "breakpoint" and self._parts.memory.code(stop.pc, 2) != _SEMIHOSTING:
            self._at_breakpoint = stop.pc
            return self._halt(stop.pc, Halt(TRAP, text=f"BKPT at {self._parts.describe(stop.pc)}"))
        if stop.kind not in FAULT_STOPS or not self._caught(stop):
            return stop
        self._pending = stop
        explained = self._parts.processor.explained(stop)
        what = f"{stop.kind} fault" if stop.access is None else f"{stop.access.access} of 0x{stop.access.address:08x}"
        text = f"{what} at {self._parts.describe(stop.pc)}; continue to enter its handler"
        return self._halt(stop.pc, Halt(fault_signal(explained), text=text))

    def _caught(self, stop: Stop) -> bool:
        parts = self._parts
        returns = stop.kind in ("fetch", "interrupt") and stop.pc >= _EXC_RETURN and parts.unit.frames.current
        if returns or self.catches == "none" or parts.protection.passes(stop):
            return False
        number, controller = classify(parts.processor.explained(stop)).number, parts.unit.controller
        escalated = not controller.main_extension or number == HARD_FAULT
        return self.catches == "all" or escalated or controller.escalates(number, parts.unit.level())
