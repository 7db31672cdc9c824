"""What a run of firmware gave."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.processor import EndKind


@dataclass(frozen=True)
class FaultReport:
    """One fault: a paragraph, and its parts.

    what: the access or instruction; where: function and address; chain: callers, innermost first; cause: the likely
    one; registers: CFSR bits by name.
    """

    what: str
    where: str
    chain: tuple[str, ...]
    cause: str
    bits: tuple[str, ...]
    cycles: int

    @property
    def text(self) -> str:
        """All in one paragraph."""
        parts = [f"{self.where}: {self.what}."]
        if self.bits:
            parts.append(f"Fault status: {', '.join(self.bits)}.")
        if self.chain:
            parts.append(f"Called from {', from '.join(self.chain)}.")
        parts.append(f"Likely cause: {self.cause}.")
        return " ".join(parts)


@dataclass(frozen=True)
class RunResult:
    """How a run ended and what it did.

    end: "exit" (semihosting, with `exit_code`), "idle" (waits for an interrupt that cannot come, or loops on the spot),
    "fault" (lockup, or idle after a fault), "stopped" (by a script, or `until`), "max cycles", "timeout"; where: the
    place it ended at, chain: its callers, innermost first; cycles, instructions: since power-on; output: bytes of all
    consoles in order, `channels` by name; faults: the last ones, oldest first; warnings: registers that nothing models.
    """

    end: EndKind
    exit_code: int | None
    where: str
    chain: tuple[str, ...]
    cycles: int
    instructions: int
    output: bytes
    channels: dict[str, bytes]
    faults: tuple[FaultReport, ...]
    warnings: tuple[str, ...]
