"""Who is called in front of single instructions. A hook with narrow bounds costs nothing elsewhere.

Code that is translated already does not call; see emulator/code_watch.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.engine.native_library import NativeLibrary


class InstructionHooks:
    """`kind` is the engine's number of the hook."""

    def __init__(self, uc: Any, kind: int, native: NativeLibrary | None) -> None:
        self._uc, self._kind, self._native = uc, kind, native

    def call(self, address: int, callback: Callable[[], None]) -> Callable[[], object]:
        """Call `callback` in front of the instruction at `address`; the function returned ends that."""

        def on_instruction(uc: Any, pc: int, size: int, data: Any) -> None:
            callback()

        hook = self._uc.hook_add(self._kind, on_instruction, None, address, address)
        return lambda: self._uc.hook_del(hook)

    def call_natively(self, address: int, callback: int, user_data: int) -> Callable[[], object] | None:
        """Call a C function (uc, uint64 address, uint32 size, user_data) there; None where that cannot be had.

        The caller keeps what `user_data` points to alive.
        """
        native = self._native
        hook = None if native is None else native.add_hook(self._kind, callback, user_data, address, address)
        return None if hook is None or native is None else lambda: native.remove_hook(hook)
