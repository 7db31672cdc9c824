"""Regions of an address space, and the map that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from emulator.errors import MemoryMapError
from emulator.program.elf import Image, Segment

PAGE = 4096
_FREE_RANGES = ((0x2000_0000, 0x4000_0000), (0x6000_0000, 0xA000_0000), (0x0000_1000, 0x2000_0000))


@dataclass(frozen=True)
class Region:
    """`size` bytes from `start` with permissions out of "rwx". The engine maps whole 4 KiB pages."""

    name: str
    start: int
    size: int
    permissions: str = "rw"

    def __post_init__(self) -> None:
        if self.size <= 0 or self.start < 0 or self.end > 1 << 32:
            raise MemoryMapError(f"region {self.name}: 0x{self.start:x} + 0x{self.size:x} does not fit in 4 GiB")
        if not self.permissions or set(self.permissions) - set("rwx"):
            raise MemoryMapError(f"region {self.name}: permissions {self.permissions!r} are not out of r, w, x")

    @property
    def end(self) -> int:
        """First address behind the region."""
        return self.start + self.size

    def holds(self, address: int, size: int = 1) -> bool:
        """Whether all of [address, address + size) lies inside."""
        return self.start <= address and address + size <= self.end

    def __str__(self) -> str:
        return f"{self.name} 0x{self.start:08x}..0x{self.end - 1:08x} {self.permissions}"


class MemoryMap:
    """Regions sorted by address, none overlapping in pages.

    Raises MemoryMapError for overlap or a region that is not page aligned.
    """

    def __init__(self, regions: Iterable[Region] = ()) -> None:
        self._regions: list[Region] = []
        for region in regions:
            self.add(region)

    @classmethod
    def from_image(cls, image: Image) -> MemoryMap:
        """Derive a map from program headers.

        Segments are rounded to pages; those that touch the same page join and get the union of their permissions.
        Load addresses that differ from the run address (the .data initialiser) become read-only regions.
        """
        pages: dict[int, set[str]] = {}
        for segment in image.segments:
            _touch(pages, segment.address, segment.size, segment.permissions)
            if needs_load_copy(segment):
                _touch(pages, segment.load_address, len(segment.data), "r")
        return cls(_regions(pages))

    def __iter__(self) -> Iterator[Region]:
        return iter(self._regions)

    def __len__(self) -> int:
        return len(self._regions)

    def add(self, region: Region) -> None:
        """Add one region."""
        if region.start % PAGE or region.size % PAGE:
            raise MemoryMapError(f"region {region}: start and size must be multiples of {PAGE}")
        for other in self._regions:
            if region.start < other.end and other.start < region.end:
                raise MemoryMapError(f"region {region} overlaps region {other}")
            if region.name == other.name:
                raise MemoryMapError(f"region {region}: the name is taken by region {other}")
        self._regions.append(region)
        self._regions.sort(key=lambda r: r.start)

    def find(self, address: int, size: int = 1) -> Region | None:
        """The region that holds [address, address + size), if one does."""
        return next((r for r in self._regions if r.holds(address, size)), None)

    def named(self, name: str) -> Region:
        """The region of that name."""
        for region in self._regions:
            if region.name == name:
                return region
        raise MemoryMapError(f"no region named {name}; there are: {', '.join(r.name for r in self._regions) or 'none'}")

    def check_holds(self, segment: Segment) -> None:
        """Raise MemoryMapError unless one region, or adjoining ones, hold the segment."""
        position = segment.address
        while position < segment.address + segment.size:
            region = self.find(position)
            if region is None:
                names = "; ".join(map(str, self._regions)) or "none"
                wanted = Region("segment", segment.address, segment.size, segment.permissions)
                raise MemoryMapError(f"{wanted} is outside the memory map at 0x{position:08x}; regions: {names}")
            position = region.end

    def free_range(self, size: int, near: int | None = None, gap: int = 1 << 20) -> int:
        """Lowest free start for `size` bytes with `gap` unmapped bytes on both sides, at or above `near` first.

        Areas that M-profile makes execute-never devices (0x40000000, 0xa0000000 and up) are left to peripherals.
        """
        ranges = _FREE_RANGES if near is None else ((near, 1 << 32), *_FREE_RANGES)
        for low, high in ranges:
            start = -(-low // PAGE) * PAGE
            for region in [r for r in self._regions if r.end + gap > start]:
                if start + size + gap <= region.start:
                    break
                start = -(-(region.end + gap) // gap) * gap
            if start + size + gap <= high:
                return start
        raise MemoryMapError(f"no free range of {size:,} bytes in the memory map")


def needs_load_copy(segment: Segment) -> bool:
    """Whether the bytes of the segment also lie at another address (start-up code copies them)."""
    return bool(segment.data) and segment.load_address != segment.address


def _touch(pages: dict[int, set[str]], start: int, size: int, permissions: str) -> None:
    for page in range(start // PAGE, -(-(start + size) // PAGE)):
        pages.setdefault(page, set()).update(permissions)


def _regions(pages: dict[int, set[str]]) -> list[Region]:
    """Runs of pages with the same permissions, named by use; from the second of a kind on with a number."""
    counts: dict[str, int] = {}
    regions: list[Region] = []
    for page in sorted(pages):
        permissions = "".join(p for p in "rwx" if p in pages[page])
        last = regions[-1] if regions else None
        if last and last.end == page * PAGE and last.permissions == permissions:
            regions[-1] = replace(last, size=last.size + PAGE)
            continue
        kind = "code" if "x" in permissions else "data" if "w" in permissions else "constants"
        counts[kind] = counts.get(kind, 0) + 1
        regions.append(Region(kind if counts[kind] == 1 else f"{kind}{counts[kind]}", page * PAGE, PAGE, permissions))
    return regions
