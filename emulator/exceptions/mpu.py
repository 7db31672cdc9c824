"""The memory protection unit: what the code that runs may do at an address.

Regions hold for privileged and unprivileged code apart. ARMv7-M regions are a power of two with eight subregions, the
highest number wins; ARMv8-M regions are ranges, an address in two of them belongs to none. The private peripheral bus
is outside of it. LDRT and STRT count as the mode that executes them.

Source: ARMv7-M ARM (DDI0403E) B3.5; ARMv8-M ARM (DDI0553) B9.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ENABLE, HFNMIENA, PRIVDEFENA = 1, 2, 4
_V7_ACCESS = {0: ("", ""), 1: ("rw", ""), 2: ("rw", "r"), 3: ("rw", "rw"), 5: ("r", ""), 6: ("r", "r"), 7: ("r", "r")}
_V8_ACCESS = (("rw", ""), ("rw", "rw"), ("r", ""), ("r", "r"))
_NEVER_EXECUTED = ((0x40000000, 0x60000000), (0xA0000000, 0x100000000))
_PRIVATE_BUS = (0xE0000000, 0xE0100000)


@dataclass(frozen=True)
class Range:
    """Part of the address space up to `end`, with letters for privileged and unprivileged code."""

    start: int
    end: int
    privileged: str
    unprivileged: str

    def letters(self, privileged: bool) -> str:
        """What code of a mode may do."""
        return self.privileged if privileged else self.unprivileged


@dataclass
class Mpu:
    """Registers of the unit: `base` and `attributes` are RBAR and RASR, or RBAR and RLAR where `ranges` is set.

    `changed` is called when another setting holds.
    """

    count: int
    ranges: bool
    control: int = 0
    base: list[int] = field(default_factory=list)
    attributes: list[int] = field(default_factory=list)
    changed: bool = False

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As after power-on: off."""
        self.control = 0
        self.base, self.attributes = [0] * self.count, [0] * self.count
        self.changed = True

    def on(self, negative_priority: bool) -> bool:
        """Whether it checks code at a priority above all configurable ones, or below."""
        return bool(self.control & ENABLE) and (not negative_priority or bool(self.control & HFNMIENA))

    def regions(self) -> list[list[Range]]:
        """The ranges of each enabled region, by number."""
        make = self._v8 if self.ranges else self._v7
        return [make(b, a) for b, a in zip(self.base, self.attributes, strict=True) if a & 1]

    @staticmethod
    def _v8(base: int, limit: int) -> list[Range]:
        privileged, unprivileged = (
            letters + ("" if base & 1 or not letters else "x") for letters in _V8_ACCESS[base >> 1 & 3]
        )
        return [Range(base & ~31, (limit & ~31) + 32, privileged, unprivileged)]

    @staticmethod
    def _v7(base: int, attributes: int) -> list[Range]:
        size = 2 << (attributes >> 1 & 31)
        if size < 32:
            return []
        start = base & ~(size - 1) & 0xFFFFFFE0
        execute = "" if attributes >> 28 & 1 else "x"
        letters = _V7_ACCESS.get(attributes >> 24 & 7, ("", ""))
        privileged, unprivileged = (part + (execute if part else "") for part in letters)
        disabled = attributes >> 8 & 0xFF if size >= 256 else 0
        if not disabled:
            return [Range(start, start + size, privileged, unprivileged)]
        part = size // 8
        return [
            Range(start + n * part, start + (n + 1) * part, privileged, unprivileged)
            for n in range(8)
            if not disabled >> n & 1
        ]

    def letters(self, address: int, privileged: bool) -> str:
        """What code may do at `address` while the unit is on, out of "rwx"."""
        if _PRIVATE_BUS[0] <= address < _PRIVATE_BUS[1]:
            return "rw" if privileged else ""
        found = [r for ranges in self.regions() for r in ranges if r.start <= address < r.end]
        if self.ranges and len(found) > 1:
            return ""
        if found:
            never = any(start <= address < end for start, end in _NEVER_EXECUTED)
            letters = found[-1].letters(privileged)
            return letters.replace("x", "") if never else letters
        return default_letters(address) if self.control & PRIVDEFENA and privileged else ""

    def borders(self) -> list[int]:
        """Addresses where the letters can change, in order."""
        return sorted({edge for ranges in self.regions() for r in ranges for edge in (r.start, r.end)})


def default_letters(address: int) -> str:
    """The default memory map."""
    return "rw" if any(start <= address < end for start, end in _NEVER_EXECUTED) else "rwx"
