"""Why a run of the engine ended: what its hooks said, and what lies in front of PC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from emulator.engine.stop import Access, Stop, StopKind, Watcher
from emulator.instructions.hints import WAITS


@dataclass(frozen=True)
class EndingNumbers:
    """The engine's numbers: hooks of refused accesses and of interrupts; access kinds, each with whether the memory is
    mapped; interrupts that mean something."""

    refusal: int
    interrupt: int
    accesses: dict[int, tuple[Literal["read", "write", "fetch"], bool]]
    interrupts: dict[int, StopKind]


class Ending:
    """`access` was refused or `interrupt` raised in the last run. `exits` are addresses where runs end, `watcher` knows
    what cannot be told from PC alone; `peek(address, size)` reads memory."""

    def __init__(self, uc: Any, numbers: EndingNumbers, peek: Callable[[int, int], bytes]) -> None:
        self.access: Access | None = None
        self.interrupt: int | None = None
        self.exits: set[int] = set()
        self.watcher: Watcher | None = None
        self._numbers, self._peek = numbers, peek
        uc.hook_add(numbers.refusal, self._on_refusal)
        uc.hook_add(numbers.interrupt, self._on_interrupt)

    def _on_refusal(self, uc: Any, access: int, address: int, size: int, value: int, data: Any) -> bool:
        kind, protected = self._numbers.accesses[access]
        self.access = Access(kind, address & 0xFFFFFFFF, size, protected)
        return False

    def _on_interrupt(self, uc: Any, number: int, data: Any) -> None:
        self.interrupt = number
        uc.emu_stop()

    @property
    def refused(self) -> bool:
        """Whether an access or an interrupt ended the run."""
        return self.access is not None or self.interrupt is not None

    def explain(self, pc: int, invalid: bool) -> Stop:
        """What ended the run at `pc`; `invalid` says that it was bytes that are no instruction."""
        if self.access is not None:
            return Stop("fetch" if self.access.access == "fetch" else "memory", pc, self.access)
        if self.interrupt is not None:
            return Stop(self._numbers.interrupts.get(self.interrupt, "interrupt"), pc, None, self.interrupt)
        if invalid:
            return Stop("illegal", pc)
        if pc in self.exits:
            return Stop("exit", pc)
        if self.watcher is not None and self.watcher.stopped:
            return Stop("stopped", pc)
        return Stop("wait" if self.passed(pc, WAITS) else "stopped", pc)

    def passed(self, pc: int, encodings: frozenset[bytes]) -> bool:
        """Whether one of these instructions lies just in front of `pc`, and was executed as far as can be known."""
        if self.watcher is not None and self.watcher.block[0] == pc:
            return False
        return any(self._peek(pc - len(e), len(e)) == e for e in encodings)
