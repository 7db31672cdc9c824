"""What exception entry and return do with the FPU's registers: FPCCR, FPCAR and FPDSCR.

Lazy stacking: entry reserves the room and notes where; the first FP instruction of the handler stores the registers.
Here they are stored at entry already, to the same place, so a handler that looks finds them early; LSPACT, the room,
the times and what return does are those of lazy stacking. The engine begins a new FP context with FPSCR zero; where
FPDSCR holds something else, traps.py stops in front of its first FP instruction.

Source: ARMv7-M ARM (DDI0403E), B1.5.7 and B3.2.21 to B3.2.23.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet

ASPEN, LSPEN, LSPACT = 1 << 31, 1 << 30, 1
_THREAD, _USER = 1 << 3, 1 << 1
_NAMES = " ".join(f"d{n}" for n in range(8)) + " fpscr"
SIZE = 0x48


@dataclass
class FloatControl:
    """FPCCR, FPCAR, FPDSCR."""

    fpccr: int = ASPEN | LSPEN
    fpcar: int = 0
    fpdscr: int = 0


class FloatContext:
    """S0 to S15 and FPSCR of the code that was interrupted."""

    def __init__(self, engine: Engine) -> None:
        self.control = FloatControl()
        self._engine = engine
        self._registers = RegisterSet(engine, _NAMES)
        self._fpscr = RegisterSet(engine, "fpscr")

    def reset(self) -> None:
        """As after power-on."""
        self.control = FloatControl()

    def begin(self) -> None:
        """A new FP context begins."""
        self._fpscr.write(self.control.fpdscr)

    def automatic(self) -> bool:
        """Whether entry makes room for FP registers."""
        return bool(self.control.fpccr & ASPEN)

    def saved(self, address: int, thread: bool, unprivileged: bool) -> bytes:
        """The upper part of a frame, which begins at `address`."""
        *doubles, fpscr = self._registers.read()
        control = self.control
        if control.fpccr & LSPEN:
            control.fpccr = control.fpccr & ~(_THREAD | _USER) | LSPACT
            control.fpccr |= (_THREAD if thread else 0) | (_USER if unprivileged else 0)
            control.fpcar = address
        return struct.pack("<8Q2I", *doubles, fpscr, 0)

    def used(self) -> None:
        """A handler has executed an FP instruction: the registers are stored for good."""
        self.control.fpccr &= ~LSPACT

    def restore(self, data: bytes) -> None:
        """From a frame, unless lazy stacking never stored it: then nothing has changed."""
        if self.control.fpccr & LSPACT:
            self.control.fpccr &= ~LSPACT
        else:
            *values, fpscr, _ = struct.unpack("<8Q2I", data)
            self._registers.write(*values, fpscr)
