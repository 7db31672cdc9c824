"""Stacking and unstacking: the registers that exception entry saves and return restores.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.6 to B1.5.8; ARMv8-M (DDI0553), B3.18 to B3.22.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Literal

from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.exceptions.floating_point import FloatContext

_BASIC, _EXTENDED = 0x20, 0x68
_THUMB, _ALIGNED, _IPSR = 1 << 24, 1 << 9, 0x1FF
_FLAGS = 0xF80F0000
_UNPRIVILEGED, _SPSEL, _FPCA, _SFPA = 1, 2, 4, 8
_SFPA_SAVED = 1 << 20
_THREAD_RETURN, _PSP_RETURN, _NO_FP = 8, 4, 0x10
SECURE_RETURN, NONSECURE_RETURN = 0xFFFFFFE1, 0xFFFFFFA0
Refusal = Literal["bus", "mpu", "limit"]


class StackError(Exception):
    """A frame cannot be used; `address` is its lowest word."""

    def __init__(self, address: int, why: Refusal) -> None:
        super().__init__(f"0x{address:08x}")
        self.address = address
        self.why: Refusal = why


class ReturnError(Exception):
    """A frame whose IPSR does not fit the mode that EXC_RETURN returns to."""


class Frames:
    """Moves the core between thread and handler mode.

    `refusal(address, size, privileged)` tells what forbids a frame there, None if nothing does. `current` is the number
    of the exception that runs, 0 in thread mode; `frame` the address of the last frame moved; `privileged` the mode
    that the core was left in; `thumb` whether a return was to Thumb code; `limits` those of MSP and PSP; `return_base`
    what EXC_RETURN is made from: NONSECURE_RETURN on ARMv8-M without the Security Extension.
    """

    def __init__(
        self,
        engine: Engine,
        has_fpu: bool,
        return_base: int = SECURE_RETURN,
    ) -> None:
        self.privileged = True
        self.thumb = True
        self.limits = [0, 0]
        self.float = FloatContext(engine) if has_fpu else None
        self.return_base = return_base
        self._engine = engine
        self.refusal: Callable[[int, int, bool], Refusal | None] = lambda address, size, privileged: None
        self._context = RegisterSet(engine, "r0 r1 r2 r3 r12 lr xpsr control sp primask basepri faultmask")
        self._seen: Sequence[int] = ()
        self._outgoing: Sequence[int] = ()
        self._entry = RegisterSet(engine, "sp control xpsr lr")
        self._unprivileged_entry = RegisterSet(engine, "sp xpsr control xpsr control xpsr control lr")
        self._vector = RegisterSet(engine, "xpsr")
        self._leaving = RegisterSet(engine, "control msp psp faultmask")
        self._restore = RegisterSet(engine, "r0 r1 r2 r3 r12 lr msp psp control xpsr control")
        self._state = RegisterSet(engine, "xpsr control")
        self._state_inside = RegisterSet(engine, "xpsr control xpsr")
        self._masks = RegisterSet(engine, "primask basepri faultmask")
        self._faultmask = RegisterSet(engine, "faultmask")
        self._link = RegisterSet(engine, "lr")
        self.current = 0
        self.frame = 0

    def masks(self) -> tuple[int, int, int]:
        """PRIMASK, BASEPRI and FAULTMASK, also while the code is unprivileged."""
        self._seen = self._context.read()
        xpsr, control, _, primask, basepri, faultmask = self._seen[6:]
        if control & _UNPRIVILEGED and not xpsr & _IPSR:
            self._vector.write(xpsr | 2)
            primask, basepri, faultmask = self._masks.read()
            self._vector.write(xpsr)
        return primask, basepri, faultmask

    def clear_faultmask(self) -> None:
        """As returns from all but NMI do."""
        self._outgoing = self._leaving.read()
        if self._outgoing[3]:
            self._faultmask.write(0)

    def push(self, pc: int, number: int) -> int:
        """Stack the context of the code at `pc`, enter handler mode; gives EXC_RETURN.

        The registers are those that `masks` saw just before. When the frame does not fit in memory the core is in
        handler mode all the same, and StackError is raised.
        """
        r0, r1, r2, r3, r12, lr, xpsr, control, sp, *_ = self._seen
        self._outgoing = ()
        thread, on_psp = not xpsr & _IPSR, bool(control & _SPSEL) and not xpsr & _IPSR
        unprivileged = thread and bool(control & _UNPRIVILEGED)
        floats = self.float is not None and control & _FPCA and self.float.automatic()
        frame = (sp - (_EXTENDED if floats else _BASIC)) & ~4 & 0xFFFFFFFF
        self.frame = frame
        saved = xpsr & ~_ALIGNED | (_ALIGNED if sp & 4 else 0) | (_SFPA_SAVED if control & _SFPA else 0)
        data = struct.pack("<8I", r0, r1, r2, r3, r12, lr, pc, saved)
        if self.float is not None and control & _FPCA:
            self.float.used()
            if floats:
                data += self.float.saved(frame + _BASIC, thread, unprivileged)
        why = self.refusal(frame, len(data), not unprivileged)
        if frame < self.limits[on_psp]:
            why, frame = "limit", self.limits[on_psp]
        elif why is None:
            self._engine.write(frame, data)
        code = self.return_base | (_THREAD_RETURN if thread else 0) | (_PSP_RETURN if on_psp else 0)
        code |= 0 if floats else _NO_FP
        self._switch(frame, xpsr, control, number, code)
        self.current, self.privileged = number, True
        if why is not None:
            raise StackError(frame, why)
        return code

    def _switch(self, frame: int, xpsr: int, control: int, number: int, code: int) -> None:
        """Handler mode on MSP; SPSEL and FPCA clear."""
        inside, outside = xpsr & _FLAGS | _THUMB | number, _THUMB
        if control & _UNPRIVILEGED and not xpsr & _IPSR:
            self._unprivileged_entry.write(frame, inside, 0, outside, 0, inside, _UNPRIVILEGED, code)
        else:
            self._entry.write(frame, control & _UNPRIVILEGED, inside, code)

    def set_exception(self, number: int) -> None:
        """Another exception than the one `push` was told, or one that is chained to the last."""
        if number != self.current:
            self._vector.write(self._state.read()[0] & _FLAGS | _THUMB | number)
            self.current = number

    def set_return(self, exc_return: int) -> None:
        """LR of a handler that is chained to another."""
        self._link.write(exc_return)

    def begin_floats(self) -> None:
        """The running code is about to execute its first FP instruction: FPSCR is that of FPDSCR."""
        xpsr, control = self._state.read()
        assert self.float is not None
        inside = xpsr if xpsr & _IPSR else xpsr | 2
        self._state_inside.write(inside, control | _FPCA, xpsr)
        self.float.begin()

    def fpu_used(self) -> bool:
        """Whether the running code has executed an FP instruction since it began (CONTROL.FPCA)."""
        return bool(self._state.read()[1] & _FPCA)

    def thread_is_privileged(self) -> None:
        """Look at CONTROL again, which thread code has written."""
        self.privileged = bool(self.current) or not self._state.read()[1] & _UNPRIVILEGED

    def pop(self, exc_return: int) -> int:
        """Unstack, leave handler mode where EXC_RETURN says so; gives the PC to go on at. Raises StackError."""
        control, msp, psp, _ = self._outgoing or self._leaving.read()
        self._outgoing = ()
        on_psp, thread = bool(exc_return & _PSP_RETURN), bool(exc_return & _THREAD_RETURN)
        frame = psp if on_psp else msp
        floats = not exc_return & _NO_FP
        size = _EXTENDED if floats else _BASIC
        why = self.refusal(frame, size, not (thread and control & _UNPRIVILEGED))
        if why is not None:
            raise StackError(frame, why)
        self.frame = frame
        data = self._engine.read(frame, size)
        r0, r1, r2, r3, r12, lr, pc, xpsr = struct.unpack("<8I", data[:_BASIC])
        if bool(xpsr & _IPSR) == thread:
            raise ReturnError
        sp = frame + size + (4 if xpsr & _ALIGNED else 0)
        if on_psp:
            psp = sp
        else:
            msp = sp
        if self.float is not None:
            if control & _FPCA:
                self.float.used()
            if floats:
                self.float.restore(data[_BASIC:])
        final = control & _UNPRIVILEGED | (_FPCA if floats else 0) | (_SPSEL if on_psp else 0)
        final |= _SFPA if xpsr & _SFPA_SAVED else 0
        during = 0 if thread else control & _UNPRIVILEGED
        flags = xpsr & ~(_ALIGNED | _SFPA_SAVED)
        self._restore.write(r0, r1, r2, r3, r12, lr, msp, psp, during, flags, final)
        self.current, self.thumb = int(xpsr) & _IPSR, bool(xpsr & _THUMB)
        self.privileged = bool(self.current) or not control & _UNPRIVILEGED
        return int(pc) & ~1
