"""Several registers in one call of the engine's C library: by the extension where it is built, else by ctypes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Protocol

from emulator.engine.native_library import NativeLibrary, extension, function_address


class QuickRegisters(Protocol):
    """Registers in the order given."""

    def read(self) -> Sequence[int]: ...

    def write(self, *values: int) -> None: ...


class CtypesRegisters:
    """See QuickRegisters."""

    def __init__(self, native: NativeLibrary, ids: Sequence[int]) -> None:
        count = len(ids)
        self._values = (ctypes.c_uint64 * count)()
        first = ctypes.addressof(self._values)
        places = (ctypes.c_void_p * count)(*(first + 8 * n for n in range(count)))
        self._arguments = native.handle, (ctypes.c_int * count)(*ids), places, ctypes.c_int(count)
        # Functions taken by item have no argtypes, whose conversions would double the time of a call.
        self._reader, self._writer = native.library["uc_reg_read_batch"], native.library["uc_reg_write_batch"]

    def read(self) -> list[int]:
        """All values."""
        self._reader(*self._arguments)
        return self._values[:]

    def write(self, *values: int) -> None:
        """Set all values."""
        self._values[:] = values  # type: ignore[call-overload]
        self._writer(*self._arguments)


def quick_registers(native: NativeLibrary, ids: Sequence[int]) -> QuickRegisters:
    """The quickest there is."""
    built = extension()
    if built is None:
        return CtypesRegisters(native, ids)
    read, write = (function_address(native.library, name) for name in ("uc_reg_read_batch", "uc_reg_write_batch"))
    registers: QuickRegisters = built.Registers(read, write, native.handle.value, tuple(ids))
    return registers
