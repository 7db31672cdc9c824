"""Energy from cycles: a board's measured pJ per cycle, and mean power when the work is done again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.errors import BoardError

if TYPE_CHECKING:
    from emulator.accuracy.interval import Interval


@dataclass(frozen=True)
class EnergyRow:
    """What a cycle takes with one supply, `low_pj` to `high_pj` over the programs measured at `clock_hz`."""

    supply: str
    low_pj: float
    high_pj: float
    clock_hz: int
    source: str


@dataclass(frozen=True)
class SleepRow:
    """Power between two runs, in microwatts, in the sleep mode `mode`."""

    mode: str
    low_uw: float
    high_uw: float
    source: str


@dataclass(frozen=True)
class EnergyUse:
    """Energy of a run in microjoules; `clock_hz` is that of the measurement behind it."""

    supply: str
    low_uj: float
    high_uj: float
    clock_hz: int
    source: str


@dataclass(frozen=True)
class MeanPower:
    """Milliwatts when the run is repeated every `period` seconds; without sleep power where that is not known."""

    supply: str
    low_mw: float
    high_mw: float
    period: float
    sleep: SleepRow | None


def energy_row(table: Mapping[str, Any]) -> EnergyRow:
    """A row of a board file's `energy`: supply, pj_per_cycle = [low, high], clock_hz, source."""
    low, high = table["pj_per_cycle"]
    return EnergyRow(table["supply"], low, high, table["clock_hz"], table["source"])


def sleep_row(table: Mapping[str, Any]) -> SleepRow:
    """A board file's `sleep`: mode, microwatts = [low, high] or one number, source."""
    power = table["microwatts"]
    low, high = power if isinstance(power, list) else (power, power)
    return SleepRow(table["mode"], low, high, table["source"])


def energy_uses(rows: tuple[EnergyRow, ...], cycles: int, interval: Interval) -> tuple[EnergyUse, ...]:
    """Energy of so many cycles for every supply: the interval of the cycles times that of a cycle's energy."""
    low, high = interval.around(cycles)
    return tuple(
        EnergyUse(row.supply, low * row.low_pj / 1e6, high * row.high_pj / 1e6, row.clock_hz, row.source)
        for row in rows
    )


def mean_power(use: EnergyUse, seconds: float, period: float, sleep: SleepRow | None) -> MeanPower:
    """Mean power of a run that takes `seconds`, every `period` seconds. Raises BoardError when it takes longer."""
    if seconds > period:
        raise BoardError(f"a run takes {1000 * seconds:.3f} ms, longer than the {1000 * period:g} ms between two runs")
    idle = (0.0, 0.0) if sleep is None else (sleep.low_uw, sleep.high_uw)
    low, high = (
        (run + power * (period - seconds)) / period / 1000
        for run, power in zip((use.low_uj, use.high_uj), idle, strict=True)
    )
    return MeanPower(use.supply, low, high, period, sleep)
