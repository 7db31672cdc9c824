"""Where arguments of a call lie: arrays, bytes and structs get memory, and arrays come back afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.calls.cstruct import Struct
from emulator.errors import ArgumentError, MemoryMapError, OutOfMemory
from emulator.memory import Region

ALIGNMENT = 16


@dataclass(frozen=True)
class Buffer:
    """`size` bytes at `address` in the machine; as an argument it is the address."""

    address: int
    size: int
    name: str = ""

    def __add__(self, offset: int) -> Buffer:
        """The part from `offset` on."""
        if not 0 <= offset <= self.size:
            raise ArgumentError(f"buffer {self.name or hex(self.address)} has {self.size} bytes, no offset {offset}")
        return Buffer(self.address + offset, self.size - offset, self.name)


class Heap:
    """Hands out a region from its start; what was taken since a mark can be given back."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.mark = region.start

    def take(self, size: int, align: int = ALIGNMENT) -> int:
        """Address of `size` bytes (at least one, so that every allocation has its own address)."""
        if size < 0:
            raise MemoryMapError(f"cannot allocate {size} bytes")
        if align < 1 or align & (align - 1):
            raise MemoryMapError(f"alignment {align} is not a power of two")
        start = -(-self.mark // align) * align
        if start + max(size, 1) > self.region.end:
            left = max(self.region.end - start, 0)
            raise OutOfMemory(
                f"{size:,} bytes do not fit in region {self.region}: {left:,} left; "
                "make it larger (heap_size=) or alloc in a region of your own (add_region)"
            )
        self.mark = start + max(size, 1)
        return start


class Placement:
    """The memory of one call's arguments."""

    def __init__(self, heap: Heap, write: Callable[[int, bytes], None]) -> None:
        self._heap = heap
        self._write = write
        self._placed: dict[object, int] = {}
        self._arrays: list[tuple[npt.NDArray[Any], int]] = []

    def place(self, value: Any) -> int:
        """Address of `value`: None, an int, a Buffer, or memory taken for an array, bytes or a struct.

        The same array given twice has one address. Raises ArgumentError for other types, for arrays that overlap, and
        for arrays whose elements are no little-endian numbers.
        """
        if value is None:
            return 0
        if isinstance(value, Buffer):
            return value.address
        if isinstance(value, bool | np.bool_):
            raise ArgumentError(f"{value!r} is no address")
        if isinstance(value, int | np.integer):
            return _address(int(value))
        if isinstance(value, np.ndarray):
            return self._place_array(value)
        if isinstance(value, bytes):
            return self._place_bytes(id(value), value, ALIGNMENT)
        if isinstance(value, Struct):
            if id(value) in self._placed:
                return self._placed[id(value)]
            return self._place_bytes(id(value), value.pack(self.place), ALIGNMENT)
        kind = type(value).__name__
        raise ArgumentError(f"a {kind} cannot be passed; there are: int, None, arrays, bytes, Struct, Buffer")

    def _place_array(self, array: npt.NDArray[Any]) -> int:
        if array.dtype.kind not in "biufc" or not array.dtype.isnative:
            raise ArgumentError(f"an array of {array.dtype} cannot be passed; use a little-endian number type")
        key = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype)
        if key in self._placed:
            return self._placed[key]
        for other, _ in self._arrays:
            if np.may_share_memory(array, other):
                raise ArgumentError("two arrays overlap in memory without being the same; alloc a Buffer and pass that")
        address = self._place_bytes(key, array.tobytes(), ALIGNMENT)
        self._arrays.append((array, address))
        return address

    def _place_bytes(self, key: object, data: bytes, align: int) -> int:
        address = self._heap.take(len(data), align)
        if data:
            self._write(address, data)
        self._placed[key] = address
        return address

    def copy_back(self, read: Callable[[int, int], bytes]) -> None:
        """Bring what the callee left into the writeable arrays."""
        for array, address in self._arrays:
            if array.flags.writeable and array.size:
                array[...] = np.frombuffer(read(address, array.nbytes), array.dtype).reshape(array.shape)


def _address(value: int) -> int:
    if not 0 <= value < 1 << 32:
        raise ArgumentError(f"{value} is no address")
    return value
