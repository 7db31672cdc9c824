"""The engine's C library as its Python binding loads it: hooks that are C functions, and where functions lie."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NativeLibrary:
    """The library, and the engine's handle in it."""

    library: Any
    handle: Any

    def add_hook(self, kinds: int, callback: int, user_data: int, first: int, last: int) -> Any:
        """Hook a C function for addresses from `first` to `last`, all if `first` is greater; None if refused."""
        hook = ctypes.c_size_t()
        status = self.library.uc_hook_add(
            self.handle,
            ctypes.byref(hook),
            kinds,
            ctypes.cast(callback, ctypes.c_void_p),
            ctypes.cast(user_data, ctypes.c_void_p),
            ctypes.c_uint64(first),
            ctypes.c_uint64(last),
        )
        return None if status else hook

    def remove_hook(self, hook: Any) -> None:
        """Take away what `add_hook` gave."""
        self.library.uc_hook_del(self.handle, hook)


def extension() -> Any:
    """The extension module, None where it is not built."""
    try:
        from emulator.tracing import _tracer
    except ImportError:
        return None
    return _tracer


def function_address(library: Any, name: str) -> int:
    """Where a function of the library lies in this process, 0 without a library."""
    return 0 if library is None else ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
