"""Why the core stands still, as GDB wants to know it."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.engine.stop import Stop
from emulator.exceptions.status import DIVBYZERO, UNALIGNED, classify
from emulator.probe import Watch
from emulator.processor import End

INTERRUPTED, ILLEGAL, TRAP, ABORTED, ARITHMETIC, BUS_ERROR, BAD_ACCESS, TIME_LIMIT = 2, 4, 5, 6, 8, 10, 11, 24
"""GDB's own numbers for SIGINT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGXCPU."""

FAULT_STOPS = frozenset({"memory", "fetch", "illegal", "alignment", "interrupt", "trap"})


@dataclass(frozen=True)
class Halt:
    """`signal` is GDB's number; `watch` and `address`: the access that did it; `text` is for the user's console.

    `end` is set when the firmware runs no more; `detail` names what happened as the stop reply's key.
    """

    signal: int
    watch: Watch | None = None
    address: int = 0
    text: str = ""
    end: End | None = None
    detail: str = ""


def fault_signal(stop: Stop) -> int:
    """The signal that stands for a fault."""
    bit = classify(stop).bit
    if stop.kind == "alignment" or bit == UNALIGNED:
        return BUS_ERROR
    if bit == DIVBYZERO:
        return ARITHMETIC
    return BAD_ACCESS if stop.kind in ("memory", "fetch") else ILLEGAL
