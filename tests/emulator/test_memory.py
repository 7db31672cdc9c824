"""Regions and maps."""

from __future__ import annotations

import pytest

from emulator import MemoryMap, Region
from emulator.errors import MemoryMapError


def test_regions_are_sorted_and_found() -> None:
    flash, ram = Region("flash", 0, 0x1000, "rx"), Region("ram", 0x20000000, 0x2000)
    memory = MemoryMap([ram, flash])
    assert list(memory) == [flash, ram]
    assert len(memory) == 2
    assert memory.find(0x20001FFF) is ram
    assert memory.find(0x20001FFF, 2) is None
    assert memory.find(0x1000) is None
    assert memory.named("flash") is flash


@pytest.mark.parametrize(
    ("regions", "text"),
    [
        ([("a", 0, 0x2000), ("b", 0x1000, 0x1000)], "region b .* overlaps region a"),
        ([("a", 0, 0x1000), ("a", 0x1000, 0x1000)], "the name is taken"),
        ([("a", 0x100, 0x1000)], "must be multiples of 4096"),
        ([("a", 0, 0x100)], "must be multiples of 4096"),
        ([("a", 0, 0)], "does not fit in 4 GiB"),
        ([("a", 0xFFFFF000, 0x2000)], "does not fit in 4 GiB"),
    ],
)
def test_what_is_no_map(regions: list[tuple[str, int, int]], text: str) -> None:
    with pytest.raises(MemoryMapError, match=text):
        MemoryMap([Region(*r) for r in regions])


def test_permissions_are_letters() -> None:
    with pytest.raises(MemoryMapError, match="'rq' are not out of r, w, x"):
        Region("a", 0, 0x1000, "rq")


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(MemoryMapError, match="no region named rom; there are: ram"):
        MemoryMap([Region("ram", 0, 0x1000)]).named("rom")


def test_free_ranges_keep_a_distance() -> None:
    memory = MemoryMap([Region("ram", 0x20000000, 0x1000)])
    assert memory.free_range(0x1000) == 0x20200000
    memory.add(Region("x", 0x20200000, 0x1000))
    assert memory.free_range(0x1000) == 0x20400000
    assert memory.free_range(0x1000, near=0x60000000) == 0x60000000


def test_a_map_without_room() -> None:
    with pytest.raises(MemoryMapError, match="no free range"):
        MemoryMap().free_range(1 << 31)
