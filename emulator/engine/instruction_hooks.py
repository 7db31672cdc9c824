"""Who is called in front of single instructions. A hook with narrow bounds costs nothing elsewhere.

Code that is translated already does not call; see emulator/code_watch.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from emulator.engine.native_library import NativeLibrary

_PAGE = 0x1000
_FEW, _NEAR = 40, 8


class Covering:
    """A native hook at the places that were asked for; where they are many, also at all that lies between.

    The engine calls the only hook of a kind directly, but searches a list where there are several. Places close
    together share a hook, which costs less than a longer list.
    """

    def __init__(self, native: NativeLibrary, kind: int, callback: int, user_data: int) -> None:
        self._native = native
        self._arguments = kind, callback, user_data
        self._hooks: dict[tuple[int, int], Any] = {}
        self._asked: Counter[int] = Counter()
        self._wide = False

    def holds(self, address: int) -> bool:
        """Whether it calls there, where code is translated from now on."""
        return any(first <= address <= last for first, last in self._hooks)

    def add(self, address: int) -> None:
        """Let it call at `address` as well. Not while a run lasts."""
        self._asked[address] += 1
        if not self.holds(address):
            self._renew()

    def remove(self, address: int) -> None:
        """One who asked for a call at `address` does not want it any more."""
        self._asked[address] -= 1
        if not self._asked[address]:
            del self._asked[address]
            if not self._wide:
                self._renew()

    def _renew(self) -> None:
        wanted = set(self._ranges())
        for known in self._hooks.keys() - wanted:
            self._native.remove_hook(self._hooks.pop(known))
        for first, last in sorted(wanted - self._hooks.keys()):
            self._hooks[first, last] = self._native.add_hook(*self._arguments, first, last)

    def _ranges(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for place in sorted(self._asked):
            if found and place - found[-1][1] <= _NEAR:
                found[-1] = found[-1][0], place
            else:
                found.append((place, place))
        self._wide = self._wide or len(found) > _FEW
        return [(min(self._asked) // _PAGE * _PAGE, max(self._asked) | _PAGE - 1)] if self._wide and found else found


class InstructionHooks:
    """`kind` is the engine's number of the hook."""

    def __init__(self, uc: Any, kind: int, native: NativeLibrary | None) -> None:
        self._uc, self._kind, self._native = uc, kind, native
        self._coverings: dict[tuple[int, int], Covering] = {}

    def call(self, address: int, callback: Callable[[], None]) -> Callable[[], object]:
        """Call `callback` in front of the instruction at `address`; the function returned ends that."""

        def on_instruction(uc: Any, pc: int, size: int, data: Any) -> None:
            callback()

        hook = self._uc.hook_add(self._kind, on_instruction, None, address, address)
        return lambda: self._uc.hook_del(hook)

    def cover(self, callback: int, user_data: int) -> Covering | None:
        """Call a C function (uc, uint64 address, uint32 size, user_data) at many places, none to begin with.

        None where that cannot be had. The caller keeps what `user_data` points to alive, and is given the same again.
        """
        if self._native is None:
            return None
        key = callback, user_data
        if key not in self._coverings:
            self._coverings[key] = Covering(self._native, self._kind, *key)
        return self._coverings[key]
