"""Who is called at each data access of the running code. Code translated before never calls, so it is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.engine.native_library import NativeLibrary


@dataclass(frozen=True)
class AccessNumbers:
    """The engine's numbers: hooks of reads and of writes, the write access, PC and flags, the IT bits of the flags."""

    reads: int
    writes: int
    write: int
    pc: int
    flags: int
    it_bits: int


class AccessHooks:
    """Hooks of one engine. Each clears the IT bits, which the engine would leak into the code behind."""

    def __init__(self, uc: Any, numbers: AccessNumbers, native: NativeLibrary | None) -> None:
        self._uc, self._numbers, self._native = uc, numbers, native
        self._owners: list[object] = []

    def call(self, callback: Callable[[bool, int, int, int], None]) -> Callable[[], None]:
        """Call `callback(is_write, pc, address, size)` at each access; slow. The function returned ends that."""
        numbers = self._numbers

        def on_access(uc: Any, access: int, address: int, size: int, value: int, data: Any) -> None:
            state = uc.reg_read(numbers.flags)
            if state & numbers.it_bits:
                uc.reg_write(numbers.flags, state & ~numbers.it_bits)
            callback(access == numbers.write, uc.reg_read(numbers.pc) & ~1, address & 0xFFFFFFFF, size)

        hook = self._uc.hook_add(numbers.reads | numbers.writes, on_access)
        self._uc.ctl_flush_tb()

        def remove() -> None:
            self._uc.hook_del(hook)
            self._uc.ctl_flush_tb()

        return remove

    def call_natively(self, callback: int, user_data: int, first: int, last: int, writes: bool, owner: object) -> bool:
        """Call a C function (uc, int type, uint64 address, int size, int64 value, user_data) at each data access.

        Only for addresses from `first` to `last`, and without `writes` only for reads. The function has to clear the IT
        bits of the register that `Engine.register_functions` names; else as `BlockHooks.call_natively`, but `owner`,
        which holds what `user_data` points to, is kept alive here.
        """
        if self._native is None:
            return False
        kinds = self._numbers.reads | (self._numbers.writes if writes else 0)
        hook = self._native.add_hook(kinds, callback, user_data, first, last)
        self._owners.append(owner)
        self._uc.ctl_flush_tb()
        return hook is not None
