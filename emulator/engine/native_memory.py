"""Bytes of the engine's memory in one call of its C library: by the extension where it is built, else by ctypes."""

from __future__ import annotations

import ctypes
from typing import Protocol

from emulator.engine.native_library import NativeLibrary, extension, function_address


class QuickMemory(Protocol):
    """`read` gives None and `write` false where some of the memory is not mapped."""

    def read(self, address: int, size: int) -> bytes | None: ...

    def write(self, address: int, data: bytes) -> bool: ...


class CtypesMemory:
    """See QuickMemory."""

    def __init__(self, native: NativeLibrary) -> None:
        self._handle = native.handle
        # Functions taken by item have no argtypes, whose conversions would double the time of a call.
        self._read, self._write = native.library["uc_mem_read"], native.library["uc_mem_write"]

    def read(self, address: int, size: int) -> bytes | None:
        """Bytes."""
        buffer = (ctypes.c_char * size)()
        failed = self._read(self._handle, ctypes.c_uint64(address), buffer, ctypes.c_size_t(size))
        return None if failed else buffer.raw

    def write(self, address: int, data: bytes) -> bool:
        """Set bytes."""
        text, size = ctypes.c_char_p(data), ctypes.c_size_t(len(data))
        return not self._write(self._handle, ctypes.c_uint64(address), text, size)


def quick_memory(native: NativeLibrary) -> QuickMemory:
    """The quickest there is."""
    built = extension()
    if built is None:
        return CtypesMemory(native)
    read, write = (function_address(native.library, name) for name in ("uc_mem_read", "uc_mem_write"))
    memory: QuickMemory = built.Memory(read, write, native.handle.value)
    return memory
