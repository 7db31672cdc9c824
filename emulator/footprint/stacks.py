"""Every stack of a run with its high-water mark: MSP, and one for each task that runs on PSP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from emulator.engine.registers import RegisterSet
from emulator.exceptions.frame import Frames
from emulator.footprint.chain import Context
from emulator.footprint.stack_watch import StackWatch
from emulator.tracing.tracer import Tracer

_SPSEL = 2
_RETURN_ADDRESS = 24
_SWITCH_FRAME = 256
"""No switch saves more below a frame: r4 to r11, EXC_RETURN, s16 to s31 and a few words of the RTOS are 120 bytes."""


@dataclass
class Stack:
    """A stack while the firmware runs. entry: where the code on it began; low: the lowest SP seen, high: the highest.

    peak: the contexts on this stack when `low` was reached, outermost first.
    """

    main: bool
    entry: int
    low: int
    high: int
    peak: list[Context] = field(default_factory=list)


@dataclass
class _Interrupted:
    stack: Stack
    context: Context
    frame: int


class Stacks:
    """An observer of the exception unit, and the one whom the stack watch tells.

    A task is known by its stack frame, like a call stack in the Recorder: a frame that nobody stacked begins one. What
    a scheduler leaves behind on the main stack, when it starts, stays there below the handlers.
    """

    def __init__(
        self,
        tracer: Tracer,
        frames: Frames,
        registers: Callable[[str], RegisterSet],
        word: Callable[[int], int | None],
        same_object: Callable[[int, int], bool],
    ) -> None:
        self.all: list[Stack] = []
        self.watch: StackWatch | None = None
        self._tracer, self._frames, self._word, self._same_object = tracer, frames, word, same_object
        self._state = registers("sp control")
        self._waiting: dict[int, Stack] = {}
        self._nest: list[_Interrupted] = []
        self._abandoned: list[_Interrupted] = []
        self._main = self._current = Stack(True, 0, 0, 0)
        self._unnamed: Context | None = None

    def start(self, pc: int) -> None:
        """Begin at the reset handler, SP being set."""
        sp = self._state.read()[0]
        self._waiting.clear()
        self._nest.clear()
        self._abandoned.clear()
        self._main = self._find(True, sp) or self._begin(True, pc, sp)
        self._use(self._main)

    def _find(self, main: bool, sp: int) -> Stack | None:
        return next((s for s in reversed(self.all) if s.main == main and s.low <= sp <= s.high), None)

    def _begin(self, main: bool, pc: int, sp: int) -> Stack:
        stack = Stack(main, pc, sp, sp)
        self.all.append(stack)
        return stack

    def _use(self, stack: Stack) -> None:
        self._current = stack
        if stack.main:
            self._main = stack
        if self.watch is not None:
            self.watch.select(stack.low, stack.high)

    def seen(self, address: int, sp: int, lowest: int, alert: bool) -> None:
        """A block begins with SP outside of what is known, or behind one that may have changed stacks."""
        on_main = bool(self._frames.current) or not self._state.read()[1] & _SPSEL
        stack = self._current
        if on_main != stack.main:
            found = self._main if on_main and self._main.low <= sp <= self._main.high else self._find(on_main, sp)
            stack = found or self._begin(on_main, address, sp)
        elif (alert and not stack.low <= sp <= stack.high) or not self._same_object(sp, stack.low):
            stack = self._find(on_main, sp) or self._begin(on_main, address, sp)
        stack.high = max(stack.high, sp)
        if lowest < stack.low:
            self._reach(stack, lowest, Context(self._tracer.save_calls(), address))
        self._use(stack)

    def saved_below(self, lowest: int) -> None:
        """A handler stores down to `lowest` below the frame of the task that it interrupted, as a switch does."""
        if self._frames.current and self._nest and not self._nest[-1].stack.main:
            interrupted = self._nest[-1]
            if 0 < interrupted.frame - lowest <= _SWITCH_FRAME:
                self._reach(interrupted.stack, lowest, None)

    def _reach(self, stack: Stack, sp: int, context: Context | None) -> None:
        if sp < stack.low:
            stack.low = sp
            below = [i.context for i in (*self._abandoned, *self._nest) if i.stack is stack]
            stack.peak = below if context is None else [*below, context]

    def stacked(self, frame: int) -> None:
        """Code is interrupted; its frame lies on the stack that it used."""
        stack, main_sp = self._current, self._state.read()[0]
        self._abandoned = [i for i in self._abandoned if i.frame >= main_sp]
        context = Context(self._tracer.save_calls(), self._word(frame + _RETURN_ADDRESS) or 0)
        self._reach(stack, frame, context)
        self._waiting[frame] = stack
        self._nest.append(_Interrupted(stack, context, frame))
        self._unnamed = context
        self._use(self._main)

    def entered(self, number: int, handler: int) -> None:
        """A handler begins: now it is known who interrupted. One that is chained to another takes its place."""
        if self._unnamed is not None:
            self._unnamed.number = number
            self._unnamed = None
        elif self._nest:
            self._nest[-1].context = replace(self._nest[-1].context, number=number)

    def left(self, number: int) -> None:
        """A handler is done; what it interrupted goes on only when it is unstacked."""

    def unstacked(self, frame: int, pc: int) -> None:
        """Interrupted code goes on, or a task begins."""
        self._abandoned = [i for i in self._abandoned if i.frame != frame]
        if self._nest:
            last = self._nest.pop()
            if last.frame != frame and last.stack.main:
                self._abandoned.append(last)
        sp, control = self._state.read()
        stack = self._waiting.pop(frame, None)
        if stack is None:
            stack = self._begin(not control & _SPSEL, pc, sp)
            stack.low = frame
        elif sp > stack.high:
            stack.high = sp
        self._use(stack)
