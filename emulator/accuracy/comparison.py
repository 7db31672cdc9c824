"""Published counts and ours side by side, and what a core's rows say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from emulator.accuracy.publication import FirmwareImage, Measurement
from emulator.accuracy.recorded import Recorded


@dataclass(frozen=True)
class Compared:
    """A published count with ours."""

    measurement: Measurement
    recorded: Recorded

    @property
    def with_overhead(self) -> float:
        """Our cycles with the overhead that the published count includes."""
        return self.recorded.cycles + self.measurement.overhead

    @property
    def error(self) -> float:
        """How far ours, with the overhead, is above the published count, as a part of it."""
        return self.with_overhead / self.measurement.cycles - 1

    @property
    def whole_program(self) -> bool:
        """Whether it is firmware on a board and no single routine."""
        return isinstance(self.measurement.run, FirmwareImage)


@dataclass(frozen=True)
class Group:
    """Rows of one core and memory ("" for no wait states)."""

    core: str
    memory: str
    rows: tuple[Compared, ...]

    @property
    def errors(self) -> list[float]:
        return [row.error for row in self.rows]

    @property
    def median(self) -> float:
        """Of the errors without their signs."""
        return median(map(abs, self.errors))

    @property
    def worst(self) -> Compared:
        """The row with the largest error."""
        return max(self.rows, key=lambda row: abs(row.error))


@dataclass(frozen=True)
class Difference:
    """What wait states add to one routine, published and ours, in cycles."""

    slow: Compared
    published: float
    ours: float


def compare(measurements: Iterable[Measurement], recorded: Mapping[str, Recorded]) -> list[Compared]:
    """All measurements that ours exist for."""
    return [Compared(m, recorded[m.key]) for m in measurements if m.key in recorded]


def groups(rows: Iterable[Compared]) -> list[Group]:
    """Rows by core and memory, those without wait states first."""
    found: dict[tuple[str, str], list[Compared]] = {}
    for row in rows:
        found.setdefault((row.measurement.core, row.measurement.slow_memory), []).append(row)
    return [Group(*key, tuple(found[key])) for key in sorted(found)]


def differences(rows: Iterable[Compared]) -> list[Difference]:
    """What wait states add, for routines measured with and without them on the same core."""
    listed = list(rows)
    fast = {(r.measurement.core, r.measurement.routine): r for r in listed if not r.measurement.slow_memory}
    found = []
    for row in listed:
        base = fast.get((row.measurement.core, row.measurement.routine))
        if row.measurement.memory and base is not None:
            published = row.measurement.cycles - base.measurement.cycles
            found.append(Difference(row, published, row.recorded.cycles - base.recorded.cycles))
    return found
