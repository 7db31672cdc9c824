"""Looks at each block of code before it first runs, and stops in front of the instructions that are asked for.

What is relied on: Unicorn tells of a new block when it has translated it and before it runs, except for the block that
a run begins with; a stop asked for then comes before the block. An instruction hook with narrow bounds costs nothing
elsewhere, but each one makes the others a little slower, so those that have done their work are taken away. A stop is
not heard between IT and the end of what it guards: such instructions are watched at their IT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class HookKinds:
    """The engine's numbers for the two hooks."""

    new_block: int
    instruction: int


Examine = Callable[[int, int | None], Iterable[int]]
Check = Callable[[int], bool]


class Observer(Protocol):
    """Someone else who looks at code before it runs, and hooks what he finds himself."""

    def examine(self, address: int, size: int | None) -> Iterable[int]:
        """Instructions of a block to be hooked that have not been named before."""

    def attach(self, place: int) -> None:
        """Hook the instruction now."""

    def forget(self) -> None:
        """Remove all hooks; all code will be examined again."""


class CodeWatch:
    """`examine(address, size)` names instructions of a block (size None: as long as it may be); when one of them is
    reached, `check(address)` says whether the run stops in front of it. `caught` is where it did, `kind` what `check`
    calls such a stop. `observers` never stop a run. `look` calls a function in front of an instruction, until the
    function that it returns is called; it may be replaced before the first run.
    """

    def __init__(self, uc: Any, kinds: HookKinds, examine: Examine, check: Check) -> None:
        self.caught: int | None = None
        self.kind: Literal["trap", "float context"] = "trap"
        self.observers: list[Observer] = []
        self.look: Callable[[int, Callable[[int], None]], Callable[[], object]] = self._hook
        self._noted: dict[int, tuple[int, int]] = {}
        self._uc, self._kinds, self._examine, self._check = uc, kinds, examine, check
        self._starts: set[int] = set()
        self._hooks: dict[int, Callable[[], object]] = {}
        self._found: dict[int, tuple[int, int]] = {}
        self._retired: set[int] = set()
        uc.hook_add(kinds.new_block, self._on_new_block)

    def begin(self, pc: int) -> None:
        """A run is about to begin at `pc`."""
        self.caught = None
        if pc not in self._starts:
            self._starts.add(pc)
            self._note(pc, None)
        self.settle()

    def settle(self) -> bool:
        """Watch what was found since; true if the run stopped only for that."""
        if not (self._found or self._retired or self._noted):
            return False
        noted, self._noted = self._noted, {}
        for place, (start, end) in noted.items():
            for observer in self.observers:
                observer.attach(place)
            self._uc.ctl_remove_cache(start, end)
        found, self._found = self._found, {}
        for address, (start, end) in found.items():
            self._hooks[address] = self.look(address, self._pass)
            self._uc.ctl_remove_cache(start, end)
        for address in self._retired & self._hooks.keys():
            self._hooks.pop(address)()
            self._uc.ctl_remove_cache(address, address + 4)
        self._retired.clear()
        return bool(found or noted) and self.caught is None

    def retire(self, address: int) -> None:
        """Watch this instruction no more, from the end of the run on."""
        self._retired.add(address)

    def forget(self) -> None:
        """Begin anew: another set of instructions is wanted. Not while a run lasts."""
        for remove in self._hooks.values():
            remove()
        self._hooks.clear()
        self._starts.clear()
        self._found.clear()
        self._noted.clear()
        for observer in self.observers:
            observer.forget()
        self._uc.ctl_flush_tb()

    def _on_new_block(self, uc: Any, current: Any, previous: Any, data: Any) -> None:
        if not current.size:  # an exit lies there
            return
        self._starts.add(current.pc)
        self._note(current.pc, current.size)
        if self._found or self._noted:
            uc.emu_stop()

    def _note(self, pc: int, size: int | None) -> None:
        for address in self._examine(pc, size):
            if address not in self._hooks:
                self._found[address] = pc, max(pc + (size or 0), address + 4)
        for observer in self.observers:
            for place in observer.examine(pc, size):
                self._noted[place] = pc, max(pc + (size or 0), place + 4)

    def _hook(self, address: int, told: Callable[[int], None]) -> Callable[[], object]:
        def on_instruction(uc: Any, pc: int, size: int, data: Any) -> None:
            told(pc)

        hook = self._uc.hook_add(self._kinds.instruction, on_instruction, None, address, address)
        return lambda: self._uc.hook_del(hook)

    def _pass(self, address: int) -> None:
        if address not in self._retired and self._check(address):
            self.caught = address
            self._uc.emu_stop()
