"""Takes exceptions: when the core is interrupted, how long that takes, where it goes on.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.6 (entry), B1.5.8 (return), B1.5.13 (lockup).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emulator.clock import Clock
from emulator.exceptions.controller import Controller
from emulator.exceptions.frame import NONSECURE_RETURN, Frames, Refusal, ReturnError, StackError
from emulator.exceptions.mpu import Mpu
from emulator.exceptions.numbers import BUS_FAULT, HARD_FAULT, MEM_MANAGE, NMI, USAGE_FAULT, exception_name
from emulator.exceptions.profile import ExceptionProfile
from emulator.exceptions.settings import CoreSettings
from emulator.exceptions.status import (
    INVPC,
    INVSTATE,
    MSTKERR,
    MUNSTKERR,
    STKERR,
    STKOF,
    UNSTKERR,
    FaultStatus,
)

FORCED, VECTTBL, DEBUGEVT = 1 << 30, 1 << 1, 1 << 31
_THREAD_RETURN, _KEEPS_LINK = 8, 0xF0000000
_STACKING: dict[Refusal, tuple[int, int]] = {
    "bus": (BUS_FAULT, STKERR),
    "mpu": (MEM_MANAGE, MSTKERR),
    "limit": (USAGE_FAULT, STKOF),
}
_UNSTACKING: dict[Refusal, tuple[int, int]] = {
    "bus": (BUS_FAULT, UNSTKERR),
    "mpu": (MEM_MANAGE, MUNSTKERR),
    "limit": (USAGE_FAULT, STKOF),
}


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

    `observer`, where there is one, is told of each step. `overhead` the cycles spent
    on the way into and out of handlers, `slept` those in WFI and WFE.
    `told(bit, pc, what, cause)` is called with faults of entry and return themselves.
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
        self.settings = CoreSettings()
        self.mpu = Mpu(profile.mpu_regions, profile.architecture == "v8m")
        self.overhead = self.slept = 0
        self.told: Callable[[int, int, str, str], None] = lambda bit, pc, what, cause: None
        self._trouble = ""
        self.observer: Observer | None = None
        self._clock = clock
        self._profile = profile
        self._word = word

    def reset(self, vtor: int) -> None:
        """As after power-on, with the vector table at `vtor`."""
        self.status = FaultStatus()
        self.vtor = vtor
        self.settings.reset()
        self.mpu.reset()
        self.frames.limits[:] = 0, 0
        self.frames.current, self.frames.privileged = 0, True
        if self.frames.float is not None:
            self.frames.float.reset()

    def negative_priority(self) -> bool:
        """Whether the core runs above all configurable priorities, where the MPU may be off."""
        return self.frames.current in (NMI, HARD_FAULT) or self.settings.faultmask

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
        except StackError as error:
            code = self.frames.return_base | 0x18
            number = self._stack_fault(number, level, error, pc)
        self.controller.event = True
        if self.observer is not None:
            self.observer.stacked(self.frames.frame)
        self._spend(self._profile.entry)
        best = self.controller.next()
        return self._vector(best if self.controller.beats(best, level) else number, code)

    def _spend(self, cycles: int) -> None:
        self.overhead += cycles
        self._clock.advance(cycles)
        self._clock.run_due()

    def _stack_fault(self, number: int, level: int, error: StackError, pc: int) -> int:
        """A frame that cannot be written: its own fault if that can run, else HardFault, pending with the first."""
        wanted, bit = _STACKING[error.why]
        self.status.cfsr |= bit
        what = f"no stack frame at 0x{error.address:08x} for {exception_name(number)}"
        self.told(bit, pc, what, "stack overflow, or a stack pointer that was overwritten")
        if self.controller.escalates(wanted, level) or not self.controller.main_extension:
            wanted = HARD_FAULT
            self.status.hfsr |= FORCED
        if number == HARD_FAULT or not self.controller.beats(wanted, level):
            raise Lockup("no memory to stack a frame: the stack pointer leads nowhere")
        self.controller.pend(wanted)
        return wanted

    def _vector(self, number: int, code: int) -> int:
        handler = self._word(self.vtor + 4 * number & 0xFFFFFFFF)
        if handler is None:
            return self._vector_fault(number, code)
        self.controller.activate(number)
        self.frames.set_exception(number)
        if self.observer is not None:
            self.observer.entered(number, handler & ~1)
        if not handler & 1:
            self._trouble = f"the vector of {exception_name(number)} is 0x{handler:08x}, not a handler"
            self.status.cfsr |= INVSTATE
            self.told(INVSTATE, handler, self._trouble, "vector table overwritten, or VTOR wrong")
            return self._synchronous(USAGE_FAULT, handler, FORCED)
        return handler & ~1

    def _vector_fault(self, number: int, code: int) -> int:
        """No memory for the vector: HardFault runs first, the exception stays pending."""
        self.status.hfsr |= VECTTBL
        self._trouble = f"no memory for the vector of {exception_name(number)}: vector table at 0x{self.vtor:08x}"
        self.told(0, self.vtor + 4 * number, self._trouble, "VTOR wrong")
        if number <= HARD_FAULT:
            raise Lockup(self._trouble)
        return self._vector(HARD_FAULT, code)

    def leave(self, code: int) -> int:
        """Exception return with EXC_RETURN `code`; gives the address to go on at. Raises Lockup."""
        controller, number = self.controller, self.frames.current
        was_active, nested = controller.active >> number & 1, controller.active.bit_count()
        if number != NMI and controller.main_extension:
            self.frames.clear_faultmask()
            self.settings.faultmask = False
        controller.deactivate(number)
        self.controller.event = True
        if self.observer is not None:
            self.observer.left(number)
        if not was_active or not self._valid(code, nested):
            return self._chained(USAGE_FAULT, INVPC, code)
        best = controller.next()
        if best and controller.beats(best, self.level()):
            self._spend(self._profile.tail_chain)
            self.frames.set_return(code)
            later = controller.next()
            return self._vector(later if controller.beats(later, self.level()) else best, code)
        self.overhead += self._profile.leave
        self._clock.advance(self._profile.leave)
        try:
            pc = self.frames.pop(code)
        except StackError as error:
            return self._chained(*_UNSTACKING[error.why], code)
        except ReturnError:
            return self._chained(USAGE_FAULT, INVPC, code)
        if self.observer is not None:
            self.observer.unstacked(self.frames.frame, pc)
        if not self.frames.thumb:
            self.status.cfsr |= INVSTATE
            what = f"exception return to 0x{pc:08x} without the Thumb bit"
            self.told(INVSTATE, pc, what, "a stack frame made up or overwritten: its xPSR lacks bit 24")
            return self._synchronous(USAGE_FAULT, pc, FORCED)
        return pc

    def _valid(self, code: int, nested: int) -> bool:
        """Whether EXC_RETURN is one that there is, for the number of exceptions that were active."""
        low = code & 0xF
        if self.frames.return_base == NONSECURE_RETURN:
            low |= 1
        if low not in (1, 9, 0xD) or (not self.frames.float and not code & 0x10):
            return False
        if low == 1:
            return nested > 1
        return nested == 1 or self.settings.nested_thread

    def _chained(self, number: int, bit: int, code: int) -> int:
        """A fault of the return itself: taken at once on the frame that is still there."""
        self.status.cfsr |= bit
        what = f"exception return with 0x{code:08x} fails"
        self.told(bit, code & ~1, what, "LR of a handler or its stack frame overwritten, or a stack pointer changed")
        level = self.level()
        if self.controller.escalates(number, level) or not self.controller.main_extension:
            self.status.hfsr |= FORCED
            number = HARD_FAULT
        if not self.controller.beats(number, level):
            raise Lockup(f"return with EXC_RETURN 0x{code:08x}, which no handler can take as a fault")
        self.controller.pend(number)
        self._spend(self._profile.tail_chain)
        self.frames.set_return(_KEEPS_LINK | code & 0x0FFFFFFF)
        return self._vector(number, code)
