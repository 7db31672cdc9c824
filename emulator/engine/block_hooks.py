"""Who is called in front of each block of code. engine.py says what a callback sees when a run stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.engine.native_library import NativeLibrary


class BlockHooks:
    """`kind` is the engine's number of the hook."""

    def __init__(self, uc: Any, kind: int, native: NativeLibrary | None) -> None:
        self._uc, self._kind, self._native = uc, kind, native
        self._adders: list[Callable[[], Callable[[], object] | None]] = []
        self._removers: list[Callable[[], object]] = []

    def call(self, callback: Callable[[int, int], bool]) -> None:
        """Call `callback(address, size)` in front of each block; true stops there. The engine is not touched else."""

        def on_block(uc: Any, address: int, size: int, data: Any) -> None:
            if callback(address, size):
                uc.emu_stop()

        def add() -> Callable[[], object]:
            hook = self._uc.hook_add(self._kind, on_block)
            return lambda: self._uc.hook_del(hook)

        self._add(add)

    def call_natively(self, callback: int, user_data: int) -> bool:
        """Call a C function (uc, uint64 address, uint32 size, user_data) in front of each block.

        The caller keeps what `user_data` points to alive. Returns False, having done nothing, when this version of the
        binding offers no way.
        """
        native = self._native
        if native is None:
            return False

        def add() -> Callable[[], object] | None:
            hook = native.add_hook(self._kind, callback, user_data, 1, 0)
            return None if hook is None else lambda: native.remove_hook(hook)

        return self._add(add)

    def _add(self, add: Callable[[], Callable[[], object] | None]) -> bool:
        remove = add()
        if remove is None:
            return False
        self._adders.append(add)
        self._removers.append(remove)
        return True

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Call nobody meanwhile."""
        if not self._removers:
            yield
            return
        for remove in self._removers:
            remove()
        self._uc.ctl_flush_tb()
        try:
            yield
        finally:
            self._removers = [remove for remove in (add() for add in self._adders) if remove is not None]
            self._uc.ctl_flush_tb()
