"""Stacking and unstacking: the registers that exception entry saves and return restores.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.6 to B1.5.8. The FP part of a frame is written at entry;
lazy stacking would write it later, to the same place.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from emulator.engine import Engine
from emulator.registers import RegisterSet

_BASIC, _EXTENDED = 0x20, 0x68
_THUMB, _ALIGNED, _IPSR = 1 << 24, 1 << 9, 0x1FF
_FLAGS = 0xF80F0000
_UNPRIVILEGED, _SPSEL, _FPCA = 1, 2, 4
_TO_HANDLER, _TO_MSP, _TO_PSP, _NO_FP = 0xFFFFFFE1, 0xFFFFFFE9, 0xFFFFFFED, 0x10


class StackError(Exception):
    """The frame does not lie in memory; `address` is its lowest word."""

    def __init__(self, address: int) -> None:
        super().__init__(f"0x{address:08x}")
        self.address = address


class Frames:
    """Moves the core between thread and handler mode. `writable(address, size)` tells whether a frame fits there.

    `current` is the number of the exception that runs, 0 in thread mode; `frame` the address of the last frame moved.
    """

    def __init__(self, engine: Engine, has_fpu: bool, writable: Callable[[int, int], bool]) -> None:
        self._engine = engine
        self._has_fpu = has_fpu
        self._writable = writable
        self._context = RegisterSet(engine, "r0 r1 r2 r3 r12 lr xpsr control sp primask basepri faultmask")
        self._seen: Sequence[int] = ()
        self._outgoing: Sequence[int] = ()
        self._entry = RegisterSet(engine, "sp control xpsr lr")
        self._unprivileged_entry = RegisterSet(engine, "sp xpsr control xpsr control xpsr control lr")
        self._vector = RegisterSet(engine, "xpsr")
        self._leaving = RegisterSet(engine, "control msp psp faultmask")
        self._restore = RegisterSet(engine, "r0 r1 r2 r3 r12 lr msp psp control xpsr control")
        self._floats = RegisterSet(engine, " ".join(f"d{n}" for n in range(8)) + " fpscr") if has_fpu else None
        self._state = RegisterSet(engine, "xpsr control")
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
        thread = not xpsr & _IPSR
        floats = self._floats is not None and control & _FPCA
        frame = (sp - (_EXTENDED if floats else _BASIC)) & ~4 & 0xFFFFFFFF
        self.frame = frame
        saved = xpsr & ~_ALIGNED | _THUMB | (_ALIGNED if sp & 4 else 0)
        data = struct.pack("<8I", r0, r1, r2, r3, r12, lr, pc, saved)
        if floats:
            data += self._packed_floats()
        fits = self._writable(frame, len(data))
        if fits:
            self._engine.write(frame, data)
        code = _TO_HANDLER if not thread else _TO_PSP if control & _SPSEL else _TO_MSP
        code |= 0 if floats else _NO_FP
        self._switch(frame, xpsr, control, number, code)
        self.current = number
        if not fits:
            raise StackError(frame)
        return code

    def _packed_floats(self) -> bytes:
        assert self._floats is not None
        *doubles, fpscr = self._floats.read()
        return struct.pack("<8Q2I", *doubles, fpscr, 0)

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

    def pop(self, exc_return: int) -> int:
        """Unstack, leave handler mode where EXC_RETURN says so; gives the PC to go on at. Raises StackError."""
        control, msp, psp, _ = self._outgoing or self._leaving.read()
        self._outgoing = ()
        frame = psp if exc_return & 4 else msp
        floats = not exc_return & _NO_FP
        size = _EXTENDED if floats else _BASIC
        if not self._writable(frame, size):
            raise StackError(frame)
        self.frame = frame
        data = self._engine.read(frame, size)
        r0, r1, r2, r3, r12, lr, pc, xpsr = struct.unpack("<8I", data[:32])
        sp = frame + size + (4 if xpsr & _ALIGNED else 0)
        if exc_return & 4:
            psp = sp
        else:
            msp = sp
        if floats and self._floats is not None:
            *values, fpscr, _ = struct.unpack("<8Q2I", data[32:])
            self._floats.write(*values, fpscr)
        final = control & _UNPRIVILEGED | (_FPCA if floats else 0) | (_SPSEL if exc_return & 4 else 0)
        during = control & _UNPRIVILEGED if not exc_return & 8 else 0
        self._restore.write(r0, r1, r2, r3, r12, lr, msp, psp, during, xpsr & ~_ALIGNED | _THUMB, final)
        self.current = int(xpsr) & _IPSR
        return int(pc) & ~1
