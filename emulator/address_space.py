"""The engine's memory: the image, the machine's stack and heap, and regions added later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.calls.placement import Heap
from emulator.calls.stack import PaintedStack
from emulator.engine.engine import Engine
from emulator.errors import MemoryMapError
from emulator.memory import PAGE, MemoryMap, Region, needs_load_copy
from emulator.program.elf import Image

GUARD = 1 << 20


@dataclass(frozen=True)
class Snapshot:
    """Contents of writeable memory and what heaps had handed out, to restore later on the same machine."""

    regions: tuple[Region, ...]
    contents: tuple[tuple[int, bytes], ...]
    marks: tuple[tuple[str, int], ...]


class AddressSpace:
    """An engine with everything mapped.

    Raises MemoryMapError when `given` regions do not hold a segment.
    """

    def __init__(
        self, model: str, image: Image, given: Iterable[Region] | None, stack_size: int, heap_size: int
    ) -> None:
        self.memory = MemoryMap.from_image(image) if given is None else MemoryMap(given)
        for segment in image.segments:
            self.memory.check_holds(segment)
        self.engine = Engine(model)
        for region in self.memory:
            self.engine.map(region.start, region.size, region.permissions)
        self._load(image)
        self._heaps: dict[str, Heap] = {}
        self._shared: list[npt.NDArray[np.uint8]] = []
        stack = self.add_region("stack", stack_size, "rw")
        self.stack = PaintedStack(stack, self.engine.read, self.engine.write)
        self.return_address = stack.start - GUARD // 2
        self.engine.set_exit(self.return_address)
        self.heap = self.heap_of(self.add_region("heap", heap_size, "rw"))

    def _load(self, image: Image) -> None:
        for segment in image.segments:
            if segment.data and needs_load_copy(segment) and self.memory.find(segment.load_address, len(segment.data)):
                self.engine.write(segment.load_address, segment.data)
        for segment in image.segments:
            if segment.data:
                self.engine.write(segment.address, segment.data)

    def add_region(self, name: str, size: int, permissions: str, near: int | None = None) -> Region:
        """Map a region, rounded up to pages, with unmapped guards on both sides."""
        pages = max(-(-size // PAGE), 1) * PAGE
        region = Region(name, self.memory.free_range(pages, near, GUARD), pages, permissions)
        self.memory.add(region)
        self.engine.map(region.start, region.size, permissions)
        return region

    def add_shared(self, name: str, memory: npt.NDArray[np.uint8], permissions: str = "rw") -> Region:
        """Map the host array `memory`, whole pages from a page boundary, with unmapped guards on both sides."""
        region = Region(name, self.memory.free_range(memory.size, None, GUARD), memory.size, permissions)
        self.memory.add(region)
        self.engine.map_shared(region.start, region.size, permissions, memory.ctypes.data)
        self._shared.append(memory)
        return region

    def heap_of(self, region: Region | str | None) -> Heap:
        """The heap that hands out a region, by default the argument heap."""
        if region is None:
            return self.heap
        name = region if isinstance(region, str) else region.name
        if name not in self._heaps:
            self._heaps[name] = Heap(self.memory.named(name))
        return self._heaps[name]

    def snapshot(self) -> Snapshot:
        """Writeable memory; of heaps what is handed out. The stack holds nothing between calls."""
        contents = []
        for region in self.memory:
            if "w" in region.permissions and region != self.stack.region:
                heap = self._heaps.get(region.name)
                size = region.size if heap is None else heap.mark - region.start
                if size:
                    contents.append((region.start, self.read(region.start, size)))
        marks = tuple((name, heap.mark) for name, heap in self._heaps.items())
        return Snapshot(tuple(self.memory), tuple(contents), marks)

    def restore(self, snapshot: Snapshot) -> None:
        """Memory and heaps as they were; raises MemoryMapError when the snapshot is of other memory."""
        if missing := [r for r in snapshot.regions if r not in tuple(self.memory)]:
            raise MemoryMapError(f"snapshot of another memory map: it has region {missing[0]}")
        for address, content in snapshot.contents:
            self.write(address, content)
        marks = dict(snapshot.marks)
        for name, heap in self._heaps.items():
            heap.mark = marks.get(name, heap.region.start)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of mapped memory."""
        return self.engine.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        """Set bytes of mapped memory."""
        self.engine.write(address, data)

    def code(self, address: int, size: int) -> bytes:
        """Up to `size` bytes, fewer where the region ends, none where there is no memory."""
        region = self.memory.find(address)
        return b"" if region is None else self.engine.read(address, min(size, region.end - address))
