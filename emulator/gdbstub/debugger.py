"""Go, step, interrupt, reset: what a debugger does to the core, in time that does not notice."""

from __future__ import annotations

import threading
import time

from emulator.errors import EmulatorError
from emulator.gdbstub.execution import Execution
from emulator.gdbstub.halt import ABORTED, BAD_ACCESS, INTERRUPTED, TIME_LIMIT, TRAP, Halt
from emulator.gdbstub.parts import Parts
from emulator.processor import End
from emulator.tracing.tracer import NO_LIMIT

_SPIN = b"\xfe\xe7"


class Debugger:
    """A board under a debugger. Limits of all runs: `until` in cycles, `timeout` in host seconds from the first on."""

    def __init__(self, parts: Parts, until: int = NO_LIMIT, timeout: float | None = None) -> None:
        self.parts = parts
        self.execution = Execution(parts)
        self._until, self._timeout = until, timeout
        self._deadline: float | None = None
        self._attended = True
        self._wanted = threading.Event()
        self._last: End | None = None

    @property
    def pc(self) -> int:
        """Address of the next instruction."""
        return self.parts.processor.pc

    @pc.setter
    def pc(self, value: int) -> None:
        if value & ~1 != self.pc:
            self.execution.forget()
            self.parts.processor.pc = value & ~1

    @property
    def cycles(self) -> int:
        """Cycles since power-on."""
        return self.parts.tracer.cycles + self.execution.spent

    def reset(self) -> None:
        """As after power-on, memory apart."""
        self.execution.forget()
        self.parts.processor.pc = self.parts.reset()

    def interrupt(self) -> None:
        """Stop the run at the next block boundary; from any thread, more than once."""
        self._wanted.set()
        self.parts.processor.stop_wanted = True
        self.parts.tracer.limit = 0

    def last_end(self) -> End:
        """How the firmware ended, or that it was stopped where it is."""
        return self._last or End("stopped", self.pc)

    def resume(self, stepping: bool, within: range | None = None) -> Halt:
        """Run until something stops the core; one instruction when stepping, or until PC leaves `within`.

        Exceptions that come while stepping through a range run to their end; a single step goes into them.
        """
        while True:
            depth = self._depth()
            halt = self._go(stepping)
            if within is None or halt != Halt(TRAP):
                return halt
            if self._depth() > depth:
                returned = self._run_handler(depth)
                if returned is not None:
                    return returned
            if self.pc not in within or self._wanted.is_set():
                return halt

    def leave(self) -> None:
        """GDB detaches: run to the end without it."""
        self.execution.remove()
        self._attended = False
        self.resume(False)

    def _depth(self) -> int:
        return self.parts.unit.controller.active.bit_count()

    def _run_handler(self, depth: int) -> Halt | None:
        """Run until the handler just entered has returned; None when it has."""
        frame = self.parts.unit.frames.frame
        word = self.parts.memory.word(frame + 24)
        own = self.execution.breakpoints
        place = (word or 0) & ~1
        while True:
            self.execution.breakpoints = own | {place}
            try:
                halt = self._go(False)
            finally:
                self.execution.breakpoints = own
            arrived = halt.detail == "breakpoint" and self.pc == place
            if arrived and self.parts.unit.frames.frame == frame and self._depth() <= depth:
                return None
            if not arrived or place in own:
                return halt

    def _go(self, stepping: bool) -> Halt:
        if not self.execution.prepare(stepping):
            return Halt(TRAP)
        if self._deadline is None and self._timeout is not None:
            self._deadline = time.monotonic() + self._timeout
        try:
            end = self.parts.processor.run(self._until, self._deadline, self.parts.reset)
        except EmulatorError as error:
            self.parts.bus.error = None
            return Halt(ABORTED, text=str(error))
        finally:
            self.parts.processor.midway = False
        return self._halt(end, stepping)

    def _halt(self, end: End, stepping: bool) -> Halt:
        if not self._attended:
            self._last = end
            return Halt(ABORTED, end=end)
        if end.kind == "stopped":
            return self.execution.halted or self._interrupted()
        if end.kind in ("exit", "max cycles", "timeout"):
            self._last = end
            return Halt(TIME_LIMIT, end=end, text="" if end.kind == "exit" else f"{end.kind} reached")
        spins = self.parts.memory.code(end.pc, 2) == _SPIN
        if spins and stepping:
            return Halt(TRAP)
        if spins or end.kind == "idle":
            return self._rest()
        return Halt(BAD_ACCESS, text=self.parts.last_fault())

    def _rest(self) -> Halt:
        """Nothing can happen any more: as on the bench, only the user ends that."""
        left = None if self._deadline is None else max(self._deadline - time.monotonic(), 0)
        if not self._wanted.wait(left):
            return self._halt(End("timeout", self.pc), False)
        return self._interrupted()

    def _interrupted(self) -> Halt:
        self.parts.processor.stop_wanted = False
        return Halt(INTERRUPTED)

    def settle(self) -> None:
        """Forget that an interrupt was wanted: the run has ended."""
        self._wanted.clear()
        self.parts.processor.stop_wanted = False
