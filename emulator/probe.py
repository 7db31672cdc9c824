"""Stops a run in front of instructions and memory accesses that a debugger asks for.

What is relied on; tests/emulator/gdbstub pins it: an instruction hook that calls uc_emu_stop ends the run in front of
its instruction and leaves the block whole; between IT and the end of what it guards it comes too late, so there the IT
itself has to be asked for. A hook of a read that stops comes before the read; one of a write may come behind the
write and the rest of an IT block, so the registers and the bytes are kept in the hook and put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_WIDEST = 8


@dataclass(frozen=True)
class ProbeNumbers:
    """The engine's numbers of hooks, of a write access, of the flags register, and the IT bits of that register."""

    instruction: int
    accesses: int
    write: int
    flags: int
    it_bits: int


@dataclass(frozen=True)
class Watch:
    """Stop at accesses to `size` bytes from `start`."""

    start: int
    size: int
    reads: bool
    writes: bool

    def meets(self, address: int, size: int, is_write: bool) -> bool:
        """Whether an access is one of those."""
        wanted = self.writes if is_write else self.reads
        return wanted and address < self.start + self.size and self.start < address + size


@dataclass(frozen=True)
class Touch:
    """An access that was stopped, and the state in front of its instruction."""

    watch: Watch
    address: int
    is_write: bool
    registers: object
    before: bytes


class Probe:
    """`reached` is the instruction a run stopped in front of, `touched` the access; both are cleared by `arm`."""

    def __init__(self, uc: Any, numbers: ProbeNumbers) -> None:
        self.reached: int | None = None
        self.touched: Touch | None = None
        self._uc, self._numbers = uc, numbers
        self._armed = self._watching = False
        self._hooks: dict[int, int] = {}
        self._watches: dict[Watch, int] = {}

    def arm(self, instructions: bool, accesses: bool) -> None:
        """Say what may end the next run."""
        self._armed, self._watching = instructions, accesses
        self.reached = self.touched = None

    def stop_at(self, addresses: Iterable[int]) -> None:
        """Stop in front of these instructions, and of no others."""
        self._renew(self._hooks, set(addresses), self._add_stop)

    def watch(self, watches: Iterable[Watch]) -> None:
        """Stop at these accesses, and at no others."""
        self._renew(self._watches, set(watches), self._add_watch)

    def _renew(self, hooks: dict[Any, int], wanted: set[Any], add: Callable[[Any], int]) -> None:
        if hooks.keys() == wanted:
            return
        for key in hooks.keys() - wanted:
            self._uc.hook_del(hooks.pop(key))
        for key in wanted - hooks.keys():
            hooks[key] = add(key)
        self._uc.ctl_flush_tb()

    def _add_stop(self, address: int) -> int:
        def on_instruction(uc: Any, address: int, size: int, data: Any) -> None:
            if self._armed:
                self.reached = address
                uc.emu_stop()

        return int(self._uc.hook_add(self._numbers.instruction, on_instruction, None, address, address))

    def _add_watch(self, watch: Watch) -> int:
        numbers = self._numbers

        def on_access(uc: Any, access: int, address: int, size: int, value: int, data: Any) -> None:
            address &= 0xFFFFFFFF
            is_write = access == numbers.write
            if self._watching and self.touched is None and watch.meets(address, size, is_write):
                before = bytes(uc.mem_read(address, size)) if is_write else b""
                self.touched = Touch(watch, address, is_write, uc.context_save(), before)
            if self.touched is not None:
                uc.emu_stop()
            flags = uc.reg_read(numbers.flags)
            if flags & numbers.it_bits:
                uc.reg_write(numbers.flags, flags & ~numbers.it_bits)

        first, last = max(watch.start - _WIDEST + 1, 0), watch.start + watch.size - 1
        return int(self._uc.hook_add(numbers.accesses, on_access, None, first, last))
