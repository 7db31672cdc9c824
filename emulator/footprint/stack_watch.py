"""Watches the stack pointer at every block, natively or in Python, and speaks up only when there is something new."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emulator.engine.engine import Engine, register_ids
from emulator.engine.native_library import function_address
from emulator.engine.registers import RegisterSet

ALERTS, WATCHED = 1, 2

Describe = Callable[[int, int], tuple[int, int]]
"""(block address, block size) -> (how far SP dips below its value at the start, at most 0; flags).

ALERTS: SP is set to something new in the block, look at the next one. WATCHED: always look when the block begins.
"""
Seen = Callable[[int, int, int, int, int], bool]
"""(block address, SP, lowest SP inside, alert, watched) -> whether the block is going to run."""


class StackWatch(Protocol):
    """Calls `seen` when SP leaves [low, top], behind a block that alerts, and at blocks that are watched."""

    def select(self, low: int, top: int) -> None:
        """The stack that is in use now."""

    def flag(self, address: int) -> None:
        """Watch all blocks that are known to begin there."""

    def take_error(self) -> BaseException | None:
        """What `describe` or `seen` raised, once."""


class PythonStackWatch:
    """The same as `_stackwatch.c`, in Python."""

    def __init__(self, describe: Describe, seen: Seen, engine: Engine) -> None:
        self._describe, self._seen = describe, seen
        self._low, self._top, self._alert = 0, 0xFFFFFFFF, 0
        self._rows: dict[tuple[int, int], tuple[int, int]] = {}
        self._sp = RegisterSet(engine, "sp")
        self._error: BaseException | None = None

    def enter(self, address: int, size: int) -> bool:
        """A block begins."""
        if self._error is None:
            try:
                self._enter(address, size)
            except BaseException as error:
                self._error = error
        return False

    def _enter(self, address: int, size: int) -> None:
        row = self._rows.get((address, size))
        if row is None:
            row = self._rows[address, size] = self._describe(address, size)
        dip, flags = row
        sp = self._sp.read()[0]
        outside = sp + dip < self._low or sp > self._top
        if (outside or self._alert or flags & WATCHED) and not self._seen(
            address, sp, sp + dip & 0xFFFFFFFF, self._alert, flags >> 1 & 1
        ):
            return
        self._alert = flags & ALERTS

    def select(self, low: int, top: int) -> None:
        """See StackWatch."""
        self._low, self._top = low, top

    def flag(self, address: int) -> None:
        """See StackWatch."""
        for key, (dip, flags) in self._rows.items():
            if key[0] == address:
                self._rows[key] = dip, flags | WATCHED

    def take_error(self) -> BaseException | None:
        """See StackWatch."""
        error, self._error = self._error, None
        return error


def watch_stack(engine: Engine, describe: Describe, seen: Seen, native: bool) -> StackWatch:
    """A watch hooked into the engine; in Python where the extension is not built or the binding hides what it needs."""
    if native and (found := engine.native()) is not None:
        try:
            from emulator.footprint import _stackwatch
        except ImportError:
            pass
        else:
            read = function_address(found.library, "uc_reg_read")
            watch = _stackwatch.StackWatch(describe, seen, read, register_ids(["sp"])[0])
            if engine.block_hooks.call_natively(watch.callback, watch.user_data):
                return watch
    slow = PythonStackWatch(describe, seen, engine)
    engine.block_hooks.call(slow.enter)
    return slow
