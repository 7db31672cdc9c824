"""Every exception of this package; all derive from EmulatorError and say what, where and what would work in a line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class EmulatorError(Exception):
    """Base of all errors raised by `emulator`."""


class ElfError(EmulatorError):
    """The file is not an ELF that a 32-bit Arm microcontroller could run."""


class ImageError(EmulatorError):
    """The file is no firmware: not ELF, damaged Intel HEX, or a binary without an address."""


class UnknownCore(EmulatorError):
    """No core of that name in emulator/cores."""


class UnknownBoard(EmulatorError):
    """No board of that name in emulator/boards or the folders given."""


class BoardError(EmulatorError):
    """A board or peripheral file is wrong, or the firmware does not fit the board."""


class UnknownRegister(EmulatorError):
    """Firmware used a register that nothing models, and strictness was asked for."""


class InputError(EmulatorError):
    """A script of console input is wrong."""


class UnknownSymbol(EmulatorError):
    """The loaded image has no such function or object."""


class MemoryMapError(EmulatorError):
    """Regions overlap, or do not hold what has to be placed in them."""


class OutOfMemory(EmulatorError):
    """A region has no room left for an allocation."""


class ArgumentError(EmulatorError):
    """An argument or return type that cannot be passed to a C function."""


class StructError(EmulatorError):
    """A struct is declared or filled wrongly."""


class TracerError(EmulatorError):
    """The tracer asked for does not exist, or the engine refused it."""


class GdbError(EmulatorError):
    """GDB cannot be served: the port is taken or not allowed."""


class EngineError(EmulatorError):
    """Unicorn refused an operation that is not the firmware's fault."""


class RecordingError(EmulatorError):
    """A file is no recording of a run, or lacks what costing it needs."""


class DecodeError(EmulatorError):
    """Bytes that the disassembler does not know."""


class TimingError(EmulatorError):
    """A core table is incomplete or contradicts itself."""


@dataclass(frozen=True)
class Place:
    """Where the program was: a pc and the function that holds it, if known."""

    pc: int
    function: str | None = None
    offset: int = 0

    def __str__(self) -> str:
        if self.function is None:
            return f"0x{self.pc:08x}"
        return f"{self.function}+0x{self.offset:x} (0x{self.pc:08x})"


class StoppedError(EmulatorError):
    """A call that did not return.

    Attributes: place, pc, function; cycles and instructions spent in the call up to that point.
    """

    def __init__(self, place: Place, text: str, cycles: int = 0, instructions: int = 0) -> None:
        super().__init__(f"{place}: {text}")
        self.place = place
        self.cycles = cycles
        self.instructions = instructions

    @property
    def pc(self) -> int:
        """Address of the instruction concerned, without the Thumb bit."""
        return self.place.pc

    @property
    def function(self) -> str | None:
        """Function that holds pc, if the image has symbols."""
        return self.place.function


class Fault(StoppedError):
    """A memory access or jump that no region allows.

    Attributes: kind ("unmapped", "protected", "stack overflow", "fetch", "alignment"), access ("read", "write",
    "fetch"), address, size in bytes.
    """

    def __init__(
        self,
        place: Place,
        kind: str,
        access: str,
        address: int,
        size: int,
        why: str,
        cycles: int = 0,
        instructions: int = 0,
    ) -> None:
        what = f"jump to 0x{address:08x}" if access == "fetch" else f"{access} of {size} bytes at 0x{address:08x}"
        super().__init__(place, f"{what}: {why}", cycles, instructions)
        self.kind = kind
        self.access = access
        self.address = address
        self.size = size


class IllegalInstruction(StoppedError):
    """An undefined instruction, or one that this core does not have."""


class Breakpoint(StoppedError):
    """BKPT reached; attribute number is its immediate."""

    number: int = 0


class SupervisorCall(StoppedError):
    """SVC reached during a call; attribute number is its immediate."""

    number: int = 0


class WaitForInterrupt(StoppedError):
    """WFI reached during a call: nothing could wake the core."""


class CycleLimit(StoppedError):
    """The call needs more than max_cycles; attribute limit holds that number."""

    def __init__(self, place: Place, limit: int, cycles: int = 0, instructions: int = 0) -> None:
        text = f"not done after {cycles:,} cycles, limit {limit:,}; pass max_cycles= if it needs more"
        super().__init__(place, text, cycles, instructions)
        self.limit = limit


def suggestion(name: str, known: Iterable[str], shown: int = 6) -> str:
    """A tail for an unknown-name message: near names if any, else the first few that exist."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    if not names:
        return "there are none"
    more = f", {len(names) - shown} more" if len(names) > shown else ""
    return "there are: " + ", ".join(names[:shown]) + more


class AccuracyError(EmulatorError):
    """Data on published cycle counts is wrong, or there is nothing to measure with."""
