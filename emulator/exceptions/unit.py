"""Takes exceptions: when the core is interrupted, how long that takes, where it goes on.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.6 (entry), B1.5.8 (return), B1.5.13 (lockup).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emulator.clock import Clock
from emulator.exceptions.controller import Controller
from emulator.exceptions.frame import Frames, StackError
from emulator.exceptions.numbers import BUS_FAULT, HARD_FAULT, NMI, USAGE_FAULT, exception_name
from emulator.exceptions.profile import ExceptionProfile
from emulator.exceptions.status import STKERR, UNSTKERR, FaultStatus

FORCED, VECTTBL, DEBUGEVT = 1 << 30, 1 << 1, 1 << 31
_INVSTATE, _INVPC = 1 << 17, 1 << 18


class Lockup(Exception):
    """A fault where no handler can run any more; the text says why."""


class Observer(Protocol):
    """Follows exceptions; `frame` is the address of a stack frame."""

    def stacked(self, frame: int) -> None: ...

    def entered(self, number: int, handler: int) -> None: ...

    def left(self, number: int) -> None: ...

    def unstacked(self, frame: int, pc: int) -> None: ...


class ExceptionUnit:
    """Enters and leaves exceptions. `word(address)` reads the vector table, None where there is no memory.

    `observer`, where there is one, is told of each step.
    """

    def __init__(
        self,
        controller: Controller,
        frames: Frames,
        clock: Clock,
        profile: ExceptionProfile,
        word: Callable[[int], int | None],
    ) -> None:
        self.controller = controller
        self.frames = frames
        self.status = FaultStatus()
        self.vtor = 0
        self._trouble = ""
        self.observer: Observer | None = None
        self._clock = clock
        self._profile = profile
        self._word = word

    def reset(self, vtor: int) -> None:
        """As after power-on, with the vector table at `vtor`."""
        self.status = FaultStatus()
        self.vtor = vtor

    def level(self) -> int:
        """Priority that the core executes at."""
        return self.controller.execution_priority(*self.frames.masks())

    def poll(self, pc: int) -> int | None:
        """Take the best pending exception if it preempts the code at `pc`; gives the handler's address."""
        number = self.controller.next()
        if not number:
            return None
        level = self.level()
        return self._enter(number, pc, level) if self.controller.beats(number, level) else None

    def would_wake(self) -> bool:
        """Whether WFI goes on: something pends that would preempt if PRIMASK were clear."""
        _, basepri, faultmask = self.frames.masks()
        level = self.controller.execution_priority(0, basepri, faultmask)
        return self.controller.beats(self.controller.next(), level)

    def supervisor_call(self, number: int, pc: int) -> int:
        """A synchronous exception of the instruction in front of `pc`."""
        return self._synchronous(number, pc, FORCED)

    def fault(self, number: int, pc: int, hfsr: int = FORCED) -> int:
        """Take a fault at `pc`, as a HardFault (with `hfsr` set) where its own handler cannot run. Raises Lockup."""
        return self._synchronous(number, pc, hfsr)

    def _synchronous(self, number: int, pc: int, hfsr: int) -> int:
        level = self.level()
        if self.controller.escalates(number, level) or (not self.controller.main_extension and number < NMI):
            self.status.hfsr |= hfsr
            number = HARD_FAULT
        if not self.controller.beats(number, level):
            running = exception_name(self.frames.current)
            raise Lockup(self._trouble or f"a fault that no handler can take while {running} runs")
        self.controller.pend(number)
        return self._enter(number, pc, level)

    def _enter(self, number: int, pc: int, level: int) -> int:
        try:
            code = self.frames.push(pc, number)
        except StackError:
            self.status.cfsr |= STKERR
            code = 0xFFFFFFF9
            number = self._stack_fault(number, level)
        if self.observer is not None:
            self.observer.stacked(self.frames.frame)
        self._clock.advance(self._profile.entry)
        self._clock.run_due()
        best = self.controller.next()
        return self._vector(best if self.controller.beats(best, level) else number, code)

    def _stack_fault(self, number: int, level: int) -> int:
        """A frame that cannot be written: BusFault if that can run, else HardFault, pending with the first."""
        wanted = BUS_FAULT
        if self.controller.escalates(wanted, level):
            wanted = HARD_FAULT
            self.status.hfsr |= FORCED
        if number == HARD_FAULT or not self.controller.beats(wanted, level):
            raise Lockup("no memory to stack a frame: the stack pointer leads nowhere")
        self.controller.pend(wanted)
        return wanted

    def _vector(self, number: int, code: int) -> int:
        handler = self._word(self.vtor + 4 * number & 0xFFFFFFFF)
        self.controller.activate(number)
        self.frames.set_exception(number)
        if handler is None:
            self.status.hfsr |= VECTTBL
            self._trouble = f"no memory for the vector of {exception_name(number)}: vector table at 0x{self.vtor:08x}"
            return self._synchronous(HARD_FAULT, self.vtor + 4 * number, VECTTBL)
        if self.observer is not None:
            self.observer.entered(number, handler & ~1)
        if not handler & 1:
            self._trouble = f"the vector of {exception_name(number)} is 0x{handler:08x}, not a handler"
            self.status.cfsr |= _INVSTATE
            return self._synchronous(USAGE_FAULT, handler, FORCED)
        return handler & ~1

    def leave(self, code: int) -> int:
        """Exception return with EXC_RETURN `code`; gives the address to go on at. Raises Lockup."""
        controller, number = self.controller, self.frames.current
        if not controller.active >> number & 1 or code & 0xF not in (1, 9, 0xD):
            self.status.cfsr |= _INVPC
            return self._synchronous(USAGE_FAULT, code & ~1, FORCED)
        if number != NMI and controller.main_extension:
            self.frames.clear_faultmask()
        controller.deactivate(number)
        if self.observer is not None:
            self.observer.left(number)
        best = controller.next()
        if best and controller.beats(best, self.level()):
            self._clock.advance(self._profile.tail_chain)
            self._clock.run_due()
            self.frames.set_return(code)
            later = controller.next()
            return self._vector(later if controller.beats(later, self.level()) else best, code)
        self._clock.advance(self._profile.leave)
        try:
            pc = self.frames.pop(code)
            if self.observer is not None:
                self.observer.unstacked(self.frames.frame, pc)
            return pc
        except StackError:
            self.status.cfsr |= UNSTKERR
            return self._synchronous(BUS_FAULT, code & ~1, FORCED)
