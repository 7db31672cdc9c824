"""Intervals, energy and room on a board, as text and for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from emulator.accuracy.interval import Interval
from emulator.energy import EnergyUse, MeanPower
from microinfer.device.fit import Fit, Room

_SHOWN = 0.0005


def with_interval(cycles: int, interval: Interval | None) -> str:
    """ "1,234,567 cycles (-0.4 % .. +0.6 %)"."""
    return f"{cycles:,} cycles" + (f" ({interval})" if interval is not None else "")


def row(interval: Interval, cycles: int) -> dict[str, Any]:
    """For JSON: parts of the cycles, cycles, why, and rows of the core's table that were never tried."""
    low, high = interval.around(cycles)
    return {
        "low": interval.low,
        "high": interval.high,
        "cycles_low": round(low),
        "cycles_high": round(high),
        "why": interval.why,
        "untried": [{"row": name, "share": share} for name, share in interval.untried],
    }


def untried_line(interval: Interval) -> tuple[str, ...]:
    """A line on rows and rules of the core's table that the run leaned on and no measurement tried, if any."""
    rows = [f"{name} {100 * share:.1f} %" for name, share in interval.untried if share >= _SHOWN]
    return (f"cycles in rows and rules never tried on silicon: {', '.join(rows)}",) if rows else ()


def energy_lines(uses: Sequence[EnergyUse], power: Sequence[MeanPower], clock_hz: int) -> str:
    """A line for each supply and one on the sources."""
    means = {mean.supply: mean for mean in power}
    rows = [_energy_line(use, means.get(use.supply)) for use in uses]
    sources = list(dict.fromkeys(use.source for use in uses))
    sources += [f"they ran at {c / 1e6:g} MHz" for c in sorted({use.clock_hz for use in uses}) if c != clock_hz]
    sleeps = dict.fromkeys(_sleep(mean) for mean in power)
    return "\n".join([*rows, "energy by " + "; ".join([*sources, *sleeps])])


def _energy_line(use: EnergyUse, mean: MeanPower | None) -> str:
    text = f"energy at {use.supply}: {use.low_uj:,.4g} .. {use.high_uj:,.4g} uJ"
    if mean is not None:
        text += f", mean {mean.low_mw:.4g} .. {mean.high_mw:.4g} mW every {1000 * mean.period:g} ms"
    return text


def _sleep(mean: MeanPower) -> str:
    if mean.sleep is None:
        return "sleep power is not known and left out: give --sleep"
    low, high = mean.sleep.low_uw, mean.sleep.high_uw
    power = f"{low:g}" if low == high else f"{low:g} .. {high:g}"
    return f"sleep: {power} uW in {mean.sleep.mode} ({mean.sleep.source})"


def energy_rows(uses: Sequence[EnergyUse], power: Sequence[MeanPower]) -> list[dict[str, Any]]:
    """For JSON; `mean_power` is null where no period was given."""
    means = {mean.supply: asdict(mean) for mean in power}
    return [asdict(use) | {"mean_power": means.get(use.supply)} for use in uses]


def fit_line(fit: Fit, board: str) -> str:
    """ "fits BOARD: flash 12,345 of 1,048,576 bytes, 1,036,231 free; ..."."""
    verdict = "fits" if fit.fits else "does NOT fit"
    return f"{verdict} {board}: {_room(fit.flash)}; {_room(fit.ram)}"


def fit_row(fit: Fit) -> dict[str, Any]:
    """For JSON."""
    rooms = {name: asdict(room) | {"free": room.free} for name, room in (("flash", fit.flash), ("ram", fit.ram))}
    return {"fits": fit.fits} | rooms


def _room(room: Room) -> str:
    left = f"{room.free:,} free" if room.free >= 0 else f"{-room.free:,} too many"
    return f"{room.memory} {room.used:,} of {room.size:,} bytes, {left}"
