"""The run loop of a board: native execution up to the next event, then whatever ended it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from emulator.bus import Bus
from emulator.clock import Clock
from emulator.decode import Decoder
from emulator.engine import Engine
from emulator.errors import EmulatorError, IllegalInstruction
from emulator.exceptions.numbers import SVCALL
from emulator.exceptions.status import INVALID_STATE, FaultKind, classify
from emulator.exceptions.unit import DEBUGEVT, FORCED, ExceptionUnit, Lockup
from emulator.registers import RegisterSet
from emulator.semihosting import Semihosting
from emulator.stop import Stop
from emulator.tracer import NO_LIMIT, Tracer

EndKind = Literal["exit", "idle", "fault", "max cycles", "timeout"]
_EXC_RETURN = 0xFF000000
_SEMIHOSTING = b"\xab\xbe"
_SPIN = b"\xfe\xe7"
_THUMB = 1 << 24
_SLICE = 20_000_000


@dataclass(frozen=True)
class End:
    """Why the firmware runs no more."""

    kind: EndKind
    pc: int


class Processor:
    """One core with its exceptions.

    `fault_seen` is called with each fault before the core takes it, `locked_up` when it cannot take one.
    """

    def __init__(
        self, engine: Engine, tracer: Tracer, clock: Clock, unit: ExceptionUnit, bus: Bus, semihosting: Semihosting
    ) -> None:
        self.fault_seen: Callable[[Stop, int], None] = lambda stop, origin: None
        self.locked_up: Callable[[str, int], None] = lambda reason, pc: None
        self.sleeps_on_exit: Callable[[], bool] = lambda: False
        self.reset_wanted = False
        self.pc = 0
        self._engine, self._tracer, self._clock = engine, tracer, clock
        self._unit, self._bus, self._semihosting = unit, bus, semihosting
        self._decoder = Decoder()
        self._call = RegisterSet(engine, "r0 r1")
        self._result = RegisterSet(engine, "r0")
        self._state = RegisterSet(engine, "xpsr")
        self._faults = 0
        engine.stops_at_event_waits = True

    def run(self, until: int, deadline: float | None, reset: Callable[[], int]) -> End:
        """Run to an end of its own, to time `until`, or to the host's time `deadline`."""
        try:
            return self._loop(until, deadline, reset)
        except Lockup as lockup:
            self.locked_up(str(lockup), self.pc)
            return End("fault", self.pc)

    def _loop(self, until: int, deadline: float | None, reset: Callable[[], int]) -> End:
        tracer, controller = self._tracer, self._unit.controller
        while True:
            self._clock.run_due()
            if self.reset_wanted:
                self.reset_wanted = False
                tracer.begin()
                self.pc = reset()
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
                if time.monotonic() >= deadline:
                    return End("timeout", self.pc)
                limit = min(limit, tracer.cycles + _SLICE)
            tracer.limit = limit
            stop = self._engine.run(self.pc)
            if self._bus.error is not None:
                raise self._bus.error
            end = self._ended(stop, until)
            if end is not None:
                return end

    def _ended(self, stop: Stop, until: int) -> End | None:
        """Deal with what ended a run of the engine."""
        kind, self.pc = stop.kind, stop.pc
        if kind == "stopped":
            return self._at_boundary(until)
        if kind == "wait":
            self._tracer.close(stop.pc)
            return self._sleep(until)
        if kind == "event wait":
            self._tracer.close(stop.pc)
            return None
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
        if self._unit.controller.changed or self.reset_wanted:
            return None
        due = self._clock.next_due()
        if due == NO_LIMIT:
            return End("fault" if self._faults else "idle", self.pc)
        self._tracer.skip(min(due, until))
        return None

    def _sleep(self, until: int) -> End | None:
        """WFI: let the time pass until something wakes the core."""
        while not (self._unit.would_wake() or self.reset_wanted):
            due = self._clock.next_due()
            if due == NO_LIMIT:
                return End("idle", self.pc)
            if due >= until:
                self._clock.advance(max(until - self._tracer.cycles, 0))
                return None
            self._clock.advance(max(due - self._tracer.cycles, 0))
            self._clock.run_due()
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
        if stop.kind == "illegal" and not self._state.read()[0] & _THUMB:
            stop = Stop("interrupt", stop.pc, None, INVALID_STATE)
        self._take(stop, classify(stop), FORCED, origin)

    def _take(self, stop: Stop, kind: FaultKind, hfsr: int, origin: tuple[int, int] = (0, 0)) -> None:
        self.fault_seen(stop, self._last_instruction(origin))
        kind.record(self._unit.status)
        self._faults += 1
        self.pc = self._unit.fault(kind.number, stop.pc, hfsr)
        self._tracer.begin()

    def _last_instruction(self, block: tuple[int, int]) -> int:
        address, size = block
        if not size:
            return address
        try:
            return self._decoder.block(self._engine.read(address, size), address)[-1].address
        except EmulatorError:
            return address
