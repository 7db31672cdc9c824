"""What can be wrong with a call, as frozen records that say it in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "out of bounds",
    "stray write",
    "input changed",
    "wrong output",
    "output not written",
    "depends on noise",
    "wrong status",
    "wrong size",
    "registers clobbered",
    "caller's stack changed",
    "static data changed",
    "does not return",
    "illegal instruction",
    "null pointer",
    "fault",
]


@dataclass(frozen=True)
class Mismatch:
    """Outputs that differ: how many of how many, the largest gap, the first place and both values there.

    With them, where known, the sum that was scaled there, and the Q0.31 multiplier and shift of its channel.
    """

    buffer: str
    count: int
    total: int
    largest: int
    index: tuple[int, ...]
    expected: int
    actual: int
    accumulator: int | None = None
    multiplier: int | None = None
    shift: int | None = None

    def __str__(self) -> str:
        at = ", ".join(map(str, self.index))
        text = (
            f"{self.count} of {self.total} values of {self.buffer} differ by up to {self.largest}; "
            f"first at [{at}]: expected {self.expected}, got {self.actual}"
        )
        if self.accumulator is None:
            return text
        return f"{text} (accumulator {self.accumulator}, multiplier {self.multiplier}, shift {self.shift})"


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one case.

    `place` is the instruction concerned, `buffer` the memory; `detail` tells defects of one kind apart.
    """

    kind: Kind
    text: str
    buffer: str = ""
    place: str = ""
    mismatch: Mismatch | None = None
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Findings of one function with the same key are taken for the same defect."""
        return self.kind, self.buffer, self.detail

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
