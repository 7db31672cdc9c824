"""The memories of a board in the engine, and firmware in them as a flash tool would put it."""

from __future__ import annotations

from importlib import resources

import numpy as np

from emulator.boards.file import BoardFile
from emulator.engine.engine import Engine
from emulator.errors import BoardError, EngineError
from emulator.memory import PAGE, MemoryMap, Region
from emulator.program.elf import Image
from emulator.program.images import read_image

_IO_AREAS = ((0x40000000, 0x20000000), (0xE0000000, 0x00100000))


def io_areas(board: BoardFile) -> list[tuple[int, int]]:
    """Start and size of what the architecture gives to peripherals, and of pages elsewhere where the board has some."""
    rows = [(base, 4 if row.atomic_aliases else 1) for row in board.peripherals for base in (row.base, *row.also_at)]
    pages = {base // PAGE * PAGE + n * PAGE for base, count in rows for n in range(count)}
    outside = (p for p in sorted(pages) if not any(start <= p < start + size for start, size in _IO_AREAS))
    return [*_IO_AREAS, *((page, PAGE) for page in outside)]


class BoardMemory:
    """Every memory of the board, mapped; those that appear at several addresses share their bytes."""

    def __init__(self, engine: Engine, board: BoardFile) -> None:
        self._engine = engine
        self._kept: list[np.ndarray[tuple[int], np.dtype[np.uint8]]] = []
        regions: list[Region] = []
        for memory in board.memories:
            places = (memory.region.start, *memory.also_at)
            size, permissions = memory.region.size, memory.region.permissions
            if len(places) == 1:
                engine.map(memory.region.start, size, permissions)
            else:
                host = self._pages(size)
                for start in places:
                    engine.map_shared(start, size, permissions, host)
            regions.append(memory.region)
            regions += [
                Region(f"{memory.region.name} at 0x{start:08x}", start, size, permissions) for start in memory.also_at
            ]
        self.map = MemoryMap(regions)
        self._known: dict[int, tuple[int, Region]] = {}
        for rom in (memory.contents for memory in board.memories if memory.contents):
            self.load(read_image(resources.files("emulator").joinpath("roms", f"{rom}.hex").read_bytes()))

    def _pages(self, size: int) -> int:
        """Host address of zeroed pages."""
        memory = np.zeros(size + PAGE, np.uint8)
        self._kept.append(memory)
        return int(memory.ctypes.data) + -int(memory.ctypes.data) % PAGE

    def load(self, image: Image) -> None:
        """Put each segment at its load address. Raises BoardError where the board has no memory."""
        for segment in image.segments:
            if not segment.data:
                continue
            position, end = segment.load_address, segment.load_address + len(segment.data)
            while position < end:
                region = self.map.find(position)
                if region is None:
                    listed = "; ".join(str(r) for r in self.map)
                    raise BoardError(
                        f"firmware wants {end - position:,} bytes at 0x{position:08x}, where the board has no memory; "
                        f"it has {listed}"
                    )
                part = segment.data[position - segment.load_address :][: region.end - position]
                self._engine.write(position, part)
                position += len(part)

    def find(self, address: int, size: int = 1) -> Region | None:
        """The memory that holds these bytes."""
        known = self._known.get(address >> 12)
        if known is not None and address + size <= known[0]:
            return known[1]
        region = self.map.find(address, size)
        if region is not None:
            self._known[address >> 12] = region.end, region
        return region

    def writable(self, address: int, size: int) -> bool:
        """Whether firmware can write there."""
        region = self.find(address, size)
        return region is not None and "w" in region.permissions

    def word(self, address: int) -> int | None:
        """A little-endian word, None where there is no memory."""
        if self.find(address, 4) is None:
            return None
        return int.from_bytes(self._engine.read(address, 4), "little")

    def write_word(self, address: int, value: int) -> None:
        """Set a little-endian word; nothing happens where there is no memory."""
        if self.find(address, 4) is not None:
            self._engine.write(address, value.to_bytes(4, "little"))

    def code(self, address: int, size: int) -> bytes:
        """Up to `size` bytes, fewer where the memory ends."""
        region = self.find(address)
        return b"" if region is None else self._engine.read(address, min(size, region.end - address))

    def read(self, address: int, size: int) -> bytes:
        """Bytes of memory, whatever its permissions; raises EngineError where there is none."""
        if size and not self._holds(address, size):
            raise EngineError(f"cannot read {size} bytes at 0x{address:08x}: no memory there")
        return self._engine.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        """Set bytes of memory, whatever its permissions; raises EngineError where there is none."""
        if data and not self._holds(address, len(data)):
            raise EngineError(f"cannot write {len(data)} bytes at 0x{address:08x}: no memory there")
        self._engine.write(address, data)

    def _holds(self, address: int, size: int) -> bool:
        region = self.find(address)
        while region is not None and address + size > region.end:
            size -= region.end - address
            address = region.end
            region = self.find(address)
        return region is not None
