"""The run loop of a board: native execution up to the next event, then whatever ended it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from emulator.bus import Bus
from emulator.clock import Clock
from emulator.engine.deadline import Deadline
from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.engine.stop import Access, Stop
from emulator.errors import EmulatorError, IllegalInstruction
from emulator.exceptions.numbers import SVCALL
from emulator.exceptions.status import DACCVIOL, IACCVIOL, INVALID_STATE, FaultKind, classify
from emulator.exceptions.unit import DEBUGEVT, FORCED, ExceptionUnit, Lockup
from emulator.faults.traps import Traps
from emulator.instructions.decode import Decoder
from emulator.protection import Protection
from emulator.semihosting.calls import Semihosting
from emulator.tracing.tracer import NO_LIMIT, Tracer

EndKind = Literal["exit", "idle", "fault", "stopped", "max cycles", "timeout"]
_EXC_RETURN = 0xFF000000
_SEMIHOSTING = b"\xab\xbe"
_SPIN = b"\xfe\xe7"
_THUMB = 1 << 24


@dataclass(frozen=True)
class End:
    """Why the firmware runs no more."""

    kind: EndKind
    pc: int


class Processor:
    """One core with its exceptions.

    `fault_seen` is called with each fault before the core takes it, `locked_up` when it cannot take one, `skipped` with
    the cycles of a loop that were passed at once. A debugger
    puts itself between core and engine: `execute` runs the engine, and `midway` says that PC lies inside a block, whose
    exceptions have been looked for at its beginning.
    """

    def __init__(
        self,
        engine: Engine,
        tracer: Tracer,
        clock: Clock,
        unit: ExceptionUnit,
        bus: Bus,
        semihosting: Semihosting,
        traps: Traps,
        protection: Protection,
    ) -> None:
        self.fault_seen: Callable[[Stop, int], None] = lambda stop, origin: None
        self.locked_up: Callable[[str, int], None] = lambda reason, pc: None
        self.sleeps_on_exit: Callable[[], bool] = lambda: False
        self.skipped: Callable[[int], None] = lambda cycles: None
        self.reset_wanted = False
        self.stop_wanted = False
        self.execute: Callable[[int], Stop] = engine.run
        self.midway = False
        self.pc = 0
        self._engine, self._tracer, self._clock = engine, tracer, clock
        self._unit, self._bus, self._semihosting = unit, bus, semihosting
        self._traps, self._protection = traps, protection
        self._decoder = Decoder()
        self._call = RegisterSet(engine, "r0 r1")
        self._result = RegisterSet(engine, "r0")
        self._state = RegisterSet(engine, "xpsr")
        self._faults = 0
        engine.stops_at_event_waits = True

    def run(self, until: int, deadline: float | None, reset: Callable[[], int]) -> End:
        """Run to an end of its own, to time `until`, or to the host's time `deadline`."""
        try:
            return self._loop(until, None if deadline is None else Deadline(deadline), reset)
        except Lockup as lockup:
            self.locked_up(str(lockup), self.pc)
            return End("fault", self.pc)

    def _loop(self, until: int, deadline: Deadline | None, reset: Callable[[], int]) -> End:
        tracer, controller = self._tracer, self._unit.controller
        if self.midway:
            self.midway, tracer.limit = False, 0
            end = self._executed(until)
            if end is not None:
                return end
        while True:
            self._clock.run_due()
            if self.reset_wanted:
                self.reset_wanted = False
                tracer.begin()
                self.pc = reset()
            if self.stop_wanted:
                self.stop_wanted = False
                return End("stopped", self.pc)
            controller.changed = tracer.attention = False
            if controller.pending & controller.enabled:
                handler = self._unit.poll(self.pc)
                if handler is not None:
                    tracer.begin()
                    self.pc = handler
                    continue
                tracer.attention = True
            if tracer.cycles >= until:
                return End("max cycles", self.pc)
            limit = min(self._clock.soonest, until)
            if deadline is not None:
                if deadline.passed(tracer.cycles):
                    return End("timeout", self.pc)
                limit = min(limit, deadline.next_look)
            tracer.limit = limit
            self._prepare()
            end = self._executed(until)
            if end is not None:
                return end

    def _executed(self, until: int) -> End | None:
        stop = self.execute(self.pc)
        if self._bus.error is not None:
            raise self._bus.error
        return self._ended(stop, until)

    def _prepare(self) -> None:
        """The core's mode and settings as they are now."""
        unit, traps = self._unit, self._traps
        if traps.mode_written:
            traps.mode_written = False
            unit.frames.thread_is_privileged()
            unit.settings.faultmask = bool(unit.frames.masks()[2])
        if traps.renewal:
            traps.renew()
        self._protection.enter(unit.frames.privileged, unit.negative_priority())

    def _ended(self, stop: Stop, until: int) -> End | None:
        """Deal with what ended a run of the engine."""
        kind, self.pc = stop.kind, stop.pc
        if kind == "halted":
            return End("stopped", stop.pc)
        if kind == "stopped":
            return self._at_boundary(until)
        if kind == "wait":
            self._tracer.close(stop.pc)
            return self._sleep(until)
        if kind == "event wait":
            self._tracer.close(stop.pc)
            return self._wait_for_event(until)
        if kind == "supervisor call":
            self._tracer.close(stop.pc)
            self.pc = self._unit.supervisor_call(SVCALL, stop.pc)
        elif kind == "breakpoint":
            return self._breakpoint(stop)
        elif kind in ("fetch", "interrupt") and stop.pc >= _EXC_RETURN and self._unit.frames.current:
            self._tracer.close(stop.pc)
            self.pc = self._unit.leave(stop.pc | 1)
            if not self._unit.frames.current and self.sleeps_on_exit():
                return self._sleep(until)
        elif kind == "float context":
            self._tracer.close_partly(stop.pc)
            self._unit.frames.begin_floats()
        elif self._protection.passes(stop):
            return self._ended(self._protection.step(stop), until)
        else:
            self._fault(stop)
        return None

    def _at_boundary(self, until: int) -> End | None:
        error = self._tracer.take_error()
        if error is not None:
            raise error
        address, size = self._tracer.block
        if size == 2 and address == self.pc and self._engine.read(address, 2) == _SPIN:
            return self._spin(until)
        return None

    def _spin(self, until: int) -> End | None:
        """`b .`: let the time pass at once, or end where nothing can come."""
        if self._unit.controller.changed or self.reset_wanted or self.stop_wanted:
            return None
        due = self._clock.next_due()
        if due == NO_LIMIT:
            return End("fault" if self._faults else "idle", self.pc)
        before = self._tracer.cycles
        self._tracer.skip(min(due, until))
        self.skipped(self._tracer.cycles - before)
        return None

    def _sleep(self, until: int) -> End | None:
        """WFI: let the time pass until something wakes the core."""
        return self._pass_time(until, self._unit.would_wake)

    def _wait_for_event(self, until: int) -> End | None:
        """WFE: goes on at once if there was an event, which it takes; else sleeps until one comes."""
        unit, controller = self._unit, self._unit.controller
        controller.event |= self._traps.sent
        self._traps.sent = False
        end = self._pass_time(until, lambda: controller.event or controller.beats(controller.next(), unit.level()))
        if end is None and self._tracer.cycles < until:
            controller.event = False
        return end

    def _pass_time(self, until: int, wakes: Callable[[], bool]) -> End | None:
        begin = self._tracer.cycles
        while not (wakes() or self.reset_wanted or self.stop_wanted):
            due = self._clock.next_due()
            if due == NO_LIMIT:
                return End("idle", self.pc)
            if due >= until:
                self._clock.advance(max(until - self._tracer.cycles, 0))
                break
            self._clock.advance(max(due - self._tracer.cycles, 0))
            self._clock.run_due()
        self._unit.slept += self._tracer.cycles - begin
        return None

    def _breakpoint(self, stop: Stop) -> End | None:
        self._tracer.close_partly(stop.pc)
        if self._engine.read(stop.pc, 2) != _SEMIHOSTING:
            self._take(stop, FaultKind(3, 0), DEBUGEVT)
            return None
        operation, argument = self._call.read()
        self._result.write(self._semihosting.call(operation, argument))
        self.pc = stop.pc + 2
        if self._semihosting.exit_code is not None:
            return End("exit", stop.pc)
        return None

    def _fault(self, stop: Stop) -> None:
        """A fault of the instruction at PC, or of the jump to it."""
        origin = self._tracer.block
        if stop.kind == "fetch":
            self._tracer.close(stop.pc)
        else:
            self._tracer.close_partly(stop.pc)
        error = self._tracer.take_error()
        if isinstance(error, IllegalInstruction):
            raise error
        stop = self.explained(stop)
        self._take(stop, classify(stop), FORCED, origin)

    def explained(self, stop: Stop) -> Stop:
        """A stop with what the engine does not know of it."""
        found = self._traps.found
        if stop.kind == "trap" and found is not None:
            text = "" if found.instruction is None else found.instruction.text
            access = None if found.address is None else Access("read", found.address, 4, True)
            return replace(stop, fault=found.kind.bit, detail=text, access=access)
        if stop.kind == "illegal" and not self._state.read()[0] & _THUMB:
            return Stop("interrupt", stop.pc, None, INVALID_STATE)
        access = self._protection.sized(stop)
        denied = None if access is None else self._protection.first_denied(access)
        if denied is not None:
            return replace(stop, access=denied, fault=IACCVIOL if denied.access == "fetch" else DACCVIOL)
        return replace(stop, access=access)

    def _take(self, stop: Stop, kind: FaultKind, hfsr: int, origin: tuple[int, int] = (0, 0)) -> None:
        self.fault_seen(stop, self._last_instruction(origin, stop.pc))
        kind.record(self._unit.status)
        self._faults += 1
        self.pc = self._unit.fault(kind.number, stop.pc, hfsr)
        self._tracer.begin()

    def note_fault(self) -> None:
        """There was a fault of exception entry or return."""
        self._faults += 1

    def _last_instruction(self, block: tuple[int, int], pc: int) -> int:
        """What led to `pc`: the end of the open block, or `pc` itself where nothing ran before it."""
        address, size = block
        if not size:
            return pc
        try:
            return self._decoder.block(self._engine.read(address, size), address)[-1].address
        except EmulatorError:
            return address
