"""The memory of an engine: pages, their permissions, their bytes, and registers of peripherals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.engine.native_library import NativeLibrary
from emulator.engine.native_memory import quick_memory
from emulator.errors import EngineError


@dataclass(frozen=True)
class MemoryNumbers:
    """The engine's permission bits, by letter, and the exception that its calls raise."""

    permissions: dict[str, int]
    error: type[Exception]


class EngineMemory:
    """Addresses are ints without Thumb bit; permissions are letters out of "rwx"."""

    def __init__(self, uc: Any, numbers: MemoryNumbers, native: NativeLibrary | None) -> None:
        self._uc, self._numbers = uc, numbers
        self._quick = None if native is None else quick_memory(native)

    def map(self, start: int, size: int, permissions: str) -> None:
        """Map zeroed pages."""
        self._call("map", start, size, self._uc.mem_map, start, size, self._bits(permissions))

    def map_shared(self, start: int, size: int, permissions: str, host: int) -> None:
        """Map pages that are the host's memory at address `host`, page aligned, which the caller keeps alive."""
        self._call("map", start, size, self._uc.mem_map_ptr, start, size, self._bits(permissions), host)

    def map_io(
        self, start: int, size: int, read: Callable[[int, int], int], write: Callable[[int, int, int], None]
    ) -> None:
        """Map registers: `read(address, size)` gives a value, `write(address, size, value)` takes one."""

        def on_read(uc: Any, offset: int, width: int, data: Any) -> int:
            return read(start + offset, width)

        def on_write(uc: Any, offset: int, width: int, value: int, data: Any) -> None:
            write(start + offset, width, value)

        self._call("map", start, size, self._uc.mmio_map, start, size, on_read, None, on_write, None)

    def protect(self, start: int, size: int, permissions: str) -> None:
        """Change permissions of mapped pages."""
        self._call("protect", start, size, self._uc.mem_protect, start, size, self._bits(permissions))

    def unmap(self, start: int, size: int) -> None:
        """Remove pages."""
        self._call("unmap", start, size, self._uc.mem_unmap, start, size)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of mapped memory, whatever its permissions."""
        if self._quick is not None and (data := self._quick.read(address, size)) is not None:
            return data
        return bytes(self._call("read", address, size, self._uc.mem_read, address, size))

    def write(self, address: int, data: bytes) -> None:
        """Set bytes of mapped memory, whatever its permissions."""
        if self._quick is not None and self._quick.write(address, data):
            return
        self._call("write", address, len(data), self._uc.mem_write, address, data)

    def peek(self, address: int, size: int) -> bytes:
        """Bytes of memory, none where it is not mapped."""
        try:
            return bytes(self._uc.mem_read(address, size))
        except self._numbers.error:
            return b""

    def _call(self, what: str, address: int, size: int, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except self._numbers.error as error:
            raise EngineError(f"cannot {what} {size} bytes at 0x{address:08x}: {error}") from None

    def _bits(self, permissions: str) -> int:
        return sum(self._numbers.permissions[p] for p in permissions)
